"""Keys that pick a few rows, which need no look at what else a key can be."""

import numpy as np

from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.ops.arrays import INT64, SMALL

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
