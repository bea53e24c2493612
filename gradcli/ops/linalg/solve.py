"""Inverses, determinants, and systems of equations."""

import numpy as np

from gradcli.engine.autograd.dispatch import result_type
from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, Dims, Flag, Int
from gradcli.engine.autograd.views import unsafe_view
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, MatrixFunction
from gradcli.ops.complex_numbers import adjoint, is_complex
from gradcli.ops.dtype_checks import numpy_dtype
from gradcli.ops.linalg.checks import (
    adjoint_of,
    check_rows,
    check_same_type,
    check_square,
    identity,
    is_vector,
    map_matrices,
    on_diagonal,
    per_matrix,
    singular_fault,
    singular_system_fault,
    transposed,
    without_inverse,
    zero_on_diagonal,
)
from gradcli.ops.reduction.statistics import product_of_others

A = [[2.0, 0.5], [0.25, 1.0]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -3.0], [2.0, 0.5]]]
B = [[1.0, 2.0, 0.5], [-1.0, 0.5, 3.0]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]


class Inverse(ComplexOp):
    """linalg.inv(A): the inverses of square matrices."""

    memory_order = "columns"
    names = ("linalg.inv", "inverse")
    modern_names = "LinalgInvExBackward0"
    samples = [(A,), (PAIR,)]
    errors = [(WIDE,), ([1.0, 2.0],), ([[1.0, 1.0], [1.0, 1.0]],)]

    def forward(A: Array):
        check_square("linalg.inv", A)
        try:
            return np.linalg.inv(A)
        except np.linalg.LinAlgError:
            raise singular_fault("linalg.inv", map_matrices(without_inverse, A)) from None

    def grad_A(F, g, out):
        return -(transposed(F, out) @ g @ transposed(F, out))


class Det(ComplexOp):
    """linalg.det(A): the determinants of square matrices."""

    names = ("linalg.det", "det")
    linked = False
    modern_names = "LinalgDetBackward0"
    gradient_names = "LinalgSolveExBackward0"
    samples = [(A,), (PAIR,)]
    errors = [(WIDE,), ([1.0, 2.0],)]

    def forward(A: Array):
        check_square("linalg.det", A)
        return np.linalg.det(A)

    def grad_A(F, g, A, out):
        if A.shape[-1] == 1:
            return per_matrix(F, g)
        return per_matrix(F, g) * cofactors(F, A, out)


def cofactors(F, A, det):
    """The slopes of the determinant, which singular matrices have too.

    Slopes that are differentiated once more are computed as PyTorch does near singular matrices, where the inverse
    has poor slopes: from singular values, two of which must not be 0.
    """
    if 0 in A.shape:
        return F.zeros_like(A)
    traced = isinstance(A, Tensor)
    flat = F.abs(det) < 100 * float(np.finfo(A.array.dtype).eps) if traced else det == 0
    if not F.any(flat):
        return per_matrix(F, det) * transposed(F, F.linalg_inv(A))
    apart = on_diagonal(F, F.cumsum(F.ones((A.shape[-1],), dtype=A.dtype), 0))     # of singular values that differ
    u, s, vh = F.linalg_svd(F.where(per_matrix(F, flat), A, apart))
    gamma = F.unsqueeze(F.linalg_det(u) * F.linalg_det(vh), -1) * product_of_others(F, s, -1)
    slope = (u * F.unsqueeze(gamma, -2)) @ vh
    if F.all(flat):
        return slope
    regular = F.where(per_matrix(F, flat), identity(F, A), A)
    return F.where(per_matrix(F, flat), slope, per_matrix(F, det) * transposed(F, F.linalg_inv(regular)))


class Slogdet(ComplexOp):
    """linalg.slogdet(A): the sign of the determinant, and the logarithm of its size."""

    complex_rules = "own"
    names = ("linalg.slogdet",)
    returns = ("sign", "logabsdet")
    multi_output = True
    modern_names = "LinalgSlogdetBackward0"
    gradient_names = "LinalgSolveExBackward0"
    samples = [(A,), (PAIR,)]
    errors = [(WIDE,), ([1.0, 2.0],)]

    def forward(A: Array):
        check_square("linalg.slogdet", A)
        sign, log = np.linalg.slogdet(A)
        return np.asarray(sign), np.asarray(log)

    def grad_A(F, g, A):
        if is_complex(A):
            return per_matrix(F, turned_slope(F, g, F.linalg_slogdet(A)[0])) * F.conj(transposed(F, F.linalg_inv(A)))
        return None if g[1] is None else per_matrix(F, g[1]) * transposed(F, F.linalg_inv(A))


