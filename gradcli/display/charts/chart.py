"""Curves over an interval, and what every drawing of them shares: the part that is shown, and round numbers on axes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

WILD = 8.0      # a range this many times as wide as that of nine tenths of the values is cut: there is a pole


class Curve(NamedTuple):
    """A named function by its values at the chart's places; nan and infinity leave gaps."""

    title: str
    values: np.ndarray


class Chart(NamedTuple):
    """Curves over the same places."""

    name: str
    places: np.ndarray
    curves: list[Curve]

    @property
    def across(self) -> tuple[float, float]:
        """The interval."""
        return float(self.places[0]), float(self.places[-1])

    @property
    def upright(self) -> tuple[float, float]:
        """The range of values that is shown: all of them, unless a pole would make a flat line of the rest."""
        found = np.concatenate([curve.values[np.isfinite(curve.values)] for curve in self.curves])
        if not found.size:
            return -1.0, 1.0
        low, high = float(found.min()), float(found.max())
        usual = np.quantile(found, [0.05, 0.95])
        spread = float(usual[1] - usual[0])
        if spread and high - low > WILD * spread:
            low, high = max(low, float(usual[0]) - spread), min(high, float(usual[1]) + spread)
        if low == high:
            margin = abs(low) / 2 or 1.0
            return low - margin, high + margin
        return low, high


def stretches(places: np.ndarray, values: np.ndarray, shown: tuple[float, float]) -> Iterator[tuple[np.ndarray, ...]]:
    """The parts of a curve that hang together, as places and values: broken where there is no value, and at poles.

    A pole is a jump across half of what is shown, against the way the curve runs on both sides of it.
    """
    steps = np.diff(values)
    jumps = np.abs(steps) > (shown[1] - shown[0]) / 2
    before, after = np.r_[steps[:1], steps[:-1]], np.r_[steps[1:], steps[-1:]]
    whole = np.isfinite(values)
    broken = ~whole[1:] | ~whole[:-1] | (jumps & (steps * before < 0) & (steps * after < 0))
    ends = [0, *(np.flatnonzero(broken) + 1), len(values)]
    for start, end in zip(ends, ends[1:], strict=False):
        if whole[start]:
            yield places[start:end], values[start:end]


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers in a range, `about` as many as asked for: steps of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= raw), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [0.0 if not n else float(f"{n * step:.12g}") for n in range(first, last + 1)]


def label(number: float) -> str:
    """A tick as text."""
    return f"{number:g}"
