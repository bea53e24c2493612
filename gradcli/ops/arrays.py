"""Frequent steps on small arrays by ufuncs and methods alone: numpy's Python wrappers cost more than the work."""

from functools import lru_cache
from math import prod

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import LARGE, choose, sums, zero_where
from gradcli.engine.numerics.cascade_sum import MOST, REGISTER
from gradcli.engine.result_layout import empty_like
from gradcli.engine.tensor.dtypes import float32, float64

SMALL = 64          # elements up to which a list of Python's is read faster than an array is reduced
FEW = 1024          # places, or lengths of dimensions together, whose tables are kept for reuse
FIRST = np.zeros(1, np.intp)
TYPES = (float32, float64)      # dtypes are compared by identity where speed counts
INT64, BOOL = np.dtype(np.int64), np.dtype(np.bool_)


def min_and_max(index):
    """The least and the greatest of at least one whole number, as ints."""
    if index.size <= SMALL:
        numbers = index.ravel().tolist()
        return min(numbers), max(numbers)
    return int(np.minimum.reduce(index, None)), int(np.maximum.reduce(index, None))


def moved(array, source, target):
    """np.moveaxis: a view with one dimension moved, from and to places counted from the front."""
    return array.transpose(_order(array.ndim, source, target))


@lru_cache(256)
def _order(ndim, source, target):
    order = [d for d in range(ndim) if d != source]
    order.insert(target, source)
    return tuple(order)


def all_hold(truths):
    """Whether all truth values hold, as a bool; of a few the bytes are searched, which costs less than a reduction."""
    return 0 not in truths.tobytes() if truths.size <= FEW else bool(np.logical_and.reduce(truths, None))


def any_holds(truths):
    """Whether some truth value holds, as a bool."""
    if truths.size <= FEW:
        memory = truths.tobytes()
        return memory.count(0) < len(memory)
    return bool(np.logical_or.reduce(truths, None))


def holds_nan(array):
    """Whether a floating array has an element that is not a number."""
    if 0 < array.size < LARGE:
        greatest = array.item(array.argmax())       # the first nan, if there is one
        return greatest != greatest
    return bool(np.count_nonzero(np.isnan(array)))


def greatest_along(array, at):
    """The greatest elements along an axis, which stays at length 1 and must not be empty; of one dimension an array
    of none, the cheapest operand."""
    if array.ndim == 1:
        return array[array.argmax(), ...]
    return np.maximum.reduceat(array, FIRST, at)    # of short axes faster than reduce, and as exact


def sum_along(array, at):
    """The sums along an axis, which stays at length 1; of one dimension an array of none."""
    if array.ndim == 1:
        if 0 < array.size < 8:
            return np.add.accumulate(array)[-1, ...]        # in half the time of reduce
        return np.add.reduce(array, 0, None, None, True)[0, ...]
    return np.add.reduce(array, at, None, None, True)


def row_total(array):
    """`row_totals` of a small array of one dimension, as a number of its type."""
    if 0 < array.size < 8:
        return np.add.accumulate(array)[-1]
    return row_totals(array, 0).reshape(())[()]


def row_totals(array, at):
    """The sums along an axis, which stays at length 1, as PyTorch adds them in softmax and its kin; of one dimension
    of few numbers an array of none."""
    if at == array.ndim - 1 and array.shape[at] >= 8 and 0 < array.size < MOST and array.dtype in TYPES:
        return register_sums(array)
    return sum_along(array, at) if array.size < LARGE else sums(array, (at,), True)


def register_sums(rows):
    """The sums of rows of single or double precision in the order in which PyTorch adds them in softmax: in the lanes
    of a register, which are then added in halves."""
    lane = REGISTER // rows.itemsize
    count = rows.shape[-1]
    full = count - count % lane
    if full == lane:
        lanes = rows[..., :lane].copy()
    else:
        lanes = np.add.reduce(rows[..., :full].reshape(*rows.shape[:-1], -1, lane), axis=-2)
    if full < count:
        lanes[..., : count - full] += rows[..., full:]
    while lane > 1:
        lane //= 2
        lanes = lanes[..., :lane] + lanes[..., lane:]
    return lanes


def divide(g, count):
    """g / count; of an array by a constant, which is the cheapest operand."""
    return np.divide(g, constant(count, g.dtype)) if type(g) is ndarray else g / count


def open_grid(shape):
    """np.ogrid of a shape: for each dimension an array that counts along it and has length 1 along the others."""
    return _cached_grid(shape) if sum(shape) <= FEW else _grid(shape)


def _grid(shape):
    ndim = len(shape)
    return tuple([np.arange(n).reshape((1,) * i + (n,) + (1,) * (ndim - 1 - i)) for i, n in enumerate(shape)])


_cached_grid = lru_cache(64)(_grid)


@lru_cache(64)
def _starts(shape, order_shape, at):
    """Where the lines along an axis begin for places of an order of this shape, and the step along a line."""
    grid, starts = _grid(order_shape), np.zeros(order_shape, np.int64)
    for d in range(len(shape)):
        if d != at:
            starts += grid[d] * prod(shape[d + 1 :])
    return starts, np.array(prod(shape[at + 1 :]))


def flat_places(shape, order, at):
    """`large.scatter.flat_places` for a few places `order`: what depends on shapes alone is kept for reuse."""
    if len(shape) == 1:
        return order
    starts, step = _starts(shape, order.shape, at)
    return np.add(order if at == len(shape) - 1 else np.multiply(order, step), starts)


def elements_along(array, order, at):
    """np.take_along_axis: the elements at places `order` along an axis, their own place along the others."""
    if order.size <= FEW and array.flags.c_contiguous:
        return array.take(flat_places(array.shape, order, at))
    grid = open_grid(order.shape)
    return array[(*grid[:at], order, *grid[at + 1 :])]


def scattered_into_zeros(values, order, at, shape):
    """Zeros of `shape` with the values at places `order` along an axis, which they may lack for a length of 1."""
    out = np.zeros(shape, values.dtype)
    if order.ndim < len(shape):
        between = (slice(None),) * at + (None,)
        values, order = values[between], order[between]
    if order.size <= FEW:
        out.put(flat_places(shape, order, at), values)
        return out
    grid = open_grid(order.shape)
    out[(*grid[:at], order, *grid[at + 1 :])] = values
    return out


def summed_into_zeros(values, order, at, shape, dtype):
    """Zeros of `shape` with a few values added at places `order` along an axis."""
    out = np.zeros(shape, dtype)
    np.add.at(out.reshape(-1), flat_places(shape, order, at), values)
    return out


def selected(condition, a, b):
    """`choose`, which is np.where, with a copy and one masked write where that is all."""
    if condition.size < LARGE:
        shape = condition.shape
        if type(a) is int and a == 0 and type(b) is ndarray:
            return zero_where(b, condition)
        if type(b) is ndarray and b.shape == shape and b.dtype.kind == "f" and b.flags.c_contiguous and (
                a.dtype is b.dtype and (a.shape == shape or not a.ndim) if type(a) is ndarray else
                type(a) is int):
            out = b.copy()
            np.copyto(out, a, where=condition)
            return out
        if type(a) is ndarray and a.shape == shape and a.dtype.kind == "f" and type(b) is int and b == 0:
            out = np.zeros(shape, a.dtype)
            np.copyto(out, a, where=condition)
            return out
    return choose(condition, a, b)


def laid_out_like(result, input):
    """`result` in the memory order of `input`, which has its shape."""
    if result.ndim < 2 or input.flags.c_contiguous:
        return result
    out = empty_like(input, result.dtype)
    out[...] = result
    return out
