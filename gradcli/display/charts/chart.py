"""Curves over an interval, with the range of values that is drawn and the ticks of the axes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

POLE_RATIO = 8.0    # a range wider than that of the middle 90 % of values by this factor is cut: there is a pole


class Curve(NamedTuple):
    """The values of a function at the places of a chart; nan and infinity leave gaps."""

    title: str
    values: np.ndarray


class Chart(NamedTuple):
    """Curves over the same x values (`places`); `name` is the variable."""

    name: str
    places: np.ndarray
    curves: list[Curve]

    @property
    def x_range(self) -> tuple[float, float]:
        """The interval of x."""
        return float(self.places[0]), float(self.places[-1])

    @property
    def y_range(self) -> tuple[float, float]:
        """The interval of y: that of all values, cut where a pole would make a flat line of the rest."""
        values = np.concatenate([curve.values[np.isfinite(curve.values)] for curve in self.curves])
        if not values.size:
            return -1.0, 1.0
        low, high = float(values.min()), float(values.max())
        usual = np.quantile(values, [0.05, 0.95])
        spread = float(usual[1] - usual[0])
        if spread and high - low > POLE_RATIO * spread:
            low, high = max(low, float(usual[0]) - spread), min(high, float(usual[1]) + spread)
        if low == high:
            margin = abs(low) / 2 or 1.0
            return low - margin, high + margin
        return low, high


def segments(places: np.ndarray, values: np.ndarray, limits: tuple[float, float]) -> Iterator[tuple[np.ndarray, ...]]:
    """The continuous parts of a curve, as x and y values: it is broken where a value is not finite, and at poles.

    A pole is a jump across half of the y range `limits`, against the slope of the curve on both sides of it.
    """
    steps = np.diff(values)
    jumps = np.abs(steps) > (limits[1] - limits[0]) / 2
    before, after = np.r_[steps[:1], steps[:-1]], np.r_[steps[1:], steps[-1:]]
    finite = np.isfinite(values)
    broken = ~finite[1:] | ~finite[:-1] | (jumps & (steps * before < 0) & (steps * after < 0))
    ends = [0, *(np.flatnonzero(broken) + 1), len(values)]
    for start, end in zip(ends, ends[1:], strict=False):
        if finite[start]:
            yield places[start:end], values[start:end]


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers in a range, about `about` of them, in steps of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= raw), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [0.0 if not n else float(f"{n * step:.12g}") for n in range(first, last + 1)]


def label(number: float) -> str:
    """A tick as text."""
    return f"{number:g}"
