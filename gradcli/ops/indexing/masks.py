"""Masks: elements filled, selected and replaced where a truth value holds; triangles; where the non-zeros stand."""

from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, Flag, Index, Int, Operand, Type, sized
from gradcli.engine.autograd.type_promotion import checked_constant
from gradcli.engine.kernels import ZERO
from gradcli.engine.messages.numpy_errors import broadcast_clash
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import CTYPES, OF
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.arrays import BOOL, FEW, TYPES, min_and_max, open_grid
from gradcli.ops.base import ComplexOp, define
from gradcli.ops.creation.create import Creation, checked_size

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
HOLES = np.array([[True, False, True], [False, False, True]])
ROW = np.array([True, False, True])


def as_bool_mask(mask, name):
    """A mask as truth values; bytes are taken as the masks they were in 0.1.12."""
    if mask.dtype is BOOL:
        return mask
    if mask.dtype == np.uint8 and Current.legacy:
        return mask != 0
    raise TypeFault(f"{name}() only supports boolean masks, but got mask with dtype {OF[mask.dtype].name}",
                    ("mask != 0", "as truth values")).saying(
        f"masked_fill_ only supports boolean masks, but got mask with dtype {CTYPES[OF[mask.dtype].era]}"
        if name == "masked_fill" else
        f"masked_scatter_ only supports boolean masks, but got mask with dtype {OF[mask.dtype].era}"
        if name == "masked_scatter" else f"{name}: expected BoolTensor for mask")


def broadcast_shape(array, mask):
    """The shape in which a tensor and its mask meet."""
    clash = broadcast_clash((mask.shape, array.shape))
    if clash:
        raise ShapeFault(clash, notes=(f"the tensor is {sized(array.shape)}, the mask {sized(mask.shape)}",))
    return array.shape if array.shape == mask.shape else np.broadcast_shapes(array.shape, mask.shape)


def broadcast_view(array, shape):
    """An array seen with a shape, to be read."""
    return array if array.shape == shape else np.broadcast_to(array, shape)


def fill_number(value, name):
    """A value to fill with, which must be one number."""
    if np.ndim(value):
        raise ShapeFault(f"{name} only supports a 0-dimensional value tensor, but got tensor with {np.ndim(value)} "
                         "dimension(s).", ("torch.where(mask, values, x)", "takes one value for each element")).saying(
            f"{name}_ only supports a 0-dimensional value tensor, but got tensor with {np.ndim(value)} dimension(s).")
    return value


class MaskedFill(ComplexOp):
    """masked_fill(input, mask, value): input with value wherever the mask holds."""

    memory_order = "rows"
    inplace = True
    fills = True
    legacy_names = "tensor.MaskedFill"
    modern_names = ("MaskedFillBackward0", "MaskedFillBackward1")
    samples = [(GRID, HOLES, 7.5), (GRID, ROW, -1), ([1.0, 2.0, 3.0], HOLES, 0)]
    errors = [(GRID, np.array([True, False]), 1), (GRID, GRID, 1), (GRID, HOLES, [1.0, 2.0])]

    def variant(input, mask, value):
        return int(isinstance(value, Tensor))

    def forward(input: Array, mask: Index, value: Operand):
        mask = as_bool_mask(mask, "masked_fill")
        if input.ndim and mask.shape == input.shape and input.dtype in TYPES and type(value) in (int, float):
            out = input.copy()
            np.copyto(out, checked_constant(value, input.dtype), where=mask)
            return out
        out = np.array(np.broadcast_to(input, broadcast_shape(input, mask)))
        value = to_element(fill_number(value, "masked_fill"), out.dtype)
        np.copyto(out, np.asarray(value).astype(out.dtype), where=mask)
        return out

    def grad_input(F, g, mask):
        return F.masked_fill(g, mask, 0)

    def grad_value(F, g, mask):
        return F.where(mask, g, 0)


