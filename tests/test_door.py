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
