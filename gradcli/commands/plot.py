"""gradcli plot: curves and their derivatives, and surfaces over two names."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, At, Option, completion, shared
from gradcli.console.settings import Settings

Exprs = Annotated[list[str], Argument("EXPR...", "The expressions; - reads one from standard input.")]
Over = Annotated[list[str] | None, Option("--over", metavar="NAME=FROM:TO", show_default=False,
                                          help="The name that varies, and where; twice for a surface.")]
Slope = Annotated[bool, Option("--grad", help="The derivative as well: dashed, or arrows of a surface.")]
Points = Annotated[int | None, Option("--points", metavar="N", min=2, max=100_000, show_default=False,
                                      help="Values to compute: of a curve 241, and more where a picture needs them.")]
Log = Annotated[str, Option("--log", metavar="x|y|xy", show_default=False, help="Logarithmic axes.",
                            autocompletion=completion(("x", "y", "xy")))]
Descent = Annotated[float | None, Option("--descent", metavar="RATE", show_default=False,
                                         help="The steps of gradient descent as well.")]
From = Annotated[list[str] | None, Option("--from", metavar="NAME=EXPR, ...", show_default=False,
                                          help="Where --descent starts.")]
Steps = Annotated[int, Option("--steps", metavar="N", min=1, max=10_000, help="The most steps of --descent.")]


@shared()
def plot(settings: Settings, exprs: Exprs, over: Over = None, at: At = None, grad: Slope = False,
         points: Points = None, log: Log = "", descent: Descent = None, start: From = None, steps: Steps = 50) -> int:
    """Draw expressions over an interval, or one over two as a map of its levels.

    A terminal gets a chart, a pipe columns of numbers; -o FILE writes .svg, or .png and .pdf with gradcli[plot].

    Example: gradcli plot 'x**2 * sin(x)' --over x=-3:3 --grad
    """
    from gradcli.reports.plotting import PlotRequest, report_plot

    return report_plot(PlotRequest(exprs, over or [], at or [], grad, points, log, descent, start or [], steps),
                       settings)
