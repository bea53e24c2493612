"""Functions of each element and their gradients, fused: as few passes over a piece as the formula allows.

Each kernel names the function that it computes; the gradients take the saved value first, then `g`, the gradient of
the result. Roundings may differ from those of the plain formula by a few units in the last place, as said where.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.kernels import HALF, ONE, ZERO, Constant
from gradcli.engine.large.blocks import elementwise

TWO, THREE, MINUS_HALF = Constant(2), Constant(3), Constant(-0.5)
PEAK = Constant(1 / sqrt(2 * pi))
BITS: dict[int, Any] = {2: np.dtype(np.int16), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}
SINGLE = np.dtype(np.float32)
SIGN = np.array(-1 << 31, np.int32)


def bits(a: ndarray) -> ndarray:
    """The elements as whole numbers, in the same memory."""
    return a.view(BITS[a.itemsize])


def set_bits(out: ndarray, condition: ndarray) -> ndarray:
    """The memory of `out`, with all bits set where the condition holds and none elsewhere."""
    mask = bits(out)
    np.copyto(mask, np.negative(condition.view(np.int8)))
    return mask


def clear_bits(out: ndarray, condition: ndarray) -> ndarray:
    """The memory of `out`, with no bits set where the condition holds and all elsewhere."""
    mask = bits(out)
    np.copyto(mask, np.subtract(condition.view(np.int8), ONE_BYTE))
    return mask


ONE_BYTE = np.array(1, np.int8)


def keep_where(out: ndarray, condition: ndarray, g: Any) -> None:
    """out = g where the condition holds, 0 elsewhere."""
    mask = set_bits(out, condition)
    np.bitwise_and(mask, bits(g), mask)


def drop_where(out: ndarray, condition: ndarray, g: Any) -> None:
    """out = 0 where the condition holds, g elsewhere."""
    mask = clear_bits(out, condition)
    np.bitwise_and(mask, bits(g), mask)


def _sigmoid(out: Any, x: Any) -> None:
    """1 / (1 + exp(-x)), rounded as the plain formula."""
    one = ONE[x.dtype]
    np.negative(x, out)
    np.exp(out, out)
    np.add(out, one, out)
    np.divide(one, out, out)


sigmoid = elementwise(work=1.8)(_sigmoid)


@elementwise(work=0.5)
def sigmoid_slope(out: Any, result: Any, g: Any) -> None:
    """(1 - result) g result, rounded as the plain formula."""
    np.subtract(ONE[result.dtype], result, out)
    np.multiply(out, g, out)
    np.multiply(out, result, out)


@elementwise(work=0.45)
def tanh_slope(out: Any, result: Any, g: Any) -> None:
    """g (1 - result^2)."""
    np.multiply(result, result, out)
    np.subtract(ONE[result.dtype], out, out)
    np.multiply(out, g, out)


@elementwise(work=1.8)
def sin_slope(out: Any, x: Any, g: Any) -> None:
    """g cos(x)."""
    np.cos(x, out)
    np.multiply(out, g, out)


@elementwise(spare=1, work=2.0)
def cos_slope(out: Any, x: Any, g: Any, spare: Any) -> None:
    """-g sin(x)."""
    np.sin(x, spare)
    np.negative(g, out)
    np.multiply(out, spare, out)


@elementwise(work=0.2)
def relu(out: Any, x: Any) -> None:
    """max(x, 0)."""
    x.clip(ZERO[x.dtype], INFINITE[x.dtype], out)


INFINITE = Constant(np.inf)


@elementwise(work=0.5)
def relu_slope(out: Any, result: Any, g: Any) -> None:
    """g where the result is not 0 or less, else 0; g where it is nan."""
    drop_where(out, np.less_equal(result, ZERO[result.dtype]), g)


@elementwise(work=0.4)
def leaky(out: Any, x: Any, slope: Any) -> None:
    """max(x, slope x), for a slope above 0 and up to 1."""
    np.multiply(x, slope, out)
    np.maximum(x, out, out=out)


@elementwise(work=0.6)
def leaky_slope(out: Any, value: Any, g: Any, slope: Any) -> None:
    """g where the value is positive, slope g elsewhere."""
    mask, other = set_bits(out, np.greater(value, ZERO[value.dtype])), bits(slope)
    np.bitwise_and(mask, bits(ONE[value.dtype]) ^ other, mask)
    np.bitwise_xor(mask, other, mask)
    np.multiply(out, g, out)


@elementwise(spare=1, work=0.6)
def abs_slope(out: Any, x: Any, g: Any, spare: Any) -> None:
    """g times the sign of x, 0 at 0 and for nan."""
    zero = ZERO[x.dtype]
    signs = np.subtract(np.greater(x, zero).view(np.int8), np.less(x, zero).view(np.int8))
    np.copyto(spare, signs)
    np.multiply(spare, g, out)


@elementwise(work=0.25)
def cube(out: Any, x: Any) -> None:
    """x^3, rounded as x * x * x."""
    np.multiply(x, x, out)
    np.multiply(out, x, out)


@elementwise(work=0.4)
def cube_slope(out: Any, x: Any, g: Any) -> None:
    """3 x^2 g, rounded as g * (x * x * 3)."""
    np.multiply(x, x, out)
    np.multiply(out, THREE[x.dtype], out)
    np.multiply(out, g, out)


@elementwise(work=0.3)
def square_slope(out: Any, x: Any, g: Any) -> None:
    """2 x g."""
    np.multiply(x, TWO[x.dtype], out)
    np.multiply(out, g, out)


@elementwise(work=0.4)
def sqrt_slope(out: Any, result: Any, g: Any) -> None:
    """g / (2 result)."""
    np.add(result, result, out)
    np.divide(g, out, out)


def _softplus(out: Any, x: Any, spare: Any) -> None:
    """log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|)), to three units in the last place."""
    np.abs(x, spare)
    np.negative(spare, spare)
    np.exp(spare, spare)
    log1p_below_one(out, spare)
    x.clip(ZERO[x.dtype], INFINITE[x.dtype], spare)
    np.add(out, spare, out)


softplus = elementwise(spare=1, work=4.0)(_softplus)


ATANH = [Constant(c) for c in (2.000000007865021, 0.6666631537166533, 0.40024887642128004, 0.27960876651646693,
                               0.28177233178404937)]
"""2 atanh(s) / s in powers of s^2, for s from 0 to 1/3: fitted by least squares, to 4e-9."""


def polynomial(out: Any, x: Any, coefficients: list[Constant]) -> None:
    """A polynomial of x by Horner's rule, its coefficients from the constant one upwards."""
    dtype = x.dtype
    np.multiply(x, coefficients[-1][dtype], out)
    for c in coefficients[-2:0:-1]:
        np.add(out, c[dtype], out)
        np.multiply(out, x, out)
    np.add(out, coefficients[0][dtype], out)