class MaskedSelect(ComplexOp):
    """masked_select(input, mask): the elements where the mask holds, row by row, as a vector."""

    saved_for_versions = ("input",)
    legacy_names = "tensor.MaskedSelect"
    no_overlap = True
    samples = [(GRID, HOLES), (GRID, ROW), ([1.0, 2.0, 3.0], HOLES)]
    errors = [(GRID, np.array([True, False])), (GRID, GRID)]

    def forward(input: Array, mask: Index):
        shape = broadcast_shape(input, mask)
        return broadcast_view(input, shape)[broadcast_view(as_bool_mask(mask, "masked_select"), shape)]

    def grad_input(F, g, input, mask):
        shape = tuple(input.shape)
        shape = shape if shape == mask.shape else np.broadcast_shapes(shape, tuple(mask.shape))
        return F.masked_scatter(F.zeros(shape, dtype=input.dtype), mask, g)


class MaskedScatter(ComplexOp):
    """masked_scatter(input, mask, source): input with the elements of source, in their order, where the mask holds."""

    memory_order = "rows"
    names = ("masked_scatter", "masked_copy")
    inplace = True
    legacy_names = "tensor.MaskedCopy"
    samples = [(GRID, HOLES, [1.5, 2.5, 3.5, 4.5]), (GRID, ROW, GRID), ([1.0, 2.0, 3.0], HOLES, [1.5, 2.5, 3.5])]
    errors = [(GRID, np.array([True, False]), GRID), (GRID, HOLES, [1.0]), (GRID, GRID, GRID)]

    def forward(input: Array, mask: Index, source: Array):
        if input.dtype != source.dtype:
            raise TypeFault("masked_scatter: expected self and source to have same dtypes but got "
                            f"{OF[input.dtype].name} and {OF[source.dtype].name}")
        shape = broadcast_shape(input, mask)
        out, mask = np.array(broadcast_view(input, shape)), broadcast_view(as_bool_mask(mask, "masked_scatter"), shape)
        count = int(np.count_nonzero(mask))
        if source.size < count:
            raise ShapeFault(f"masked_scatter: the mask holds {count} times and source has {source.size} "
                             "elements").saying(
                "Number of elements of source < number of ones in mask")
        out[mask] = source.reshape(-1)[:count]
        return out

    def grad_input(F, g, mask):
        return F.masked_fill(g, mask, 0)

    def grad_source(F, g, mask, source_shape):
        selected, n = F.masked_select(g, mask), 1
        for length in source_shape:
            n *= length
        rest = F.zeros((n - selected.shape[0],), dtype=g.dtype)
        return F.reshape(F.cat((selected, rest), 0), source_shape)


class Nonzero(ComplexOp):
    """nonzero(input, as_tuple): the places of elements that are not zero, a row each; or the same as one tensor for
    each dimension."""

    samples = [(GRID,), ([[0.0, 1.0], [2.0, 0.0]],), ([[0.0, 1.0], [2.0, 0.0]], True)]

    def forward(input: Array, *, as_tuple: Flag = False):
        return nonzero_indices(input) if as_tuple else argwhere(input)


def nonzero_indices(array):
    """For each dimension, where along it the elements stand that are not zero."""
    return np.nonzero(array.reshape(1) if not array.ndim else array)


def argwhere(array):
    """np.argwhere: where the elements stand that are not zero, a row each."""
    if array.ndim == 1:
        return array.nonzero()[0].reshape(1, -1).T
    return np.array(array.nonzero()).T if array.ndim else np.argwhere(array)


class Argwhere(ComplexOp):
    """argwhere(input): the places of elements that are not zero, a row each."""

    samples = [(GRID,), ([[0.0, 1.0], [2.0, 0.0]],)]

    def forward(input: Array):
        return argwhere(input)


class Triangle(ComplexOp, abstract=True):
    """A matrix, or each of a batch, with zeros on one side of a diagonal."""

    inplace = True
    samples = [(GRID,), (GRID, 1), (GRID, -1), ([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]],)]
    errors = [([1.0, 2.0],), (GRID, "text")]


def check_matrix(array, name):
    """`array`, which must have rows and columns."""
    if array.ndim < 2:
        raise ShapeFault(f"{name}: input tensor must have at least 2 dimensions")
    return array


