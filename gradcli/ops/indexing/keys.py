"""Keys of square brackets, split into the basic ones and those that pick elements."""

import numpy as np

from gradcli.engine.messages.arguments import type_name
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numpy_operands import from_numpy
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import array_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import IndexKind, IndexOfNumber, IndexOutOfRange, IndexType, TooManyIndices
from gradcli.faults.tree import ArgumentFault, IndexFault, ValueFault
from gradcli.ops.arrays import min_and_max

ALL = slice(None)


def split_key(key, array):
    """A key as the two steps of its application: a basic key that makes a view, and indices that pick elements."""
    keys = key if type(key) is tuple else (key,)
    keys = tuple([_plain(k) for k in keys])
    picking, wide, dots = False, 0, 0
    for k in keys:
        if type(k) is np.ndarray:
            picking = True
            wide += k.ndim if k.dtype.kind == "b" else 1
        elif k is Ellipsis:
            dots += 1
        else:
            wide += k is not None
    if wide > array.ndim:
        raise TooManyIndices(array.ndim) if array.ndim or len(keys) > 1 else IndexOfNumber(type(keys[0]))
    if dots > 1:        # the first stands for all that is left
        first = next(at for at, k in enumerate(keys) if k is Ellipsis)
        keys = (*keys[:first + 1], *(k for k in keys[first + 1:] if k is not Ellipsis))
    _check_range(keys, array, wide)
    if not picking:
        return keys, ()
    return _split(keys, array.ndim - wide)


def _plain(k):
    """One entry of a key: a whole number, slice, None, Ellipsis, or an array of indices or truth values."""
    if k is None or k is Ellipsis or type(k) is int:
        return k
    if type(k) is slice:
        step = _bound(k.step)
        if step is not None and step <= 0:
            raise ValueFault("step must be greater than zero", ("torch.flip(x, [0])", "the rows in reverse")).saying(
                "step must be greater than zero" if step else "slice step cannot be zero")
        return slice(_bound(k.start), _bound(k.stop), step)
    if type(k) is bool:
        return np.array(k)
    if isinstance(k, list | tuple | range):
        k = Tensor(array_of(k))
        if not k.array.size:
            return np.zeros(k.array.shape, np.int64)
    k = from_numpy(k, k)
    if type(k) in (int, bool):
        return _plain(k)
    if isinstance(k, Tensor):
        if k.array.dtype == np.uint8:
            warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")
            return k.array != 0
        if k.array.dtype.kind == "b" or k.array.dtype.kind == "i" and (k.array.itemsize > 2 or not k.array.ndim):
            return int(k.array) if not k.array.ndim and k.array.dtype.kind == "i" else k.array.copy()
        raise IndexFault("tensors used as indices must be long, int, byte or bool tensors", ("x[i.long()]", "indices"))
    raise (IndexType if type(k) is str or Current.legacy else IndexKind)(type(k)).saying(
        "new(): invalid data type 'str'" if type(k) is str else
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {type_name(k)})")


def _bound(value):
    value = from_numpy(value, value)
    if value is None or type(value) is int:
        return value
    if isinstance(value, Tensor):
        return value.__index__()
    raise ArgumentFault(f"slice bounds are whole numbers, not {type(value).__name__}").saying(
        "slice indices must be integers or None or have an __index__ method")


def _check_range(keys, array, wide):
    """Say which whole number of a key is outside which dimension."""
    at = inserted = 0
    for k in keys:
        if k is Ellipsis:
            at += array.ndim - wide
        elif k is None:
            inserted += 1
        else:
            width = k.ndim if type(k) is np.ndarray and k.dtype.kind == "b" else 1
            n = array.shape[at] if width else 1
            if type(k) is int and not -n <= k < n:
                raise IndexOutOfRange(k, at + inserted, n)
            if type(k) is np.ndarray and k.dtype.kind == "i" and k.size:
                least, most = min_and_max(k)
                if least < -n or most >= n:
                    raise IndexOutOfRange(most if most >= n else least, at, n)
            if type(k) is np.ndarray and k.dtype.kind == "b" and k.shape != array.shape[at : at + width]:
                dim = next(i for i, (m, n) in enumerate(zip(k.shape, array.shape[at:], strict=False)) if m != n)
                raise IndexFault(f"The shape of the mask {list(k.shape)} at index {dim} does not match the shape of "
                                 f"the indexed tensor {list(array.shape)} at index {at + dim}")
            at += width


def _split(keys, free):
    """Keys with arrays among them: the view first, with whole dimensions kept for the arrays, then the arrays."""
    basic, picks = [], []
    for k in keys:
        if type(k) is np.ndarray:
            width = k.ndim if k.dtype.kind == "b" else 1
            basic += [ALL] * width if width else [None]
            picks.append(k if width else np.flatnonzero(k))
        elif k is Ellipsis:
            basic += [ALL] * free
            picks += [ALL] * free
        else:
            basic.append(k)
            if type(k) is not int:
                picks.append(ALL)
    return tuple(basic), tuple(picks)
