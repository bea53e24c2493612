"""Decompositions that tell in a number, instead of refusing, where they could not be completed."""

import math

import numpy as np

from gradcli.engine.autograd.dispatch import result_type
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Flag
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, MatrixFunction
from gradcli.ops.complex_numbers import adjoint
from gradcli.ops.linalg.checks import (
    check_matrices,
    check_square,
    indefinite_fault,
    leading_minor,
    map_matrices,
    singular_fault,
    singular_system_fault,
    zero_pivot,
)
from gradcli.ops.linalg.decompositions import cholesky_slope
from gradcli.ops.linalg.solve import substituted

A = [[2.0, 0.5], [0.25, 1.0]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -3.0], [2.0, 0.5]]]
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
INDEFINITE = np.array([[4.0, 2.0, 1.0], [2.0, -8.0, 1.0], [1.0, 1.0, 9.0]])
POSITIVE = [[3.0, 1.0], [1.0, 2.0]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]
B = [[1.0, 2.0, 0.5], [-1.0, 0.5, 3.0]]


class ZeroPivot(ComplexKernel):
    """zero_pivot(A): for each matrix the place, counted from 1, of the first zero on the diagonal of U; 0 without."""

    samples = [(np.array(A),), (SINGULAR,)]
    errors = [([1.0],)]

    def forward(A: Array):
        check_matrices("zero_pivot", A)
        return map_matrices(zero_pivot, A)


class InvEx(ComplexOp):
    """linalg.inv_ex(A, check_errors): the inverses of square matrices, and for each 0 or the place, counted from 1, of
    the zero on the diagonal that leaves it without one; an error then with `check_errors`."""

    names = ("linalg.inv_ex",)
    returns = ("inverse", "info")
    samples = [(A,), (PAIR,), (SINGULAR,)]
    ignored_options = ("check_errors",)
    errors = [(WIDE,), (SINGULAR, True)]

    def compose(F, A: Array, *, check_errors: Flag = False):
        check_square("linalg.inv_ex", A)
        info = F.zero_pivot(A)
        if not F.any(info):
            return result_type(InvEx)(F.linalg_inv(A), info)
        if check_errors:
            raise singular_fault("linalg.inv_ex", info)
        packed, pivots = F.lu_packed(A)
        return result_type(InvEx)(F.linalg_lu_solve(packed, pivots, F.eye(A.shape[-1], dtype=A.dtype)), info)


class SolveEx(ComplexOp):
    """linalg.solve_ex(A, B, left, check_errors): the X with A X = B, or without `left` X A = B; and for each matrix 0
    or the place, counted from 1, of a zero on the diagonal that leaves no solution; an error then with `check_errors`.
    """

    names = ("linalg.solve_ex",)
    returns = ("result", "info")
    ignored_options = ("check_errors",)
    samples = [(A, B), (PAIR, B), (A, [[1.0, 2.0], [-1.0, 0.5], [3.0, 2.0]], False), (SINGULAR, np.array(B))]
    errors = [(WIDE, B), (SINGULAR, B, True, True)]

    def compose(F, A: Array, B: Array, *, left: Flag = True, check_errors: Flag = False):
        check_square("linalg.solve_ex", A)
        info = F.zero_pivot(A)
        if not F.any(info):
            return result_type(SolveEx)(F.linalg_solve(A, B, left=left), info)
        if check_errors:
            raise singular_system_fault("linalg.solve_ex", info)
        packed, pivots = F.lu_packed(A)
        return result_type(SolveEx)(F.linalg_lu_solve(packed, pivots, B, left=left), info)


class LuFactorEx(ComplexOp):
    """linalg.lu_factor_ex(A, pivot, check_errors): linalg.lu_factor, and for each matrix 0 or the place, counted from
    1, of the first zero on the diagonal of U; an error then with `check_errors`."""

    complex_rules = ""
    names = ("linalg.lu_factor_ex",)
    returns = ("LU", "pivots", "info")
    ignored_options = ("pivot", "check_errors")
    samples = [(A,), (PAIR,), (WIDE,), (SINGULAR,)]
    errors = [([1.0],), (A, False), (SINGULAR, True, True)]

    def compose(F, A: Array, *, pivot: Flag = True, check_errors: Flag = False):
        packed, pivots = F.lu_packed(A, pivot=pivot)
        info = F.zero_pivot(A)
        if check_errors and F.any(info):
            raise singular_fault("linalg.lu_factor_ex", info)
        return result_type(LuFactorEx)(packed, pivots, info)


