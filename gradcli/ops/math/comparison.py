"""Truth values, and choices that depend on them."""

import numpy as np

from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Index, Operand
from gradcli.engine.kernels import choose, zero_where
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.dtypes import OF
from gradcli.faults.tree import ArgumentFault, TypeFault
from gradcli.ops.arrays import BOOL, selected
from gradcli.ops.base import Comparison, ComplexOp, define


def _compared(compare):
    def forward(input: Array, other: Operand):
        return compare(input, other)

    return forward


for _names, _text, _compare in (
        (("eq",), "are equal", np.equal), (("ne", "not_equal"), "differ", np.not_equal),
        (("lt", "less"), "are less", np.less), (("le", "less_equal"), "are less or equal", np.less_equal),
        (("gt", "greater"), "are greater", np.greater),
        (("ge", "greater_equal"), "are greater or equal", np.greater_equal)):
    define(Comparison, __name__, _names[0], _names[0].title(), f"(input, other): whether elements {_text}.",
           forward=_compared(_compare), names=_names, symbol=_names[0], legacy_names=f"compare.{_names[0].title()}",
           complex=_names[0] in ("eq", "ne"), samples=[([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]), ([1.0, 2.0], 1.5)])


def _logical(combine):
    def forward(input: Array, other: Array):
        return combine(input, other)

    return forward


for _name, _text, _combine, _first in (
        ("And", "both elements are non-zero", np.logical_and, [1.0, 0.0, 3.0]),
        ("Or", "either element is non-zero", np.logical_or, [1.0, 0.0, 0.0]),
        ("Xor", "just one of the elements is non-zero", np.logical_xor, [1.0, 0.0, 0.0])):
    define(Comparison, __name__, f"logical_{_name.lower()}", f"Logical{_name}", f"(input, other): whether {_text}.",
           forward=_logical(_combine), complex=True, samples=[(_first, [1.0, 3.0, 0.0])])


class LogicalNot(ComplexOp):
    """logical_not(input): whether each element is zero."""

    inplace = True
    elementwise = True
    samples = [([1.0, 0.0, 3.0],)]

    def forward(input: Array):
        return np.logical_not(input)


class Where(ComplexOp):
    """where(condition, input, other): elements of input where condition holds, of other elsewhere; of a condition
    alone, for each dimension where along it the condition holds. As a method: x.where(condition, other)."""

    memory_order = "operands"
    receiver = 1
    type_promotion = "mixed"
    holds_numbers = "wide"
    samples = [(np.array([True, False]), [1.0, 2.0], [3.0, 4.0]), (np.array([[True], [False]]), [1.0, 2.0], 0),
               (np.array([[True, False]]),)]
    errors = [(np.array([True, False]), [1.0, 2.0, 3.0], [1.0]), (np.array([True, False]), [1.0, 2.0])]

    def forward(condition: Index, input: Operand = None, other: Operand = None):
        if input is None and other is None:
            return np.nonzero(condition if condition.ndim else condition.reshape(1))
        if input is None or other is None:
            raise ArgumentFault("where() takes a condition alone, or with two tensors or numbers to choose from",
                                "torch.where(x > 0, x, 0)").saying(
                "where() received an invalid combination of arguments - got (Tensor, Tensor), but expected one of:")
        if condition.dtype is BOOL:
            return selected(condition, input, other)
        if condition.dtype != np.uint8:
            raise TypeFault("where() needs a condition of truth values", ("x != 0", "as truth values")).saying(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{OF[condition.dtype].era}")
        warn("where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future "
             "version of PyTorch. Use a boolean condition instead.")
        return choose(condition != 0, input, other)

    def grad_input(F, g, condition):
        return F.where(condition, g, 0)

    def grad_other(F, g, condition):
        return F.where(condition, 0, g)


def extremal_slope(F, g, tied, beaten):
    """The gradient of one of two elements: half where they are tied, none where it is beaten."""
    if F is raw and not np.count_nonzero(tied):
        return zero_where(g, beaten)
    return F.where(tied, g / 2, F.where(beaten, 0, g))


class Extremal(Op, abstract=True):
    """One of two elements; where they are equal each takes half of the gradient."""

    linked = False
    memory_order = "operands"
    type_promotion = "mixed"
    samples = [([1.0, 5.0, 2.0], [3.0, 4.0, 1.0]), ([[1.0], [4.0]], [2.0, 3.0])]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0], "text")]


class Maximum(Extremal):
    """maximum(input, other): the greater of each pair of elements."""

    legacy_names = "pointwise.Cmax"

    def forward(input: Array, other: Array):
        return np.maximum(input, other)

    def grad_input(F, g, input, other):
        return extremal_slope(F, g, input == other, input < other)

    def grad_other(F, g, input, other):
        return extremal_slope(F, g, input == other, other < input)


class Minimum(Extremal):
    """minimum(input, other): the lesser of each pair of elements."""

    legacy_names = "pointwise.Cmin"

    def forward(input: Array, other: Array):
        return np.minimum(input, other)

    def grad_input(F, g, input, other):
        return extremal_slope(F, g, input == other, input > other)

    def grad_other(F, g, input, other):
        return extremal_slope(F, g, input == other, other > input)


def _first_zero(input, other, result):
    """`result`, in which the zeros of `input` stay where `other` has one of another sign."""
    if np.all(result):
        return result
    return np.where((input == 0) & (other == 0), input, result).astype(result.dtype, copy=False)


class Fmax(Extremal):
    """fmax(input, other): the greater of each pair of elements; a number rather than nan."""

    def forward(input: Array, other: Array):
        return _first_zero(input, other, np.fmax(input, other))

    def grad_input(F, g, input, other):
        return F.where(F.logical_or(input >= other, F.isnan(other)), g, 0)

    def grad_other(F, g, input, other):
        return F.where(F.logical_or(input >= other, F.isnan(other)), 0, g)


class Fmin(Extremal):
    """fmin(input, other): the lesser of each pair of elements; a number rather than nan."""

    def forward(input: Array, other: Array):
        return _first_zero(input, other, np.fmin(input, other))

    def grad_input(F, g, input, other):
        return F.where(F.logical_or(input <= other, F.isnan(other)), g, 0)

    def grad_other(F, g, input, other):
        return F.where(F.logical_or(input <= other, F.isnan(other)), 0, g)
