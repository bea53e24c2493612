"""A picture of a graph as PNG and PDF, drawn by matplotlib, which the extra `gradcli[plot]` installs."""

from __future__ import annotations

from typing import Any

from gradcli.display.charts.chart_matplotlib import rendered
from gradcli.display.graphs.graph import Picture
from gradcli.display.graphs.graph_layout import LIGHT, Words, curves, layout

DPI = 100
POINT = 72 / DPI        # of a pixel
SHARP = 2       # pixels of the file for one of the picture
LARGEST = 20000         # pixels of the file along a side


def graph_drawing(picture: Picture, form: str) -> bytes:
    """The picture as one PNG or PDF file."""
    return rendered(lambda: _figure(picture), form)


def _figure(picture: Picture) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
    from matplotlib.path import Path

    drawn = layout(picture)
    sharp = min(SHARP, LARGEST / max(drawn.width, drawn.height))
    figure = Figure((drawn.width / DPI, drawn.height / DPI), dpi=DPI * sharp, facecolor=LIGHT["ground"])
    area = figure.add_axes((0, 0, 1, 1), xlim=(0, drawn.width), ylim=(drawn.height, 0))
    area.set_axis_off()
    for points in drawn.edges:
        path = curves(points)
        edge = Path(path, [Path.MOVETO, *[Path.CURVE4] * (len(path) - 1)])
        area.add_patch(FancyArrowPatch(path=edge, arrowstyle="-|>", mutation_scale=8, color=LIGHT["edge"],
                                       linewidth=POINT, shrinkA=0, shrinkB=0))
    for box in drawn.boxes:
        bow = f"round,pad=0,rounding_size={box.bow}"
        area.add_patch(FancyBboxPatch((box.x, box.y), box.width, box.height, bow, facecolor=LIGHT[box.kind],
                                      edgecolor=LIGHT["faint"], linewidth=POINT, zorder=2))
        for words in box.lines:
            _write(area, words)
    for note in drawn.notes:
        _write(area, note, bbox={"facecolor": LIGHT["ground"], "edgecolor": "none", "pad": 1})
    return figure


def _write(area: Any, words: Words, **more: Any) -> None:
    area.text(words.x, words.y, words.text, color=LIGHT[words.colour], fontsize=12 * POINT, family="monospace",
              ha="center", va="baseline", parse_math=False, zorder=3, **more)
