"""Products, spreads and other summaries of the elements along dimensions."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Dim, Dims, DimsOrFlag, Flag, Number, Type
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import LARGE, ZERO, full_sum
from gradcli.engine.large import MANY, SOME
from gradcli.engine.tensor.dtypes import FLOATING, OF, Default, category, part_of
from gradcli.engine.tensor.methods import axis
from gradcli.engine.warned import warn
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault, ValueFault
from gradcli.ops.arrays import TYPES
from gradcli.ops.complex_numbers import squares
from gradcli.ops.dtype_checks import kind_of
from gradcli.ops.reduction.cumulative import backwards, shifted
from gradcli.ops.reduction.reduce import GRID, Reduction, axes, of_parts, restored, total, totals_type
from gradcli.ops.reduction.vector_norm import VectorNorm

POSITIVE = [[1.0, 2.0, 4.0], [0.5, 5.0, 0.25]]
HOLED = [[1.0, 0.0, 3.0], [0.0, 5.0, 0.0]]


class Prod(Reduction):
    """prod(input, dim, keepdim, dtype): the product of all elements, or of those along `dim`."""

    out_decides_type = True
    complex = True
    vanished = "stay"
    memory_order = "rows"
    legacy_names = "reduce.Prod"
    linked = False
    modern_names = ("ProdBackward0", "ProdBackward1")
    samples = [(POSITIVE,), (GRID, 0), (GRID, 1, True), (HOLED, 1), (HOLED,), (GRID, 0, False, np.dtype(np.float64))]

    def forward(input: Array, dim: Dim = None, keepdim: Flag = False, *, dtype: Type = None):
        kind = totals_type(input.dtype, dtype)
        return np.multiply.reduce(of_parts(input, dtype), axes(dim, input.ndim), kind, None, keepdim)

    def grad_input(F, g, input, out, dim, keepdim, input_shape, input_dtype):
        g = F.cast(g, input_dtype)
        if not input_shape:
            return g
        if np.count_nonzero(input) == input.size if F is raw else not F.any(input == 0):
            return restored(F, g, input_shape, dim, keepdim) * (restored(F, out, input_shape, dim, keepdim) / input)
        if (math.prod(input_shape) if dim is None else input_shape[dim]) == 1:
            return F.reshape(g, input_shape)        # nothing else to multiply by
        if dim is not None:
            return restored(F, g, input_shape, dim, keepdim) * product_of_others(F, input, dim)
        return F.reshape(F.reshape(g, (1,)) * product_of_others(F, F.reshape(input, (-1,)), 0), input_shape)


def product_of_others(F, x, dim):
    """For each element the product of all others along `dim`: those before times those after."""
    before = shifted(F, F.cumprod(x, dim), dim, 1)
    after = shifted(F, backwards(F, F.cumprod, x, dim), dim, 1, early=True)
    return before * after


class Nansum(Reduction):
    """nansum(input, dim, keepdim, dtype): the sum of the elements that are not nan."""

    memory_order = "rows"
    linked = False
    variant = None
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), ([[1.0, float("nan")], [2.0, 3.0]], (0, 1)),
               (GRID, 0, False, np.dtype(np.float64))]

    def forward(input: Array, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        return total(np.where(input != input, 0, input).astype(input.dtype, copy=False), axes(dim, input.ndim),
                     keepdim, dtype)

    def grad_input(F, g, input, dim, keepdim, input_shape, input_dtype):
        g = restored(F, F.cast(g, input_dtype), input_shape, dim, keepdim)
        return F.expand(g, input_shape) * F.cast(input == input, input_dtype)


class Nanmean(Reduction):
    """nanmean(input, dim, keepdim, dtype): the mean of the elements that are not nan."""

    samples = Nansum.samples

    def compose(F, input, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        if category(kind_of(input)) < FLOATING:
            raise TypeFault("nanmean(): expected input to have floating point or complex dtype but got "
                            f"{OF[kind_of(input)].era}", ("x.float().nanmean()", "the mean of a floating copy"))
        return F.nansum(input, dim, keepdim, dtype=dtype) / F.sum(input == input, dim, keepdim)


def as_double(array, name):
    """`array`, which must be of a floating type, in double precision."""
    if array.dtype.kind == "c":
        return array.astype(np.complex128, copy=False)
    if array.dtype.kind != "f":
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
    mean = (_pairwise_sum(wide) if over_all else np.add.reduce(wide, where, None, None, True)) / np.float64(count)
    off = np.asarray(wide - mean)
    off = squares(off) if off.dtype.kind == "c" else np.multiply(off, off, off)
    summed = _pairwise_sum(off) if over_all else np.add.reduce(off, where, None, None, keepdim)
    var = np.asarray(summed / np.float64(max(count - correction, 0)))
    return var, mean if keepdim else np.asarray(mean).reshape(var.shape)


def _pairwise_sum(array):
    """The sum of all elements in numpy's order, which is that of sums along dimensions."""
    return full_sum(array) if array.size < LARGE else np.add.reduce(array, None)


