"""Frequent steps on small arrays, where numpy's Python wrappers cost more than the work: by ufuncs and methods alone."""

from functools import lru_cache

import numpy as np

from gradcli.engine.tensor.dtypes import float32, float64

SMALL = 64          # elements up to which a list of Python's is read faster than an array is reduced
GRID_LENGTH = 1024  # how long the dimensions of grids are together that are kept for reuse
FIRST = np.zeros(1, np.intp)
TYPES = (float32, float64)      # whose dtype objects are compared by identity


def extent(index):
    """The least and the greatest of at least one whole number, as ints."""
    if index.size <= SMALL:
        numbers = index.ravel().tolist()
        return min(numbers), max(numbers)
    return int(np.minimum.reduce(index, None)), int(np.maximum.reduce(index, None))


def greatest_along(array, at):
    """The greatest elements along an axis, which stays at length 1 and must not be empty."""
    return np.maximum.reduceat(array, FIRST, at)    # of short axes faster than reduce, and as exact


def sum_along(array, at):
    """The sums along an axis, which stays at length 1."""
    return np.add.reduce(array, at, None, None, True)


def open_grid(shape):
    """np.ogrid of a shape: for each dimension an array that counts along it and has length 1 along the others."""
    return _kept_grid(shape) if sum(shape) <= GRID_LENGTH else _grid(shape)


def _grid(shape):
    ndim = len(shape)
    return tuple([np.arange(n).reshape((1,) * i + (n,) + (1,) * (ndim - 1 - i)) for i, n in enumerate(shape)])


_kept_grid = lru_cache(64)(_grid)


def elements_along(array, order, at):
    """np.take_along_axis: the elements at places `order` along an axis, their own place along the others."""
    if array.ndim == 1:
        return array.take(order)
    grid = open_grid(order.shape)
    return array[(*grid[:at], order, *grid[at + 1 :])]


def placed(values, order, at, shape):
    """Zeros of `shape` with the values at places `order` along an axis, which they may lack for a length of 1."""
    out = np.zeros(shape, values.dtype)
    if len(shape) == 1:
        out[order] = values
        return out
    if order.ndim < len(shape):
        between = (slice(None),) * at + (None,)
        values, order = values[between], order[between]
    grid = open_grid(order.shape)
    out[(*grid[:at], order, *grid[at + 1 :])] = values
    return out
