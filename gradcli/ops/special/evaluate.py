"""Functions computed in double precision, a block at a time.

Single precision has no room for the roundings of a long formula. What is computed in
double and rounded once is right to half a unit in the last place, and blocks that stay in
the processor's cache make the detour cheap.
"""

import math
from functools import lru_cache

import numpy as np

from gradcli.engine.tensor.dtypes import FLOAT_KINDS

BLOCK = 16384       # elements: a few temporaries of 128 KiB


def in_doubles(kernel):
    """`kernel`, from flat float64 arrays to a fresh one, for arrays of any shape and floating type.

    Arguments are broadcast; the result has the type of the first. The kernel may keep nothing
    of its arguments and must not write to them. A plain number or a size 1 array stands for itself.
    """

    def apply(*arrays):
        first = np.asarray(arrays[0])
        if len(arrays) == 1 and first.size <= BLOCK:
            return kernel(first.astype(np.float64).reshape(-1)).astype(first.dtype, copy=False).reshape(first.shape)
        dtype = first.dtype if first.dtype.kind in FLOAT_KINDS else np.asarray(arrays[-1]).dtype
        shape = first.shape
        if all(type(a) is np.ndarray and a.shape == shape for a in arrays):
            flat = [a.reshape(-1) for a in arrays]
        else:
            shape = np.broadcast_shapes(*[np.shape(a) for a in arrays])
            flat = [np.broadcast_to(a, shape).reshape(-1) for a in arrays]
        size = math.prod(shape)
        if size <= BLOCK:
            return kernel(*[a.astype(np.float64) for a in flat]).astype(dtype, copy=False).reshape(shape)
        out = np.empty(size, dtype)
        for start in range(0, size, BLOCK):
            piece = slice(start, start + BLOCK)
            out[piece] = kernel(*[a[piece].astype(np.float64, copy=False) for a in flat])
        return out.reshape(shape)

    return apply


def single_in_doubles(kernel):
    """Where single precision alone would be off by several units: float32 by way of `kernel`, others directly."""
    wide = in_doubles(kernel)

    def apply(array):
        return wide(array) if array.dtype == np.float32 else kernel(array)

    return apply


def polynomial(coefficients, t):
    """coefficients[0] + coefficients[1] t + ...; by Horner's rule, in fresh memory."""
    if type(t) is not np.ndarray or not t.ndim or t.dtype.kind != "f" or type(coefficients) is not tuple:
        out = t * coefficients[-1]
        for c in coefficients[-2:0:-1]:
            out += c
            out *= t
        out += coefficients[0]
        return out
    first, *middle, last = _constants(coefficients, t.dtype)
    out = np.multiply(t, last)
    for c in middle[::-1]:
        np.add(out, c, out)
        np.multiply(out, t, out)
    return np.add(out, first, out)


@lru_cache(128)
def _constants(coefficients, dtype):
    """Numbers as arrays of no dimensions: the cheapest operands that a ufunc can get."""
    return [np.array(c, dtype) for c in coefficients]


def chebyshev(coefficients, t):
    """The sum of coefficients[k] T_k(t), by Clenshaw's recurrence."""
    twice = 2 * t
    ahead, beyond = np.zeros_like(t), np.zeros_like(t)
    for c in coefficients[:0:-1]:
        beyond -= twice * ahead
        np.negative(beyond, out=beyond)
        beyond += c
        ahead, beyond = beyond, ahead
    twice *= 0.5
    twice *= ahead
    twice -= beyond
    twice += coefficients[0]
    return twice


def piecewise(x, *pieces):
    """A function given in pieces (where, kernel): each element by the first piece whose mask holds for it.

    Elements that no mask claims are nan. Each kernel sees its elements only.
    """
    out = np.full_like(x, np.nan)
    free = np.ones(x.shape, bool)
    for mask, kernel in pieces:
        piece = mask & free
        if piece.all():
            return kernel(x)
        if piece.any():
            out[piece] = kernel(x[piece])
            free &= ~piece
    return out
