"""`check` as a judge: no false alarm at any scale, no planted error missed, and the same word as torch's gradcheck."""

import importlib.util
import math

import numpy as np
import pytest

from check_errors import accused, missed
from check_points import SMOOTH, alarm, points
from gradcli.engine.check import verdicts
from gradcli.engine.op import traced
from gradcli.engine.slopes import EDGE, INFINITE, JUMP, KINKED, OUTSIDE, STEEP, measured
from gradcli.engine.variable import Variable


@pytest.mark.parametrize("name, x", [*points(80, 7)])
def test_smooth_functions_give_no_alarm(name, x):
    assert alarm(name, x) == ""


def test_there_are_sixty_functions():
    assert len(SMOOTH) >= 60


def test_planted_errors_are_found():
    assert list(missed(20, 11)) == []


def test_right_functions_are_called_right():
    assert accused(3) == []


@pytest.mark.parametrize("function, x, kind, left, right", [
    (np.abs, 0.0, KINKED, -1, 1), (lambda v: np.maximum(v, 0), 0.0, KINKED, 0, 1),
    (lambda v: np.maximum(v - 1, 0) * np.exp(v), 1.0, KINKED, 0, math.e), (lambda v: abs(v) + 1e6, 0.0, KINKED, -1, 1),
    (np.cbrt, 0.0, STEEP, np.inf, np.inf), (lambda v: np.sqrt(abs(v)), 0.0, KINKED, -np.inf, np.inf),
    (np.floor, 1.0, JUMP, np.inf, 0), (np.sqrt, 0.0, EDGE, np.inf, np.inf), (np.arccos, 1.0, EDGE, -np.inf, -np.inf),
    (np.log, 0.0, EDGE, None, None), (lambda v: 1 / v, 0.0, INFINITE, None, None), (np.log, -1.0, OUTSIDE, None, None),
    (np.exp, 710.0, INFINITE, None, None),
])
def test_what_is_not_smooth_has_a_kind(function, x, kind, left, right):
    with np.errstate(all="ignore"):
        slopes = measured(lambda v: np.array([function(np.float64(v))]), x, np.array([function(np.float64(x))]),
                          lambda slopes, rounding: False)
    assert slopes.kind[0] == kind
    for side, expected in ((slopes.left, left), (slopes.right, right)):
        assert expected is None or side[0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("function, x", [(np.exp, 1.0), (np.sin, 1e8), (np.cosh, 1e-8), (np.log, 1e-8), (np.tanh, 3.0)
])
def test_the_error_is_no_less_than_what_a_slope_is_off(function, x):
    derivative = {np.exp: np.exp, np.sin: np.cos, np.cosh: np.sinh, np.log: np.reciprocal,
                  np.tanh: lambda v: 1 - np.tanh(v)**2}[function](np.float64(x))
    slopes = measured(lambda v: np.array([function(v)]), x, np.array([function(x)]), lambda slopes, rounding: False)
    assert abs(slopes.slope[0] - derivative) <= 4 * slopes.error[0] + 1e-15 * abs(derivative)
    assert slopes.error[0] <= 1e-3 * abs(derivative)


def test_a_leaf_may_be_a_transposed_view_and_results_too():
    leaf = Variable(np.arange(1.0, 7).reshape(2, 3).T, True)
    [verdict] = verdicts(lambda: [traced.transpose(leaf * leaf, 0, 1)], [leaf])
    assert verdict.right and not verdict.special and verdict.size == 6 and verdict.outputs == 6


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs torch")
@pytest.mark.parametrize("name", ["mul", "sqrt", "softmax", "sort", "cumprod", "nn.functional.huber_loss"])
def test_agrees_with_gradcheck(name):
    from torch.testing._internal.common_methods_invocations import op_db

    from torch_gradcheck import compared

    info = next(info for info in op_db if info.name == name)
    assert [said for _, said in compared(info, 4) if said] == []
