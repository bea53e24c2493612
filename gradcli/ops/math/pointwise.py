"""Roots, squares and bounds of each element."""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw, traced
from gradcli.engine.autograd.signature import Array, Operand
from gradcli.engine.kernels import ZERO, zero_where
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import TypeFault
from gradcli.ops.base import Binary, Slope, Unary

MANY = 4096     # elements: from here on the number of passes decides, not the overhead of a call


class Pointwise(Unary, abstract=True):
    """An elementary function, whose 0.1.12 record lived among the pointwise ones."""

    legacy_module = "pointwise"
    samples = [([0.5, 1.5, 0.25],), ([[0.3], [0.7]],)]


class Sqrt(Pointwise):
    """sqrt(input): the square root of each element."""

    complex = True

    def forward(input: Array):
        return np.sqrt(input) if input.size < large.MANY else large.blocks.apply_unary(np.sqrt, input, 0.5)

    def grad_input(F, g, out):
        return large.elements.sqrt_slope(out, g) if F is raw and out.size >= large.MANY else g / (out + out)


class Rsqrt(Pointwise):
    """rsqrt(input): 1 over the square root of each element."""

    complex = True

    def forward(input: Array):
        out = np.atleast_1d(np.sqrt(input))
        return np.reciprocal(out, out=out).reshape(input.shape)

    def grad_input(F, g, out):
        return g * (out * out * out * -0.5)


class Reciprocal(Pointwise):
    """reciprocal(input): 1 over each element."""

    complex = True
    vanished = ""

    def forward(input: Array):
        return np.reciprocal(input)

    def grad_input(F, g, out):
        return -g * (out * out)


class Square(Pointwise):
    """square(input): each element times itself."""

    complex = True
    type_promotion = ""
    modern_names = "PowBackward0"
    elementwise = True

    def forward(input: Array):
        return input * input if input.dtype != np.bool_ else input.astype(np.int64)

    def grad_input(F, g, input):
        return g * (input ** 1 * 2 if F is traced else input + input)      # of which the slope depends on the input


class Clamp(Unary):
    """clamp(input, min, max): each element, but not below min nor above max; the slope is 1 at the bounds."""

    linked = False
    names = ("clamp", "clip")
    type_promotion = "mixed"
    holds_numbers = True
    legacy_names = ("pointwise.Clamp", "pointwise.CmaxConstant", "pointwise.CminConstant") * 2
    modern_names = ("ClampBackward1",) * 3 + ("ClampBackward0",) * 3
    samples = [([-3.0, 0.5, 2.0], -1, 1), ([-3.0, 0.5, 2.0], None, 1), ([-3.0, 0.5, 2.0], -1),
               ([-3.0, 0.5, 2.0], [-1.0, 1.0, 0.0], [1.0, 2.0, 1.0])]
    errors = [([1.0],), ([1.0], "low")]

    def variant(input, min, max):
        bounds = 0 if min is not None and max is not None else 1 if max is None else 2
        return bounds + (3 if isinstance(min, Tensor) or isinstance(max, Tensor) else 0)

    def forward(input: Array, min: Operand = None, max: Operand = None):
        if min is None and max is None:
            raise UnfitValue("clamp() needs at least one of min and max", ("x.clamp(min=0)", "for example")
                             ).saying("torch.clamp: At least one of 'min' or 'max' must not be None")
        if min is not None and max is not None:
            if input.size > MANY:
                return np.clip(input, min, max)
            return np.minimum(max, np.maximum(min, input))      # -0.0 within the bounds stays
        return np.maximum(min, input) if max is None else np.minimum(max, input)

    def grad_input(F, g, input, min, max):
        if max is None:
            inside = input >= min
        elif min is None:
            inside = input <= max
        else:
            inside = F.logical_and(input >= min, input <= max)
        return F.where(inside, g, 0)

    def grad_min(F, g, input, min, max):
        if min is None:
            return None
        below = input < min if max is None else F.logical_and(input < min, min < max)
        return F.where(below, g, 0)

    def grad_max(F, g, input, min, max):
        if max is None:
            return None
        above = input > max if min is None else F.logical_or(input > max, max < min)
        return F.where(above, g, 0)


class ClampMin(Binary):
    """clamp_min(input, min): each element, but not below min; the slope is 1 at the bound."""

    linked = False
    holds_numbers = True
    legacy_names = "pointwise.CmaxConstant"
    modern_names = ("ClampMinBackward1", "ClampMinBackward0")
    samples = [([-3.0, 0.5, 2.0], 0.0), ([-3.0, 0.5, 2.0], [-1.0, 1.0, 0.0])]

    def variant(input, min):
        return 0 if isinstance(min, Tensor) else 1

    def forward(input: Array, min: Operand):
        return np.maximum(min, input)

    def grad_input(F, g, input, min):
        return F.where(input >= min, g, 0)

    def grad_min(F, g, input, min):
        return F.where(input < min, g, 0)


class ClampMax(Binary):
    """clamp_max(input, max): each element, but not above max; the slope is 1 at the bound."""

    linked = False
    holds_numbers = True
    legacy_names = "pointwise.CminConstant"
    modern_names = ("ClampMaxBackward1", "ClampMaxBackward0")
    samples = [([-3.0, 0.5, 2.0], 1.0), ([-3.0, 0.5, 2.0], [-1.0, 1.0, 0.0])]

    def variant(input, max):
        return 0 if isinstance(max, Tensor) else 1

    def forward(input: Array, max: Operand):
        return np.minimum(input, max)

    def grad_input(F, g, input, max):
        return F.where(input <= max, g, 0)

    def grad_max(F, g, input, max):
        return F.where(input > max, g, 0)


class Relu(Unary):
    """relu(input): each element where it is positive, else 0; the slope at 0 is 0."""

    names = ("relu", "nn.functional.relu")
    inplace_option = True
    type_promotion = ""
    legacy_names = "torch.nn._functions.thnn.auto.Threshold"
    gradient_names = "ThresholdBackwardBackward0"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        if input.dtype.kind == "b":
            raise TypeFault("Boolean inputs not supported for relu", ("x.int()", "truth values as 0 and 1"))
        if input.size >= large.MANY and input.dtype.kind == "f":
            return large.elements.relu(input)
        # np.clip is several times faster, once its overhead does not count
        if input.size > MANY and input.dtype.kind == "f":
            return input.clip(0, np.inf)
        return np.maximum(ZERO[input.dtype], input)     # in this order a negative zero stays one

    def grad_input(F, g, out):
        return F.relu_back(g, out)


class ReluBack(Slope):
    """relu_back(g, result): the gradient of relu by its input: g, but 0 where the result is 0."""

    modern_names = "ThresholdBackwardBackward0"
    samples = [([1.0, -2.0, 0.5], np.array([0.0, 3.0, 0.5]))]

    def forward(g: Array, result: Array):
        if result.size >= large.MANY:
            return large.elements.relu_slope(result, g)
        return zero_where(g, np.less_equal(result, ZERO[result.dtype]))

    def grad_g(F, gg, result):
        return F.relu_back(gg, result)
