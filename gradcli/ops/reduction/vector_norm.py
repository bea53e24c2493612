"""The norms of vectors and their slopes."""

import numpy as np

from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Dims, Flag, NormOrder, Type
from gradcli.engine.kernels import LARGE, full_sum
from gradcli.faults.tree import ShapeFault
from gradcli.ops.arrays import TYPES
from gradcli.ops.dtype_checks import norm_types
from gradcli.ops.reduction.reduce import GRID, Reduction, axes, restored


class Norm(Op):
    """norm(input, p, dim, keepdim, dtype): the p-norm of all elements, or along `dim`; the slope at 0 is 0."""

    complex = True
    samples = [(GRID,), (GRID, 1), (GRID, 3.0, 0), (GRID, 2, 1, True), (GRID, float("inf")), (GRID, 0),
               (GRID, float("-inf"), 1), (GRID, "nuc")]
    errors = [(GRID, 2, 5), (GRID, "nonsense")]

    def compose(F, input, p: NormOrder = "fro", dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        if p == "nuc":
            return F.linalg_matrix_norm(input, p, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
        order = 2 if p in ("fro", None) else p
        return F.linalg_vector_norm(input, order, dim, keepdim, dtype=dtype)


class VectorNorm(Reduction):
    """linalg.vector_norm(input, ord, dim, keepdim, dtype): the norm of order `ord` of all elements, or along `dim`."""

    complex = True
    memory_order = "rows"
    names = ("linalg.vector_norm",)
    variant = None
    legacy_names = "reduce.Norm"
    modern_names = "LinalgVectorNormBackward0"
    samples = [(GRID,), (GRID, 1), (GRID, 3.0, 0), (GRID, 2, 1, True), (GRID, float("inf")), (GRID, 0),
               (GRID, float("-inf"), 1), (GRID, 0.5), (GRID, 2, None, False, np.dtype(np.float64))]

    def forward(input: Array, ord=2, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        if ord == 2 and dim is dtype is None and not keepdim and input.ndim == 1 and input.dtype in TYPES and (
                1 < input.size < LARGE):
            return np.sqrt(full_sum(np.multiply(input, input)))
        norm_types("linalg.vector_norm", input.dtype, dtype)
        input = input if dtype is None else input.astype(dtype)
        if input.dtype.kind == "c":
            input = np.abs(input)
        if input.dtype == np.float16:
            return np.asarray(VectorNorm.forward(input.astype(np.float32), ord, dim, keepdim)).astype(np.float16)
        where = axes(dim, input.ndim)
        if ord and all(input.shape[i] == 1 for i in where):     # a number alone: no power of it overflows
            return np.maximum.reduce(np.abs(input), where, None, None, keepdim)
        if not input.size and (ord < 0 or ord == float("inf")):
            _refuse_empty(ord, input.shape, None if dim is None else where)
        return norm_of(input, ord, where, keepdim)

    def grad_input(F, g, input, out, ord, dim, keepdim, input_shape, input_dtype):
        if ord == 0:
            return None
        g, out = (restored(F, x, input_shape, dim, keepdim) for x in (g, out))
        return F.cast(norm_slope(F, g, input, out, ord, axes(dim, len(input_shape))), input_dtype)


def norm_of(input, ord, where, keepdim=False):
    """The norm of order `ord` along dimensions `where`, by the sum of powers."""
    if ord == 2:
        return np.sqrt(np.add.reduce(input * input, where, None, None, keepdim))
    size = np.abs(input)
    if ord == float("inf"):
        return np.maximum.reduce(size, axis=where, keepdims=keepdim)
    if ord == float("-inf"):
        return np.minimum.reduce(size, axis=where, keepdims=keepdim)
    if ord == 0:
        return np.add.reduce(size != 0, axis=where, keepdims=keepdim, dtype=input.dtype)
    if ord == 1:
        return np.add.reduce(size, axis=where, keepdims=keepdim)
    return np.add.reduce(size**ord, axis=where, keepdims=keepdim) ** (1.0 / ord)


def _refuse_empty(ord, shape, where):
    """Refuse a norm of no numbers that has no value: the greatest or least of them, or a negative order."""
    name = f"linalg.vector_norm cannot compute the {f'{ord:g}'} norm on"
    if where is None:
        raise ShapeFault(f"{name} an empty tensor because the operation does not have an identity")
    for dim in where if isinstance(where, tuple) else (where,):
        if not shape[dim]:
            raise ShapeFault(f"{name} the dimension {dim} because this dimension is empty and the operation does not "
                             "have an identity")


def norm_slope(F, g, input, out, ord, where):
    """The gradient of the norm `out` of order `ord` along dimensions `where`: 0 where the norm is 0, whose own slope
    there is nan, as in PyTorch: what is masked is the quotient, not its parts."""
    if ord == 1:
        return F.sign(input) * g
    if ord == 2:
        if F is raw and out.ndim == 0 and out:
            return g * (input / out)
        return g * F.where(out == 0, 0, input / out)
    size = F.abs(input)
    if ord in (float("inf"), float("-inf")):
        ties = F.logical_or(size == out, F.isnan(size))
        return F.sign(input) * (g / F.cast(F.sum(ties, where, True), g.dtype) * F.cast(ties, g.dtype))
    if ord < 1:
        return F.sign(input) * F.where(input == 0, 0, size ** (ord - 1)) * g * out ** (1 - ord)
    power = F.sign(input) * size ** (ord - 1) if ord < 2 else input * size ** (ord - 2)
    return power * F.where(out == 0, 0, g / out ** (ord - 1))
