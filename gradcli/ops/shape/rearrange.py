"""Shapes by another route: flattened, like another tensor, with dimensions moved, transposed or added."""

import math

import numpy as np

from gradcli.engine.autograd.signature import (
    Array,
    Dim,
    Dims,
    Int,
    Sizes,
    VariadicArrays,
    VariadicArraysKind,
    sized,
)
from gradcli.engine.messages.numpy_errors import broadcast_clash
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import stepping
from gradcli.faults.tensors import ViewSize
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, define
from gradcli.ops.shape.views import Narrow, fitted

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
CUBE = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
OTHER = np.zeros((3, 2))


class Resize(ComplexOp):
    """resize(input, *size): in 0.1.12 the same elements with another shape, which must hold as many."""

    function = False
    legacy_names = "tensor.Resize"
    modern_names = "ViewBackward0"
    samples = [(GRID, (3, 2)), (GRID, (6,))]
    errors = [(GRID, (4, 2))]

    def forward(input: Array, size: Sizes):
        if math.prod(size) != input.size or any(n < 0 for n in size):
            raise ShapeFault(f"resize(): {sized(size)} does not hold the {input.size} elements there are",
                             ("x.data.resize_(4, 4)", "makes room for more"))
        return np.reshape(input, size)

    def grad_input(F, g, input_shape):
        return F.reshape(g, input_shape)


class ShapeAs(ComplexOp, abstract=True):
    """An operation that takes the shape of another tensor."""

    function = False
    samples = [(GRID, OTHER)]
    errors = [(GRID, np.zeros(4))]


def _likened(name):
    def compose(F, input, other: Array):
        return getattr(F, name)(input, tuple(other.shape))

    return compose


for _name, _text in (("view", "the same memory seen with the shape of other"),
                     ("reshape", "input with the shape of other"),
                     ("resize", "in 0.1.12 the same elements with the shape of other")):
    define(ShapeAs, __name__, f"{_name}_as", f"{_name.title()}As", f"(input, other): {_text}.", compose=_likened(_name))


class Flatten(ComplexOp):
    """flatten(input, start_dim, end_dim): the dimensions from start_dim to end_dim as one."""

    samples = [(CUBE,), (CUBE, 1), (CUBE, 0, 1)]
    errors = [(CUBE, 2, 0), (CUBE, 5)]

    def compose(F, input, start_dim: Dim = 0, end_dim: Dim = -1):
        shape = tuple(input.shape)
        if start_dim == 0 and end_dim == -1 and len(shape) > 1:
            return F.reshape(input, (math.prod(shape),))
        a, b = axis(start_dim, len(shape)), axis(end_dim, len(shape))
        if a > b:
            raise ShapeFault("flatten() has invalid args: start_dim cannot come after end_dim")
        if a == b and shape:
            return input
        return F.reshape(input, (*shape[:a], math.prod(shape[a : b + 1]), *shape[b + 1 :]))


class Ravel(ComplexOp):
    """ravel(input): all elements as a vector, which shares the memory of a contiguous input."""

    samples = [(CUBE,)]

    def compose(F, input):
        return F.reshape(F.contiguous(input), (-1,))


class Unflatten(ComplexOp):
    """unflatten(input, dim, *sizes): one dimension as several."""

    samples = [(GRID, 1, (3, 1)), ([1.0, 2.0, 3.0, 4.0], 0, (2, -1))]
    errors = [(GRID, 1, (2, 2)), (GRID, 5, (1,)), (GRID, 0, ())]

    def compose(F, input, dim: Dim, sizes: Sizes):
        shape = tuple(input.shape)
        at = axis(dim, len(shape))
        if not sizes:
            raise ShapeFault("unflatten: sizes must be non-empty", "x.unflatten(0, (2, -1))")
        if not shape:
            return F.view(input, sizes)
        try:
            return F.view(input, (*shape[:at], *fitted(sizes, shape[at], "unflatten"), *shape[at + 1 :]))
        except ViewSize as fault:
            raise fault.saying(f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {at} "
                               f"({shape[at]}) in the input tensor") from None


