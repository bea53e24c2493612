"""`gradcli diff`, and `gradcli check --says`, from outside."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.program import environment, gradcli

DIFF = {
    ("x**2 * sin(x)",): "x**2*cos(x) + 2*x*sin(x)\n",
    ("x**2 * sin(x)", "--at", "x=2"): "x**2*cos(x) + 2*x*sin(x) = 1.9726\n",
    ("x**2 * sin(x)", "--at", "x=2", "--precision", "2"): "x**2*cos(x) + 2*x*sin(x) = 1.97\n",
    ("x*y", "--wrt", "y"): "x\n",
    ("x**2", "--order", "3"): "0\n",
    ("0.5*x**2 + 0.1*x",): "x + 0.1\n",
    ("x**2/2 + x/10",): "x + 1/10\n",
    ("x.max(2*x)",): "2 if 2*x > x else 1\n",
    ("x[0] * x[1]", "--at", "x=[1, 2, 3]"): "d/dx_i = (x[1] if i == 0 else x[0] if i == 1 else 0) = [2, 1, 0]\n",
    ("2 * x", "--format", "unicode"): "2\n",
    ("x**3", "--format", "latex"): "\\frac{\\partial f}{\\partial x} = 3 x^{2}\n",
    ("x * 1e-20",): "1e-20\n",
    ("x * 1.5e-9", "--format", "latex"): "\\frac{\\partial f}{\\partial x} = 1.5 \\cdot 10^{-9}\n",
    ("x * 1e30",): "1e+30\n",
    ("x / 2**40",): "1/1099511627776\n",
    ("x * 0.1234567890123 / 3",): "0.0411522630041\n",
    ("x**3", "--format", "markdown"): "$$\n\\frac{\\partial f}{\\partial x} = 3 x^{2}\n$$\n",
}


@pytest.mark.parametrize("words", DIFF)
def test_diff_prints_formulas(words):
    assert gradcli("diff", *words) == (0, DIFF[words], "")


def test_diff_as_data():
    printed = json.loads(gradcli("diff", "x * y", "--format", "json", "--at", "x=2, y=3").out)
    assert printed == {"derivatives": [
        {"by": ["x"], "formula": "y", "latex": "\\frac{\\partial f}{\\partial x} = y = 3", "value": 3.0},
        {"by": ["y"], "formula": "x", "latex": "\\frac{\\partial f}{\\partial y} = x = 2", "value": 2.0}]}


def test_mathml_is_well_formed():
    from xml.etree import ElementTree

    for line in gradcli("diff", "relu(x) * sqrt(y) / y", "--format", "mathml").out.splitlines():
        assert ElementTree.fromstring(line).tag.endswith("math")


@pytest.mark.parametrize("words, code, repair", [
    (("x **",), "G0101", ""), (("x * x", "--at", "x=[1, 2]"), "G0402", "(x * x).sum()"),
    (("3",), "G0801", "--at 'x=2'"),
    (("x", "--format", "npy"), "G0801", "--format latex"), (("x.item()**2",), "G0415", ""),
    (("x", "--wrt", "y"), "G0801", "--wrt x")])
def test_faults_have_their_codes(words, code, repair):
    outcome = gradcli("diff", *words)
    assert outcome.status and outcome.out == "" and f"error[{code}]" in outcome.err and repair in outcome.err


def test_without_sympy_formulas_are_right_and_longer():
    code = ("import sys; sys.modules['sympy'] = None\nfrom gradcli.__main__ import main\nmain()")
    process = subprocess.run([sys.executable, "-c", code, "diff", "x**3/(x + 1)"], capture_output=True, text=True,
                             timeout=60, env=environment(), check=False)
    assert process.returncode == 0 and process.stdout == "x**2*(3*(x + 1) - x)/(x + 1)**2\n"
    assert process.stderr == "note: formulas are simplified where SymPy is installed: pip install 'gradcli[symbolic]'\n"


HAND = [
    (("x**2*sin(x)", "2*x*sin(x) + x**2*cos(x)"), 0, "x: right, at 61 points\n"),
    (("x**2*sin(x)", "2*x*sin(x)"), 4, "the term x\\*\\*2\\*cos\\(x\\) of the product rule is missing\n"),
    (("sin(x**2).sum()", "cos(x**2)", "--at", "x=[1, 2]"), 4, "the factor 2\\*x_i is missing: it is 2\\*x_i"),
    (("cos(x)", "sin(x)"), 4, "the sign is wrong: it is -sin\\(x\\)\n"),
    (("det(A)", "inverse(A).T", "--at", "A=[[1, 2], [3, 4]]"), 4, "it is det\\(A\\)\\*inverse\\(A\\).T\n"),
    (("x**3", "3*x**2 + 1"), 4, "the term 1 is too much\n"),
    (("x**3", "sin(x)"), 4, "it is 3\\*x\\*\\*2\n"),
    (("(3*(x+2)**2).mean()", "1.5*(x+2)", "--at", "x=ones(2,2)"), 0, "x: right"),
    (("x.abs().sum()", "x.sign()", "--at", "x=[1, -2]"), 0, "x: right"),
    (("x*y", "y", "--wrt", "x"), 0, "x: right"),
    (("log(x)", "exp(-log(x))"), 0, "x: right"),        # without the points at which log has no value
    (("1e-9*x**2", "1e-9*x"), 4, "it is 2e-09\\*x\n"), (("1e-9*x**2", "2e-9*x"), 0, "x: right"),
    (("1e3*(sin(x)**2 + cos(x)**2)", "0"), 0, "x: right"), (("tanh(20*x)", "20/cosh(20*x)**2"), 0, "x: right")]


@pytest.mark.parametrize("words, status, text", HAND)
def test_hand_derivations_are_judged(words, status, text):
    expression, claim, *rest = words
    outcome = gradcli("check", expression, "--says", claim, *rest)
    assert outcome.status == status and re.search(text, outcome.out), outcome


def test_slips_have_names():     # lines of a function, what a student writes for its derivative, what is wrong
    mismatches = []
    for line in (Path(__file__).parent / "slips.txt").read_text().splitlines():
        expression, claim, words = map(str.strip, line.split("|"))
        outcome = gradcli("check", expression, "--says", claim)
        if outcome.status != 4 or outcome.out.strip().partition("; ")[2] != words:
            mismatches.append((expression, claim, outcome))
    assert not mismatches


def test_large_formulas_are_judged_without_being_multiplied_out_or_factored():
    for claim in ("*".join(f"(x + {k})" for k in range(80)), "x**999", "x**(1/1000) + x**(1/997)"):
        outcome = gradcli("check", "x**2*sin(x)", "--says", claim, "--time-limit", "20")
        assert outcome.status == 4 and outcome.out.endswith("it is x**2*cos(x) + 2*x*sin(x)\n"), (claim, outcome)


def test_several_derivatives_are_judged_at_once():
    outcome = gradcli("check", "x**2*y", "--says", "x=2*x*y", "--says", "y=2*x*y")
    assert outcome.status == 4 and outcome.out.startswith("x: right, at 61 points\ny: wrong at ")
    assert outcome.out.endswith("; that is the derivative by x: the derivative is x**2\n")
    second = gradcli("check", "x**2*y", "--order", "2", "--says", "x=2*y, y=0", "--says", "x, y=2*x")
    assert second.status == 0 and [line[:6] for line in second.out.splitlines()] == ["d2/dx2", "d2/dy2", "d2/dxd"]


@pytest.mark.parametrize("words, code", [
    (("x*y", "x, y=1"), "G0801"), (("x*y", "x=y, x=y"), "G0801"), (("x", "y=1"), "G0801"),
    (("x*y", "y"), "G0801"), (("x", "cos(x"), "G0102"), (("x.sum()", "torch.ones(3)", "--at", "x=[1, 2]"), "G0407")])
def test_faults_of_hand_derivations(words, code):
    expression, claim, *rest = words
    outcome = gradcli("check", expression, "--says", claim, *rest)
    assert outcome.status and outcome.out == "" and f"error[{code}]" in outcome.err
