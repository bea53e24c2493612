"""Many elements to one: sums, means, extremes, norms."""

import math
from functools import lru_cache

import numpy as np
from numpy import ndarray

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, DimOrTensor, Dims, Flag, Type
from gradcli.engine.kernels import LARGE, full_sum, sums
from gradcli.engine.large import MANY
from gradcli.engine.tensor.conversion import retyped
from gradcli.engine.tensor.dtypes import HALVES, float32
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.arrays import FIRST, TYPES, divide
from gradcli.ops.base import Kernel, define
from gradcli.ops.dtype_checks import check_mean_type
from gradcli.ops.internal import expanded
from gradcli.ops.reduction.picking import Picking, check_occupied, values_and_indices

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]


def axes(dim, ndim):
    """The dimensions to reduce, counted from the front; all of them for None or an empty tuple."""
    if type(dim) is int:
        return (axis(dim, ndim),) if ndim else axis(dim, ndim) and () or ()
    dims = tuple(range(ndim)) if dim is None or dim == () else tuple(axis(d, ndim) for d in dim)
    if len(set(dims)) != len(dims):
        raise ShapeFault(f"dim {max(dims, key=dims.count)} appears multiple times in the list of dims")
    return dims if ndim else ()


@lru_cache(512)
def _reduced(shape, dim):
    """A shape with length 1 along the dimensions `dim`, and how many elements become one."""
    where = axes(dim, len(shape))
    return tuple([1 if i in where else n for i, n in enumerate(shape)]), math.prod([shape[i] for i in where])


def restored(F, g, input_shape, dim, keepdim):
    """A reduced result's gradient (or the result) with the dimensions `dim` back at length 1."""
    if keepdim or dim is None or not input_shape or F is raw and len(input_shape) == 1:
        return g
    if F is raw:
        return g.reshape(_reduced(input_shape, dim)[0])
    where = axes(dim, len(input_shape))
    for at in sorted(where):
        g = F.unsqueeze(g, at)
    return g


def spread(F, g, input_shape):
    """The gradient of a sum, for each of the elements that were added."""
    return (expanded if F is raw else F.expand)(g, input_shape)


def totals_type(kind, dtype):
    """The type of sums and products of elements of type `kind`: `dtype` if given, int64 for whole numbers."""
    return dtype or (np.dtype(np.int64) if kind.kind in "biu" else kind)


def of_parts(array, dtype):
    """The array, or its real parts where complex numbers are asked for as real ones."""
    return retyped(array, dtype) if array.dtype.kind == "c" and dtype is not None else array


def total(array, where, keepdim, dtype=None):
    """A sum over axes, whole numbers as int64; half precision is carried in single."""
    kind = array.dtype
    if dtype is None and kind in TYPES and array.size < LARGE:
        if not keepdim and len(where) == array.ndim:
            return full_sum(array)
        out = sums(array, where, keepdim)
        return out if out.ndim < 2 else np.ascontiguousarray(out)
    array, kind = of_parts(array, dtype), totals_type(kind, dtype)
    if kind in HALVES:
        return np.asarray(np.add.reduce(array, axis=where, keepdims=keepdim, dtype=np.float32)).astype(kind)
    if dtype is not None and kind.kind in "biu":
        return np.asarray(np.add.reduce(array, axis=where, keepdims=keepdim, dtype=kind))
    if kind is array.dtype and not keepdim and len(where) == array.ndim:
        return full_sum(array)
    if array.size >= MANY and kind is array.dtype and not keepdim and where == tuple(range(len(where))):
        return large.sums.leading_sums(array, len(where))
    if kind is array.dtype:
        out = sums(array, where, keepdim)
        return out if out.ndim < 2 else np.ascontiguousarray(out)
    return np.add.reduce(array, axis=where, keepdims=keepdim, dtype=kind)


class Reduction(Op, abstract=True):
    """One number for all elements, or for each slice along `dim`."""

    fresh_result = True
    errors = [([1.0, 2.0], None, "yes"), ("text",)]

    def variant(input, dim=None, *options):
        return 0 if dim is None else 1


