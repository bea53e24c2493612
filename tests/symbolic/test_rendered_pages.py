"""Pages of derivatives as browsers and LaTeX set them, where a browser or a LaTeX is installed."""

import re
import shutil
import subprocess

import pytest

from gradcli.session.session import Session
from gradcli.symbolic.closed_form import closed_forms
from gradcli.symbolic.formula_page import FormulaPage
from symbolic.exercises import EXERCISES

NUMBERS = [*EXERCISES][::6]
TENSORS = ("((x @ w - y)**2).sum()", "F.softmax(y, 0)[1]", "torch.logsumexp(y, 0)", "(w @ w).norm()", "relu(x).sum()",
           "F.cross_entropy(x, torch.tensor([0, 1]))", "torch.det(w)", "x.var(0).sum()", "w.inverse().sum()")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COMPILERS = ("pdflatex", "latex", "tectonic")
# Formulas that have no extent, or parts that the browser marks as wrong, go into the body, which it is asked for.
SCRIPT = """<script>
const wrong = [...document.querySelectorAll("math")].filter(math => {
  const box = math.getBoundingClientRect();
  return box.width < 5 || box.height < 5 || math.querySelector("merror");
});
document.body.setAttribute("data-wrong", wrong.map(math => math.textContent).join("|") || "none");
document.body.setAttribute("data-count", document.querySelectorAll("math").length);
</script>"""


def pages(form):
    """Every derivative as a page of `form`."""
    session = Session(style="modern", seed=0)
    session.run("torch.set_default_dtype(torch.float64)\nx = torch.tensor(0.7, requires_grad=True)", echo=False)
    for text in NUMBERS:
        yield FormulaPage(session, closed_forms(session, text, ["x"]), False, False, None).render(form)
    session.run("x, w = torch.rand(2, 2, requires_grad=True), torch.rand(2, 2, requires_grad=True)\n"
                "y = torch.rand(2, requires_grad=True)", echo=False)
    for text in TENSORS:
        names = [name for name in "xwy" if re.search(rf"\b{name}\b", text)]
        yield FormulaPage(session, closed_forms(session, text, names), False, False, None).render(form)


def test_a_browser_sets_every_formula(tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed")
    formulas = "".join(pages("mathml"))
    page = tmp_path / "formulas.html"
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{formulas}{SCRIPT}</body>")
    process = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=False)
    assert re.search(r'data-wrong="([^"]*)"', process.stdout)[1] == "none"
    assert int(re.search(r'data-count="(\d+)"', process.stdout)[1]) == formulas.count("<math ") >= len(NUMBERS)


def test_latex_compiles_every_formula(tmp_path):
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        pytest.skip("no LaTeX is installed")
    (tmp_path / "formulas.tex").write_text(
        "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n" + "\n".join(pages("latex"))
        + "\n\\end{document}\n")
    stop = [] if compiler.endswith("tectonic") else ["-interaction=nonstopmode", "-halt-on-error"]
    process = subprocess.run([compiler, *stop, "formulas.tex"], cwd=tmp_path, capture_output=True, text=True,
                             timeout=120, check=False)
    assert process.returncode == 0, process.stdout[-2000:]


def test_latex_is_well_formed():
    """Braces, environments and \\left and \\right come in pairs, and rows have one place where they are aligned."""
    for page in pages("latex"):
        assert page.count("{") == page.count("}") and page.count(r"\left") == page.count(r"\right"), page
        assert sorted(re.findall(r"\\begin\{(\w+\*?)\}", page)) == sorted(re.findall(r"\\end\{(\w+\*?)\}", page)), page
