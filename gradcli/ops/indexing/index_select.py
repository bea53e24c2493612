"""Whole slices by a list of indices along one dimension, and elements by their place in the whole."""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.result_size import length_along
from gradcli.engine.autograd.signature import Array, Arrays, Dim, Flag, Index, Number, Operand, sized
from gradcli.engine.large import SOME
from gradcli.engine.result_layout import dense_copy
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import IndexOutOfRange, TooManyIndices
from gradcli.faults.tree import IndexFault, ShapeFault, TypeFault
from gradcli.ops.arrays import laid_out_like, min_and_max
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.indexing.assignment import dtype_fault
from gradcli.ops.shape.rearrange import broadcast_shape

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
ROWS = np.array([1, 0])
COLUMNS = np.array([2, 0])
TWICE = np.array([1, 1])


def slices_key(shape, dim, index, name):
    """The numpy key of the slices that `index` names along `dim`, and that dimension."""
    at = axis(dim, len(shape))
    if index.ndim > 1:
        raise IndexFault(f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim} with shape "
                         f"{list(index.shape)}", ("i.view(-1)", "as a vector")).saying(
            f"{name}(): Index is supposed to be a vector" if name == "index_select" else
            f"{name}_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: "
            f"{OF[index.dtype].era} and size: {list(index.shape)}")
    if index.dtype.kind not in "iu":
        kind = ShapeFault if name == "index_select" else IndexFault
        raise kind(f"{name}(): Expected dtype int32/int64 for index", ("index.long()", "as whole numbers")
                   ).saying(f"{name}(): Expected dtype int32 or int64 for index" if name == "index_select" else
                            f"{name}_(): Expected dtype int64 for index.")
    n = shape[at] if shape else 1
    least, most = min_and_max(index) if index.size else (0, 0)
    if index.size and (least < 0 or most >= n):
        bad = least if least < 0 else most
        raise IndexFault(f"{name}(): index {bad} is out of range for dimension {at} with size {n}").saying(
            f"index {bad} is out of bounds for dimension {at} with size {n}" if name == "index_fill" else
            "index out of range in self")
    return (slice(None),) * at + (index.reshape(-1),), at


def check_same_type(input, source, name, called="source"):
    """Refuse to write elements of one type among those of another."""
    if input.dtype != source.dtype:
        raise TypeFault(f"{name}(): self and {called} expected to have the same dtype, but got (self) "
                        f"{input.dtype.name} and ({called}) {source.dtype.name}")


def _of_source(source, shape, room, at, name):
    """PyTorch's words for a source whose shape is not that of the slices, `room`, it is written to."""
    count, length = room[at], source[at] if at < len(source) else 1
    if count != length and name == "index_add":
        return f"{name}_(): Number of indices ({count}) should be equal to source.size(dim): ({length}), for dim: {at}"
    if name == "index_copy":
        outer, inner = [n for i, n in enumerate(shape) if i != at], [n for i, n in enumerate(source) if i != at]
        if outer != inner:
            return (f"{name}_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
                    f"{' '.join(map(str, outer))} at dimension {at} and source slice shape: "
                    f"{' '.join(map(str, inner))} at dimension 0.")
        return f"{name}_(): Number of indices ({count}) should be equal to source.size(dim) ({length})"
    return (f"source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(shape)} source.shape = {list(source)}")


def slices_of(source, shape, key, at, name):
    """`source` in the shape of the slices it is written to."""
    room = (*shape[:at], key[-1].size, *shape[at + 1 :]) if shape else (key[-1].size,)
    if source.shape != room and (source.size != 1 or room.count(1) != len(room)):
        raise ShapeFault(f"{name}(): the source is {sized(source.shape)}, and the slices to write are {sized(room)}"
                         ).saying(_of_source(source.shape, shape, room, at, name))
    return source.reshape(room)


def at_least_1d(array):
    """An array of one dimension at least, in the same memory."""
    return array if array.ndim else array.reshape(1)


