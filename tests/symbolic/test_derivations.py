"""Derivations as on paper: the tutorial's, those of layers and losses, loops, and what has no formula."""

import numpy as np
import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.symbolic import closed_form, verification
from gradcli.symbolic.derivation_page import DerivationPage
from gradcli.symbolic.derive import derive_on_paper, derive_program
from gradcli.symbolic.evaluate import evaluate_tensor
from support.program import gradcli

TUTORIAL = """\
y_ij = x_ij + 2
z_ij = 3*y_ij**2
out  = sum_ij(z_ij)/4

∂out/∂z_ij = 1/4
∂out/∂y_ij = ∂out/∂z_ij * 6*y_ij = 3*y_ij/2
∂out/∂x_ij = ∂out/∂y_ij * 1 = 3*y_ij/2 = 3*(x_ij + 2)/2

at x_ij = 1
∂out/∂x_ij = 9/2 = 4.5, as reverse mode says
"""
TUTORIAL_LATEX = r"""\begin{aligned}
y_{ij} &= x_{ij} + 2 \\
z_{ij} &= 3 y_{ij}^{2} \\
\mathrm{out} &= \frac{\sum_{ij} z_{ij}}{4} \\
\frac{\partial \mathrm{out}}{\partial z_{ij}} &= \frac{1}{4} \\
\frac{\partial \mathrm{out}}{\partial y_{ij}} &= \frac{\partial \mathrm{out}}{\partial z_{ij}} \cdot 6 y_{ij} = \frac{3 y_{ij}}{2} \\
\frac{\partial \mathrm{out}}{\partial x_{ij}} &= \frac{\partial \mathrm{out}}{\partial y_{ij}} \cdot 1 = \frac{3 y_{ij}}{2} = \frac{3 (x_{ij} + 2)}{2} \\
&\text{at } x_{ij} = 1 \\
\frac{\partial \mathrm{out}}{\partial x_{ij}} &= \frac{9}{2} = 4.5
\end{aligned}
"""     # noqa: E501  # a line of LaTeX a line


def session(**values):
    double = Session(style="modern", seed=0)
    double.run("torch.set_default_dtype(torch.float64)", echo=False)
    for name, value in values.items():
        double.run(f"{name} = torch.tensor({value}, requires_grad=True)", echo=False)
    return double


def derived(text, result="", **values):
    return derive_program(session(**values), text, list(values), result)


def page(derivation):
    return DerivationPage(derivation, False, True, None).render("text")


def test_the_tutorial_is_derived_as_it_derives_itself():
    assert gradcli("steps", "examples/autograd_tutorial.grad", "--of", "out") == (0, TUTORIAL, "")
    assert gradcli("steps", "examples/autograd_tutorial.grad", "--of", "out", "--format", "latex").out == TUTORIAL_LATEX
    text = "y = x + 2; z = y * y * 3; out = z.mean(); out"
    assert gradcli("steps", text, "--at", "x=ones(2,2)").out == TUTORIAL


