"""One rounding, judged by rational arithmetic."""

import math
from fractions import Fraction

import numpy as np

from gradcli.engine.numerics import fma
from gradcli.engine.numerics.fma import fma32, fma64, multiply_add


def test_fused_multiply_add_rounds_once():
    source = np.random.RandomState(0)
    a = np.concatenate([source.randn(3000) * 10.0 ** source.randint(-8, 8, 3000), [0.0, 1 / 3, 1e-310, 1e300]])
    for b, c in ((0.3, 2.5), (-1.7, 1e-9), (1.0, 1 / 3), (3.0, 0.0), (1e-200, 1e-250), (1e300, -1e10)):
        assert fma64(a, b, c).tolist() == [_rounded(x, b, c) for x in a.tolist()]
    single = a[:3000].astype(np.float32)
    np.testing.assert_array_equal(
        fma32(single, 0.3, 2.5), [_rounded_single(x, np.float32(0.3), np.float32(2.5)) for x in single])


def test_a_sum_halfway_between_two_singles_is_not_rounded_twice():
    a, b, c = np.array([1 + 2.0**-12], np.float32), 1 + 2.0**-12, 2.0**-60
    assert fma32(a, b, c)[0] == np.float32(1 + 2.0**-11 + 2.0**-23)


def test_arrays_are_multiplied_and_added_with_one_rounding():
    source = np.random.RandomState(1)
    a, b, c = (source.randn(2000) * 10.0 ** source.randint(-8, 8, 2000) for _ in range(3))
    c[:5], b[5:9], a[9] = 0.0, 0.0, 1e-310
    rows = zip(a.tolist(), b.tolist(), c.tolist(), strict=True)
    assert multiply_add(a, b, c).tolist() == [_rounded(*row) for row in rows]
    single = [x.astype(np.float32) for x in (a, b, c)]
    np.testing.assert_array_equal(multiply_add(*single), [_rounded_single(*of) for of in zip(*single, strict=True)])
    assert multiply_add(np.float64(0.1), 3.0, np.float64(0.25)).tolist() == _rounded(0.1, 3.0, 0.25)


def _rounded(a, b, c):
    try:
        return float(Fraction(a) * Fraction(b) + Fraction(c))
    except OverflowError:
        return math.copysign(math.inf, a * b)


def _rounded_single(a, b, c):
    """The nearest float32 to the exact value, found among the neighbours of a first guess."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    guess = np.float32(float(exact))
    near = [guess, np.nextafter(guess, np.float32(np.inf)), np.nextafter(guess, np.float32(-np.inf))]
    return min(near, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.int32)) & 1))


def test_sums_that_need_no_second_look_are_rounded_as_those_that_get_one(monkeypatch):
    rng = np.random.default_rng(1)
    halfway = np.array([1 + 2.0**-12, 3.0, 2.0**-149, 0.0, -0.0, 3e38, np.inf, np.nan], np.float32)
    for _ in range(300):
        a = (rng.standard_normal(7) * 10.0 ** rng.integers(-40, 30, 7)).astype(np.float32)
        b, c = (float(x) for x in rng.standard_normal(2) * 10.0 ** rng.integers(-12, 12, 2))
        for values, factor, summand in ((a, b, c), (halfway, b, c), (halfway, 1 + 2.0**-12, 2.0**-60)):
            with np.errstate(over="ignore", invalid="ignore"):
                quick = fma.fma32(values, factor, summand)
                with monkeypatch.context() as patched:
                    patched.setattr(fma, "_rounds_alike", lambda sums: False)
                    slow = fma.fma32(values, factor, summand)
            assert quick.tobytes() == slow.tobytes(), (values, factor, summand)
