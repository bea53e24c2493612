"""Elementary functions of each element."""

import numpy as np

from gradcli.engine.signature import Array, Operand
from gradcli.ops.base import Unary


class Pointwise(Unary, abstract=True):
    """An elementary function, whose 0.1.12 record lived among the pointwise ones."""

    samples = [([0.5, 1.5, 0.25],), ([[0.3], [0.7]],)]


class Exp(Pointwise):
    """exp(input): e to the power of each element."""

    era_label = "pointwise.Exp"
    samples = [([-1.0, 0.0, 2.0],), ([[0.3], [0.7]],)]
    def forward(input: Array):
        return np.exp(input)

    def grad_input(F, g, out):
        return g * out


class Log(Pointwise):
    """log(input): the natural logarithm of each element."""

    era_label = "pointwise.Log"

    def forward(input: Array):
        return np.log(input)

    def grad_input(F, g, input):
        return g / input


class Sqrt(Pointwise):
    """sqrt(input): the square root of each element."""

    era_label = "pointwise.Sqrt"

    def forward(input: Array):
        return np.sqrt(input)

    def grad_input(F, g, out):
        return g / (out * 2)


class Sin(Pointwise):
    """sin(input): the sine of each element, in radians."""

    era_label = "pointwise.Sin"

    def forward(input: Array):
        return np.sin(input)

    def grad_input(F, g, input):
        return g * F.cos(input)


class Cos(Pointwise):
    """cos(input): the cosine of each element, in radians."""

    era_label = "pointwise.Cos"

    def forward(input: Array):
        return np.cos(input)

    def grad_input(F, g, input):
        return -g * F.sin(input)


class Tanh(Pointwise):
    """tanh(input): the hyperbolic tangent of each element."""

    names = ("tanh", "nn.functional.tanh")
    era_label = "pointwise.Tanh"

    def forward(input: Array):
        return np.tanh(input)

    def grad_input(F, g, out):
        return g * (1 - out * out)


class Sigmoid(Pointwise):
    """sigmoid(input): 1 / (1 + exp(-input)) of each element."""

    names = ("sigmoid", "nn.functional.sigmoid", "special.expit")
    era_label = "pointwise.Sigmoid"
    samples = [([-3.0, 0.0, 2.0],), ([[90.0, -90.0]],)]

    def forward(input: Array):
        out = np.negative(input)
        out = np.exp(out, out=out if out.ndim else None)
        out += 1
        return np.reciprocal(out, out=out if type(out) is np.ndarray and out.ndim else None)

    def grad_input(F, g, out):
        return g * (out * (1 - out))


class Abs(Pointwise):
    """abs(input): the magnitude of each element; the slope at 0 is 0."""

    names = ("abs", "absolute")
    symbol = "abs"
    promotes = ""
    era_label = "pointwise.Abs"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        return np.abs(input)

    def grad_input(F, g, input):
        return g * F.sign(input)


class Sign(Pointwise):
    """sign(input): -1, 0 or 1 by the sign of each element."""

    promotes = ""
    era_label = "pointwise.Sign"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        return np.sign(input) if input.dtype != np.bool_ else input.copy()

    def grad_input(F, g):
        return F.zeros_like(g)


class Clamp(Unary):
    """clamp(input, min, max): each element, but not below min nor above max; the slope is 1 at the bounds."""

    names = ("clamp", "clip")
    promotes = "mixed"
    era_label = ("pointwise.Clamp", "pointwise.CmaxConstant", "pointwise.CminConstant")
    label = "ClampBackward1"
    samples = [([-3.0, 0.5, 2.0], -1, 1), ([-3.0, 0.5, 2.0], None, 1), ([-3.0, 0.5, 2.0], -1),
               ([-3.0, 0.5, 2.0], [-1.0, 1.0, 0.0], [1.0, 2.0, 1.0])]
    errors = [([1.0],), ([1.0], "low")]

    def variant(input, min, max):
        return 0 if min is not None and max is not None else 1 if max is None else 2

    def forward(input: Array, min: Operand = None, max: Operand = None):
        if min is None and max is None:
            raise ValueError("at least one of min and max must be given")
        if min is not None and max is not None:
            return np.minimum(np.maximum(input, min), max)
        return np.maximum(input, min) if max is None else np.minimum(input, max)

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


class Relu(Unary):
    """relu(input): each element where it is positive, else 0; the slope at 0 is 0."""

    names = ("relu", "nn.functional.relu")
    promotes = ""
    era_label = "torch.nn._functions.thnn.auto.Threshold"
    samples = [([-3.0, 0.5, 2.0],)]

    def forward(input: Array):
        return np.maximum(input, input.dtype.type(0))

    def grad_input(F, g, out):
        return F.where(out > 0, g, 0)
