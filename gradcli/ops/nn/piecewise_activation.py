"""Piecewise functions of one number: slopes that jump, or that are drawn."""

import math

import numpy as np
from numpy._core.umath import clip

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Flag, Number
from gradcli.engine.autograd.type_promotion import checked_constant, constant
from gradcli.engine.kernels import LARGE, ZERO, choose, choose_numbers, zero_where
from gradcli.engine.large import MANY
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import OF, float_limits
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault, ValueFault
from gradcli.ops.arrays import selected
from gradcli.ops.base import Functional, Kernel, Slope
from gradcli.ops.dtype_checks import refuse_bool
from gradcli.ops.nn.activation import SIGNED, THNN, Activation, refuse_integers

SIXTH = float(np.float32(1 / 6))    # PyTorch has the slope of hardsigmoid in single precision


class Threshold(Activation):
    """threshold(input, threshold, value): input where it is above threshold, value elsewhere."""

    inplace_option = True
    legacy_names = THNN + "Threshold"
    gradient_names = "ThresholdBackwardBackward0"
    samples = [(SIGNED, 0.1, 20.0), (SIGNED, 1.0, -1.0)]
    errors = [(SIGNED,), ("text", 0, 0)]

    def check_half(input, threshold, value):
        to_element(threshold, input.dtype)
        to_element(value, input.dtype)

    def forward(input: Array, threshold: Number, value: Number):
        refuse_bool("threshold_cpu", input)
        return choose(input <= checked_constant(threshold, input.dtype), checked_constant(value, input.dtype), input)

    def grad_input(F, g, input, threshold):
        return F.where(input <= threshold, 0, g)


def check_bounds(min_val, max_val):
    """Refuse a lower bound above the upper one."""
    if min_val > max_val:
        raise ValueFault("min_val cannot be greater than max_val", f"F.hardtanh(x, {max_val}, {min_val})")


class Hardtanh(Activation):
    """hardtanh(input, min_val, max_val): input kept between two bounds; the slope at the bounds is 0."""

    inplace_option = True
    legacy_names = THNN + "Hardtanh"
    gradient_names = "HardtanhBackwardBackward0"
    samples = [(SIGNED,), (SIGNED, -2.0), (SIGNED, -1.0, 0.4)]
    errors = [(SIGNED, 2.0, 1.0), ("text",)]

    def check_half(input, min_val, max_val):
        check_bounds(min_val, max_val)
        to_element(min_val, input.dtype)
        to_element(max_val, input.dtype)

    def forward(input: Array, min_val: Number = -1.0, max_val: Number = 1.0):
        check_bounds(min_val, max_val)
        if input.dtype.kind == "b":
            raise TypeFault("Bool inputs not supported for hardtanh", ("x.float()", "a floating copy"))
        return clip(input, checked_constant(min_val, input.dtype), checked_constant(max_val, input.dtype))

    def grad_input(F, g, input, min_val, max_val):
        return slope_between(F, g, input, min_val, max_val)


def slope_between(F, g, input, low, high):
    """The gradient of what is kept between two bounds: none at them and beyond."""
    if F is not raw:
        return F.where(F.logical_or(input <= low, input >= high), 0, g)
    outside = np.less_equal(input, constant(low, input.dtype))
    return zero_where(g, np.logical_or(outside, np.greater_equal(input, constant(high, input.dtype))))


class Relu6(Activation):
    """relu6(input): input kept between 0 and 6."""

    inplace_option = True
    modern_names = "HardtanhBackward0"
    legacy_names = THNN + "Hardtanh"
    gradient_names = "HardtanhBackwardBackward0"
    samples = [([-3.0, 0.5, 7.0],)]
    errors = [("text",)]

    def forward(input: Array):
        return clip(input, input.dtype.type(0), input.dtype.type(6))

    def grad_input(F, g, input):
        return slope_between(F, g, input, 0, 6)


class LeakyRelu(Activation):
    """leaky_relu(input, negative_slope): input where it is positive, negative_slope times input elsewhere."""

    inplace_option = inplace_saves_result = True
    legacy_names = THNN + "LeakyReLU"
    gradient_names = "LeakyReluBackwardBackward0"
    samples = [(SIGNED,), (SIGNED, 0.3)]

    def forward(input: Array, negative_slope: Number = 0.01):
        refuse_integers("leaky_relu", input)
        if input.size >= MANY and 0 < negative_slope <= 1:
            return large.elements.leaky(input, input.dtype.type(negative_slope))
        low = np.multiply(input, checked_constant(negative_slope, input.dtype))
        return np.maximum(input, low) if 0 < negative_slope <= 1 else choose(input > 0, input, low)

    def grad_input(F, g, input, negative_slope):
        return F.leaky_back(g, input, negative_slope)


