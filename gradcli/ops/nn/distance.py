"""How far apart, or how alike in direction, vectors are."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, Dims, Flag, Int, Number, Plain, sized
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, FLOATING, OF, category, int64, promote
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.dtype_checks import check_dtypes, check_norm_types, numpy_dtype
from gradcli.ops.reduction.vector_norm import VectorNorm, norm_of

P, Q = [[0.5, 1.5, 0.1], [2.5, 0.25, -1.0]], [[1.0, 1.2, 0.4], [0.7, 2.0, 3.0]]


class PairwiseDistance(ComplexOp):
    """pairwise_distance(x1, x2, p, eps, keepdim): the p-norm of x1 - x2 + eps along the last dimension."""

    names = ("pairwise_distance", "nn.functional.pairwise_distance")
    method = False
    samples = [(P, Q), (P, Q, 1), (P, Q, 2, 0.5), (P, Q, 2, 1e-6, True), (P, Q, float("inf"))]
    errors = [(P, [1.0, 2.0]), (P, "text")]

    def compose(F, x1: Array, x2: Array, p: Number = 2.0, eps: Number = 1e-6, keepdim: Flag = False):
        return F.pair_norm(x1 - x2 + eps, p, -1, keepdim)


class PairNorm(VectorNorm):
    """pair_norm(input, ord, dim, keepdim): a norm, as the call that pairwise_distance makes."""

    method = False
    function = False
    modern_names = "NormBackward1"
    samples = [(P, 2.0, -1, False), (P, 3.0, 0, True)]
    errors = [("text", 2.0, -1, False)]

    def forward(input: Array, ord: Number, dim: Dim, keepdim: Flag):
        return VectorNorm.forward(input, ord, dim, keepdim)


class CosineSimilarity(Op):
    """cosine_similarity(x1, x2, dim, eps): the cosine of the angle between vectors along `dim`; lengths count as at
    least eps."""

    names = ("cosine_similarity", "nn.functional.cosine_similarity")
    method = False
    samples = [(P, Q), (P, Q, 0), (np.array(P), np.array(Q), 1, 3.0), (P, [1.0, 2.0, -1.0])]
    errors = [(P, [1.0, 2.0]), (P, "text"), (P, Q, 5)]

    def compose(F, x1: Array, x2: Array, dim: Dim = 1, eps: Number = 1e-8):
        common = promote(numpy_dtype(x1), numpy_dtype(x2))      # a tensor of no dimensions counts, too
        if category(common) < FLOATING:
            raise TypeFault("expected common dtype to be floating point, yet common dtype is "
                            f"{OF[common].era}", ("x.float()", "the same as floats"))
        if x1.dtype != x2.dtype:
            x1, x2 = F.cast(x1, common), F.cast(x2, common)
        first, second = ((x / F.clamp_min_straight_through(F.linalg_vector_norm(x, 2, dim, True),
                                                           eps)) for x in _expanded(F, x1, x2))
        return F.sum(first * second, dim)


def _expanded(F, x1, x2):
    """Both expanded to the shape in which they meet."""
    return (x1, x2) if tuple(x1.shape) == tuple(x2.shape) else F.broadcast_tensors((x1, x2))


class Normalize(ComplexOp):
    """normalize(input, p, dim, eps): input divided by its p-norm along `dim`, which counts as at least eps."""

    home = "nn.functional"
    samples = [(P,), (P, 1), (P, 2.0, 0), (P, 2.0, 1, 3.0)]
    errors = [(P, 2.0, 5), ("text",)]

    def compose(F, input, p: Number = 2.0, dim: Dims = 1, eps: Number = 1e-12):
        return input / F.clamp_min(F.linalg_vector_norm(input, p, dim, True), eps)


class Cdist(Op):
    """cdist(x1, x2, p, compute_mode): the p-norm of the difference of every row of x1 and every row of x2."""

    one_call = "named"
    ignored_options = ("compute_mode",)
    method = False
    samples = [(P, Q), (P, Q, 1.0), (P, Q, float("inf")), (P, [[0.5, 0.2, 1.0]], 3.0), ([Q, P], [[0.1, 0.9, -0.3]])]
    errors = [(P, [1.0, 2.0]), (P, [[1.0]]), (P, Q, -1.0)]

    def compose(F, x1: Array, x2: Array, p: Number = 2.0, compute_mode: Plain = None):
        if len(x1.shape) < 2 or len(x2.shape) < 2 or x1.shape[-1] != x2.shape[-1]:
            flat = 1 if len(x1.shape) < 2 else 2 if len(x2.shape) < 2 else 0
            raise ShapeFault(f"cdist() needs two stacks of rows of one length, and was given {sized(x1.shape)} and "
                             f"{sized(x2.shape)}").saying(
                f"cdist only supports at least 2D tensors, X{flat} got: {len((x1 if flat == 1 else x2).shape)}D" if flat
                else f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
        for place, x in enumerate((x1, x2), 1):
            if numpy_dtype(x).kind not in FLOAT_KINDS:
                raise TypeFault(f"cdist only supports floating-point dtypes, X{place} got: {OF[numpy_dtype(x)].era}",
                                ("x.float()", "a floating copy"))
        check_dtypes("expected scalar type {} but found {}", x1, x2)
        if p < 0:
            raise ShapeFault("cdist only supports non-negative p values", "torch.cdist(a, b, 2.0)")
        difference = F.unsqueeze(x1, -2) - F.unsqueeze(x2, -3)
        if not difference.shape[-1]:
            return F.sum(difference * difference, -1)
        return F.distances(difference, p, 0, x1, x2)


class Distances(VectorNorm):
    """distances(input, ord, pairs, x1, x2): the norms of order `ord` of the rows of differences of x1 and x2, which
    PyTorch keeps; what does not differ takes no gradient, and the greatest differences take all of it each."""

    opmath = True
    complex = False
    method = False
    function = False
    modern_names = ("CdistBackward0", "PdistBackward0")
    samples = [(P, 2.0, 0, P, P), (P, 1.0, 1, P, P), (P, 3.0, 0, P, P)]
    errors = [("text", 2.0, 0, P, P)]

    def variant(input, ord, pairs, x1, x2):
        return pairs

    def forward(input: Array, ord: Number, pairs: Int, x1: Array, x2: Array):
        check_norm_types("linalg.vector_norm", input.dtype, None)
        return norm_of(input, ord, -1)

    def grad_input(F, g, input, out, ord, x1, x2, input_shape, input_dtype):
        if ord == 0:
            return F.zeros(input_shape, dtype=input_dtype)
        if ord == float("inf"):
            return F.unsqueeze(g, -1) * F.sign(input) * F.cast(F.abs(input) == F.unsqueeze(out, -1), input_dtype)
        if ord == 1:
            return F.unsqueeze(g, -1) * F.where(input == input, F.sign(input), float("nan"))
        slope = VectorNorm.grad_input(F, g, input, out, ord, -1, False, input_shape, input_dtype)
        return F.where(F.unsqueeze(out, -1) == 0, 0, slope)


class Pdist(Op):
    """pdist(input, p): the p-norm of the difference of every two rows, each pair once."""

    one_call = "named"
    names = ("pdist", "nn.functional.pdist")
    method = False
    samples = [([*P, *Q],), ([*P, *Q], 1.0)]
    errors = [([1.0, 2.0],), (P, -1.0)]

    def compose(F, input, p: Number = 2.0):
        if len(input.shape) != 2:
            raise ShapeFault(f"pdist only supports 2D tensors, got: {len(input.shape)}D")
        if p < 0:
            raise ShapeFault("pdist only supports non-negative p values", "F.pdist(x, 2.0)")
        n = input.shape[0]
        first = F.as_tensor([i for i in range(n) for _ in range(i + 1, n)], dtype=int64)
        second = F.as_tensor([j for i in range(n) for j in range(i + 1, n)], dtype=int64)
        difference = F.index_select(input, 0, first) - F.index_select(input, 0, second)
        return F.distances(difference, p, 1, input, input)
