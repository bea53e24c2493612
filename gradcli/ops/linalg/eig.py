"""Eigenvalues and eigenvectors of any square matrices, which are complex."""

import numpy as np

from gradcli.engine.autograd.signature import Array
from gradcli.engine.tensor.dtypes import complex_type_of
from gradcli.faults.tree import ValueFault
from gradcli.ops.base import ComplexOp, MatrixFunction
from gradcli.ops.linalg.checks import adjoint_of, check_square, on_diagonal, pairwise_differences
from gradcli.ops.linalg.decompositions import refuse_phases

A = [[2.0, 0.5], [0.25, 1.0]]
TURN = [[0.0, -1.0], [1.0, 0.0]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]


def decomposed(name, function, a):
    """The results of `function` for square matrices, as complex numbers."""
    check_square(name, a)
    if not np.isfinite(a).all():
        raise ValueFault(f"torch.{name}: input tensor should not contain infs or NaNs.",
                         ("torch.nan_to_num(a)", "finite numbers in their places"))
    return function(a)


def as_complex(array, like):
    """An array in the complex type that belongs to another array."""
    return np.asarray(array).astype(like.dtype if like.dtype.kind == "c" else complex_type_of(like.dtype))


class Eig(MatrixFunction):
    """linalg.eig(A): the eigenvalues and eigenvectors of square matrices, as complex numbers."""

    complex_results = True
    names = ("linalg.eig",)
    returns = ("eigenvalues", "eigenvectors")
    multi_output = True
    modern_names = "LinalgEigBackward0"
    samples = [(A,), (TURN,)]
    errors = [(WIDE,), ([1.0],)]

    def forward(A: Array):
        values, vectors = decomposed("linalg.eig", np.linalg.eig, A)
        return as_complex(values, A), as_complex(vectors, A)

    def grad_A(F, g, out):
        return eig_slope(F, out[0], out[1], *g)


def eig_slope(F, values, vectors, g_values, g_vectors):
    """The gradient of a matrix by those of its eigenvalues and eigenvectors of length 1 (Giles, 2008)."""
    back = adjoint_of(F, vectors)
    if g_vectors is None:
        inner = on_diagonal(F, g_values)
    else:
        product = back @ g_vectors
        refuse_phases(F, "linalg.eig", product)
        lengths = back @ (vectors * F.unsqueeze(F.real(F.diagonal(product, 0, -2, -1)), -2))
        inner = (product - lengths) / pairwise_differences(F, F.conj(values))
        if g_values is not None:
            inner = on_diagonal(F, g_values) + inner
    return F.linalg_solve(back, inner @ back)


class Eigvals(ComplexOp):
    """linalg.eigvals(A): the eigenvalues of square matrices, as complex numbers."""

    complex_rules = "own"
    complex_results = True
    names = ("linalg.eigvals",)
    modern_names = "LinalgEigBackward0"
    samples = [(A,), (TURN,)]
    errors = [(WIDE,), ([1.0],)]

    def forward(A: Array):
        return as_complex(decomposed("linalg.eigvals", np.linalg.eigvals, A), A)

    def grad_A(F, g, A):
        values, vectors = F.linalg_eig(A)
        return eig_slope(F, values, vectors, g, None)
