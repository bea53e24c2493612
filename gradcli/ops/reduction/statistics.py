"""Products, sums and other summaries of the elements along dimensions."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array, Dim, Dims, Flag, Number, Type
from gradcli.engine.kernels import LARGE, ZERO, full_sum, sums
from gradcli.engine.large import SOME
from gradcli.engine.numerics import elementary
from gradcli.engine.tensor.dtypes import FLOATING, INEXACT, OF, Default, category
from gradcli.engine.tensor.methods import axis
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.dtype_checks import numpy_dtype
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
        if F is raw and np.count_nonzero(input) < input.size - 1:
            return F.zeros_like(input)      # also where the gradient of the product is infinite or nan
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
        if category(numpy_dtype(input)) < FLOATING:
            raise TypeFault("nanmean(): expected input to have floating point or complex dtype but got "
                            f"{OF[numpy_dtype(input)].era}", ("x.float().nanmean()", "the mean of a floating copy"))
        return F.nansum(input, dim, keepdim, dtype=dtype) / F.sum(input == input, dim, keepdim)


class Logsumexp(ComplexOp):
    """logsumexp(input, dim, keepdim): log(sum(exp(input))) along `dim`, without overflow."""

    vanished = "stay"
    memory_order = "rows"
    names = ("logsumexp", "special.logsumexp")
    samples = [(GRID, 0), (GRID, (0, 1)), (GRID, -1, True), ([[900.0, 901.0], [-900.0, 3.0]], 1)]
    errors = [(GRID, 5), ("text", 0)]

    def forward(input: Array, dim: Dims, keepdim: Flag = False):
        x = input if input.dtype.kind in INEXACT else input.astype(Default.floating)
        where = axes(dim, x.ndim)
        if x.dtype.kind == "c":
            return _complex_logsumexp(x, where, keepdim)
        if not x.size:
            return elementary.log(np.add.reduce(elementary.exp(x), axis=where, keepdims=keepdim))
        if x.size >= SOME and len(where) == 1 and large.rows.fits(x, where[0]):
            result = large.rows.logsumexp(x)
            return result if keepdim else result.squeeze(where)
        if x.ndim == 1 and not keepdim and x.size < LARGE and math.isfinite(x.item(at := x.argmax())):
            e = np.subtract(x, x[at, ...])
            e = elementary.exp(e, e)
            return elementary.log(full_sum(e)) + x[at]
        top = np.asarray(np.maximum.reduce(x, where, None, None, True))
        if np.count_nonzero(np.isfinite(top)) < top.size:
            top = np.where(np.isfinite(top), top, ZERO[x.dtype])
        e = np.asarray(np.subtract(x, top))
        e = elementary.exp(e, e)
        result = np.asarray(sums(e, where, True))
        result = elementary.log(result, result)
        np.add(result, top, result)
        return result if keepdim else result.squeeze(where)

    def grad_input(F, g, input, out, dim, keepdim, input_shape):
        g, out = (restored(F, x, input_shape, dim, keepdim) for x in (g, out))
        if F is raw and input.size >= SOME:
            return large.rows.logsumexp_slope(input, out, g)
        if F is raw and input.ndim:
            e = np.subtract(input, out)
            e = elementary.exp(e, e)
            return np.multiply(g, e, e) if g.dtype is e.dtype else g * e
        return g * F.exp(input - out)


def _complex_logsumexp(x, where, keepdim):
    """logsumexp of complex numbers, the greatest real part of which is taken out."""
    if not x.size:
        return elementary.log(np.add.reduce(elementary.exp(x), axis=where, keepdims=keepdim))
    top = np.asarray(np.maximum.reduce(x.real, where, None, None, True))
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    result = np.asarray(elementary.log(np.add.reduce(elementary.exp(x - top), where, None, None, True)) + top)
    return result if keepdim else result.squeeze(where)


class Dist(ComplexOp):
    """dist(input, other, p): the p-norm of input - other."""

    refuses_bool_with_number = True
    complex_rules = "own"
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
        return VectorNorm.grad_input(F, g, off, out, p, None, False, off.shape, off.dtype)

    def grad_other(F, g, input, other, out, p):
        off = input - other
        return -VectorNorm.grad_input(F, g, off, out, p, None, False, off.shape, off.dtype)


class Renorm(ComplexOp):
    """renorm(input, p, dim, maxnorm): each slice along `dim` whose p-norm is above maxnorm scaled down to it."""

    complex_rules = ""
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
