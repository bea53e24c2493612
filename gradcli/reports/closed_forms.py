"""The work of `gradcli diff`: closed forms of derivatives, as text, LaTeX, Markdown, MathML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.console.diagnostics import tell
from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.data_format import dump_json
from gradcli.data.point import known_names, open_point
from gradcli.reports.open_session import in_doubles, write_result
from gradcli.reports.result_format import check_format, printer

if TYPE_CHECKING:
    from gradcli.symbolic.closed_form import ClosedForms

FORMATS = ("text", "plain", "unicode", "latex", "markdown", "mathml", "json", "jsonl")
SUFFIXES = {"tex": "latex", "md": "markdown"}


@in_doubles
def report_closed_forms(expr: str, at: list[str], wrt: list[str], order: int, settings: Settings) -> int:
    """Print the closed forms of the derivatives of an expression, with their values where --at gives a point."""
    follow_suffix(settings)
    check_format(settings, "diff", FORMATS)
    output = Output(settings.output, settings)
    point = open_point(expr, at, wrt, settings, printer(output, settings), "diff", samples=True)

    def compute() -> ClosedForms:
        from gradcli.symbolic.closed_form import closed_forms

        return closed_forms(point.session, point.source.text, point.leaves, order)

    forms = point.timed(settings, "diff", compute)
    from gradcli.symbolic.formula_page import FormulaPage
    from gradcli.symbolic.text import writes_decimals

    samples = set(point.leaves).difference(known_names(at, settings))
    page = FormulaPage(point.session, forms, decimals=writes_decimals(point.source.text), values=bool(at),
                       precision=settings.precision, samples=samples)
    remark_simplification(settings)
    return write_result(output, settings, lambda: page_text(page, settings.format))


def follow_suffix(settings: Settings) -> None:
    """Let the name of the file that is written decide the form of formulas, where --format does not."""
    form = SUFFIXES.get((settings.output or "").rpartition(".")[2].lower())
    if form and settings.sources["format"] != "option":
        settings.format = form


def page_text(page: Any, form: str) -> str:
    """A page of formulas in a form of FORMATS."""
    return dump_json(page.data()) + "\n" if form in ("json", "jsonl") else str(page.render(form))


def remark_simplification(settings: Settings) -> None:
    """Say on standard error how formulas get shorter, where SymPy is not installed."""
    from gradcli.symbolic.simplification.shortest import INSTALL, is_installed

    if not is_installed() and not settings.quiet:
        tell(f"note: formulas are simplified where SymPy is installed: {INSTALL}")
