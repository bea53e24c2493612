"""Surfaces: regions between levels against the function itself, the steps of a descent against exact ones."""

import math

import numpy as np
import pytest

from gradcli import Session
from gradcli.analysis.curves import Curves, expressions_of
from gradcli.analysis.surfaces import Descent, descend, surface
from gradcli.display.charts.surface import ANY, Surface, arrows, regions

FUNCTIONS = [(lambda x, y: x * y, 0.25), (lambda x, y: np.hypot(x, y), 1.0), (lambda x, y: x * x - y * y, 0.1),
             (lambda x, y: np.sin(3 * x) * np.cos(2 * y), 0.3), (lambda x, y: x + 0 * y, -0.5)]


def winding(loops, x, y):
    """How often polygons run around a point, counter-clockwise."""
    total = 0.0
    for loop in loops:
        angles = [math.atan2(b - y, a - x) for a, b in [*loop, loop[0]]]
        total += sum((last - first + math.pi) % (2 * math.pi) - math.pi
                     for first, last in zip(angles, angles[1:], strict=False))
    return round(total / (2 * math.pi))


@pytest.mark.parametrize("function, level", FUNCTIONS)
def test_regions_hold_what_is_above_the_level(function, level):
    x, y = np.linspace(-2, 2, 61), np.linspace(-1.5, 1.5, 61)
    loops = regions(Surface(("x", "y"), "f", x, y, function(*np.meshgrid(x, y))), level)
    random = np.random.default_rng(0)
    signs = set()
    for at_x, at_y in zip(random.uniform(-2, 2, 300), random.uniform(-1.5, 1.5, 300), strict=True):
        value = function(at_x, at_y)
        if abs(value - level) > 0.05:
            turns = winding(loops, at_x, at_y)
            assert (turns != 0) == (value > level)
            signs.add(turns)
    assert len(signs) == 2, "all regions run round the same way, holes the other way"


def test_holes_are_left_out():
    x = np.linspace(-1, 1, 21)
    values = np.where(np.add(*np.meshgrid(x, x)) > 0, 1.0, np.nan)
    loops = regions(Surface(("x", "y"), "f", x, x, values), ANY)
    assert winding(loops, 0.5, 0.5) and not winding(loops, -0.5, -0.5)
    assert regions(Surface(("x", "y"), "f", x, x, values * np.nan), ANY) == []


def test_the_gradient_is_that_of_the_surface():
    session = Session(style="modern")
    result = surface(session, "x**2 * y + sin(y)", ("x", "y"), [(-1, 1), (0, 2)], True, 11)
    x, y = np.meshgrid(result.x, result.y)
    assert result.values == pytest.approx(x ** 2 * y + np.sin(y), abs=1e-5)
    assert result.slopes[0] == pytest.approx(2 * x * y, abs=1e-5)
    assert result.slopes[1] == pytest.approx(x ** 2 + np.cos(y), abs=1e-5)
    for arrow in arrows(result, 4, 4, (1.0, 1.0)):
        across, up = 2 * arrow.x * arrow.y, arrow.x ** 2 + math.cos(arrow.y)
        assert math.atan2(arrow.up, arrow.across) == pytest.approx(math.atan2(up, across), abs=1e-4)
        assert math.hypot(arrow.across, arrow.up) <= 1 + 1e-6


@pytest.mark.parametrize("values, few", [(np.linspace(0, 1, 121), 4), (np.linspace(0, 10, 121) ** 6, 5),
                                         (np.ones(121), 0), (np.full(121, np.nan), 0), (np.linspace(-9, -8, 121), 4)])
def test_levels_are_within_the_values(values, few):
    levels = Surface(("x", "y"), "f", np.arange(11.0), np.arange(11.0), values.reshape(11, 11)).levels()
    assert few <= len(levels) <= 14 and levels == sorted(levels)
    assert all(np.nanmin(values) < level < np.nanmax(values) for level in levels)


def test_a_descent_takes_the_steps_of_gradient_descent():
    session = Session(style="modern")
    result = descend(session, "x**2 + 3*y**2", ("x", "y"), Descent(0.1, 5, (1.0, -2.0)))
    assert result.points[0] == pytest.approx(0.8 ** np.arange(6), rel=1e-5)
    assert result.points[1] == pytest.approx(-2 * 0.4 ** np.arange(6), rel=1e-5)
    assert result.values[0] == 13.0
    assert len(descend(session, "x**2", ("x",), Descent(0.5, 100, (3.0,))).values) == 2, "it stands still"
    assert len(descend(session, "x**4", ("x",), Descent(9.0, 100, (3.0,))).values) < 12, "it leaves the numbers"


@pytest.mark.parametrize("text, together", [
    ("sin(x)", True), ("x * 3", True), ("where(x > 0, x, -x)", True), ("x * x.sum()", False), ("x.sum()", False),
    ("x if x > 0 else -x", False), ("softmax(x, 0)", False), ("x.cumsum(0)", False), ("a = 2; a * x", False),
    ("x * torch.rand(1)", False), ("x - x.mean()", False), ("max(x, 0)", False), ("float(x) + x", False),
    ("len(x.shape) * x", False), ("w.add_(1) * x", False), ("x * w", True)])
def test_runs_at_once_are_taken_only_where_they_agree(text, together):
    session = Session(style="modern")
    session.run("w = torch.tensor(2.0)")
    curves = Curves(session, [text], ["x"], False)
    places = np.linspace(-1, 2, 30).astype(np.float32)
    try:
        assert curves.try_at_once(places) == together
    except Exception as fault:      # of one run at one place
        assert not together and type(fault).__module__.startswith("gradcli.faults"), fault


def test_texts_of_expressions_alone_are_several_curves():
    assert expressions_of("sin(x); cos(x)", ["x"]) == ["sin(x)", "cos(x)"]
    for whole in ("a = 2; a * x", "torch.manual_seed(0); x", "sin(x)", "x;"):
        assert expressions_of(whole, ["x"]) == [whole]
