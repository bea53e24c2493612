"""The work of `gradcli check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.commands.blocks import check_format
from gradcli.commands.limiting import limited
from gradcli.commands.output import Output
from gradcli.commands.placing import placed
from gradcli.commands.running import give, timed
from gradcli.commands.settings import Settings
from gradcli.commands.source import from_file_or_word
from gradcli.commands.values import dumps, is_tensor, number

if TYPE_CHECKING:
    from gradcli.checking import Finding

MISMATCH = 4


def compared(expr: str, at: list[str], wrt: list[str], settings: Settings) -> int:
    """Print a verdict on the gradients of `expr` by each name, and say by the status whether all are right."""
    check_format(settings, "check")
    settings.double = True
    output = Output(settings.output, settings)
    names = [word.partition("=")[0].strip() for text in (*at, *settings.var) for word in text.split(",")]
    with limited(settings):
        source = from_file_or_word(expr, names, "gradcli check ")
    point = placed(source.text if source else expr, at, wrt, settings, lambda text: None)
    session = point.session
    for name in set(session.names()).difference(point.leaves):
        if is_tensor(session[name]) and session[name].requires_grad:
            session.run(f"{name} = {name}.detach()", "--wrt", echo=False)
    findings = timed(settings, "check", lambda: session.check(point.source.text))
    give(output, settings, lambda: _written(findings, settings.format))
    return 0 if all(finding.verdict.right for finding in findings) else MISMATCH


def _written(findings: list[Finding], form: str) -> str:
    if form in ("text", "plain"):
        return "".join(f"{finding.text}\n" for finding in findings)
    return dumps({"check": {finding.name: _entry(finding) for finding in findings}}) + "\n"


def _entry(finding: Finding) -> dict[str, Any]:
    """A verdict as data: how many slopes were measured, the worst of them, and where there is no slope."""
    verdict = finding.verdict
    return {"right": verdict.right, "slopes": verdict.moved, "size": verdict.size,
            "worst": {"place": list(verdict.place), "gradient": number(verdict.analytic),
                      "slope": number(verdict.measured)},
            "kinks": [list(place) for place in verdict.kinks]}
