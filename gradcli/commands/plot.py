"""gradcli plot: curves and their derivatives, and surfaces over two names."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, At, Option, completion, shared
from gradcli.console.settings import Settings

Exprs = Annotated[list[str], Argument("EXPR...", "The expressions; - reads one from standard input.")]
Over = Annotated[list[str] | None, Option("--over", metavar="NAME=FROM:TO", show_default=False,
                                          help="The name that varies, and where; twice for a surface.")]
Slope = Annotated[bool, Option("--grad", help="The derivative as well: dashed, or arrows of a surface.")]
Points = Annotated[int, Option("--points", metavar="N", min=2, max=100_000, help="Values to compute.")]
Log = Annotated[str, Option("--log", metavar="x|y|xy", show_default=False, help="Logarithmic axes.",
                            autocompletion=completion(("x", "y", "xy")))]


@shared()
def plot(settings: Settings, exprs: Exprs, over: Over = None, at: At = None, grad: Slope = False,
         points: Points = 241, log: Log = "") -> int:
    """Draw expressions over an interval.

    A terminal gets a chart, a pipe columns of numbers; -o FILE writes .svg, or .png and .pdf with gradcli[plot].

    Example: gradcli plot 'x**2 * sin(x)' --over x=-3:3 --grad
    """
    from gradcli.reports.plotting import PlotRequest, report_plot

    return report_plot(PlotRequest(exprs, over or [], at or [], grad, points, log), settings)