class IndexSelect(ComplexOp):
    """index_select(input, dim, index): the slices along `dim` that index names."""

    legacy_names = "tensor.IndexSelect"
    no_overlap = True
    samples = [(GRID, 0, ROWS), (GRID, 1, np.array([2, 2, 0])), (GRID, -1, np.array([1]))]
    errors = [(GRID, 0, np.array([5])), (GRID, 3, ROWS), (GRID, 0, np.array([[1]])), (GRID, 0, [1.0])]

    def result_size(input, dim, index):
        return input.size // max(1, length_along(input, dim)) * index.size if input.ndim else 0

    def forward(input: Array, dim: Dim, index: Index):
        key, at = slices_key(input.shape, dim, index, "index_select")
        return input.take(key[-1], at) if input.ndim else input[...].copy()

    def grad_input(F, g, dim, index, input_shape, input_dtype):
        if not input_shape:
            return g
        if F is raw and g.size >= SOME and axis(dim, len(input_shape)) == 0 and len(input_shape) > 1:
            return large.scatter.summed_rows(input_shape, index.reshape(-1), g)
        return F.index_add(F.zeros(input_shape, dtype=input_dtype), dim, index, g)


class IndexAdd(ComplexOp):
    """index_add(input, dim, index, source, alpha): input with alpha times the slices of source added where
    index says."""

    memory_order = "rows"
    linked = False
    inplace = True
    legacy_names = "tensor.IndexAdd"
    no_overlap = True
    samples = [(GRID, 0, TWICE, GRID), (GRID, 1, COLUMNS, [[1.0, 2.0], [3.0, 4.0]], 2)]
    errors = [(GRID, 0, np.array([5, 0]), GRID), (GRID, 0, ROWS, [[1.0]]), (GRID, 4, ROWS, GRID)]

    def forward(input: Array, dim: Dim, index: Index, source: Array, *, alpha: Number = 1):
        check_same_type(input, source, "index_add")
        key, at = slices_key(input.shape, dim, index, "index_add")
        out = np.array(input)
        source = slices_of(source, input.shape, key, at, "index_add")
        if alpha != 1:
            source = source * np.asarray(alpha).astype(source.dtype)
        if source.size >= SOME and out.ndim > 1 and out.flags.c_contiguous:
            large.scatter.add_slices(out, at, key[-1], source)
        else:
            np.add.at(at_least_1d(out), key, source)
        return out

    def grad_input(F, g):
        return g

    def grad_source(F, g, dim, index, source, alpha, source_shape):      # PyTorch keeps the source
        return F.reshape(F.index_select(g, dim, index) * alpha, source_shape)


class IndexCopy(ComplexOp):
    """index_copy(input, dim, index, source): input with the slices that index names replaced by those of source."""

    memory_order = "rows"
    linked = False
    inplace = True
    legacy_names = "tensor.IndexCopy"
    no_overlap = True
    samples = [(GRID, 0, ROWS, GRID), (GRID, 1, COLUMNS, [[1.0, 2.0], [3.0, 4.0]])]
    errors = [(GRID, 0, np.array([5, 0]), GRID), (GRID, 0, ROWS, [[1.0]]), (GRID, 4, ROWS, GRID)]

    def forward(input: Array, dim: Dim, index: Index, source: Array):
        check_same_type(input, source, "index_copy")
        key, at = slices_key(input.shape, dim, index, "index_copy")
        out = np.array(input)
        at_least_1d(out)[key] = slices_of(source, input.shape, key, at, "index_copy")
        return out

    def grad_input(F, g, dim, index):
        return F.index_fill(g, dim, index, 0)

    def grad_source(F, g, dim, index, source, source_shape):            # PyTorch keeps the source
        return F.reshape(F.index_select(g, dim, index), source_shape)


