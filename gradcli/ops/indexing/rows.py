"""Usual keys, which need no look at what else a key can be."""

import numpy as np

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.engine.tensor.variable import Array, Variable
from gradcli.ops.arrays import BOOL, INT64, SMALL, min_and_max

PLAIN = frozenset((Tensor, Variable))


def row_places(key, array):
    """The rows of `array` that a list or tensor of a few whole numbers picks; None for other keys and wrong ones."""
    if type(key) in PLAIN and key.array.dtype is INT64 and key.array.ndim and 0 < key.array.size <= SMALL:
        numbers = key.array.ravel().tolist()
    elif type(key) is list and 0 < len(key) <= SMALL and {*map(type, key)} == {int}:
        numbers = key
    else:
        return None
    if not array.ndim or min(numbers) < -len(array) or max(numbers) >= len(array):
        return None
    return np.array(key, INT64) if numbers is key else key.array.copy()


def joint_picks(key, array):
    """The places that a tuple of tensors of a few whole numbers names, one tensor for each of the first dimensions;
    None for other keys and wrong ones."""
    if type(key) is not tuple or not 1 < len(key) <= array.ndim:
        return None
    for k, n in zip(key, array.shape, strict=False):
        if type(k) not in PLAIN or k.array.dtype is not INT64 or not k.array.ndim or not 0 < k.array.size <= SMALL:
            return None
        least, most = min_and_max(k.array)
        if least < -n or most >= n:
            return None
    return tuple([k.array.copy() for k in key])


def unpacked(key, tensor):
    """A list of places in several dimensions as the tuple of them, which PyTorch takes it for; other keys as they are.

    It is one if an entry is a sequence, a tensor, a slice, an ellipsis or None. Arrays of numpy's take every list for
    an array of indices.
    """
    if len(key) >= SHORTEST_ARRAY or NUMBERS.issuperset(map(type, key)) or type(tensor) is Array or not any(
            k is None or k is Ellipsis or isinstance(k, PLACES) for k in key):
        return key
    if not Current.legacy:
        DisplayHooks.note("indexing", "Using a non-tuple sequence for multidimensional indexing is deprecated: write "
                          "x[tuple(seq)] instead of x[seq], or x[torch.tensor(seq)] to pick along the first dimension")
    return tuple(key)


SHORTEST_ARRAY = 32     # a list of as many entries is always an array of indices
NUMBERS = frozenset((int, bool, float))
PLACES = (Tensor, list, tuple, range, str, slice)


def basic_key(key):
    """The tuple of a key that only moves the view and needs no conversion, with an ellipsis at its end unless it has
    one already; else None."""
    kind = type(key)
    if kind is int:
        return (key, ...)
    if kind is tuple:
        open_ended = True
        for k in key:
            if type(k) is not int and k is not None and not (type(k) is slice and _is_plain(k)):
                if k is not ... or not open_ended:
                    return None
                open_ended = False
        if open_ended:
            return (*key, ...) if key else None
        return None if key[-1] is ... else key
    return (key, ...) if kind is slice and _is_plain(key) else (None, ...) if key is None else None


def mask_key(key, array):
    """The truth values of a tensor, one for each element of `array` or part of it along its first dimensions; None for
    other keys."""
    if type(key) in PLAIN and key.array.dtype is BOOL and key.array.ndim and (
            key.array.shape == array.shape[: key.array.ndim]):
        return (key.array,)
    return None


def _is_plain(key):
    """Whether a slice has whole numbers for its bounds, and goes forwards."""
    return (key.start is None or type(key.start) is int) and (key.stop is None or type(key.stop) is int) and (
        key.step is None or type(key.step) is int and key.step > 0)
