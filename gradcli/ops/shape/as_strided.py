"""Views by steps in memory."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Index, Int, Ints, Plain, Type, sized
from gradcli.engine.autograd.views import positions
from gradcli.engine.result_layout import dense_copy
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.tensor import Tensor, owner
from gradcli.engine.tensor.write_gate import dense, stepping
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.creation.create import Creation, checked_size

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]


def memory_of(array):
    """All the memory behind a tensor as a vector, and the place in it where the tensor begins."""
    base = owner(array)
    if not isinstance(base, np.ndarray) or base.dtype != array.dtype or not (base.flags.forc or dense(base)):
        raise ShapeFault("as_strided(): the memory of this tensor is not its own", ("x.clone()", "gives it its own"))
    first = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return base.ravel(order="K"), first // array.itemsize


def strided_view(array, size, stride, offset):
    """The view of a tensor's memory that begins at `offset` and takes these steps, which must stay inside."""
    flat, first = memory_of(array)[0], offset
    if len(size) != len(stride):
        raise ShapeFault(f"mismatch in length of strides and shape: {sized(stride)} and {sized(size)}")
    if any(n < 0 for n in (*size, *stride, first)):
        raise ShapeFault("as_strided: sizes, strides and the offset cannot be negative")
    last = first + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if 0 not in size and last >= flat.size:
        raise ShapeFault(f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {first} require more "
                         f"than the {flat.size} elements of memory there are")
    start = flat[first:] if 0 not in size else flat[:0]
    return stepping(start, size, tuple(s * flat.itemsize for s in stride))


class AsStrided(ComplexOp):
    """as_strided(input, size, stride, storage_offset): a view of input's memory with this size and these steps between
    neighbours."""

    result_size = False
    samples = [(GRID, (2, 2), (1, 2)), (GRID, (3,), (2,), 1), (GRID, (2, 2), (0, 1))]
    errors = [(GRID, (9,), (1,)), (GRID, (2, 2), (1,)), (GRID, (2,), (-1,))]

    def compose(F, input, size: Ints, stride: Ints, storage_offset: Int = None):
        size, stride = (x if type(x) is tuple else (x,) for x in (size, stride))
        array = input.array if isinstance(input, Tensor) else input
        first = memory_of(array)[1] if storage_offset is None else storage_offset
        at = positions(array, strided_view(array, size, stride, first))
        return F.strided_view(input, size, stride, first, Tensor(at) if isinstance(input, Tensor) else at)


class StridedView(ComplexKernel):
    """strided_view(input, size, stride, storage_offset, at): as_strided, with the places in input that it shows; -1
    where that is memory outside of input."""

    modern_names = "AsStridedBackward0"
    saves = False       # PyTorch keeps sizes and steps
    samples = [(GRID, (2, 2), (1, 2), 0, np.array([[0, 2], [1, 3]])), (GRID, (2,), (2,), 1, np.array([1, 3]))]
    errors = [(GRID, (9,), (1,), 0, np.arange(9))]

    def forward(input: Array, size: Plain, stride: Plain, storage_offset: Int, at: Index):
        return strided_view(input, size, stride, storage_offset)

    def grad_input(F, g, at, input_shape):
        inside = at >= 0
        return F.spread(F.where(inside, g, 0), F.where(inside, at, 0), tuple(input_shape))


def strided_memory(size, stride, dtype):
    """Zeros of a size with these steps between neighbours."""
    size, stride = ((x,) if type(x) is int else x for x in (size, stride))
    if len(size) != len(stride) or any(n < 0 for n in (*size, *stride)):
        raise ShapeFault(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}: "
                         "there is one step for each length, and none is negative")
    last = sum((n - 1) * s for n, s in zip(size, stride, strict=True)) if 0 not in size else -1
    return strided_view(np.zeros(last + 1, dtype), size, stride, 0)


class EmptyStrided(Creation):
    """empty_strided(size, stride, dtype): a tensor with these steps in memory between neighbours, that PyTorch does not
    initialise; here it is zeros."""

    samples = [((2, 3), (1, 2)), ((2, 2), (2, 1))]
    errors = [((2, 3), (1,)), ((2,), (-1,))]

    def forward(size: Ints, stride: Ints, *, dtype: Type = None):
        return strided_memory(size, stride, dtype or Default.floating)


class NewEmptyStrided(Creation):
    """new_empty_strided(input, size, stride, dtype): empty_strided, of the type of input."""

    complex = True
    function = False
    method = True
    samples = [(GRID, (2, 3), (1, 2))]
    errors = [(GRID, (2, 3), (1,))]

    def forward(input: Array, size: Ints, stride: Ints, *, dtype: Type = None):
        return strided_memory(size, stride, dtype or input.dtype)


class EmptyPermuted(Creation):
    """empty_permuted(size, physical_layout, dtype): a tensor whose dimensions lie in memory in this order, from the one
    with the widest steps on, uninitialised in PyTorch; here it is zeros."""

    samples = [((2, 3, 5), (2, 0, 1))]
    errors = [((2, 3), (0, 0)), ((2, 3), (0,))]

    def forward(size: Ints, physical_layout: Ints, *, dtype: Type = None):
        size, order = ((x,) if type(x) is int else x for x in (size, physical_layout))
        if sorted(order) != list(range(len(size))):
            raise ShapeFault(f"empty_permuted: physical_layout {list(order)} must name each of the {len(size)} "
                             "dimensions once; Duplicate dim not allowed")
        return np.zeros(checked_size([size[d] for d in order]), dtype or Default.floating).transpose(np.argsort(order))


class AsStridedScatter(ComplexOp):
    """as_strided_scatter(input, src, size, stride, storage_offset): a copy of input with src in the places that
    as_strided(size, stride, storage_offset) of it shows."""

    samples = [(GRID, [[7.0, 8.0], [9.0, 4.0]], (2, 2), (1, 2)), (GRID, [7.0, 8.0], (2,), (2,), 1),
               (np.array(GRID), np.array([7.0, 8.0]), (2,), (2,), 1)]
    errors = [(GRID, [1.0], (2, 2), (1, 2)), (GRID, [1.0], (9,), (1,))]

    def forward(input: Array, src: Array, size: Ints, stride: Ints, storage_offset: Int = None):
        size, stride = (x if type(x) is tuple else (x,) for x in (size, stride))
        if src.shape != tuple(size):
            raise ShapeFault("expected src to have a size equal to the slice of self. src size = "
                             f"{list(src.shape)}, slice size = {list(size)}", f"src.reshape({size})")
        copy = dense_copy(input)
        strided_view(copy, size, stride, storage_offset or 0)[...] = src
        return copy

    def grad_input(F, g, src_shape, size, stride, storage_offset):
        return F.as_strided_scatter(g, F.zeros(tuple(src_shape), dtype=g.dtype), size, stride, storage_offset)

    def grad_src(F, g, size, stride, storage_offset):
        return F.as_strided(F.contiguous(g), size, stride, storage_offset or 0)
