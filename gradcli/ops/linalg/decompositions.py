"""Factors of matrices: Cholesky, QR, singular values, eigenvalues of symmetric matrices."""

import numpy as np

from gradcli.engine.autograd.dispatch import result_type
from gradcli.engine.autograd.signature import Array, Flag, Text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import ArgumentFault, GradFault, ShapeFault, ValueFault
from gradcli.ops.base import ComplexOp, MatrixFunction
from gradcli.ops.complex_numbers import adjoint, conjugated, is_complex
from gradcli.ops.dtype_checks import check_dtypes, numpy_dtype
from gradcli.ops.linalg.checks import (
    adjoint_of,
    check_matrices,
    check_square,
    indefinite_fault,
    leading_minor,
    map_matrices,
    on_diagonal,
    pairwise_differences,
    per_matrix,
)

QR_MODE = Text("reduced", "complete", "r", fault=RefusedAtRunTime,
               message="qr received unrecognized mode '{}' but expected "
               "one of 'reduced' (default), 'r', or 'complete'")
UPLO_LETTERS = Text("L", "U", "l", "u", fault=RefusedAtRunTime,
                    message="Expected UPLO argument to be 'L' or 'U', but got {}")
PHASE_BOUND = {np.dtype(np.float32): 1e-3, np.dtype(np.float64): 1e-8}
A = [[2.0, 0.5], [0.25, 1.0]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[3.0, -1.0], [2.0, 2.5]]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]
TALL = [[1.0, 0.5], [2.0, -1.0], [3.0, 2.0]]


class Cholesky(MatrixFunction):
    """linalg.cholesky(A, upper): the triangular L with A = L L^T, from the same triangle of A; with `upper` its
    transpose."""

    names = ("linalg.cholesky",)
    modern_names = "LinalgCholeskyExBackward0"
    symmetric = True
    samples = [(A,), (A, True), (PAIR,)]
    errors = [(WIDE,), ([[1.0, 2.0], [2.0, 1.0]],)]

    def forward(A: Array, *, upper: Flag = False):
        check_square("linalg.cholesky", A)
        try:
            return adjoint(np.linalg.cholesky(adjoint(A))).copy() if upper else np.linalg.cholesky(A)
        except np.linalg.LinAlgError:
            raise indefinite_fault("linalg.cholesky", map_matrices(leading_minor, adjoint(A) if upper else A)) from None

    def grad_A(F, g, out, upper):
        return cholesky_slope(F, g, out, upper)


def cholesky_slope(F, g, out, upper):
    """The gradient of the matrix, from that of its Cholesky factor."""
    factor, g = (adjoint_of(F, out), adjoint_of(F, g)) if upper else (out, g)
    lower = F.tril(adjoint_of(F, factor) @ g)
    both = (lower + adjoint_of(F, F.tril(lower, -1))) * 0.5
    back = F.linalg_solve_triangular(adjoint_of(F, factor), both, upper=True)
    return F.linalg_solve_triangular(factor, back, upper=False, left=False)


def hermitian(F, x):
    """The Hermitian part of complex matrices, as gradients are in which the diagonal is real; real ones as they are."""
    return (x + adjoint_of(F, x)) * 0.5 if is_complex(x) else x


def refuse_phases(F, name, *products):
    """Refuse gradients by complex vectors that depend on their phases, which any decomposition chooses freely: those
    whose products with the vectors are not real on the diagonal, or not so in all."""
    if is_complex(products[0]):
        arrays = [x.array if isinstance(x, Tensor) else x for x in products]
        turns = sum(np.diagonal(x, 0, -2, -1).imag for x in arrays)
        if np.abs(turns).max(initial=0) > PHASE_BOUND[turns.dtype] * max(np.abs(x).max(initial=0) for x in arrays):
            raise GradFault(f"{name}_backward: the vectors in the complex case are specified up to multiplication by "
                            "e^{i phi}, and the loss depends on phi, so it is ill-defined",
                            ("vectors.abs()", "depends on no phase"))


