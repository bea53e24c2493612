"""Normal numbers from uniform ones, sixteen at a time, with the rounding of torch's vector code.

A block of 16 uniforms is 8 radii followed by 8 angles; it becomes 8 values r cos t followed by 8 values r sin t.

In float32 the logarithm, the sine and the cosine are the single-precision polynomials of the Cephes library
(S. Moshier), every multiply-add rounded once to float32. A uniform has 24 bits, so each function has only 2**24
arguments, and every shortcut below was tried on all of them against true fused multiply-adds without a difference:

* product and sum in double, then a rounding to float32, although that rounds twice;
* plain float32 arithmetic where the product is exact;
* the three subtractions that reduce an angle to an eighth of a turn made at once, in double;
* for sums that stay within one power of two, rounding by adding and subtracting a large number.

Arithmetic is in place, in blocks that fit the cache: this is a place where clarity was given for speed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int32]

PAIRS = 1 << 15                 # pairs handled at a time
UNIT = 1 << 24                  # the uniforms are k / UNIT


def float32_constant(value: float) -> Singles:
    """A float32 constant. Arrays without a dimension are the cheapest operand a ufunc can get."""
    return np.array(value, np.float32)


def as_double(value: float) -> Doubles:
    """A float32 constant held in double."""
    return np.array(np.float32(value), np.float64)


def integer(value: int) -> Integers:
    return np.array(value, np.int32)


def snapping(value: float, exponent: int) -> tuple[Doubles, Doubles]:
    """Two numbers: adding the first and subtracting the second adds `value` with one rounding to float32.

    It holds for sums whose magnitude is between 2**exponent and twice that.
    """
    large = 1.5 * 2.0 ** (exponent + 29)
    return np.array(float(np.float32(value)) + large), np.array(large)


# The logarithm is computed times -2, which changes no rounding and is what the radius needs.
LOG_FIRST, *LOG_MIDDLE, LOG_LAST = (as_double(-2 * c) for c in (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1))
LN2_LOW, LN2_HIGH = float32_constant(2 * 2.12194440e-4), float32_constant(-2 * 0.693359375)
ROOT_HALF = integer(0x3F3504F3)             # the bits of float32 sqrt(1/2)
ROOT_HALF_OF_UNIT = integer(0x3F3504F3 + (24 << 23))
EXPONENT_PLACE, MANTISSA = integer(23), integer(0x7FFFFF)

TURN = float32_constant(float(np.float32(2 * math.pi)) / UNIT)
QUARTER_TURN = np.array(2 * sum(float(np.float32(part)) for part in (
    0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)))
COS_FIRST, COS_SECOND, COS_THIRD = (
    as_double(2.443315711809948e-5), snapping(-1.388731625493765e-3, -10), snapping(4.166664568298827e-2, -5))
SIN_FIRST, SIN_SECOND, SIN_THIRD = (
    as_double(-1.9515295891e-4), snapping(8.3321608736e-3, -7), snapping(-1.6666654611e-1, -3))
EIGHTH, QUARTER_PLACE = integer(1 << 21), integer(22)
TWO, TWO_PLACE, SIGN, SIGN_PLACE = integer(2), integer(30), integer(-(1 << 31)), integer(31)

ZERO, ONE, MINUS_TWO, UNIT_INTEGER = float32_constant(0), float32_constant(1), float32_constant(-2), integer(UNIT)
HALF = np.array(0.5)


class Workspace:
    """Room for the intermediate values of up to `pairs` pairs."""

    def __init__(self, pairs: int) -> None:
        self.bits = np.empty((2, pairs), np.int32)
        self.single = np.empty((5, pairs), np.float32)
        self.double = np.empty((3, pairs), np.float64)


def normals32(draw: Callable[[Integers], None], count: int, work: Workspace | None = None) -> Singles:
    """Standard normals, a multiple of 16, from uniforms k / 2**24; `draw` fills an array with the next k."""
    out = np.empty(count, np.float32)
    work = work or Workspace(min(PAIRS, count // 2))
    for start in range(0, count, 2 * PAIRS):
        part = out[start:start + 2 * PAIRS]
        uniforms = work.double[0].view(np.int32)[:part.size]       # free until the radius is computed
        draw(uniforms)
        blocks, result = uniforms.view("V32"), part.view("V32")     # eight at a time move as one item
        first, second = work.bits[:, :part.size // 2]
        first.view("V32")[...] = blocks[0::2]
        second.view("V32")[...] = blocks[1::2]
        radius = _radius(first, work)
        cosine, sine = _cosine_and_sine(second, work)
        np.multiply(cosine, radius, cosine)
        np.multiply(sine, radius, sine)
        result[0::2] = cosine.view("V32")
        result[1::2] = sine.view("V32")
        if radius.min() == 0:           # then a negative zero is possible, which adding the mean would end
            np.add(part, ZERO, part)
    return out


def windows32(k: Integers) -> Singles:
    """What the radius of each uniform k / 2**24 and the angle eight places on give: r cos t, and in a second row
    r sin t. The first eight places from where a block begins are that block."""
    work = Workspace(k.size)
    radius = _radius(k.copy(), work)
    cosine, sine = _cosine_and_sine(k, work)
    out = np.empty((2, k.size - 8), np.float32)
    np.multiply(cosine[8:], radius[:-8], out[0])
    np.multiply(sine[8:], radius[:-8], out[1])
    if radius.min() == 0:
        np.add(out, ZERO, out)
    return out


def _radius(k: Integers, work: Workspace) -> Singles:
    """sqrt(-2 log(1 - k / 2**24)) in the last row of the workspace; overwrites `k`."""
    x, z, e, _, y = work.single[:, :k.size]
    x_wide, y_wide, term = work.double[:, :k.size]
    np.subtract(UNIT_INTEGER, k, k)
    x[...] = k
    bits = x.view(np.int32)                     # 1 - u = 2**e (1 + x), with 1 + x between sqrt(1/2) and sqrt(2)
    np.subtract(bits, ROOT_HALF_OF_UNIT, bits)
    np.right_shift(bits, EXPONENT_PLACE, k)
    e[...] = k
    np.bitwise_and(bits, MANTISSA, bits)
    np.add(bits, ROOT_HALF, bits)
    np.subtract(x, ONE, x)

    x_wide[...] = x
    np.multiply(x, x, z)
    np.multiply(x_wide, LOG_FIRST, y_wide)
    for coefficient in LOG_MIDDLE:
        np.add(y_wide, coefficient, y_wide)
        y[...] = y_wide
        y_wide[...] = y
        np.multiply(y_wide, x_wide, y_wide)
    np.add(y_wide, LOG_LAST, y_wide)
    y[...] = y_wide
    np.multiply(y, x, y)

    y_wide[...] = y
    term[...] = z
    np.multiply(y_wide, term, y_wide)
    np.multiply(e, LN2_LOW, y)
    term[...] = y
    np.add(y_wide, term, y_wide)
    y[...] = y_wide
    np.add(y, z, y)
    np.multiply(x, MINUS_TWO, x)
    np.add(y, x, y)
    np.multiply(e, LN2_HIGH, e)
    np.add(y, e, y)
    radius: Singles = np.sqrt(y, y)
    return radius


def _cosine_and_sine(k: Integers, work: Workspace) -> tuple[Singles, Singles]:
    """cos and sin of 2 pi k / 2**24, in rows of the workspace; overwrites `k`."""
    t, z, c, s, _ = work.single[:, :k.size]
    z_wide, y_wide, t_wide = work.double[:, :k.size]
    _reduce(k, t, t_wide, z_wide)
    np.multiply(t, t, z)
    z_wide[...] = z

    _horner(z_wide, COS_FIRST, COS_SECOND, COS_THIRD, y_wide)
    c[...] = y_wide
    np.multiply(c, z, c)
    y_wide[...] = c
    np.subtract(y_wide, HALF, y_wide)
    np.multiply(y_wide, z_wide, y_wide)
    c[...] = y_wide
    np.add(c, ONE, c)

    _horner(z_wide, SIN_FIRST, SIN_SECOND, SIN_THIRD, y_wide)
    s[...] = y_wide
    np.multiply(s, z, s)
    y_wide[...] = s
    np.multiply(y_wide, t_wide, y_wide)
    np.add(y_wide, t_wide, y_wide)
    s[...] = y_wide

    _turn(k, c.view(np.int32), s.view(np.int32), t.view(np.int32), z.view(np.int32))
    return c, s


def _reduce(k: Integers, t: Singles, t_wide: Doubles, quarter: Doubles) -> None:
    """The angle less the nearest multiple of a quarter turn, in `t` and `t_wide`; that multiple, 0 to 4, in `k`."""
    t[...] = k
    np.multiply(t, TURN, t)
    t_wide[...] = t
    np.add(k, EIGHTH, k)
    np.right_shift(k, QUARTER_PLACE, k)
    quarter[...] = k
    np.multiply(quarter, QUARTER_TURN, quarter)
    np.subtract(t_wide, quarter, t_wide)
    t[...] = t_wide
    t_wide[...] = t


def _horner(z: Doubles, first: Doubles, second: tuple[Doubles, Doubles], third: tuple[Doubles, Doubles],
            y: Doubles) -> None:
    """(first * z + second) * z + third in `y`, each sum rounded to float32."""
    np.multiply(z, first, y)
    np.add(y, second[0], y)
    np.subtract(y, second[1], y)
    np.multiply(y, z, y)
    np.add(y, third[0], y)
    np.subtract(y, third[1], y)


def _turn(quarter: Integers, c: Integers, s: Integers, odd: Integers, change: Integers) -> None:
    """Turn (c, s) by so many quarter turns: exchange them when it is odd, and set the signs, on their bits."""
    np.left_shift(quarter, SIGN_PLACE, odd)
    np.right_shift(odd, SIGN_PLACE, odd)       # all ones where odd
    np.bitwise_xor(c, s, change)
    np.bitwise_and(change, odd, change)         # exchanges them where odd
    np.bitwise_and(odd, SIGN, odd)
    np.bitwise_xor(c, odd, c)                   # an odd turn makes the cosine a negative sine
    np.bitwise_and(quarter, TWO, quarter)
    np.left_shift(quarter, TWO_PLACE, quarter)
    np.bitwise_xor(change, quarter, change)     # half a turn negates both
    np.bitwise_xor(c, change, c)
    np.bitwise_xor(s, change, s)


def normals64(uniforms: Doubles) -> Doubles:
    """Standard normals from double uniforms, a multiple of 16. The C library's functions, one element at a time:

    numpy's own differ from them in the last bit of one result in a few hundred.
    """
    pairs = uniforms.reshape(-1, 2, 8)
    radius = np.sqrt(-2.0 * map_elements(math.log, 1.0 - pairs[:, 0]))
    angles = (2.0 * math.pi * pairs[:, 1]).ravel().tolist()
    normals = np.empty(pairs.shape)
    for at, function in enumerate((math.cos, math.sin)):
        np.multiply(radius, np.fromiter(map(function, angles), np.float64, radius.size).reshape(radius.shape),
                    normals[:, at])
    return normals.reshape(-1)


def map_elements(function: Callable[[float], float], values: Doubles) -> Doubles:
    """`function` of every element."""
    return np.fromiter(map(function, values.ravel().tolist()), np.float64, values.size).reshape(values.shape)
