"""The norms of vectors and their slopes."""

import math

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array, Dims, Flag, NormOrder, Type
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import LARGE
from gradcli.engine.numerics import elementary
from gradcli.engine.numerics.cascade_sum import MOST, REGISTER
from gradcli.engine.numerics.fma import multiply_add
from gradcli.engine.tensor.dtypes import HALVES, float32
from gradcli.faults.tree import ShapeFault
from gradcli.ops.arrays import TYPES
from gradcli.ops.base import ComplexOp
from gradcli.ops.dtype_checks import check_norm_types
from gradcli.ops.reduction.reduce import GRID, Reduction, axes, restored


class Norm(ComplexOp):
    """norm(input, p, dim, keepdim, dtype): the p-norm of all elements, or along `dim`; the slope at 0 is 0."""

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
    complex_rules = "own"
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
            if input.size < 4 and input.dtype is float32:
                return np.sqrt(np.float32(_sum_of_few_squares(input)))
            return np.sqrt(sums_of_squares(input.reshape(1, -1))[0])
        check_norm_types("linalg.vector_norm", input.dtype, dtype)
        input = input if dtype is None else input.astype(dtype)
        if input.dtype.kind == "c":
            input = np.abs(input)
        if input.dtype in HALVES:
            return np.asarray(VectorNorm.forward(input.astype(np.float32), ord, dim, keepdim)).astype(input.dtype)
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
    if type(where) is int:
        where = (where % input.ndim,)
    inner = where == tuple(range(input.ndim - len(where), input.ndim)) and 0 < input.size < MOST
    if ord == 2:
        if inner and input.flags.c_contiguous and input.dtype in TYPES:
            return np.sqrt(_in_shape(sums_of_squares(_rows(input, where)), input, where, keepdim))
        return np.sqrt(np.add.reduce(input * input, where, None, None, keepdim))
    size = np.abs(input)
    if ord == float("inf"):
        return np.maximum.reduce(size, axis=where, keepdims=keepdim)
    if ord == float("-inf"):
        return np.minimum.reduce(size, axis=where, keepdims=keepdim)
    if ord == 0:
        return np.add.reduce(size != 0, axis=where, keepdims=keepdim, dtype=input.dtype)
    if inner and input.dtype in TYPES:      # one after the other, as PyTorch adds them
        power = size if ord == 1 else elementary.power(size, constant(ord, size.dtype))
        total = np.add.accumulate(_rows(power, where), axis=1)[:, -1]
        total = total if ord == 1 else elementary.power(total, constant(1.0 / ord, size.dtype))
        return _in_shape(total, input, where, keepdim)
    if ord == 1:
        return np.add.reduce(size, axis=where, keepdims=keepdim)
    return np.add.reduce(size**ord, axis=where, keepdims=keepdim) ** (1.0 / ord)


def _rows(array, where):
    """The last dimensions, `where`, as the rows of a matrix."""
    return array.reshape(-1, math.prod([array.shape[i] for i in where]))


def _in_shape(totals, input, where, keepdim):
    """The results of the rows in the shape of a reduction of the last dimensions."""
    return totals.reshape(input.shape[: input.ndim - len(where)] + (1,) * (len(where) if keepdim else 0))


def _sum_of_few_squares(array):
    """`sums_of_squares` of up to three numbers of single precision, whose squares are exact in double."""
    total = 0.0
    for number in array.tolist():
        total = float(np.float32(number * number + total))
    return total


def sums_of_squares(rows):
    """The sum of squares of each row of a matrix, in PyTorch's order: in the lanes of a register, which are added one
    after the other, then squares by fours, and the last ones in one rounding with the sum."""
    height, count = rows.shape
    lanes = REGISTER // rows.itemsize
    full = count - count % lanes
    plain = count - count % 4
    parts = []
    if full:
        head = rows[:, :full].reshape(height, -1, lanes)
        parts.append(np.add.reduce(head * head, axis=1))
    if plain > full:
        middle = rows[:, full:plain]
        parts.append(middle * middle)
    total = np.zeros(height, rows.dtype)
    if parts:
        total = np.add.accumulate(parts[0] if len(parts) == 1 else np.concatenate(parts, 1), axis=1)[:, -1]
    for i in range(plain, count):
        last = rows[:, i]
        total = multiply_add(last, last, total)
    return total


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
        return F.sgn(input) * g
    if ord == 2:
        if F is raw and out.ndim == 0 and out:
            return g * (input / out)
        return g * F.where(out == 0, 0, input / out)
    size = F.abs(input)
    if ord in (float("inf"), float("-inf")):
        ties = F.logical_or(size == out, F.isnan(size))
        return F.sgn(input) * (g / F.cast(F.sum(ties, where, True), g.dtype) * F.cast(ties, g.dtype))
    if ord < 1:
        return F.sgn(input) * F.where(input == 0, 0, size ** (ord - 1)) * g * out ** (1 - ord)
    power = F.sgn(input) * size ** (ord - 1) if ord < 2 else input * size ** (ord - 2)
    return power * F.where(out == 0, 0, g / out ** (ord - 1))
