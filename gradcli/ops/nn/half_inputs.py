"""Normalisations of 16-bit floating numbers with parameters of 32 bits, which PyTorch computes in 32 bits."""

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.tensor.dtypes import HALVES, float32
from gradcli.ops.dtype_checks import numpy_dtype


def beside_single(input, *parameters):
    """Whether input has 16-bit floating numbers and all its parameters are of 32 bits."""
    if getattr(input, "array", input).itemsize != 2:
        return False
    return numpy_dtype(input) in HALVES and {numpy_dtype(p) for p in parameters if p is not None} == {float32}


def in_single(F, norm, name, input, *arguments):
    """The norm of an input of 16 bits computed in 32 and rounded once, as one node of that name."""
    return rename_node(F.cast(norm(F.cast(input, float32), *arguments), numpy_dtype(input)), name)
