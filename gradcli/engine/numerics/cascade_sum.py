"""Sums of single and double precision in the order in which PyTorch adds on one thread, to the last bit.

PyTorch's cascade sum goes through the dimensions as they lie in memory. Numbers that are next to each other are added
in registers of 32 bytes, four of them in turn, and at last the lanes of a register one after the other; columns are
added row by row. After sixteen additions a partial sum is put on that of the level above. From 32,768 elements on
PyTorch shares a sum among threads, and the order depends on their number; from MOST on other orders are faster here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

MOST = 1 << 12
REGISTER = 32           # bytes
PARTIAL = 4             # partial sums that advance together
LEVEL = 16              # additions after which a partial sum goes to the level above
LEVELS = 4
UNROLLED = 8            # numbers from which on numpy adds a row in lanes
# the places of few numbers in the order in which they are added one after the other: fewer than a register holds, and
# fewer than two registers hold; by the size of a number
ORDERS = {4: {n: np.array([0, *range(4, n), 1, 2, 3] if n < 8 else [*range(8, n), *range(8)]) for n in range(5, 16)},
          8: {n: np.array([*range(4, n), *range(4)]) for n in range(5, 8)}}
reduce: Any = np.add.reduce
ORDERED = {4: 16, 8: 8}


class Plan(NamedTuple):
    """The order of additions for one array layout and some of its dimensions."""

    order: tuple[int, ...]      # the dimensions, those to be reduced last, or before the columns
    rows: int                   # rows, or stacks of columns, that have a sum of their own
    length: int                 # the elements of a row or a column
    columns: int                # 0 where rows are added up
    wide: bool                  # in registers, or number by number
    shape: tuple[int, ...]      # of the sums, in `order`
    back: tuple[int, ...]       # the dimensions of the sums in their own order
    shapes: tuple[tuple[int, ...], tuple[int, ...]]     # of the result, without the reduced dimensions and with them


def fits(x: ndarray) -> bool:
    """Whether this module knows PyTorch's order for the array."""
    return 0 < x.size < MOST and x.dtype.char in "fd"


def full(x: ndarray) -> Any:
    """The sum of all elements of an array that `fits`, as a number of its type."""
    if not x.flags.c_contiguous:
        plan = plan_of(x.shape, x.strides, None, x.itemsize)
        return (np.add.reduce(x, None) if plan is None else _sums(x, plan).reshape(())[()]) or x.dtype.type(0)
    count = x.size
    row = x if x.ndim == 1 else x.reshape(-1)
    if count < ORDERED[x.itemsize]:
        if count > PARTIAL:
            row = row.take(ORDERS[x.itemsize][count])
        return np.add.accumulate(row)[-1] or x.dtype.type(0)        # in half the time of reduce
    lane = REGISTER // x.itemsize
    if not count % (PARTIAL * lane) and count < LEVEL * PARTIAL * lane:     # what is below in a few steps
        row = reduce(row.reshape(-1, PARTIAL * lane), 0)
        return np.add.accumulate(reduce(row.reshape(PARTIAL, lane), 0))[-1] or x.dtype.type(0)
    if count == 2 * lane:
        return np.add.accumulate(np.add(row[:lane], row[lane:]))[-1] or x.dtype.type(0)
    if count < PARTIAL * lane and not count % lane:
        return np.add.accumulate(reduce(row.reshape(-1, lane), 0))[-1] or x.dtype.type(0)
    return _row_sums(row.reshape(1, count), True)[0] or x.dtype.type(0)


def along(x: ndarray, axes: tuple[int, ...], keep: bool) -> ndarray:
    """The sums along axes of an array that `fits`; reduced dimensions stay at length 1 with `keep`."""
    plan = plan_of(x.shape, x.strides, axes, x.itemsize)
    if plan is None:
        return np.asarray(reduce(x, axes, None, None, keep))
    return _sums(x, plan).reshape(plan.shapes[keep])


def of_batch(x: ndarray) -> Any:
    """The sum of all losses of a batch, or of their weights, in the order in which PyTorch adds them: the first comes
    last."""
    if not fits(x):
        return np.add.reduce(x, None)
    x = x.reshape(-1)
    if 1 < x.size <= LEVEL:
        return x[0] + np.add.accumulate(x[1:])[-1]
    return x[0] + _by_levels(x[1:].reshape(1, -1, 1))[0, 0] if x.size > 1 else x[0]


@lru_cache(1024)
def plan_of(shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...] | None, itemsize: int,
            ) -> Plan | None:
    """The plan for a layout; None where numpy adds in the same order, or PyTorch's is not known."""
    lane = REGISTER // itemsize
    long = [i for i, n in enumerate(shape) if n > 1]
    if any(not strides[i] for i in long):
        return None
    reduced = sorted([i for i in long if axes is None or i in axes], key=lambda i: abs(strides[i]))
    kept = [i for i in reversed(long) if i not in reduced]
    inner, outer = _joined(reduced, shape, strides), _joined(kept, shape, strides)
    if not inner:
        return None
    in_rows = sorted([strides[i] for i in long], reverse=True) == [strides[i] for i in long]
    count, step = prod([shape[i] for i in inner[0]]), strides[inner[0][0]]
    by_columns = len(inner) == 1 and bool(outer) and (step != itemsize or count < lane)
    columns = prod([shape[i] for i in outer[0]]) if by_columns else 0
    wide = step == itemsize and count >= lane
    if by_columns:
        wide = strides[outer[0][0]] == itemsize and columns >= lane
        if not wide and step < strides[outer[0][0]]:
            columns = 0
    if columns:
        sums, last = [*kept[::-1]], outer[0]
        order = [i for i in sums if i not in last] + reduced[::-1] + last[::-1]
        rows = prod([shape[i] for i in sums if i not in last])
        even = not columns % (PARTIAL * lane if wide else PARTIAL)
        plain = count <= PARTIAL or count < LEVEL and even and (len(reduced) == 1 and count < UNROLLED or in_rows)
    else:
        sums = kept[::-1]
        order, rows = sums + reduced[::-1], prod([shape[i] for i in reduced[len(inner[0]):] + kept])
        plain = len(inner) == 1 and count <= PARTIAL
    if plain and (len(reduced) == 1 or in_rows):
        return None
    order = [i for i, n in enumerate(shape) if n == 1] + order
    back = tuple(sorted(range(len(sums)), key=lambda i: sums[i]))
    shapes = (tuple([n for i, n in enumerate(shape) if axes is not None and i not in axes]),
              tuple([1 if axes is None or i in axes else n for i, n in enumerate(shape)]))
    return Plan(tuple(order), rows, count, columns, wide, tuple([shape[i] for i in sums]), back, shapes)