class LeakyBack(Slope):
    """leaky_back(g, value, negative_slope): the gradient of leaky_relu at a value: g, times the slope below 0."""

    modern_names = "LeakyReluBackwardBackward0"
    samples = [([1.0, -2.0, 0.5], np.array([-1.0, 3.0, 0.5]), 0.1)]
    errors = [("text", [1.0], 0.1)]

    def forward(g: Array, value: Array, negative_slope: Number):
        if g.size < LARGE:
            positive = np.greater(value, ZERO[value.dtype])
            return selected(positive, g, np.multiply(g, constant(negative_slope, g.dtype)))
        if value.size >= MANY and value.dtype.kind == "f":
            return large.elements.leaky_slope(value, g, np.asarray(negative_slope, value.dtype))
        return choose_numbers(np.greater(value, ZERO[value.dtype]), 1, negative_slope, value.dtype) * g

    def grad_g(F, gg, value, negative_slope):
        return F.leaky_back(gg, value, negative_slope)


class Prelu(Op):
    """prelu(input, weight): input where it is positive, weight times input elsewhere; one weight, or one a channel."""

    names = ("prelu", "nn.functional.prelu")
    samples = [([SIGNED], [0.25]), ([SIGNED], [0.25, 0.5, 0.1, 0.2]), ([[SIGNED], [SIGNED]], [0.5])]
    errors = [([SIGNED], [0.1, 0.2]), (SIGNED, "text")]

    def compose(F, input, weight: Array):
        count = 1
        for n in weight.shape:
            count *= n
        if count == 1:
            return F.prelu_kernel(input, F.reshape(weight, ()) if len(weight.shape) > len(input.shape) else weight)
        channels = input.shape[1] if len(input.shape) > 1 else 1
        if count != channels:
            raise ShapeFault(f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {count} "
                             f"and channel size = {channels}.")
        return F.prelu_kernel(input, F.reshape(weight, (channels,) + (1,) * (len(input.shape) - 2)))


class PreluKernel(Kernel):
    """prelu_kernel(input, weight): input where it is positive, elsewhere weight times input, with broadcasting."""

    linked = True
    type_promotion = "same"
    legacy_names = "torch.nn._functions.thnn.activation.PReLU"
    gradient_names = "PreluKernelBackwardBackward0"
    samples = [(SIGNED, [0.25]), (SIGNED, [0.1, 0.2, 0.3, 0.4])]
    errors = [(SIGNED, 0.25)]

    def forward(input: Array, weight: Array):
        return choose(input > 0, input, input * weight)

    def grad_input(F, g, input, weight):
        return F.prelu_slope(g, input, weight)

    def grad_weight(F, g, input, weight):
        return F.prelu_weight_slope(g, input)


class PreluSlope(Kernel):
    """prelu_slope(g, input, weight): the gradient of prelu by its input; its own slopes count 0 as positive, as
    PyTorch's."""

    type_promotion = "same"
    samples = [(SIGNED, [-1.0, 3.0, 0.5, 2.0], [0.25])]
    errors = [("text", SIGNED, 0.25)]

    def forward(g: Array, input: Array, weight: Array):
        return choose(input > 0, g, g * weight)

    def grad_g(F, gg, input, weight):
        return F.where(input >= 0, gg, gg * weight)

    def grad_weight(F, gg, g, input):
        return F.where(input >= 0, 0, gg * g)


class PreluWeightSlope(Kernel):
    """prelu_weight_slope(g, input): the gradient of prelu by its weight, for each element; as `prelu_slope`."""

    type_promotion = "same"
    samples = [(SIGNED, [-1.0, 3.0, 0.5, 2.0])]
    errors = [("text", SIGNED)]

    def forward(g: Array, input: Array):
        return choose(input > 0, input.dtype.type(0), g * input)

    def grad_g(F, gg, input):
        return F.where(input >= 0, 0, gg * input)

    def grad_input(F, gg, g, input):
        return F.where(input >= 0, 0, gg * g)


class Rrelu(Functional):
    """rrelu(input, lower, upper, training): leaky relu whose slope is drawn for each element, or the mean one."""

    random = True
    inplace_option = True
    samples = [(SIGNED,), (SIGNED, 0.3), (SIGNED, 0.1, 0.2), (SIGNED, 0.1, 0.2, True)]
    errors = [("text",), (SIGNED, 0.5, 0.1)]

    def compose(F, input, lower: Number = 1.0 / 8, upper: Number = 1.0 / 3, training: Flag = False):
        for bound, value in (("lower", lower), ("upper", upper)):
            if not math.isfinite(value):
                raise UnfitValue(f"rrelu: {bound} bound must be finite, got {value}")
        if lower > upper:
            raise UnfitValue("Lower bound should be less than or equal to the upper bound",
                             f"F.rrelu(x, {upper}, {lower})")
        if not training:
            return F.leaky_relu(input, (lower + upper) / 2)
        return F.sloped(input, F.drawn_slopes(input, lower, upper, training))


