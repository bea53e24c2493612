"""Elements that are picked along a dimension: their values and places, and the way of gradients back to them."""

import numpy as np

from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tree import IndexFault
from gradcli.ops.arrays import elements_along, scattered_into_zeros


def check_occupied(call, array, at):
    """Refuse to pick elements along a dimension that is empty; `call`: who picks."""
    if array.ndim and not array.shape[at]:
        raise IndexFault(f"{call}: Expected reduction dim {at} to have non-zero size.")


def values_and_indices(arg, array, dim, keepdim):
    """Values and places along `dim` that an argmax-like function finds."""
    if not array.ndim:
        axis(dim, 0)
        return array.copy(), np.zeros((), np.int64)
    at = axis(dim, array.ndim)
    check_occupied(f"{arg.__name__.removeprefix('arg')}()", array, at)
    where = arg(array, at)
    if array.ndim == 1:
        shape = (1,) if keepdim else ()
        return array[where : where + 1].copy().reshape(shape), np.asarray(where).reshape(shape)
    where = where[(slice(None),) * at + (None,)]
    values = elements_along(array, where, at)
    return (values, where) if keepdim else (values.squeeze(at), where.squeeze(at))


def scatter_to_input(F, g, indices, dim, keepdim, input_shape):
    """Zeros of the input's shape, with the gradient of each picked element in its place."""
    if not input_shape:
        return g
    at = axis(dim, len(input_shape))
    if F is raw:
        return scattered_into_zeros(g, indices, at, input_shape)
    if not keepdim:
        g, indices = F.unsqueeze(g, at), F.unsqueeze(indices, at)
    return F.scatter(F.zeros(input_shape, dtype=g.dtype), at, indices, g)


class Picking(Op, abstract=True):
    """Elements picked along `dim`, and their places, to which the gradient goes."""

    linked = False
    unsaved_outputs = (0,)
    returns = ("values", "indices")

    def grad_input(F, g, out, dim, keepdim, input_shape):
        return scatter_to_input(F, g, out[1], dim, keepdim, input_shape)
