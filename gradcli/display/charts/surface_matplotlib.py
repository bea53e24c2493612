"""A surface as PNG and PDF, drawn by matplotlib from the regions of the SVG."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.display.charts.chart import label
from gradcli.display.charts.chart_matplotlib import FONT, descent, framed, rendered
from gradcli.display.charts.surface import ANY, Surface, arrows, regions, shade
from gradcli.display.charts.surface_svg import ARROW, BAR, COLUMNS, LONGEST, ROWS, frame_of, units
from gradcli.display.charts.svg_axes import BOTTOM, INK, WIDTH


def surface_drawing(surface: Surface, form: str) -> bytes:
    """The surface as one PNG or PDF file."""
    return rendered(lambda: _figure(surface), form)


def _figure(surface: Surface) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    frame = frame_of(surface)
    figure, area = framed(frame, grid=False)
    levels = surface.levels()
    for n, level in enumerate([ANY, *levels]):
        loops = [Path(np.array([*loop, loop[0]]), closed=True) for loop in regions(surface, level)]
        if not loops:
            continue
        area.add_patch(PathPatch(Path.make_compound_path(*loops), facecolor=shade(n / max(1, len(levels))),
                                 edgecolor=(*(int(INK[at:at + 2], 16) / 255 for at in (1, 3, 5)), 0.35), linewidth=0.5))
    to_x, to_y = units(frame)
    heads = np.array(arrows(surface, COLUMNS, ROWS, (to_x, to_y)))
    if len(heads):
        x, y, across, up = heads.T
        area.quiver(x, y, across * LONGEST / to_x, up * LONGEST / to_y, angles="xy", scale_units="xy", scale=1,
                    pivot="middle", color=ARROW, width=0.0022, headwidth=5)
    if surface.path is not None:
        descent(area, surface.path.x, surface.path.y)
    _scale(figure, frame, levels)
    return figure


def _scale(figure: Any, frame: Any, levels: list[float]) -> None:
    """The colours of the levels with their numbers, to the right of the area."""
    from matplotlib.patches import Rectangle

    x, bottom = WIDTH - frame.right + 10, frame.height - BOTTOM
    height = (bottom - frame.top) / (len(levels) + 1)
    for n in range(len(levels) + 1):
        y = 1 - (bottom - n * height) / frame.height
        figure.add_artist(Rectangle((x / WIDTH, y), BAR / WIDTH, height / frame.height, linewidth=0,
                                    facecolor=shade(n / max(1, len(levels)))))
        if n < len(levels):
            figure.text((x + BAR + 4) / WIDTH, y + height / frame.height, label(levels[n]), color=INK, fontsize=FONT,
                        family="monospace", va="center")