def turned_slope(F, g, sign):
    """The gradient by the logarithm of a complex determinant, of those of its sign and of the logarithm of its size."""
    of_sign, of_size = g
    turn = 0 if of_sign is None else F.imag(F.conj(of_sign) * sign)
    size = F.zeros_like(turn) if of_size is None else of_size
    return F.complex(size, -turn if of_sign is not None else F.zeros_like(size))


class SlogdetByName(Slogdet):
    """slogdet(A): the sign of the determinant, and the logarithm of its size: linalg.slogdet by its older name."""

    names = ("slogdet",)


class Logdet(ComplexOp):
    """logdet(input): the logarithm of the determinant; nan where that is negative."""

    samples = [(A,), (PAIR,)]
    errors = [(WIDE,)]

    def compose(F, input):
        sign, log = F.linalg_slogdet(input)
        if numpy_dtype(sign).kind == "c":
            return F.log(sign) + log
        return F.where(sign == -1, float("nan"), log)


class Solve(ComplexOp):
    """linalg.solve(A, B, left): the X with A X = B, or without `left` X A = B."""

    names = ("linalg.solve",)
    samples = [(A, B), (A, [1.0, 2.0]), (PAIR, B), (A, [[1.0, 2.0], [-1.0, 0.5], [3.0, 2.0]], False),
               (PAIR, [[1.0, 2.0], [0.5, 3.0]])]
    errors = [(WIDE, B), (A, [1.0, 2.0, 3.0]), ([[1.0, 1.0], [1.0, 1.0]], B)]

    def compose(F, A: Array, B: Array, *, left: Flag = True):
        check_square("linalg.solve", A)
        if is_vector(A, B):
            return unsafe_view(F.squeeze(F.solved(A, F.unsqueeze(B, -1)), -1), "LinalgSolveExBackward0")
        return F.solved(A, B) if left else transposed(F, F.solved(transposed(F, A), transposed(F, B)))


class Solved(ComplexKernel):
    """solved(A, B): the X with A X = B."""

    saved_for_versions = ("out",)
    memory_order = "columns"
    modern_names = "LinalgSolveExBackward0"
    samples = [(A, B), (PAIR, B)]
    errors = [(WIDE, B), (A, [[1.0], [2.0], [3.0]])]

    def forward(A: Array, B: Array):
        check_square("linalg.solve", A)
        check_same_type("linalg.solve", A, B)
        check_rows("linalg.solve", A, B)
        try:
            return np.linalg.solve(A, B)
        except np.linalg.LinAlgError:
            raise singular_system_fault("linalg.solve", map_matrices(without_inverse, A)) from None

    def grad_A(F, g, A, out):
        return -(F.solved(transposed(F, A), g) @ transposed(F, out))

    def grad_B(F, g, A, out):
        return F.solved(transposed(F, A), g)


