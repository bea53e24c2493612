"""Sums over large arrays: down columns, of squares about a mean, and running along rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.large import MANY
from gradcli.engine.large.blocks import FLOATS, by_rows, divided, rows_of

DEEP = 512          # rows that are added up one after the other, before the totals are
SHORT = 1 << 10     # elements of rows whose running sums advance together
TOGETHER = 1 << 11  # rows that do


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


def columns_fit(x: ndarray) -> bool:
    """Whether `column_sums` can take the array, with all dimensions but the first as one."""
    return (x.size >= MANY and x.ndim > 1 and x.dtype in FLOATS and x.flags.c_contiguous and x.shape[0] >= 16
            and x.size // x.shape[0] >= 8)


def column_products(a: ndarray, b: ndarray) -> ndarray:
    """The sum of a * b down each column."""
    return sum_of_parts([np.einsum("ij,ij->j", a[at : at + DEEP], b[at : at + DEEP])
                         for at in range(0, len(a), DEEP)])


def sum_of_parts(parts: list[Any]) -> ndarray:
    """The sum of several arrays, by halves."""
    while len(parts) > 1:
        parts = [np.add(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
    only: ndarray = parts[0]
    return only


def moments(x: ndarray) -> tuple[Any, Any]:
    """The mean of all elements and the sum of squares about it, both in double precision."""
    flat = x.reshape(-1)
    count = -(-x.size // MANY)
    totals, squares = np.empty(count), np.empty(count)

    def add(first: int, last: int) -> None:
        for k in range(first, last):
            totals[k] = np.add.reduce(flat[k * MANY : (k + 1) * MANY].astype(np.float64, copy=False))

    divided(count, MANY, x.itemsize, 0.5, add)
    mean = np.add.reduce(totals) / x.size

    def add_squares(first: int, last: int) -> None:
        for k in range(first, last):
            off = np.subtract(flat[k * MANY : (k + 1) * MANY], mean, dtype=np.float64)
            squares[k] = np.einsum("i,i->", off, off)

    divided(count, MANY, x.itemsize, 0.6, add_squares)
    return mean, np.add.reduce(squares)


def row_moments(x: ndarray) -> tuple[ndarray, ndarray]:
    """The mean of each row of the last dimension and the sum of squares about it, in double precision, as columns."""
    rows = rows_of(x)
    mean, squares = np.empty((len(rows), 1)), np.empty((len(rows), 1))

    def do(first: int, last: int) -> None:
        wide = rows[first:last].astype(np.float64)
        middle = np.divide(np.einsum("ij->i", wide)[:, None], rows.shape[1], mean[first:last])
        np.subtract(wide, middle, wide)
        squares[first:last, 0] = np.einsum("ij,ij->i", wide, wide)

    by_rows(x, 1.2, do)
    return mean, squares


def running_rows(ufunc: Any, x: ndarray, backwards: bool = False) -> ndarray:
    """ufunc.accumulate along the short rows of a float32 array, carried in float64, from either end.

    Rows become columns, so that a step of all rows is one call.
    """
    rows = rows_of(x)
    out = np.empty(x.shape, x.dtype)
    target = rows_of(out)
    if backwards:
        rows, target = rows[:, ::-1], target[:, ::-1]

    def do(first: int, last: int) -> None:
        columns = rows[first:last].T.astype(np.float64, order="C")
        before = columns[0]
        for column in columns[1:]:
            ufunc(before, column, column)
            before = column
        np.copyto(target[first:last], columns.T, casting="same_kind")

    by_rows(x, 2.5, do)
    return out
