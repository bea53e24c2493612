"""The work of `gradcli check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.commands.blocks import check_format
from gradcli.commands.check_text import data, text
from gradcli.commands.output import Output
from gradcli.commands.placing import placed
from gradcli.commands.running import give, timed
from gradcli.commands.settings import Settings
from gradcli.commands.values import dumps, is_tensor
from gradcli.errors import UsageFault

if TYPE_CHECKING:
    from gradcli.checking import Finding

MISMATCH = 4


def compared(expr: str, at: list[str], wrt: list[str], settings: Settings, tolerance: float, order: int) -> int:
    """Print a verdict on the gradients of `expr` by each name, and say by the status whether all are right."""
    check_format(settings, "check")
    if not 0 <= tolerance < 1:
        raise UsageFault(f"--tol takes a number from 0 to 1, not {tolerance:g}", "--tol 1e-5")
    settings.double = True
    output = Output(settings.output, settings)
    point = placed(expr, at, wrt, settings, lambda text: None, "check")
    session = point.session
    for name in set(session.names()).difference(point.leaves):
        if is_tensor(session[name]) and session[name].requires_grad:
            session.run(f"{name} = {name}.detach()", "--wrt", echo=False)

    def found() -> list[Finding]:
        from gradcli.checking import check

        return check(session, point.source.text, tolerance, order)

    findings = timed(settings, "check", found)
    give(output, settings, lambda: _written(findings, settings.format))
    return 0 if all(finding.verdict.right for finding in findings) else MISMATCH


def _written(findings: list[Finding], form: str) -> str:
    if form in ("text", "plain"):
        return "".join(f"{text(finding)}\n" for finding in findings)
    orders = {"check": 1, "check2": 2}
    return dumps({key: entries for key, order in orders.items() if (
        entries := {f.name: data(f) for f in findings if f.order == order})}) + "\n"