class OldCholesky(Cholesky):
    """cholesky(A, upper): as linalg.cholesky, which took its place."""

    names = ("cholesky",)
    modern_names = "CholeskyBackward0"

    def forward(A: Array, upper: Flag = False):
        return Cholesky.forward(A, upper)


class Qr(MatrixFunction):
    """linalg.qr(A, mode): the orthogonal Q and the triangular R with A = Q R; `mode` complete makes Q square, and
    r leaves it out."""

    names = ("linalg.qr",)
    returns = ("Q", "R")
    multi_output = True
    modern_names = "LinalgQrBackward0"
    samples = [(TALL,), (WIDE,), (A, "complete"), (PAIR,), (np.array(TALL), "complete"), (np.array(TALL), "r")]
    errors = [([1.0, 2.0],), (A, "thin")]

    def forward(A: Array, mode: QR_MODE = "reduced"):
        check_matrices("linalg.qr", A)
        if mode == "r":
            return np.zeros(0, A.dtype), np.asarray(np.linalg.qr(A, "r"))
        return tuple(np.linalg.qr(A, mode))

    def grad_A(F, g, A_shape, out, mode):
        m, n = A_shape[-2:]
        q, r = out
        if mode == "r" or mode == "complete" and m > n:
            raise NotDifferentiable(f"linalg.qr: mode='{mode}' of {m} by {n} matrices is not differentiable: the "
                                    "columns left over are any of many",
                                    ("torch.linalg.qr(a)", "the reduced form, which is"))
        g_q, g_r = (F.zeros_like(x) if grad is None else grad for x, grad in zip((q, r), g, strict=True))
        if m >= n:
            return _qr_slope(F, q, r, g_q, g_r)
        rest = F.narrow(r, -1, m, n - m)
        g_rest = F.narrow(g_r, -1, m, n - m)
        first = _qr_slope(F, q, F.narrow(r, -1, 0, m), g_q + q @ rest @ adjoint_of(F, g_rest), F.narrow(g_r, -1, 0, m))
        return F.cat((first, q @ g_rest), -1)


def _qr_slope(F, q, r, g_q, g_r):
    """The gradient of Q R, from those of Q and of a square R."""
    upper = F.triu(g_r @ adjoint_of(F, r) - adjoint_of(F, q) @ g_q)
    both = hermitian(F, upper + adjoint_of(F, F.triu(upper, 1)))
    return F.linalg_solve_triangular(adjoint_of(F, r), q @ both + g_q, upper=False, left=False)


class OldQr(ComplexOp):
    """qr(input, some): as linalg.qr, which took its place; without `some` Q is square."""

    names = ("qr",)
    returns = ("Q", "R")
    samples = [(TALL,), (np.array(TALL), False), (A, False)]
    errors = [([1.0, 2.0],)]

    def compose(F, input: Array, some: Flag = True):
        return F.linalg_qr(input, "reduced" if some else "complete")


