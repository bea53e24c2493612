"""A chart as PNG and PDF, drawn by matplotlib, which the extra `gradcli[plot]` installs."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any

import numpy as np

from gradcli.display.charts.chart import Chart, marks, padded, segments
from gradcli.display.charts.chart_svg import FEWEST_DOTS, colour, legend
from gradcli.display.charts.svg_axes import AXIS, BOTTOM, GRID, INK, LEFT, WIDTH, Axes, axes, shortened
from gradcli.faults.tree import UsageFault

DPI = 100
FONT = 9
THICK = 1.8 * 72 / DPI      # of a curve, in points


def require_matplotlib() -> None:
    """Import matplotlib and its fonts, before this process is locked; UsageFault where it is not installed."""
    import logging
    import os
    from contextlib import chdir

    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)      # it remarks on caches of fonts
    try:
        # It reads a file matplotlibrc of the present folder, which may be anything, and anybody's.
        with chdir(os.path.dirname(os.__file__)), warnings.catch_warnings(action="ignore"):
            from matplotlib import figure  # noqa: F401  # its fonts are read at import
            from matplotlib.backends import (
                backend_agg,  # noqa: F401  # loads shared objects, which a locked process cannot
                backend_pdf,  # noqa: F401
            )
            from PIL import PngImagePlugin  # noqa: F401  # the same
    except ImportError:
        raise UsageFault("PNG and PDF files are drawn by matplotlib, which is not installed",
                         ("pip install 'gradcli[plot]'", "installs it"),
                         ("-o picture.svg", "needs no library")) from None


def drawing(chart: Chart, form: str) -> bytes:
    """The chart as one PNG or PDF file with the axes, legend, colours and gaps of the SVG."""
    return rendered(lambda: _chart(chart), form)


def rendered(figure: Any, form: str) -> bytes:
    """The file of a figure, which `figure` draws under matplotlib's own defaults."""
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    file = BytesIO()
    with rc_context(rc=dict(rcParamsDefault)), warnings.catch_warnings(action="ignore"):   # as of a missing glyph
        canvas: Any = (FigureCanvasPdf if form == "pdf" else FigureCanvasAgg)(figure())
        if form == "pdf":
            canvas.print_pdf(file, metadata={"CreationDate": None, "Creator": "gradcli"})
        else:
            canvas.print_png(file, metadata={"Software": None})
    return file.getvalue()


def _chart(chart: Chart) -> Any:
    flat = chart.on_axes()
    frame = axes(flat.x_range, padded(flat.y_range), (chart.name, chart.title), legend(chart), chart.log)
    figure, area = framed(frame, grid=True)
    low, high = flat.y_range
    for curve in flat.curves:
        for places, values in segments(flat.places, curve, flat.y_range):
            area.plot(places, np.clip(values, 11 * low - 10 * high, 11 * high - 10 * low), color=colour(curve.colour),
                      linewidth=THICK, linestyle=(0, (4, 2.7)) if curve.dashed else "-", zorder=2)
    if flat.path is not None:
        descent(area, flat.path.x, np.clip(flat.path.y, 11 * low - 10 * high, 11 * high - 10 * low))
    return figure


def framed(frame: Axes, grid: bool) -> tuple[Any, Any]:
    """A figure with the frame of a chart, and the axes in it to draw on."""
    from matplotlib.figure import Figure

    height = frame.height
    figure = Figure((WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
    area = figure.add_axes((LEFT / WIDTH, BOTTOM / height, 1 - (LEFT + frame.right) / WIDTH,
                            1 - (frame.top + BOTTOM) / height),
                           xlim=frame.x_range, ylim=frame.y_range, frame_on=False)
    area.tick_params(length=0, labelsize=FONT, labelcolor=INK, labelfontfamily="monospace")
    across = marks(*frame.x_range, 8, "x" in frame.log)
    upward = marks(*frame.y_range, 6, "y" in frame.log)
    area.set_xticks([at for at, _ in across], [label for _, label in across])
    area.set_yticks([at for at, _ in upward], [label for _, label in upward])
    for ticks, line, axis in ((across, area.axvline, "x"), (upward, area.axhline, "y")):
        for at, _ in ticks if grid else []:
            line(at, color=GRID if at or axis in frame.log else AXIS, linewidth=0.8, zorder=1)
    _legend(figure, frame)
    return figure, area


def _legend(figure: Any, frame: Axes) -> None:
    """The legend above the axes, and the names of the axes."""
    from matplotlib.lines import Line2D

    height = frame.height

    def write(x: float, y: float, line: str, **more: Any) -> None:
        figure.text(x / WIDTH, 1 - y / height, line, color=INK, fontsize=FONT, family="monospace", parse_math=False,
                    **more)

    for entry, y, lines in frame.entries():
        at, level = np.array([LEFT, LEFT + 26.0]) / WIDTH, 1 - (y - 4) / height
        figure.add_artist(Line2D(at, [level, level], color=entry.colour, linewidth=THICK,
                                 linestyle=(0, (4, 2.7)) if entry.dashed else "-"))
        if entry.dots:
            figure.add_artist(Line2D([at.mean()], [level], color=entry.colour, marker="o", markersize=4))
        for n, text in enumerate(lines):
            write(LEFT + 34, y + 16 * n, text)
    write((LEFT + WIDTH - frame.right) / 2, height - 8, frame.names[0], ha="center")
    write(14, (frame.top + height - BOTTOM) / 2, shortened(frame.names[1]), ha="center", va="center", rotation=90)


def descent(area: Any, x: np.ndarray, y: np.ndarray) -> None:
    """The steps of a descent: a line with a dot for each, and a ring around the last."""
    dots = {"marker": "o", "markersize": 3.6} if len(x) <= FEWEST_DOTS else {}
    area.plot(x, y, color=INK, linewidth=0.8, zorder=3, **dots)
    area.plot(x[-1:], y[-1:], "o", markersize=7, markerfacecolor="none", markeredgecolor=INK, zorder=3)
