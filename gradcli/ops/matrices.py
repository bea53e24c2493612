"""What all operations on matrices ask first, and the few turns of phrase their rules share.

Matrices stand in the last two dimensions; whatever comes before counts them.
"""

import numpy as np

from gradcli.engine.signature import sized
from gradcli.errors import ShapeFault, TypeFault, ValueFault


def floating(name, *arrays):
    """Refuse whole numbers: a decomposition of them is not made of whole numbers."""
    for a in arrays:
        dtype = kind_of(a)
        if dtype.kind != "f" or dtype.itemsize < 4:
            raise TypeFault(f"{name}: expected a float32 or float64 tensor, and was given {dtype.name}",
                            ("x.float()", "a floating copy"))


def kind_of(a):
    """The numpy dtype of an array or a tensor."""
    return np.dtype(getattr(a.dtype, "numpy", a.dtype))


def matrices(name, a):
    """Refuse what has no rows and columns of floating numbers."""
    if len(a.shape) < 2:
        raise ShapeFault(f"{name}: the input tensor must have at least 2 dimensions, and has {len(a.shape)}",
                         ("x.unsqueeze(0)", "a vector as a matrix of one row"))
    floating(name, a)


def square(name, a):
    """Refuse matrices that are not square."""
    matrices(name, a)
    if a.shape[-1] != a.shape[-2]:
        raise ShapeFault(f"{name}: A must be batches of square matrices, but they are {a.shape[-2]} by {a.shape[-1]} "
                         "matrices", ("torch.linalg.pinv(a)", "the pseudo-inverse of any matrix"))


def same_type(name, a, b):
    """Refuse operands of two types."""
    if a.dtype != b.dtype:
        raise TypeFault(f"{name}: expected both to have the same dtype, not {a.dtype.name} and {b.dtype.name}",
                        ("b.to(a.dtype)", "the second in the type of the first"))


def rows_fit(name, a, b, at=-2):
    """Refuse right-hand sides whose length is not that of the matrix."""
    if a.shape[-2] != b.shape[at]:
        raise ShapeFault(f"{name}: incompatible shapes of A {sized(a.shape)} and B {sized(b.shape)}: a right-hand side "
                         f"needs {a.shape[-2]} numbers")


def singular(name):
    """The fault of a matrix that has no inverse."""
    return ValueFault(f"{name}: the input matrix is singular, and the computation could not be completed",
                      ("torch.linalg.pinv(a)", "exists for every matrix"))


def turned(F, x):
    """The transposes of a stack of matrices."""
    return F.transpose(x, -1, -2)


def each(F, x):
    """Numbers, one a matrix, ready to be multiplied with the matrices."""
    return F.unsqueeze(F.unsqueeze(x, -1), -1)


def identity(F, like):
    """The identity of the size and type of square matrices."""
    return F.eye(like.shape[-1], dtype=like.dtype)


def on_diagonal(F, x):
    """Vectors as the diagonals of matrices that are zero elsewhere."""
    return F.unsqueeze(x, -1) * F.eye(x.shape[-1], dtype=x.dtype)


def gaps(F, values):
    """The differences of a vector's elements as a matrix: element j minus element i, and 1 where they are the same."""
    return F.unsqueeze(values, -2) - F.unsqueeze(values, -1) + F.eye(values.shape[-1], dtype=values.dtype)


def is_vector(a, b):
    """Whether `b` is one right-hand side a matrix, not a matrix of them."""
    return len(b.shape) == 1 or len(b.shape) == len(a.shape) - 1 and tuple(b.shape) == tuple(a.shape[:-1])
