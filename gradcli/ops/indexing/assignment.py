"""Values that are assigned to parts of arrays: which of them fit, and what is said of the others."""

import numpy as np

from gradcli.engine.autograd.signature import sized
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.write_gate import refuse_shared
from gradcli.faults.tensors import PartShape
from gradcli.faults.tree import TypeFault


def assign(array, value, basic, picks):
    """Write `value` where the key points, in place; sizes that do not fit are refused in words."""
    place = array[basic] if basic and picks else array
    key = picks or basic or ...
    try:
        place[key] = value
    except (ValueError, TypeError):     # numpy takes no matrix for what a mask picks
        if not isinstance(value, np.ndarray):
            raise
        size = place[key].shape
        place[key] = without_leading_ones(value, size, picks)


def without_leading_ones(value, size, picks):
    """`value` without leading dimensions of length 1, if what a key names, of shape `size`, can be set to it."""
    shape = getattr(value, "shape", ())
    sizes = shape[next((at for at, n in enumerate(shape) if n != 1), len(shape)):]
    if len(sizes) <= len(size) and all(n in (1, m) for n, m in zip(reversed(sizes), reversed(size), strict=False)):
        return value.reshape(sizes)
    message = (f"shape mismatch: value tensor of shape {list(sizes)} cannot be broadcast to indexing result of "
               f"shape {list(size)}" if picks else unexpandable(sizes, size, value))
    raise PartShape(shape, size, f"a {sized(shape)} value does not fit into a {sized(size)} part", message) from None


def unexpandable(shape, size, value):
    """Why a value of one shape cannot be expanded to another, in PyTorch's words."""
    if len(shape) > len(size):
        kind = OF[value.dtype].era if getattr(value, "dtype", None) in OF else "Float"
        return (f"expand(torch.{kind}Tensor{{{list(shape)}}}, size={list(size)}): the number of sizes provided "
                f"({len(size)}) must be greater or equal to the number of dimensions in the tensor ({len(shape)})")
    lead = len(size) - len(shape)
    at = next(i for i in reversed(range(lead, len(size))) if shape[i - lead] not in (1, size[i]))
    return (f"The expanded size of the tensor ({size[at]}) must match the existing size ({shape[at - lead]}) at "
            f"non-singleton dimension {at}.  Target sizes: {list(size)}.  Tensor sizes: {list(shape)}")


def check_source(array, source, basic, picks):
    """Refuse what PyTorch refuses to set picked elements to: the same memory, and another type.

    One number, set to where one mask is true, may have another type: it is filled in.
    """
    masks = [p for p in picks if type(p) is np.ndarray]
    if source.size == 1 and len(masks) == 1 and masks[0].dtype.kind == "b":
        return
    place = array[basic] if basic else array
    refuse_shared(place, [source], "setitem", True)
    if source.dtype is not array.dtype:
        without_leading_ones(source, place[picks].shape, picks)
        raise dtype_fault(array, source)


def dtype_fault(array, source):
    """The fault for elements of one type that are to be set to those of another."""
    return TypeFault(f"Index put requires the source and destination dtypes match, got {OF[array.dtype].era} for the "
                     f"destination and {OF[source.dtype].era} for the source.",
                     notes=("value.to(x.dtype) has the type of the tensor x",))
