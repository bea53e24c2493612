"""The frame of a chart as SVG: a legend above, axes with ticks and names, and a clipped area for what is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gradcli.display.charts.chart import marks
from gradcli.faults.source import cells

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 80, 16, 12, 46     # pixels; TOP without the legend
COLOURS = ("#2457b3", "#c4570c", "#3a7d34", "#7a3fa0", "#b3245a", "#5b6470", "#0e8a9c", "#a88a00", "#7a4a21", "#d9579e")
INK, AXIS, GRID = "#1d2430", "#9aa2ad", "#e4e7eb"
CHARACTER, LINE = 7.3, 16       # pixels of a monospace character of size 12
SAMPLE = 34                     # pixels of a legend's line sample and the space behind it
DASH = "6 4"
LONGEST_LINES = 3               # of one entry of the legend
AXIS_NAME = 36                  # characters of a longer name of the upward axis are left out


class Entry(NamedTuple):
    """A line of the legend: what is drawn, in which colour, and how."""

    title: str
    colour: str
    dashed: bool = False
    dots: bool = False


class Axes(NamedTuple):
    """The area inside the axes, in pixels, and the intervals along its sides."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log: str
    names: tuple[str, str]
    legend: list[tuple[Entry, list[str]]]       # with the lines of its title
    right: int = RIGHT                          # the margin

    @property
    def top(self) -> int:
        """Where the area begins, below the legend."""
        return TOP + 8 + LINE * sum(len(lines) for _, lines in self.legend)

    @property
    def height(self) -> int:
        """Of the whole picture: the area is as high with a long legend as with a short one."""
        return HEIGHT + self.top - TOP - LINE - 8

    def x(self, value: float) -> float:
        """The pixel of an x value."""
        left, right = self.x_range
        return LEFT + (value - left) / (right - left) * (WIDTH - LEFT - self.right)

    def y(self, value: float) -> float:
        """The pixel of a y value."""
        low, high = self.y_range
        return self.top + (high - value) / (high - low) * (self.height - self.top - BOTTOM)

    def document(self, content: Sequence[str], beside: Sequence[str] = (), grid: bool = True) -> str:
        """The SVG document with `content` clipped to the area, and other elements beside it."""
        width, height = WIDTH - LEFT - self.right, self.height - self.top - BOTTOM
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
            f'viewBox="0 0 {WIDTH} {self.height}" font-family="monospace" font-size="12" fill="{INK}">',
            f'<title>{escaped("; ".join(entry.title for entry, _ in self.legend))}</title>',
            f'<rect width="{WIDTH}" height="{self.height}" fill="#ffffff"/>',
            f'<clipPath id="inside"><rect x="{LEFT}" y="{self.top}" width="{width}" height="{height}"/></clipPath>',
            *self._ticks(grid), '<g clip-path="url(#inside)">', *content, "</g>", *self._names(),
            *self._legend(), *beside, "</svg>", ""])

    def _ticks(self, grid: bool) -> list[str]:
        bottom, lines = self.height - BOTTOM, []
        for mark, label in marks(*self.x_range, 8, "x" in self.log):
            axis = mark == 0 and "x" not in self.log
            lines += [_line(self.x(mark), self.top, self.x(mark), bottom, axis)] if grid else []
            lines.append(text(label, self.x(mark), bottom + 16, "middle"))
        for mark, label in marks(*self.y_range, 6, "y" in self.log):
            axis = mark == 0 and "y" not in self.log
            lines += [_line(LEFT, self.y(mark), WIDTH - self.right, self.y(mark), axis)] if grid else []
            lines.append(text(label, LEFT - 6, self.y(mark) + 4, "end"))
        return lines

    def _names(self) -> list[str]:
        across, upward = self.names
        middle = (self.top + self.height - BOTTOM) / 2
        return [text(across, (LEFT + WIDTH - self.right) / 2, self.height - 8, "middle"),
                f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
                f'{escaped(shortened(upward))}</text>']

    def entries(self) -> Iterator[tuple[Entry, int, list[str]]]:
        """The entries of the legend with the pixel of their first base line, and the lines of their titles."""
        y = TOP + 10
        for entry, lines in self.legend:
            yield entry, y, lines
            y += LINE * len(lines)

    def _legend(self) -> list[str]:
        parts = []
        for entry, y, lines in self.entries():
            dash = f' stroke-dasharray="{DASH}"' if entry.dashed else ""
            parts.append(f'<line x1="{LEFT}" y1="{y - 4}" x2="{LEFT + SAMPLE - 8}" y2="{y - 4}" '
                         f'stroke="{entry.colour}" stroke-width="2"{dash}/>')
            if entry.dots:
                parts.append(f'<circle cx="{LEFT + SAMPLE / 2 - 4}" cy="{y - 4}" r="3" fill="{entry.colour}"/>')
            parts += [text(line, LEFT + SAMPLE, y + LINE * n, "start") for n, line in enumerate(lines)]
        return parts


def axes(x_range: tuple[float, float], y_range: tuple[float, float], names: tuple[str, str],
         legend: Sequence[Entry], log: str = "", right: int = RIGHT) -> Axes:
    """The axes of a chart with a legend, whose titles are wrapped."""
    width = int((WIDTH - LEFT - right - SAMPLE) / CHARACTER)
    return Axes(x_range, y_range, log, names, [(entry, wrapped(entry.title, width)) for entry in legend], right)


def wrapped(title: str, width: int) -> list[str]:
    """The lines of a title, at most LONGEST_LINES of `width` characters."""
    words = " ".join(title.split())
    if cells(words) > len(words):
        width //= 2
    return textwrap.wrap(words, width, max_lines=LONGEST_LINES, placeholder=" ...") or [""]


def shortened(name: str) -> str:
    """A name of an axis, cut where it is long."""
    name = " ".join(name.split())
    return name if len(name) <= AXIS_NAME else name[:AXIS_NAME - 4] + " ..."


def path(x: Callable[[float], float], y: Callable[[float], float], places: Sequence[float],
         values: Sequence[float]) -> str:
    """A polyline, without the points that nobody could tell from the line between their neighbours."""
    points = [(x(place), min(max(y(value), -10.0 * HEIGHT), 11.0 * HEIGHT))
              for place, value in zip(places, values, strict=True)]
    return "M" + "L".join(f"{across:.1f} {up:.1f}" for across, up in thinned(points))


def thinned(points: list[tuple[float, float]], tolerance: float = 0.04) -> list[tuple[float, float]]:
    """The points of a polyline that lies within `tolerance` pixels of the whole one (Ramer, Douglas and Peucker)."""
    chosen = {0, len(points) - 1}
    pending = [(0, len(points) - 1)]
    while pending:
        first, last = pending.pop()
        (x1, y1), (x2, y2) = points[first], points[last]
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        farthest, at = tolerance, 0
        for n in range(first + 1, last):
            x, y = points[n]
            distance = (abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length if length
                        else ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5)
            if distance > farthest:
                farthest, at = distance, n
        if at:
            chosen.add(at)
            pending += [(first, at), (at, last)]
    return [points[n] for n in sorted(chosen)]


def _line(x1: float, y1: float, x2: float, y2: float, axis: bool) -> str:
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{AXIS if axis else GRID}"/>')


def text(label: str, x: float, y: float, anchor: str) -> str:
    """A text at a place; `anchor` is start, middle or end."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escaped(label)}</text>'


def escaped(text: str) -> str:
    """Words as they stand in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
