"""Parts and magnitudes of complex arrays, for operations on both kinds of numbers."""

import numpy as np

from gradcli.engine.tensor.tensor import ComplexTensor


def is_complex(x):
    """Whether a tensor, or an array, is of complex numbers."""
    return isinstance(x, ComplexTensor) or isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "c"


def angles(z):
    """The angle of each complex number, in its part's type; nan where a part is nan."""
    return np.arctan2(z.imag, z.real)


def signs(z):
    """z / |z|, and 0 for 0."""
    size = np.abs(z)
    with np.errstate(all="ignore"):
        return np.where(size == 0, z.dtype.type(0), z / np.where(size == 0, size.dtype.type(1), size)).astype(z.dtype)


def conjugated(F, x):
    """The conjugate of a complex tensor or array, in memory of its own; a real one as it is."""
    return F.conj_physical(x) if is_complex(x) else x


def adjoint(a):
    """Matrices transposed and conjugated; of real ones a view."""
    swapped = a.swapaxes(-1, -2)
    return swapped.conj() if a.dtype.kind == "c" else swapped


def sizes(x):
    """The magnitudes by which LAPACK chooses pivots: |x|, for complex numbers |re| + |im|."""
    return np.abs(x.real) + np.abs(x.imag) if x.dtype.kind == "c" else np.abs(x)


def squares(x):
    """The squared magnitudes of elements, as real numbers."""
    return x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