PROGRAMS = {
    "y = x * 2\nfor i in range(3): y = y * x\ny.sum()": {"x": [0.5, 1.5]},
    "for i in range(20): x2 = x * i\n(x2 * x).sum()": {"x": [0.5, 1.5]},
    "h = torch.tanh(W.mv(x) + b); loss = ((h - y)**2).mean(); loss":
        {"W": [[0.1, 0.2], [0.3, 0.4]], "x": [1.0, 2.0], "b": [0.0, 0.1], "y": [1.0, 0.0]},
    "p = F.softmax(x, dim=0); loss = -(p.log() * t).sum(); loss": {"x": [1.0, 2.0, 3.0], "t": [0.2, 0.3, 0.5]},
    "n = x / x.norm(); n[0] * n[1]": {"x": [3.0, 4.0, 1.0]},
    "a = x.mean(0); c = x - a; v = (c * c).sum() / 3; v": {"x": [[1.0, 2.0], [0.5, 4.0], [3.0, 1.0]]},
    "G = A.mm(A.t()); (G * G).sum()": {"A": [[1.0, 2.0, 0.5], [0.3, 1.0, 2.0]]},
    "y = x.clone()\ny *= 3\n(y * x).sum()": {"x": [1.0, 2.0]},
    "q = x.unsqueeze(0) * y.unsqueeze(1); q.sum()": {"x": [1.0, 2.0], "y": [0.5, 4.0, 1.0]},
    "u = torch.where(x > 1, x * x, -x); u.sum()": {"x": [0.5, 2.0]},
    "d = F.relu(x) + F.leaky_relu(x, 0.2) + F.softplus(x) + F.gelu(x); d.sum()": {"x": [-1.0, 2.0]},
    "l = F.cross_entropy(x, torch.tensor([1, 0])); l": {"x": [[1.0, 2.0], [0.1, 0.7]]},
    "t = x.view(2, 1).expand(2, 3) * w; t.mean()": {"x": [1.0, 2.0], "w": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
    "s = x.var() + x.std() + x.logsumexp(0); s": {"x": [1.0, 2.5, -1.0]},
}


@pytest.mark.parametrize("text", PROGRAMS)
def test_each_formula_holds_and_each_leaf_has_one(text):
    """Derivations compare formulas with reverse mode themselves; here with other numbers in the place of the leaves."""
    values = PROGRAMS[text]
    derivation = derived(text, **values)
    leaves = {d.name: d for d in derivation.derivatives if d.is_leaf}
    assert leaves.keys() == values.keys()
    assert all(segment.formula is not None for segment in derivation.segments)
    other = {name: (1.03 * np.array(value)).tolist() for name, value in values.items()}
    expected = {d.name: d.value for d in derived(text, **other).derivatives if d.is_leaf}
    point = {**derivation.constants, **{name: np.array(value) for name, value in other.items()}}
    for name, derivative in leaves.items():
        np.testing.assert_allclose(evaluate_tensor(derivative.closed, point), expected[name], rtol=1e-9, atol=1e-12)
    assert "no formula" not in page(derivation)


def test_a_wrong_rule_is_found(monkeypatch):
    from gradcli.symbolic.expression import TWO
    from gradcli.symbolic.fold import call, mul
    from gradcli.symbolic.formulas.table import FORMULAS
    from gradcli.symbolic.tensor import elementwise

    monkeypatch.setitem(FORMULAS, "cos", lambda x: elementwise(lambda v: mul(TWO, call("cos", v)), x))
    with pytest.raises(verification.WrongFormula):
        closed_form.closed_forms(session(x=0.5), "x.sin()", ["x"])
    with pytest.raises(verification.WrongFormula):
        derive_on_paper(session(x=0.5), "x.sin()", ["x"])


@pytest.mark.parametrize("text, reason", [
    ("x[[0, -1]].sum()", "indexing"), ("torch.linalg.cholesky(x.diag())[0, 0]", "linalg_cholesky"),
    ("torch.linalg.inv(x.diag()).sum()", "linalg_inv")])
def test_what_has_no_formula_says_so_and_has_its_numbers(text, reason):
    forms = closed_form.closed_forms(session(x=[1.0, 3.0, 2.0]), text, ["x"])
    [form] = forms.derivatives
    assert form.formula is None and form.reason and np.isfinite(form.value).all()
    assert reason in forms.derivatives[0].reason or reason in forms.value.reason
    assert "no formula" in page(derived(text, x=[1.0, 3.0, 2.0]))


@pytest.mark.parametrize("text, code", [
    ("x * x", "G0402"), ("x.nothing", "G0302"), ("x +", "G0101"), ("nowhere", "G0301")])
def test_faults_of_programs_are_told(text, code):
    with pytest.raises(Fault) as caught:
        derived(text, x=[1.0, 2.0])
    assert caught.value.code == code


def test_the_session_is_as_it_was():
    before = session(x=[1.0, 2.0])
    names = {name: id(value) for name, value in before.names().items()}
    derive_program(before, "y = x * 2; torch.rand(1); y.sum()", ["x"])
    assert {name: id(value) for name, value in before.names().items()} == names
    assert before.eval("torch.rand(1)").array == session().eval("torch.rand(1)").array


def test_parameters_of_modules_and_data_have_their_names():
    data = "x = torch.tensor([1.0, 2.0])\n"
    told = gradcli("steps", f"lin = nn.Linear(2, 1)\n{data}loss = (lin(x) - 3)**2\nloss.backward()").out
    assert "loss = (sum_i(weight_i*x_i) + bias - 3)**2" in told and told.count("as reverse mode says") == 2
    assert "∂loss/∂weight_i = 2*x_i*(sum_j(weight_j*x_j) + bias - 3)" in told
    told = gradcli("steps", f"net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())\n{data}net(x).sum().backward()").out
    assert "f = sum_i(tanh(sum_j(0.weight_ij*x_j) + 0.bias_i))" in told
    told = gradcli("steps", f"a = nn.Linear(2, 2)\nb = nn.Linear(2, 1)\n{data}out = b(a(x))\nout.backward()").out
    assert "∂out/∂a.bias_i    = b.weight_i" in told and "weight = [[" in told


def test_results_of_loops_are_derived_and_only_what_they_depend_on():
    told = gradcli("steps", "x = torch.tensor(1.5, requires_grad=True)\ny = x\nfor i in range(3):\n    y = y*x + i\n"
                   "y.backward()").out
    assert "∂y3/∂x  = " in told and " = 4*x**3 + 1\n" in told
    told = gradcli("steps", "w = torch.tensor(2.0, requires_grad=True)\nfor i in range(3):\n    loss = (w - 1)**2\n"
                   "loss.backward()").out
    assert told.startswith("loss3 = (w - 1)**2\n\n∂loss3/∂w = 2*(w - 1)\n")


def test_a_named_value_of_several_numbers_is_told_which_line_works():
    message = gradcli("steps", "a = x * 2; b = a * 3", "--of", "a", "--at", "x=[1, 2]").err
    assert " = help: total = a.sum()  " in message and "--of total" in message
    mended = gradcli("steps", "a = x * 2; total = a.sum(); b = a * 3", "--of", "total", "--at", "x=[1, 2]")
    assert mended.status == 0 and "∂total/∂x_i = 2, as reverse mode says" in mended.out


def test_faults_are_told_in_the_words_of_the_expression():
    for expression in ("x**2*y", "(x*2).mm(x)", "sin(x*2) + w[0]"):
        message = gradcli("steps", expression, "--at", "x=2").err
        assert f"1 | {expression}\n" in message and "v1" not in message, message