class CholeskyEx(MatrixFunction):
    """linalg.cholesky_ex(A, upper, check_errors): linalg.cholesky, and for each matrix 0 or the order of the leading
    minor that is not positive-definite, up to which it was factored; an error then with `check_errors`."""

    names = ("linalg.cholesky_ex",)
    returns = ("L", "info")
    modern_names = "LinalgCholeskyExBackward0"
    symmetric = True
    ignored_options = ("check_errors",)
    samples = [(POSITIVE,), (POSITIVE, True), (INDEFINITE,), (INDEFINITE, True)]
    errors = [(WIDE,), (INDEFINITE, False, True)]

    def forward(A: Array, *, upper: Flag = False, check_errors: Flag = False):
        check_square("linalg.cholesky_ex", A)
        lower = adjoint(A) if upper else A
        info = map_matrices(leading_minor, lower)
        if check_errors and info.any():
            raise indefinite_fault("linalg.cholesky_ex", info)
        factors = [factored(matrix, int(k)) for matrix, k in zip(stack(lower), info.reshape(-1), strict=True)]
        factor = np.array(factors, A.dtype).reshape(A.shape)
        return adjoint(factor).copy() if upper else factor, info

    def grad_A(F, g, out, upper):
        return cholesky_slope(F, g, out[0], upper)


def stack(a):
    """Matrices one after the other."""
    return a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:])


def factored(a, minor):
    """The Cholesky factor of a matrix, as far as the leading minor of that order allows; 0: the whole factor."""
    if not minor:
        return np.linalg.cholesky(a)
    k = minor - 1
    factor = np.tril(a)
    if k:
        factor[:k, :k] = np.linalg.cholesky(a[:k, :k])
        factor[k:, :k] = adjoint(substituted(factor[:k, :k], adjoint(a[k:, :k]), False, False))
        factor[k, k] -= factor[k, :k] @ factor[k, :k].conj()
    return factor


class LdlFactorEx(Op):
    """linalg.ldl_factor_ex(A, hermitian, check_errors): L, D and the exchanges of rows with which A = L D L^T, from the
    lower triangle of A, packed in LD and pivots; and for each matrix 0 or the place of a zero in D."""

    memory_order = "columns"
    names = ("linalg.ldl_factor_ex",)
    returns = ("LD", "pivots", "info")
    ignored_options = ("hermitian", "check_errors")
    samples = [(np.array(POSITIVE),), (np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]]),), (SINGULAR,)]
    errors = [(WIDE,), (np.zeros((2, 2)), False, True)]

    def forward(A: Array, *, hermitian: Flag = False, check_errors: Flag = False):
        check_square("linalg.ldl_factor_ex", A)
        parts = [bunch_kaufman(matrix) for matrix in stack(A)]
        packed = np.array([p[0] for p in parts], A.dtype).reshape(A.shape)
        pivots = np.array([p[1] for p in parts], np.int32).reshape(A.shape[:-1])
        info = np.array([p[2] for p in parts], np.int32).reshape(A.shape[:-2])
        if check_errors and info.any():
            raise singular_fault("linalg.ldl_factor_ex", info)
        return packed, pivots, info


class LdlFactor(Op):
    """linalg.ldl_factor(A, hermitian): L, D and the exchanges of rows with which A = L D L^T, from the lower triangle
    of A, packed in LD and pivots."""

    names = ("linalg.ldl_factor",)
    returns = ("LD", "pivots")
    ignored_options = ("hermitian",)
    samples = [(np.array(POSITIVE),), (INDEFINITE,)]
    errors = [(WIDE,)]

    def compose(F, A: Array, *, hermitian: Flag = False):
        return result_type(LdlFactor)(*F.linalg_ldl_factor_ex(A, hermitian=hermitian)[:2])


