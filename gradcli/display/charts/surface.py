"""A surface over two names: its levels, and the regions above them as polygons."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gradcli.display.charts.chart import Path, ticks

LEVELS = 10
ANY = -1e308        # below every level: the region above it is where the surface has values
SKEWED = 0.12       # of the range of values: where the middle value is lower, levels are powers and not evenly spaced
Point = tuple[float, float]
Edge = tuple[str, int, int]     # of the grid: "h" from a node to the right, "v" to the node above


class Surface(NamedTuple):
    """The values of an expression over a grid.

    names   of the axes
    x, y    the places, (n,) and (m,), ascending
    values  (m, n); nan and infinity leave holes
    slopes  the derivatives by both names, (m, n) each, or None
    """

    names: tuple[str, str]
    title: str
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    slopes: tuple[np.ndarray, np.ndarray] | None = None
    path: Path | None = None

    @property
    def ranges(self) -> tuple[Point, Point]:
        """The intervals of both names."""
        return (float(self.x[0]), float(self.x[-1])), (float(self.y[0]), float(self.y[-1]))

    def columns(self) -> list[tuple[str, np.ndarray]]:
        """The places and values as columns with their titles; x varies fastest."""
        across, up = np.meshgrid(self.x, self.y)
        slopes = zip([f"{name}.grad" for name in self.names], self.slopes or (), strict=False)
        return [(self.names[0], across.ravel()), (self.names[1], up.ravel()), (self.title, self.values.ravel()),
                *((title, slope.ravel()) for title, slope in slopes)]

    def levels(self) -> list[float]:
        """Round numbers across the values: evenly spaced, or powers where most of the values are small."""
        values = self.values[np.isfinite(self.values)].astype(float)
        if not values.size or values.min() == values.max():
            return []
        low, middle, high = np.quantile(values, [0.0, 0.5, 0.995]).tolist()
        high = high if high > low else float(values.max())      # flat except for a corner
        if low >= 0 and middle - low < SKEWED * (high - low):
            start = math.floor(math.log10(max(float(np.quantile(values, 0.02)), high * 1e-6)))
            steps = [float(f"{factor}e{n}") for n in range(start, math.ceil(math.log10(high)) + 1)
                     for factor in ((1, 2, 5) if math.log10(high) - start < 4 else (1, 3))]
            return [step for step in steps if low < step < high][-14:]
        return [level for level in ticks(low, high, LEVELS) if low < level < values.max()]


def regions(surface: Surface, level: float) -> list[list[Point]]:
    """The closed polygons around the region in which the surface is at or above a level (marching squares).

    Polygons around holes run the other way round.
    """
    grid, x, y = _padded(surface)
    above = grid >= level
    inside = above[:-1, :-1] & above[:-1, 1:] & above[1:, :-1] & above[1:, 1:]
    some = above[:-1, :-1] | above[:-1, 1:] | above[1:, :-1] | above[1:, 1:]
    following: dict[Edge, Edge] = {}
    for i, j in np.argwhere(some & ~inside).tolist():
        following.update(_segments(grid, i, j, level))
    return list(_loops(following, lambda edge: _crossing(grid, x, y, edge, level)))


def _padded(surface: Surface) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The grid with a border of low values at no distance, so that every region is closed, and its places."""
    values = np.where(np.isnan(surface.values), -np.inf, surface.values.astype(float))
    return (np.pad(values, 1, constant_values=-np.inf), np.pad(surface.x.astype(float), 1, "edge"),
            np.pad(surface.y.astype(float), 1, "edge"))


def _segments(grid: np.ndarray, i: int, j: int, level: float) -> Iterator[tuple[Edge, Edge]]:
    """The parts of the boundary in one cell, from one of its edges to another, with the region on one side."""
    corners = [grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j]]
    edges: list[Edge] = [("h", i, j), ("v", i, j + 1), ("h", i + 1, j), ("v", i, j)]
    flags = [corner >= level for corner in corners]
    rises = [n for n in range(4) if not flags[n] and flags[(n + 1) % 4]]
    falls = [n for n in range(4) if flags[n] and not flags[(n + 1) % 4]]
    joined = len(rises) == 2 and sum(corners) / 4 >= level      # a saddle whose high corners belong together
    for rise in rises:
        fall = (max if joined else min)(falls, key=lambda fall: (fall - rise) % 4)
        yield edges[rise], edges[fall]


def _crossing(grid: np.ndarray, x: np.ndarray, y: np.ndarray, edge: Edge, level: float) -> Point:
    """Where the surface crosses a level along an edge; at the node with a value where the other has none."""
    kind, i, j = edge
    to_i, to_j = (i, j + 1) if kind == "h" else (i + 1, j)
    first, last = float(grid[i, j]), float(grid[to_i, to_j])
    if math.isinf(first) or math.isinf(last):
        part = 1.0 if first == -math.inf or last == math.inf else 0.0
    else:
        part = (level - first) / (last - first)
    return float(x[j] + (x[to_j] - x[j]) * part), float(y[i] + (y[to_i] - y[i]) * part)


def _loops(following: dict[Edge, Edge], place: Callable[[Edge], Point]) -> Iterator[list[Point]]:
    """The closed polygons of a boundary, of which each edge leads to the next one."""
    while following:
        start, edge = following.popitem()
        loop = [place(start)]
        while edge != start:
            loop.append(place(edge))
            edge = following.pop(edge)
        yield loop


class Arrow(NamedTuple):
    """An arrow along a gradient: its tail, and its head as parts of the longest one in each direction."""

    x: float
    y: float
    across: float
    up: float


def arrows(surface: Surface, columns: int, rows: int, pixels: Point) -> list[Arrow]:
    """Gradients at evenly spread nodes. The head is (across, up) longest lengths away from the tail, in pixels.

    pixels      of one unit of x and of y
    """
    if surface.slopes is None:
        return []
    at_x = np.linspace(0, len(surface.x) - 1, 2 * columns + 1).round().astype(int)[1::2]
    at_y = np.linspace(0, len(surface.y) - 1, 2 * rows + 1).round().astype(int)[1::2]
    across, up = (slope[np.ix_(at_y, at_x)].astype(float) * unit
                  for slope, unit in zip(surface.slopes, pixels, strict=True))
    with np.errstate(all="ignore"):
        sizes = np.hypot(across, up)
        usable = np.isfinite(sizes) & (sizes > 0) & np.isfinite(surface.values[np.ix_(at_y, at_x)])
        longest = float(np.max(sizes, where=usable, initial=0.0))
        factor = (sizes / longest) ** 0.35 / sizes if longest else sizes     # lengths tell more and less, not how much
    return [Arrow(float(surface.x[column]), float(surface.y[row]), float(across[i, j] * factor[i, j]),
                  float(up[i, j] * factor[i, j]))
            for i, row in enumerate(at_y) for j, column in enumerate(at_x) if usable[i, j]]


LOW, MIDDLE, HIGH = (0xFD, 0xF6, 0xE3), (0x8F, 0xC1, 0xB5), (0x2F, 0x5D, 0x8C)


def shade(part: float) -> str:
    """The colour of a level: from pale for 0 to dark for 1."""
    first, last, part = (LOW, MIDDLE, part * 2) if part < 0.5 else (MIDDLE, HIGH, part * 2 - 1)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(first, last, strict=True))
