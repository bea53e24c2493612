"""The work of `gradcli steps`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.data_format import dump_json, nested
from gradcli.data.point import OWN_LEAVES, EvaluationPoint, expression, open_point
from gradcli.reports.open_session import in_doubles, open_session, write_result
from gradcli.reports.result_format import check_format

if TYPE_CHECKING:
    from gradcli.analysis.derivation import Derivation, Gradient
    from gradcli.symbolic.chain_rule import PaperDerivation

WIDEST = 60     # characters: formulas that are longer are left out when columns are aligned
Row = tuple[str, str, str, str]     # a name, a sign, how it is computed, its value


def report_derivation(expr: str, at: list[str], wrt: list[str], of: str, tape: bool, settings: Settings) -> int:
    """Print the derivation of `expr`, or of the name `of` in it, where `at` says: as on paper, or with `tape` as a tape
    of operations."""
    if not tape:
        return _report_paper(expr, at, wrt, of, settings)
    from gradcli.analysis.derivation import derive, require_assigned

    check_format(settings, "steps --tape")
    output = Output(settings.output, settings)
    point = open_point(expr, at, wrt, settings, lambda text: None, "steps")
    text = point.source.text[:require_assigned(point.source.text, of)] if of else point.source.text
    derivation = point.timed(settings, "steps", lambda: derive(point.session, text, point.leaves))
    if settings.format in ("text", "plain"):
        return write_result(output, settings, lambda: as_text(derivation, settings.precision))
    return write_result(output, settings, lambda: _json(derivation))


@in_doubles
def _report_paper(expr: str, at: list[str], wrt: list[str], of: str, settings: Settings) -> int:
    from gradcli.reports.closed_forms import FORMATS, follow_suffix, page_text, remark_simplification

    follow_suffix(settings)
    check_format(settings, "steps", FORMATS)
    output = Output(settings.output, settings)
    point = open_derivation(expr, at, wrt, settings)

    def compute() -> PaperDerivation:
        from gradcli.symbolic.derive import derive_program

        return derive_program(point.session, point.source.text, point.leaves, of)

    derivation = point.timed(settings, "steps", compute)
    from gradcli.symbolic.derivation_page import DerivationPage
    from gradcli.symbolic.text import writes_decimals

    page = DerivationPage(derivation, writes_decimals(derivation.source), bool(at) or not point.leaves,
                          settings.precision)
    remark_simplification(settings)
    return write_result(output, settings, lambda: page_text(page, settings.format))


def open_derivation(expr: str, at: list[str], wrt: list[str], settings: Settings) -> EvaluationPoint:
    """The point of a derivation: that of `at`, or any; a program that makes its own leaves needs none."""

    source = expression(expr, settings, "steps", at)
    if at or not re.search(OWN_LEAVES, source.text):
        return open_point(expr, at, wrt, settings, lambda text: None, "steps", source, not at)
    return EvaluationPoint(open_session(settings, lambda text: None), source, [], [], [])


def as_text(derivation: Derivation, precision: int | None = None) -> str:
    """A derivation as text: the forward and the backward steps in aligned columns, and the meaning of unusual words."""
    from gradcli.analysis.short_text import short_text

    forward = [(step.name, "=", step.text, short_text(step.value.array, precision)) for step in derivation.forward]
    backward = [row for owed in derivation.backward for row in _rows(owed, precision)]
    text = "forward\n" + _table(forward) + "\nbackward\n" + _table(backward)
    if derivation.unusual:
        text += "\nwhere\n" + "".join(f"  {meaning}\n" for meaning in derivation.unusual.values())
    return text


def _rows(owed: Gradient, precision: int | None) -> list[Row]:
    """A gradient as one row, or as a row for each share and one for their sum."""
    from gradcli.analysis.short_text import short_text

    name = f"{owed.name}.grad" + (f" ({owed.what})" if owed.what else "")
    if isinstance(owed.value, list):
        return [(name, "=", "the gradients of its results", "")]
    rows = []
    for n, term in enumerate(owed.terms):
        formula = f"{term.formula}, summed over what was broadcast" if term.summed else term.formula
        rows.append(("" if n else name, "+" if n else "=", formula, short_text(term.value, precision)))
    if len(rows) > 1:
        rows.append(("", "", "", short_text(owed.value, precision)))
    return rows


def _table(rows: list[Row]) -> str:
    """Rows with their columns aligned; what is the same number in words and figures is said once."""
    name_width = max((len(row[0]) for row in rows), default=0)
    widths = [len(formula) for _, _, formula, value in rows if formula != value]
    formula_width = max((width for width in widths if width <= WIDEST), default=0)
    lines = []
    for name, sign, formula, value in rows:
        line = f"  {name:<{name_width}} {sign:<1} {formula:<{formula_width}}"
        lines.append(line.rstrip() if formula == value or not value else f"{line} = {value}")
    return "".join(f"{line}\n" for line in lines)


def _json(derivation: Derivation) -> str:
    def value(grad: Any) -> Any:
        return None if isinstance(grad, list) else nested(grad)

    forward = [{"name": step.name, "text": step.text, "value": nested(step.value.array)} for step in derivation.forward]
    backward = [{"name": owed.name, **({"operation": owed.what} if owed.what else {}),
                 "terms": [{"formula": t.formula, "summed": t.summed, "value": value(t.value)} for t in owed.terms],
                 "grad": value(owed.value)} for owed in derivation.backward]
    return dump_json({"forward": forward, "backward": backward, "where": derivation.unusual}) + "\n"
