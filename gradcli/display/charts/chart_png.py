"""A chart as PNG: the curves and numbers of the SVG in pixels."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from gradcli.display.charts.chart import Chart, label, segments, ticks
from gradcli.display.charts.chart_svg import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH

FINE = 4            # samples of a pixel each way: their mean smooths the curves
THICK = 2.2         # pixels
SCALE = 2           # pixels of a dot of a digit
ROWS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
    "-": (0, 0, 7, 0, 0), "+": (0, 2, 7, 2, 0), ".": (0, 0, 0, 0, 2), "e": (0, 7, 7, 4, 7),
}
"""The characters of numbers, each as five rows of three dots."""


def png(chart: Chart) -> bytes:
    """The chart as one PNG file."""
    image = np.full((HEIGHT, WIDTH, 3), 255.0)
    low, high = chart.y_range
    left, right = chart.x_range
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    for mark in ticks(left, right, 8):
        at = LEFT + round((mark - left) / (right - left) * (wide - 1))
        image[TOP:TOP + tall, at] = _grey(mark)
        _number(image, label(mark), at - _length(label(mark)) // 2, HEIGHT - BOTTOM + 8)
    for mark in ticks(low, high, 6):
        at = TOP + round((high - mark) / (high - low) * (tall - 1))
        image[at, LEFT:LEFT + wide] = _grey(mark)
        _number(image, label(mark), LEFT - 8 - _length(label(mark)), at - 5)
    inside = image[TOP:TOP + tall, LEFT:LEFT + wide]
    for n, curve in enumerate(chart.curves):
        ink = _ink(chart, curve.values, (low, high), tall, wide)[..., None]
        inside[...] = inside * (1 - ink) + np.array(_rgb(COLOURS[n % len(COLOURS)])) * ink
    return encoded(image.round().astype(np.uint8))


def _ink(chart: Chart, values: np.ndarray, limits: tuple[float, float], tall: int, wide: int) -> np.ndarray:
    """How much of each pixel a curve covers, drawn with a round pen."""
    (left, right), (low, high) = chart.x_range, limits
    height, width, pen = tall * FINE, wide * FINE, int(THICK * FINE / 2)
    covered = np.zeros((height, width + 2 * pen), bool)
    for places, heights in segments(chart.places, values, limits):
        first, last = ((places[[0, -1]] - left) / (right - left) * (width - 1)).round().astype(int)
        levels = np.interp(np.linspace(places[0], places[-1], last - first + 1), places, heights)
        rows = (high - np.clip(levels, 2 * low - high, 2 * high - low)) / (high - low) * (height - 1)
        for x, (one, other) in enumerate(zip(np.r_[rows[:1], rows[:-1]], rows, strict=True), first + pen):
            for aside in range(-pen, pen + 1):
                reach = (pen * pen - aside * aside) ** 0.5
                top, bottom = min(one, other) - reach, max(one, other) + reach
                covered[max(0, int(top)): max(0, int(bottom) + 1), x + aside] = True
    ink: np.ndarray = covered[:, pen:-pen].reshape(tall, FINE, wide, FINE).mean((1, 3))
    return ink


def _number(image: np.ndarray, text: str, x: int, y: int) -> None:
    for character in text:
        for row, dots in enumerate(ROWS[character]):
            for column in range(3):
                if dots & 4 >> column:
                    top, at = y + row * SCALE, x + column * SCALE
                    image[top:top + SCALE, max(0, at):max(0, at + SCALE)] = _rgb("#1d2430")
        x += 4 * SCALE


def _length(text: str) -> int:
    return len(text) * 4 * SCALE


def _grey(mark: float) -> tuple[int, ...]:
    return _rgb("#9aa2ad" if mark == 0 else "#e4e7eb")


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def encoded(image: np.ndarray) -> bytes:
    """An array of height x width x 3 bytes as a PNG file (ISO/IEC 15948), every row unfiltered."""
    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    return b"\x89PNG\r\n\x1a\n" + b"".join((
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