class SolveTriangular(ComplexOp):
    """linalg.solve_triangular(A, B, upper, left, unitriangular): the X with A X = B, reading one triangle of A; without
    `left` X A = B; the diagonal counts as ones if `unitriangular`."""

    saved_for_versions = ("out",)
    memory_order = "columns"
    names = ("linalg.solve_triangular",)
    modern_names = "LinalgSolveTriangularBackward0"
    samples = [(A, B, True), (A, B, False), (A, B, True, True, True), (PAIR, B, False),
               (A, [[1.0, 2.0], [-1.0, 0.5], [3.0, 2.0]], True, False)]
    errors = [(WIDE, B, True), (A, [1.0, 2.0], True), (A, [[1.0], [2.0], [3.0]], True)]

    def forward(A: Array, B: Array, *, upper: Flag, left: Flag = True, unitriangular: Flag = False):
        check_square("linalg.solve_triangular", A)
        B = B.astype(A.dtype, copy=False)      # which PyTorch does without a word
        if B.ndim < 2:
            raise ShapeFault("linalg.solve_triangular: B must be a matrix, or a stack of them",
                             ("b.unsqueeze(-1)", "a vector as a column"))
        check_rows("linalg.solve_triangular", A, B, -2 if left else -1)
        if left:
            return substituted(A, B, upper, unitriangular)
        return substituted(A.swapaxes(-1, -2), B.swapaxes(-1, -2), not upper, unitriangular).swapaxes(-1, -2)

    def grad_A(F, g, A, out, upper, left, unitriangular):
        back = F.linalg_solve_triangular(transposed(F, A), g, upper=not upper, left=left, unitriangular=unitriangular)
        slope = -(back @ transposed(F, out) if left else transposed(F, out) @ back)
        return F.triu(slope, int(unitriangular)) if upper else F.tril(slope, -int(unitriangular))

    def grad_B(F, g, A, out, upper, left, unitriangular, B_dtype):
        back = F.linalg_solve_triangular(transposed(F, A), g, upper=not upper, left=left, unitriangular=unitriangular)
        return F.cast(back, B_dtype)


def substituted(a, b, upper, unit):
    """Solve with one triangle of `a`, row after row; zeros on the diagonal give inf and nan, as division does."""
    n = a.shape[-1]
    x = np.empty((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), n, b.shape[-1]), b.dtype)
    for i in range(n - 1, -1, -1) if upper else range(n):
        solved = slice(i + 1, n) if upper else slice(0, i)
        row = b[..., i : i + 1, :] - a[..., i : i + 1, solved] @ x[..., solved, :]
        x[..., i : i + 1, :] = row if unit else row / a[..., i : i + 1, i : i + 1]
    return x


class TriangularSolve(ComplexOp):
    """triangular_solve(input, A, upper, transpose, unitriangular): the X with A X = input, reading one triangle of A,
    together with A."""

    names = ("triangular_solve", "trtrs")
    returns = ("solution", "cloned_coefficient")
    samples = [(B, A), (B, A, False), (B, A, True, True), (B, A, True, False, True)]
    errors = [(B, WIDE), ([[1.0], [2.0], [3.0]], A)]

    def compose(F, input: Array, A: Array, upper: Flag = True, transpose: Flag = False, unitriangular: Flag = False):
        check_square("triangular_solve", A)
        check_same_type("triangular_solve", A, input)
        matrix, upper = (transposed(F, A), not upper) if transpose else (A, upper)
        solution = F.linalg_solve_triangular(matrix, input, upper=upper, unitriangular=unitriangular)
        results = [rename_node(x, "TriangularSolveBackward0") for x in (solution, F.clone(A))]
        return result_type(TriangularSolve)(*results)


class CholeskySolve(MatrixFunction):
    """cholesky_solve(input, input2, upper): the X with A X = input, where input2 is the Cholesky factor of A."""

    saved_for_versions = ("input", "out")
    samples = [(B, np.array([[2.0, 0.0], [0.25, 1.0]])), (B, np.array([[2.0, 0.5], [0.0, 1.0]]), True),
               (B, np.array(PAIR))]
    gradient_only_samples = [(B, [[2.0, 0.0], [0.25, 1.0]]), (B, [[2.0, 0.5], [0.0, 1.0]], True), (B, PAIR)]
    errors = [(B, WIDE), ([[1.0], [2.0], [3.0]], A)]

    def forward(input: Array, input2: Array, upper: Flag = False):
        check_square("cholesky_solve", input2)
        check_same_type("cholesky_solve", input2, input)
        check_rows("cholesky_solve", input2, input)
        factor = adjoint(input2) if upper else input2
        return substituted(adjoint(factor), substituted(factor, input, False, False), True, False)

    def grad_input(F, g, input, input2, out, upper):
        return F.cholesky_solve(g, input2, upper)

    def grad_input2(F, g, input, input2, out, upper):
        # as if A were made of the whole of input2: the half that is not read has slopes too, as in PyTorch
        inner = F.cholesky_solve(g, input2, upper) @ adjoint_of(F, out)
        both = inner + adjoint_of(F, inner)
        return -(input2 @ both) if upper else -(both @ input2)


