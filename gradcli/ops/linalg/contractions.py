"""Products over chosen dimensions of tensors: inner and outer, tensordot, kron, cross, chains of matrices."""

import math

import numpy as np

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, Arrays, Dim, Flag, Int, Plain, Sizes, VariadicArrays, sized
from gradcli.engine.autograd.views import unsafe_view
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.complex_numbers import conjugated
from gradcli.ops.dtype_checks import check_dtypes, numpy_dtype, refuse_bool
from gradcli.ops.linalg.products import check_dims

A = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
B = [[1.0, 2.0], [3.0, -4.0], [0.5, 1.0]]
V = [1.0, 2.0, -0.5]
W = [0.5, -1.0, 2.0]


class Outer(ComplexOp):
    """outer(input, vec2): the matrix of all products of two vectors' elements."""

    names = ("outer", "ger")
    legacy_names = "blas.Addr"
    samples = [([1.0, 2.0], V)]
    errors = [(A, V), (V, 2)]

    def compose(F, input: Array, vec2: Array):
        check_dims("outer", input, vec2, 1, 1)
        return F.unsqueeze(input, 1) * vec2


class Vdot(ComplexOp):
    """vdot(input, other): the sum of the products of two vectors' elements, those of input conjugated."""

    samples = [(V, W)]
    errors = [(V, [1.0]), (A, V)]

    def compose(F, input: Array, other: Array):
        return rename_node(F.dot(conjugated(F, input), other), "VdotBackward0")


class Vecdot(ComplexOp):
    """linalg.vecdot(x, y, dim): the sums of products of elements along `dim`."""

    names = ("linalg.vecdot",)
    samples = [(V, W), (A, A, 0), ([[1.0], [2.0]], A)]
    errors = [(A, V[:2]), (V, W, 3)]

    def compose(F, x: Array, y: Array, *, dim: Dim = -1):
        check_dtypes("linalg.vecdot: Expected x and y to have the same dtype, but found x of type {} and y of type {} "
                     "instead", x, y)
        return F.sum(conjugated(F, x) * y, axis(dim, max(len(x.shape), len(y.shape))))


class Inner(ComplexOp):
    """inner(input, other): the sums of products along the last dimensions of both; with numbers, the product."""

    samples = [(V, W), (A, V), (A, A), (np.array([2.0, 3.0, 1.0]), V)]
    errors = [(A, [1.0, 2.0])]

    def compose(F, input: Array, other: Array):
        if not input.shape or not other.shape:
            return input * other
        if input.shape[-1] != other.shape[-1]:
            raise ShapeFault("inner(): the last dimensions must be equally long, and the shapes are "
                             f"{sized(input.shape)} and {sized(other.shape)}")
        return F.tensordot(input, other, ((-1,), (-1,)))


class Tensordot(ComplexOp):
    """tensordot(a, b, dims): the sums of products over the last `dims` dimensions of a and the first of b, or over
    those that a pair of lists names."""

    method = False
    samples = [(A, B, 1), (A, A, 2), (A, A, ((0,), (0,))), (A, B, ((0, 1), (1, 0))), (V, W, 0)]
    errors = [(A, A, 1), (A, B, 5), (A, B, ((0,), (0, 1)))]

    def compose(F, a: Array, b: Array, dims: Plain = 2):
        n, m = len(a.shape), len(b.shape)
        at, bt = contracted_dims(dims, n, m)
        check_dtypes("both inputs should have same dtype", a, b)
        uneven = next(((i, j) for i, j in zip(at, bt, strict=True)
                       if a.shape[i] != b.shape[j] and 1 not in (a.shape[i], b.shape[j])), None)
        if uneven:
            i, j = uneven
            raise ShapeFault(f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i - n} and "
                             f"second has size {b.shape[j]} in dim {j}: tensordot() was given {sized(a.shape)} and "
                             f"{sized(b.shape)} tensors").saying(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim "
                f"{i - n if type(dims) is int else i} and second has size {b.shape[j]} in dim {j}")
        for i, j in zip(at, bt, strict=True):   # a length of 1 meets any other, as in broadcasting
            if 1 in (a.shape[i], b.shape[j]):
                a, b = (F.sum(a, i, True), b) if b.shape[j] == 1 else (a, F.sum(b, j, True))
        rows, columns = [i for i in range(n) if i not in at], [j for j in range(m) if j not in bt]
        left, right = [a.shape[i] for i in rows], [b.shape[j] for j in columns]
        inner = math.prod([a.shape[i] for i in at])
        first, second = F.permute(a, (*rows, *at)), F.permute(b, (*bt, *columns))
        if math.prod(left) == 1 == math.prod(right):
            product = F.dot(F.reshape(first, (inner,)), F.reshape(second, (inner,)))
        else:
            product = F.mm(F.reshape(first, (math.prod(left), inner)), F.reshape(second, (inner, math.prod(right))))
        return F.reshape(product, (*left, *right))