class IndexFill(ComplexOp):
    """index_fill(input, dim, index, value): input with the slices that index names filled with value."""

    inplace = True
    fills = True
    legacy_names = "tensor.IndexFill"
    modern_names = ("IndexFillBackward0", "IndexFillBackward1")
    samples = [(GRID, 0, np.array([1]), 7), (GRID, 1, COLUMNS, -1.5)]
    errors = [(GRID, 0, np.array([5]), 1), (GRID, 4, ROWS, 1), (GRID, 0, ROWS, "text")]

    def variant(input, dim, index, value):
        return int(isinstance(value, Tensor))

    def forward(input: Array, dim: Dim, index: Index, value: Operand):
        key, _ = slices_key(input.shape, dim, index, "index_fill")
        if np.ndim(value):
            raise ShapeFault(f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                             f"{np.ndim(value)} dimension(s).")
        out = dense_copy(input)
        at_least_1d(out)[key] = to_element(value, out.dtype)
        return out

    def grad_input(F, g, dim, index):
        return F.index_fill(g, dim, index, 0)

    def grad_value(F, g, dim, index):
        return F.sum(F.where(F.index_fill(F.zeros_like(g), dim, index, 1) == 1, g, 0))


class Take(ComplexOp):
    """take(input, index): the elements at places counted row by row, in the shape of index."""

    linked = False
    no_overlap = True
    samples = [(GRID, np.array([[0, 5], [1, 1]])), (GRID, np.array([-1]))]
    errors = [(GRID, np.array([7])), (GRID, "text")]

    def forward(input: Array, index: Index):
        return input.reshape(-1)[flat_index(input, index, "take")]

    def grad_input(F, g, input, index, input_shape, input_dtype):       # PyTorch keeps the input
        return F.put(F.zeros(input_shape, dtype=input_dtype), index, g, True)


class Put(ComplexOp):
    """put(input, index, source, accumulate): input with the elements at places counted row by row replaced by those of
    source, or with `accumulate` added to."""

    inplace = True
    saved_for_versions = ("source",)
    no_overlap = True
    samples = [(GRID, np.array([0, 4]), [7.0, 8.0]), (GRID, np.array([1, 1]), [7.0, 8.0], True)]
    errors = [(GRID, np.array([7]), [1.0]), (GRID, np.array([1]), [1.0, 2.0])]

    def forward(input: Array, index: Index, source: Array, accumulate: Flag = False):
        check_same_type(input, source, "put_")
        if source.size != index.size:
            raise ShapeFault(f"put_(): Expected source and index to have the same number of elements, but got source "
                             f"{source.size} and index {index.size}")
        out, at = np.array(input).reshape(-1), flat_index(input, index, "put_")
        if accumulate:
            np.add.at(out, at, source.reshape(index.shape))
        else:
            out[at] = source.reshape(index.shape)
        return laid_out_like(out.reshape(input.shape), input)

    def grad_input(F, g, index, accumulate, source_dtype):
        return g if accumulate else F.put(g, index, F.zeros(index.shape, dtype=source_dtype))

    def grad_source(F, g, index, source, source_shape):
        return F.reshape(F.take(g, index), source_shape)


def flat_index(array, index, name):
    """`index` as places in the flattened array; negative ones count from the end."""
    if index.dtype != np.int64:
        raise TypeFault(f"{name}(): Expected a long tensor for index, but got {OF[index.dtype].era}",
                        ("index.long()", "as whole numbers"))
    if index.size and not -array.size <= index.min() <= index.max() < array.size:
        bad = index.max() if index.max() >= array.size else index.min()
        raise IndexFault(f"out of range: tried to access index {bad} on a tensor of {array.size} elements.")
    return index


class Pick(ComplexKernel):
    """pick(input, indices): the elements that indices, one tensor a dimension, name together."""

    modern_names = "IndexBackward0"
    samples = [(GRID, (Tensor(TWICE), Tensor(COLUMNS))), (GRID, (Tensor(TWICE),))]
    errors = [(GRID, (Tensor(np.array([9])),))]

    def forward(input: Array, indices: Arrays):
        return input[key_of(indices, input.shape)]

    def grad_input(F, g, indices, input_shape, input_dtype):
        return F.index_put(F.zeros(input_shape, dtype=input_dtype), indices, g, True)


