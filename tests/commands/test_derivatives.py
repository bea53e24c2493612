"""`jac`, `hess`, `jvp`, `vjp` and `check`: what they print, and what they say of what does not fit."""

import json

import numpy as np
import pytest

from support.program import gradcli


def as_json(*words):
    outcome = gradcli(*words, "--double", "--format", "json")
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def test_a_jacobian_prints_as_the_prompt_would_print_it():
    assert gradcli("jac", "x * y", "--at", "x=[1, 2], y=3").out == """\
value
Variable containing:
 3
 6
[torch.FloatTensor of size 2]

x.jac
Variable containing:
 3  0
 0  3
[torch.FloatTensor of size 2x2]

y.jac
Variable containing:
 1
 2
[torch.FloatTensor of size 2]
"""


def test_a_jacobian_has_the_shape_of_the_value_and_of_the_name():
    data = as_json("jac", "x.mm(x.t())", "--at", "x=[[1, 2, 3], [4, 5, 6]]")
    jacobian, x = np.array(data["jac"]["x"]), np.array([[1.0, 2, 3], [4, 5, 6]])
    eye = np.eye(2)
    assert np.array_equal(jacobian, np.einsum("ik,jl->ijkl", eye, x) + np.einsum("jk,il->ijkl", eye, x))


def test_a_hessian_has_a_block_for_each_pair():
    data = as_json("hess", "(x**2 * y).sum()", "--at", "x=[1, 2], y=3")
    assert data == {"value": 15.0, "hess": {"x": {"x": [[6.0, 0.0], [0.0, 6.0]], "y": [2.0, 4.0]},
                                            "y": {"x": [2.0, 4.0], "y": 0.0}}}
    assert "\nx.hess.y\n" in gradcli("hess", "x * y", "--at", "x=1, y=2").out
    assert "\nx.hess\n" in gradcli("hess", "x * y", "--at", "x=1, y=2", "--wrt", "x").out


def test_products_are_those_with_the_jacobian():
    at = ("--at", "x=[0.5, 1.5, 2.5]")
    jacobian = np.array(as_json("jac", "(x.sin() * x.sum())", *at)["jac"]["x"])
    along = as_json("jvp", "(x.sin() * x.sum())", *at, "--with", "x=[1, -2, 0.5]")["jvp"]
    back = as_json("vjp", "(x.sin() * x.sum())", *at, "--with", "[1, -2, 0.5]")["vjp"]["x"]
    np.testing.assert_allclose(along, jacobian @ [1, -2, 0.5], rtol=1e-12)
    np.testing.assert_allclose(back, [1, -2, 0.5] @ jacobian, rtol=1e-12)


def test_a_name_without_direction_stands_still():
    assert as_json("jvp", "x * y", "--at", "x=2, y=3", "--with", "y=10") == {"value": 6.0, "jvp": 20.0}


@pytest.mark.parametrize("words, code, message", [
    (("hess", "x * 2", "--at", "x=[1, 2]"), "G0402", "has 2 values"),
    (("jac", "'a'", "--at", "x=1"), "G0801", "a str, which has no gradient"),
    (("jac", "x = 2", "--at", "x=1"), "G0801", "ends with no expression"),
    (("jac", "x", "--at", "n=ones(2).long()"), "G0801", "nothing to differentiate by"),
    (("vjp", "x", "--at", "x=[1, 2]"), "G0801", "a weight for each element"),
    (("vjp", "x", "--at", "x=[1, 2]", "--with", "[1]"), "G0407", "--with has the shape [1], and the value [2]"),
    (("vjp", "x", "--at", "x=1", "--with", "a b"), "G0101", "--with:1:3"),
    (("vjp", "x", "--at", "x=1", "--with", "'a'"), "G0801", "takes floating numbers"),
    (("jvp", "x", "--at", "x=[1, 2]"), "G0801", "the direction"),
    (("jvp", "x", "--at", "x=[1, 2]", "--with", "x=1"), "G0407", "--with x has the shape [], and x [2]"),
    (("jvp", "x", "--at", "x=1", "--with", "y=1"), "G0801", "no such name"),
    (("check", "x", "--at", "x=1", "--format", "csv"), "G0801", "csv"),
    (("check", "nothing + 1", "--at", "x=1"), "G0301", "--at 'nothing=2'"),
    (("check", "1 + 1", "--at", "x=1"), "G0801", "no name that stands for a floating tensor"),
    (("check", "x.data", "--at", "x=1"), "G0415", "the gradient by x would be 0"),
])
def test_what_does_not_fit_is_said(words, code, message):
    outcome = gradcli(*words)
    assert outcome.err.startswith(f"error[{code}]") and message in outcome.err and outcome.out == ""
    assert outcome.status in (1, 2, 3)


HIDDEN = "cannot be judged, because rounding hides the slope"
SAME = ": the gradient says {0}, the slope is {0} (error below {1})\n"


