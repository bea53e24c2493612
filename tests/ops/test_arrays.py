"""The short ways of small arrays, and what stands in for them beyond their limit, give what numpy gives, to the bit."""

import numpy as np
import pytest

from gradcli.ops.arrays import (
    FEW,
    elements_along,
    min_and_max,
    open_grid,
    scattered_into_zeros,
    selected,
    summed_into_zeros,
)
from gradcli.ops.internal import expanded
from gradcli.ops.shape.repeat import rolled

SHAPES = [(3,), (1,), (2, 3), (4, 1), (1, 5), (2, 3, 4), (40, 50)]
along = pytest.mark.parametrize("shape, at", [(shape, at) for shape in SHAPES for at in range(len(shape))])


def numbers(shape):
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


def places(shape, at, length):
    """Places along an axis, several of them the same."""
    return np.random.default_rng(at).integers(0, shape[at], (*shape[:at], length, *shape[at + 1 :]))


@along
@pytest.mark.parametrize("turned", [False, True])
def test_elements_along_an_axis(shape, at, turned):
    x = numbers(shape)
    x = np.asfortranarray(x) if turned else x
    order = places(shape, at, 3)
    np.testing.assert_array_equal(elements_along(x, order, at), np.take_along_axis(x, order, at))


@along
def test_values_scattered_and_added(shape, at):
    order = np.argsort(numbers(shape), at)[(slice(None),) * at + (slice(0, 1),)]
    x = numbers(order.shape)
    expected = np.zeros(shape, x.dtype)
    np.put_along_axis(expected, order, x, at)
    np.testing.assert_array_equal(scattered_into_zeros(x, order, at, shape), expected)
    np.testing.assert_array_equal(scattered_into_zeros(x.squeeze(at), order.squeeze(at), at, shape), expected)
    order = places(shape, at, 4)
    if order.size <= FEW:
        x, expected = numbers(order.shape), np.zeros(shape, x.dtype)
        grid = np.ogrid[tuple(slice(n) for n in order.shape)]
        np.add.at(expected, (*grid[:at], order, *grid[at + 1 :]), x)
        np.testing.assert_array_equal(summed_into_zeros(x, order, at, shape, x.dtype), expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_grids_and_extents(shape):
    for mine, other in zip(open_grid(shape), np.ogrid[tuple(slice(n) for n in shape)], strict=True):
        np.testing.assert_array_equal(mine, other)
        assert mine.shape == other.shape
    index = places(shape, 0, 5)
    assert min_and_max(index) == (index.min(), index.max())


@pytest.mark.parametrize("shape", SHAPES)
def test_choices(shape):
    x, y = numbers(shape), numbers(shape) * 2
    zero = np.zeros((), np.float32)
    for a, b in [(x, y), (x, 0), (0, y), (zero, y), (x, zero), (2, y), (x, y.astype(np.float64))]:
        mine, other = selected(x > 0, a, b), np.where(x > 0, a, b)
        np.testing.assert_array_equal(mine, other)
        assert mine.dtype == other.dtype


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 1), (1, 3), (1, 1), (2, 1, 3), ()])
@pytest.mark.parametrize("size", [(3, 3), (2, 3), (2, 1, 3), (1, 2, 3), (4, 2, 3), (5,), (2, 5, 3), (2, 1, 1), (0, 3)])
def test_expanded_views_lie_as_numpy_lays_them(shape, size):
    x = numbers(shape)
    try:
        other = np.broadcast_to(x, size)
    except ValueError:
        return
    mine = expanded(x, size)
    np.testing.assert_array_equal(mine, other)
    repeated = (1,) * (len(size) - len(shape)) + shape != size
    assert mine.flags.writeable != repeated and np.may_share_memory(mine, x) == bool(mine.size)
    assert not repeated or mine.strides == other.strides


@along
@pytest.mark.parametrize("shift", [0, 1, -2, 7])
def test_rolls(shape, at, shift):
    np.testing.assert_array_equal(rolled(numbers(shape), shift, at), np.roll(numbers(shape), shift, at))
