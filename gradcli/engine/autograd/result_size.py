"""The sizes of results before they are computed, for operations whose result can be larger than their inputs.

`size_check` gives an operation a check that raises MemoryFault before forward allocates anything. How many elements
a result has is said by the class, `Op.result_size`, or follows from a parameter `size` or from broadcasting. Operations
that copy or shrink their input have no check: their result cannot be larger than what is there already.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.memory import MemoryLimit

UNCHECKED = 1 << 22      # elements up to which results are not checked
SEVERAL: Any = tuple | list
Count = Callable[..., int]


def size_check(cls: Any) -> Callable[..., None] | None:
    """A function of the arguments of `cls`, as arrays, that raises MemoryFault if the result is too large; or None."""
    if cls.result_size is False:
        return None
    count = cls.result_size
    if count is None and "size" in cls.params:
        count = _of_size(cls.params.index("size"))
    if count is None and cls.type_promotion in ("mixed", "floating") and len(cls.rules) > 1:
        count = _broadcast
    if count is None:
        return None
    dtype_at = cls.params.index("dtype") if "dtype" in cls.params else -1
    count_elements: Count = count

    def check(*values: Any) -> None:
        elements = count_elements(*values)
        if elements > UNCHECKED:
            first = values[0][0] if type(values[0]) is tuple and values[0] else values[0]
            kind = values[dtype_at] if dtype_at >= 0 and values[dtype_at] is not None else (
                first.dtype if type(first) is ndarray else Default.floating)
            parts = 2 if complex in map(type, values) and np.dtype(kind).kind != "c" else 1
            MemoryLimit.check(cls.names[0], elements * np.dtype(kind).itemsize * parts)

    return check


def _of_size(at: int) -> Count:
    def count(*values: Any) -> int:
        size, product = values[at], 1
        if not isinstance(size, SEVERAL):
            return 0
        for n in size:
            if type(n) is not int:
                return 0
            product *= n
        return abs(product)

    return count


def _broadcast(*values: Any) -> int:
    product, shapes = 1, []
    for value in values:
        if type(value) is ndarray:
            product *= value.size
            shapes.append(value.shape)
    if product <= UNCHECKED or len(shapes) < 2:
        return 0
    try:
        return prod(np.broadcast_shapes(*shapes))
    except ValueError:
        return 0        # they do not fit, which the operation itself says better


def total_size(arrays: Any, *_: Any) -> int:
    """The number of elements of all arrays of a list, which are joined."""
    return sum([a.size for a in arrays])


def length_along(a: ndarray, dim: int) -> int:
    """The length of `a` along a dimension, if there is such a one."""
    return a.shape[dim] if -a.ndim <= dim < a.ndim else 0
