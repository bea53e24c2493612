"""Sums, products, quotients and powers of elements."""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import operand_variant, raw, traced
from gradcli.engine.autograd.signature import SCALARS, Operand, Scalar, Text
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.complex_gate import complex_fault
from gradcli.engine.large import MANY
from gradcli.engine.numerics import elementary
from gradcli.engine.numerics.fma import multiply_add
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, FLOATING, HALVES, INEXACT, category, complex128, float64
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import TypeFault
from gradcli.ops.arrays import TYPES
from gradcli.ops.base import Binary, ComplexOp
from gradcli.ops.complex_numbers import is_complex
from gradcli.ops.dtype_checks import refuse_bool
from gradcli.ops.special.evaluate import in_doubles

ROUNDING = Text("trunc", "floor", fault=RefusedAtRunTime,
                message="div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{}'")
NO_DIFFERENCE = ("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                 "`logical_xor()` operator instead.")


def plus(input, other, alpha, sign=1):
    """input + sign * alpha * other, rounded once among floating numbers."""
    if type(alpha) is complex and input.dtype.kind != "c":
        raise TypeFault("For non-complex input tensors, argument alpha must not be a complex number.",
                        ("x + 1j * y", "a complex sum of real tensors"))
    if type(alpha) is float and input.dtype.kind in "iub":
        raise TypeFault("For integral input tensors, argument alpha must not be a floating point number.",
                        ("x.float()", "a floating copy"))
    if type(alpha) is bool and input.dtype.kind != "b":
        raise TypeFault("Boolean alpha only supported for Boolean results.", ("alpha=1", "a number"))
    if input.dtype.kind == "b" and type(alpha) is not complex:
        return np.add(input, other & bool(alpha))
    if input.dtype.kind in "iu":
        return input + other * np.array(to_element(sign * alpha, input.dtype), input.dtype)
    alpha = sign * to_element(alpha, input.dtype)
    if input.dtype in HALVES:       # PyTorch rounds alpha too
        half = input.dtype
        return plus(input.astype(np.float32), other.astype(np.float32), float(half.type(alpha))).astype(half)
    return multiply_add(other, alpha, input) if input.dtype.kind in FLOAT_KINDS else input + other * alpha


class Add(Binary):
    """add(input, other, alpha): input plus alpha times other, element by element."""

    opmath = False
    complex = True
    kernel = np.add
    symbol = "add"
    legacy_names = ("basic_ops.Add", "basic_ops.AddConstant")
    variant = operand_variant
    samples = [([1.0, 2.0], [3.0, 4.0]), ([[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]], 0.5), ([1.0, -2.0], 3)]

    def forward(input: Operand, other: Operand, *, alpha: Scalar = 1):
        return np.add(input, other) if type(alpha) is int and alpha == 1 else plus(input, other, alpha)

    def grad_input(F, g):
        return g

    def grad_other(F, g, alpha):
        return g if alpha == 1 else g * alpha


class Sub(Binary):
    """sub(input, other, alpha): input minus alpha times other, element by element."""

    complex = True
    kernel = np.subtract
    names = ("sub", "subtract")
    opmath = False
    symbol = "sub"
    legacy_names = ("basic_ops.Sub", "basic_ops.SubConstant", "basic_ops.SubConstant")
    modern_names = ("SubBackward0", "SubBackward0", "RsubBackward1")
    variant = operand_variant
    refuses_bool_with_number = True
    samples = [([1.0, 2.0], [3.0, 4.0]), ([[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]], 0.5), (2, [3.0, 4.0])]

    def forward(input: Operand, other: Operand, *, alpha: Scalar = 1):
        if input.dtype == np.bool_:
            raise TypeFault("subtraction of truth values is not defined; use ^ or logical_xor", "a ^ b").saying(
                NO_DIFFERENCE)
        return np.subtract(input, other) if type(alpha) is int and alpha == 1 else plus(input, other, alpha, -1)

    def grad_input(F, g):
        return g

    def grad_other(F, g, alpha):
        return -g if alpha == 1 else g * -alpha


class Mul(Binary):
    """mul(input, other): input times other, element by element."""

    complex = opmath_numbers = True
    kernel = np.multiply
    names = ("mul", "multiply")
    symbol = "mul"
    legacy_names = ("basic_ops.Mul", "basic_ops.MulConstant")
    variant = operand_variant
    samples = [([1.0, 2.0], [3.0, 4.0]), ([[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]]), ([1.0, -2.0], 3)]

    def forward(input: Operand, other: Operand):
        return np.multiply(input, other)

    def grad_input(F, g, other):
        return g * other

    def grad_other(F, g, input):
        return g * input


class Div(Binary):
    """div(input, other, rounding_mode): input divided by other; rounding_mode "trunc" or "floor" rounds it."""

    complex = opmath_numbers = True
    vanished = ("input",)      # the other rule negates, which makes such a zero a number
    linked = False
    names = ("div", "divide", "true_divide")
    symbol = "truediv"
    legacy_names = ("basic_ops.Div", "basic_ops.DivConstant", "basic_ops.DivConstant", "basic_ops.Div")
    modern_names = ("DivBackward0", "DivBackward0", "MulBackward0", "DivBackward2")
    samples = [([1.0, 2.0], [3.0, 4.0]), ([[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]]), (2, [3.0, -4.0]),
               ([7.0, -7.0], [2.0, 2.0], "trunc"), ([7.0, -7.0], [2.0, 2.0], "floor")]

    def integer_overflow(input, other, rounding_mode):
        return "wrap" if rounding_mode else "stay"      # a quotient is no whole number

    def variant(input, other, rounding_mode):
        return 3 if rounding_mode else operand_variant(input, other)

    def reflected(F, other, number):
        return F.reciprocal(other) * number

    def forward(input: Operand, other: Operand, *, rounding_mode: ROUNDING = None):
        if rounding_mode is None:
            return np.divide(*_floating(input, other))
        if input.dtype.kind == "c":
            raise complex_fault(f"div_{rounding_mode}", (input,))
        if rounding_mode == "floor":
            return floor_quotient(refuse_bool("div_floor_cpu", input), other)
        refuse_bool("div_trunc_cpu", input)
        if category(input.dtype) == FLOATING:
            return np.trunc(np.divide(input, other))
        refuse_zero_divisor(other, input)
        return np.trunc(np.divide(input, other)).astype(input.dtype) if input.dtype != np.int64 else (
            np.sign(input) * np.sign(other) * (np.abs(input) // np.abs(other)))

    def grad_input(F, g, other, rounding_mode):
        return g / other if rounding_mode is None else F.zeros_like(g)

    def grad_other(F, g, input, other, rounding_mode):
        return -g * (input / other / other) if rounding_mode is None else F.zeros_like(g)


def _floating(input, other):
    """Both operands in a type that can hold a quotient."""
    if input.dtype.kind in INEXACT:
        return input, other
    from gradcli.engine.tensor.dtypes import Default

    return input.astype(Default.floating), other.astype(Default.floating)


def refuse_zero_divisor(other, input):
    """Refuse to divide whole numbers, if there are any, by zero, which has no answer."""
    if other.dtype.kind in "iu" and input.size and not (
            other.item() if other.size == 1 else np.logical_and.reduce(other, None)):
        raise UnfitValue("whole numbers cannot be divided by zero", "x / y.float()").saying("ZeroDivisionError")


def floor_quotient(input, other):
    """The quotient rounded down; whole numbers refuse a zero divisor."""
    refuse_zero_divisor(other, input)
    if input.dtype == np.float32 and max(input.size, other.size) > 500:
        return _floored_singles(input, other)
    return np.floor_divide(input, other)


@in_doubles
def _floored_singles(a, b):
    # the quotient of two float32 numbers is never rounded up to a whole number in float64
    out = a / b
    np.floor(out, out=out)
    hard = ~np.isfinite(a) | np.isinf(b)
    if hard.any():
        out[hard] = np.floor_divide(a[hard], b[hard])
    return out


class Pow(Binary):
    """pow(input, exponent): input to the power exponent, element by element."""

    complex = True
    symbol = "pow"
    legacy_names = ("basic_ops.Pow", "basic_ops.PowConstant", "basic_ops.PowConstant")
    modern_names = ("PowBackward1", "PowBackward0", "PowBackward2")
    gradient_names = ("WhereBackward0", "", "")
    saved_for_versions = ("out",)
    variant = operand_variant
    holds_numbers = "narrow"

    def integer_overflow(input, exponent):
        if type(input) is int:
            return "wrap"
        return "stay" if type(exponent) is int and exponent < 0 else "fit"

    unsaved = (1,)
    samples = [([1.0, 2.0], [3.0, -0.5]), ([[1.5, 2.0], [3.0, 4.0]], [[2.0], [3.0]]), ([1.0, -2.0], 3), (2, [3.0, 0.5]),
               ([1.0, 4.0], 0.5), ([1.0, -2.0], 2), ([1.0, -2.0], -1), ([1.0, 0.5], 0)]

    def forward(input: Operand, exponent: Operand):
        if exponent.ndim and input.dtype.kind in "bi":
            return whole_power(input, refuse_bool("pow", exponent))
        return power(input, exponent)

    def grad_input(F, g, input, exponent, out):     # PyTorch saves the result wherever the exponent is a tensor
        return power_slope(F, g, input, exponent, number=out is None)

    def grad_exponent(F, g, input, exponent, out):
        # where both are zero the slope of 0 ** t at t = 0 is taken as 0
        flat = F.logical_and(input == 0, F.real(exponent) >= 0)
        return g * F.where(flat, 0, out * F.log(input))


def power(input, exponent):
    """input ** exponent, by multiplication for the small whole exponents that programs use."""
    if exponent.ndim == 0:
        n = exponent.item()
        if input.dtype.kind in INEXACT:
            if n == 2:
                return input * input
            if n == 3:
                return input * input * input if input.size < MANY else large.elements.cube(input)
            if n == 0.5:
                return np.sqrt(input)
            if n == 1:
                return input.copy()
            if n == -1:
                return np.reciprocal(input)
            if n == -0.5:       # of -inf nan, as the root is
                return np.reciprocal(np.sqrt(input))
            if n == -2:
                return np.reciprocal(input * input)
        elif input.dtype.kind in "iu" and n < 0:
            raise UnfitValue("Integers to negative integer powers are not allowed.", "x.float() ** -1")
    out = elementary.power(input, exponent)
    return out if input.dtype != np.bool_ else out.astype(np.bool_)


def whole_power(input, exponent):
    """input ** exponent of whole numbers; where the exponent is negative, the quotient cut to a whole number."""
    down = exponent < 0
    if not down.any():
        return np.power(input, exponent)
    unit = np.where(np.abs(input) == 1, np.power(input, exponent & 1), 0)
    return np.where(down, unit, np.power(input, np.maximum(exponent, 0))).astype(input.dtype)


def power_slope(F, g, input, exponent, number):
    """The gradient of a power by its base; 0 where the exponent is 0, whatever the base.

    number      whether the program wrote the exponent as a plain number, for which PyTorch's zeros have no history
    """
    if exponent.ndim == 0 and not getattr(exponent, "requires_grad", False) and (number or F is not traced):
        n = exponent.item()
        if n == 0 and number:
            return F.zeros(np.broadcast_shapes(tuple(g.shape), tuple(input.shape)), dtype=getattr(g, "array", g).dtype)
        if F is raw and input.size >= MANY and n in (2, 3) and input.dtype.kind == "f":
            return large.elements.square_slope(input, g) if n == 2 else large.elements.cube_slope(input, g)
        if n and F is traced:       # a slope that is constant depends on the input all the same, as in PyTorch
            return g * (input ** (n - 1) * n)
        if n == 2:
            return g * (input + input if F is raw else input * 2)
        if n == 0.5:
            return g * (F.reciprocal(F.sqrt(input)) * 0.5)
        if n != 0:
            factor = constant(n, input.dtype) if F is raw and input.dtype in TYPES else n     # the cheapest operand
            if n == 1:
                return g * 1
            return g * ((power(input, constant(n - 1, input.dtype)) if factor is not n else input ** (n - 1)) * factor)
    lower = elementary.power(input, exponent - 1) if F is raw else input ** (exponent - 1)
    return F.where(exponent == 0, 0, g * (exponent * lower))


class FloatPower(ComplexOp):
    """float_power(input, exponent): input to the power exponent, computed in 64-bit floating numbers."""

    inplace = True
    elementwise = True
    samples = [([1.0, 2.0], [3.0, -0.5]), ([1.0, 2.0], 3), (2, [1.0, 0.5])]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0], "text")]

    def compose(F, input: Operand, exponent: Operand):
        return F.pow(_double(F, input), _double(F, exponent))


def _double(F, x):
    return x if type(x) in SCALARS else F.cast(x, complex128 if is_complex(x) else float64)
