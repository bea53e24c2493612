"""The work of `gradcli check`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source, from_file_or_word
from gradcli.data.data_format import dump_json, holds_numbers
from gradcli.data.point import OWN_LEAVES, EvaluationPoint, known_names, open_point
from gradcli.faults.exit_codes import MISMATCH
from gradcli.faults.tree import NameFault, UsageFault
from gradcli.process.limits import limited
from gradcli.reports.check_text import finding_data, finding_text
from gradcli.reports.open_session import in_doubles, timed, write_result
from gradcli.reports.own_leaves import OwnLeaves, after_leaves
from gradcli.reports.result_format import check_format

if TYPE_CHECKING:
    from gradcli.analysis.gradient_check import CheckResult
    from gradcli.session.session import Session


@in_doubles
def report_check(expr: str, at: list[str], wrt: list[str], settings: Settings, tolerance: float, order: int) -> int:
    """Print a verdict on the gradients of `expr` by each name, and say by the status whether all are right."""
    check_format(settings, "check")
    if not 0 <= tolerance < 1:
        raise UsageFault(f"--tol takes a number from 0 to 1, not {tolerance:g}", "--tol 1e-5")
    output = Output(settings.output, settings)
    with limited(settings):
        source = from_file_or_word(expr, known_names(at, settings), "gradcli check ")
    own_leaves = _own_leaves(source, settings) if source and not (at or wrt or settings.var) else None

    def run(session: Session, text: str) -> list[CheckResult]:
        from gradcli.analysis.gradient_check import check_against_slopes

        try:
            return check_against_slopes(session, text, tolerance, order)
        except UsageFault:
            session.eval(text)      # any other fault of the expression comes first
            raise

    if own_leaves:
        findings = timed(settings, "check", lambda: run(*own_leaves))
    else:
        point = _at_point(expr, at, wrt, settings, source)
        findings = point.timed(settings, "check", lambda: run(point.session, point.source.text))
    write_result(output, settings, lambda: _render(findings, settings.format))
    return 0 if all(finding.verdict.is_right for finding in findings) else MISMATCH


def _own_leaves(source: Source, settings: Settings) -> OwnLeaves | None:
    """A program divided after its last leaf; None where it has none, also if it lacks the names of a point."""
    try:
        return after_leaves(source, settings)
    except NameFault:
        if re.search(OWN_LEAVES, source.text):
            raise
        return None


def _at_point(expr: str, at: list[str], wrt: list[str], settings: Settings, source: Source | None) -> EvaluationPoint:
    """The point of an expression; what is not differentiated by is constant."""
    point = open_point(expr, at, wrt, settings, lambda text: None, "check", source)
    session = point.session
    for name in set(session.names()).difference(point.leaves):
        if holds_numbers(session[name]) and session[name].requires_grad:
            session.run(f"{name} = {name}.detach()", "--wrt", echo=False)
    return point


def _render(findings: list[CheckResult], form: str) -> str:
    if form in ("text", "plain"):
        return "".join(f"{finding_text(finding)}\n" for finding in findings)
    orders = {"check": 1, "check2": 2}
    return dump_json({key: entries for key, order in orders.items() if (
        entries := {f.name: finding_data(f) for f in findings if f.order == order})}) + "\n"
