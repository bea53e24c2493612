"""The sizes of results before they are computed, for operations whose result can be larger than their inputs.

`size_check` gives an operation a check that raises MemoryFault before forward allocates anything. Operations that
copy or shrink their input have none: their result cannot be larger than what is there already.
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
VIEWS = frozenset({"expand", "broadcast_to", "view", "reshape", "as_strided", "unflatten"})     # they take no memory
TENSOR_OVERHEAD = 64    # the memory of a tensor object, in elements
SEVERAL: Any = tuple | list
Count = Callable[..., int]


def size_check(cls: Any) -> Callable[..., None] | None:
    """A function of the arguments of `cls`, as arrays, that raises MemoryFault if the result is too large; or None."""
    name = cls.names[0]
    count = COUNTS.get(name)
    if count is None and "size" in cls.params and name not in VIEWS:
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
            MemoryLimit.check(name, elements * np.dtype(kind).itemsize * parts)

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


def _arange(start: Any, end: Any, step: Any = 1, *_: Any) -> int:
    start, end = (0, start or 0) if end is None else (start or 0, end)
    steps = (end - start) / step if step else 0
    return int(steps) if 0 < steps < 1e18 else 0 if not steps > 0 else 10**18


def _concatenated(arrays: Any, *_: Any) -> int:
    return sum([a.size for a in arrays])


def _product(a: ndarray, b: ndarray, *_: Any) -> int:
    return prod(a.shape[:-1]) * b.shape[-1] if a.ndim and b.ndim else 0


def _diagonal(a: ndarray, offset: int = 0, *_: Any) -> int:
    return a.size * (a.shape[-1] + abs(offset)) if a.ndim else 0


def _length(a: ndarray, dim: int) -> int:
    """The length of `a` along a dimension, if there is such a one."""
    return a.shape[dim] if -a.ndim <= dim < a.ndim else 0


COUNTS: dict[str, Count] = {
    "eye": lambda n, m=None, *_: abs(n * (n if m is None else m)),
    "arange": _arange,
    "range": _arange,
    "linspace": lambda start, end, steps=None, *_: steps or 0,
    "logspace": lambda start, end, steps, *_: steps,
    "randperm": lambda n, *_: 2 * n,
    "tril_indices": lambda row, col, *_: row * col,
    "triu_indices": lambda row, col, *_: row * col,
    "repeat": lambda x, repeats, *_: x.size * prod(map(abs, repeats)),
    "cat": _concatenated,
    "stack": _concatenated,
    "unbind": lambda a, dim=0, *_: _length(a, dim) * TENSOR_OVERHEAD,
    "split": lambda a, size, dim=0, *_: _length(a, dim) // max(1, size) * TENSOR_OVERHEAD if type(size) is int else 0,
    "chunk": lambda a, chunks, dim=0, *_: min(chunks, _length(a, dim)) * TENSOR_OVERHEAD,
    "block_diag": lambda arrays, *_: sum(max(a.shape, default=1) for a in arrays) ** 2,
    "mm": _product,
    "bmm": _product,
    "addmm": lambda x, a, b, *_: _product(a, b),
    "addr": lambda x, a, b, *_: a.size * b.size,
    "baddbmm": lambda x, a, b, *_: _product(a, b),
    "diag": lambda a, offset=0, *_: (a.size + abs(offset)) ** 2 if a.ndim == 1 else 0,
    "diag_embed": _diagonal,
    "nn.functional.one_hot": lambda a, classes=-1, *_: a.size * max(classes, int(a.max(initial=0)) + 1),
    "bincount": lambda a, weights=None, least=0, *_: max(least, int(a.max(initial=0)) + 1),
    "histc": lambda a, bins=100, *_: bins,
    "index_select": lambda a, dim, index, *_: a.size // max(1, _length(a, dim)) * index.size if a.ndim else 0,
    "constant_pad_nd": lambda a, before, after, *_: prod(
        n + abs(int(b)) + abs(int(c)) for n, b, c in zip(a.shape, before, after, strict=False)),
}
