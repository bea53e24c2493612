"""A chart as text: braille characters, each of two by four dots."""

from __future__ import annotations

import numpy as np

from gradcli.display.charts.chart import Chart, label, segments, ticks

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])      # of a cell, by row and column
BLANK = 0x2800
SPARSE = 3      # every third dot of the second curve and of those after it is drawn


def text(chart: Chart, columns: int, rows: int) -> str:
    """The chart in as many columns and rows of characters, axes and legend included."""
    low, high = chart.y_range
    marks = ticks(low, high, max(2, rows // 5))
    margin = max(len(label(mark)) for mark in marks) + 2
    width, height = max(10, columns - margin), max(4, rows - 2 - (len(chart.curves) > 1))
    cells = np.zeros((height, width), int)
    for n, curve in enumerate(chart.curves):
        _draw(cells, chart, curve.values, (low, high), SPARSE if n else 1)
    at = {_row(mark, low, high, height): label(mark) for mark in marks}
    lines = []
    for row in range(height):
        mark = at.get(row, "")
        line = "".join(chr(BLANK + cell) if cell else " " for cell in cells[row])
        lines.append(f"{mark:>{margin - 2}} {'┤' if mark else '│'}{line}".rstrip())
    lines += [" " * (margin - 1) + "└" + "─" * width, _below(chart, margin, width)]
    if len(chart.curves) > 1:
        lines.append(" " * margin + "   ".join(
            f"{'⠒⠒' if not n else '⠂⠐'} {curve.title}" for n, curve in enumerate(chart.curves)))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _draw(cells: np.ndarray, chart: Chart, values: np.ndarray, limits: tuple[float, float], every: int) -> None:
    """Set the dots of one curve, and those between neighbours, so that steep parts stay connected."""
    height, width = cells.shape[0] * 4, cells.shape[1] * 2
    (left, right), (low, high) = chart.x_range, limits
    count = 0
    for places, heights in segments(chart.places, values, limits):
        first, last = ((places[[0, -1]] - left) / (right - left) * (width - 1)).round().astype(int)
        levels = np.interp(np.linspace(places[0], places[-1], last - first + 1), places, heights)
        rows = ((high - np.clip(levels, 2 * low - high, 2 * high - low)) / (high - low) * (height - 1)).round()
        before = None
        for x, y in enumerate(rows.astype(int).tolist(), first):
            start = y if before is None else before + (y > before) - (y < before)
            for row in range(start, y + 1) if start <= y else range(start, y - 1, -1):
                if 0 <= row < height and count % every == 0:
                    cells[row // 4, x // 2] |= DOTS[row % 4, x % 2]
                count += 1
            before = y


def _row(value: float, low: float, high: float, height: int) -> int:
    return min(height - 1, int((high - value) / (high - low) * (height - 1) + 0.5))


def _below(chart: Chart, margin: int, width: int) -> str:
    """The numbers under the axis, and the name."""
    left, right = chart.x_range
    line = [" "] * (margin + width + len(chart.name) + 2)
    end = margin
    for mark in ticks(left, right, max(2, width // 14)):
        text = label(mark)
        at = margin + int((mark - left) / (right - left) * (width - 1) + 0.5) - len(text) // 2
        if at >= end and at + len(text) <= margin + width:
            line[at: at + len(text)] = text
            end = at + len(text) + 1
    return "".join(line[:margin + width]) + "  " + chart.name
