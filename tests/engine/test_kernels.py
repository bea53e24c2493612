"""The kernels agree with the numpy functions they replace, to the bit where that is promised."""

import numpy as np
import pytest

from gradcli.engine.kernels import choose, full_sum

rng = np.random.default_rng(5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, np.float16])
@pytest.mark.parametrize("shape", [(5000,), (60, 100), (7,), ()])
def test_choose_is_where(dtype, shape):
    a, b = (np.asarray(rng.normal(size=shape) * 9).astype(dtype) for _ in range(2))
    if a.size > 2 and a.dtype.kind == "f":
        a.flat[0], a.flat[1], b.flat[2] = np.nan, -0.0, np.inf
    condition = np.asarray(rng.random(shape) < 0.5)
    zero = np.asarray(0, dtype)
    for x, y in [(a, b), (a, 0), (0, b), (a, zero), (a, -0.0), (a, a[..., :1] if a.ndim else a)]:
        expected, actual = np.where(condition, x, y), choose(condition, x, y)
        np.testing.assert_array_equal(actual, expected)
        if expected.dtype.kind == "f":
            np.testing.assert_array_equal(np.signbit(actual), np.signbit(expected))


@pytest.mark.parametrize("n", [0, 1, 8191, 8192, 8193, 100_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_full_sum_is_as_accurate_as_the_pairwise_sum(n, dtype):
    x = rng.normal(size=n).astype(dtype)
    exact = np.sum(x.astype(np.longdouble))
    bound = 1e-6 if dtype is np.float32 else 1e-15
    assert abs(full_sum(x) - exact) <= bound * np.sqrt(n + 1) * 4
    assert np.asarray(full_sum(x)).dtype == dtype
