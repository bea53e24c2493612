"""gradcli steps: a derivation, line by line."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import At, Expr, Option, Wrt, shared
from gradcli.console.settings import Settings

Of = Annotated[str, Option("--of", metavar="NAME", help="The value to derive, where it is not the last.")]
Tape = Annotated[bool, Option("--tape", help="Each operation, then each gradient by its rule.")]


@shared()
def steps(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None, of: Of = "",
          tape: Tape = False) -> int:
    """Show a derivation as on paper.

    First the values that EXPR names, each with its formula, then the derivatives by the chain rule, then their values.

    Example: gradcli steps 'x**2 * sin(x)' --at x=2
    """
    from gradcli.reports.derivation_text import report_derivation

    return report_derivation(expr, at or [], wrt or [], of, tape, settings)
