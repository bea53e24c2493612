"""A chart as text: braille characters, each of two by four dots."""

from __future__ import annotations

import numpy as np

from gradcli.display.charts.chart import Chart, Curve, Path, marks, segments

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])      # of a cell, by row and column
BLANK = 0x2800
PATTERNS = ((1, "⠒⠒"), (3, "⠂⠐"), (2, "⠢⠔"), (5, "⠁⠠"))      # of each curve: every n-th dot is drawn; the legend


def text(chart: Chart, columns: int, rows: int) -> str:
    """The chart in as many columns and rows of characters, axes and legend included."""
    log, chart = chart.log, chart.on_axes()
    low, high = chart.y_range
    upward, margin = upward_ticks((low, high), rows, "y" in log)
    foot = _legend(chart, margin, columns)
    width, height = max(10, columns - margin), max(4, rows - 2 - len(foot))
    cells = np.zeros((height, width), int)
    for n, curve in enumerate(chart.curves):
        _draw(cells, chart, curve, (low, high), PATTERNS[n % len(PATTERNS)][0])
    if chart.path is not None:
        _draw_path(cells, chart, chart.path, (low, high))
    lines = framed_lines(braille(cells), (low, high), upward, margin)
    lines.append(axis_labels(chart.x_range, chart.name, margin, width, "x" in log))
    return "\n".join(line.rstrip() for line in [*lines, *foot]) + "\n"


def braille(cells: np.ndarray) -> list[list[str]]:
    """The characters of cells of dots, by row and column."""
    return [[chr(BLANK + cell) if cell else " " for cell in row] for row in cells]


def framed_lines(rows: list[list[str]], limits: tuple[float, float], upward: list[tuple[float, str]],
                 margin: int) -> list[str]:
    """Rows of characters to the right of the upward axis with its ticks, above the other axis."""
    (low, high), height = limits, len(rows)
    at = {min(height - 1, int((high - mark) / (high - low) * (height - 1) + 0.5)): label for mark, label in upward}
    lines = [f"{(mark := at.get(n, '')):>{margin - 2}} {'┤' if mark else '│'}{''.join(row)}"
             for n, row in enumerate(rows)]
    return [*lines, " " * (margin - 1) + "└" + "─" * len(rows[0])]


def _legend(chart: Chart, margin: int, columns: int) -> list[str]:
    """The lines below a chart of several curves: all titles in one if they fit, else one each."""
    titles = [f"{PATTERNS[n % len(PATTERNS)][1]} {' '.join(curve.title.split())}"
              for n, curve in enumerate(chart.curves)]
    titles += [f"●  {chart.path.title}"] if chart.path is not None else []
    if len(titles) < 2:
        return []
    line = " " * margin + "   ".join(titles)
    return [line] if len(line) <= columns else [" " * margin + title for title in titles]


def _draw(cells: np.ndarray, chart: Chart, curve: Curve, limits: tuple[float, float], every: int) -> None:
    """Set the dots of one curve, and those between neighbours, so that steep parts stay connected."""
    height, width = cells.shape[0] * 4, cells.shape[1] * 2
    (left, right), (low, high) = chart.x_range, limits
    count = 0
    for places, heights in segments(chart.places, curve, limits):
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


def _draw_path(cells: np.ndarray, chart: Chart, path: Path, limits: tuple[float, float]) -> None:
    """Set a square of four dots for each step of a descent that is in the picture."""
    height, width = cells.shape[0] * 4, cells.shape[1] * 2
    (left, right), (low, high) = chart.x_range, limits
    for place, value in zip(path.x.tolist(), path.y.tolist(), strict=True):
        if left <= place <= right and low <= value <= high:
            x, y = int((place - left) / (right - left) * (width - 2)), int((high - value) / (high - low) * (height - 2))
            for row, column in ((y, x), (y + 1, x), (y, x + 1), (y + 1, x + 1)):
                cells[row // 4, column // 2] |= DOTS[row % 4, column % 2]


def upward_ticks(limits: tuple[float, float], rows: int, logarithmic: bool) -> tuple[list[tuple[float, str]], int]:
    """The ticks of the upward axis, and the columns that they take."""
    upward = marks(*limits, max(2, rows // 5), logarithmic)
    return upward, max((len(label) for _, label in upward), default=0) + 2


def axis_labels(limits: tuple[float, float], name: str, margin: int, width: int, logarithmic: bool) -> str:
    """The numbers under the axis, and the name."""
    left, right = limits
    line = [" "] * (margin + width + len(name) + 2)
    end = margin
    for mark, text in marks(left, right, max(2, width // 14), logarithmic):
        at = margin + int((mark - left) / (right - left) * (width - 1) + 0.5) - len(text) // 2
        if at >= end and at + len(text) <= margin + width:
            line[at: at + len(text)] = text
            end = at + len(text) + 1
    return "".join(line[:margin + width]) + "  " + name
