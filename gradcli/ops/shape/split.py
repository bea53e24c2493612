"""One tensor into several: views of its parts along a dimension."""

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.result_size import length_along
from gradcli.engine.autograd.signature import Array, Dim, DimOrTensor, Dims, Int, sized
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import IndexFault, ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.dtype_checks import numpy_dtype

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
ROW = [1.0, 2.0, 3.0, 4.0, 5.0]
VIEW_BYTES = 256        # of a view, without the elements that it looks at
VIEW_SIZE = VIEW_BYTES // 4      # the same as a number of elements


def pieces(array, lengths, at):
    """Views of pieces of these lengths along a dimension, one after the other."""
    views, start, before = [], 0, (slice(None),) * at
    for n in lengths:
        views.append(array[(*before, slice(start, start + n))])
        start += n
    return tuple(views)


def joined_gradients(F, g, lengths, dim, shape, dtype):
    """The gradients of pieces concatenated, with zeros for undefined ones."""
    at = axis(dim, len(shape))
    parts = [F.zeros((*shape[:at], n, *shape[at + 1 :]), dtype=dtype) if part is None else part
             for n, part in zip(lengths, g, strict=True)]
    return np.ascontiguousarray(np.concatenate(parts, at)) if F is raw else F.cat(parts, at)


def lengths_of(size, n, at=0):
    """The lengths of pieces of a dimension of length n: all of `size` but the last, or as listed."""
    if type(size) is tuple:
        if sum(size) != n or any(k < 0 for k in size):
            raise ShapeFault(f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at "
                             f"dimension {at}), but got split_sizes={list(size)}")
        return size
    if size < 0 or not size and n:
        raise ShapeFault(f"split expects split_size be non-negative, but got split_size={size}" if size < 0 else
                         f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
    return (size,) * (n // size) + ((n % size,) if n % size else ()) or (n,) if size else (0,)


def split_dim(dim, array, name):
    """The dimension to cut along; a number without dimensions cannot be cut."""
    if not array.ndim:
        fault = IndexFault if name == "unbind" else ShapeFault
        raise fault(f"{name} expects at least a 1-dimensional tensor").saying(
            "Dimension specified as 0 but tensor has no dimensions" if name == "unbind" else
            f"{name} expects at least a 1-dimensional tensor")
    return axis(dim, array.ndim)


class Split(ComplexOp):
    """split(input, split_size_or_sections, dim): views of pieces of one size along `dim`, or of the sizes listed."""

    names = ("split", "unsafe_split")
    multi_output = several_views = True
    legacy_names = "tensor.Index"
    modern_names = ("SplitBackward0", "SplitWithSizesBackward0")
    samples = [(ROW, 2), (ROW, (1, 4)), (GRID, 2, 1), (GRID, (0, 2), -2)]
    errors = [(ROW, (1, 1)), (ROW, -1), (GRID, 1, 5)]

    def variant(input, size, dim):
        return int(type(size) is tuple)

    def result_size(input, size, dim=0):
        return length_along(input, dim) // max(1, size) * VIEW_SIZE if type(size) is int else 0

    def forward(input: Array, split_size_or_sections: Dims, dim: Dim = 0):
        at = split_dim(dim, input, "split")
        return pieces(input, lengths_of(split_size_or_sections, input.shape[at], at=at), at)

    def grad_input(F, g, split_size_or_sections, dim, input_shape, input_dtype):
        lengths = lengths_of(split_size_or_sections, input_shape[axis(dim, len(input_shape))])
        return joined_gradients(F, g, lengths, dim, input_shape, input_dtype)


class SplitWithSizes(ComplexOp):
    """split_with_sizes(input, split_sizes, dim): views of pieces of the sizes listed."""

    names = ("split_with_sizes", "unsafe_split_with_sizes")
    samples = [(ROW, (1, 4)), (GRID, (2, 1), 1)]
    errors = [(ROW, (1, 1)), (GRID, (1,), 5)]

    def compose(F, input, split_sizes: Dims, dim: Dim = 0):
        return F.split(input, split_sizes, dim)


def chunk_lengths(chunks, n):
    """The lengths of at most `chunks` pieces, all equal but the last."""
    return lengths_of(max(-(-n // chunks), 1), n) if n else (0,) * chunks


class Chunk(ComplexOp):
    """chunk(input, chunks, dim): views of at most `chunks` pieces along `dim`, all of one size but the last."""

    names = ("chunk", "unsafe_chunk")
    multi_output = several_views = True
    legacy_names = "tensor.Chunk"
    modern_names = "SplitBackward0"
    samples = [(ROW, 2), (GRID, 2, 1), (ROW, 4)]
    errors = [(ROW, 0), (GRID, 1, 5)]

    def result_size(input, chunks, dim=0):
        return min(chunks, length_along(input, dim)) * VIEW_SIZE

    def forward(input: Array, chunks: Int, dim: Dim = 0):
        if chunks <= 0:
            raise UnfitValue(f"chunk expects `chunks` to be greater than 0, got: {chunks}", "x.chunk(2)")
        at = split_dim(dim, input, "chunk")
        return pieces(input, chunk_lengths(chunks, input.shape[at]), at)

    def grad_input(F, g, chunks, dim, input_shape, input_dtype):
        lengths = chunk_lengths(chunks, input_shape[axis(dim, len(input_shape))])
        return joined_gradients(F, g, lengths, dim, input_shape, input_dtype)


class Unbind(ComplexOp):
    """unbind(input, dim): views of the slices along `dim`, without that dimension."""

    multi_output = several_views = True
    legacy_names = "tensor.Index"
    samples = [(GRID,), (GRID, 1)]
    errors = [(GRID, 5), (np.ones(()),)]

    def result_size(input, dim=0):
        return length_along(input, dim) * VIEW_SIZE

    def forward(input: Array, dim: Dim = 0):
        at = split_dim(dim, input, "unbind")
        before = (slice(None),) * at
        return tuple([input[(*before, i, ...)] for i in range(input.shape[at])])

    def grad_input(F, g, dim, input_shape, input_dtype):
        at = axis(dim, len(input_shape))
        if any(part is None for part in g):
            zeros = F.zeros((*input_shape[:at], *input_shape[at + 1 :]), dtype=input_dtype)
            g = [zeros if part is None else part for part in g]
        return F.stack(g, at)


class TensorSplit(ComplexOp):
    """tensor_split(input, indices_or_sections, dim): views of so many pieces along `dim`, of sizes as equal as can be;
    or of the pieces between the places listed."""

    samples = [(ROW, 3), (ROW, (1, 3)), (GRID, 2, 1), (ROW, (3, 9))]
    errors = [(ROW, 0), (GRID, 2, 5)]

    def compose(F, input, indices_or_sections: DimOrTensor, dim: Dim = 0):
        parts = indices_or_sections
        if isinstance(parts, Tensor | np.ndarray):
            if numpy_dtype(parts) != np.int64:
                raise TypeFault("tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                                f"{OF[numpy_dtype(parts)].era}", ("places.long()", "as whole numbers"))
            parts = tuple(int(i) for i in parts) if len(parts.shape) else int(parts)
        if not len(input.shape):
            raise ShapeFault("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
        at = axis(dim, len(input.shape))
        return tuple(F.getitem(input, (slice(None),) * at + (slice(a, b),), ())
                     for a, b in edges(parts, input.shape[at]))


def edges(parts, n):
    """The beginning and end of each piece: so many of nearly equal size, or between the places listed."""
    if type(parts) is int:
        if parts <= 0:
            raise UnfitValue(f"number of sections must be larger than 0, got {parts}", "x.tensor_split(2)")
        MemoryLimit.check("tensor_split", parts * VIEW_BYTES, "views")
        marks = [i * (n // parts) + min(i, n % parts) for i in range(parts + 1)]
    else:
        marks = [0, *parts, n]
    return zip(marks, marks[1:], strict=False)


def sections(F, input, parts, dim, name):
    """tensor_split along one dimension, where so many pieces must be of equal size."""
    if type(parts) is int and (parts <= 0 or input.shape[dim] % parts):
        raise ShapeFault(f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
                         f"{input.shape[dim]} is not divisible by the split_size {parts}!")
    return F.tensor_split(input, parts, dim)


class Hsplit(ComplexOp):
    """hsplit(input, indices_or_sections): pieces side by side: along the second dimension, or the only one."""

    samples = [(GRID, 3), (GRID, (1,)), ([1.0, 2.0], 2)]
    errors = [(GRID, 2), (np.ones(()), 1)]

    def compose(F, input, indices_or_sections: Dims):
        if not len(input.shape):
            raise ShapeFault("torch.hsplit requires a tensor with at least 1 dimension, but got a tensor with 0 "
                             "dimensions!")
        return sections(F, input, indices_or_sections, min(len(input.shape), 2) - 1, "hsplit")


class Vsplit(ComplexOp):
    """vsplit(input, indices_or_sections): pieces on top of each other: along the first dimension."""

    samples = [(GRID, 2), (GRID, (1,))]
    errors = [(GRID, 3), ([1.0], 1)]

    def compose(F, input, indices_or_sections: Dims):
        if len(input.shape) < 2:
            raise ShapeFault("torch.vsplit requires a tensor with at least 2 dimension, but got a tensor with "
                             f"{len(input.shape)} dimensions!")
        return sections(F, input, indices_or_sections, 0, "vsplit")


class Dsplit(ComplexOp):
    """dsplit(input, indices_or_sections): pieces behind each other: along the third dimension."""

    samples = [([GRID], 3), ([GRID], (1,))]
    errors = [([GRID], 2), (GRID, 1)]

    def compose(F, input, indices_or_sections: Dims):
        if len(input.shape) < 3:
            raise ShapeFault(f"torch.dsplit requires a tensor with at least 3 dimension, but got {sized(input.shape)}")
        return sections(F, input, indices_or_sections, 2, "dsplit")
