"""Variances and standard deviations, alone and with the mean."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array, DimsOrFlag, Flag, Number
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import LARGE, full_sum
from gradcli.engine.large import MANY
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics.cascade_sum import MOST
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, real_type_of
from gradcli.faults.tree import TypeFault, ValueFault
from gradcli.ops.arrays import TYPES
from gradcli.ops.base import ComplexOp
from gradcli.ops.complex_numbers import squares
from gradcli.ops.reduction.reduce import GRID, axes, restored


def as_double(array, name):
    """`array`, which must be of a floating type, in double precision."""
    if array.dtype.kind == "c":
        return array.astype(np.complex128, copy=False)
    if array.dtype.kind not in FLOAT_KINDS:
        raise TypeFault(f"{name}(): the input must be floating, not whole numbers or truth values",
                        (f"x.float().{name}()", "of a floating copy")).saying(
            "std and var only support floating point and complex dtypes")
    return array.astype(np.float64, copy=False)


def variance_and_mean(array, dim, correction, keepdim, name):
    """The variance, and the mean, along dimensions; sums are carried in double precision."""
    where = axes(dim, array.ndim)
    over_all = len(where) == array.ndim and not keepdim
    count = array.size if over_all else math.prod([array.shape[i] for i in where])
    if count <= correction:
        warn(f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
             "(input numel divided by output numel).")
    if array.size >= MANY and large.sums.moments_fit(array, where):
        mean, summed = large.sums.moments(array, where)
        var = summed / np.float64(max(count - correction, 0))
        return (var, mean) if keepdim else (var.squeeze(where), mean.squeeze(where))
    wide = as_double(array, name)
    if name in ("var", "std") and wide.dtype.kind == "f" and 0 < count == array.size < MOST:
        return _variance_of_all(array, wide, correction, where, keepdim)
    mean = (_pairwise_sum(wide) if over_all else np.add.reduce(wide, where, None, None, True)) / np.float64(count)
    off = np.asarray(wide - mean) if over_all or wide is not array else _off_mean(wide, where, count)
    off = squares(off) if off.dtype.kind == "c" else np.multiply(off, off, off)
    summed = _pairwise_sum(off) if over_all else np.add.reduce(off, where, None, None, keepdim)
    var = np.asarray(summed / np.float64(max(count - correction, 0)))
    return var, mean if keepdim else np.asarray(mean).reshape(var.shape)


def _variance_of_all(array, wide, correction, where, keepdim):
    """The variance of a single set of numbers: their mean is of their own type, as PyTorch's is, and the squares of
    what they are off it are added one after the other."""
    mean = full_sum(array) / array.size
    off = np.subtract(wide, np.float64(mean)).reshape(-1)
    var = np.add.accumulate(np.multiply(off, off, off))[-1] / np.float64(max(array.size - correction, 0))
    shape = [1 if i in where else n for i, n in enumerate(array.shape) if keepdim or i not in where]
    return np.asarray(var).reshape(shape), mean


def _off_mean(array, where, count):
    """The differences of elements from their mean along dimensions; the mean of equal numbers is exact."""
    off = array - array[tuple(slice(1) if i in where else slice(None) for i in range(array.ndim))]
    return np.asarray(off - np.add.reduce(off, where, None, None, True) / np.float64(count))


def _pairwise_sum(array):
    """The sum of all elements in numpy's order, which is that of sums along dimensions."""
    return full_sum(array) if array.size < LARGE else np.add.reduce(array, None)


def resolve_correction(unbiased, correction):
    """By how much the count is lessened: `correction`, or the older option that said 1 or 0."""
    if unbiased is not None and correction is not None:
        raise ValueFault("var and std take unbiased or correction, not both", "x.var(correction=0)")
    return (1 if correction is None else correction) if unbiased is None else int(unbiased)


def dim_and_unbiased(dim, unbiased):
    """`dim` and `unbiased` where a truth value may have come first, as in `x.var(False)`."""
    return (None, dim) if type(dim) is bool else (dim, unbiased)


def variance_grad(F, g, input, dim, correction, keepdim, input_shape):
    """The gradient of a variance: 2 (x - mean) / (count - correction) each."""
    where = axes(dim, len(input_shape))
    count = math.prod([input_shape[i] for i in where])
    if F is raw and input.ndim == 1 and 0 < count < LARGE and input.dtype in TYPES:
        mean = full_sum(input) / count      # a number is a cheaper operand than an array of length 1
    else:
        mean = F.mean(input, where, True)
    off = input - mean
    g = restored(F, g, input_shape, dim, keepdim)
    if F is raw and count > correction:
        return g * constant(2.0 / (count - correction), input.dtype) * off
    if count > correction:
        return g * (2.0 / (count - correction)) * off
    if dim is None or not input_shape:
        return g * F.cast(F.where(input == mean, float("nan"), float("inf")), g.dtype)
    return g * (2.0 / (count - correction) if count != correction else float("inf")) * off


