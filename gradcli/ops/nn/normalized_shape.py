"""The shape that layer_norm and rms_norm go over."""

from gradcli.engine.autograd.signature import Sizes
from gradcli.engine.messages.arguments import type_name
from gradcli.faults.tree import ArgumentFault, ShapeFault


def last_shape(name, shape, normalized_shape, *parameters):
    """normalized_shape as a tuple, checked against the shape of the input and the parameters."""
    inner = normalized_shape
    if type(inner) is tuple and inner and shape[-len(inner) :] == inner and {*map(type, inner)} == {int}:
        for p in parameters:
            if p is not None and p.shape != inner:
                break
        else:
            return inner
    if not isinstance(inner, tuple | list) or not inner:
        fault = ArgumentFault(f"{name}() needs normalized_shape, lengths of last dimensions", f"F.{name}(x, (3,))")
        raise fault if isinstance(inner, tuple | list) else fault.saying(
            f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {type_name(inner)}")
    inner = Sizes.take(inner)
    if type(inner) is not tuple:
        raise ArgumentFault(f"{name}() needs normalized_shape in whole numbers", f"F.{name}(x, (3,))")
    if shape[max(len(shape) - len(inner), 0) :] != inner:
        comma = ", " * (name != "rms_norm")
        raise ShapeFault(f"Given normalized_shape={list(inner)}, expected input with shape [*{comma}"
                         f"{', '.join(map(str, inner))}], but got input of size{list(shape)}")
    for p in parameters:
        if p is not None and tuple(p.shape) != inner:
            which = "weight" if p is parameters[0] else "bias"
            raise ShapeFault(f"Expected {which} to be of same shape as normalized_shape, but got {which} of shape "
                             f"{list(p.shape)} and normalized_shape = {list(inner)}")
    return inner