def _joined(dims: Sequence[int], shape: tuple[int, ...], strides: tuple[int, ...]) -> list[list[int]]:
    """Dimensions, from the inner to the outer ones, in groups that lie in memory as one."""
    groups: list[list[int]] = []
    for i in dims:
        last = groups[-1][-1] if groups else -1
        if groups and strides[last] * shape[last] == strides[i]:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _sums(x: ndarray, plan: Plan) -> ndarray:
    """The sums of a plan, without the dimensions that were reduced or of length 1."""
    x = np.ascontiguousarray(x.transpose(plan.order))
    if plan.columns:
        sums = _column_sums(x.reshape(plan.rows, plan.length, plan.columns), plan.wide)
    else:
        sums = _row_sums(x.reshape(plan.rows, plan.length), plan.wide)
        kept = prod(plan.shape)
        if kept != plan.rows:       # the sums of rows are added one after the other
            sums = np.add.accumulate(sums.reshape(kept, -1), axis=1)[:, -1]
    return sums.reshape(plan.shape).transpose(plan.back) if len(plan.shape) > 1 else sums.reshape(plan.shape)


def _row_sums(x: ndarray, wide: bool) -> ndarray:
    """The sum of each row of a matrix."""
    rows, count = x.shape
    lane = REGISTER // x.itemsize
    if wide or count < lane:
        order = ORDERS[x.itemsize].get(count)
        if order is not None:
            return np.add.accumulate(x.take(order, 1), axis=1)[:, -1]
    if not wide:
        return _in_turn(x.reshape(rows, count, 1))[:, 0]
    whole = count - count % lane
    if whole == count:
        return np.add.accumulate(_in_turn(x.reshape(rows, -1, lane)), axis=1)[:, -1]
    lanes = _in_turn(x[:, :whole].reshape(rows, -1, lane))
    return np.add.accumulate(np.concatenate((x[:, whole:], lanes), 1), axis=1)[:, -1]


def _column_sums(x: ndarray, wide: bool) -> ndarray:
    """The sums over the second dimension of a stack of matrices."""
    columns = x.shape[2]
    together = PARTIAL * (REGISTER // x.itemsize if wide else 1)
    whole = columns - columns % together
    if whole == columns:
        return _by_levels(x)
    apart = _in_turn(x[:, :, whole:])
    return np.concatenate((_by_levels(x[:, :, :whole]), apart), 1) if whole else apart


def _in_turn(x: ndarray) -> ndarray:
    """The sums over the second dimension, in partial sums that take turns; what is left goes to the first of them."""
    rows, count, lanes = x.shape
    whole = count - count % PARTIAL
    if count <= PARTIAL:
        return _one_by_one(x)
    if whole == count:
        partial = _by_levels(x.reshape(rows, -1, PARTIAL * lanes))
    else:
        partial = _by_levels(x[:, :whole].reshape(rows, -1, PARTIAL * lanes))
        left = x[:, whole:].reshape(rows, -1)
        partial = np.concatenate((partial[:, :lanes], left, partial[:, lanes:]), 1)
    return _one_by_one(partial.reshape(rows, -1, lanes))


def _by_levels(x: ndarray) -> ndarray:
    """The sums over the second dimension: sixteen numbers, then sixteen sums of sixteen, and so on."""
    rows, count, lanes = x.shape
    if count < LEVEL:
        return _one_by_one(x) if count > 1 else x[:, 0]
    total: Any = None
    for level in range(LEVELS):
        whole = x.shape[1] // LEVEL * LEVEL if level < LEVELS - 1 else 0
        if whole < x.shape[1]:
            left = _one_by_one(x[:, whole:])
            total = left if total is None else total + left
        if not whole:
            break
        x = _one_by_one(x[:, :whole].reshape(-1, LEVEL, lanes)).reshape(rows, -1, lanes)
    return total


def _one_by_one(x: ndarray) -> ndarray:
    """The sums over the second dimension, added one after the other."""
    rows, count, lanes = x.shape
    if lanes == 1:          # numpy would add a row in lanes of its own
        return np.add.accumulate(x[:, :, 0], axis=1)[:, -1:]
    if rows > 4 and lanes < 128:        # long rows are added faster than many
        return np.add.reduce(np.ascontiguousarray(x.swapaxes(0, 1)).reshape(count, -1), 0).reshape(rows, lanes)
    return np.add.reduce(np.ascontiguousarray(x), axis=1)