def contracted_dims(dims, n, m):
    """The dimensions of two tensors that are summed over together."""
    if isinstance(dims, Tensor | np.ndarray):
        dims = dims.tolist()
    if type(dims) is int:
        if not 0 <= dims <= min(n, m):
            raise ArgumentFault(f"tensordot(): dims={dims} is not between 0 and the number of dimensions, {min(n, m)}")
        return tuple(range(n - dims, n)), tuple(range(dims))
    if not isinstance(dims, list | tuple) or len(dims) != 2:
        raise ArgumentFault("tensordot(): dims is a number of dimensions, or two lists of them",
                            "torch.tensordot(a, b, dims=([1], [0]))")
    first, second = ((d,) if type(d) is int else Sizes.take(d) for d in dims)
    if type(first) is not tuple or type(second) is not tuple:
        raise ArgumentFault("tensordot(): dims is two lists of whole numbers", "torch.tensordot(a, b, dims=([1], [0]))")
    if len(first) != len(second):
        raise ShapeFault(f"tensordot(): both lists of dims must be equally long, and have {len(first)} and "
                         f"{len(second)}").saying("both dimension lists should have same length")
    if first and not n or second and not m:
        raise ShapeFault("tensordot(): a 0-d tensor has no dimensions to sum over", "torch.tensordot(a, b, dims=0)")
    return tuple(axis(d, n) for d in first), tuple(axis(d, m) for d in second)


class Kron(ComplexOp):
    """kron(input, other): every element of input times the whole of other, side by side."""

    no_overlap = True
    samples = [(A, B), (V, [[1.0], [2.0]]), ([[1.0, 2.0]], V)]
    errors = [(A, 2)]

    def compose(F, input: Array, other: Array):
        n = max(len(input.shape), len(other.shape))
        left = (1,) * (n - len(input.shape)) + tuple(input.shape)
        right = (1,) * (n - len(other.shape)) + tuple(other.shape)
        apart = (F.reshape(input, tuple(k for length in left for k in (length, 1)))
                 * F.reshape(other, tuple(k for length in right for k in (1, length))))
        lengths = tuple(p * q for p, q in zip(left, right, strict=True))
        return unsafe_view(F.reshape(apart, lengths))


AFTER, BEFORE = np.array([1, 2, 0]), np.array([2, 0, 1])    # of three dimensions, the next ones and those before


class LinalgCross(ComplexOp):
    """linalg.cross(input, other, dim): the vectors perpendicular to pairs of vectors of three numbers along `dim`."""

    names = ("linalg.cross",)
    type_promotion = "same"
    legacy_names = "linalg.Cross"
    modern_names = "LinalgCrossBackward0"
    samples = [(V, W), ([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]], [[1.0], [2.0], [-1.0]], 0),
               ([V, W], [W, [1.0, 1.0, 2.0]])]
    errors = [([1.0, 2.0], [1.0, 2.0]), (V, [V]), (V, W, 2)]

    def forward(input: Array, other: Array, *, dim: Dim = -1):
        if input.ndim != other.ndim:
            raise ShapeFault("linalg.cross: inputs must have the same number of dimensions, and have "
                             f"{input.ndim} and {other.ndim}").saying(
                "linalg.cross: inputs must have the same number of dimensions.")
        refuse_bool("cross", input)
        at = axis(dim, input.ndim)
        if input.ndim == 0 or input.shape[at] != 3 or other.shape[at] != 3:
            raise ShapeFault(f"linalg.cross: inputs dimension {dim} must have length 3. Got "
                             f"{input.shape[at] if input.ndim else 1} and {other.shape[at] if other.ndim else 1}")
        return (input.take(AFTER, at) * other.take(BEFORE, at)) - (input.take(BEFORE, at) * other.take(AFTER, at))

    def grad_input(F, g, other, dim):
        return F.linalg_cross(other, g, dim=dim)

    def grad_other(F, g, input, dim):
        return F.linalg_cross(g, input, dim=dim)


class Cross(ComplexOp):
    """cross(input, other, dim): as linalg.cross, along the first dimension of length 3 where no `dim` is given."""

    vanished = "stay"
    no_overlap = True
    samples = [(V, W), ([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]], [[1.0, 0.5], [2.0, 2.0], [-1.0, 1.0]]),
               ([V, W, V], [W, [1.0, 1.0, 2.0], W], 1)]
    errors = [([1.0, 2.0], [1.0, 2.0]), (V, W, 2)]

    def compose(F, input: Array, other: Array, dim: Dim = None):
        if dim is None:
            warn("Using torch.cross without specifying the dim arg is deprecated.")
            dim = next((i for i, n in enumerate(input.shape) if n == 3), None)
            if dim is None:
                raise ShapeFault("no dimension of size 3 in input", "torch.cross(a, b, dim=0)")
        return F.linalg_cross(input, other, dim=dim)


