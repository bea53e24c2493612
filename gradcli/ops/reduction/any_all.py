"""Whether and where: truth of many elements, how many are not zero, and where the extremes stand."""

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, Dims, Flag
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tree import IndexFault, TypeFault
from gradcli.ops.arrays import BOOL, all_hold, any_holds
from gradcli.ops.base import ComplexOp, define
from gradcli.ops.reduction.picking import check_occupied
from gradcli.ops.reduction.reduce import GRID, axes, extreme, shared_among_ties

SOME = np.array([[True, False, True], [True, True, True]])


def truth(ufunc, of_all, array, dim, keepdim):
    """A truth value for all elements, as `of_all` has it, or by the ufunc along dimensions; for bytes a byte, as in
    PyTorch."""
    truths = array if array.dtype is BOOL else array != 0
    result = np.asarray(of_all(truths) if dim is None and not keepdim else (
        ufunc.reduce(truths, axis=axes(dim, array.ndim), keepdims=keepdim)))
    return result.astype(np.uint8) if array.dtype == np.uint8 else result


class TruthReduction(ComplexOp, abstract=True):
    """A truth value of many elements."""

    memory_order = "rows"
    samples = [(SOME,), (SOME, 0), (SOME, 1, True), (SOME, (0, 1))]
    errors = [(SOME, 5), ("text",)]


def _truth(ufunc, of_all):
    def forward(input: Array, dim: Dims = None, keepdim: Flag = False):
        return truth(ufunc, of_all, input, dim, keepdim)

    return forward


for _name, _text, _ufunc, _of_all in (("All", "no element is zero", np.logical_and, all_hold),
                                      ("Any", "some element is not zero", np.logical_or, any_holds)):
    define(TruthReduction, __name__, _name.lower(), _name,
           f"(input, dim, keepdim): whether {_text}, of all elements or along `dim`.", forward=_truth(_ufunc, _of_all))


class CountNonzero(ComplexOp):
    """count_nonzero(input, dim): how many elements are not zero, of all or along `dim`."""

    memory_order = "rows"
    samples = [([[0.0, 1.0], [2.0, 3.0]],), ([[0.0, 1.0], [2.0, 3.0]], 0), ([[0.0, 1.0], [2.0, 3.0]], (0, 1))]
    errors = [(GRID, 5), ("text",)]

    def forward(input: Array, dim: Dims = None):
        return np.add.reduce(input != 0, axis=axes(dim, input.ndim), dtype=np.int64)


def extreme_index(arg, array, dim, keepdim, name):
    """The first place that an argmax-like function finds: counted row by row, or along `dim`."""
    if array.dtype.kind == "b":
        raise TypeFault(f"{name}(): does not support bool input", (f"x.int().{name}()", "of ones and zeros"))
    if dim is None:
        if not array.size:
            raise IndexFault(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.",
                             (f"x.{name}(0)", "along one dimension"))
        index = np.asarray(arg(array), np.int64)
        return index.reshape((1,) * array.ndim) if keepdim else index
    at = axis(dim, array.ndim)
    if not array.ndim:
        return np.zeros((), np.int64)
    check_occupied(f"{name}()", array, at)
    index = arg(array, at)
    return np.asarray(index[(slice(None),) * at + (None,)] if keepdim else index, np.int64)


class ArgExtreme(Op, abstract=True):
    """The index of the first extreme element."""

    opmath = True
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), ([[1.0, 1.0]],)]
    errors = [(GRID, 5), ("text",), ([],)]


def _arg_extreme(name, arg):
    def forward(input: Array, dim: Dim = None, keepdim: Flag = False):
        return extreme_index(arg, input, dim, keepdim, name)

    return forward


for _name, _text, _arg in (("argmax", "greatest", ndarray.argmax), ("argmin", "least", ndarray.argmin)):
    define(ArgExtreme, __name__, _name, _name.title(),
           f"(input, dim, keepdim): where the {_text} element first stands, in the whole or along `dim`.",
           forward=_arg_extreme(_name, _arg))


class Aminmax(Op):
    """aminmax(input, dim, keepdim): the least and the greatest element; ties share the gradient evenly."""

    memory_order = "rows"
    linked = False
    returns = ("min", "max")
    multi_output = True
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), ([2.0, 1.0, 2.5],)]
    errors = [(GRID, 5), ("text",), ([],)]

    def forward(input: Array, *, dim: Dim = None, keepdim: Flag = False):
        return tuple(extreme(ufunc, input, dim, keepdim, "aminmax") for ufunc in (np.minimum, np.maximum))

    def grad_input(F, g, input, out, dim, keepdim, input_shape):
        shares = [shared_among_ties(F, grad, input, result, dim, keepdim, input_shape)
                  for grad, result in zip(g, out, strict=True) if grad is not None]
        return shares[0] if len(shares) == 1 else shares[0] + shares[1]
