"""The sizes of matrices: norms, condition, rank; and the pseudo-inverse and least squares, which depend on the last."""

import numpy as np

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, Dims, Flag, NormOrder, Number, Operand, Text, Type
from gradcli.engine.tensor.dtypes import real_type_of
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexOp, MatrixFunction
from gradcli.ops.complex_numbers import adjoint, squares
from gradcli.ops.dtype_checks import check_dtypes, check_norm_types, numpy_dtype
from gradcli.ops.linalg.checks import adjoint_of, check_matrices, check_rows, check_square, is_vector, refuse_integers

DRIVER = Text("gels", "gelsy", "gelsd", "gelss", fault=RefusedAtRunTime,
              message="torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
A = [[2.0, 0.5], [0.25, 1.0]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -3.0], [2.0, 0.5]]]
TALL = [[1.0, 0.5], [2.0, -1.0], [3.0, 2.0]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]
INF = float("inf")
ORDERS = ("fro", "nuc", INF, -INF, 1, -1, 2, -2)


class MatrixNorm(ComplexOp):
    """linalg.matrix_norm(A, ord, dim, keepdim, dtype): the norm of matrices in two dimensions: fro is the root of the
    sum of squares, nuc the sum of singular values, 2 the greatest of them, 1 the greatest sum of a column, inf of a
    row."""

    names = ("linalg.matrix_norm",)
    samples = [(TALL,), (TALL, "nuc"), (TALL, 1), (TALL, -1), (TALL, INF), (TALL, -INF), (TALL, 2), (TALL, -2),
               (PAIR, 1, (0, 1)), (PAIR, 2, (-2, -1), True), (PAIR, "nuc", (1, 0)),
               (TALL, "fro", (-2, -1), False, np.dtype(np.float64))]
    errors = [([1.0],), (TALL, 3), (TALL, "fro", (0, 0))]

    def compose(F, A: Array, ord: NormOrder = "fro", dim: Dims = (-2, -1), keepdim: Flag = False, *,
                dtype: Type = None):
        n = len(A.shape)
        if n < 2 or type(dim) is int or len(dim) != 2 or ord not in ORDERS:
            raise UnfitValue(f"linalg.matrix_norm: order {ord} over dim {dim} of a {n}-d tensor is no matrix norm",
                             ("torch.linalg.vector_norm(a, 3)", "has every order")).saying(
                "linalg.matrix_norm: The input tensor A must have at least 2 dimensions." if n < 2 else
                f"linalg.matrix_norm: Order {ord} not supported." if type(ord) is str or ord not in ORDERS else
                "linalg.matrix_norm: dim must be a 2-tuple of ints")
        rows, columns = axis(dim[0], n), axis(dim[1], n)
        if rows == columns:
            raise ArgumentFault("linalg.matrix_norm: dims must be different", "torch.linalg.matrix_norm(a)")
        check_norm_types("linalg.matrix_norm", numpy_dtype(A), dtype)
        if dtype is not None:
            A = F.cast(A, dtype)
        if ord == "fro":
            return F.linalg_vector_norm(A, 2, (rows, columns), keepdim)
        if ord in (1, -1, INF, -INF):
            summed, least = (rows, columns) if abs(ord) == 1 else (columns, rows)
            sums = F.linalg_vector_norm(A, 1, summed, keepdim)
            if not keepdim and summed < least:
                least -= 1
            if not sums.shape[least]:
                return F.zeros(tuple(F.sum(sums, least, keepdim).shape), dtype=sums.dtype)
            return (F.amax if ord > 0 else F.amin)(sums, least, keepdim)
        order = (*(d for d in range(n) if d not in (rows, columns)), rows, columns)
        values = F.linalg_svdvals(F.permute(A, order))
        if not values.shape[-1] and ord != "nuc":
            values = F.zeros((*values.shape[:-1], 1), dtype=values.dtype)
        norm = F.sum(values, -1) if ord == "nuc" else (F.amax if ord > 0 else F.amin)(values, -1)
        return F.reshape(norm, [1 if d in (rows, columns) else k for d, k in enumerate(A.shape)]) if keepdim else norm