class Svd(MatrixFunction):
    """linalg.svd(A, full_matrices): U, S and Vh with A = U diag(S) Vh; the square U and Vh, or without
    `full_matrices` only the columns and rows that S meets."""

    names = ("linalg.svd",)
    returns = ("U", "S", "Vh")
    multi_output = True
    modern_names = "LinalgSvdBackward0"
    samples = [(A,), (TALL, False), (WIDE, False), (PAIR,)]
    errors = [([1.0, 2.0],), ("text",)]

    def forward(A: Array, full_matrices: Flag = True):
        check_matrices("linalg.svd", A)
        try:
            return tuple(np.linalg.svd(A, full_matrices))
        except np.linalg.LinAlgError:
            raise ValueFault("linalg.svd: the algorithm failed to converge, because the input is not finite or its "
                             "singular values are too close") from None

    def grad_A(F, g, A_shape, out):
        m, n = A_shape[-2:]
        k = min(m, n)
        g_u, g_s, g_vh = g
        s, u, vh = out[1], F.narrow(out[0], -1, 0, k), F.narrow(out[2], -2, 0, k)
        across = F.unsqueeze(s, -2)
        apart, turns = pairwise_differences(F, s * s), []
        inner = 0 if g_s is None else on_diagonal(F, F.cast(g_s, numpy_dtype(u)))
        outer = 0
        if g_u is not None:
            g_u = F.narrow(g_u, -1, 0, k)
            product = adjoint_of(F, u) @ g_u
            turns.append(product)
            inner = (product - adjoint_of(F, product)) / apart * across + inner
            if m > k:
                outer = ((g_u - u @ product) / across) @ vh
        if g_vh is not None:
            g_vh = F.narrow(g_vh, -2, 0, k)
            product = vh @ adjoint_of(F, g_vh)
            turns.append(product)
            inner = F.unsqueeze(s, -1) * ((product - adjoint_of(F, product)) / apart) + inner
            if n > k:
                outer = u @ ((g_vh - adjoint_of(F, product) @ vh) / F.unsqueeze(s, -1)) + outer
        if turns and is_complex(u):
            refuse_phases(F, "linalg.svd", *turns)
            if g_u is not None:     # the phases of U and V belong together
                turn = F.imag(F.diagonal(turns[0], 0, -2, -1)) / s
                inner = on_diagonal(F, F.complex(F.zeros_like(s), turn)) + inner
        return u @ inner @ vh + outer


class OldSvd(ComplexOp):
    """svd(input, some, compute_uv): U, S and V with input = U diag(S) V^T; as linalg.svd, which took its place. Without
    `compute_uv` U and V are zeros."""

    names = ("svd",)
    returns = ("U", "S", "V")
    samples = [(A,), (TALL,), (np.array(TALL), False), (TALL, True, False)]
    errors = [([1.0, 2.0],)]

    def compose(F, input: Array, some: Flag = True, compute_uv: Flag = True):
        u, s, vh = F.linalg_svd(input, not some if compute_uv else True)
        return result_type(OldSvd)(*((u, s, adjoint_of(F, vh)) if compute_uv else
                                     (F.zeros_like(u), s, F.zeros_like(vh))))


class Svdvals(ComplexOp):
    """linalg.svdvals(A): the singular values, greatest first."""

    names = ("linalg.svdvals",)
    samples = [(A,), (TALL,)]
    errors = [([1.0, 2.0],)]

    def compose(F, A: Array):
        return F.linalg_svd(A, False)[1]


class Eigh(MatrixFunction):
    """linalg.eigh(A, UPLO): the eigenvalues, least first, and eigenvectors of symmetric matrices, of which the lower
    triangle is read, or with `UPLO` U the upper."""

    names = ("linalg.eigh",)
    returns = ("eigenvalues", "eigenvectors")
    multi_output = True
    symmetric = True
    modern_names = "LinalgEighBackward0"
    samples = [(A,), (A, "U"), (PAIR,)]
    errors = [(WIDE,), (A, "X")]

    def forward(A: Array, UPLO: UPLO_LETTERS = "L"):
        check_square("linalg.eigh", A)
        return tuple(np.linalg.eigh(A, UPLO))

    def grad_A(F, g, out):
        g_values, g_vectors = g
        values, vectors = out
        inner = 0 if g_values is None else on_diagonal(F, F.cast(g_values, numpy_dtype(vectors)))
        if g_vectors is not None:
            product = adjoint_of(F, vectors) @ g_vectors
            refuse_phases(F, "linalg.eigh", product)
            inner = (product - adjoint_of(F, product)) * 0.5 / pairwise_differences(F, values) + inner
        return vectors @ inner @ adjoint_of(F, vectors)


