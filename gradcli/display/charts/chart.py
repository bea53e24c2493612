"""Curves over an interval, with the range of values that is drawn and the ticks of the axes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

POLE_RATIO = 8.0    # a range wider than that of the middle 90 % of values by this factor is cut: there is a pole
LEAST_DECADES = 0.7     # of a logarithmic axis whose ticks are powers of ten, or 1, 2 and 5 times them
EDGE = 0.004            # of the width: nearer to places without a value, values need not be in the picture
FEWEST_TICKS = 3        # of an axis; with fewer, its steps are halved
MARGIN = 0.03           # of the height of a picture, above and below the curves


class Curve(NamedTuple):
    """The values of a function at the places of a chart; nan and infinity leave gaps.

    breaks  whether the curve is broken between each place and the next; None if that is to be told from the values
    """

    title: str
    values: np.ndarray
    dashed: bool = False
    colour: int = 0
    breaks: np.ndarray | None = None


class Path(NamedTuple):
    """The steps of a descent: x and y of each point, (n,)."""

    title: str
    x: np.ndarray
    y: np.ndarray


class Scale(NamedTuple):
    """The axes of a chart: `log` has an "x" or a "y" for those that are logarithmic."""

    log: str = ""

    def across(self, x: np.ndarray) -> np.ndarray:
        """Where x values stand on their axis."""
        return _log(x) if "x" in self.log else x

    def back(self, x: np.ndarray) -> np.ndarray:
        """The x values that stand at some places on their axis."""
        return np.power(10.0, x) if "x" in self.log else x

    def up(self, y: np.ndarray) -> np.ndarray:
        """Where y values stand on their axis; nan for those that have no place there."""
        return _log(y) if "y" in self.log else y


def _log(values: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.log10(np.where(values > 0, values, np.nan))


class Chart(NamedTuple):
    """Curves over the same x values (`places`); `name` is the variable, `log` the logarithmic axes."""

    name: str
    places: np.ndarray
    curves: list[Curve]
    log: str = ""
    path: Path | None = None

    @property
    def title(self) -> str:
        """What stands at the axis upwards: the expression where there is one, or nothing."""
        titles = {curve.title for curve in self.curves if not curve.dashed}
        return titles.pop() if len(titles) == 1 else ""

    @property
    def x_range(self) -> tuple[float, float]:
        """The interval of x."""
        return float(self.places[0]), float(self.places[-1])

    @property
    def y_range(self) -> tuple[float, float]:
        """The interval of y: that of all values, cut where a pole would make a flat line of the rest."""
        logarithmic = "y" in self.log
        rows = [_log(curve.values) if logarithmic else curve.values for curve in self.curves]
        places = Scale(self.log).across(self.places.astype(float))
        shares = _shares(places)
        finite = [np.isfinite(row) for row in rows]
        values = np.concatenate([row[where].astype(float) for row, where in zip(rows, finite, strict=True)])
        inner = np.concatenate([_inner(places, where)[where] for where in finite])
        low, high = _range(values, np.concatenate([shares[where] for where in finite]), inner)
        if self.path is not None and not logarithmic:
            heights = self.path.y[np.isfinite(self.path.y)]
            typical = heights[(heights > 4 * low - 3 * high) & (heights < 4 * high - 3 * low)].tolist()
            low, high = min([low, *typical]), max([high, *typical])
        return (10.0 ** low, 10.0 ** high) if logarithmic else (low, high)

    def on_axes(self) -> Chart:
        """The chart with logarithms of what stands on logarithmic axes; `marks` has the ticks of such a chart."""
        if not self.log:
            return self
        scale = Scale(self.log)
        path = self.path and Path(self.path.title, scale.across(self.path.x), scale.up(self.path.y))
        return Chart(self.name, scale.across(self.places.astype(float)),
                     [curve._replace(values=scale.up(curve.values.astype(float))) for curve in self.curves], "", path)


def _shares(places: np.ndarray) -> np.ndarray:
    """The share of the x axis that each place stands for."""
    if len(places) < 2:
        return np.ones(len(places))
    steps = np.diff(places)
    return np.asarray((np.r_[steps[:1], steps] + np.r_[steps, steps[-1:]]) / 2)


def _inner(places: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """For each place, whether it is away from all places without a value."""
    without = places[~finite]
    if not without.size:
        return np.ones(len(places), bool)
    after = np.searchsorted(without, places)
    nearest = np.minimum(np.abs(places - without[np.minimum(after, len(without) - 1)]),
                         np.abs(places - without[np.maximum(after - 1, 0)]))
    return np.asarray(nearest > EDGE * (places[-1] - places[0]))


def _range(values: np.ndarray, shares: np.ndarray, inner: np.ndarray) -> tuple[float, float]:
    """The interval of finite values that is drawn, of which each has a share in the curve.

    `inner` has the values that are not next to a place without one: a logarithm falls without end there.
    """
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    if inner.any() and not inner.all():
        first, last = float(values[inner].min()), float(values[inner].max())
        low = low if first - low <= (last - first) / 4 else first
        high = high if high - last <= (last - first) / 4 else last
    order = np.argsort(values, kind="stable")
    values, shares = values[order], shares[order]
    if len(values) > 1:
        below = np.cumsum(shares) - shares / 2
        usual = np.interp([0.05, 0.95], (below - below[0]) / (below[-1] - below[0]), values)
        spread = float(usual[1] - usual[0])
        if spread and high - low > POLE_RATIO * spread:
            low, high = max(low, float(usual[0]) - spread), min(high, float(usual[1]) + spread)
    if low == high:
        margin = abs(low) / 2 or 1.0
        return low - margin, high + margin
    return low, high


def padded(limits: tuple[float, float]) -> tuple[float, float]:
    """An interval with a margin on both sides, so that lines along its ends can be seen."""
    margin = (limits[1] - limits[0]) * MARGIN
    return limits[0] - margin, limits[1] + margin


def finite_intervals(values: np.ndarray) -> np.ndarray:
    """For each interval between neighbours, whether both values are finite."""
    finite = np.isfinite(values)
    return np.asarray(finite[1:] & finite[:-1])


def segments(places: np.ndarray, curve: Curve, limits: tuple[float, float]) -> Iterator[tuple[np.ndarray, ...]]:
    """The continuous parts of a curve, as x and y values: it is broken where a value is not finite, and at poles.

    Where the curve does not know its breaks, a pole is a jump across half of the y range `limits`, against the slope
    of the curve on both sides of it.
    """
    values = curve.values
    with np.errstate(all="ignore"):
        steps = np.diff(values)
        jumps = np.abs(steps) > (limits[1] - limits[0]) / 2
        before, after = np.r_[steps[:1], steps[:-1]], np.r_[steps[1:], steps[-1:]]
        finite = np.isfinite(values)
        poles = jumps & (steps * before < 0) & (steps * after < 0) if curve.breaks is None else curve.breaks
    ends = [0, *(np.flatnonzero(~finite_intervals(values) | poles) + 1), len(values)]
    for start, end in zip(ends, ends[1:], strict=False):
        if finite[start]:
            yield places[start:end], values[start:end]


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers in a range, about `about` of them, in steps of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [factor * power for factor in (0.5, 1, 2, 5, 10)]
    at = next(n for n, step in enumerate(steps) if n and (step >= raw or n == len(steps) - 1))
    first, last = _multiples(low, high, steps[at])
    if last - first + 1 < min(FEWEST_TICKS, about):
        at -= 1
        first, last = _multiples(low, high, steps[at])
    step = steps[at]
    return [0.0 if not n else float(f"{n * step:.12g}") for n in range(first, last + 1)]


def _multiples(low: float, high: float, step: float) -> tuple[int, int]:
    """The first and the last multiple of a step in a range."""
    return math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)


def marks(low: float, high: float, about: int, logarithmic: bool) -> list[tuple[float, str]]:
    """The ticks of an axis, as places on it and labels; `low` and `high` are logarithms where it is logarithmic."""
    if not logarithmic:
        numbers = ticks(low, high, about)
        return list(zip(numbers, labels(numbers), strict=True))
    if high - low < LEAST_DECADES:
        numbers = [mark for mark in ticks(10 ** low, 10 ** high, about) if mark > 0]
    else:
        every = max(1, math.ceil((high - low) / max(1, about)))
        first, last = math.floor(low), math.ceil(high)
        factors = (1, 2, 5) if (high - low) * 3 <= about else (1,)
        numbers = [factor * 10.0 ** n for n in range(first, last + 1) if n % every == 0 for factor in factors]
    places = [(math.log10(number), re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].strip("+"), label(number)))
              for number in numbers]
    return [(place, text) for place, text in places if low - 1e-6 <= place <= high + 1e-6]


def label(number: float, digits: int = 6) -> str:
    """A tick as text."""
    return f"{number:.{digits}g}"


def labels(numbers: Sequence[float]) -> list[str]:
    """Ticks as texts, with as many digits as tell one from the other."""
    for digits in range(6, 13):
        texts = [label(number, digits) for number in numbers]
        if [*map(float, texts)] == list(numbers):
            break
    return texts