def log1p_below_one(out: Any, e: Any) -> None:
    """log(1 + e) for e from 0 to 1, which is overwritten: in single precision 2 atanh(s) with s = e / (2 + e)."""
    dtype = e.dtype
    if dtype is not SINGLE:
        np.log1p(e, out)
        return
    np.add(e, TWO[dtype], out)
    np.divide(e, out, e)
    square = np.multiply(e, e)
    polynomial(out, square, ATANH)
    np.multiply(out, e, out)


@elementwise(work=2.0)
def softplus_slope(out: Any, x: Any, g: Any) -> None:
    """g / (1 + exp(-x))."""
    one = ONE[x.dtype]
    np.negative(x, out)
    np.exp(out, out)
    np.add(out, one, out)
    np.divide(g, out, out)


@elementwise(spare=1, work=4.5)
def logits_cross_entropy(out: Any, x: Any, target: Any, spare: Any) -> None:
    """log(1 + exp(x)) - target x: the cross entropy of sigmoid(x)."""
    _softplus(out, x, spare)
    np.multiply(x, target, spare)
    np.subtract(out, spare, out)


@elementwise(work=2.2)
def logits_slope(out: Any, x: Any, target: Any, share: Any) -> None:
    """share (sigmoid(x) - target)."""
    _sigmoid(out, x)
    np.subtract(out, target, out)
    np.multiply(out, share, out)


