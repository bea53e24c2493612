"""What all operations on matrices ask first, and the few turns of phrase their rules share.

Matrices stand in the last two dimensions; whatever comes before counts them.
"""

import math

import numpy as np

from gradcli.engine.autograd.signature import sized
from gradcli.engine.tensor.dtypes import INEXACT, OF, real_type_of
from gradcli.faults.mistakes import MatrixFault
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.complex_numbers import conjugated, sizes
from gradcli.ops.dtype_checks import numpy_dtype


def refuse_integers(name, *arrays):
    """Refuse whole numbers: a decomposition of them is not made of whole numbers."""
    for a in arrays:
        dtype = numpy_dtype(a)
        if dtype.kind not in INEXACT or dtype.itemsize < 4:
            raise TypeFault(f"{name}: expected a float32 or float64 tensor, and was given {dtype.name}",
                            ("x.float()", "a floating copy")).saying(
                f"{name}: Expected a floating point or complex tensor as input. Got {OF[dtype].era}"
                if dtype.kind not in INEXACT else f"{name}: Low precision dtypes not supported. Got {OF[dtype].era}")


def check_matrices(name, a):
    """Refuse what has no rows and columns of floating numbers."""
    if len(a.shape) < 2:
        raise ShapeFault(f"{name}: the input tensor must have at least 2 dimensions, and has {len(a.shape)}",
                         ("x.unsqueeze(0)", "a vector as a matrix of one row")).saying(
            f"torch.{name}: The input tensor input must have at least 2 dimensions." if name.endswith("_rank") else
            f"linalg.pinv({OF[numpy_dtype(a)].era}{{{list(a.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types" if name.endswith("pinv") else
            f"{name}: The input tensor A must have at least 2 dimensions.")
    refuse_integers(name, a)


def check_square(name, a):
    """Refuse matrices that are not square."""
    check_matrices(name, a)
    if a.shape[-1] != a.shape[-2]:
        raise ShapeFault(f"{name}: A must be batches of square matrices, but they are {a.shape[-2]} by {a.shape[-1]} "
                         "matrices", ("torch.linalg.pinv(a)", "the pseudo-inverse of any matrix"))


def check_same_type(name, a, b):
    """Refuse operands of two types."""
    if a.dtype != b.dtype:
        first, second = OF[numpy_dtype(a)], OF[numpy_dtype(b)]
        raise TypeFault(f"{name}: expected both to have the same dtype, not {first.name} and {second.name}",
                        ("b.to(a.dtype)", "the second in the type of the first")).saying(
            f"{name}: Expected A and B to have the same dtype, but found A of type {first.era} and B of type "
            f"{second.era} instead")


def check_rows(name, a, b, at=-2):
    """Refuse right-hand sides whose length is not that of the matrix."""
    if a.shape[-2] != b.shape[at]:
        raise ShapeFault(f"{name}: incompatible shapes of A {sized(a.shape)} and B {sized(b.shape)}: a right-hand side "
                         f"needs {a.shape[-2]} numbers").saying(
            f"{name}: Incompatible shapes of A and B for the equation AX = B ({sized(a.shape[-2:])} and "
            f"{sized(b.shape[-2:])})")


def singular_fault(name, info):
    """The fault of a matrix that has no inverse; `info` counts the zero on the diagonal of each matrix."""
    batch, at = first_failed(info)
    return MatrixFault(f"{name}: {batch}The diagonal element {at} is zero, the inversion could not be completed "
                       "because the input matrix is singular.", ("torch.linalg.pinv(a)", "exists for every matrix"))


def zero_pivot_fault(name, info):
    """The fault of a matrix whose U has a zero on its diagonal; `info` counts it in each matrix."""
    batch, at = first_failed(info)
    return MatrixFault(f"{name}: {batch}U[{at},{at}] is zero and using it on lu_solve would result in a division by "
                       "zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
                       "linalg.lu_factor_ex(A, pivot)", ("torch.linalg.lu_factor_ex(a)", "factors every matrix"))


