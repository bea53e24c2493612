"""Diagonals: seen, made into matrices, replaced; and parts of tensors replaced by others."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Dim, Int
from gradcli.engine.result_layout import dense_copy
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tree import IndexFault, ShapeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.reduction.reduce import total

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
CUBE = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]


def two_dims(dim1, dim2, ndim, name):
    """Two different dimensions counted from the front."""
    a, b = axis(dim1, ndim), axis(dim2, ndim)
    if a == b:
        home = "" if name == "diagonal()" else f"{name}: "
        raise ShapeFault(f"{home}diagonal dimensions cannot be identical {dim1}, {dim2}")
    return a, b


class Diagonal(ComplexOp):
    """diagonal(input, offset, dim1, dim2): a view of the diagonal of two dimensions, as the last one."""

    gradient_names = "DiagonalBackwardBackward0"
    samples = [(GRID,), (GRID, 1), (GRID, -1), (CUBE, 0, 2), (CUBE, 0, 0, 2)]
    errors = [(GRID, 0, 1, 1), (GRID, 0, 5), ([1.0],)]

    def forward(input: Array, offset: Int = 0, dim1: Dim = 0, dim2: Dim = 1):
        a, b = two_dims(dim1, dim2, input.ndim, "diagonal()")
        diagonal = input.diagonal(offset, a, b)
        diagonal.flags.writeable = input.flags.writeable
        return diagonal

    def grad_input(F, g, offset, dim1, dim2, input_shape, input_dtype):
        return F.diagonal_scatter(F.zeros(input_shape, dtype=input_dtype), g, offset, dim1, dim2)


class LinalgDiagonal(ComplexOp):
    """linalg.diagonal(A, offset, dim1, dim2): a view of the diagonal of matrices, the last two dimensions."""

    names = ("linalg.diagonal",)
    samples = [(GRID,), (GRID, 1), (CUBE, 0, 0), (CUBE, 0, 0, 1)]
    errors = [(GRID, 0, 1, 1), ([1.0],)]

    def compose(F, A, *, offset: Int = 0, dim1: Dim = -2, dim2: Dim = -1):
        return F.diagonal(A, offset, dim1, dim2)


class DiagEmbed(ComplexOp):
    """diag_embed(input, offset, dim1, dim2): matrices of zeros with the last dimension of input on a diagonal."""

    samples = [(GRID,), (GRID, 1), (GRID, -1), (GRID, 0, 0), (GRID, 1, 0, 1)]
    errors = [(GRID, 0, 1, 1), (GRID, 0, 5)]

    def result_size(input, offset=0, *_):
        return input.size * (input.shape[-1] + abs(offset)) if input.ndim else 0

    def forward(input: Array, offset: Int = 0, dim1: Dim = -2, dim2: Dim = -1):
        a, b = two_dims(dim1, dim2, input.ndim + 1, "diag_embed()")
        n = input.shape[-1] + abs(offset)
        out = np.zeros((*input.shape[:-1], n * n), input.dtype)
        first = offset if offset > 0 else -offset * n
        out[..., first : first + input.shape[-1] * (n + 1) : n + 1] = input
        out = out.reshape(*input.shape[:-1], n, n)
        return out if (a, b) == (out.ndim - 2, out.ndim - 1) else np.moveaxis(out, (-2, -1), (a, b))

    def grad_input(F, g, offset, dim1, dim2):
        return F.diagonal(g, offset, dim1, dim2)


class Diag(ComplexOp):
    """diag(input, diagonal): a matrix with the vector input on a diagonal; of a matrix, a copy of its diagonal."""

    legacy_names = "linalg.Diag"
    modern_names = ("DiagEmbedBackward0", "DiagonalBackward0_copy")
    samples = [([1.0, 2.0],), (GRID,), (GRID, 1), ([1.0, 2.0], -1)]
    errors = [(CUBE,), (GRID, "text")]

    def variant(input, diagonal):
        return int(input.array.ndim == 2)

    def result_size(input, diagonal=0):
        return (input.size + abs(diagonal)) ** 2 if input.ndim == 1 else 0

    def forward(input: Array, diagonal: Int = 0):
        if input.ndim not in (1, 2):
            raise ShapeFault(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D",
                             ("x.diagonal(dim1=-2, dim2=-1)", "of each matrix in a batch"))
        return np.array(np.diag(input, diagonal))

    def grad_input(F, g, diagonal, input_shape, input_dtype):
        if len(input_shape) == 1:
            return F.diagonal(g, diagonal)
        return F.diagonal_scatter(F.zeros(input_shape, dtype=input_dtype), g, diagonal)


class Diagflat(ComplexOp):
    """diagflat(input, offset): a matrix with all elements of input, row by row, on a diagonal."""

    samples = [(GRID,), ([1.0, 2.0], 1)]

    def compose(F, input, offset: Int = 0):
        return F.diag_embed(F.reshape(input, (-1,)), offset)


class Trace(ComplexOp):
    """trace(input): the sum of the diagonal of a matrix."""

    legacy_names = "linalg.Trace"
    samples = [(GRID,)]
    errors = [([1.0],), ("text",)]

    def forward(input: Array):
        if input.ndim != 2:
            raise ShapeFault("trace: expected a matrix", ("x.diagonal(dim1=-2, dim2=-1).sum(-1)", "for a batch")
                             ).saying(
                f"trace: expected a matrix, but got tensor with dim {input.ndim}")
        return total(input.diagonal(), (0,), False)

    def grad_input(F, g, input_shape, input_dtype):
        return F.diagonal_scatter(F.zeros(input_shape, dtype=input_dtype), F.expand(g, (min(input_shape),)))


def check_size(src, room, name):
    """Refuse a source that is not of the size of the part it replaces."""
    if src.shape != room:
        raise ShapeFault(f"expected src to have a size equal to the {name} of self. src size = {list(src.shape)}, "
                         f"{name} size = {list(room)}")


class DiagonalScatter(ComplexOp):
    """diagonal_scatter(input, src, offset, dim1, dim2): input with the diagonal of two dimensions replaced by src."""

    samples = [(GRID, [7.0, 8.0]), (GRID, [7.0, 8.0], 1), (CUBE, [[1.0, 2.0], [3.0, 4.0]], 0, 2),
               (CUBE, [[1.0, 2.0], [3.0, 4.0]], 0, 0, 2)]
    errors = [(GRID, [7.0]), (GRID, [7.0, 8.0], 0, 1, 1)]

    def forward(input: Array, src: Array, offset: Int = 0, dim1: Dim = 0, dim2: Dim = 1):
        a, b = two_dims(dim1, dim2, input.ndim, "diagonal_scatter()")
        out = dense_copy(input)
        diagonal = out.diagonal(offset, a, b)
        diagonal.flags.writeable = True
        check_size(src, diagonal.shape, "diagonal")
        diagonal[...] = src
        return out

    def grad_input(F, g, offset, dim1, dim2, src_shape, src_dtype):
        return F.diagonal_scatter(g, F.zeros(src_shape, dtype=src_dtype), offset, dim1, dim2)

    def grad_src(F, g, offset, dim1, dim2, src_dtype):
        return F.cast(F.diagonal(g, offset, dim1, dim2), src_dtype)


class SelectScatter(ComplexOp):
    """select_scatter(input, src, dim, index): input with the slice at one place along `dim` replaced by src."""

    samples = [(GRID, [7.0, 8.0, 9.0], 0, 1), (GRID, [7.0, 8.0], -1, -2)]
    errors = [(GRID, [7.0], 0, 1), (GRID, [7.0, 8.0, 9.0], 0, 5), (GRID, [7.0, 8.0, 9.0], 4, 0)]

    def forward(input: Array, src: Array, dim: Dim, index: Int):
        at = axis(dim, input.ndim)
        if not input.ndim or not -input.shape[at] <= index < input.shape[at]:
            raise IndexFault(f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
                             f"dimension {at}")
        check_size(src, (*input.shape[:at], *input.shape[at + 1 :]), "slice")
        out = dense_copy(input)
        out[(slice(None),) * at + (index,)] = src
        return out

    def grad_input(F, g, dim, index, src_shape, src_dtype):
        return F.select_scatter(g, F.zeros(src_shape, dtype=src_dtype), dim, index)

    def grad_src(F, g, dim, index, src_dtype):
        return F.cast(F.select(g, dim, index), src_dtype)


class SliceScatter(ComplexOp):
    """slice_scatter(input, src, dim, start, end, step): input with the slice start:end:step along `dim` replaced."""

    samples = [(GRID, [[7.0, 8.0, 9.0]], 0, 1), (GRID, [[7.0], [8.0]], 1, 2), (GRID, [[7.0], [8.0]], 1, 0, 1),
               (GRID, [[7.0, 9.0], [8.0, 1.0]], 1, 0, 3, 2), (GRID, GRID)]
    errors = [(GRID, [[7.0]], 0, 1), (GRID, GRID, 4), (GRID, GRID, 0, None, None, -1)]

    def forward(input: Array, src: Array, dim: Dim = 0, start: Int = None, end: Int = None, step: Int = 1):
        key = slice_key(dim, start, end, step, input.ndim)
        out = dense_copy(input)
        check_size(src, out[key].shape, "slice")
        out[key] = src
        return out

    def grad_input(F, g, dim, start, end, step, src_shape, src_dtype):
        return F.slice_scatter(g, F.zeros(src_shape, dtype=src_dtype), dim, start, end, step)

    def grad_src(F, g, dim, start, end, step, src_dtype):
        return F.cast(F.getitem(g, slice_key(dim, start, end, step, len(g.shape)), ()), src_dtype)


def slice_key(dim, start, end, step, ndim):
    """The numpy key of a slice along one dimension."""
    if not ndim:
        raise ShapeFault("slice() cannot be applied to a 0-dim tensor.", ("x.view(1)", "a vector of one element"))
    if step <= 0:
        raise ShapeFault("slice step must be positive", ("torch.flip(x, [0])", "the rows in reverse"))
    return (slice(None),) * axis(dim, ndim) + (slice(start, end, step),)
