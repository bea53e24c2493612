"""The same elements in another arrangement; views wherever memory allows."""

import math
from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import REFUSED, Array, Dim, Dims, Int, Sizes, SizesKind, Type, sized
from gradcli.engine.tensor.memory_format import PRESERVE, Format, in_order
from gradcli.engine.tensor.methods import axis
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tensors import ViewSize
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.shape.reinterpret import reinterpreted

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]


def fitted(shape, count, name="view"):
    """A shape with its one -1 worked out, for `count` elements."""
    if (not shape or min(shape) >= 0) and math.prod(shape) == count:
        return shape
    unknown = [i for i, n in enumerate(shape) if n == -1]
    if len(unknown) > 1:
        raise ShapeFault(f"{name}(): only one dimension can be inferred with -1").saying(
            "only one dimension can be inferred")
    if any(n < -1 for n in shape):
        at = next(i for i, n in enumerate(shape) if n < -1)
        raise ShapeFault(f"invalid shape dimension {shape[at]} at index {at} of shape {list(shape)}")
    product = math.prod(n for n in shape if n != -1)
    if unknown and (product == 0 or count % product) or not unknown and product != count:
        raise ViewSize(shape, count)
    return tuple(count // product if n == -1 else n for n in shape)


def reshaped(array, shape):
    """`array` with another shape, where one length may be -1; None for a shape that does not fit, or has none."""
    for n in shape:
        if n < -1:
            return None
    try:
        return array.reshape(shape)
    except ValueError:
        return None


def viewed(array, shape):
    """`array` seen with another shape, or None where its memory does not allow that."""
    view = array.view()
    try:
        view.shape = shape
    except AttributeError:
        return None
    return view


class SizesOrType(SizesKind):
    """A shape; or, in its place, an element type."""

    def take(self, value):
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        dtype = REFUSED if type(value) is str else Type.take(value)
        return dtype if dtype is not REFUSED else super().take(value)


class View(ComplexOp):
    """view(input, *shape): the same memory seen with another shape, which may have one -1, or as another type."""

    function = False
    legacy_names = "tensor.View"
    samples = [(GRID, (3, 2)), (GRID, (-1,)), (GRID, (2, -1)), (np.array(GRID), np.dtype(np.int64))]
    errors = [(GRID, (4, 2)), (GRID, (-1, -1)), (GRID, ("a",))]

    def forward(input: Array, shape: SizesOrType("whole numbers")):
        if type(shape) is not tuple:
            return reinterpreted(input, shape)
        if input.flags.c_contiguous and (view := reshaped(input, shape)) is not None:
            return view
        shape = fitted(shape, input.size)
        if (view := viewed(input, shape)) is None:
            raise ShapeFault(f"view size is not compatible with input tensor's size and stride: a {sized(input.shape)} "
                             f"tensor whose rows are not in a row in memory cannot be seen as {sized(shape)}",
                             (f"x.reshape({', '.join(map(str, shape))})", "copies if it must")).saying(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                "two contiguous subspaces). Use .reshape(...) instead.")
        return view

    def grad_input(F, g, input_shape, shape):
        if type(shape) is not tuple:
            raise NotDifferentiable("view(dtype) cannot be differentiated: the bits of a number are no smooth function "
                                    "of it", ("x.to(torch.float64)", "the same numbers as another type"))
        return g.reshape(input_shape) if F is raw else F.reshape(g, input_shape)


class Reshape(ComplexOp):
    """reshape(input, *shape): input with another shape, as a view where memory allows and a copy elsewhere."""

    legacy_names = "tensor.View"
    modern_names = ("ViewBackward0", "ReshapeAliasBackward0", "UnsafeViewBackward0")
    samples = [(GRID, (3, 2)), (GRID, (-1,)), (GRID, (2, -1))]
    errors = [(GRID, (4, 2)), (GRID, (-1, -1)), (GRID, ("a",))]

    def variant(input, shape):
        return 0 if input.array.flags.c_contiguous else 1 if viewed(input.array, shape) is not None else 2

    def forward(input: Array, shape: Sizes):
        view = reshaped(input, shape)
        return input.reshape(fitted(shape, input.size, "reshape")) if view is None else view

    def grad_input(F, g, input_shape):
        return g.reshape(input_shape) if F is raw else F.reshape(g, input_shape)


class Transpose(ComplexOp):
    """transpose(input, dim0, dim1): input with two dimensions exchanged."""

    names = ("transpose", "swapaxes", "swapdims")
    legacy_names = "tensor.Transpose"
    samples = [(GRID, 0, 1), (GRID, -1, 0)]
    errors = [(GRID, 0, 3), (GRID, "a", 1)]

    def forward(input: Array, dim0: Dim, dim1: Dim):
        a, b = axis(dim0, input.ndim), axis(dim1, input.ndim)
        return input.swapaxes(a, b) if input.ndim else input[...]

    def grad_input(F, g, dim0, dim1):
        return F.transpose(g, dim0, dim1)


class T(ComplexOp):
    """t(input): the transpose of a matrix; a vector is left as it is."""

    legacy_names = "tensor.Transpose"
    samples = [(GRID,), ([1.0, 2.0],)]
    errors = [([[[1.0]]],)]

    def forward(input: Array):
        if input.ndim > 2:
            raise ShapeFault(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D",
                             ("x.transpose(0, 1)", "exchanges two dimensions of any tensor"))
        return input.T

    def grad_input(F, g):
        return F.t(g)


DIMENSIONS = {n: set(range(n)) for n in range(1, 7)}


@lru_cache(256)
def inverse(dims):
    """The order of dimensions that undoes the order `dims`."""
    return tuple(sorted(range(len(dims)), key=lambda i: dims[i] % len(dims)))


class Permute(ComplexOp):
    """permute(input, *dims): input with its dimensions in another order."""

    legacy_names = "tensor.Permute"
    samples = [([[[1.0, 2.0]], [[3.0, 4.0]]], (2, 0, 1)), (GRID, (1, 0)), (GRID, (-1, 0))]
    errors = [(GRID, (0,)), (GRID, (0, 0))]

    def forward(input: Array, dims: Sizes):
        if len(dims) != input.ndim:
            n = input.ndim
            raise ShapeFault(f"permute(): {n} dimensions need {n} numbers, and {len(dims)} were given").saying(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
                f"desired ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(dims)}")
        order = dims if type(dims) is tuple and set(dims) == DIMENSIONS.get(input.ndim) else tuple([
            axis(d, input.ndim) for d in dims])
        if order is not dims and len(set(order)) != len(order):
            raise ShapeFault(f"permute(): dims {list(dims)} name a dimension twice").saying(
                "permute(): duplicate dims are not allowed.")
        return input.transpose(order)

    def grad_input(F, g, dims):
        return F.permute(g, inverse(dims))


class Unsqueeze(ComplexOp):
    """unsqueeze(input, dim): input with a dimension of length 1 put in."""

    legacy_names = "tensor.Unsqueeze"
    samples = [(GRID, 0), (GRID, -1), (GRID, 1)]
    errors = [(GRID, 4)]

    def forward(input: Array, dim: Int):
        return input[(slice(None),) * axis(dim, input.ndim + 1) + (None,)]

    def grad_input(F, g, dim):
        return g.squeeze(dim) if F is raw else F.squeeze(g, dim)


class Squeeze(ComplexOp):
    """squeeze(input, dim): input without its dimensions of length 1, or without those in `dim` that are."""

    legacy_names = "tensor.Squeeze"
    modern_names = ("SqueezeBackward0", "SqueezeBackward1", "SqueezeBackward2")
    samples = [([[[1.0], [2.0]]],), ([[[1.0], [2.0]]], 0), ([[[1.0], [2.0]]], 1), ([[[1.0], [2.0]]], (0, 2))]
    errors = [(GRID, 4)]

    def variant(input, dim):
        return 0 if dim is None else 2 if type(dim) is tuple else 1

    def forward(input: Array, dim: Dims = None):
        if type(dim) is int and input.ndim:
            at = axis(dim, input.ndim)
            return input.squeeze(at) if input.shape[at] == 1 else input[...]
        dims = range(input.ndim) if dim is None else dim if type(dim) is tuple else (dim,)
        if len({axis(d, input.ndim) for d in dims}) < len(dims):
            raise IndexFault(f"squeeze(): dim {list(dims)} names a dimension twice")
        removed = tuple(a for a in (axis(d, input.ndim) for d in dims) if input.ndim and input.shape[a] == 1)
        return input.squeeze(removed)[...]

    def grad_input(F, g, input_shape):
        return g.reshape(input_shape) if F is raw else F.reshape(g, input_shape)


class Contiguous(ComplexOp):
    """contiguous(input, memory_format): input itself if its elements lie row by row in memory, or in the order of
    another memory format; else a copy for which that holds."""

    function = False
    modern_names = "CloneBackward0"
    samples = [(GRID,)]

    def forward(input: Array, memory_format: Format = None):
        if memory_format is None and input.flags.c_contiguous:
            return input
        if memory_format is PRESERVE:
            raise ArgumentFault("preserve memory format is unsupported by the contiguous operator", "x.contiguous()")
        return in_order(input, memory_format)

    def grad_input(F, g):
        return g


class Narrow(ComplexOp):
    """narrow(input, dim, start, length): the slice of `length` along `dim` that begins at `start`."""

    legacy_names = "tensor.Index"
    modern_names, gradient_names = "SliceBackward0", "SliceBackwardBackward0"
    samples = [(GRID, 1, 0, 2), (GRID, 0, 1, 1), (GRID, -1, -2, 1)]
    errors = [(GRID, 1, 2, 5), (GRID, 3, 0, 1)]

    def forward(input: Array, dim: Dim, start: Int, length: Int):
        if not input.ndim:
            raise ShapeFault("narrow() cannot be applied to a 0-dim tensor.", ("x.view(1)", "a vector of one element"))
        at = axis(dim, input.ndim)
        if not -input.shape[at] <= start <= input.shape[at]:
            raise IndexFault("start out of range (expected to be in range of "
                             f"[{-input.shape[at]}, {input.shape[at]}], but got {start})")
        start = start % input.shape[at] if start < 0 else start
        if length < 0 or start + length > input.shape[at]:
            raise ShapeFault(f"start ({start}) + length ({length}) exceeds dimension size ({input.shape[at]}).")
        return input[(slice(None),) * at + (slice(start, start + length),)]

    def grad_input(F, g, dim, start, length, input_shape):
        at = axis(dim, len(input_shape))
        start = start % input_shape[at] if start < 0 else start
        return F.unindex(g, (slice(None),) * at + (slice(start, start + length),), (), input_shape)


class Select(ComplexOp):
    """select(input, dim, index): the slice at one place along `dim`, without that dimension."""

    legacy_names, gradient_names = "tensor.Index", "SelectBackwardBackward0"
    samples = [(GRID, 1, 0), (GRID, 0, -1)]
    errors = [(GRID, 1, 7), (GRID, 3, 0)]

    def forward(input: Array, dim: Dim, index: Int):
        at = axis(dim, input.ndim)
        if not input.ndim or not -input.shape[at] <= index < input.shape[at]:
            raise IndexFault("select() cannot be applied to a 0-dim tensor." if not input.ndim else f"select(): index "
                             f"{index} out of range for tensor of size {list(input.shape)} at dimension {dim}")
        return input[(slice(None),) * at + (index, ...)]

    def grad_input(F, g, dim, index, input_shape):
        return F.unindex(g, (slice(None),) * axis(dim, len(input_shape)) + (index,), (), input_shape)