class DrawnSlopes(Kernel):
    """drawn_slopes(input, lower, upper, training): 1 where input is positive, elsewhere a slope between two bounds."""

    random = True
    samples = [(SIGNED, 0.1, 0.3, True)]
    errors = [("text", 0, 1, True)]

    def forward(input: Array, lower: Number, upper: Number, training: Flag):
        refuse_integers("rrelu", input)
        to_element(lower, input.dtype)
        to_element(upper, input.dtype)
        slopes = np.ones(input.shape, input.dtype)
        low = input <= 0
        slopes[low] = draw().uniform((int(np.count_nonzero(low)),), np.float64, lower, upper) if training else (
            (lower + upper) / 2)
        return slopes


class Sloped(Kernel):
    """sloped(input, slopes): input times slopes, which are constants."""

    legacy_names = "torch.nn._functions.activation.RReLU"
    modern_names = "RreluWithNoiseBackward0"
    gradient_names = "RreluWithNoiseBackwardBackward0"
    samples = [(SIGNED, np.array([0.5, 0.2, 1.0, 1.0]))]
    errors = [("text", [1.0])]

    def forward(input: Array, slopes: Array):
        return input * slopes

    def grad_input(F, g, slopes):
        return g * slopes


class Hardsigmoid(Activation):
    """hardsigmoid(input): (input + 3) / 6 kept between 0 and 1."""

    inplace_option = True
    samples = [([-4.0, -0.4, 0.5, 5.0],)]

    def forward(input: Array):
        refuse_integers("hardsigmoid", input)
        return np.clip(input + 3, input.dtype.type(0), input.dtype.type(6)) / 6

    def grad_input(F, g, input):
        return F.where(F.logical_and(input > -3, input < 3), g * SIXTH, 0)


class Hardswish(Activation):
    """hardswish(input): input times hardsigmoid(input)."""

    gradient_names = "HardswishBackwardBackward0"
    inplace_option = True
    samples = [([-4.0, -0.4, 0.5, 5.0],)]

    def forward(input: Array):
        refuse_integers("hardswish", input)
        return input * np.clip(input + 3, input.dtype.type(0), input.dtype.type(6)) / 6

    def grad_input(F, g, input):
        inside = F.logical_and(input > -3, input < 3)
        bend = F.where(inside, g, 0) * (F.where(inside, input, 0) / 3 + 0.5)
        return F.where(inside, bend, F.where(input <= -3, 0, g))


class Hardshrink(Activation):
    """hardshrink(input, lambd): input, but 0 where its magnitude is at most lambd."""

    names = ("hardshrink", "nn.functional.hardshrink")
    home = ""
    legacy_names = THNN + "Hardshrink"
    gradient_names = "HardshrinkBackwardBackward0"
    samples = [([-3.0, -0.4, 0.6, 2.0],), (SIGNED, 0.3)]

    def check_half(input, lambd):
        to_element(lambd, input.dtype)

    def forward(input: Array, lambd: Number = 0.5):
        refuse_integers("hardshrink", input)
        lambd = checked_constant(lambd, input.dtype)
        return choose(np.logical_and(input >= -lambd, input <= lambd), input.dtype.type(0), input)

    def grad_input(F, g, input, lambd):
        return F.where(F.logical_and(input >= -lambd, input <= lambd), 0, g)


def check_shift(lambd, dtype):
    """Refuse to move elements of a type by a negative number, or by one that no element can be."""
    most = float(float_limits(dtype).max)
    if not 0 <= lambd <= most:
        raise UnfitValue(f"lambda must be greater or equal to 0, but found to be {lambd:g}." if lambd < 0 else
                         f"lambda must be an element of the type of input, but found to be {lambd:g}.",
                         *[f"F.softshrink(x, {-lambd})"] * (lambd < 0)).saying(
            f"lambda must be in range [0, {most:g}] for input dtype {OF[dtype].era}, but found {lambd:g}")


class Softshrink(Activation):
    """softshrink(input, lambd): input moved towards 0 by lambd, and 0 where it would pass it."""

    legacy_names = THNN + "Softshrink"
    gradient_names = "SoftshrinkBackwardBackward0"
    samples = [([-3.0, -0.4, 0.6, 2.0],), (SIGNED, 0.3)]
    errors = [(SIGNED, -1.0), ("text",)]

    def check_half(input, lambd):
        check_shift(lambd, input.dtype)

    def forward(input: Array, lambd: Number = 0.5):
        refuse_integers("softshrink", input)
        check_shift(lambd, input.dtype)
        return choose(input > lambd, input - lambd, choose(input < -lambd, input + lambd, input * 0))

    def grad_input(F, g, input, lambd):
        return F.where(F.logical_and(input >= -lambd, input <= lambd), 0, g)
