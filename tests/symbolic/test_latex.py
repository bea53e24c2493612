"""Formulas in LaTeX and MathML are set as textbooks set them."""

from xml.etree import ElementTree

import pytest

from gradcli.session.session import Session
from gradcli.symbolic.closed_form import closed_forms, shortest
from gradcli.symbolic.formula_page import FormulaPage, aligned, mathml
from gradcli.symbolic.latex import LatexWriter

NUMBERS = {     # derivatives by x
    "sin(x)**2*y": r"2 y \sin(x) \cos(x)", "tan(x)": r"\frac{1}{\cos^{2}(x)}", "log(x)**3": r"\frac{3 \log(x)^{2}}{x}",
    "x**(1/3)": r"\frac{1}{3 x^{2/3}}", "exp(x/y)": r"\frac{\exp\left(\frac{x}{y}\right)}{y}", "(y - x)**2/2": "x - y",
    "x*1e-7*y": r"10^{-7} y", "rate*x*step": r"\mathrm{rate} \cdot \mathrm{step}", "y*x*step": r"\mathrm{step} \, y",
    "x*x_train": r"{x_{\mathrm{train}}}", "x*out_2": r"{\mathrm{out}_{2}}", "3*x*step": r"3 \, \mathrm{step}"}
TENSORS = {     # derivatives by x, in both notations
    "((x - y)**2).sum()": r"2 (x - y)", "(x @ y)/(x @ x)**0.5":
    r"\frac{y}{\left\|x\right\|} - \frac{(x^{\top} y) x}{\left\|x\right\|^{3}}", "x.sum()**2": r"2 \sum_{j} x_{j}"}


def test_numbers_and_their_functions():
    session = Session(style="modern")
    session.run("torch.set_default_dtype(torch.float64)\n" + "\n".join(
        f"{name} = torch.tensor({0.4 + 0.1 * at}, requires_grad=True)"
        for at, name in enumerate("x y rate step x_train out_2".split())), echo=False)
    for text, expected in NUMBERS.items():
        [form] = closed_forms(session, text, ["x"]).derivatives
        assert LatexWriter().tensor(shortest(form.formula)) == expected, text


def test_tensors_are_sums_without_parentheses_and_norms():
    session = Session(style="modern")
    session.run("torch.set_default_dtype(torch.float64)\nx = torch.tensor([1., 2.], requires_grad=True)\n"
                "y = torch.tensor([3., 1.], requires_grad=True)", echo=False)
    for text, expected in TENSORS.items():
        page = FormulaPage(session, closed_forms(session, text, ["x"]), False, False, None)
        assert f"&= {expected}" in page.render("latex") or f"= {expected}\n" in page.render("latex"), text
        assert r"\frac{\partial f}{\partial x_{i}}" in page.render("latex"), text


def test_rows_that_are_no_equations_stand_behind_the_signs():
    assert aligned(["x = 1", r"\text{where } y = 2"]).splitlines()[1:3] == [r"x &= 1 \\", r"&\text{where } y = 2"]


def test_mathml_keeps_a_distance_before_functions_and_has_bold_signs():
    pytest.importorskip("latex2mathml")
    text = mathml(r"2 x \sin(x) + \operatorname{sign}(x) A^{-\top} \mathbf{1}")
    names = [part for part in ElementTree.fromstring(text).iter() if part.text in ("sin", "sign", "𝟏")]
    assert [part.tag.rpartition("}")[2] for part in names] == ["mi", "mi", "mn"] and text.count("<mspace") == 1