class Movedim(ComplexOp):
    """movedim(input, source, destination): dimensions moved to other places, the others in their order."""

    names = ("movedim", "moveaxis")
    samples = [(CUBE, 0, 2), (CUBE, (0, 1), (1, 2)), (GRID, -1, 0)]
    errors = [(CUBE, 0, 5), (CUBE, (0, 1), (1,)), (CUBE, (0, 0), (1, 2))]

    def compose(F, input, source: Dims, destination: Dims):
        ndim = len(input.shape)
        old, new = (tuple(axis(d, ndim) for d in (x if type(x) is tuple else (x,))) for x in (source, destination))
        if len(old) != len(new):
            raise ShapeFault(f"movedim: Invalid source or destination dims: source ({list(old)} dims) should contain "
                             f"the same number of dims as destination ({list(new)} dims)")
        if len(set(old)) != len(old) or len(set(new)) != len(new):
            raise ShapeFault(f"movedim: repeated dim in source ({list(old)}) or destination ({list(new)})")
        if not ndim:
            return F.alias(input)
        order = [d for d in range(ndim) if d not in old]
        for at, d in sorted(zip(new, old, strict=True)):
            order.insert(at, d)
        return F.permute(input, tuple(order))


REVERSING = ("The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
             "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
             "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.")


class Reversed(ComplexOp):
    """T(input): input with its dimensions in reverse order."""

    names = ("T",)
    attribute = True
    function = False
    modern_names = "PermuteBackward0"
    legacy_names = "tensor.Transpose"
    samples = [(GRID,), (CUBE,)]

    def forward(input: Array):
        if input.ndim != 2:
            warn(REVERSING if input.ndim else
                 "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.")
        return input.T if input.ndim else input[...]

    def grad_input(F, g):
        return F.T(g)


class MatrixTranspose(ComplexOp):
    """mT(input): each matrix of the last two dimensions transposed."""

    names = ("mT",)
    attribute = True
    function = False
    samples = [(GRID,), (CUBE,)]
    errors = [([1.0],)]

    def compose(F, input):
        return transposed(F, input, "tensor.mT")


def transposed(F, input, name):
    """The last two dimensions exchanged."""
    if len(input.shape) == 1:
        raise ShapeFault(f"{name} is only supported on matrices or batches of matrices. Got "
                         f"{len(input.shape)}-D tensor.")
    return F.transpose(input, -2, -1) if input.shape else input


class ConjugateTranspose(ComplexOp):
    """mH(input): each matrix of the last two dimensions transposed, and conjugated."""

    names = ("mH",)
    attribute = True
    function = False
    samples = [(GRID,), (CUBE,)]
    errors = [([1.0],)]

    def compose(F, input):
        return F.conj(transposed(F, input, "tensor.mH"))


class Adjoint(ComplexOp):
    """adjoint(input): each matrix of the last two dimensions transposed, and conjugated."""

    samples = [(GRID,), (CUBE,)]
    errors = [([1.0],)]

    def compose(F, input):
        return F.conj(transposed(F, input, "adjoint()"))


class H(ComplexOp):
    """H(input): a matrix transposed, and conjugated."""

    names = ("H",)
    attribute = True
    function = False
    samples = [(GRID,)]
    errors = [(CUBE,)]

    def compose(F, input):
        if len(input.shape) not in (0, 2):
            raise ShapeFault("tensor.H is only supported on matrices (2-D tensors). Got "
                             f"{len(input.shape)}-D tensor.", ("x.mT", "transposes each matrix of a batch"))
        return F.conj(F.transpose(input, -2, -1) if len(input.shape) else input)


class ExpandAs(ComplexOp):
    """expand_as(input, other): input repeated, without copying, to the shape of other."""

    function = False
    samples = [([1.0, 2.0], OTHER)]
    errors = [(GRID, OTHER)]

    def compose(F, input, other: Array):
        return F.expand(input, tuple(other.shape))


class BroadcastTo(ComplexOp):
    """broadcast_to(input, *size): input repeated, without copying, to a shape."""

    result_size = False
    samples = [([1.0, 2.0], (3, 2))]
    errors = [(GRID, (3, 2))]

    def compose(F, input, size: Sizes):
        return F.expand(input, size)


class BroadcastTensors(ComplexOp):
    """broadcast_tensors(*tensors): each tensor repeated, without copying, to the shape in which all meet."""

    method = False
    samples = [(([1.0, 2.0], [[3.0], [4.0]]),)]
    errors = [(([1.0, 2.0], [1.0, 2.0, 3.0]),), ("text",)]

    def compose(F, tensors: VariadicArrays):
        shape = broadcast_shape(*(tuple(t.shape) for t in tensors))
        return tuple(t if tuple(t.shape) == tuple(shape) else F.expand(t, shape) for t in tensors)


