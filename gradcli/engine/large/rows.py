"""Softmax, normalisation and their gradients along the last dimension, a few hundred rows at a time.

Rows must lie one after the other; `fits` says whether they do. Sums of a row are einsum's, in wide registers.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.kernels import sums
from gradcli.engine.large import SOME
from gradcli.engine.large.blocks import FLOATS, by_rows, rows_of

MODERATE = 50       # exp of it, and of its negative, are far from the ends of float32, also in sums
WIDEST = 1 << 12    # elements of a row whose total is not taken in pieces


def fits(x: Any, at: int) -> bool:
    """Whether an array is large and made of rows along dimension `at` that lie one after the other."""
    return (x.size >= SOME and at in (-1, x.ndim - 1) and x.dtype in FLOATS and x.flags.c_contiguous
            and 1 < x.shape[-1])


def gradient_rows(g: ndarray, shape: tuple[int, ...]) -> ndarray:
    """A gradient as rows; one that is a single number repeated is not copied."""
    wide = (-1, shape[-1])
    if g.ndim and not any(g.strides):
        return np.broadcast_to(g[(0,) * g.ndim], (g.size // shape[-1], shape[-1]))
    return g.reshape(wide)


def total(rows: ndarray) -> ndarray:
    """The sum of each row, as a column."""
    column: ndarray = np.einsum("ij->i", rows)[:, None] if rows.shape[1] <= WIDEST else sums(rows, (1,), True)
    return column


def products(a: ndarray, b: ndarray) -> ndarray:
    """The sum of a * b in each row, as a column."""
    column: ndarray = np.einsum("ij,ij->i", a, b)[:, None]
    return column


def _moderate(rows: ndarray) -> bool:
    """Whether no exponential can overflow or vanish, even in sums."""
    return bool(np.maximum.reduce(rows, axis=None) < MODERATE and np.minimum.reduce(rows, axis=None) > -MODERATE)


def _exponentials(rows: ndarray, out: ndarray) -> ndarray:
    """exp(rows) in `out`, divided by the largest of each row where it could overflow; the exponents."""
    if not _moderate(rows):
        rows = rows - np.maximum.reduce(rows, axis=1, keepdims=True)
    np.exp(rows, out)
    return rows


def softmax(x: ndarray) -> ndarray:
    """exp(x) divided by its sum along the last dimension."""
    out = np.empty(x.shape, x.dtype)
    source, target = rows_of(x), rows_of(out)

    def do(first: int, last: int) -> None:
        result = target[first:last]
        _exponentials(source[first:last], result)
        np.divide(result, total(result), result)

    by_rows(x, 2.2, do)
    return out


def softmax_slope(g: ndarray, shares: ndarray) -> ndarray:
    """shares (g - sum(g shares)) along the last dimension."""
    out = np.empty(shares.shape, shares.dtype)
    grads, source, target = gradient_rows(g, shares.shape), rows_of(shares), rows_of(out)

    def do(first: int, last: int) -> None:
        part, share, result = grads[first:last], source[first:last], target[first:last]
        np.subtract(part, products(part, share), result)
        np.multiply(result, share, result)

    by_rows(shares, 0.8, do)
    return out


def log_softmax(x: ndarray) -> ndarray:
    """x minus the logarithm of the sum of exp(x) along the last dimension."""
    out = np.empty(x.shape, x.dtype)
    source, target = rows_of(x), rows_of(out)

    def do(first: int, last: int) -> None:
        result = target[first:last]
        exponents = _exponentials(source[first:last], result)
        np.subtract(exponents, np.log(total(result)), result)

    by_rows(x, 2.2, do)
    return out


def log_softmax_slope(g: ndarray, logs: ndarray) -> ndarray:
    """g - exp(logs) sum(g) along the last dimension."""
    out = np.empty(logs.shape, logs.dtype)
    grads, source, target = gradient_rows(g, logs.shape), rows_of(logs), rows_of(out)

    def do(first: int, last: int) -> None:
        part, result = grads[first:last], target[first:last]
        np.exp(source[first:last], result)
        np.multiply(result, total(part), result)
        np.subtract(part, result, result)

    by_rows(logs, 2.2, do)
    return out


def logsumexp(x: ndarray) -> ndarray:
    """The logarithm of the sum of exp(x) along the last dimension, which stays at length 1."""
    out = np.empty((*x.shape[:-1], 1), x.dtype)
    source, target = rows_of(x), rows_of(out)

    def do(first: int, last: int) -> None:
        part = source[first:last]
        if _moderate(part):
            np.log(total(np.exp(part)), target[first:last])
            return
        most = np.maximum.reduce(part, axis=1, keepdims=True)
        most[~np.isfinite(most)] = 0
        np.add(np.log(total(np.exp(part - most))), most, target[first:last])

    by_rows(x, 1.8, do)
    return out


def logsumexp_slope(x: ndarray, result: ndarray, g: ndarray) -> ndarray:
    """g exp(x - result), where `result` and `g` have the rank of x."""
    if not fits(x, -1) or result.shape[:-1] != x.shape[:-1] or g.shape != result.shape or result.shape[-1] != 1:
        slope: ndarray = g * np.exp(x - result)
        return slope
    out = np.empty(x.shape, x.dtype)
    source, target, logs, grads = rows_of(x), rows_of(out), rows_of(result), rows_of(g)

    def do(first: int, last: int) -> None:
        part = target[first:last]
        np.subtract(source[first:last], logs[first:last], part)
        np.exp(part, part)
        np.multiply(part, grads[first:last], part)

    by_rows(x, 2.0, do)
    return out


def layer_normalised(x: ndarray, weight: Any, bias: Any, eps: Any, n: int) -> tuple[ndarray, ndarray, ndarray, ndarray]:
    """The last `n` elements of every row less their mean and divided by their deviation, times weight plus bias; with
    the mean, one over the deviation, and the rows before weight and bias, which keep the rank of x."""
    kind, count = x.dtype.type, x.size // n
    shape, parameters = x.shape, [None if p is None else p.reshape(-1) for p in (weight, bias)]
    weight, bias = parameters
    lead = shape[: len(shape) - next(k for k in range(len(shape) + 1) if prod(shape[len(shape) - k :]) == n)]
    outer, units = np.empty(shape, x.dtype), np.empty(shape, x.dtype)
    x, out, unit = x.reshape(count, n), outer.reshape(count, n), units.reshape(count, n)
    mean, scale = np.empty((count, 1), x.dtype), np.empty((count, 1), x.dtype)

    def do(first: int, last: int) -> None:
        part, result = unit[first:last], out[first:last]
        middle = np.divide(total(x[first:last]), kind(n), mean[first:last])
        np.subtract(x[first:last], middle, part)
        spread = products(part, part)
        np.divide(spread, kind(n), spread)
        np.add(spread, kind(eps), spread)
        np.sqrt(spread, spread)
        np.multiply(part, np.divide(kind(1), spread, scale[first:last]), part)
        if weight is None:
            np.copyto(result, part)
        else:
            np.multiply(part, weight, result)
        if bias is not None:
            np.add(result, bias, result)

    by_rows(x, 1.8, do)
    columns = (*lead, *(1,) * (len(shape) - len(lead)))
    return outer, mean.reshape(columns), scale.reshape(columns), units


def centred_slope(g: ndarray, unit: ndarray, scale: ndarray) -> ndarray:
    """scale (g - mean(g) - unit mean(g unit)) along the last dimension."""
    kind, n = unit.dtype.type, unit.shape[-1]
    full = np.empty(unit.shape, unit.dtype)
    g, unit, scale, out = gradient_rows(g, unit.shape), rows_of(unit), scale.reshape(-1, 1), rows_of(full)

    def do(first: int, last: int) -> None:
        part, result = g[first:last], out[first:last]
        np.multiply(unit[first:last], products(part, unit[first:last]) / kind(-n), result)
        np.add(result, part, result)
        np.subtract(result, total(part) / kind(n), result)
        np.multiply(result, scale[first:last], result)

    by_rows(unit, 1.6, do)
    return full
