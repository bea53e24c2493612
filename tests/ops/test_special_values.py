"""Special functions in double precision: against Python's own where it has them, and against their laws."""

import math

import numpy as np
import pytest

import gradcli.ops  # noqa: F401  # gives F its names
from gradcli.engine.autograd.op import raw as F

POINTS = np.r_[np.linspace(-5.95, 6.05, 241), np.geomspace(1e-8, 25, 60)]


@pytest.mark.parametrize("name", ["erf", "erfc", "lgamma"])
@pytest.mark.parametrize("many", [False, True])
def test_as_exact_as_the_standard_library(name, many):
    points = POINTS if name != "lgamma" else POINTS[POINTS > 0]
    points = np.tile(points, 40) if many else points        # many: more than one block
    expected = np.array([getattr(math, name)(x) for x in points])
    # math.lgamma loses digits next to its zeros
    np.testing.assert_allclose(getattr(F, name)(points), expected, rtol=2e-15, atol=1e-15 if name == "lgamma" else 0)


@pytest.mark.parametrize("name", ["erf", "erfc", "lgamma"])
def test_single_precision_is_the_rounded_double(name):
    points = POINTS[POINTS > 0].astype(np.float32)
    expected = getattr(F, name)(points.astype(np.float64)).astype(np.float32)
    np.testing.assert_array_max_ulp(getattr(F, name)(points), expected, maxulp=1)


def test_inverses_lead_back():
    p = np.r_[np.geomspace(1e-300, 0.5, 200), 1 - np.geomspace(1e-12, 0.4, 50)]
    np.testing.assert_allclose(F.special_ndtr(F.special_ndtri(p)), p, rtol=1e-12)
    x = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(F.erfinv(F.erf(x)), x, rtol=1e-11)


def test_digamma_and_polygamma_step_by_powers():
    x = np.linspace(-4.9, 20.3, 127)
    np.testing.assert_allclose(F.digamma(x + 1), F.digamma(x) + 1 / x, rtol=1e-12, atol=1e-12)
    for n in (1, 2, 3):
        step = (-1) ** n * math.factorial(n) * x ** -(n + 1.0)
        np.testing.assert_allclose(F.polygamma_at(x + 1, n), F.polygamma_at(x, n) + step, rtol=1e-9, atol=1e-9)


def test_zeta_has_its_known_values():
    np.testing.assert_allclose(F.special_zeta(np.array([2.0, 4.0]), np.array([1.0, 1.0])),
                               [math.pi**2 / 6, math.pi**4 / 90], rtol=1e-15)


@pytest.mark.parametrize("low, high", [(0.01, 3.0), (5.0, 90.0), (100.0, 1e5)])
def test_incomplete_gammas_share_the_whole(low, high):
    a = np.geomspace(low, high, 40)[:, None]
    x = a * np.linspace(0.4, 1.8, 15)
    below, above = F.igamma(a, x), F.igammac(a, x)
    np.testing.assert_allclose(below + above, 1, rtol=1e-14)
    # P(a + 1, x) = P(a, x) - x^a exp(-x) / gamma(a + 1), where the difference keeps digits
    step = np.exp(a * np.log(x) - x - F.lgamma(a + 1))
    np.testing.assert_allclose(F.igamma(a + 1, x), below - step, rtol=1e-9, atol=1e-10)


def test_bessel_functions_obey_wronskis_law():
    x = np.geomspace(0.05, 60, 200)
    actual = F.special_bessel_j1(x) * F.special_bessel_y0(x) - F.special_bessel_j0(x) * F.special_bessel_y1(x)
    np.testing.assert_allclose(actual, 2 / (math.pi * x), rtol=1e-13)
    actual = (F.special_i0e(x) * F.special_scaled_modified_bessel_k1(x)
              + F.special_i1e(x) * F.special_scaled_modified_bessel_k0(x))
    np.testing.assert_allclose(actual, 1 / x, rtol=1e-13)


def test_airy_joins_its_pieces():
    joints = np.array([-7.0, 2.0])
    left, right = F.special_airy_ai(joints * (1 - 1e-14)), F.special_airy_ai(joints * (1 + 1e-14))
    np.testing.assert_allclose(left, right, rtol=1e-12)
    np.testing.assert_allclose(F.special_airy_ai(np.zeros(1)), 3 ** (-2 / 3) / math.gamma(2 / 3), rtol=1e-15)


@pytest.mark.parametrize("name", ["remainder", "fmod", "floor_divide"])
def test_many_singles_divide_like_few(name):
    draw = np.random.default_rng(0)
    a, b = (draw.integers(-40, 40, 2000).astype(np.float32) / 4 for _ in range(2))
    a[:5], b[:5] = [np.inf, 1, -1, np.nan, 0], [1, np.inf, np.inf, 1, 0]
    few = np.concatenate([getattr(F, name)(a[i : i + 100], b[i : i + 100]) for i in range(0, 2000, 100)])
    np.testing.assert_array_equal(getattr(F, name)(a, b), few)