class LinalgNorm(ComplexOp):
    """linalg.norm(A, ord, dim, keepdim, dtype): the norm of vectors, over one dimension or all elements, or, with an
    order over two dimensions, of matrices."""

    names = ("linalg.norm",)
    samples = [(TALL,), (TALL, 1), (TALL, 3.0, 0), (TALL, None, (0, 1)), (TALL, "nuc"), (PAIR, 2, (0, 2), True),
               (TALL, None, None, False, np.dtype(np.float64)), ([1.0, -3.0], 1)]
    errors = [(PAIR, 1), (TALL, 3), (TALL, "nuc", 0)]

    def compose(F, A: Array, ord: NormOrder = None, dim: Dims = None, keepdim: Flag = False, *, dtype: Type = None):
        dims = (dim,) if type(dim) is int else dim
        if ord is None or dims is not None and len(dims) == 1 or dims is None and len(A.shape) == 1:
            if type(ord) is str:
                raise ArgumentFault(f"linalg.norm: the order {ord!r} is one of matrices, over two dimensions",
                                    ("torch.linalg.norm(a)", "the norm of vectors"))
            return F.linalg_vector_norm(A, 2 if ord is None else ord, dims, keepdim, dtype=dtype)
        if dims is None and len(A.shape) != 2:
            raise ShapeFault("linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
                             f"{len(A.shape)}D.", ("torch.linalg.norm(a, 1, dim=(-2, -1))", "of each matrix"))
        return F.linalg_matrix_norm(A, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)


class Cond(ComplexOp):
    """linalg.cond(A, p): how much A can magnify errors, in the norm `p`: the ratio of the greatest to the least
    singular value, or the norm of A times that of its inverse."""

    names = ("linalg.cond",)
    samples = [(A,), (TALL, -2), (A, 1), (PAIR, "fro"), (A, INF)]
    errors = [([1.0],), (WIDE, 1)]

    def compose(F, A: Array, p: NormOrder = None):
        check_matrices("linalg.cond", A)
        if 0 in A.shape:
            return F.zeros(tuple(A.shape[:-2]), dtype=A.dtype)
        if p in (None, 2, -2):
            values = F.linalg_svdvals(A)
            greatest, least = F.select(values, -1, 0), F.select(values, -1, -1)
            return rename_node(least / greatest if p == -2 else greatest / least, "SqueezeBackward1")
        check_square("linalg.cond", A)
        return F.linalg_matrix_norm(A, p) * F.linalg_matrix_norm(F.linalg_inv(A), p)


def smallest(values, shape, atol, rtol):
    """Which singular values count as zero: those up to atol, or rtol times the greatest, one number a matrix."""
    if rtol is None:
        none = atol is None or np.asarray(atol).ndim == 0 and atol == 0
        rtol = np.finfo(values.dtype).eps * max(shape[-2:]) if none else 0
    greatest = values.max(-1, initial=0)
    return np.maximum(0 if atol is None else atol, rtol * greatest)[..., None]


class Pinv(ComplexOp):
    """linalg.pinv(A, rcond, hermitian, atol, rtol): the pseudo-inverse: singular values up to atol, or rtol (also
    called `rcond`) times the greatest, count as zero. `hermitian` matrices are taken to be symmetric, from their lower
    triangle."""

    complex_rules = "own"
    names = ("linalg.pinv",)
    modern_names = "LinalgPinvBackward0"
    samples = [(A,), (TALL,), (WIDE,), (PAIR,), (np.array(A), 0.6), (np.array(A), None, True),
               (np.array(A), None, False, 1.2), (np.array(A), None, False, None, 0.6)]
    errors = [([1.0],), (WIDE, None, True)]

    def forward(A: Array, rcond: Operand = None, hermitian: Flag = False, *, atol: Operand = None,
                rtol: Operand = None):
        check_matrices("linalg.pinv", A)
        rtol = rcond if rtol is None else rtol
        if not A.size:
            return np.zeros((*A.shape[:-2], A.shape[-1], A.shape[-2]), A.dtype)
        if hermitian:
            check_square("linalg.pinv", A)
            values, vectors = np.linalg.eigh(A)
            u, s, vh = vectors * np.sign(values)[..., None, :], np.abs(values), adjoint(vectors)
        else:
            u, s, vh = np.linalg.svd(A, full_matrices=False)
        nonzero = s > smallest(s, A.shape, atol, rtol)
        inverse = np.where(nonzero, 1 / np.where(nonzero, s, 1), 0).astype(A.dtype)
        return (adjoint(vh) * inverse[..., None, :]) @ adjoint(u)

    def grad_A(F, g, A, out):
        return pinv_slope(F, g, A, out)


def pinv_slope(F, g, a, p):
    """The gradient of the pseudo-inverse `p` of `a` where the rank does not change (Golub and Pereyra, 1973)."""
    gt, pt = adjoint_of(F, g), adjoint_of(F, p)
    if a.shape[-2] <= a.shape[-1]:
        inner = gt @ p
        outside = inner @ pt
        return -adjoint_of(F, p @ inner) + outside - (a @ p) @ outside + (pt @ p) @ (gt - inner @ a)
    inner = p @ gt
    outside = pt @ inner
    return -adjoint_of(F, inner @ p) + (gt - a @ inner) @ p @ pt + outside - (outside @ p) @ a


class OldPinverse(ComplexOp):
    """pinverse(input, rcond): as linalg.pinv, which took its place."""

    names = ("pinverse",)
    samples = [(A,), (np.array(A), 0.6)]
    errors = [([1.0],)]

    def compose(F, input: Array, rcond: Operand = 1e-15):
        return F.linalg_pinv(input, rcond)


