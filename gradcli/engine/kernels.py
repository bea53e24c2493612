"""Kernels that numpy has in a slower form.

Only for arrays large enough that the choice pays; each says what it replaces and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine import large
from gradcli.engine.numerics import cascade_sum

LARGE = 2048
ROW = 4096              # elements that are added up one after the other, in the lanes of a wide register
LANES = 2048            # lanes in which running sums advance together
STEP = 256              # elements that take as long, one after the other, as a call
SCANNED = 1 << 19       # elements of them that are handled at a time, as doubles
_BITS = {4: np.int32, 8: np.int64}
_BYTE = np.dtype(np.int8)


class Constant(dict[Any, ndarray]):
    """A number as an array of no dimensions, for each type: the cheapest operand that a ufunc can get."""

    def __init__(self, number: float) -> None:
        self.number = number

    def __missing__(self, dtype: Any) -> ndarray:
        return self.setdefault(dtype, np.array(self.number, dtype))


ZERO, ONE, HALF = Constant(0), Constant(1), Constant(0.5)


def choose(condition: Any, a: Any, b: Any) -> Any:
    """np.where(condition, a, b): elements of `a` where the condition holds, of `b` elsewhere.

    np.where takes a branch an element, which a processor mispredicts half of the time on real
    data; masks of whole words are up to eighteen times as fast.
    """
    if type(condition) is not ndarray or condition.dtype != np.bool_:
        return np.where(condition, a, b)
    if type(b) is ndarray and _is_zero(a):
        return zero_where(b, condition)
    if condition.size < LARGE:
        return np.where(condition, a, b)
    if _is_zero(b):
        if _fits(condition, a):
            if condition.size >= large.MANY:
                return large.elements.where_or_zero(a, condition)
            return _masked(a, np.negative(condition.view(np.int8)))
    elif _fits(condition, a) and _fits(condition, b) and a.dtype is b.dtype:
        if condition.size >= large.MANY:
            return large.elements.where(a, b, condition)
        bits = _BITS[a.itemsize]
        mask = np.negative(condition.view(np.int8)).astype(bits)
        chosen = np.bitwise_xor(a.view(bits), b.view(bits))
        np.bitwise_and(chosen, mask, chosen)
        return np.bitwise_xor(chosen, b.view(bits), chosen).view(a.dtype)
    return np.where(condition, a, b)


def choose_numbers(condition: Any, a: float, b: float, dtype: Any) -> Any:
    """One number where the condition holds, another elsewhere, as an array of that type."""
    bits = _BITS.get(dtype.itemsize)
    if bits is None or condition.size < LARGE:
        return np.where(condition, dtype.type(a), dtype.type(b))
    one, other = np.array(a, dtype).view(bits), np.array(b, dtype).view(bits)
    mask = np.negative(condition.view(np.int8)).astype(bits)
    np.bitwise_and(mask, one ^ other, mask)
    return np.bitwise_xor(mask, other, mask).view(dtype)


def zero_where(x: Any, where: Any) -> Any:
    """np.where(where, 0, x): `x` with zeros where the condition holds."""
    if type(where) is ndarray and type(x) is ndarray and x.shape == where.shape:
        if where.size < LARGE:
            out = x.copy()
            out[where] = ZERO[x.dtype]
            return out
        if _fits(where, x):
            if where.size >= large.MANY:
                return large.elements.zero_or(x, where)
            return _masked(x, np.subtract(where.view(np.int8), ONE[_BYTE]))
    return np.where(where, 0, x)


def _is_zero(x: Any) -> bool:
    """Whether `x` is a single zero, without a sign."""
    if type(x) is ndarray:
        return x.ndim == 0 and not x and x.dtype.kind != "c" and not np.signbit(x)
    return type(x) in (int, float) and x == 0 and copysign(1, x) > 0


def _fits(condition: ndarray, x: Any) -> bool:
    """Whether the bits of `x` can be masked as they lie."""
    return (type(x) is ndarray and x.shape == condition.shape and x.dtype.kind in "fi" and x.itemsize in _BITS)


def _masked(x: ndarray, bytes_: ndarray) -> Any:
    """`x` where the bytes are -1, zero where they are 0."""
    bits = _BITS[x.itemsize]
    mask = bytes_.astype(bits)
    return np.bitwise_and(mask, x.view(bits), mask).view(x.dtype)


def full_sum(x: ndarray) -> Any:
    """np.add.reduce over all elements of an array, of few in PyTorch's order.

    einsum adds a row of 4096 elements in wide registers, three times as fast as the pairwise sum; the
    sums of the rows are then added pairwise, so no accuracy is lost.
    """
    n = x.size
    if 0 < n < cascade_sum.MOST and x.dtype.char in "fd":
        return cascade_sum.full(x)
    if n < 4 * LARGE or not x.flags.c_contiguous or x.dtype.kind != "f" or x.itemsize < 4:
        return np.add.reduce(x, axis=None)
    flat = x.reshape(-1)
    rows = n // ROW
    head = np.add.reduce(np.einsum("ij->i", flat[: rows * ROW].reshape(rows, ROW)))
    return head + np.add.reduce(flat[rows * ROW :]) if n % ROW else head


def lone_sum(x: ndarray) -> Any:
    """`full_sum` for a gradient: as an array of no dimensions, which may be a piece of another array."""
    if x.ndim == 1 and 0 < x.size <= cascade_sum.PARTIAL and x.dtype.char in "fd":
        total = np.add.accumulate(x)[-1, ...]
        return total if total else np.zeros((), x.dtype)
    return np.asarray(full_sum(x))


def sums(x: ndarray, axes: tuple[int, ...], keep: bool) -> Any:
    """np.add.reduce(x, axes, keepdims=keep), of few numbers in PyTorch's order; rows that lie in memory one by one go
    as `full_sum`.

    Longer rows than 4096 are taken in pieces of about that length, so that no accuracy is lost.
    """
    if 0 < x.size < cascade_sum.MOST and x.dtype.char in "fd":
        return cascade_sum.along(x, axes, keep)
    if axes == (x.ndim - 1,) and x.size >= LARGE and x.ndim > 1 and (
            x.flags.c_contiguous and x.dtype.kind == "f" and x.itemsize >= 4 and x.shape[-1] >= 16):
        n = x.shape[-1]
        summed = np.einsum("...i->...", x[..., : n - n % ROW].reshape(*x.shape[:-1], -1, ROW) if n > ROW else x)
        if n > ROW:
            summed = np.add.reduce(summed, axis=-1)
            if n % ROW:
                summed += np.einsum("...i->...", x[..., n - n % ROW :])
        return summed[..., None] if keep else summed
    return np.add.reduce(x, axis=axes, keepdims=True) if keep else np.add.reduce(x, axis=axes)


def accumulate_rows(ufunc: Any, x: ndarray) -> ndarray:
    """ufunc.accumulate(x, axis=-1) of a float32 array, carried in float64, for an associative ufunc.

    The running sum of a row waits for each addition before it can begin the next. Here rows are cut
    into lanes, which advance together, a column of all lanes at a time; then each lane is
    raised by the total of those before it.
    """
    n = x.shape[-1]
    rows = x.reshape(-1, n)
    out = np.empty(rows.shape, x.dtype)
    if n > SCANNED:
        for row, result in zip(rows, out, strict=True):
            carry = np.array(ufunc.identity, np.float64)
            for at in range(0, n, SCANNED):
                wide = ufunc(_lanes(ufunc, row[None, at : at + SCANNED]), carry)
                result[at : at + SCANNED], carry = wide[0], wide[0, -1]
    else:
        step = max(1, SCANNED // n)
        for at in range(0, len(rows), step):
            out[at : at + step] = _lanes(ufunc, rows[at : at + step])
    return out.reshape(x.shape)


def advance_together(shape: tuple[int, ...]) -> bool:
    """Whether lanes are long enough side by side for `accumulate_rows` to pay: a step of all costs a call."""
    n = shape[-1]
    count = prod(shape[:-1])
    return count * n > STEP * -(-n // max(1, min(LANES // max(count, 1), n // 64)))


def _lanes(ufunc: Any, rows: ndarray) -> ndarray:
    count, n = rows.shape
    lanes = max(1, min(LANES // count, n // 64))
    length = -(-n // lanes) | 1         # odd, so that the places of a column do not compete for the same cache lines
    wide = np.empty((count, lanes * length))
    wide[:, :n] = rows
    wide[:, n:] = ufunc.identity
    columns = wide.reshape(count * lanes, length).T
    before = columns[0]
    for column in columns[1:]:
        ufunc(before, column, column)
        before = column
    if lanes > 1:
        parts = wide.reshape(count, lanes, length)
        totals = ufunc.accumulate(parts[:, :-1, -1], axis=1)
        ufunc(parts[:, 1:], totals[:, :, None], parts[:, 1:])
    return wide[:, :n]


def accumulate_columns(ufunc: Any, x: ndarray) -> ndarray:
    """ufunc.accumulate(x, axis=0) of a float32 array, carried in float64: whole rows at a time."""
    out = np.empty_like(x)
    out[0] = carry = x[0].astype(np.float64)
    for i in range(1, len(x)):
        ufunc(carry, x[i], carry)
        out[i] = carry
    return out


def columns(values: Sequence[Any]) -> ndarray:
    """Several rows of numbers as the columns of one array in double precision."""
    return np.array(values, np.float64).T.copy()
