"""A surface as text: the borders between its levels in braille characters, the names of the axes, the levels."""

from __future__ import annotations

import numpy as np

from gradcli.display.charts.chart import Path, label
from gradcli.display.charts.chart_text import DOTS, axis_labels, braille, framed_lines, upward_ticks
from gradcli.display.charts.surface import Surface


def surface_text(surface: Surface, columns: int, rows: int) -> str:
    """The surface in as many columns and rows of characters, axes and legend included."""
    (left, right), (low, high) = surface.ranges
    foot = [f"{surface.title}: lines at {', '.join(map(label, surface.levels())) or 'no level: it is flat'}"]
    foot += [f"●  {surface.path.title}"] if surface.path is not None else []
    upward, margin = upward_ticks((low, high), rows, False)
    width, height = max(10, columns - margin), max(4, rows - 2 - len(foot))
    cells = np.zeros((height, width), int)
    dots = _borders(surface, width * 2, height * 4)
    for y, x in np.argwhere(dots):
        cells[y // 4, x // 2] |= DOTS[y % 4, x % 2]
    characters = braille(cells)
    if surface.path is not None:
        _mark(characters, surface.path, (left, right), (low, high))
    lines = framed_lines(characters, (low, high), upward, margin)
    lines.append(axis_labels((left, right), surface.names[0], margin, width, False))
    return "\n".join(line.rstrip() for line in [f"{surface.names[1]:>{margin - 1}}", *lines,
                                                *(" " * margin + line for line in foot)]) + "\n"


def _borders(surface: Surface, width: int, height: int) -> np.ndarray:
    """The dots at which the level changes to the right or below: (height, width) flags."""
    x = np.linspace(0, len(surface.x) - 1, width)
    y = np.linspace(len(surface.y) - 1, 0, height)
    values = surface.values.astype(float)
    printed = np.array([np.interp(x, np.arange(len(surface.x)), row) for row in values])
    fine = np.array([np.interp(y, np.arange(len(surface.y)), column) for column in printed.T]).T
    bands = np.searchsorted(surface.levels(), fine)
    borders = np.zeros(fine.shape, bool)
    borders[:, :-1] |= bands[:, :-1] != bands[:, 1:]
    borders[:-1] |= bands[:-1] != bands[1:]
    return borders & np.isfinite(fine)


def _mark(lines: list[list[str]], path: Path, across: tuple[float, float], upward: tuple[float, float]) -> None:
    """Set a character for each step of a descent that is in the picture."""
    height, width = len(lines), len(lines[0])
    for x, y in zip(path.x.tolist(), path.y.tolist(), strict=True):
        if across[0] <= x <= across[1] and upward[0] <= y <= upward[1]:
            column = round((x - across[0]) / (across[1] - across[0]) * (width - 1))
            lines[round((upward[1] - y) / (upward[1] - upward[0]) * (height - 1))][column] = "●"
