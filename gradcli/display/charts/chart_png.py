"""A chart as PNG, drawn by matplotlib, which the extra `gradcli[png]` installs."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np

from gradcli.display.charts.chart import Chart, label, segments, ticks
from gradcli.display.charts.chart_svg import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from gradcli.faults.tree import UsageFault

DPI = 100
THICK = 1.8 * 72 / DPI      # of a curve, in points
INK, AXIS, GRID = "#1d2430", "#9aa2ad", "#e4e7eb"


def require_matplotlib() -> None:
    """Import matplotlib and its fonts, before this process is locked; UsageFault where it is not installed."""
    import logging

    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)      # it remarks on caches of fonts
    try:
        with warnings.catch_warnings(action="ignore"):
            from matplotlib import figure  # noqa: F401  # its fonts are read at import
            from matplotlib.backends import backend_agg  # noqa: F401  # loads shared objects, which a locked process cannot
            from PIL import PngImagePlugin  # noqa: F401  # the same
    except ImportError:
        raise UsageFault("PNG files of plots are drawn by matplotlib, which is not installed",
                         ("pip install 'gradcli[png]'", "installs it"), ("-o plot.svg", "needs no library")) from None


def png(chart: Chart) -> bytes:
    """The chart as one PNG file of WIDTH x HEIGHT pixels, with the axes, colours and gaps of the SVG."""
    from matplotlib import rc_context, rcParamsDefault

    with rc_context(rc=dict(rcParamsDefault)), warnings.catch_warnings(action="ignore"):   # as of a missing glyph
        return _drawing(chart)


def _drawing(chart: Chart) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    (left, right), (low, high) = chart.x_range, chart.y_range
    figure = Figure((WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
    axes = figure.add_axes((LEFT / WIDTH, BOTTOM / HEIGHT, 1 - (LEFT + RIGHT) / WIDTH, 1 - (TOP + BOTTOM) / HEIGHT),
                           xlim=(left, right), ylim=(low, high), frame_on=False)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK, labelfontfamily="monospace")
    across, upright = ticks(left, right, 8), ticks(low, high, 6)
    axes.set_xticks(across, list(map(label, across)))
    axes.set_yticks(upright, list(map(label, upright)))
    for marks, draw in ((across, axes.axvline), (upright, axes.axhline)):
        for mark in marks:
            draw(mark, color=GRID if mark else AXIS, linewidth=0.8, zorder=1)
    for n, curve in enumerate(chart.curves):
        colour = COLOURS[n % len(COLOURS)]
        for places, values in segments(chart.places, curve.values, (low, high)):
            axes.plot(places, np.clip(values, 11 * low - 10 * high, 11 * high - 10 * low), color=colour,
                      linewidth=THICK, zorder=2)
        at = LEFT / WIDTH + n * (1 - (LEFT + RIGHT) / WIDTH) / len(chart.curves)
        figure.text(at, 1 - (TOP - 12) / HEIGHT, curve.title, color=colour, fontsize=9, family="monospace",
                    parse_math=False)
    figure.text(1 - RIGHT / WIDTH, 4 / HEIGHT, chart.name, color=INK, fontsize=9, family="monospace", ha="right",
                parse_math=False)
    file = BytesIO()
    FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return file.getvalue()
