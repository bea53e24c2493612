"""Sums over large arrays: down columns, of squares about a mean, and running along rows."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.kernels import accumulate_rows
from gradcli.engine.large import MANY
from gradcli.engine.large.blocks import FLOATS, by_rows, rows_of, run_in_pieces

DEEP = 512          # rows that are added up one after the other, before the totals are
SHORT = 1 << 10     # elements of rows that are not cut


def column_sums(rows: ndarray) -> ndarray:
    """The sum of each column of an array of two dimensions that lies row by row: products with rows of ones."""
    ones = np.ones(min(DEEP, len(rows)), rows.dtype)
    if len(rows) <= DEEP:
        return np.dot(ones, rows)
    parts = np.empty((-(-len(rows) // DEEP), rows.shape[1]), rows.dtype)
    for k, part in enumerate(parts):
        some = rows[k * DEEP : (k + 1) * DEEP]
        np.dot(ones[: len(some)], some, part)
    return column_sums(parts)


def leading_sums(x: ndarray, lead: int) -> ndarray:
    """The sum over the first `lead` dimensions."""
    width = prod(x.shape[lead:])
    if x.dtype not in FLOATS or not x.flags.c_contiguous or width < 8 or x.size < 16 * width:
        summed: ndarray = np.add.reduce(x, axis=tuple(range(lead)))
        return summed
    return column_sums(x.reshape(-1, width)).reshape(x.shape[lead:])


def column_products(a: ndarray, b: ndarray) -> ndarray:
    """The sum of a * b over all dimensions but the last."""
    a, b = [v.reshape(-1, b.shape[-1]) for v in (a, b)]
    return sum_of_parts([np.einsum("ij,ij->j", a[at : at + DEEP], b[at : at + DEEP])
                         for at in range(0, len(a), DEEP)])


def sum_of_parts(parts: list[Any]) -> ndarray:
    """The sum of several arrays, by halves."""
    while len(parts) > 1:
        parts = [np.add(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
    only: ndarray = parts[0]
    return only


def moments_fit(x: ndarray, axes: tuple[int, ...]) -> bool:
    """Whether `moments` can take the array: all of its elements, or the rows of its last dimension."""
    return x.dtype in FLOATS and x.flags.c_contiguous and (len(axes) == x.ndim or axes == (x.ndim - 1,))


def moments(x: ndarray, axes: tuple[int, ...]) -> tuple[ndarray, ndarray]:
    """The mean along axes and the sum of squares about it, both in double precision, with the axes at length 1."""
    if len(axes) == x.ndim:
        return _moments(x)
    rows = rows_of(x)
    mean, squares = np.empty((*x.shape[:-1], 1)), np.empty((*x.shape[:-1], 1))
    means, totals = rows_of(mean), rows_of(squares)

    def do(first: int, last: int) -> None:
        wide = rows[first:last].astype(np.float64)
        middle = np.divide(np.einsum("ij->i", wide)[:, None], rows.shape[1], means[first:last])
        np.subtract(wide, middle, wide)
        totals[first:last, 0] = np.einsum("ij,ij->i", wide, wide)

    by_rows(x, 1.2, do)
    return mean, squares


def _moments(x: ndarray) -> tuple[ndarray, ndarray]:
    """The moments of all elements: those of blocks, combined as by Chan, Golub and LeVeque (1983)."""
    flat, once = x.reshape(-1), (1,) * x.ndim
    count = -(-x.size // MANY)
    means, squares = np.empty(count), np.empty(count)

    def do(first: int, last: int) -> None:
        for k in range(first, last):
            wide = flat[k * MANY : (k + 1) * MANY].astype(np.float64)
            means[k] = mean = np.add.reduce(wide) / wide.size
            np.subtract(wide, mean, wide)
            np.multiply(wide, wide, wide)
            squares[k] = np.add.reduce(wide)

    run_in_pieces(count, MANY, x.itemsize, 1.0, do)
    sizes = np.full(count, float(MANY))
    sizes[-1] = x.size - (count - 1) * MANY
    mean = np.add.reduce(means * sizes) / x.size
    means -= mean
    return np.full(once, mean), np.full(once, np.add.reduce(squares) + np.add.reduce(means * means * sizes))


def short_rows(x: ndarray, dim: int) -> bool:
    """Whether `running_rows` can take the array along that dimension."""
    return x.dtype == np.float32 and x.flags.c_contiguous and dim in (-1, x.ndim - 1) and 1 < x.shape[-1] <= SHORT


def running_rows(ufunc: Any, x: ndarray, backwards: bool = False) -> ndarray:
    """ufunc.accumulate along the short rows of a float32 array, carried in float64, from either end."""
    rows = rows_of(x)
    out = np.empty(x.shape, x.dtype)
    target = rows_of(out)
    if backwards:
        rows, target = rows[:, ::-1], target[:, ::-1]

    def do(first: int, last: int) -> None:
        target[first:last] = accumulate_rows(ufunc, rows[first:last])

    by_rows(x, 0.4, do)
    return out
