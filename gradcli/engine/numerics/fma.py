"""a * b + c with a single rounding, which processors have and numpy has not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)     # quicker read than the types they stand for
MANY = 1 << 16
PIECE = 1 << 15                         # numbers that stay in the cache of the processor
SPLITTER = 2.0**27 + 1                  # cuts a double into two halves whose products are exact
BEHIND_SINGLE, HALFWAY = np.array((1 << 29) - 1), np.array(1 << 28)    # the bits of a double that a single has not
LEAST_SINGLE = 2.0**-126
SMALLEST, LARGEST = 2.0**-400, 2.0**400  # between these nothing below can overflow or lose a bit


def fma32(a: NDArray[np.float32], b: float, c: float) -> NDArray[np.float32]:
    """a * b + c rounded once to float32; `b` and `c` are first rounded to float32 themselves.

    The product is exact in double. The sum is rounded to odd there, so that the rounding to float32 cannot be
    misled by the first one. Many numbers are taken piece by piece, which stays in the processor's cache.
    """
    if a.size > PIECE:
        flat, out = a.reshape(-1), np.empty(a.size, np.float32)
        for at in range(0, a.size, PIECE):
            out[at:at + PIECE] = fma32(flat[at:at + PIECE], b, c)
        return out.reshape(a.shape)
    if c == 0:
        product32: NDArray[np.float32] = a * np.float32(b)
        if product32.all():         # the sign of a zero depends on what it is the sum of
            return product32
    product = a.astype(np.float64) * float(np.float32(b))
    total = product + float(np.float32(c))
    if _rounds_alike(total):
        return total.astype(SINGLE)
    return _rounded_to_odd(product, np.float64(np.float32(c))).astype(np.float32)


def _rounds_alike(sums: Doubles) -> bool:
    """Whether a sum before its rounding to double rounds to single as it does after it: none lies halfway between two
    single floats, nor where those lie closer than their precision."""
    bits = np.bitwise_and(sums.view(np.int64), BEHIND_SINGLE)
    return not np.count_nonzero(bits == HALFWAY) and bool(sums.size) and bool(
        np.minimum.reduce(np.abs(sums), None) >= LEAST_SINGLE)


def multiply_add(a: Any, b: Any, c: Any) -> Any:
    """a * b + c of arrays of one type, rounded once where the type has 32 or 64 bits; `b` may be a plain number.

    For single floats the product is exact in double, and the sum there is rounded to single as if it were exact:
    what that can miss, one case in 2**29, is not looked for. Of more than MANY numbers the last bit is not worth
    the time.
    """
    if type(a) is ndarray and type(c) is ndarray and a.dtype == np.float32 and a.shape == c.shape and a.size <= MANY:
        product = a.astype(DOUBLE)
        np.multiply(product, float(np.float32(b)) if type(b) in (float, int) else np.asarray(b, np.float32), product)
        return np.add(product, c.astype(DOUBLE), product).astype(SINGLE)
    dtype = np.asarray(a).dtype
    if max(np.size(a), np.size(c)) > MANY:
        return a * np.asarray(b, dtype) + c
    if dtype == np.float32:
        return (np.asarray(a, np.float64) * np.asarray(b, np.float32) + c).astype(np.float32)
    return _fma64(a, b, c) if dtype == np.float64 else a * np.asarray(b, dtype) + c


def _fma64(a: Any, b: Any, c: Any) -> Doubles:
    """a * b + c of doubles, rounded once."""
    a, b, c = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (a, b, c)))
    sizes = [np.abs(x) for x in (a, b, c)]
    fit = np.logical_and.reduce([(x < LARGEST) & ((x > SMALLEST) | (x == 0)) for x in sizes])
    product = a * b
    low_sum = _product_error(a, b, product) + c
    low_error = _sum_error(_product_error(a, b, product), c, low_sum)
    high_sum = product + low_sum
    total = np.asarray(high_sum + _rounded_to_odd(_sum_error(product, low_sum, high_sum), low_error))
    for at in zip(*np.nonzero(~fit), strict=True) if total.ndim else [()] * (not fit):
        total[at] = _exactly(float(a[at]), float(b[at]), float(c[at]))
    if not total.all():
        np.copysign(total, product + c, out=total, where=total == 0)    # of -0. and -0. the sum is -0.
    return total


def fma64(a: Doubles, b: float, c: float) -> Doubles:
    """a * b + c rounded once to float64 (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008)."""
    if c == 0.0:
        return a * b + c
    scale = np.abs(a)
    if not (SMALLEST < abs(b) < LARGEST and SMALLEST < abs(c) < LARGEST
            and bool(np.all((scale < LARGEST) & ((scale > SMALLEST) | (scale == 0))))):
        return np.array([_exactly(x, b, c) for x in a.ravel().tolist()]).reshape(a.shape)
    product = a * b
    product_high, product_low = product, _product_error(a, b, product)
    low_sum = product_low + c
    low_error = _sum_error(product_low, np.float64(c), low_sum)
    high_sum = product_high + low_sum
    high_error = _sum_error(product_high, low_sum, high_sum)
    return high_sum + _rounded_to_odd(high_error, low_error)


def _product_error(a: Doubles, b: float, product: Doubles) -> Doubles:
    """The rounding error of a * b (Dekker)."""
    a_high = a * SPLITTER - (a * SPLITTER - a)
    b_high = b * SPLITTER - (b * SPLITTER - b)
    a_low, b_low = a - a_high, b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _sum_error(a: Doubles, b: Doubles | np.float64, total: Doubles) -> Doubles:
    """The rounding error of a + b (Knuth)."""
    part = total - a
    return (a - (total - part)) + (b - part)


def _rounded_to_odd(a: Doubles, b: Doubles | np.float64) -> Doubles:
    """a + b; where it is not exact, the neighbour whose last bit is 1."""
    total = np.asarray(a + b)
    error = np.asarray(_sum_error(a, b, total))
    bits = total.view(np.int64)
    wrong = (error != 0) & (bits & 1 == 0) & np.isfinite(error)
    if wrong.any():
        # bits of a float grow away from zero, so the step depends on both signs
        bits[wrong] += np.where(np.signbit(error[wrong]) == np.signbit(total[wrong]), 1, -1)
    return total


def _exactly(a: float, b: float, c: float) -> float:
    """One element by rational arithmetic, for magnitudes near the ends of the range."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    from fractions import Fraction  # only for numbers near the ends of the range

    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact == 0:
        return a * b + c
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