class Sum(Reduction):
    """sum(input, dim, keepdim, dtype): the sum of all elements, or of those along `dim`."""

    out_decides_type = True
    complex = True
    legacy_names = "reduce.Sum"
    modern_names = ("SumBackward0", "SumBackward1")
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), (GRID, (0, 1)), (GRID, -1), (GRID, 0, False, np.dtype(np.float64))]

    def forward(input: Array, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        if dim is dtype is None and not keepdim and input.dtype is float32:
            return full_sum(input)
        return total(input, axes(dim, input.ndim), keepdim, dtype)

    def grad_input(F, g, input_shape, dim, keepdim, input_dtype):
        if F is raw and g.dtype is input_dtype and (keepdim or dim is None):
            return expanded(g, input_shape)
        return spread(F, restored(F, F.cast(g, input_dtype), input_shape, dim, keepdim), input_shape)


class Mean(Reduction):
    """mean(input, dim, keepdim, dtype): the mean of all elements, or of those along `dim`."""

    complex = True
    legacy_names = "reduce.Mean"
    modern_names, gradient_names = ("MeanBackward0", "MeanBackward1"), "DivBackward1"
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), (GRID, (0, 1)), (GRID, -1), (GRID, 0, False, np.dtype(np.float64))]

    def forward(input: Array, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        check_mean_type(dtype or input.dtype, "Optional" if dtype else "Input")
        if dtype is None and input.dtype in HALVES:
            return np.asarray(Mean.forward(input.astype(np.float32), dim, keepdim)).astype(input.dtype)
        where = axes(dim, input.ndim)
        count = input.size if len(where) == input.ndim else math.prod([input.shape[i] for i in where])
        summed = total(input, where, keepdim, dtype)
        if count and type(summed) is ndarray and summed.dtype in TYPES:
            return divide(summed, count)
        return summed / count if count else summed * np.nan

    def grad_input(F, g, input_shape, dim, keepdim, input_dtype):
        count = max(_reduced(input_shape, dim)[1], 1)
        if F is raw and g.dtype is input_dtype and (keepdim or dim is None):
            return divide(expanded(g, input_shape), count) if count * g.size < LARGE else (
                expanded(divide(g, count), input_shape))
        return spread(F, divide(restored(F, F.cast(g, input_dtype), input_shape, dim, keepdim), count), input_shape)


class Extreme(Reduction, abstract=True):
    """The greatest or the least elements; ties share the gradient evenly."""

    vanished = "stay"
    memory_order = "rows"
    linked = False
    variant = None
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), ([2.0, 1.0, 2.5],)]

    def grad_input(F, g, input, out, dim, keepdim, input_shape):
        return shared_among_ties(F, g, input, out, dim, keepdim, input_shape)


def _extreme(ufunc, name):
    def forward(input: Array, dim: Dims = None, keepdim: Flag = False):
        return extreme(ufunc, input, dim, keepdim, name)

    return forward


EXTREMES = (("max", "greatest", np.maximum, ndarray.argmax), ("min", "least", np.minimum, ndarray.argmin))
for _name, _text, _ufunc, _ in EXTREMES:
    define(Extreme, __name__, f"a{_name}", f"A{_name}",
           f"(input, dim, keepdim): the {_text} elements; ties share the gradient evenly.",
           modern_names=f"A{_name}Backward0", forward=_extreme(_ufunc, f"a{_name}"))


