"""Adaptive sampling: curves are followed to a fraction of a pixel, and broken only where the function is."""

import numpy as np
import pytest

from gradcli.analysis.sampling import sample
from gradcli.display.charts.chart import Chart, Curve, Scale

MOST = 8000


def sampled(function, low, high, points=241, dtype=np.float32, log=""):
    calls = []

    def evaluate(places):
        calls.append(len(places))
        assert len(places) and np.all(np.diff(places) > 0) and places.dtype == dtype
        with np.errstate(all="ignore"):
            return [function(places.astype(float)).astype(dtype)]

    scale = Scale(log)
    grid = scale.back(np.linspace(*scale.across(np.array([low, high], float)), points)).astype(dtype)
    result = sample(evaluate, grid, MOST, scale)
    assert sum(calls) == len(result.places) <= MOST and np.all(np.diff(result.places) > 0)
    return result


def gaps(result):
    """The middles of the intervals at which a curve is broken, values that are not finite among them."""
    places, broken = result.places.astype(float), np.r_[False, result.breaks[0], False]
    starts, ends = np.flatnonzero(~broken[:-1] & broken[1:]), np.flatnonzero(broken[:-1] & ~broken[1:])
    return (places[starts] + places[ends]) / 2


def distance(result, function, low, high):
    """The largest distance of points of the exact curve from the polyline, in parts of the picture's size."""
    x = np.linspace(low, high, 20_001)
    y = function(x)
    height = max(np.ptp(y), 1e-12)
    polyline = np.interp(x, result.places, result.values[0])
    slopes = np.abs(np.diff(result.values[0].astype(float)) / np.diff(result.places.astype(float)))
    slope = slopes[np.clip(np.searchsorted(result.places, x) - 1, 0, len(slopes) - 1)] * (high - low) / height
    return np.max(np.abs(polyline - y) / height / np.hypot(1, slope))


@pytest.mark.parametrize("function, low, high", [
    (lambda x: np.sin(50 * x), -3, 3), (lambda x: np.sin(80 * np.pi * x), -3, 3), (np.exp, -2, 2), (np.abs, -2, 2.5),
    (lambda x: np.tanh(1000 * x), -3, 3), (lambda x: np.abs(np.sin(7 * x)), -3, 3), (lambda x: x * 0 + 3, 0, 1),
    (lambda x: np.maximum(x, 0) ** 0.5, -1, 3), (lambda x: np.exp(-x * x * 400), -3, 3.1),
    (lambda x: 1e-9 * x ** 3, -1, 1), (lambda x: np.cbrt(x), -1, 1), (np.arctan, -1000, 1000)])
def test_continuous_curves_are_followed_and_whole(function, low, high):
    result = sampled(function, low, high)
    assert not gaps(result).size
    assert distance(result, function, low, high) < 0.003, "more than a pixel of 330"


@pytest.mark.parametrize("function, low, high, breaks", [
    (np.tan, -10, 10, np.pi * (np.arange(-3, 3) + 0.5)), (lambda x: 1 / x, -2, 2.1, [0]), (np.sign, -2, 2.3, [0]),
    (lambda x: 1 / (x - 0.3) / (x + 0.4), -1, 1, [-0.4, 0.3]), (np.floor, 0.5, 5.5, [1, 2, 3, 4, 5]),
    (lambda x: x - np.floor(x), -2.5, 2.5, [-2, -1, 0, 1, 2]), (lambda x: np.where(x > 1, x + 0.5, x), 0, 3, [1]),
    (lambda x: 1 / np.sin(x), 1, 20, np.pi * np.arange(1, 7)), (lambda x: np.arctan(1 / x), -2, 2.1, [0])])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_curves_are_broken_at_poles_and_jumps(function, low, high, breaks, dtype):
    curve_gaps = gaps(sampled(function, low, high, dtype=dtype))
    assert len(curve_gaps) == len(breaks) and curve_gaps == pytest.approx(np.array(breaks), abs=(high - low) * 1e-4)


@pytest.mark.parametrize("function, low, end", [
    (np.log, -1, 0), (np.sqrt, -1, 0), (lambda x: np.sqrt(x - 0.777), 0, 0.777)])
def test_curves_reach_the_end_of_their_domain(function, low, end):
    result = sampled(function, low, 3)
    first = result.places[np.isfinite(result.values[0])][0]
    assert end <= first <= end + 1e-3 and len(gaps(result)) == 1


@pytest.mark.parametrize("function", [lambda x: np.sin(1e5 * x), lambda x: x * np.nan, lambda x: np.sin(1 / x),
                                      lambda x: np.random.default_rng(0).normal(size=x.shape), lambda x: x * np.inf])
def test_evaluations_are_bounded(function):
    sampled(function, -1, 1)


def test_logarithmic_axes_are_sampled_along_them():
    result = sampled(lambda x: 1 / (1 + x * x), 1e-3, 1e3, log="xy")
    x, y = np.log10(result.places.astype(float)), np.log10(result.values[0].astype(float))
    exact = np.linspace(-3, 3, 5000)
    assert np.abs(np.interp(exact, x, y) + np.log10(1 + 10 ** (2 * exact))).max() < 0.03
    low, high = Chart("x", result.places, [Curve("f", result.values[0])], "y").y_range
    assert low == pytest.approx(1e-6, rel=1e-2) and high == pytest.approx(1, rel=1e-2)
