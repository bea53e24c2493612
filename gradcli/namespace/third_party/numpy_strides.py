"""`numpy.lib.stride_tricks` for programs: windows over the memory of an array, as copies that nobody writes to."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.messages.numpy_messages import with_numpy_faults
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_sizes import axes, element_count, integer_tuple
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.namespace.third_party.numpy import asarray

EXAMPLE, WINDOWS = (f"np.lib.stride_tricks.{call}"
                    for call in ("as_strided(a, (2, 3), a.strides)", "sliding_window_view(a, (2, 2))"))


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor) and value.requires_grad:
        raise ArgumentFault("windows of an array keep no history", "x.detach().numpy()")
    return asarray(value).array


@with_numpy_faults
def as_strided(x: Any, shape: Any = None, strides: Any = None) -> Array:
    """The elements of x at steps of `strides` bytes, with that shape, as a copy: writes to it are refused."""
    array = _plain(x)
    sizes = array.shape if shape is None else integer_tuple(shape, "shape", EXAMPLE)
    steps = array.strides if strides is None else integer_tuple(strides, "strides", EXAMPLE)
    if len(sizes) != len(steps) or any(size < 0 for size in sizes):
        raise ValueFault(f"strides is incompatible with shape of requested array: {len(sizes)} sizes, "
                         f"{len(steps)} strides")
    width = array.itemsize
    if not array.flags.c_contiguous or any(step % width for step in steps):
        raise ValueFault("as_strided() takes a contiguous array and strides of whole elements here",
                         ("a.copy()", "has its elements one after the other"))
    MemoryLimit.check("as_strided", 8 * element_count(sizes))
    if 0 in sizes:
        return Array(np.empty(sizes, array.dtype))
    ends = [step // width * (size - 1) for size, step in zip(sizes, steps, strict=True)]
    if sum(end for end in ends if end < 0) < 0 or sum(end for end in ends if end > 0) >= array.size:
        raise ValueFault(f"shape {sizes} and strides {steps} reach outside the {array.size * width} bytes of the array")
    places = np.zeros(sizes, np.int64)
    for at, (size, step) in enumerate(zip(sizes, steps, strict=True)):
        places += (np.arange(size) * (step // width)).reshape(-1, *[1] * (len(sizes) - at - 1))
    return _read_only(array.reshape(-1)[places])


@with_numpy_faults
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Array:
    """Every window of that shape in x, as a copy; the dimensions of a window come last."""
    array = _plain(x)
    window = integer_tuple(window_shape, "window_shape", WINDOWS)
    MemoryLimit.check("sliding_window_view", 8 * element_count((*array.shape, *map(abs, window))))
    view = np.lib.stride_tricks.sliding_window_view(array, window, None if axis is None else axes(axis))
    return _read_only(view.copy())


def _read_only(copy: np.ndarray[Any, Any]) -> Array:
    """A copy that refuses writes: a program that writes to windows expects to change the array."""
    copy.flags.writeable = False
    return Array(copy)
