"""Numbers that are none: finding and replacing nan and infinities, and comparing with tolerance."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Number
from gradcli.engine.tensor.dtypes import HALVES, INEXACT, OF, float_limits
from gradcli.faults.tree import TypeFault
from gradcli.ops.arrays import all_hold
from gradcli.ops.base import ComplexOp, Unary, define

SPECIAL = np.array([1.0, math.nan, math.inf, -math.inf])


class FinitenessTest(Op, abstract=True):
    """A question to each element."""

    samples = [(SPECIAL,), (np.array([1, 2]),)]


def _forward(is_such):
    def forward(input: Array):
        return is_such(input)

    return forward


for _name, _text, _is_such, _complex in (
        ("IsNan", "is nan", np.isnan, True), ("IsInf", "is infinite", np.isinf, True),
        ("IsFinite", "is a number, and not infinite", np.isfinite, True),
        ("IsPosInf", "is plus infinity", lambda input: input == math.inf, False),
        ("IsNegInf", "is minus infinity", lambda input: input == -math.inf, False)):
    define(FinitenessTest, __name__, _name.lower(), _name, f"(input): whether each element {_text}.",
           forward=_forward(_is_such), complex=_complex)


class NanToNum(Unary):
    """nan_to_num(input, nan, posinf, neginf): input with its nan and infinities replaced by finite numbers."""

    complex = True
    complex_rules = ""
    linked = opmath = False
    type_promotion = ""
    samples = [([1.0, -2.0],), (SPECIAL,), (SPECIAL, 7), (SPECIAL, None, 7), (SPECIAL, None, None, 7)]

    def forward(input: Array, nan: Number = None, posinf: Number = None, neginf: Number = None):
        if input.dtype.kind not in INEXACT:
            return input.copy()
        nan = 0.0 if nan is None else nan
        if input.dtype not in HALVES:
            return np.nan_to_num(input, nan=nan, posinf=posinf, neginf=neginf)
        limits = float_limits(input.dtype)
        return np.nan_to_num(input.astype(np.float32), nan=nan, posinf=limits.max if posinf is None else posinf,
                             neginf=limits.min if neginf is None else neginf).astype(input.dtype)

    def grad_input(F, g, input):
        return g * F.isfinite(input)


class IsClose(ComplexOp):
    """isclose(input, other, rtol, atol, equal_nan): whether |input - other| <= atol + rtol |other|."""

    names = ("isclose",)
    memory_order = "operands"
    samples = [([1.0, 2.0], [1.0, 2.1]), ([1.0, 2.0], [1.0, 2.1], 0.1), ([1.0, 2.0], [1.0, 2.1], 0.0, 0.2),
               (SPECIAL, SPECIAL, 1e-5, 1e-8, True)]
    errors = [([1.0], np.array([1])), ([1.0], [1.0], -1.0), ([1.0, 2.0], [1.0, 2.0, 3.0])]

    def forward(input: Array, other: Array, rtol: Number = 1e-05, atol: Number = 1e-08, equal_nan=False):
        return is_close(input, other, rtol, atol, equal_nan)


class AllClose(ComplexOp):
    """allclose(input, other, rtol, atol, equal_nan): whether every |input - other| <= atol + rtol |other|."""

    names = ("allclose",)
    samples = IsClose.samples
    errors = IsClose.errors

    def forward(input: Array, other: Array, rtol: Number = 1e-05, atol: Number = 1e-08, equal_nan=False):
        return bool(is_close(input, other, rtol, atol, equal_nan).all())


def is_close(input, other, rtol, atol, equal_nan):
    """Elementwise closeness; infinities are close to themselves only."""
    if input.dtype != other.dtype:
        raise TypeFault(f"the tensors to compare are of different types: {input.dtype} and {other.dtype}",
                        ("b.type_as(a)", "the second as the first")).saying(
            f"{OF[input.dtype].era} did not match {OF[other.dtype].era}")
    if rtol < 0 or atol < 0:
        raise TypeFault("a tolerance must not be negative", ("torch.allclose(a, b, rtol=1e-05)", "for example")).saying(
            f"{'r' if rtol < 0 else 'a'}tol must be greater than or equal to zero, but got "
            f"{rtol if rtol < 0 else atol:g}")
    same = np.equal(input, other)
    if equal_nan:
        same |= np.isnan(input) & np.isnan(other)
    if rtol == 0 and atol == 0:
        return same
    if input.dtype.kind not in INEXACT:
        input, other = input.astype(np.float64), other.astype(np.float64)
    distance = np.abs(input - other)
    allowed = np.abs(other * rtol) + atol
    return same | (np.isfinite(distance) & (distance <= allowed))


class Equal(ComplexOp):
    """equal(input, other): whether both have the same shape and elements; a Python truth value."""

    samples = [([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0], [1.0, 2.5])]
    errors = [([1.0], "text"), ([1.0],)]

    def forward(input: Array, other: Array):
        return input.shape == other.shape and all_hold(input == other)
