"""Fast paths for the most frequent calls: functions of one tensor, and operators of two operands.

`fast_unary`, `fast_binary` and `fast_comparison` do what `dispatch` does, for Variables of float32 or float64 and
plain numbers alone, and call the general function in every other case. Speed decides how this file is written: work
that does not depend on the arguments is done when the operation is registered, and nodes and results are made without
calling their constructors.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import _getframe
from typing import Any

from numpy import asarray, ndarray

from gradcli.engine import large
from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.dispatch import UNFIT, here, numpy_fault, parent, refresh_view
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.type_promotion import CONSTANTS, constant
from gradcli.engine.kernels import ZERO
from gradcli.engine.large import MANY
from gradcli.engine.tensor.dtypes import float32, float64
from gradcli.engine.tensor.tensor import NO_GRAD, DetachedBy, Tensor, clock
from gradcli.engine.tensor.variable import Dual, InferenceTensor, Variable, grad_mode


def unrecorded(out: Variable, *inputs: Any) -> Variable:
    """`out`, with a note of where the history of its inputs ended, if one of them had any."""
    if grad_mode.inference:
        out.__class__ = InferenceTensor
    for x in inputs:
        if isinstance(x, Tensor) and (x.requires_grad or x.cut):
            out.cut = DetachedBy(NO_GRAD, here()) if x.requires_grad else x.cut
            replacement: Variable = report_detached(x, out.cut.how, out)
            return replacement
    return out


def fast_unary(cls: type[Op], call: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, with a fast path for one floating Variable as the only argument."""
    kernel, rule, node_class, new = cls.kernel or cls.forward, cls.rules[0], cls.nodes[0], object.__new__
    pick, middle, shaped = rule.pick, cls.signature.defaults[1:], cls.shaped

    def unary(*args: Any, **options: Any) -> Any:
        if options or len(args) != 1 or type(input := args[0]) is not Variable:
            return call(*args, **options)
        a = input.array
        if a.dtype is not float32 and a.dtype is not float64:
            return call(input)
        try:
            result = kernel(a)
        except UNFIT as error:
            raise numpy_fault(cls, args, error) from None
        if type(result) is not ndarray:
            result = asarray(result)
        if not input.requires_grad or not grad_mode.plain:
            return call(input) if grad_mode.on and input.requires_grad or Dual.watched else unrecorded(
                Variable(result), input)
        if input.root is not None:
            refresh_view(input)
        slots = (a, *middle, result) if middle else (a, result)
        if shaped:
            slots += (a.shape, *middle, a.dtype)
        node = new(node_class)
        node.edges = ((input.node or input, rule, pick(slots)),)
        node.hooks = None
        node.shape = result.shape
        frame = _getframe(1)
        while "__spec__" in frame.f_globals and frame.f_back:      # guards of the language, other operations
            frame = frame.f_back
        node.code = frame.f_code
        node.line_at = frame.f_lasti
        node.born = clock()
        out = new(Variable)         # what Variable(result, True, this) does, without a call
        out.array = result
        out.requires_grad = True
        out.node = node
        out.gradient = out.root = out.hooks = out.cut = None
        return out

    return unary


def fast_comparison(cls: type[Op], call: Callable[..., Any]) -> Callable[..., Any]:
    """The operator of a comparison, with a fast path for recorded Variables of one dtype and plain numbers."""
    kernel, new = cls.forward, object.__new__

    def compare(input: Any, other: Any) -> Any:
        if type(input) is not Variable or not input.requires_grad or not grad_mode.plain:
            return call(input, other)
        a, kind = input.array, type(other)
        dtype = a.dtype
        if dtype is not float32 and dtype is not float64:
            return call(input, other)
        if kind is Variable:
            b = other.array
            if b.dtype is not dtype:
                return call(input, other)
        elif kind is float or kind is int:
            b = constant(other, dtype) if other else ZERO[dtype]
        else:
            return call(input, other)
        try:
            result = kernel(a, b)
        except UNFIT as error:
            raise numpy_fault(cls, (input, other), error) from None
        out = new(Variable)
        out.array = result if type(result) is ndarray else asarray(result)
        out.requires_grad = False
        out.node = out.gradient = out.root = out.hooks = out.cut = None
        return out

    return compare


def fast_binary(cls: type[Op], call: Callable[..., Any]) -> Callable[..., Any]:
    """The operator of `cls`, with a fast path for Variables of one dtype and plain numbers."""
    left, right = cls.rules
    pick_left, pick_right = left.pick, right.pick
    pick_number = pick_left if 1 not in cls.unsaved else lambda slots: pick_left((*slots[:-1], None))
    both, with_number, new = cls.nodes[0], cls.nodes[min(1, len(cls.nodes) - 1)], object.__new__
    middle, forward = cls.signature.defaults[2:], cls.forward
    kernel = cls.kernel or (forward if not middle else lambda a, b: forward(a, b, *middle))
    wide = cls.kernel is not None       # a ufunc, which can go by pieces
    float_constants, double_constants = CONSTANTS[float32], CONSTANTS[float64]

    def binary(input: Any, other: Any) -> Any:
        if type(input) is not Variable:
            return call(input, other)
        a = input.array
        dtype = a.dtype
        kind = type(other)
        if kind is Variable:
            b = other.array
            if dtype is not b.dtype or (dtype is not float32 and dtype is not float64):
                return call(input, other)
        elif kind is float or kind is int:
            if dtype is float32:
                b = float_constants.get(other) if other else None
            elif dtype is float64:
                b = double_constants.get(other) if other else None
            else:
                return call(input, other)
            if b is None:
                b = constant(other, dtype)
        else:
            return call(input, other)
        try:
            result = kernel(a, b) if a.size < MANY or not wide else large.blocks.apply_binary(kernel, a, b)
        except UNFIT as error:
            raise numpy_fault(cls, (input, other), error) from None
        if type(result) is not ndarray:
            result = asarray(result)
        if not grad_mode.plain:
            return call(input, other) if grad_mode.on or Dual.watched else unrecorded(
                Variable(result), input, other)
        if input.requires_grad:
            slots = (a, b, *middle, result) if middle else (a, b, result)
            if input.root is not None:
                refresh_view(input)
            if kind is Variable and other.requires_grad:
                edges: tuple[Any, ...] = ((input.node or input, left, pick_left(slots)),
                                          (parent(other), right, pick_right(slots)))
            else:
                edges = ((input.node or input, left, (pick_left if kind is Variable else pick_number)(slots)),)
        elif kind is Variable and other.requires_grad:
            edges = ((parent(other), right, pick_right((a, b, *middle, result))),)
        else:
            return unrecorded(Variable(result), input, other)
        node = new(both if kind is Variable else with_number)
        node.edges = edges
        node.hooks = None
        node.shape = result.shape
        frame = _getframe(1)
        while "__spec__" in frame.f_globals and frame.f_back:      # guards of the language, other operations
            frame = frame.f_back
        node.code = frame.f_code
        node.line_at = frame.f_lasti
        node.born = clock()
        out = new(Variable)         # what Variable(result, True, this) does, without a call
        out.array = result
        out.requires_grad = True
        out.node = node
        out.gradient = out.root = out.hooks = out.cut = None
        return out

    return binary
