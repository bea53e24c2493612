"""The Python door: what notebooks and tests import."""

import subprocess
import sys

import numpy as np
import pytest

import gradcli


def test_a_session_runs_evaluates_and_holds_names():
    session = gradcli.Session(style="tutorial", seed=0)
    printed = session.run("x = Variable(torch.ones(2), requires_grad=True); (x * x).sum().backward(); x.grad")
    assert printed == "Variable containing:\n 2\n 2\n[torch.FloatTensor of size 2]\n\n"
    session["a"] = np.array([1.0, 2.0])
    assert session.eval("(a * 3).sum()").array == 9
    assert list(session["a"].array) == [1.0, 2.0]


def test_faults_are_raised_and_change_no_earlier_name():
    session = gradcli.Session()
    session.run("x = 1")
    with pytest.raises(gradcli.Fault, match="not defined"):
        session.run("x = nothing")
    assert session["x"] == 1


def test_importing_the_package_is_light():
    code = "import sys, gradcli; assert not {'numpy', 'lark', 'typer'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_names_are_no_part_of_it():
    with pytest.raises(AttributeError):
        gradcli.nothing  # noqa: B018


@pytest.mark.parametrize("style, shown", [("tutorial", "Variable containing:\n 1\n 1\n[torch.FloatTensor of size 2]\n"),
                                          ("modern", "tensor([1., 1.], requires_grad=True)")])
def test_values_print_in_the_style_and_become_arrays(style, shown):
    session = gradcli.Session(style=style)
    session.run("x = Variable(torch.ones(2), requires_grad=True); n = torch.tensor([1, 2]); d = torch.ones(2).double()")
    assert repr(session["x"]) == str(session["x"]) == shown
    assert [np.asarray(session[name]).dtype.name for name in "xnd"] == ["float32", "int64", "float64"]
    np.asarray(session["x"])[0] = 5
    assert np.array(session["x"], dtype=int).tolist() == [1, 1]


def test_names_are_asked_for_and_deleted():
    session = gradcli.Session()
    session["x"] = 1
    assert "x" in session and "y" not in session and "print" not in session
    del session["x"]
    assert "x" not in session
    with pytest.raises(gradcli.Fault, match="not defined"):
        del session["x"]


def test_a_fault_is_told_as_the_command_line_tells_it():
    with pytest.raises(gradcli.Fault) as caught:
        gradcli.Session().run("a = torch.ones(2, 2)\na.backward()")
    text = str(caught.value)
    assert text.startswith("error[G0406]") and "--> <input>:2:1" in text and "= help:" in text
    assert gradcli.Session().run("try:\n    [].pop()\nexcept IndexError as e:\n    print(e)") == "pop from empty list\n"


def test_modules_and_optimisers_print_in_the_style_of_their_session():
    modern, old = gradcli.Session(style="modern"), gradcli.Session()
    for session in (modern, old):
        session.run("n = nn.Linear(1, 2); d = {'n': n}")
    for _ in range(2):
        assert repr(modern["n"]) == "Linear(in_features=1, out_features=2, bias=True)"
        assert repr(old["n"]) == "Linear (1 -> 2)" and str(old["d"]) == "{'n': Linear (1 -> 2)}"
    assert sorted(modern) == ["d", "n"]


def test_an_array_with_masked_elements_is_refused():
    session = gradcli.Session()
    with pytest.raises(ValueError, match="masked"):
        session["x"] = np.ma.array([1.0, 2.0], mask=[False, True])
    session["x"] = np.ma.array([1.0, 2.0])
    assert session.eval("x.sum()") == 3


def test_a_style_is_one_of_two():
    with pytest.raises(ValueError, match="'x' is no stream") as caught:
        gradcli.Session(stream="x")
    assert ("stream='modern'", "") in caught.value.hints
    for make in (lambda: gradcli.Session(style="foo"), lambda: setattr(gradcli.Session(), "style", "foo")):
        with pytest.raises(ValueError, match="choose one of tutorial, modern"):
            make()
