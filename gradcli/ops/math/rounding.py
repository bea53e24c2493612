"""Whole numbers near each element: floor, ceil, round, trunc, and what they leave over."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Int
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.ops.base import Unary, define
from gradcli.ops.dtype_checks import refuse_bool, require_floating


class Rounding(Unary, abstract=True):
    """A step function: whole numbers stay as they are, and the slope is 0."""

    legacy_module = "pointwise"
    type_promotion = ""
    samples = [([-1.75, 0.25, 2.75],)]

    def grad_input(F, g):
        return F.zeros_like(g)


def _rounded(name, ufunc):
    def forward(input: Array):
        return ufunc(input) if input.dtype.kind in FLOAT_KINDS else refuse_bool(name, input).copy()

    return forward


for _names, _text, _ufunc in (
        (("floor",), "the greatest whole number not above each element", np.floor),
        (("ceil",), "the least whole number not below each element", np.ceil),
        (("trunc", "fix"), "each element without its fractional part", np.trunc)):
    define(Rounding, __name__, _names[0], _names[0].title(), f"(input): {_text}.", names=_names,
           forward=_rounded(_names[0], _ufunc))


class Round(Rounding):
    """round(input, decimals): the nearest number with so many decimals; halves go to the even neighbour."""

    names = ("round", "special.round")
    modern_names = ("RoundBackward0", "RoundBackward1")
    samples = [([-1.75, 0.25, 2.75, 3.7],), ([12.361, -0.0652], 2), ([1270.0, -349.0], -2)]

    def variant(input, decimals):
        return 1 if decimals else 0

    def forward(input: Array, *, decimals: Int = 0):
        if input.dtype.kind not in FLOAT_KINDS:
            return refuse_bool("round", input).copy()
        if not decimals:
            return np.rint(input)
        unit = input.dtype.type(10.0 ** abs(decimals))
        scaled = np.rint(input * unit if decimals > 0 else input / unit)
        return scaled / unit if decimals > 0 else scaled * unit


class Frac(Unary):
    """frac(input): the fractional part of each element, with its sign."""

    type_promotion = ""
    legacy_names = "pointwise.Frac"
    elementwise = True
    samples = [([-1.75, 0.25, 2.75],)]

    def forward(input: Array):
        out = np.trunc(np.atleast_1d(require_floating("frac", input)))
        return np.subtract(input, out.reshape(input.shape), out=out.reshape(input.shape))

    def grad_input(F, g):
        return g
