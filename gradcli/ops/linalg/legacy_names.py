"""Linear algebra under the names of 0.1.12, in its order of arguments; PyTorch has since removed them.

Each does what it did then by calling what took its place. None had gradients; here all that
their successors have come with them.
"""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Flag
from gradcli.ops.linalg.checks import check_square

A = [[2.0, 0.5], [0.25, 1.0]]
FACTOR = [[1.5, 0.5], [0.0, 1.0]]
TALL = [[1.0, 0.5], [2.0, -1.0], [3.0, 2.0]]
B = [[1.0, 2.0, 0.5], [-1.0, 0.5, 3.0]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]
TURNING = [[1.0, -2.0, 0.5], [2.0, 1.0, 0.0], [0.0, 0.5, 3.0]]


class Gesv(Op):
    """gesv(input, A): the X with A X = input, and the packed factors of A. Today torch.linalg.solve(A, input)."""

    samples = [(B, A)]
    errors = [(B, WIDE), ([[1.0], [2.0], [3.0]], A)]

    def compose(F, input: Array, A: Array):
        return F.linalg_solve(A, input), F.lu_packed(A)[0]


class Gels(Op):
    """gels(input, A): the X that makes A X - input least, and the QR factors of A as LAPACK keeps them. Today
    torch.linalg.lstsq(A, input)."""

    samples = [(TALL, np.array(TALL))]
    errors = [(B, TALL), (B, [1.0])]

    def compose(F, input: Array, A: Array):
        return F.linalg_lstsq(A, input)[0], F.geqrf(A)[0]


class Potrf(Op):
    """potrf(input, upper): the Cholesky factor, the upper one unless `upper` is False. Today torch.linalg.cholesky."""

    symmetric = True
    samples = [(A,), (A, False)]
    errors = [(WIDE,), ([[1.0, 2.0], [2.0, 1.0]],)]

    def compose(F, input: Array, upper: Flag = True):
        return F.linalg_cholesky(input, upper=upper)


class Potri(Op):
    """potri(input, upper): the inverse of the matrix whose Cholesky factor is input, the upper one unless `upper` is
    False. Today torch.cholesky_inverse."""

    samples = [(np.array(FACTOR),), (np.array(FACTOR).T.copy(), False)]
    errors = [(WIDE,)]

    def compose(F, input: Array, upper: Flag = True):
        return F.cholesky_inverse(input, upper)


class Potrs(Op):
    """potrs(input, input2, upper): the X with A X = input, where input2 is the Cholesky factor of A, the upper one
    unless `upper` is False. Today torch.cholesky_solve."""

    samples = [(B, np.array(FACTOR)), (B, np.array(FACTOR).T.copy(), False)]
    errors = [(B, WIDE)]

    def compose(F, input: Array, input2: Array, upper: Flag = True):
        return F.cholesky_solve(input, input2, upper)


class Pstrf(Op):
    """pstrf(input, upper): the Cholesky factor of a matrix whose rows and columns were exchanged to have the greatest
    first, the upper one unless `upper` is False, and where each came from, counted from 1."""

    returns = ("u", "piv")
    samples = [(np.array([[1.0, 0.5], [0.5, 2.0]]),), (np.array([[1.0, 0.5], [0.5, 2.0]]), False)]
    errors = [(WIDE,)]

    def forward(input: Array, upper: Flag = True):
        check_square("pstrf", input)
        a, n = input.astype(np.float64), input.shape[-1]
        order, lower = np.arange(n), np.zeros((n, n))
        for k in range(n):
            at = k + int(np.argmax(np.diagonal(a)[k:]))
            for moved in (a, a.T, lower, order):
                moved[[k, at]] = moved[[at, k]]
            if a[k, k] <= 0:
                break
            lower[k:, k] = a[k:, k] / np.sqrt(a[k, k])
            a[k:, k:] -= np.outer(lower[k:, k], lower[k:, k])
        return (lower.T if upper else lower).astype(input.dtype), (order + 1).astype(np.int32)


class Symeig(Op):
    """symeig(input, eigenvectors, upper): the eigenvalues of a symmetric matrix, least first, and with `eigenvectors`
    the vectors, else zeros; of its upper triangle unless `upper` is False. Today torch.linalg.eigh."""

    symmetric = True
    samples = [(A,), (A, True), (np.array(A), False, False)]
    errors = [(WIDE,)]

    def compose(F, input: Array, eigenvectors: Flag = False, upper: Flag = True):
        values, vectors = F.linalg_eigh(input, "U" if upper else "L")
        return values, vectors if eigenvectors else F.zeros_like(vectors)


class Eig(Op):
    """eig(input, eigenvectors): the eigenvalues of a square matrix, a row each of real and imaginary part, and
    with `eigenvectors` the vectors: for a pair of complex ones their real part in one column, the imaginary in the
    next."""

    samples = [(np.array(A),), (np.array(TURNING), True)]
    errors = [(WIDE,)]

    def forward(input: Array, eigenvectors: Flag = False):
        check_square("eig", input)
        values, vectors = np.linalg.eig(input)
        parts = np.stack([values.real, values.imag], -1).astype(input.dtype)
        if not eigenvectors:
            return parts, np.zeros(0, input.dtype)
        second = values.imag < 0        # LAPACK names the one with the positive imaginary part first
        return parts, np.where(second[..., None, :], -vectors.imag, vectors.real).astype(input.dtype)
