"""The factors P L U of matrices, whole, packed into one matrix, and put to use."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Flag, Index
from gradcli.faults.tree import ArgumentFault, ShapeFault, TypeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, MatrixFunction
from gradcli.ops.complex_numbers import sizes
from gradcli.ops.linalg.checks import (
    adjoint_of,
    check_matrices,
    check_rows,
    check_square,
    transposed,
    zero_on_diagonal,
    zero_pivot_fault,
)

A = [[0.5, 2.0], [1.0, 0.25]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -3.0], [2.0, 0.5]]]
WIDE = [[1.0, 2.0, 3.0], [2.5, -1.0, 2.0]]
TALL = [[1.0, 0.5], [2.0, -1.0], [3.0, 2.0]]
SWAP = np.array([2, 2], np.int32)


def eliminated(a):
    """L and U packed into one matrix, and the row each row was exchanged with, counted from 1."""
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    packed = a.astype(wide).reshape(math.prod(a.shape[:-2]), *a.shape[-2:])
    m, n = packed.shape[1:]
    pivots = np.empty((len(packed), min(m, n)), np.int32)
    stack = np.arange(len(packed))
    for k in range(min(m, n)):
        at = k + np.argmax(sizes(packed[:, k:, k]), axis=1)
        pivots[:, k] = at + 1
        packed[stack, k], packed[stack, at] = packed[stack, at], packed[stack, k].copy()
        pivot = packed[:, k, k, None]
        packed[:, k + 1 :, k] /= np.where(pivot == 0, 1, pivot)     # a column of zeros has nothing to eliminate
        packed[:, k + 1 :, k + 1 :] -= packed[:, k + 1 :, k, None] * packed[:, k, None, k + 1 :]
    return packed.reshape(a.shape).astype(a.dtype), pivots.reshape(*a.shape[:-2], min(m, n))


def permutation(pivots, rows, dtype):
    """The matrix P of exchanges: P L U is the matrix that was factored."""
    flat = pivots.reshape(math.prod(pivots.shape[:-1]), pivots.shape[-1])
    order = np.tile(np.arange(rows), (len(flat), 1))
    stack = np.arange(len(flat))
    for k in range(flat.shape[1]):
        at = flat[:, k] - 1
        order[stack, k], order[stack, at] = order[stack, at], order[stack, k].copy()
    return (np.arange(rows)[:, None] == order[:, None, :]).astype(dtype).reshape(*pivots.shape[:-1], rows, rows)


def unpacked(F, packed):
    """L with its ones, and U."""
    m, n = packed.shape[-2:]
    k = min(m, n)
    lower = F.tril(F.narrow(packed, -1, 0, k), -1) + F.eye(m, k, dtype=packed.dtype)
    return lower, F.triu(F.narrow(packed, -2, 0, k))


def refuse_unpivoted(pivot):
    """Refuse elimination without exchanges, which PyTorch does not have for the CPU."""
    if not pivot:
        raise ArgumentFault("linalg.lu_factor: LU without pivoting is not implemented on the CPU", "torch.linalg.lu(a)")


class Lu(ComplexOp):
    """linalg.lu(A, pivot): P, L and U with A = P L U: a permutation, and two triangles."""

    complex_rules = "own"
    names = ("linalg.lu",)
    returns = ("P", "L", "U")
    inert = (0,)
    multi_output = True
    modern_names = "LinalgLuBackward0"
    ignored_options = ("pivot",)
    samples = [(A, True), (PAIR,), (WIDE,), (TALL,)]
    errors = [([1.0],), (A, False)]

    def forward(A: Array, *, pivot: Flag = True):
        check_matrices("linalg.lu", A)
        refuse_unpivoted(pivot)
        packed, pivots = eliminated(A)
        k, diagonal = pivots.shape[-1], np.eye(A.shape[-2], pivots.shape[-1], dtype=A.dtype)
        return (permutation(pivots, A.shape[-2], A.dtype), np.tril(packed[..., :k], -1) + diagonal,
                np.triu(packed[..., :k, :]))

    def grad_A(F, g, out):
        g_l, g_u = (F.zeros_like(x) if grad is None else grad for x, grad in zip(out[1:], g[1:], strict=True))
        return _slope(F, *out, g_l, g_u)


def _slope(F, p, lower, upper, g_l, g_u):
    """The gradient of P L U, from those of L and U, for square, wide and tall matrices."""
    (m, k), n = lower.shape[-2:], upper.shape[-1]
    top, left = F.narrow(lower, -2, 0, k), F.narrow(upper, -1, 0, k)
    below = adjoint_of(F, top) @ F.narrow(g_l, -2, 0, k)
    above = F.narrow(g_u, -1, 0, k) @ adjoint_of(F, left)
    if n > k:
        rest = F.narrow(g_u, -1, k, n - k)
        below = below - rest @ adjoint_of(F, F.narrow(upper, -1, k, n - k))
    if m > k:
        rest = F.narrow(g_l, -2, k, m - k)
        above = above - adjoint_of(F, F.narrow(lower, -2, k, m - k)) @ rest
    inner = F.tril(below, -1) + F.triu(above)
    slope = F.linalg_solve_triangular(adjoint_of(F, left), inner, upper=False, left=False)
    if n > k:
        slope = F.cat((slope, rest), -1)
    slope = F.linalg_solve_triangular(adjoint_of(F, top), slope, upper=True, unitriangular=True)
    if m > k:
        slope = F.cat((slope, F.linalg_solve_triangular(adjoint_of(F, left), rest, upper=False, left=False)), -2)
    return p @ slope


class LuFactor(MatrixFunction):
    """linalg.lu_factor(A, pivot): L, below its diagonal of ones, and U in one matrix; and the row that each row was
    exchanged with, counted from 1."""

    names = ("linalg.lu_factor",)
    returns = ("LU", "pivots")
    modern_names = "LinalgLuFactorExBackward0"
    ignored_options = ("pivot",)
    samples = [(A, True), (PAIR,), (WIDE,), (TALL,)]
    errors = [([1.0],), (A, False)]

    def forward(A: Array, *, pivot: Flag = True):
        packed, pivots = LuPacked.forward(A, pivot=pivot)
        zeros = zero_on_diagonal(packed)
        if zeros.any():
            raise zero_pivot_fault("torch.linalg.lu_factor", zeros)
        return packed, pivots

    def grad_A(F, g, out):
        return _packed_slope(F, g, *out)


def _packed_slope(F, g, packed, pivots):
    """The gradient of the matrix, from that of the packed factors."""
    p = F.lu_unpack(packed, pivots, False, True)[0]
    k = min(packed.shape[-2:])
    return _slope(F, p, *unpacked(F, packed), F.tril(F.narrow(g, -1, 0, k), -1), F.triu(F.narrow(g, -2, 0, k)))


class LuPacked(ComplexKernel):
    """lu_packed(A, pivot): as linalg.lu_factor, also where U has a zero on its diagonal."""

    complex_rules = "own"
    memory_order = "columns"
    modern_names = "LinalgLuFactorExBackward0"
    ignored_options = ("pivot",)
    samples = [(A, True), (WIDE,), (TALL,)]
    errors = [([1.0],), (A, False)]

    def forward(A: Array, *, pivot: Flag = True):
        check_matrices("linalg.lu_factor", A)
        refuse_unpivoted(pivot)
        return eliminated(A)

    def grad_A(F, g, out):
        return _packed_slope(F, g, *out)


class OldLu(ComplexOp):
    """lu(A, pivot, get_infos): as linalg.lu_factor, which took its place; with `get_infos` also a 0 for each matrix."""

    names = ("lu", "btrifact")
    ignored_options = ("pivot",)
    samples = [(A,), (TALL,), (A, True, True)]
    errors = [([1.0],), (A, False)]

    def compose(F, A: Array, pivot: Flag = True, get_infos: Flag = False):
        packed, pivots = F.lu_packed(A, pivot=pivot)
        return (packed, pivots, F.zeros(tuple(A.shape[:-2]), dtype=pivots.dtype)) if get_infos else (packed, pivots)


class LuUnpack(ComplexOp):
    """lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots): P, L and U from their packed form; empty what is not
    asked for."""

    complex_rules = "own"
    names = ("lu_unpack", "btriunpack")
    method = False
    returns = ("P", "L", "U")
    inert = (0,)
    multi_output = True
    modern_names = "LuUnpackBackward0"
    samples = [(A, SWAP), (WIDE, SWAP), (TALL, SWAP), (A, SWAP, False), (A, SWAP, True, False)]
    errors = [([1.0], SWAP), (A, [1.0, 2.0])]

    def forward(LU_data: Array, LU_pivots: Index, unpack_data: Flag = True, unpack_pivots: Flag = True):
        if LU_data.ndim < 2:
            raise ShapeFault("lu_unpack: the packed factors are matrices, and LU_data has "
                             f"{LU_data.ndim} dimensions", "torch.linalg.lu_factor(a)")
        if LU_pivots.dtype != np.int32:
            raise TypeFault("torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype",
                            ("pivots.int()", "as they come from torch.linalg.lu_factor"))
        empty = np.zeros(0, LU_data.dtype)
        k = min(LU_data.shape[-2:])
        p = permutation(LU_pivots[..., :k], LU_data.shape[-2], LU_data.dtype) if unpack_pivots else empty
        if not unpack_data:
            return p, empty, empty
        diagonal = np.eye(LU_data.shape[-2], k, dtype=LU_data.dtype)
        return p, np.tril(LU_data[..., :k], -1) + diagonal, np.triu(LU_data[..., :k, :])

    def grad_LU_data(F, g, LU_data_shape, unpack_data):
        m, n = LU_data_shape[-2:]
        k = min(m, n)
        if not unpack_data:
            return None
        parts = []
        if g[1] is not None:
            below = F.tril(g[1], -1)
            rest = F.zeros((*below.shape[:-1], n - k), dtype=below.dtype)
            parts.append(F.cat((below, rest), -1) if n > k else below)
        if g[2] is not None:
            above = F.triu(g[2])
            rest = F.zeros((*above.shape[:-2], m - k, n), dtype=above.dtype)
            parts.append(F.cat((above, rest), -2) if m > k else above)
        return sum(parts[1:], parts[0]) if parts else None


class LuSolve(ComplexOp):
    """linalg.lu_solve(LU, pivots, B, left, adjoint): the X with A X = B, where LU and pivots are the packed factors of
    A; without `left` X A = B; with `adjoint` the transpose of A stands for A."""

    one_call = "LinalgLuSolveBackward0"
    names = ("linalg.lu_solve",)
    samples = [(A, SWAP, TALL[:2]), (A, SWAP, TALL, False), (A, SWAP, A, True, True), (A, SWAP, A, False, True)]
    errors = [(WIDE, SWAP, A), (A, SWAP, TALL)]

    def compose(F, LU: Array, pivots: Index, B: Array, *, left: Flag = True, adjoint: Flag = False):
        check_square("linalg.lu_solve", LU)
        if len(B.shape) < 2:
            raise ShapeFault("linalg.lu_solve: B must be a matrix, or a stack of them",
                             ("b.unsqueeze(-1)", "a vector as a column"))
        check_rows("linalg.lu_solve", LU, B, -2 if left else -1)
        b = B if left else adjoint_of(F, B) if adjoint else transposed(F, B)
        p = F.lu_unpack(LU, pivots, False, True)[0]
        if left != adjoint:
            halfway = F.linalg_solve_triangular(LU, transposed(F, p) @ b, upper=False, unitriangular=True)
            x = F.linalg_solve_triangular(LU, halfway, upper=True)
        else:
            back = adjoint_of(F, LU) if adjoint else transposed(F, LU)
            halfway = F.linalg_solve_triangular(back, b, upper=False)
            x = p @ F.linalg_solve_triangular(back, halfway, upper=True, unitriangular=True)
        return x if left else adjoint_of(F, x) if adjoint else transposed(F, x)


class OldLuSolve(ComplexOp):
    """lu_solve(input, LU_data, LU_pivots): the X with A X = input, where LU_data and LU_pivots are the packed factors
    of A."""

    names = ("lu_solve", "btrisolve")
    samples = [(TALL[:2], A, SWAP)]
    errors = [(TALL, A, SWAP)]

    def compose(F, input: Array, LU_data: Array, LU_pivots: Index):
        return F.linalg_lu_solve(LU_data, LU_pivots, input)