class Eigvalsh(ComplexOp):
    """linalg.eigvalsh(A, UPLO): the eigenvalues of symmetric matrices, least first."""

    names = ("linalg.eigvalsh",)
    symmetric = True
    samples = [(A,), (A, "U")]
    errors = [(WIDE,), (A, "X")]

    def compose(F, A: Array, UPLO: UPLO_LETTERS = "L"):
        return F.linalg_eigh(A, UPLO)[0]


class HouseholderProduct(ComplexOp):
    """linalg.householder_product(input, tau): the first columns of the product of reflections I - tau v v^T, each
    v in a column of input, below its 1 on the diagonal."""

    one_call = "LinalgHouseholderProductBackward0"
    names = ("linalg.householder_product", "orgqr")
    samples = [(TALL, [0.5, 1.5]), (A, [0.5]), (PAIR, [[0.5, 1.2], [2.0, 0.25]])]
    errors = [(WIDE, [1.0, 2.0]), ([1.0], [1.0])]

    def compose(F, input: Array, tau: Array):
        check_matrices("linalg.householder_product", input)
        _check_reflections("torch.linalg.householder_product", input, tau)
        m, n = input.shape[-2:]
        if m < n or tau.shape[-1] > n:
            raise ArgumentFault(f"linalg.householder_product: {m} by {n} matrices with {tau.shape[-1]} reflections: "
                                "there must be at least as many rows as columns, and as many columns as reflections")
        product = F.expand(F.eye(m, n, dtype=input.dtype), (*input.shape[:-2], m, n))
        return reflected(F, input, tau, product, reverse=True)


def _check_reflections(name, input, tau):
    """Refuse a tau that is not a vector for each matrix of input, or of another type."""
    if len(tau.shape) != len(input.shape) - 1:
        raise ShapeFault(f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to "
                         f"{len(tau.shape)} and input.ndim is equal to {len(input.shape)}")
    check_dtypes(f"{name}: tau dtype {{1}} does not match input dtype {{0}}", input, tau)


def reflected(F, input, tau, other, reverse):
    """The reflections kept in `input` and `tau` applied to `other`, the last one first if `reverse`."""
    m, n = input.shape[-2:]
    vectors = F.tril(input, -1) + F.eye(m, n, dtype=input.dtype)
    for i in range(tau.shape[-1])[:: -1 if reverse else 1]:
        v = F.narrow(vectors, -1, i, 1)
        other = other - per_matrix(F, F.select(tau, -1, i)) * v @ (adjoint_of(F, v) @ other)
    return other


class Ormqr(ComplexOp):
    """ormqr(input, tau, other, left, transpose): other multiplied by the orthogonal matrix whose reflections are in
    input and tau; from the right without `left`."""

    one_call = "OrmqrBackward0"
    samples = [(TALL, [0.5, 1.5], TALL), (TALL, [0.5, 1.5], TALL, True, True), (TALL, [0.5, 1.5], WIDE, False)]
    errors = [([1.0], [1.0], [1.0])]

    def compose(F, input: Array, tau: Array, other: Array, left: Flag = True, transpose: Flag = False):
        check_matrices("ormqr", input)
        check_matrices("ormqr", other)
        _check_reflections("torch.ormqr", input, tau)
        check_dtypes("torch.ormqr: other dtype {1} does not match input dtype {0}", input, other)
        if left:
            return reflected(F, input, conjugated(F, tau) if transpose else tau, other, not transpose)
        tau = tau if transpose else conjugated(F, tau)
        return adjoint_of(F, reflected(F, input, tau, adjoint_of(F, other), transpose))


class Geqrf(MatrixFunction):
    """geqrf(input): the reflections of a QR factorization as LAPACK keeps them, with R above their diagonal."""

    returns = ("a", "tau")
    samples = [(np.array(TALL),), (np.array(PAIR),)]
    errors = [([1.0],)]

    def forward(input: Array):
        check_matrices("geqrf", input)
        packed, tau = np.linalg.qr(input, "raw")
        return packed.swapaxes(-1, -2).astype(input.dtype), tau.astype(input.dtype)
