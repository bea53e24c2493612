"""Whole quotients and remainders, common divisors and multiples."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Operand
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.ops.base import Binary
from gradcli.ops.dtype_checks import missing_derivative, refuse_bool, refuse_floating
from gradcli.ops.math.arithmetic import floor_quotient, operand_variant, refuse_zero_divisor
from gradcli.ops.special.evaluate import in_doubles

FEW = 500           # elements: so few are not worth a detour
EXACT = 2.0**29     # below, a whole number times a float32 is exact in float64


def _by_quotient(integral, exact):
    """The remainder of float32 numbers from their quotient in float64; `exact` sees to the elements that need more."""

    @in_doubles
    def kernel(a, b):
        quotient = np.divide(a, b)
        integral(quotient, out=quotient)
        out = quotient * b
        np.subtract(a, out, out=out)
        np.abs(quotient, out=quotient)
        hard = ~(quotient < EXACT) | np.isnan(out)
        if hard.any():
            out[hard] = exact(a[hard], b[hard])
        np.copysign(out, a, out=out, where=out == 0)
        return out

    return kernel


_remainder, _fmod = _by_quotient(np.floor, np.remainder), _by_quotient(np.trunc, np.fmod)


class Remainder(Binary):
    """remainder(input, other): what division of input by other leaves, with the sign of other."""

    vanished = ("input",)      # the other rule negates, which makes such a zero a number
    symbol = "mod"
    legacy_names = "pointwise.Remainder"
    modern_names = ("RemainderBackward1", "RemainderBackward0", "RemainderBackward1")
    variant = operand_variant
    samples = [([5.0, -5.0, 7.5], [3.0, 3.0, -2.0]), ([5.0, -5.0], 3), (7.5, [2.0, -2.0])]

    def forward(input: Operand, other: Operand):
        refuse_zero_divisor(refuse_bool("remainder", other, input) if other.dtype.kind == "b" else other, input)
        if input.dtype == np.float32 and max(input.size, other.size) > FEW:
            return _remainder(input, other)
        out = np.asarray(np.remainder(input, other))
        if out.dtype.kind in FLOAT_KINDS:
            np.copysign(out, input, out=out, where=out == 0)
        return out

    def grad_input(F, g):
        return g

    def grad_other(F, g, input, other):
        return -g * F.div(input, other, rounding_mode="floor")


class Fmod(Binary):
    """fmod(input, other): what division of input by other leaves, with the sign of input."""

    vanished = ("input",)      # the other rule negates, which makes such a zero a number
    legacy_names = "pointwise.Fmod"
    modern_names = ("FmodBackward1", "FmodBackward0")
    variant = operand_variant
    samples = [([5.0, -5.0, 7.5], [3.0, 3.0, -2.0]), ([5.0, -5.0], 3)]

    def forward(input: Array, other: Operand):
        refuse_zero_divisor(refuse_bool("fmod", other, input) if other.dtype.kind == "b" else other, input)
        if input.dtype == np.float32 and max(input.size, other.size) > FEW:
            return _fmod(input, other)
        return np.fmod(input, other)

    def grad_input(F, g):
        return g

    def grad_other(F, g, input, other):
        return -g * F.div(input, other, rounding_mode="trunc")


class FloorDivide(Binary):
    """floor_divide(input, other): the quotient rounded down; not differentiable."""

    symbol = "floordiv"
    fresh_result = False
    modern_names = "NotImplemented"
    samples = [(np.array([7.0, -7.0]), np.array([2.0, 2.0])), (np.array([7.0, -7.0]), 2), (7, np.array([2.0, -2.0]))]

    def forward(input: Operand, other: Operand):
        return floor_quotient(input, refuse_bool("div_floor_cpu", other, input) if other.dtype.kind == "b" else other)

    def grad_input(F, g):
        raise missing_derivative("floor_divide", "torch.div(x, y, rounding_mode='floor')",
                                 "the same, with a gradient of zeros")

    def grad_other(F, g):
        raise missing_derivative("floor_divide", "torch.div(x, y, rounding_mode='floor')",
                                 "the same, with a gradient of zeros")


class Gcd(Binary):
    """gcd(input, other): the greatest common divisor of each pair of whole numbers."""

    fresh_result = False
    samples = [(np.array([12, -18, 0]), np.array([8, 12, 5]))]
    errors = [([1.5], [2.0]), (np.array([1, 2]), np.array([1, 2, 3]))]

    def forward(input: Array, other: Array):
        return np.gcd(refuse_floating("gcd", refuse_bool("gcd", input)), other)


class Lcm(Binary):
    """lcm(input, other): the least common multiple of each pair of whole numbers."""

    fresh_result = False
    samples = [(np.array([12, -18, 0]), np.array([8, 12, 5]))]
    errors = [([1.5], [2.0]), (np.array([1, 2]), np.array([1, 2, 3]))]

    def forward(input: Array, other: Array):
        return np.lcm(refuse_floating("lcm", refuse_bool("lcm", input)), other)
