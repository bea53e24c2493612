"""gradcli check: are the gradients right?"""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, At, Option, Wrt, shared
from gradcli.console.settings import Settings
from gradcli.faults.tree import UsageFault

TOLERANCE = 1e-5

Subject = Annotated[str, Argument(metavar="EXPR|FILE", help="The expression, or a file that ends with one; "
                                                                 "- reads it from standard input.")]
Tolerance = Annotated[float, Option("--tol", metavar="T", help="How far a gradient may be off, relatively, "
                                                                     "beside the error of the measure.")]
Order = Annotated[int, Option("--order", metavar="N", min=1, max=2, help="2 checks the second derivatives too.")]

Says = Annotated[list[str] | None, Option("--says", metavar="[NAME=]EXPR", help="A derivative derived by hand, to be "
                                                                            "compared; may be repeated.")]


@shared()
def check(settings: Settings, expr: Subject, at: At = None, wrt: Wrt = None, tol: Tolerance = TOLERANCE,
          order: Order = 1, says: Says = None) -> int:
    """Compare gradients with measured slopes.

    Both are computed in double precision at a point. Status 4 says that a gradient is wrong.

    With --says EXPR compare with the derivative that EXPR claims, and tell what is wrong; with several names, --says
    NAME=EXPR for each.

    Example: gradcli check 'x**2 * sin(x)' --at x=2
    """
    if says:
        from gradcli.reports.hand_check import report_hand_check

        if tol != TOLERANCE:
            raise UsageFault("--tol is for measured slopes, and --says needs none", ("--says", "alone"))
        return report_hand_check(expr, says, at or [], wrt or [], settings, order)
    from gradcli.reports.check_report import report_check

    return report_check(expr, at or [], wrt or [], settings, tol, order)
