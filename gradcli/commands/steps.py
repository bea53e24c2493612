"""gradcli steps: a derivation, line by line."""

from __future__ import annotations

from gradcli.console.options import At, Expr, Wrt, shared
from gradcli.console.settings import Settings


@shared()
def steps(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None) -> int:
    """Show a derivation line by line.

    First each operation of EXPR with its value, then each gradient by the rule it follows.

    Example: gradcli steps 'x**2 * sin(x)' --at x=2
    """
    from gradcli.reports.derivation_text import report_derivation

    return report_derivation(expr, at or [], wrt or [], settings)
