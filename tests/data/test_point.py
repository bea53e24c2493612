"""What --at understands: what could stand between the brackets of a call, parsed and not cut at commas."""

import pytest

from gradcli.data.bindings import points
from gradcli.faults.tree import SyntaxFault, UsageFault
from tests.support.program import gradcli


@pytest.mark.parametrize("text, pairs", [
    ("x=2", [("x", "2")]),
    ("x=2, y=ones(2,2)", [("x", "2"), ("y", "ones(2,2)")]),
    (" x = [1, 2] , y = 'a,b=c' ,", [("x", "[1, 2]"), ("y", "'a,b=c'")]),
    ("x=2 # a comment", [("x", "2")]),
    ("x=2,\n y=3", [("x", "2"), ("y", "3")]),
    ("x=(1 if 2 == 2 else 3)", [("x", "(1 if 2 == 2 else 3)")]),
    ("α=1", [("α", "1")]),
    ("", []),
])
def test_names_and_their_expressions(text, pairs):
    assert points(text) == pairs


@pytest.mark.parametrize("text", ["x", "2", "*x", "**x", "x=2), at(y=3", "x=2)\nz = (3"])
def test_what_is_no_point_is_refused(text):
    with pytest.raises(UsageFault, match="--at takes NAME=EXPR"):
        points(text)


@pytest.mark.parametrize("text", ["x=[1,2", "x=2)", "x=3]", "x=(", "x=[1,\n2"])
def test_a_bracket_too_few_or_too_many_is_told(text):
    with pytest.raises(UsageFault, match="a bracket is not closed, or closed once too often"):
        points(text)


def test_a_value_without_a_name_is_refused():
    with pytest.raises(UsageFault, match="--at takes NAME=EXPR"):
        points("=2")


def test_a_mistake_is_shown_where_it_stands():
    with pytest.raises(SyntaxFault) as caught:
        points("x = 2 3")
    fault = caught.value
    assert fault.span.line == 1 and fault.span.column == 7 and fault.source == "x = 2 3" and fault.name == "--at"


@pytest.mark.parametrize("words", [
    ("eval", "x", "--var", "x=2", "--var", "x=3"), ("eval", "y", "--var", "x=2, y=3", "--var", "y=4"),
    ("grad", "x", "--at", "x=2", "--at", "x=3"), ("grad", "x", "--at", "x=2", "--var", "x=3"),
    ("plot", "x*a", "--over", "x=0:1", "--at", "a=1", "--var", "x=2"), ("repl", "--var", "x=1", "--var", "x=2")],
    ids=" ".join)
def test_a_name_with_two_values_is_refused(words):
    outcome = gradcli(*words)
    assert outcome.status == 2 and outcome.out == "" and (
        " two values: keyword argument repeated: " in outcome.err or " both give x a value" in outcome.err)


def test_a_point_may_be_computed_from_a_variable_of_its_name():
    assert gradcli("grad", "x**2", "--var", "x=3", "--at", "x=x+1", "--format", "plain").out == "16.0\n8.0\n"


@pytest.mark.parametrize("command", ["grad", "jac", "hess", "steps", "check"])
def test_a_name_that_the_point_lacks_is_offered_with_its_option(command):
    assert " = help: --at 'x=2'     gives it a value\n" in gradcli(command, "x**2", "--at", "y=2").err
    assert " = help: --at 'y=3, x=2'     gives it a value\n" in gradcli(command, "x**2 * y", "--at", "y=3").err


@pytest.mark.parametrize("command", ["diff", "grad"])
def test_names_without_a_value_are_offered_one_that_fits(command):
    for expr, point in {"(A @ x).sum()": "A=[[2, 1], [1, 3]], x=[1, 2]", "x[1] * w": "w=2, x=[1, 2]",
                        "det(x)": "x=[[2, 1], [1, 3]]"}.items():
        outcome = gradcli(command, expr)
        assert outcome.status != 0 and f"= help: --at '{point}'" in outcome.err, (expr, outcome.err)
        assert gradcli("diff", expr, "--at", point).status == 0, expr
    assert gradcli(command, "x**2 * y", "--at", "y=3, x=2").status == 0


def test_a_plot_over_a_name_that_is_not_there_is_offered_one_over_that():
    assert " = help: --over 'x=0:1'     gives" in gradcli("plot", "x**2", "--over", "y=0:1").err
    assert " = help: --at 'a=2'     gives" in gradcli("plot", "a * x**2", "--over", "x=0:1").err


def test_variables_are_there_at_a_prompt_that_is_fed(tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("1,2\n")
    assert gradcli("repl", "--isolated", "--var", "x=3", stdin="x + 1\n").out == "4\n"
    assert " 1  2\n" in gradcli("repl", "--isolated", "--var", f"x=@{data}", stdin="x\n").out


@pytest.mark.parametrize("command", ["grad", "jac", "steps", "check"])
def test_an_empty_text_is_no_expression(command, tmp_path):
    empty = tmp_path / "empty.grad"
    empty.write_text("# nothing\n")
    for words in (["", "--at", "x=2"], [str(empty)]):
        outcome = gradcli(command, *words)
        assert outcome.status == 2 and "there is no expression: the text is empty" in outcome.err


def test_a_file_to_check_that_lacks_its_point_is_offered_one(tmp_path):
    file = tmp_path / "f.grad"
    file.write_text("x**2 + 1\n")
    assert " = help: --at 'x=2'\n" in gradcli("check", str(file)).err
    assert gradcli("check", str(file), "--at", "x=2").status == 0
