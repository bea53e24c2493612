"""Programs whose branches and loops depend on values: cases, conditions, or no closed form; never one branch alone."""

import numpy as np
import pytest

from gradcli.symbolic.closed_form import closed_forms
from gradcli.symbolic.text import Writer
from support.program import gradcli
from symbolic.test_indices import session

SAME_WAY = "the same elements and branches are taken as at this point"
OUTPUTS = {
    ("x**2 if x > 0 else -x",): "2*x if x > 0 else -1\n",
    ("x**2 if x > 0 else -x", "--at", "x=-3"): "(2*x if x > 0 else -1) = -1\n",
    ("max(x, 0)",): "1 if x >= 0 else 0\n",
    ("min(max(x, -1), 1)**2",): "2*x if x >= -1 and x <= 1 else 0\n",
    ("max(x, y)",): "d/dx = 1 if x >= y else 0\nd/dy = 1 if y > x else 0\n",
    ("x*y if x > 0 and y > 0 else x + y", "--wrt", "x"): "y if x > 0 else 1\nwhere y > 0\n",
    ("max(x)", "--at", "x=[1, 2]"): "d/dx_i = ((0 if i == 0 else 1) if x[1] > x[0] else 1 if i == 0 else 0) = [0, 1]\n",
    ("assert x > 0\nx**2",): "2*x\nwhere x > 0\n",
    ("y = x\nwhile y < 2:\n    y = y*x\ny", "--at", "x=1.5"): "2*x = 3\nwhere x < 2\nwhere x**2 >= 2\n",
    ("y = x\nwhile y < 1000:\n    y = y*2\ny",):
        "no closed form: a program whose branches depend on values has none here; its value is 2048\n",
    ("x if x.item() > 0 else -x",): f"1\nwhere {SAME_WAY}\n",
    ("y = x\nwhile y.item() < 10:\n    y = y*2\ny",): f"32\nwhere {SAME_WAY}\n",
    ("x[x.argmax()]**2", "--at", "x=[1, 2]"):
        f"d/dx_i = (2*x[1] if i == 1 else 0) = [0, 4]\nwhere {SAME_WAY}\n",
    ("x if x < float('nan') else 2*x",): "2\n",
    ("n = 0\nwhile n < 3:\n    y = x*n\n    n += 1\ny",): "2\n",
    ("x.prod()", "--at", "x=[1, 2, 3]"): "d/dx_i = x[0]*x[1]*x[2]/x_i = [6, 3, 2]\nd/dx   = prod(x)/x\n",
}


@pytest.mark.parametrize("words", OUTPUTS)
def test_formulas_say_where_they_hold(words):
    outcome = gradcli("diff", *words)
    assert outcome.status == 0 and outcome.err == "" and outcome.out == OUTPUTS[words]


def test_conditions_are_data_too():
    assert '"conditions": ["x > 0"]' in gradcli("diff", "assert x > 0\nx**2", "--format", "json").out


def test_a_derivation_says_which_branches_it_follows():
    program = "y = x**2 if x > 0 else -x\nz = max(y, 3)\nz"
    assert gradcli("steps", program, "--at", "x=1", "--quiet").out.endswith("\nwhere x > 0\nwhere y < 3\n")
    assert gradcli("steps", program, "--at", "x=1", "--quiet", "--format", "json").out.endswith(
        '"conditions": ["x > 0", "y < 3"]}\n')
    assert r"\text{where } x > 0" in gradcli("steps", program, "--at", "x=1", "--quiet", "--format", "latex").out


def test_programs_that_do_not_end_elsewhere_are_derived():
    """At points near its own these loops go on for ever."""
    truths = "y = x*1\nwhile (y - 8).abs() > 1e-9:\n    y = y*x\ny"
    assert "at x = 2\n" in gradcli("steps", truths, "--at", "x=2", "--quiet").out
    held = session(x=2.0)
    held.run("def f(x):\n    y = x*1\n    while y.item() < 100:\n        y = y*x\n    return y\n", echo=False)
    [form] = closed_forms(held, "f(x)", ["x"]).derivatives
    assert Writer().tensor(form.formula) == "7*x**6"


PROGRAM = """
def f(a, b):
    if a < 0:
        return a * b
    return a**2 if a > b else b**3
f(x, y) + max(x, y)
"""


@pytest.mark.parametrize("x, y", [(-1.0, 2.0), (0.5, -0.5), (0.5, 2.0), (-2.0, -3.0)])
def test_the_same_cases_from_every_path(x, y):
    """Each path of the program leads to formulas that are right on all of them."""
    held = session(x=x, y=y)
    forms = closed_forms(held, PROGRAM, ["x", "y"])
    assert not forms.assumptions and not forms.local and len(forms.paths) == 4
    by_x = forms.derivatives[0].formula
    other = closed_forms(session(x=0.7, y=0.2), PROGRAM, ["x", "y"]).derivatives[0].formula
    from gradcli.symbolic.evaluate import evaluate_tensor
    for point in np.random.default_rng(0).uniform(-3, 3, (50, 2)):
        values = dict(zip("xy", map(np.asarray, point), strict=True))
        assert evaluate_tensor(by_x, values) == evaluate_tensor(other, values), Writer().tensor(by_x)
