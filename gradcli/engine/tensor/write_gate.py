"""The one gate to memory: whoever writes into an array that programs can see asks here first.

A prompt that can take statements back locks large memory while a statement runs: its arrays are read-only,
and only `writing` opens them, after the prompt has copied what they hold. A writer that does not ask is
refused by numpy, so that forgetting the gate is an error and never a loss.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.faults.tensors import PartlyShared, SharedMemory
from gradcli.faults.tree import ValueFault


class WriteObserver:
    """The functions called before memory or the graph changes: a prompt that can undo statements sets them."""

    write: Callable[[ndarray, str], object] | None = None       # of an array that will be written to, and by what
    sweep: Callable[[list[Any]], object] | None = None          # of the calls that will be swept, newest first
    reach: Callable[[Any], object] | None = None                # of a call or leaf that a program takes out of a graph


class StepWrites:
    """Whether backward notices that an optimiser has written to a saved value, as it does since PyTorch 1.5."""

    counted = True


class DataWrites:
    """Whether backward notices writes through `.data`, as it does not in PyTorch: where an expression is
    differentiated, a wrong gradient must not pass without a word."""

    noticed = False


_locked: dict[int, weakref.ref[ndarray]] = {}       # blocks that a prompt has locked at some time, by identity


def block_of(array: ndarray) -> ndarray:
    """The array at the bottom of the views that `array` is one of."""
    block: Any = array
    while (base := getattr(array, "base", None)) is not None:
        array = base
        if isinstance(base, ndarray):
            block = base
    return block


def writing(array: ndarray, writer: str = "") -> ndarray:
    """`array`, which may be written to from here on; a fault if several of its elements are the same memory."""
    if WriteObserver.write is not None:
        WriteObserver.write(array, writer)
    if not array.flags.writeable:
        if overlapping(array):
            raise SharedMemory(writer)
        if not is_lockable(array):
            raise ValueFault("these values are a copy, which cannot be changed", ("x.copy()", "one that can")).saying(
                "assignment destination is read-only")
        unlock(array)
    return array


def filling(array: ndarray, writer: str = "") -> ndarray:
    """`array`, or where several of its elements are the same memory, a view like it that can be written to."""
    if array.flags.writeable or not overlapping(array) or not is_lockable(array):
        return writing(array, writer)
    if WriteObserver.write is not None:
        WriteObserver.write(array, writer)
    block_of(array).flags.writeable = True
    return stepping(array, array.shape, array.strides)


def lock(array: ndarray) -> None:
    """Refuse writes through this array, until `writing` or `unlock`."""
    block = block_of(array)
    if id(block) not in _locked:
        _locked[id(block)] = weakref.ref(block, partial(_forget, id(block)))
    array.flags.writeable = False


def _forget(block: int, _: weakref.ref[ndarray]) -> None:
    _locked.pop(block, None)


def unlock(array: ndarray) -> None:
    """Allow writes through this array again."""
    block_of(array).flags.writeable = True
    array.flags.writeable = True


def is_lockable(array: ndarray) -> bool:
    """Whether the memory of `array` can be written to, or could before it was locked."""
    block = block_of(array)
    return block.flags.writeable or id(block) in _locked


def overlapping(array: ndarray) -> bool:
    """Whether elements of `array` may lie in the same memory, as those of an expanded one do."""
    if not array.size:
        return False
    extent = array.itemsize
    for step, length in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if step < extent:
            return True
        extent += step * (length - 1)
    return False


def overlaps_itself(array: ndarray) -> bool:
    """Whether elements of a view that can be written to lie in the same memory, as windows do that `unfold` makes."""
    return array.base is not None and not array.flags.forc and array.flags.writeable and overlapping(array)


def partly_shared(target: ndarray, other: ndarray) -> bool:
    """Whether `other` lies over a part of the memory of `target`, or over all of it in another order.

    Like PyTorch, it looks at arrays that fill their stretch of memory, and lets others pass.
    """
    if other is target or not target.size or not other.size or not np.may_share_memory(target, other):
        return False
    if _layout(target) == _layout(other) and _address(target) == _address(other):
        return False
    return dense(target) and dense(other)


def _address(array: ndarray) -> Any:
    """The address of the first element."""
    return array.__array_interface__["data"][0]


def _layout(array: ndarray) -> list[tuple[int, int]]:
    return [(step, length) for step, length in zip(array.strides, array.shape, strict=True) if length > 1]


def dense(array: ndarray) -> bool:
    """Whether the elements fill their memory without gaps or overlap, in whatever order of dimensions."""
    extent = array.itemsize
    for step, length in sorted(_layout(array)):
        if step != extent:
            return False
        extent *= length
    return True


def refuse_shared(target: ndarray, others: Iterable[ndarray], writer: str, wholly: bool = False) -> None:
    """Raise PartlyShared if an operand is partly the memory that is written to; with `wholly`, also if it is all of it.

    Like PyTorch, it lets operands pass that do not fill their stretch of memory.
    """
    for other in others:
        if partly_shared(target, other) or wholly and np.may_share_memory(target, other) and (
                dense(target) and dense(other) and target.size and other.size):
            raise PartlyShared(writer)


def setting(array: ndarray, part: Any, source: Any) -> ndarray:
    """`array`, in which a part may be set to `source`; PartlyShared if that is partly the same memory."""
    if type(source) is ndarray and source.ndim and ((base := source.base) is not None and (
            base is array or base is array.base) or source is array.base):
        target = array[part]
        if source.size == target.size and partly_shared(target, source):    # a smaller one is expanded: PyTorch copies
            raise PartlyShared("setitem")
    return writing(array)


def stepping(array: ndarray, shape: tuple[int, ...], strides: tuple[int, ...]) -> ndarray:
    """A view of the memory of `array`, from its first element on, with other lengths and steps in bytes.

    Unlike numpy's as_strided, it knows the array it is a view of, so that it can be locked and unlocked.
    """
    memory = block_of(array).ravel(order="K")
    first: int = array.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    return np.ndarray(shape, array.dtype, memory, first if 0 not in shape else 0, strides)