class LdlSolve(Op):
    """linalg.ldl_solve(LD, pivots, B, hermitian): the X with A X = B, where LD and pivots come from
    linalg.ldl_factor(A)."""

    memory_order = "columns"
    names = ("linalg.ldl_solve",)
    ignored_options = ("hermitian",)
    samples = [(np.array([[3.0, 0.0], [0.5, 2.0]]), np.array([1, 2], np.int32), np.array(B)),
               (np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [1.5, 0.5, -3.0]]), np.array([-3, -3, 3], np.int32),
                np.array([[1.0], [2.0], [3.0]]))]
    errors = [(np.array(WIDE), np.array([1, 2], np.int32), np.array(B))]

    def forward(LD: Array, pivots: Array, B: Array, *, hermitian: Flag = False):
        check_square("linalg.ldl_solve", LD)
        if B.ndim < 2 or B.shape[-2] != LD.shape[-1] or pivots.shape != LD.shape[:-1] or pivots.dtype != np.int32:
            raise ShapeFault("linalg.ldl_solve: LD and pivots are those of linalg.ldl_factor, and B has a row for each "
                             "of LD", "LD, pivots = torch.linalg.ldl_factor(a)")
        lead = np.broadcast_shapes(LD.shape[:-2], B.shape[:-2])
        packed, rows = (stack(np.broadcast_to(x, (*lead, *x.shape[-2:]))) for x in (LD, B))
        order = np.broadcast_to(pivots, (*lead, pivots.shape[-1])).reshape(len(packed), pivots.shape[-1])
        if order.size and (np.abs(order).min() < 1 or np.abs(order).max() > LD.shape[-1]):
            raise ShapeFault("linalg.ldl_solve: pivots count rows from 1", "LD, pivots = torch.linalg.ldl_factor(a)")
        solutions = [ldl_substituted(*parts) for parts in zip(packed, order.tolist(), rows, strict=True)]
        return np.array(solutions, B.dtype).reshape(*lead, *B.shape[-2:])


# Bunch and Kaufman, "Some stable methods for calculating inertia and solving symmetric linear systems" (1977): blocks
# of one or two rows, chosen so that elements grow least; LARGEST is the bound that they show to be best.
LARGEST = (1 + 17 ** 0.5) / 8


def bunch_kaufman(matrix):
    """L and D of a symmetric matrix packed in one, its exchanges of rows, and the place of a zero in D or 0."""
    a = np.tril(matrix)
    n, k, info = len(a), 0, 0
    pivots = np.zeros(n, np.int32)
    while k < n:
        at, wide = pivot_of(a, k)
        if not a[k:, k].any():
            info = info or k + 1
        last = k + wide - 1
        exchange(a, k, last, at)
        pivots[k : last + 1] = at + 1 if wide == 1 else -(at + 1)
        below = a[last + 1 :, k : last + 1]
        block = a[k : last + 1, k : last + 1]
        block = np.tril(block) + np.tril(block, -1).T
        if below.size and block.any():
            factors = below @ np.linalg.inv(block)
            a[last + 1 :, last + 1 :] -= np.tril(factors @ below.T)
            a[last + 1 :, k : last + 1] = factors
        k += wide
    return a, pivots, info


def pivot_of(a, k):
    """The row to bring to row k, or k + 1, and whether one or two rows are eliminated at once."""
    column = np.abs(a[k + 1 :, k])
    if not column.size or not column.any():
        return k, 1
    largest, most = k + 1 + int(np.argmax(column)), column.max()
    diagonal = abs(a[k, k])
    row = max(np.abs(a[largest, k:largest]).max(), np.abs(a[largest + 1 :, largest]).max(initial=0))
    if diagonal >= LARGEST * most or diagonal * row >= LARGEST * most * most:
        return k, 1
    return (largest, 1) if abs(a[largest, largest]) >= LARGEST * row else (largest, 2)


def exchange(a, first, k, at):
    """Exchange rows and columns k and `at` of a symmetric matrix held in its lower triangle from column `first` on."""
    if at == k:
        return
    a[[k, at], first:k] = a[[at, k], first:k]
    a[at + 1 :, [k, at]] = a[at + 1 :, [at, k]]
    between = a[k + 1 : at, k].copy()
    a[k + 1 : at, k] = a[at, k + 1 : at]
    a[at, k + 1 : at] = between
    a[[k, at], [k, at]] = a[[at, k], [at, k]]


def ldl_substituted(a, pivots, b):
    """The solution of L D L^T x = b for one matrix, its factors packed."""
    x, n, k, blocks = b.copy(), len(a), 0, []
    while k < n:
        wide = 1 if pivots[k] > 0 or k + 1 == n else 2
        blocks.append((k, k + wide, abs(pivots[k]) - 1))
        k += wide
    for k, end, at in blocks:
        x[[end - 1, at]] = x[[at, end - 1]]
        x[end:] -= a[end:, k:end] @ x[k:end]
        block = np.tril(a[k:end, k:end])
        block = block + np.tril(block, -1).T
        x[k:end] = np.linalg.solve(block, x[k:end]) if np.linalg.det(block) else x[k:end] / 0.0
    for k, end, at in reversed(blocks):
        x[k:end] -= a[end:, k:end].T @ x[end:]
        x[[end - 1, at]] = x[[at, end - 1]]
    return x