class MatrixRank(ComplexOp):
    """linalg.matrix_rank(A, tol, hermitian, atol, rtol): how many singular values are above atol (also called `tol`),
    or rtol times the greatest; of `hermitian` matrices eigenvalues, from the lower triangle."""

    names = ("linalg.matrix_rank",)
    samples = [(A,), (A, 1.2), (np.array([[1.0, 3.0], [1.0, 1.0]]), 2.5, True), (A, None, False, 1.2),
               (A, None, False, None, 0.6)]
    errors = [([1.0],)]

    def forward(A: Array, tol: Operand = None, hermitian: Flag = False, *, atol: Operand = None, rtol: Operand = None):
        check_matrices("linalg.matrix_rank", A)
        if tol is not None:
            atol, rtol = tol, 0
        if not A.size:
            return np.zeros(A.shape[:-2], np.int64)
        values = np.abs(np.linalg.eigvalsh(A)) if hermitian else np.linalg.svd(A, compute_uv=False)
        return np.asarray(np.sum(values > smallest(values, A.shape, atol, rtol), -1))


def _over_rows(x, a, b):
    """Solutions for a matrix beside a stack of them: once more for each of its rows where these fit to the stack, as
    PyTorch counts rows as one dimension of a stack of vectors."""
    try:
        stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-1])
    except ValueError:
        return x
    return np.broadcast_to(x, (*stack, *x.shape[-2:]))


class Lstsq(MatrixFunction):
    """linalg.lstsq(A, B, rcond, driver): the X that makes A X - B least, its least norm where several do; with the sums
    of squares left over, the rank of A and its singular values, as far as LAPACK's `driver` of that name gives
    them. As in PyTorch, gradients take no notice of `rcond`."""

    names = ("linalg.lstsq",)
    returns = ("solution", "residuals", "rank", "singular_values")
    multi_output = True
    inert = (3,)
    modern_names = "LinalgLstsqBackward0"
    samples = [(TALL, [[1.0, 2.0], [0.5, -1.0], [2.0, 2.0]]), (WIDE, [[1.0], [2.0]]), (TALL, [1.0, 2.0, 3.0]),
               (np.array(A), np.array([[1.0], [2.0]]), 0.6, "gelsd"),
               (np.array(TALL), [[1.0], [2.0], [4.0]], None, "gelsd")]
    errors = [(TALL, [[1.0]]), (TALL, TALL, None, "fast")]

    def forward(A: Array, B: Array, rcond: Number = None, *, driver: DRIVER = None):
        check_matrices("linalg.lstsq", A)
        refuse_integers("linalg.lstsq", B)
        check_dtypes("torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype {} "
                     "and other's dtype {}", A, B)
        vector = is_vector(A, B)
        b = B[..., None] if vector else B
        check_rows("linalg.lstsq", A, b)
        m, n = A.shape[-2:]
        x = Pinv.forward(A, rcond, False, None, None) @ b
        if not vector and b.ndim == A.ndim - 1:
            x = _over_rows(x, A, b)
        rank = MatrixRank.forward(A, None, False, None, rcond)
        part = real_type_of(A.dtype)
        residuals = np.zeros(0, part)
        if m > n and driver not in (None, "gelsy") and np.all(rank == n):
            residuals = np.sum(squares(A @ x - b), -2)
        values = np.linalg.svd(A, compute_uv=False) if driver in ("gelsd", "gelss") else np.zeros(0, part)
        return (x[..., 0] if vector else x, residuals, np.zeros(0, np.int64) if driver == "gels" else rank, values)

    def grad_A(F, g, A, B, out):
        x, b = out[0], B
        if is_vector(A, B):
            x, b = F.unsqueeze(x, -1), F.unsqueeze(b, -1)
        slope = None
        if g[1] is not None and 0 not in out[1].shape:
            slope = 2 * (F.unsqueeze(g[1], -2) * (A @ x - b)) @ adjoint_of(F, x)
        if g[0] is not None:
            g_x = F.unsqueeze(g[0], -1) if is_vector(A, B) else g[0]
            share = pinv_slope(F, g_x @ adjoint_of(F, b), A, F.linalg_pinv(A))
            slope = share if slope is None else share + slope
        return slope

    def grad_B(F, g, A, B, out):
        slope = None
        if g[1] is not None and 0 not in out[1].shape:
            slope = -2 * F.unsqueeze(g[1], -2) * (A @ out[0] - B)
        if g[0] is not None:
            p = adjoint_of(F, F.linalg_pinv(A))
            share = F.squeeze(p @ F.unsqueeze(g[0], -1), -1) if is_vector(A, B) else p @ g[0]
            slope = share if slope is None else share + slope
        return slope