class MultiDot(ComplexOp):
    """linalg.multi_dot(tensors): the product of a chain of matrices, in the order that takes the fewest
    multiplications; the first and last may be vectors."""

    names = ("linalg.multi_dot",)
    type_promotion = "same"
    samples = [((A, B, A),), (([1.0, 2.0], A, V),), ((A, B),)]
    errors = [((A,),), ((A, A),), ((A, V, A),)]

    def compose(F, tensors: Arrays):
        return chain(F, list(tensors), "multi_dot", vectors=True)


class ChainMatmul(ComplexOp):
    """chain_matmul(*matrices): as linalg.multi_dot, which took its place, of any number of matrices."""

    method = False
    samples = [((A, B, A),), ((A,),)]
    errors = [((A, A),), ((A, V),)]

    def compose(F, matrices: VariadicArrays):
        return matrices[0] if len(matrices) == 1 else chain(F, list(matrices), "chain_matmul", vectors=False)


def chain(F, tensors, name, vectors):
    """The product of a chain; `vectors` says whether its ends may be vectors."""
    if len(tensors) < 2:
        raise ShapeFault(f"{name}(): expected at least 2 tensors but got {len(tensors)}")
    ends = (0, len(tensors) - 1)
    for i, t in enumerate(tensors):
        if len(t.shape) != 2 and not (vectors and len(t.shape) == 1 and i in ends):
            raise ShapeFault(f"{name}(): tensor {i} must be 2D but got {len(t.shape)}D")
    row, column = len(tensors[0].shape) == 1, len(tensors[-1].shape) == 1
    if row:
        tensors[0] = F.unsqueeze(tensors[0], 0)
    if column:
        tensors[-1] = F.unsqueeze(tensors[-1], 1)
    cuts = cheapest([t.shape[0] for t in tensors] + [tensors[-1].shape[1]])
    product = multiplied(F, tensors, cuts, 0, len(tensors) - 1)
    if row:
        product = rename_node(F.squeeze(product, 0), "ViewBackward0")
    return rename_node(F.squeeze(product, -1), "ViewBackward0") if column else product


def cheapest(lengths):
    """For each part of a chain of matrices, where to cut it so that the fewest multiplications are needed."""
    count = len(lengths) - 1
    cost, cuts = {(i, i): 0 for i in range(count)}, {}
    for span in range(1, count):
        for i in range(count - span):
            j = i + span
            cost[i, j], cuts[i, j] = min((cost[i, k] + cost[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1], k)
                                         for k in range(i, j))
    return cuts


def multiplied(F, tensors, cuts, i, j):
    """The product of the matrices from i to j; the depth is at most their number."""
    if i == j:
        return tensors[i]
    k = cuts[i, j]
    return F.mm(multiplied(F, tensors, cuts, i, k), multiplied(F, tensors, cuts, k + 1, j))


class Vander(ComplexOp):
    """vander(x, N, increasing): the matrix whose columns are the powers of a vector from N - 1 down to 0, or up."""

    method = False
    samples = [(V,), (V, 2), (V, 4, True)]
    errors = [(A,), (V, -1)]

    def compose(F, x: Array, N: Int = None, increasing: Flag = False):
        if len(x.shape) != 1:
            raise ShapeFault("x must be a one-dimensional tensor.", ("torch.linalg.vander(x)", "of stacks"))
        n = x.shape[0] if N is None else N
        if n < 0:
            raise ArgumentFault(f"vander(): N must be non-negative, and is {n}")
        rising = powers(F, x, n)
        return rising if increasing or n < 2 else F.flip(rising, (-1,))


class LinalgVander(ComplexOp):
    """linalg.vander(x, N): matrices whose columns are the powers of vectors from 0 to N - 1."""

    names = ("linalg.vander",)
    samples = [(V,), (A, 2), (V, 4)]
    errors = [(V, 1)]

    def compose(F, x: Array, *, N: Int = None):
        n = N if N is not None else x.shape[-1] if x.shape else 1
        if n <= 1:
            raise ArgumentFault(f"linalg.vander: N must be greater than 1, and is {n}", "torch.linalg.vander(x, N=2)")
        return powers(F, x if x.shape else F.unsqueeze(x, 0), n)


def powers(F, x, n):
    """The first n powers of x along a new last dimension, each the one before times x."""
    if numpy_dtype(x).kind not in INEXACT:
        x = F.cast(x, np.dtype(np.int64))
    column = F.unsqueeze(x, -1)
    if n < 2:
        return F.ones_like(column) if n else F.zeros((*x.shape, 0), dtype=x.dtype)
    return F.cat((F.ones_like(column), F.cumprod(F.expand(column, (*x.shape, n - 1)), -1)), -1)