def extreme(ufunc, array, dim, keepdim, name):
    """The greatest or least elements along dimensions, none of which may be empty."""
    if dim is None and array.size and not keepdim:
        if array.ndim == 1 and array.size < LARGE:      # of few reduceat is faster than reduce, and as exact
            return ufunc.reduceat(array, FIRST)[0]
        return ufunc.reduce(array, None)
    where = axes(dim, array.ndim)
    if not array.size and dim is None and array.ndim:
        raise UnfitValue(f"{name}(): an empty tensor has no greatest or least element").saying(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
            if name == "aminmax" else f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument.")
    for at in where if not array.size else ():
        check_occupied(name if name == "aminmax" else f"{name}()", array, at)
    return ufunc.reduce(array, where, None, None, keepdim)


def shared_among_ties(F, g, input, out, dim, keepdim, input_shape):
    """The gradient of an extreme value, split evenly among the elements that attain it."""
    where = axes(dim, len(input_shape))
    if not keepdim and input_shape:
        g, out = (F.reshape(x, tuple(1 if i in where else n for i, n in enumerate(input_shape))) for x in (g, out))
    ties = F.cast(input == out, g.dtype)
    return g / F.sum(ties, where, True) * ties


def shared_among_all_ties(F, g, input, out):
    """The gradient of the extreme of all elements, split evenly among those that attain it."""
    if F is raw and input.ndim and input.size < LARGE and not math.isnan(out.item()):
        ties = np.equal(input, out)
        total = np.count_nonzero(ties)
        share = np.zeros(input.shape, g.dtype)
        np.copyto(share, g / g.dtype.type(total) if total > 1 else g, where=ties)
        return share
    ties = F.isnan(input) if F.any(F.isnan(out)) else input == out
    return F.where(ties, g / F.cast(F.sum(ties), g.dtype), 0)


class ExtremeAlong(Picking, Kernel, abstract=True):
    """The greatest or the least element along `dim`, and where it first stands; the gradient goes to that place."""

    samples = [(GRID, 0), (GRID, 1, True), (GRID, -1)]
    errors = [(GRID, 5)]


def _extreme_along(arg):
    def forward(input: Array, dim: Dims, keepdim: Flag = False):
        return values_and_indices(arg, input, dim, keepdim)

    return forward


class ExtremeOfAll(Kernel, abstract=True):
    """The greatest or the least of all elements; ties share the gradient evenly."""

    linked = False
    fresh_result = True
    gradient_names = "MaskedFillBackward1"
    samples = [(GRID,), ([2.0, 1.0, 2.5],)]

    def grad_input(F, g, input, out):
        return shared_among_all_ties(F, g, input, out)


def _extreme_of_all(ufunc, name):
    def forward(input: Array):
        return extreme(ufunc, input, None, False, name)

    return forward


for _name, _text, _ufunc, _arg in EXTREMES:
    define(ExtremeAlong, __name__, f"{_name}_dim", f"{_name.title()}Dim",
           f"(input, dim, keepdim): the {_text} element along `dim`, and where it first stands.",
           legacy_names=f"reduce.{_name.title()}", modern_names=f"{_name.title()}Backward0",
           forward=_extreme_along(_arg))
    define(ExtremeOfAll, __name__, f"{_name}_all", f"{_name.title()}All",
           f"(input): the {_text} of all elements; ties share the gradient evenly.",
           legacy_names=f"reduce.{_name.title()}", modern_names=f"{_name.title()}Backward1",
           forward=_extreme_of_all(_ufunc, _name))


def _extreme_of(F, kind, input, dim, keepdim, other):
    if type(dim) is int and other is None:
        return getattr(F, kind + "_dim")(input, dim, keepdim)
    if isinstance(dim, Tensor | np.ndarray):
        dim, other = None, dim
    if other is not None:
        return getattr(F, kind + "imum")(input, other)
    if dim is None:
        return getattr(F, kind + "_all")(input)
    raise ArgumentFault(f"{kind}() takes one dimension; a{kind}() takes several", f"x.a{kind}({dim!r})")


class Max(Op):
    """max(input, dim, keepdim, other): the greatest element; with `dim` those along it and their places; with another
    tensor in its place the greater of each pair."""

    complex = True      # the parts refuse such, each in its words
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), (GRID, None, False, [[0.0], [1.0]])]
    errors = [(GRID, 5), (GRID, "rows")]

    def compose(F, input, dim: DimOrTensor = None, keepdim: Flag = False, *, other: Array = None):
        return _extreme_of(F, "max", input, dim, keepdim, other)


class Min(Op):
    """min(input, dim, keepdim, other): the least element; with `dim` those along it and their places; with another
    tensor in its place the lesser of each pair."""

    complex = True      # the parts refuse such, each in its words
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), (GRID, None, False, [[0.0], [1.0]])]
    errors = [(GRID, 5), (GRID, "rows")]

    def compose(F, input, dim: DimOrTensor = None, keepdim: Flag = False, *, other: Array = None):
        return _extreme_of(F, "min", input, dim, keepdim, other)