def lessened(unbiased, correction):
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
        return g * off * constant(2.0 / (count - correction), input.dtype)
    if count > correction:
        return g * off * (2.0 / (count - correction))
    if dim is None or not input_shape:
        return g * F.cast(F.where(input == mean, float("nan"), float("inf")), g.dtype)
    return g * (2.0 / (count - correction) if count != correction else float("inf")) * off


class Variance(Op, abstract=True):
    """How far elements lie from their mean, the count lessened by `correction`."""

    complex = True
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
        var, _ = variance_and_mean(input, dim, lessened(unbiased, correction), keepdim, "var")
        return var.astype(part_of(input.dtype))

    def grad_input(F, g, input, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        return variance_grad(F, g, input, dim, lessened(unbiased, correction), keepdim, input_shape)


class Std(Variance):
    """std(input, dim, unbiased, keepdim, correction): the standard deviation; its slope where it is 0 is 0."""

    memory_order = "rows"
    legacy_names = "pointwise.Sqrt"

    def forward(input: Array, dim: DimsOrFlag = None, unbiased: Flag = None, keepdim: Flag = False, *,
                correction: Number = None):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        var, _ = variance_and_mean(input, dim, lessened(unbiased, correction), keepdim, "std")
        return np.sqrt(var).astype(part_of(input.dtype))

    def grad_input(F, g, input, out, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        g = half_of_root(F, g, out)
        return variance_grad(F, g, input, dim, lessened(unbiased, correction), keepdim, input_shape)


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
        results = variance_and_mean(input, dim, lessened(unbiased, correction), keepdim, "var_mean")
        return results[0].astype(part_of(input.dtype)), results[1].astype(input.dtype)

    def grad_input(F, g, input, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        lack = lessened(unbiased, correction)
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
        var, mean = variance_and_mean(input, dim, lessened(unbiased, correction), keepdim, "std_mean")
        return np.sqrt(var).astype(part_of(input.dtype)), mean.astype(input.dtype)

    def grad_input(F, g, input, out, dim, unbiased, keepdim, correction, input_shape):
        dim, unbiased = dim_and_unbiased(dim, unbiased)
        lack, by_std = lessened(unbiased, correction), None
        if g[0] is not None:
            by_std = variance_grad(F, half_of_root(F, g[0], out[0]), input, dim, lack, keepdim, input_shape)
        return with_mean(F, by_std, g[1], dim, keepdim, input_shape)


class Logsumexp(Op):
    """logsumexp(input, dim, keepdim): log(sum(exp(input))) along `dim`, without overflow."""

    complex = True
    vanished = "stay"
    memory_order = "rows"
    names = ("logsumexp", "special.logsumexp")
    samples = [(GRID, 0), (GRID, (0, 1)), (GRID, -1, True), ([[900.0, 901.0], [-900.0, 3.0]], 1)]
    errors = [(GRID, 5), ("text", 0)]

    def forward(input: Array, dim: Dims, keepdim: Flag = False):
        x = input if input.dtype.kind in "fc" else input.astype(Default.floating)
        where = axes(dim, x.ndim)
        if x.dtype.kind == "c":
            return _complex_logsumexp(x, where, keepdim)
        if not x.size:
            return np.log(np.add.reduce(np.exp(x), axis=where, keepdims=keepdim))
        if x.size >= SOME and len(where) == 1 and large.rows.fits(x, where[0]):
            result = large.rows.logsumexp(x)
            return result if keepdim else result.squeeze(where)
        if x.ndim == 1 and not keepdim and x.size < LARGE and math.isfinite(x.item(at := x.argmax())):
            e = np.subtract(x, x[at, ...])
            np.exp(e, e)
            return np.log(full_sum(e)) + x[at]
        top = np.asarray(np.maximum.reduce(x, where, None, None, True))
        if np.count_nonzero(np.isfinite(top)) < top.size:
            top = np.where(np.isfinite(top), top, ZERO[x.dtype])
        e = np.asarray(np.subtract(x, top))
        np.exp(e, e)
        result = np.asarray(np.add.reduce(e, where, None, None, True))
        np.log(result, result)
        np.add(result, top, result)
        return result if keepdim else result.squeeze(where)

    def grad_input(F, g, input, out, dim, keepdim, input_shape):
        g, out = (restored(F, x, input_shape, dim, keepdim) for x in (g, out))
        if F is raw and input.size >= SOME:
            return large.rows.logsumexp_slope(input, out, g)
        if F is raw and input.ndim:
            e = np.subtract(input, out)
            np.exp(e, e)
            return np.multiply(g, e, e) if g.dtype is e.dtype else g * e
        return g * F.exp(input - out)


def _complex_logsumexp(x, where, keepdim):
    """logsumexp of complex numbers, the greatest real part of which is taken out."""
    if not x.size:
        return np.log(np.add.reduce(np.exp(x), axis=where, keepdims=keepdim))
    top = np.asarray(np.maximum.reduce(x.real, where, None, None, True))
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    result = np.asarray(np.log(np.add.reduce(np.exp(x - top), where, None, None, True)) + top)
    return result if keepdim else result.squeeze(where)


class Dist(Op):
    """dist(input, other, p): the p-norm of input - other."""

    refuses_bool_with_number = True
    complex = True
    type_promotion = "mixed"
    legacy_names = "reduce.Norm"
    samples = [(GRID, [[0.5, 1.0, 2.0], [1.0, 2.0, 3.0]]), (GRID, [0.5, 1.0, 2.0], 3), (GRID, [[2.0], [7.0]], 1)]
    errors = [(GRID, [1.0, 2.0]), (GRID, "text")]

    def forward(input: Array, other: Array, p: Number = 2):
        if category(input.dtype) < FLOATING:
            raise TypeFault("norm(): input dtype should be either floating point or complex. Got "
                            f"{OF[input.dtype].era} instead.", ("torch.dist(x.float(), y.float())", "of floats"))
        return VectorNorm.forward(input - other, p)

    def grad_input(F, g, input, other, out, p):
        off = input - other
        return VectorNorm.grad_input(F, g, off, out, p, None, False, off.shape, g.dtype)

    def grad_other(F, g, input, other, out, p):
        off = input - other
        return -VectorNorm.grad_input(F, g, off, out, p, None, False, off.shape, g.dtype)


class Renorm(Op):
    """renorm(input, p, dim, maxnorm): each slice along `dim` whose p-norm is above maxnorm scaled down to it."""

    complex = True
    memory_order = "rows"
    inplace = True
    legacy_names = "tensor.Transpose"
    samples = [(GRID, 2, 0, 5.0), (GRID, 1, 1, 4.0), (GRID, 3, -1, 2.0)]
    errors = [(GRID, 2, 5, 1.0), (GRID, -1, 0, 1.0), ([1.0, 2.0], 2, 0, 1.0), (GRID, 2, 0, -1.0)]

    def forward(input: Array, p: Number, dim: Dim, maxnorm: Number):
        if input.ndim < 2:
            raise ShapeFault(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions",
                             ("x.renorm(2, 0, 1.0)", "of a matrix x: scales its rows"))
        if p <= 0 or maxnorm < 0:
            raise UnfitValue("renorm: a norm's order is above 0, and maxnorm is not negative", "x.renorm(2, 0, 1.0)"
                             ).saying("renorm: non-positive-norm not supported" if p <= 0 else
                                      f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
        norm = VectorNorm.forward(input, p, other_dims(dim, input.ndim), True)
        return input * np.where(norm > maxnorm, maxnorm / (norm + TINY), 1).astype(input.dtype)

    def grad_input(F, g, input, p, dim, maxnorm, input_shape, input_dtype):
        where = other_dims(dim, len(input_shape))
        norm = F.linalg_vector_norm(input, p, where, True)
        over, scale = norm > maxnorm, maxnorm / (norm + TINY)
        along = F.sum(g * input, where, True) * -scale / (norm + TINY)
        pull = VectorNorm.grad_input(F, along, input, norm, p, where, True, input_shape, input_dtype)
        return F.where(over, g * scale + pull, g)


TINY = 1e-7     # what PyTorch adds to a norm before it divides by it


def other_dims(dim, ndim):
    """All dimensions but `dim`."""
    return tuple(i for i in range(ndim) if i != axis(dim, ndim))