def broadcast_shape(*shapes):
    """The shape in which shapes meet."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeFault(f"Shape mismatch: objects cannot be broadcast to a single shape: "
                         f"{' and '.join(str(list(s)) for s in shapes)}").saying(
            broadcast_clash([tuple(s) for s in shapes])) from None


class OneOrListed(VariadicArraysKind):
    """Several tensors, or a single one as it is."""

    single = True


LIFTABLE = OneOrListed("tensors")


class AtLeast(ComplexOp, abstract=True):
    """Tensors with dimensions of length 1 added until they have some number of them."""

    method = False
    samples = [(np.full((), 2.5),), ([1.0, 2.0],), (([1.0], GRID),), (CUBE,)]


def map_tensors(tensors, lift):
    """A single tensor lifted, or those of a list as a tuple."""
    return lift(tensors) if isinstance(tensors, Tensor | np.ndarray) else tuple(lift(t) for t in tensors)


class Atleast1d(AtLeast):
    """atleast_1d(*tensors): each tensor with one dimension at least."""

    names = ("atleast_1d",)

    def compose(F, tensors: LIFTABLE = ()):
        return map_tensors(tensors, lambda t: t if len(t.shape) else F.reshape(t, (1,)))


class Atleast2d(AtLeast):
    """atleast_2d(*tensors): each tensor with two dimensions at least; a vector becomes a row."""

    names = ("atleast_2d",)

    def compose(F, tensors: LIFTABLE = ()):
        return map_tensors(tensors, lambda t: at_least_2d(F, t))


def at_least_2d(F, t):
    """A tensor of two dimensions at least."""
    ndim = len(t.shape)
    return t if ndim > 1 else F.unsqueeze(t, 0) if ndim else F.reshape(t, (1, 1))


class Atleast3d(AtLeast):
    """atleast_3d(*tensors): each tensor with three dimensions at least; a matrix gets a last one of length 1."""

    names = ("atleast_3d",)

    def compose(F, tensors: LIFTABLE = ()):
        return map_tensors(tensors, lambda t: at_least_3d(F, t))


def at_least_3d(F, t):
    """A tensor of three dimensions at least."""
    ndim = len(t.shape)
    if ndim > 2:
        return t
    if ndim == 2:
        return F.unsqueeze(t, -1)
    return F.unsqueeze(F.unsqueeze(t, 0), -1) if ndim else F.reshape(t, (1, 1, 1))


class NarrowCopy(ComplexOp):
    """narrow_copy(input, dim, start, length): a copy of the slice of `length` along `dim` that begins at `start`."""

    memory_order = "rows"
    samples = [(GRID, 1, 0, 2), (GRID, 0, 1, 1), (GRID, -1, -2, 1)]
    errors = [(GRID, 1, 2, 5), (GRID, 3, 0, 1)]

    def forward(input: Array, dim: Dim, start: Int, length: Int):
        return np.array(Narrow.forward(input, dim, start, length))

    def grad_input(F, g, dim, start, length, input_shape):
        return Narrow.grad_input(F, g, dim, start, length, input_shape)


class Sliding(ComplexKernel):
    """sliding(input, dimension, size, step): `x.unfold(dimension, size, step)`: a view of all windows of `size`
    along a dimension, `step` apart; each window's elements are the last dimension."""

    modern_names = "UnfoldBackward0"
    gradient_names = "UnfoldBackwardBackward0"
    samples = [([1.0, 2.0, 3.0, 4.0, 5.0], 0, 3, 1), (GRID, 1, 2, 1), (GRID, -1, 1, 2)]
    errors = [(GRID, 1, 7, 1), (GRID, 1, 2, 0), (GRID, 4, 1, 1)]

    def forward(input: Array, dimension: Dim, size: Int, step: Int):
        at = axis(dimension, input.ndim)
        n = input.shape[at] if input.ndim else 1
        if step <= 0:
            raise ArgumentFault(f"step is {step} but must be > 0", "x.unfold(0, 2, 1)")
        if not 0 <= size <= n:
            raise ShapeFault(f"maximum size for tensor at dimension {at} is {n} but size is {size}")
        solid = input if input.ndim else input.reshape(1)
        lengths, strides = list(solid.shape), list(solid.strides)
        lengths[at], strides[at] = (n - size) // step + 1, strides[at] * step
        if not input.ndim:
            lengths, strides = [], []
        return stepping(solid, (*lengths, size), (*strides, solid.strides[at]))

    def grad_input(F, g, dimension, size, step, input_shape):
        at = F.sliding(F.reshape(F.arange(math.prod(input_shape)), tuple(input_shape)), dimension, size, step)
        return F.spread(g, at, tuple(input_shape))