@elementwise(spare=1, work=2.8)
def elu(out: Any, x: Any, alpha: Any, spare: Any) -> None:
    """x where it is positive, alpha expm1(x) elsewhere, to four units in the last place.

    In single precision expm1(t) is 2 h / (1 - h) with h = tanh(t / 2), for numpy's expm1 is ten times slower.
    """
    zero = ZERO[x.dtype]
    x.clip(-INFINITE[x.dtype], zero, spare)
    if x.dtype is SINGLE:
        np.multiply(spare, HALF[x.dtype], spare)
        np.tanh(spare, spare)
        np.subtract(ONE[x.dtype], spare, out)
        np.divide(spare, out, spare)
        np.multiply(spare, TWO[x.dtype], spare)
    else:
        np.expm1(spare, spare)
    if alpha != 1:
        np.multiply(spare, alpha, spare)
    x.clip(zero, INFINITE[x.dtype], out)
    np.add(out, spare, out)


@elementwise(work=2.0)
def elu_slope(out: Any, x: Any, g: Any, alpha: Any) -> None:
    """g where x is positive, g alpha exp(x) elsewhere."""
    zero = ZERO[x.dtype]
    x.clip(-INFINITE[x.dtype], zero, out)
    np.exp(out, out)
    if alpha != 1:
        np.multiply(out, alpha, out)
        np.copyto(out, ONE[x.dtype], where=np.greater(x, zero))
    np.multiply(out, g, out)


@elementwise(work=0.7)
def where(out: Any, a: Any, b: Any, condition: Any) -> None:
    """a where the condition holds, b elsewhere."""
    mask = set_bits(out, condition)
    np.bitwise_and(mask, np.bitwise_xor(bits(a), bits(b)), mask)
    np.bitwise_xor(mask, bits(b), mask)


@elementwise(work=0.4)
def where_or_zero(out: Any, a: Any, condition: Any) -> None:
    """a where the condition holds, 0 elsewhere."""
    keep_where(out, condition, a)


@elementwise(work=0.4)
def zero_or(out: Any, a: Any, condition: Any) -> None:
    """0 where the condition holds, a elsewhere."""
    drop_where(out, condition, a)


NEAR = Constant(0.27)
TAIL = [Constant(c) for c in (-0.0036784639760288258, 0.1470696571039375, -0.07111214063157914, 0.5443111246714389,
                              -0.5578232078085745, 0.5763193774381593, -0.13508632968284912)]
"""The normal distribution's upper tail at z over exp(-z^2 / 2), in powers of 1 / (1 + 0.27 z): fitted by least squares
to 4e-8 of the tail, or of 0.001 where it is smaller."""


@elementwise(spare=2, work=5.5, outs=2)
def gelu(out: Any, slope: Any, x: Any, size: Any, tail: Any) -> None:
    """x times the normal distribution function of x, and the slope of that; for single precision.

    With Q the tail beyond |x| and d the density, x times the function is max(x, 0) - |x| Q, and the slope is
    1/2 + s (1/2 - (Q - |x| d)), where s is the sign of x.
    """
    dtype = x.dtype
    np.abs(x, size)
    np.multiply(size, NEAR[dtype], slope)
    np.add(slope, ONE[dtype], slope)
    np.divide(ONE[dtype], slope, slope)
    polynomial(tail, slope, TAIL)
    np.multiply(x, x, slope)
    np.multiply(slope, MINUS_HALF[dtype], slope)
    np.exp(slope, slope)
    np.multiply(tail, slope, tail)              # Q
    np.multiply(slope, size, slope)
    np.multiply(slope, PEAK[dtype], slope)      # |x| d
    np.subtract(tail, slope, slope)
    np.subtract(HALF[dtype], slope, slope)
    np.multiply(tail, size, tail)
    x.clip(ZERO[dtype], INFINITE[dtype], out)
    np.subtract(out, tail, out)
    if not np.maximum.reduce(x, axis=None) < np.inf:        # inf times a tail of 0
        out[x == np.inf] = np.inf
    np.bitwise_and(bits(x), SIGN, bits(size))
    np.bitwise_or(bits(slope), bits(size), bits(slope))
    np.add(slope, HALF[dtype], slope)
