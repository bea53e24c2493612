"""The forms of activations that store their result in their input, under names of their own."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Flag, Number

ROW = [-3.0, -0.4, 0.5, 2.0]


class Overwriting(Op, abstract=True):
    """An activation of nn.functional, in place."""

    home = "nn.functional"


class ReluWritten(Overwriting):
    """relu_(input): relu in place: input itself, with its new numbers."""

    names = ("relu_",)
    samples = [(np.array(ROW),)]
    errors = [("text",), ([1.0],)]

    def compose(F, input):
        return F.relu(input, inplace=True)


class EluWritten(Overwriting):
    """elu_(input, alpha): elu in place: input itself, with its new numbers."""

    names = ("elu_",)
    samples = [(np.array(ROW),), (np.array(ROW), 0.5)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, alpha: Number = 1.0):
        return F.elu(input, alpha, inplace=True)


class SeluWritten(Overwriting):
    """selu_(input): selu in place: input itself, with its new numbers."""

    names = ("selu_",)
    samples = [(np.array(ROW),)]
    errors = [("text",), ([1.0],)]

    def compose(F, input):
        return F.selu(input, inplace=True)


class CeluWritten(Overwriting):
    """celu_(input, alpha): celu in place: input itself, with its new numbers."""

    names = ("celu_",)
    samples = [(np.array(ROW),), (np.array(ROW), 0.5)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, alpha: Number = 1.0):
        return F.celu(input, alpha, inplace=True)


class LeakyReluWritten(Overwriting):
    """leaky_relu_(input, negative_slope): leaky_relu in place: input itself, with its new numbers."""

    names = ("leaky_relu_",)
    samples = [(np.array(ROW),), (np.array(ROW), 0.5)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, negative_slope: Number = 0.01):
        return F.leaky_relu(input, negative_slope, inplace=True)


class HardtanhWritten(Overwriting):
    """hardtanh_(input, min_val, max_val): hardtanh in place: input itself, with its new numbers."""

    names = ("hardtanh_",)
    samples = [(np.array(ROW), -0.5), (np.array(ROW), -1.0, 0.1)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, min_val: Number = -1.0, max_val: Number = 1.0):
        return F.hardtanh(input, min_val, max_val, inplace=True)


class ThresholdWritten(Overwriting):
    """threshold_(input, threshold, value): threshold in place: input itself, with its new numbers."""

    names = ("threshold_",)
    samples = [(np.array(ROW), 0.1, 7.0)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, threshold: Number, value: Number):
        return F.threshold(input, threshold, value, inplace=True)


class RreluWritten(Overwriting):
    """rrelu_(input, lower, upper, training): rrelu in place: input itself, with its new numbers."""

    names = ("rrelu_",)
    random = True
    samples = [(np.array(ROW),), (np.array(ROW), 0.1, 0.2, True)]
    errors = [("text",), ([1.0],)]

    def compose(F, input, lower: Number = 1.0 / 8, upper: Number = 1.0 / 3, training: Flag = False):
        return F.rrelu(input, lower, upper, training, inplace=True)
