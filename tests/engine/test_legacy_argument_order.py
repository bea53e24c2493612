"""Calls in the order of 0.1.12, where factors came before the tensors they multiply."""

import numpy as np
import pytest

from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault

M, A, B = (Tensor(np.array(rows)) for rows in (
    [[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [2.0, -1.0]], [[0.5, 3.0], [1.0, 2.0]]))


@pytest.mark.parametrize("name, early, late, factors", [
    ("addcmul", (M, 0.5, A, B), (M, A, B), {"value": 0.5}),
    ("addcdiv", (M, 2, A, B), (M, A, B), {"value": 2}),
    ("add", (M, 2, A), (M, A), {"alpha": 2}),
    ("sub", (M, 2, A), (M, A), {"alpha": 2}),
    ("addmm", (0.5, M, A, B), (M, A, B), {"beta": 0.5}),
    ("addmm", (0.5, M, 2, A, B), (M, A, B), {"beta": 0.5, "alpha": 2}),
])
def test_factors_may_stand_first(name, early, late, factors):
    expected = getattr(traced, name)(*late, **factors)
    assert not np.array_equal(expected.array, getattr(traced, name)(*late).array)
    np.testing.assert_array_equal(getattr(traced, name)(*early).array, expected.array)


def test_so_they_may_in_methods_and_in_place():
    expected = M.addmm(A, B, beta=0.5, alpha=2).array
    np.testing.assert_array_equal(M.addmm(0.5, 2, A, B).array, expected)
    np.testing.assert_array_equal(M.clone().addmm_(0.5, 2, A, B).array, expected)


@pytest.mark.parametrize("name, values, options", [
    ("add", (M, A, 2), {}), ("addcmul", (0.5, M, A, B), {}), ("addcmul", (M, 1, 2, A, B), {}), ("mul", (M, 2, A), {}),
    ("addmm", (0.5, M, 2, A, B), {"beta": 3}), ("add", (M, True, A), {}),
])
def test_other_orders_are_refused(name, values, options):
    with pytest.raises(ArgumentFault, match="takes at most"):
        getattr(traced, name)(*values, **options)
