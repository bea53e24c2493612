"""Adaptive sampling of curves: dense where they bend, with the places at which they are broken.

The interval between two neighbours is halved until the polyline is within a fraction of a pixel of its points. Where
halving does not bring two neighbours closer to one another, there is a jump or a pole, and the polyline is broken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gradcli.display.charts.chart import Chart, Curve, Scale, finite_intervals

Evaluate = Callable[[np.ndarray], list[np.ndarray]]      # the values of each curve at (n,) places

PROBE = 0.382           # of an interval: where the probes stand, so that no period of the grid fits
FLAT = 0.0006           # of the height: the largest distance of a point from the chord of its neighbours
TURN = 0.06             # radians: the largest turn of the polyline, unless it is too short to show
SHORT = 0.004           # of the width or height: chords shorter than this are not looked at for turns
JUMP = 0.01             # of the height: two neighbours farther apart than this are halved to the last
SMOOTH_DEPTH = 7        # halvings of an interval of the grid for the sake of its shape
WIDEST = 3.0            # heights above and below the middle beyond which a value counts as this far


class Sampled(NamedTuple):
    """The places, (n,) in ascending order, the values of each curve there, and the breaks: (n - 1,) flags."""

    places: np.ndarray
    values: list[np.ndarray]
    breaks: list[np.ndarray]


def sample(evaluate: Evaluate, grid: np.ndarray, most: int, scale: Scale) -> Sampled:
    """The curves of `evaluate`, sampled at `grid` and where their shape needs it, at no more than `most` places.

    grid    ascending, of the dtype in which places can be told apart
    scale   the axes on which the curves are drawn
    """
    places = grid
    values = evaluate(places)
    probes = _between(scale, grid[:-1:3], grid[1::3], PROBE)
    places, values = _merged(places, values, probes, evaluate)
    widest = float(np.max(np.diff(scale.across(grid)))) * 0.5 ** SMOOTH_DEPTH
    while len(places) < most:
        starts = np.flatnonzero(_unsettled(places, values, scale, widest))[: most - len(places)]
        new = _between(scale, places[starts], places[starts + 1], 0.5)
        before = len(places)
        places, values = _merged(places, values, new, evaluate)
        if len(places) == before:
            break
    limits = _limits(places, values, scale)
    return Sampled(places, values, [_breaks(places, row, limits, scale, widest) for row in values])


def _limits(places: np.ndarray, values: list[np.ndarray], scale: Scale) -> tuple[float, float]:
    return Chart("", places, [Curve("", row) for row in values], scale.log).y_range


def _between(scale: Scale, low: np.ndarray, high: np.ndarray, part: float) -> np.ndarray:
    a, b = scale.across(low.astype(float)), scale.across(high.astype(float))
    return scale.back(a + (b - a) * part).astype(low.dtype)


def _merged(places: np.ndarray, values: list[np.ndarray], new: np.ndarray,
            evaluate: Evaluate) -> tuple[np.ndarray, list[np.ndarray]]:
    """The places and values with those at `new` places among them."""
    new = np.setdiff1d(new, places)
    if not new.size:
        return places, values
    everywhere = np.concatenate([places, new])
    order = np.argsort(everywhere, kind="stable")
    rows = evaluate(new)
    return everywhere[order], [np.concatenate(pair)[order] for pair in zip(values, rows, strict=True)]


def _unsettled(places: np.ndarray, values: list[np.ndarray], scale: Scale, widest: float) -> np.ndarray:
    """For each interval between neighbours, whether it is to be halved."""
    limits = _limits(places, values, scale)
    x = scale.across(places.astype(float))
    wide = np.diff(x) > widest
    unsettled = np.zeros(len(places) - 1, bool)
    for row in values:
        y = _heights(row, limits, scale)
        far = np.abs(np.diff(y)) > JUMP
        edge = (np.isfinite(y[1:]) != np.isfinite(y[:-1])) & (np.diff(x) > widest / 16)
        bends = _bends((x - x[0]) / (x[-1] - x[0]), y)
        unsettled |= (wide & (bends[1:] | bends[:-1])) | (~wide & far & _steeper(x, y)) | edge
    return unsettled & (np.diff(x) > 8 * np.spacing(np.maximum(np.abs(places[1:]), np.abs(places[:-1]))))


def _heights(row: np.ndarray, limits: tuple[float, float], scale: Scale) -> np.ndarray:
    """Values as parts of the height of the picture, with those far outside brought near."""
    low, high = scale.up(np.array(limits))
    values = scale.up(row.astype(float))
    return np.clip((np.where(np.isfinite(values), values, np.nan) - low) / (high - low), 0.5 - WIDEST, 0.5 + WIDEST)


def _bends(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """For each point whether the polyline bends there: (n,) flags, False at both ends."""
    bends = np.zeros(len(x), bool)
    (dx1, dy1), (dx2, dy2) = (np.diff(x)[:-1], np.diff(y)[:-1]), (np.diff(x)[1:], np.diff(y)[1:])
    with np.errstate(all="ignore"):
        distance = np.abs(y[1:-1] - (y[:-2] + (y[2:] - y[:-2]) * dx1 / (dx1 + dx2)))
        turn = np.abs(np.arctan2(dy2, dx2) - np.arctan2(dy1, dx1))
        long = np.minimum(np.hypot(dx1, dy1), np.hypot(dx2, dy2)) > SHORT
    visible = (np.minimum(y[:-2], y[2:]) < 1.5) & (np.maximum(y[:-2], y[2:]) > -0.5)
    bends[1:-1] = visible & ((distance > FLAT) & (turn > TURN / 2) | (turn > TURN) & long)
    return bends


def _steeper(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """For each interval, whether the curve is much steeper there than on one of its sides."""
    with np.errstate(all="ignore"):
        slopes = np.abs(np.diff(y) / np.diff(x))
    beside = np.minimum(np.r_[np.inf, slopes[:-1]], np.r_[slopes[1:], np.inf])
    return np.asarray(slopes > 1.5 * beside)


def _breaks(places: np.ndarray, row: np.ndarray, limits: tuple[float, float], scale: Scale,
            widest: float) -> np.ndarray:
    """For each interval, whether the curve is broken there: at jumps, at poles, where a value is not finite."""
    x, y = scale.across(places.astype(float)), _heights(row, limits, scale)
    with np.errstate(all="ignore"):
        jump = (np.abs(np.diff(y)) > JUMP) & (np.diff(x) < widest / 16)
        return ~finite_intervals(scale.up(row.astype(float))) | jump & _steeper(x, y)
