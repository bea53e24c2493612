"""Functions of few numbers of single precision are rounded from double precision, as PyTorch's nearly are."""

import numpy as np
import pytest

from gradcli.engine.numerics import elementary

NAMES = ("exp", "exp2", "expm1", "log1p", "log2", "log10", "tanh")


def test_they_are_rounded_once():
    x = np.random.default_rng(0).uniform(0.1, 3, 500).astype(np.float32)
    for name in NAMES:
        assert np.array_equal(getattr(elementary, name)(x), getattr(np, name)(x.astype(np.float64)).astype(np.float32))
    assert np.array_equal(elementary.power(x, x), (x.astype(np.float64) ** x).astype(np.float32))


def test_they_agree_with_pytorch_in_nearly_every_bit():
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).uniform(0.1, 3, 500).astype(np.float32)
    for name in NAMES:
        same = getattr(elementary, name)(x) == getattr(torch, name)(torch.from_numpy(x)).numpy()
        assert same.mean() > 0.9, name


def test_arrays_of_no_dimensions_stay_arrays_where_there_is_room():
    x = np.array(0.5, np.float32)
    assert type(elementary.exp(x, x)) is np.ndarray