def key_of(indices, shape):
    """The numpy key of tensors of indices and masks, one for each dimension or more."""
    key = tuple([i != 0 if i.dtype == np.uint8 else i for i in indices])
    wide = sum(i.ndim if i.dtype == np.bool_ else 1 for i in key)
    if wide > len(shape):
        raise TooManyIndices(len(shape), f" (got {len(key)})")
    at = 0
    for i in key:
        if i.dtype == np.bool_:
            if i.shape != shape[at : at + i.ndim]:
                raise IndexFault(f"The shape of the mask {list(i.shape)} at index {at} does not match the shape of the "
                                 f"indexed tensor {list(shape)} at index {at}")
        elif i.size and not -shape[at] <= i.min() <= i.max() < shape[at]:
            bad = i.max() if i.max() >= shape[at] else i.min()
            raise IndexOutOfRange(int(bad), at, shape[at])
        at += i.ndim if i.dtype == np.bool_ else 1
    return key


class IndexPut(ComplexOp):
    """index_put(input, indices, values, accumulate): input with the elements that indices, one tensor a dimension, name
    together replaced by values, or with `accumulate` added to."""

    inplace = True
    no_overlap = True
    samples = [(GRID, (Tensor(ROWS), Tensor(COLUMNS)), [7.0, 8.0]), (GRID, (Tensor(TWICE),), [1.0, 2.0, 3.0], True),
               (GRID, (Tensor(np.array([[True, False, True], [False, True, False]])),), [1.0])]
    errors = [(GRID, (Tensor(np.array([9])),), [1.0]), (GRID, (Tensor(ROWS),), [1.0, 2.0])]

    def forward(input: Array, indices: Arrays, values: Array, accumulate: Flag = False):
        masked = values.size == 1 and not accumulate and any(i.dtype == np.bool_ for i in indices)
        if input.dtype != values.dtype and not masked:      # one number under a mask is a masked_fill
            raise dtype_fault(input, values)
        out, key = dense_copy(input), key_of(indices, input.shape)
        if accumulate and values.size >= SOME and large.scatter.first_names(out, key, values):
            large.scatter.add_rows(out, key[0].reshape(-1), values)
        elif accumulate:
            np.add.at(out, key, values)
        else:
            out[key] = values
        return out

    def grad_input(F, g, indices, accumulate):
        return g if accumulate else F.index_put(g, indices, F.zeros((), dtype=g.dtype))

    def grad_values(F, g, indices, values_dtype):
        return F.cast(F.pick(g, indices), values_dtype)


class TakeAlongDim(ComplexOp):
    """take_along_dim(input, indices, dim): along `dim` the elements that indices name, broadcast against input; without
    `dim` of all elements in a row."""

    samples = [(GRID, np.array([0, 5])), (GRID, np.array([[1], [0]]), 1), (GRID, np.array([[0, 2, 1]]), -1)]
    errors = [(GRID, np.array([[7]]), 1), (GRID, np.array([0]), 1), (GRID, np.array([[0]]), 4)]

    def compose(F, input, indices: Index, dim: Dim = None):
        if dim is None:
            input, indices, dim = F.reshape(input, (-1,)), F.reshape(indices, (-1,)), 0
        if len(indices.shape) != len(input.shape):
            raise ShapeFault("torch.take_along_dim(): input and indices should have the same number of dimensions, but "
                             f"got {len(input.shape)} dimensions for input, and {len(indices.shape)} dimensions for "
                             "indices")
        at = axis(dim, len(input.shape))
        common = broadcast_shape(shape_without(input.shape, at), shape_without(indices.shape, at))
        indices = F.where(indices < 0, indices + input.shape[at], indices)
        shapes = [(*common[:at], x.shape[at], *common[at:]) for x in (input, indices)]
        return F.gather(F.expand(input, shapes[0]), at, F.expand(indices, shapes[1]))


def shape_without(shape, at):
    """A shape without one of its dimensions."""
    return (*shape[:at], *shape[at + 1 :])
