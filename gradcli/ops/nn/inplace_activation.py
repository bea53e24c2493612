"""The forms of activations that store their result in their input, under names of their own."""

import numpy as np

from gradcli.engine.autograd.signature import Number
from gradcli.ops.base import Functional, define

ROW = [-3.0, -0.4, 0.5, 2.0]


class InplaceActivation(Functional, abstract=True):
    """An activation of nn.functional, in place."""

    errors = [("text",), ([1.0],)]


class ThresholdWritten(InplaceActivation):
    """threshold_(input, threshold, value): threshold in place: input itself, with its new numbers."""

    names = ("threshold_",)
    samples = [(np.array(ROW), 0.1, 7.0)]

    def compose(F, input, threshold: Number, value: Number):
        return F.threshold(input, threshold, value, inplace=True)


for _name, _compose, *_options in (
        ("relu", lambda F, input: F.relu(input, inplace=True), ()),
        ("elu", lambda F, input, alpha=1.0: F.elu(input, alpha, inplace=True), (), (0.5,)),
        ("selu", lambda F, input: F.selu(input, inplace=True), ()),
        ("celu", lambda F, input, alpha=1.0: F.celu(input, alpha, inplace=True), (), (0.5,)),
        ("leaky_relu", lambda F, input, negative_slope=0.01: F.leaky_relu(input, negative_slope, inplace=True),
         (), (0.5,)),
        ("hardtanh", lambda F, input, min_val=-1.0, max_val=1.0: F.hardtanh(input, min_val, max_val, inplace=True),
         (-0.5,), (-1.0, 0.1)),
        ("rrelu", lambda F, input, lower=1.0 / 8, upper=1.0 / 3, training=False: F.rrelu(
            input, lower, upper, training, inplace=True), (), (0.1, 0.2, True))):
    _parameters = ", ".join(_compose.__code__.co_varnames[1:])
    define(InplaceActivation, __name__, f"{_name}_", f"{_name.title().replace('_', '')}Written",
           f"({_parameters}): {_name} in place: input itself, with its new numbers.", compose=_compose,
           random=_name == "rrelu", samples=[(np.array(ROW), *options) for options in _options])
