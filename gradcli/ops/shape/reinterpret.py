"""The memory of a tensor seen as elements of another type: `x.view(torch.int32)`."""

from gradcli.engine.tensor.dtypes import OF
from gradcli.faults.tree import ShapeFault


def reinterpreted(array, dtype):
    """The bits of `array` seen as elements of another type; the last dimension grows or shrinks with their size."""
    as_words = f"to view {OF[array.dtype].era} as {OF[dtype].era} (different element sizes)"
    ratio = dtype.itemsize // array.itemsize
    if dtype.itemsize != array.itemsize:
        if not array.ndim:
            raise ShapeFault(f"self.dim() cannot be 0 {as_words}")
        steps = [s // array.itemsize for s in array.strides]
        if steps[-1] != 1:
            raise ShapeFault(f"self.stride(-1) must be 1 {as_words}, but got {steps[-1]}", "x.contiguous()")
        if ratio > 1 and array.shape[-1] % ratio:
            raise ShapeFault(f"self.size(-1) must be divisible by {ratio} {as_words}, but got {array.shape[-1]}")
        uneven = next((d for d, s in enumerate(steps[:-1]) if ratio > 1 and s % ratio), None)
        if uneven is not None:
            raise ShapeFault(f"self.stride({uneven}) must be divisible by {ratio} {as_words}, but got {steps[uneven]}",
                             "x.contiguous()")
    return array.view(dtype)