class Variance(ComplexOp, abstract=True):
    """The variance or standard deviation, with a divisor of count - correction."""

    complex_rules = "own"
    vanished = "stay"
    linked = False
    samples = [(GRID,), (GRID, 0), (GRID, 1, False), (GRID, (0, 1), None, True), (GRID, 1, None, False, 0),
               (GRID, False), (GRID, 1, None, True, 2)]
    errors = [(GRID, 5), ("text",), (np.array([1, 2]),), (GRID, 0, True, False, 1)]


class Var(Variance):
    """var(input, dim, unbiased, keepdim, correction): the variance, of all elements or along `dim`."""

    memory_order = "rows"
    legacy_names = "basic_ops.DivConstant"

    def forward(input: Array, dim: DimsOrFlag = None, unbiased: Flag = None, keepdim: Flag = False, *,
                correction: Number = None):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        var, _ = variance_and_mean(input, dim, resolve_correction(unbiased, correction), keepdim, "var")
        return var.astype(real_type_of(input.dtype))

    def grad_input(F, g, input, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        return variance_grad(F, g, input, dim, resolve_correction(unbiased, correction), keepdim, input_shape)


class Std(Variance):
    """std(input, dim, unbiased, keepdim, correction): the standard deviation; its slope where it is 0 is 0."""

    memory_order = "rows"
    legacy_names = "pointwise.Sqrt"

    def forward(input: Array, dim: DimsOrFlag = None, unbiased: Flag = None, keepdim: Flag = False, *,
                correction: Number = None):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        var, _ = variance_and_mean(input, dim, resolve_correction(unbiased, correction), keepdim, "std")
        return np.sqrt(var).astype(real_type_of(input.dtype))

    def grad_input(F, g, input, out, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        g = half_of_root(F, g, out)
        return variance_grad(F, g, input, dim, resolve_correction(unbiased, correction), keepdim, input_shape)


def half_of_root(F, g, out):
    """The gradient of what `out` is the square root of; 0 where that is 0."""
    if F is raw and not out.ndim and out:
        return g / (out + out)
    return F.where(out == 0, 0, g / (out * 2))


class VarMean(Variance):
    """var_mean(input, dim, unbiased, keepdim, correction): the variance and the mean."""

    method = False
    multi_output = True

    def forward(input: Array, dim: DimsOrFlag = None, unbiased: Flag = None, keepdim: Flag = False, *,
                correction: Number = None):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        results = variance_and_mean(input, dim, resolve_correction(unbiased, correction), keepdim, "var_mean")
        return results[0].astype(real_type_of(input.dtype)), results[1].astype(input.dtype)

    def grad_input(F, g, input, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        lack = resolve_correction(unbiased, correction)
        by_var = None if g[0] is None else variance_grad(F, g[0], input, dim, lack, keepdim, input_shape)
        return with_mean(F, by_var, g[1], dim, keepdim, input_shape)


def with_mean(F, by_variance, g, dim, keepdim, input_shape):
    """The gradient through a spread with that through the mean added, where either is asked for."""
    if g is None:
        return by_variance
    count = 1
    for i in axes(dim, len(input_shape)):
        count *= input_shape[i]
    by_mean = F.expand(restored(F, g, input_shape, dim, keepdim) / max(count, 1), input_shape)
    return by_mean if by_variance is None else by_variance + by_mean


class StdMean(Variance):
    """std_mean(input, dim, unbiased, keepdim, correction): the standard deviation and the mean."""

    method = False
    multi_output = True
    unsaved_outputs = (1,)

    def forward(input: Array, dim: DimsOrFlag = None, unbiased: Flag = None, keepdim: Flag = False, *,
                correction: Number = None):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        var, mean = variance_and_mean(input, dim, resolve_correction(unbiased, correction), keepdim, "std_mean")
        return np.sqrt(var).astype(real_type_of(input.dtype)), mean.astype(input.dtype)

    def grad_input(F, g, input, out, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        lack, by_std = resolve_correction(unbiased, correction), None
        if g[0] is not None:
            by_std = variance_grad(F, half_of_root(F, g[0], out[0]), input, dim, lack, keepdim, input_shape)
        return with_mean(F, by_std, g[1], dim, keepdim, input_shape)
