"""A surface as SVG: regions between levels, a scale of their colours, gradients as arrows, the path of a descent."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.display.charts.chart import label
from gradcli.display.charts.chart_svg import descent
from gradcli.display.charts.surface import ANY, Arrow, Point, Surface, arrows, regions, shade
from gradcli.display.charts.svg_axes import BOTTOM, INK, LEFT, WIDTH, Axes, Entry, axes, text, thinned

SCALE = 84              # pixels to the right of the area, with the scale of colours
COLUMNS, ROWS, LONGEST = 14, 9, 24.0        # arrows, and the length of the longest in pixels
ARROW = "#7a2e12"
BAR = 14                # pixels of the width of the scale


def surface_as_svg(surface: Surface) -> str:
    """The surface as one SVG document."""
    frame = frame_of(surface)
    levels = surface.levels()
    lines = []
    for n, level in enumerate([ANY, *levels]):
        path = "".join(_polygon(frame, loop) for loop in regions(surface, level))
        lines.append(f'<path d="{path}" fill="{shade(n / max(1, len(levels)))}" stroke="{INK}" stroke-opacity="0.35" '
                     'stroke-width="0.7"/>')
    heads = arrows(surface, COLUMNS, ROWS, units(frame))
    if heads:
        lines.append(f'<path d="{"".join(_arrow(frame, head) for head in heads)}" fill="none" stroke="{ARROW}"/>')
    if surface.path is not None:
        lines += descent(frame, surface.path)
    return frame.document(lines, _scale(frame, levels), grid=False)


def frame_of(surface: Surface) -> Axes:
    """The axes of a surface."""
    entries = [Entry(surface.title, shade(0.75))]
    if surface.slopes is not None:
        entries.append(Entry("its gradient", ARROW))
    if surface.path is not None:
        entries.append(Entry(surface.path.title, INK, dots=True))
    return axes(*surface.ranges, surface.names, entries, right=SCALE)


def units(frame: Axes) -> Point:
    """The pixels of one unit along both axes."""
    (left, right), (low, high) = frame.x_range, frame.y_range
    return (WIDTH - LEFT - frame.right) / (right - left), (frame.height - frame.top - BOTTOM) / (high - low)


def _polygon(frame: Axes, loop: Sequence[Point]) -> str:
    points = thinned([(frame.x(x), frame.y(y)) for x, y in [*loop, loop[0]]], 0.15)[:-1]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _arrow(frame: Axes, arrow: Arrow) -> str:
    """A line in the direction of the gradient around its place, with a head."""
    dx, dy = arrow.across * LONGEST, -arrow.up * LONGEST
    x, y = frame.x(arrow.x) - dx / 2, frame.y(arrow.y) - dy / 2
    to_x, to_y = x + dx, y + dy
    head = min(1.0, 5.0 / max(1e-9, (dx * dx + dy * dy) ** 0.5))
    wings = [(to_x - (dx * 0.9 + side * dy * 0.5) * head, to_y - (dy * 0.9 - side * dx * 0.5) * head)
             for side in (1, -1)]
    (x1, y1), (x2, y2) = wings
    return f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}M{x1:.1f} {y1:.1f}L{to_x:.1f} {to_y:.1f}L{x2:.1f} {y2:.1f}"


def _scale(frame: Axes, levels: list[float]) -> list[str]:
    """The colours of the levels with their numbers, to the right of the area."""
    x, bottom = WIDTH - frame.right + 10, frame.height - BOTTOM
    height = (bottom - frame.top) / (len(levels) + 1)
    lines = []
    for n in range(len(levels) + 1):
        y = bottom - (n + 1) * height
        lines.append(f'<rect x="{x}" y="{y:.1f}" width="{BAR}" height="{height + 0.3:.1f}" '
                     f'fill="{shade(n / max(1, len(levels)))}"/>')
        if n < len(levels):
            lines.append(text(label(levels[n]), x + BAR + 4, y + 4, "start"))
    return lines