@pytest.mark.parametrize("words, message", [
    (("x**2 * sin(x)", "x=2"), "1 slope, right to 8 digits" + SAME.format(1.9726024, "1e-08")),
    (("relu(x).sum()", "x=[0, 1, -1]"), "3 slopes, right to 8 digits, the worst x[0]: the gradient says 0, the slopes "
                                        "are 0 to the left and 1 to the right; a kink at x[0]\n"),
    (("relu(x) * x.abs()", "x=0"), "1 slope, right to 8 digits" + SAME.format(0, "1e-15")),
    (("floor(x)", "x=1"), "1 slope, nothing to compare; a jump, where there is no slope, at x\n"),
    (("log(x)", "x=0"), "1 slope, nothing to compare; an edge of the domain at x\n"),
    (("exp(x)", "x=800"), "1 slope, nothing to compare; an infinite value at x\n"),
    (("sqrt(x)", "x=-1"), "1 slope, nothing to compare; outside of the domain at x\n"),
    (("1 + 1e-20*x", "x=1"), f"1 slope, which {HIDDEN}: the gradient says 1e-20\n"),
    (("round(x*1e15)*1e-15", "x=0.6"), f"1 slope, which {HIDDEN}: the gradient says 0\n"),
    (("1e20 + x", "x=1"), "1 slope, which cannot be judged, because rounding hides the slope: the gradient says 1\n"),
    (("sin(x)[0] * x[1]", "x=[1e15, 1]"), "2 slopes, right to 8 digits, the worst x[1]" + SAME.format(
        0.85827279, "1e-08").strip() + "; 1 cannot be judged, because rounding hides the slope, as x[0]\n"),
])
def test_check_says_how_far_gradients_are_right_and_where_there_is_no_slope(words, message):
    assert gradcli("check", words[0], "--at", words[1]) == (0, f"x: {message}", "")


@pytest.mark.parametrize("expression, point", [
    ("log(x)", "1e-6"), ("exp(x)", "[50., 700, 709.7]"), ("x**3", "[1e-3, 1e3, 1e6]"), ("sin(1000*x)", "[1, 1e4]"),
    ("exp(x)", "20"), ("sqrt(x)", "1e-6"), ("1/x", "[1e-5, 1e5]"), ("torch.sort(x)[0]", "[1., 1., 2.]"),
    ("x.t()", "ones(2, 3)"),
])
def test_check_calls_right_gradients_right_at_every_scale(expression, point):
    outcome = gradcli("check", expression, "--at", f"x={point}")
    assert outcome.status == 0 and "right to" in outcome.out and outcome.err == ""


def test_check_compares_each_output_and_second_derivatives():
    data = json.loads(gradcli("check", "x**2 * y", "--at", "x=2, y=[1, 3]", "--order", "2", "--format", "json").out)
    assert data["check"]["x"]["slopes"] == 2 and data["check2"]["y"]["verdict"] == "right"
    assert gradcli("check", "x * y", "--at", "x=1, y=2", "--wrt", "y").out.startswith("y: 1 slope, right to 8 digits")
    assert "same random numbers" in gradcli("check", "F.dropout(x, training=True)", "--at", "x=[1, 2]").out
    assert gradcli("check", "x", "--at", "x=1", "--tol", "3").status == 2


FUNCTION = """\
class F1(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return {forward}
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return {backward}
print("not shown")
F1.apply(x)
"""


def test_at_a_kink_the_gradient_lies_between_both_slopes(tmp_path):
    program = tmp_path / "kink.grad"
    for gradient, status in ((-1, 0), (0, 0), (1, 0), (5, 4), (-1.1, 4)):
        program.write_text(FUNCTION.format(forward="x.abs()", backward=f"g * {gradient}"))
        outcome = gradcli("check", str(program), "--at", "x=0")
        assert outcome.status == status and outcome.out.endswith("; a kink at x\n")


def test_check_finds_a_wrong_rule_in_a_file(tmp_path):
    program = tmp_path / "square.grad"
    program.write_text("""\
class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * (x + 1)
print("not shown")
Square.apply(x).sum()
""")
    outcome = gradcli("check", str(program), "--at", "x=[1, 3]")
    assert outcome == (4, "x: 2 slopes, wrong at x[1]: the gradient says 4, the slope is 6 (error below 1e-08)\n",
                       "")
    data = json.loads(gradcli("check", str(program), "--at", "x=[1, 3]", "--format", "json").out)["check"]["x"]
    assert data["right"] is False and data["verdict"] == "wrong" and data["wrong"] == 1
    assert data["worst"]["place"] == [1] and data["worst"]["gradient"] == 4.0 and data["worst"]["error"] < 1e-8


def test_check_takes_a_program_that_makes_its_leaves_itself(tmp_path):
    program = tmp_path / "own.grad"
    program.write_text("import torch\nlin = torch.nn.Linear(3, 2)\nx = torch.ones(3)\n"
                       "loss = lin(x).pow(2).sum()\nloss\n")
    outcome = gradcli("--style", "modern", "check", str(program))
    assert outcome.status == 0 and outcome.err == ""
    assert outcome.out.startswith("lin.weight: 6 slopes, right") and "\nlin.bias: 2 slopes, right" in outcome.out
    program.write_text("x = torch.tensor([2., 3.], requires_grad=True)\ny = x.detach() * x\ny\n")
    outcome = gradcli("--style", "modern", "check", str(program))
    assert outcome.status == 4 and any(f"wrong at output[{n}] by x[{n}]: the gradient says {g}, the slope is {2 * g}"
                                       in outcome.out for n, g in enumerate((2, 3)))
