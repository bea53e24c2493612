"""Signs, magnitudes, and the parts of floating numbers."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Index, Operand
from gradcli.engine.large import MANY
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, INEXACT, computing_type, real_type_of, result_type
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import TypeFault
from gradcli.ops.arrays import holds_nan
from gradcli.ops.base import Binary, ComplexOp, Unary
from gradcli.ops.complex_numbers import angles, is_complex, signs
from gradcli.ops.dtype_checks import missing_derivative, refuse_bool, require_floating


class Abs(Unary):
    """abs(input): the magnitude of each element; the slope at 0 is 0."""

    complex = True
    complex_rules = "own"
    names = ("abs", "absolute")
    symbol = "abs"
    type_promotion = ""
    legacy_names = "pointwise.Abs"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        return np.abs(refuse_bool("abs_cpu", input))

    def grad_input(F, g, input):
        if F is raw and input.size >= MANY and input.dtype.kind == "f":
            return large.elements.abs_slope(input, g)
        return g * F.sgn(input)


class Neg(Unary):
    """neg(input): minus input."""

    complex = True
    vanished = ""
    names = ("neg", "negative")
    symbol = "neg"
    type_promotion = ""
    legacy_names = "basic_ops.Negate"
    elementwise = True
    samples = [([1.0, -2.0],)]

    def forward(input: Array):
        if input.dtype == np.bool_:
            raise TypeFault("minus is not defined for truth values; use ~ or logical_not", "~x").saying(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, "
                "use the `~` or `logical_not()` operator instead.")
        return np.negative(input)

    def grad_input(F, g):
        return -g


class Positive(ComplexOp):
    """positive(input): input itself."""

    symbol = "pos"
    samples = [([1.0, -2.0],)]
    errors = [(np.array([True]),)]

    def forward(input: Array):
        if input.dtype == np.bool_:
            raise TypeFault("plus is not defined for truth values", "x.int()")
        return input

    def grad_input(F, g):
        return g


class Signed(Unary, abstract=True):
    """-1, 0 or 1 by the sign of each element; the slope is 0."""

    type_promotion = ""
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        if input.dtype.kind in "bu":
            return (input > 0).astype(input.dtype)
        signs = np.sign(input)
        if input.dtype.kind not in FLOAT_KINDS or not holds_nan(signs):
            return signs
        return np.subtract(input > 0, input < 0, dtype=input.dtype)     # unlike np.sign, 0 for nan

    def grad_input(F, g):
        return F.zeros_like(g)


class Sign(Signed):
    """sign(input): -1, 0 or 1 by the sign of each element."""

    legacy_names = "pointwise.Sign"
    forward = Signed.forward


class Sgn(Signed):
    """sgn(input): -1, 0 or 1 by the sign of each element; of complex ones z / |z|."""

    complex = True
    complex_rules = "own"
    linked = False
    vanishes = True     # in PyTorch this gradient is 0 whatever it is multiplied by; not so that of sign
    elementwise = True

    def forward(input: Array):
        return signs(input) if input.dtype.kind == "c" else Signed.forward(input)

    def grad_input(F, g, input, out):      # which PyTorch keeps, though nothing depends on it
        if not is_complex(input):
            return F.zeros_like(g)
        size = F.abs(input)
        return F.where(size == 0, 0, (g - out * F.real(g * F.conj(out))) / size)


class SignBit(Op):
    """signbit(input): whether each element carries a minus, -0. included."""

    names = ("signbit",)
    samples = [([-1.0, -0.0, 0.0, 2.0],), (np.array([-1, 2]),)]

    def forward(input: Array):
        return np.signbit(input) if input.dtype.kind in FLOAT_KINDS else input < 0


class Heaviside(Binary):
    """heaviside(input, values): 0 below 0, 1 above, and at 0 the element of values; not differentiable."""

    fresh_result = False
    modern_names = "NotImplemented"
    samples = [(np.array([-1.0, 0.0, 2.0]), np.array([0.5, 0.25, 3.0]))]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0], np.array([1]))]
    type_promotion = "same"

    def forward(input: Array, values: Array):
        return np.where(input == 0, values, (input > 0).astype(input.dtype))

    def grad_input(F, g):
        raise missing_derivative("heaviside", "torch.heaviside(x.detach(), v)", "its values as constants")

    def grad_values(F, g):
        raise missing_derivative("heaviside", "torch.heaviside(x, v.detach())", "its values as constants")


class CopySign(Binary):
    """copysign(input, other): the magnitudes of input with the signs of other."""

    names = ("copysign",)
    modern_names = ("CopysignBackward0", "CopysignBackward1")
    type_promotion = "floating"
    samples = [([3.0, -0.5, 2.0], [-1.0, 1.0, -2.0]), ([3.0, -0.5], -1)]

    def variant(input, other):
        return 0 if isinstance(other, Tensor) else 1

    def forward(input: Array, other: Operand):
        return np.copysign(input, other)

    def grad_input(F, g, input, out):
        return g * F.where(input == 0, 0, out / input)

    def grad_other(F, g, out):      # PyTorch keeps the result
        return F.zeros(tuple(g.shape), dtype=getattr(g, "array", g).dtype)


class Nextafter(Binary):
    """nextafter(input, other): the number next to input on the way to other."""

    opmath = linked = False
    samples = [([1.0, 2.0], [2.0, -1.0])]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), (np.array([1]), np.array([2]))]

    def forward(input: Array, other: Array):
        return np.nextafter(require_floating("nextafter_cpu", input), other)

    def grad_input(F, g, input, other):
        return F.where(input == other, 0, g)

    def grad_other(F, g):
        return F.zeros_like(g)


class Frexp(Op):
    """frexp(input): mantissas in 0.5..1 and exponents of 2, whose product input is."""

    linked = False
    returns = ("mantissa", "exponent")
    samples = [([0.75, -6.0, 100.0],)]
    errors = [(np.array([1, 2]),), ("text",)]

    def forward(input: Array):
        return np.frexp(require_floating("frexp", input))

    def grad_input(F, g, out):
        return g / F.exp2(F.cast(out[1], g.dtype))


class Ldexp(Binary):
    """ldexp(input, other): input times 2 to the power other."""

    complex = True
    saved_for_versions = ("out",)
    type_promotion = ""         # the type is that of the product
    samples = [([1.0, -0.75], [2.0, -3.0]), ([1.0, -0.75], np.array([2, 3]))]

    def forward(input: Array, other: Index):
        if other.dtype.kind not in INEXACT and input.dtype.kind in FLOAT_KINDS:
            exponent = refuse_bool("ldexp_cpu_exp", other).astype(np.int64)
            return np.ldexp(input, np.clip(exponent, -9999, 9999).astype(np.int32))
        power = np.exp2(other) if other.dtype.kind in FLOAT_KINDS else np.power(other.dtype.type(2), other) if (
            other.dtype.kind == "c") else np.exp2(other.astype(computing_type(real_type_of(input.dtype))))
        dtype = result_type((input, power))
        return input.astype(dtype) * power.astype(dtype)

    def grad_input(F, g, other, out, input_dtype):
        return F.cast(F.ldexp(g, other), input_dtype)

    def grad_other(F, g, out, other_dtype):
        return F.cast(g * (out * math.log(2)), other_dtype)


class Angle(ComplexOp):
    """angle(input): the angle of each number in the complex plane; of real ones 0, or pi for negative ones."""

    complex_rules = "own"
    linked = False
    memory_order = "operands"
    type_promotion = "floating"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        if input.dtype.kind == "c":
            return angles(input)
        out = np.where(input < 0, input.dtype.type(math.pi), input.dtype.type(0))
        return np.where(np.isnan(input), input, out)

    def grad_input(F, g, input):
        if not is_complex(input):
            return F.zeros_like(g)
        size = F.square(F.abs(input))
        return F.where(size == 0, 0, F.complex(-F.imag(input) * g, F.real(input) * g) / size)