def triangle(shape, diagonal):
    """np.tri: truth values that hold up to a diagonal of a matrix."""
    return (_cached_triangle if shape[0] * shape[1] <= FEW else _triangle)(shape, diagonal)


def _triangle(shape, diagonal):
    rows, columns = open_grid(shape)
    return np.greater_equal(rows, columns - max(min(diagonal, shape[1]), -shape[0] - 1))


_cached_triangle = lru_cache(64)(_triangle)


class Tril(Triangle):
    """tril(input, diagonal): the lower triangle, up to a diagonal counted from the main one; zeros above."""

    memory_order = "rows"
    legacy_names = "linalg.Tril"

    def forward(input: Array, diagonal: Int = 0):
        return np.where(triangle(check_matrix(input, "tril").shape[-2:], diagonal), input, ZERO[input.dtype])

    def grad_input(F, g, diagonal):
        return F.tril(g, diagonal)


class Triu(Triangle):
    """triu(input, diagonal): the upper triangle, from a diagonal counted from the main one; zeros below."""

    memory_order = "rows"
    legacy_names = "linalg.Triu"

    def forward(input: Array, diagonal: Int = 0):
        return np.where(triangle(check_matrix(input, "triu").shape[-2:], diagonal - 1), ZERO[input.dtype], input)

    def grad_input(F, g, diagonal):
        return F.triu(g, diagonal)


def _triangle_indices(indices):
    def forward(row: Int, col: Int, offset: Int = 0, *, dtype: Type = None):
        return np.array(indices(checked_size((row, col))[0], offset, col), dtype or np.int64)

    return forward


for _name, _text, _indices in (("tril", "a lower", np.tril_indices), ("triu", "an upper", np.triu_indices)):
    define(Creation, __name__, f"{_name}_indices", f"{_name.title()}Indices",
           f"(row, col, offset, dtype): the rows and columns of the elements of {_text} triangle.",
           forward=_triangle_indices(_indices), result_size=lambda row, col, *_: row * col,
           samples=[(3, 3), (2, 4, 1)], errors=[(-1, 3), ("text", 3)])


class OneHot(Op):
    """one_hot(input, num_classes): for each whole number a row of zeros with a one in its place."""

    memory_order = "rows"
    names = ("nn.functional.one_hot",)
    samples = [(np.array([0, 2, 1]),), (np.array([[0], [1]]), 4)]
    errors = [(np.array([0, 5]), 3), (np.array([-1]),), ([1.0],)]

    def result_size(input, num_classes=-1, *_):
        return input.size * max(num_classes, int(input.max(initial=0)) + 1)

    def forward(input: Index, num_classes: Int = -1):
        if input.dtype != np.int64:
            raise TypeFault("one_hot is only applicable to index tensor of type LongTensor.", ("x.long()", "as such"))
        least, most = min_and_max(input) if input.size else (0, -1)
        if least < 0:
            raise UnfitValue("Class values must be non-negative.")
        if not input.size and num_classes <= 0:
            raise UnfitValue("Can not infer total number of classes from empty tensor.")
        count = most + 1 if num_classes == -1 else num_classes
        if input.size and most >= count or count < 1:
            raise UnfitValue("Class values must be smaller than num_classes.", f"F.one_hot(x, {most + 1})")
        return np.equal(input[..., None], np.arange(count)).astype(np.int64)


class MaskedSoftmax(Op):
    """masked.softmax(input, dim, dtype, mask): softmax along `dim` of the elements where mask holds; 0 elsewhere."""

    names = ("masked.softmax",)
    samples = [([[1.0, 2.0, 3.0]], 1), ([[1.0, 2.0, 3.0]], 1, None, HOLES[:1])]
    errors = [([1.0, 2.0], 3), ("text", 0)]

    def compose(F, input, dim: Dim, *, dtype: Type = None, mask: Index = None):
        input = input if dtype is None else F.cast(input, dtype)
        return F.softmax(input if mask is None else F.where(mask, input, float("-inf")), dim)
