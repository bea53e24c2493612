"""Parts and magnitudes of complex arrays, for operations on both kinds of numbers."""

import numpy as np


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
    return F.conj_physical(x)


def squares(x):
    """The squared magnitudes of elements, as real numbers."""
    return x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