def singular_system_fault(name, info):
    """The fault of a system whose matrix is singular."""
    return MatrixFault(f"torch.{name}: {first_failed(info)[0]}The solver failed because the input matrix is singular.",
                      ("torch.linalg.lstsq(a, b).solution", "the best there is where no X solves it"))


def indefinite_fault(name, info):
    """The fault of a matrix without Cholesky factor; `info` is the order of a minor of each matrix."""
    batch, order = first_failed(info)
    return MatrixFault(f"{name}: {batch}The factorization could not be completed because the input is not "
                      f"positive-definite (the leading minor of order {order} is not positive-definite).",
                      ("a @ a.t() + torch.eye(n)", "is, for any a"))


def first_failed(info):
    """Words for the first matrix of a stack that failed, and its number."""
    numbers = np.asarray(getattr(info, "array", info))
    at = int(np.flatnonzero(numbers)[0]) if numbers.any() else 0
    return f"(Batch element {at}): " if numbers.ndim else "", int(numbers.flat[at])


def zero_pivot(matrix):
    """The place, counted from 1, of the first zero on the diagonal of a matrix's U; 0 without one."""
    u = matrix.copy()
    for k in range(min(u.shape)):
        at = k + int(np.argmax(sizes(u[k:, k])))
        if u[at, k] == 0:
            return k + 1
        u[[k, at]] = u[[at, k]]
        u[k + 1 :, k:] -= np.outer(u[k + 1 :, k] / u[k, k], u[k, k:])
    return 0


def zero_on_diagonal(stack):
    """The place, counted from 1, of the first zero on the diagonal of each of a stack of matrices; 0 without one."""
    zeros = np.diagonal(stack, 0, -2, -1) == 0
    return zeros.any(-1) * (zeros.argmax(-1) + 1 if zeros.shape[-1] else 0)


def without_inverse(matrix):
    """The place, counted from 1, of the zero on the diagonal that leaves a matrix without inverse; 0 if it has one."""
    try:
        np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return zero_pivot(matrix) or len(matrix)
    return 0


def leading_minor(matrix):
    """The order of the first leading minor that is not positive-definite; 0 without one."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        for order in range(1, len(matrix)):
            try:
                np.linalg.cholesky(matrix[:order, :order])
            except np.linalg.LinAlgError:
                return order
        return len(matrix)
    return 0


def map_matrices(function, a):
    """A number of 32 bits for each of a stack of matrices."""
    flat = a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:])
    return np.array([function(matrix) for matrix in flat], np.int32).reshape(a.shape[:-2])


def transposed(F, x):
    """The transposes of a stack of matrices."""
    return F.transpose(x, -1, -2)


def adjoint_of(F, x):
    """The transposes of a stack of matrices, conjugated if they are complex."""
    return conjugated(F, transposed(F, x))


def per_matrix(F, x):
    """Numbers, one a matrix, ready to be multiplied with the matrices."""
    return F.unsqueeze(F.unsqueeze(x, -1), -1)


def identity(F, like):
    """The identity of the size and type of the last dimension; of complex numbers in the type of their parts."""
    return F.eye(like.shape[-1], dtype=real_type_of(numpy_dtype(like)))


def on_diagonal(F, x):
    """Vectors as the diagonals of matrices that are zero elsewhere."""
    return F.unsqueeze(x, -1) * identity(F, x)


def pairwise_differences(F, values):
    """The differences of a vector's elements as a matrix: element j minus element i, and 1 where they are the same."""
    return F.unsqueeze(values, -2) - F.unsqueeze(values, -1) + identity(F, values)


def is_vector(a, b):
    """Whether `b` is one right-hand side a matrix, not a matrix of them."""
    return len(b.shape) == 1 or len(b.shape) == len(a.shape) - 1 and tuple(b.shape) == tuple(a.shape[:-1])
