"""gradcli plot: a curve and its derivative."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import At, Expr, Option, shared
from gradcli.console.settings import Settings

Over = Annotated[str, Option("--over", metavar="NAME=FROM:TO", show_default=False,
                                         help="The name that varies, and where.")]
Slope = Annotated[bool, Option("--grad", help="The derivative as well.")]
Points = Annotated[int, Option("--points", metavar="N", min=2, max=100_000, help="Values to compute.")]


@shared()
def plot(settings: Settings, expr: Expr, over: Over = "", at: At = None, grad: Slope = False,
         points: Points = 241) -> int:
    """Draw EXPR over an interval.

    A terminal gets a chart, a pipe columns of numbers; -o FILE writes .svg, or .png with gradcli[png].

    Example: gradcli plot 'x**2 * sin(x)' --over x=-3:3 --grad
    """
    from gradcli.reports.plotting import report_plot

    return report_plot(expr, over, at or [], grad, points, settings)
