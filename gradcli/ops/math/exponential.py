"""Exponentials and logarithms of each element, and what is built of them."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.signature import Array, Number, Operand
from gradcli.engine.autograd.type_promotion import checked_constant
from gradcli.engine.kernels import ONE
from gradcli.engine.large import MANY, SOME
from gradcli.engine.numerics import elementary
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import HALVES
from gradcli.ops.base import Binary, Slope, Unary
from gradcli.ops.math.arithmetic import operand_variant
from gradcli.ops.special.evaluate import in_doubles

LN2, LN10 = math.log(2), math.log(10)


class Exponential(Unary, abstract=True):
    """A function of positive numbers, whose 0.1.12 record lived among the pointwise ones."""

    legacy_module = "pointwise"
    complex = True
    samples = [([0.5, 1.5, 0.25],), ([[0.3], [0.7]],)]


class Exp(Exponential):
    """exp(input): e to the power of each element."""

    samples = [([-1.0, 0.0, 2.0],), ([[0.3], [0.7]],)]

    def forward(input: Array):
        return elementary.exp(input) if input.size < MANY else large.blocks.apply_unary(np.exp, input, 1.3)

    def grad_input(F, g, out):
        return g * out


class Exp2(Exponential):
    """exp2(input): 2 to the power of each element."""

    names = ("exp2", "special.exp2")

    def forward(input: Array):
        return elementary.exp2(input)

    def grad_input(F, g, out):
        return g * out * LN2


class Expm1(Exponential):
    """expm1(input): e to the power of each element, minus 1, exact near 0."""

    names = ("expm1", "special.expm1")

    def forward(input: Array):
        return elementary.expm1(input)

    def grad_input(F, g, out):
        return g * (out + 1)


class Log(Exponential):
    """log(input): the natural logarithm of each element."""

    def forward(input: Array):
        if input.size >= SOME:
            return large.blocks.apply_unary(np.log, input, 1.8)
        return _log_of_singles(input) if input.dtype == np.float32 else np.log(input)

    def grad_input(F, g, input):
        return g / input


@in_doubles
def _log_of_singles(x):
    # numpy's float32 log is off by up to three units; log2 is its fastest exact one in float64
    out = np.log2(x)
    out *= LN2
    return out


class Log1p(Exponential):
    """log1p(input): the natural logarithm of 1 plus each element, exact near 0."""

    names = ("log1p", "special.log1p")
    modern_names = "Log1PBackward0"

    def forward(input: Array):
        return elementary.log1p(input)

    def grad_input(F, g, input):
        return g / (input + 1)


class Log2(Exponential):
    """log2(input): the logarithm of each element to base 2."""

    def forward(input: Array):
        return elementary.log2(input)

    def grad_input(F, g, input):
        return g / (input * LN2)


class Log10(Exponential):
    """log10(input): the logarithm of each element to base 10."""

    def forward(input: Array):
        return elementary.log10(input)

    def grad_input(F, g, input):
        return g / (input * LN10)


class Sigmoid(Exponential):
    """sigmoid(input): 1 / (1 + exp(-input)) of each element."""

    vanished = ""       # PyTorch computes with it in a kernel
    names = ("sigmoid", "nn.functional.sigmoid", "special.expit")
    gradient_names = "SigmoidBackwardBackward0"
    fused_gradient = False
    samples = [([-3.0, 0.0, 2.0],), ([[90.0, -90.0]],)]

    def forward(input: Array):
        if input.size >= MANY:
            return large.elements.sigmoid(input)
        out = np.negative(input)
        if type(out) is not np.ndarray:
            return 1 / (elementary.exp(out) + 1)
        one = ONE[out.dtype]
        out = elementary.exp(out, out)
        np.add(out, one, out)
        return np.divide(one, out, out)

    def grad_input(F, g, out):
        return F.sigmoid_back(g, out)


class SigmoidBack(Slope):
    """sigmoid_back(g, result): the gradient of sigmoid by its input, g (1 - result) result."""

    complex = True
    modern_names = "SigmoidBackwardBackward0"
    samples = [([1.0, -2.0], [0.5, 0.25])]

    def forward(g: Array, result: Array):
        if result.size >= MANY:
            return large.elements.sigmoid_slope(result, g)
        slope = np.subtract(ONE[result.dtype], result)
        if type(slope) is not np.ndarray:
            return g * slope * result
        np.multiply(slope, g, slope)
        return np.multiply(slope, result, slope)

    def grad_g(F, gg, result):
        return F.sigmoid_back(gg, result)

    def grad_result(F, gg, g, result):
        return gg * g * (1 - result * 2)


class Logit(Exponential):
    """logit(input, eps): log(x / (1 - x)) of each element, which is first clamped to eps..1-eps if eps is given."""

    complex = False
    vanished = ""       # PyTorch computes with it in a kernel
    names = ("logit", "special.logit")
    samples = [([0.25, 0.5, 0.875],), ([0.01, 0.5, 0.97], 0.05)]

    def check_half(input, eps):
        to_element(eps, input.dtype)

    def forward(input: Array, eps: Number = None):
        low = None if eps is None else checked_constant(eps, input.dtype)
        if eps is not None and eps >= 0:        # first the lower bound, also where it lies above the upper one
            input = np.where(input < low, low, np.minimum(input, input.dtype.type(1 - eps)))
        return _logit(input)

    def grad_input(F, g, input, eps):
        slope = g / (input * (1 - input))
        if eps is None:
            return F.where(F.logical_or(input < 0, input > 1), math.nan, slope)
        return F.where(F.logical_or(input < eps, input > 1 - eps), 0, slope)


def _logit(x):
    odds = x / (1 - x)
    return _log_of_singles(odds) if x.dtype == np.float32 else np.log(odds)


def complex_log_of_sum(a, b):
    """log(exp(a) + exp(b)) of complex numbers, as PyTorch has it: that of the greater real part is taken out."""
    swap = ~(a.real < b.real)
    least, most = np.where(swap, b, a), np.where(swap, a, b)
    endless = ~np.isfinite(least.real) & (least.real == most.real)
    with np.errstate(all="ignore"):
        result = np.log1p(np.exp(least - most)) + most
        result = np.where(endless, np.where(least.real < 0, least, np.log(np.exp(least) + np.exp(most))), result)
    nan = np.isnan(a.real) | np.isnan(b.real)
    return np.where(nan, complex(math.nan, math.nan), result).astype(a.dtype)


class Logaddexp(Binary):
    """logaddexp(input, other): log(exp(input) + exp(other)), without overflow."""

    complex = True
    inplace = False
    samples = [([1.0, -2.0, 300.0], [0.5, 3.0, 200.0]), ([[1.0], [2.0]], [3.0, -4.0])]

    def forward(input: Array, other: Array):
        if input.dtype.kind == "c":
            return complex_log_of_sum(input, other)
        return _log_of_sum(input, other, elementary.exp, elementary.log1p, 1)

    def grad_input(F, g, input, other):
        return g / (F.exp(other - input) + 1)

    def grad_other(F, g, input, other):
        return g / (F.exp(input - other) + 1)


class Logaddexp2(Binary):
    """logaddexp2(input, other): log2(2**input + 2**other), without overflow."""

    inplace = False
    samples = [([1.0, -2.0, 300.0], [0.5, 3.0, 200.0]), ([[1.0], [2.0]], [3.0, -4.0])]

    def forward(input: Array, other: Array):
        return _log_of_sum(input, other, elementary.exp2, elementary.log1p, 1 / LN2)

    def grad_input(F, g, input, other):
        return g / (F.exp2(other - input) + 1)

    def grad_other(F, g, input, other):
        return g / (F.exp2(input - other) + 1)


def _log_of_sum(a, b, power, log1p, unit):
    """max + log(1 + power(-|a - b|)); two equal infinities are themselves."""
    out = np.atleast_1d(np.subtract(a, b))
    np.abs(out, out=out)
    np.negative(out, out=out)
    out = log1p(power(out, out), out)
    if unit != 1:
        out *= out.dtype.type(unit)
    greater = np.maximum(a, b)
    out = out.reshape(np.shape(greater))
    infinite = np.isinf(greater)
    if infinite.any():
        return np.where(infinite, greater, out + greater)
    out += greater
    return out


class XLogY(Binary):
    """xlogy(input, other): input times log(other); 0 where input is 0, whatever log(other)."""

    opmath = False
    vanished = ("other",)
    names = ("xlogy", "special.xlogy")
    linked = False
    modern_names = ("XlogyBackward0", "XlogyBackward2", "XlogyBackward1")
    variant = operand_variant
    type_promotion = "floating"
    samples = [([1.0, -2.0, 0.5], [0.5, 3.0, 2.0]), ([1.5, 2.0], 3.0), (2.0, [0.5, 3.0])]

    def forward(input: Operand, other: Operand):
        return _times_log(input, other, np.log if input.dtype in HALVES else Log.forward)

    def grad_input(F, g, input, other):
        return F.where(F.logical_and(input == 0, other <= 0), 0, F.xlogy(g, other))

    def grad_other(F, g, input, other):
        return g * input / other


class XLog1PY(Binary):
    """special.xlog1py(input, other): input times log(1 + other); 0 where input is 0, whatever the logarithm."""

    opmath = False
    vanished = ("other",)
    names = ("special.xlog1py",)
    linked = False
    inplace = False
    modern_names = ("SpecialXlog1PyBackward0", "SpecialXlog1PyBackward2", "SpecialXlog1PyBackward1")
    variant = operand_variant
    type_promotion = "floating"
    samples = [([1.0, -2.0, 0.5], [0.5, 3.0, -0.5]), ([1.5, 2.0], 3.0), (2.0, [0.5, 3.0])]

    def forward(input: Operand, other: Operand):
        return _times_log(input, other, np.log1p if input.dtype in HALVES else Log1p.forward)

    def grad_input(F, g, input, other):
        return F.where(F.logical_and(input == 0, other <= -1), 0, F.special_xlog1py(g, other))

    def grad_other(F, g, input, other):
        return g * input / (other + 1)


def _times_log(x, y, log):
    """x log(y) with a logarithm that is rounded before it is multiplied, as PyTorch's is; 0 where x is 0."""
    return np.where((x == 0) & ~np.isnan(y), x.dtype.type(0), log(y) * x)


class Entr(Exponential):
    """special.entr(input): -x log(x) of each element, 0 at 0 and -inf below."""

    complex = False
    names = ("special.entr",)
    inplace = False
    modern_names = "SpecialEntrBackward0"

    def forward(input: Array):
        return _entropy(input)

    def grad_input(F, g, input):
        return g * (-1 - F.log(input))


@in_doubles
def _entropy(x):
    out = np.log(x)
    out *= x
    np.negative(out, out=out)
    out[x == 0] = 0
    out[x < 0] = -math.inf
    return out
