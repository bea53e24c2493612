"""Circular and hyperbolic functions, and their inverses."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array
from gradcli.engine.large import MANY
from gradcli.engine.numerics import elementary
from gradcli.engine.tensor.dtypes import HALVES
from gradcli.ops.base import Binary, Slope, Unary
from gradcli.ops.dtype_checks import require_floating
from gradcli.ops.special.evaluate import in_doubles, single_in_doubles


@in_doubles
def _hypot(a, b):
    # squares of float32 numbers cannot overflow in float64
    out = a * a
    out += b * b
    np.sqrt(out, out=out)
    infinite = np.isinf(a) | np.isinf(b)
    out[infinite] = math.inf
    return out


# numpy's float32 versions of these are off by up to three units
_atan2 = in_doubles(np.arctan2)
_tan = single_in_doubles(np.tan)
_asin = single_in_doubles(np.arcsin)


class Angular(Unary, abstract=True):
    """A function whose samples lie inside the domain of all of them."""

    legacy_module = "pointwise"
    complex = True
    samples = [([0.5, -0.25, 0.75],), ([[0.3], [0.7]],)]


class Sin(Angular):
    """sin(input): the sine of each element, in radians."""

    def forward(input: Array):
        return elementary.sin(input) if input.size < MANY else large.blocks.apply_unary(np.sin, input, 1.6)

    def grad_input(F, g, input):
        return large.elements.sin_slope(input, g) if F is raw and input.size >= MANY else g * F.cos(input)


class Cos(Angular):
    """cos(input): the cosine of each element, in radians."""

    def forward(input: Array):
        return elementary.cos(input) if input.size < MANY else large.blocks.apply_unary(np.cos, input, 1.6)

    def grad_input(F, g, input):
        return large.elements.cos_slope(input, g) if F is raw and input.size >= MANY else -g * F.sin(input)


class Tan(Angular):
    """tan(input): the tangent of each element, in radians."""

    def forward(input: Array):
        return _tan(input)

    def grad_input(F, g, out):
        return g * (out * out + 1)


class Asin(Angular):
    """asin(input): the angle in -pi/2..pi/2 whose sine is each element; nan beyond -1..1."""

    names = ("asin", "arcsin")

    def forward(input: Array):
        return _asin(input)

    def grad_input(F, g, input):
        return g * F.rsqrt(1 - input * input)


class Acos(Angular):
    """acos(input): the angle in 0..pi whose cosine is each element; nan beyond -1..1."""

    names = ("acos", "arccos")

    def forward(input: Array):
        return elementary.arccos(input)

    def grad_input(F, g, input):
        return -g * F.rsqrt(1 - input * input)


class Atan(Angular):
    """atan(input): the angle in -pi/2..pi/2 whose tangent is each element."""

    names = ("atan", "arctan")

    def forward(input: Array):
        return elementary.arctan(input)

    def grad_input(F, g, input):
        return g / (input * input + 1)


class Atan2(Binary):
    """atan2(input, other): the angle in -pi..pi of the point with ordinate input and abscissa other."""

    names = ("atan2", "arctan2")
    type_promotion = "floating"
    legacy_names = "pointwise.Atan2"
    samples = [([1.0, -2.0, 0.5], [0.5, 1.0, -3.0]), ([[1.0], [-2.0]], [0.5, -1.0])]

    def forward(input: Array, other: Array):
        return _atan2(input, other) if input.dtype == np.float32 else np.arctan2(input, other)

    def grad_input(F, g, input, other):
        return g * (other * reciprocal_square(F, input, other))

    def grad_other(F, g, input, other):
        return g * (-input * reciprocal_square(F, input, other))


def reciprocal_square(F, input, other):
    """1 over the squared distance of points from the origin; 0 at the origin, as in PyTorch."""
    square = input * input + other * other
    return F.where(square == 0, 0, F.reciprocal(square))


class Sinh(Angular):
    """sinh(input): the hyperbolic sine of each element."""

    def forward(input: Array):
        return elementary.sinh(input)

    def grad_input(F, g, input):
        return g * F.cosh(input)


class Cosh(Angular):
    """cosh(input): the hyperbolic cosine of each element."""

    def forward(input: Array):
        return elementary.cosh(input)

    def grad_input(F, g, input):
        return g * F.sinh(input)


class Tanh(Angular):
    """tanh(input): the hyperbolic tangent of each element."""

    vanished = ""       # PyTorch computes with it in a kernel
    names = ("tanh", "nn.functional.tanh")
    gradient_names = "TanhBackwardBackward0"

    def forward(input: Array):
        return elementary.tanh(input) if input.size < MANY else large.blocks.apply_unary(np.tanh, input, 1.4)

    def grad_input(F, g, out):
        return F.tanh_back(g, out)


class TanhBack(Slope):
    """tanh_back(g, result): the gradient of tanh by its input, g (1 - result^2)."""

    complex = True
    modern_names = "TanhBackwardBackward0"
    samples = [([1.0, -2.0], [0.5, -0.25])]

    def forward(g: Array, result: Array):
        if result.size >= MANY:
            return large.elements.tanh_slope(result, g)
        return g * elementary.one_minus_square(result)

    def grad_g(F, gg, result):
        return F.tanh_back(gg, result)

    def grad_result(F, gg, g, result):
        return gg * g * result * -2


class Asinh(Angular):
    """asinh(input): the number whose hyperbolic sine is each element."""

    names = ("asinh", "arcsinh")

    def forward(input: Array):
        return elementary.arcsinh(input)

    def grad_input(F, g, input):
        return g * F.rsqrt(input * input + 1)


class Acosh(Angular):
    """acosh(input): the number from 0 on whose hyperbolic cosine is each element; nan below 1."""

    names = ("acosh", "arccosh")
    samples = [([1.5, 2.0, 7.0],)]

    def forward(input: Array):
        return elementary.arccosh(input)

    def grad_input(F, g, input):
        return g * F.rsqrt(input * input - 1)


class Atanh(Angular):
    """atanh(input): the number whose hyperbolic tangent is each element; nan beyond -1..1."""

    names = ("atanh", "arctanh")

    def forward(input: Array):
        return elementary.arctanh(input)

    def grad_input(F, g, input):
        return g / (1 - input * input)


class Hypot(Binary):
    """hypot(input, other): the square root of the sum of both squares, without overflow on the way."""

    samples = [([3.0, -1.0], [4.0, 2.0]), ([[1.0], [2.0]], [3.0, -4.0])]

    def forward(input: Array, other: Array):
        return _hypot(input, other) if input.dtype == np.float32 else np.hypot(require_floating("hypot", input), other)

    def grad_input(F, g, input, out):
        return g * (input / out)

    def grad_other(F, g, other, out):
        return g * (other / out)


class Sinc(Angular):
    """sinc(input): sin(pi x) / (pi x) of each element, and 1 at 0."""

    gradient_names = "WhereBackward0"
    names = ("sinc", "special.sinc")

    def forward(input: Array):
        return _sinc(input)

    def grad_input(F, g, input):
        turned = input * math.pi
        square = turned * input
        slope = (turned * F.cos(turned) - F.sin(turned)) / square
        return F.where(square == 0, 0, g * slope)


def _sinc(x):
    if x.dtype in HALVES:
        return _sinc(x.astype(np.float32)).astype(x.dtype)
    turned = np.atleast_1d(x * x.dtype.type(math.pi))
    out = elementary.sin(turned)
    out /= turned
    out[turned == 0] = 1
    return out.reshape(x.shape)


class Deg2Rad(Angular):
    """deg2rad(input): degrees as radians."""

    complex = False
    samples = [([90.0, -45.0],)]

    def forward(input: Array):
        return input * input.dtype.type(math.pi / 180)

    def grad_input(F, g):
        return g * (math.pi / 180)


class Rad2Deg(Angular):
    """rad2deg(input): radians as degrees."""

    complex = False
    samples = [([1.5, -0.75],)]

    def forward(input: Array):
        return input * input.dtype.type(180 / math.pi)

    def grad_input(F, g):
        return g * (180 / math.pi)