class CholeskyInverse(MatrixFunction):
    """cholesky_inverse(input, upper): the inverse of the matrix whose Cholesky factor is input."""

    samples = [(np.array([[2.0, 0.0], [0.25, 1.0]]),), (np.array([[2.0, 0.5], [0.0, 1.0]]), True), (np.array(PAIR),)]
    gradient_only_samples = [([[2.0, 0.0], [0.25, 1.0]],), ([[2.0, 0.5], [0.0, 1.0]], True), (PAIR,)]
    errors = [(WIDE,)]

    def forward(input: Array, upper: Flag = False):
        check_square("cholesky_inverse", input)
        zeros = zero_on_diagonal(input)
        if zeros.any():
            raise singular_fault("cholesky_inverse", zeros)
        factor = adjoint(input) if upper else input
        ones = np.broadcast_to(np.eye(input.shape[-1], dtype=input.dtype), input.shape)
        inverse = substituted(factor, ones, False, False)
        return adjoint(inverse) @ inverse

    def grad_input(F, g, input, out, upper):
        both = out @ (g + adjoint_of(F, g)) @ out
        return -(input @ both) if upper else -(both @ input)


class TensorInv(ComplexOp):
    """linalg.tensorinv(A, ind): the inverse for tensordot, where the first `ind` dimensions of A are its rows."""

    names = ("linalg.tensorinv",)
    samples = [([[[[2.0, 0.5], [1.0, 3.0]]], [[[0.5, 1.0], [2.0, -1.0]]], [[[1.0, 0.25], [4.0, 2.0]]],
                 [[[0.0, 3.0], [1.0, 1.0]]]], 2), (A, 1)]
    errors = [(A, 0), (WIDE, 1)]

    def compose(F, A: Array, ind: Int = 2):
        shape = tuple(A.shape)
        rows, columns = np.prod(shape[:ind], dtype=int), np.prod(shape[ind:], dtype=int)
        if ind < 1 or rows != columns:
            raise ShapeFault(f"linalg.tensorinv: the product of the first ind={ind} lengths must be that of the "
                             f"others, and they are {rows} and {columns}").saying(
                "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
                f"{columns} != {rows}" if ind > 0 else "Expected a strictly positive integer for 'ind'")
        inverse = F.linalg_inv(F.reshape(A, (int(rows), int(columns))))
        return F.reshape(inverse, shape[ind:] + shape[:ind])


class TensorSolve(ComplexOp):
    """linalg.tensorsolve(A, B, dims): the X with tensordot(A, X, X.ndim) = B; `dims` of A are moved last first."""

    names = ("linalg.tensorsolve",)
    samples = [(A, [1.0, 2.0]), (A, [1.0, 2.0], (0,)),
               ([[[2.0, 0.5, 1.0, 0.0]], [[0.5, 1.0, 2.0, -1.0]], [[1.0, 0.25, 4.0, 2.0]], [[0.0, 3.0, 1.0, 1.0]]],
                [[1.0], [2.0], [3.0], [0.5]])]
    errors = [(A, [1.0, 2.0, 3.0])]

    def compose(F, A: Array, B: Array, dims: Dims = None):
        if dims is not None and A.shape:
            moved = [axis(d, len(A.shape)) for d in ((dims,) if type(dims) is int else dims)]
            A = F.permute(A, tuple(d for d in range(len(A.shape)) if d not in moved) + tuple(moved))
        shape, count = tuple(A.shape), int(np.prod(B.shape))
        columns = int(np.prod(shape[len(B.shape):]))
        if columns != count or int(np.prod(shape[: len(B.shape)])) != count:
            raise ShapeFault(f"linalg.tensorsolve: A of shape {shape} does not make a square system with B of shape "
                             f"{tuple(B.shape)}")
        solution = F.linalg_solve(F.reshape(A, (count, columns)), F.reshape(B, (count,)))
        return F.reshape(solution, shape[len(B.shape):])
