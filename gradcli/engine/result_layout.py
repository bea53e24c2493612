"""In which order the elements of a fresh result lie in memory, from those of its operands.

Element-wise kernels of PyTorch walk through memory in the order of their operands: the first operand decides, and the
next ones where its steps leave the order open. Copies keep the order of what they copy by the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import as_strided

from gradcli.engine.tensor.write_gate import dense

Steps = tuple[int, ...]
CACHED = 4096


def row_steps(shape: Steps) -> Steps:
    """The steps in elements between neighbours of an array that lies row by row; empty dimensions count as 1."""
    steps, step = [], 1
    for n in reversed(shape):
        steps.append(step)
        step *= n or 1
    return tuple(steps[::-1])


def steps_of(array: ndarray) -> Steps:
    """The steps of an array in elements, with those of PyTorch where numpy has none: in empty arrays, which lie row by
    row, and along added dimensions of length 1, as wide as what is inside of them."""
    item, shape = array.itemsize, array.shape
    steps = [step // item for step in array.strides]
    if 0 in steps:
        if not array.size and not any(steps):
            return row_steps(shape)
        for d in range(len(steps) - 1, -1, -1):
            if not steps[d] and shape[d] == 1:      # one that numpy has added
                steps[d] = shape[d + 1] * steps[d + 1] if d + 1 < len(steps) else 1
    return tuple(steps)


def _should_swap(shape: Steps, operands: Sequence[Steps], low: int, high: int) -> int:
    """Whether dimension `low`, so far nearer to the elements, belongs outside `high`: 1, or -1 if not, 0 if open."""
    for steps in operands:
        inner, outer = steps[low], steps[high]
        if inner == 0 or outer == 0:
            continue
        if inner != outer:
            return -1 if inner < outer else 1
        if shape[low] > shape[high]:
            return 1
    return 0


def ordered_steps(shape: Steps, operands: Sequence[Steps]) -> Steps:
    """The steps of a result without gaps, from those of its operands, which are 0 where one is repeated."""
    ndim = len(shape)
    order = list(range(ndim - 1, -1, -1))       # from the narrowest steps on
    for i in range(1, ndim):
        at = i
        for before in range(i - 1, -1, -1):
            swap = _should_swap(shape, operands, order[before], order[at])
            if swap > 0:
                order[before], order[at] = order[at], order[before]
                at = before
            elif swap < 0:
                break
    if order == list(range(ndim - 1, -1, -1)):
        return row_steps(shape)
    steps, step = [0] * ndim, 1
    for d in order:
        steps[d] = step
        step *= shape[d]
    return tuple(steps)


def can_expand(small: Steps, large: Steps) -> bool:
    """Whether a tensor of the first shape can be expanded to the second."""
    return len(small) <= len(large) and all(
        s in (1, n) for s, n in zip(reversed(small), reversed(large), strict=False))


def broadcast_steps(array: ndarray, shape: Steps) -> Steps:
    """The steps of an operand seen in a larger shape."""
    lead = len(shape) - array.ndim
    return (0,) * lead + tuple([0 if n == 1 != size else step for n, size, step in zip(
        array.shape, shape[lead:], steps_of(array), strict=True)])


def channels_last(array: ndarray) -> bool:
    """Whether the four dimensions of images lie with the channels innermost, and not row by row."""
    return array.ndim == 4 and not array.flags.c_contiguous and array.transpose(0, 2, 3, 1).flags.c_contiguous


def channels_last_steps(shape: Steps) -> Steps:
    """The steps of four dimensions with the second innermost."""
    steps = row_steps((shape[0], *shape[2:], shape[1]))
    return (steps[0], steps[3], steps[1], steps[2])


def in_format_of(result: ndarray, sources: Sequence[ndarray]) -> ndarray:
    """A result that lies row by row, or with its channels innermost if those of all sources do."""
    if result.ndim == 4 and all(channels_last(a) for a in sources):
        return restrided(result, tuple([step * result.itemsize for step in channels_last_steps(result.shape)]))
    return result if result.flags.c_contiguous else np.ascontiguousarray(result)


def result_steps(shape: Steps, operands: Sequence[ndarray]) -> Steps:
    """The steps of what an element-wise kernel makes of its operands."""
    if all(a.shape == shape for a in operands):
        if all(a.flags.c_contiguous for a in operands):
            return row_steps(shape)
        if all(channels_last(a) for a in operands):
            return channels_last_steps(shape)
        first, *others = [steps_of(a) for a in operands]
        if dense(operands[0]) and all(steps == first for steps in others):
            return first
    return ordered_steps(shape, [broadcast_steps(a, shape) for a in operands if a.ndim])


def same_strides(array: ndarray, other: ndarray) -> bool:
    """Whether two arrays of one shape and type lie alike, apart from steps along dimensions of length 1."""
    return all(a == b or n == 1 for a, b, n in zip(array.strides, other.strides, array.shape, strict=True))


def fresh_memory(shape: Steps, strides: Steps, dtype: Any) -> ndarray:
    """Fresh memory without gaps for these strides, in bytes."""
    return np.ndarray(shape, dtype, np.empty(prod(shape) or 1, dtype), 0, strides)


def placeholder(shape: Steps, strides: Steps, itemsize: int) -> ndarray:
    """An array that lies so, of which nothing is read."""
    return as_strided(np.empty(1, f"V{itemsize}"), shape, strides)


def preserved_steps(model: ndarray) -> Steps:
    """The steps of a copy of an array: its own where it has no gaps, else those of its order."""
    steps = steps_of(model)
    return steps if dense(model) else ordered_steps(model.shape, [steps])


def empty_like(model: ndarray, dtype: Any = None) -> ndarray:
    """Memory without gaps of the shape of an array, in its order; `dtype` is that of the array by default."""
    dtype = np.dtype(dtype or model.dtype)
    return fresh_memory(model.shape, tuple([step * dtype.itemsize for step in preserved_steps(model)]), dtype)


@lru_cache(CACHED)
def _preserved_strides(shape: Steps, strides: Steps, itemsize: int, item: int) -> Steps:
    return tuple([step * item for step in preserved_steps(placeholder(shape, strides, itemsize))])


def dense_copy(array: ndarray, dtype: Any = None) -> ndarray:
    """A copy without gaps, in the order of the array, as elements of another type if one is given."""
    copy = np.array(array, dtype or array.dtype)    # an array, also of one of numpy's scalars
    if copy.ndim < 2 or array.flags.c_contiguous:
        return copy
    return restrided(copy, _preserved_strides(array.shape, array.strides, array.itemsize, copy.itemsize))


@lru_cache(CACHED)
def _indexed_strides(shape: Steps, item: int, source: tuple[Any, ...], picks: tuple[Any, ...]) -> Steps:
    at = [i for i, pick in enumerate(picks) if pick]
    counts = {i: len(picks[i][0]) if picks[i][3] else 1 for i in at}
    array = placeholder(*source)
    joint = len(shape) - (array.ndim - sum(counts.values()))     # dimensions that the indices have in common
    first = at[0] if at[-1] - at[0] == len(at) - 1 else 0
    steps, remaining, d = steps_of(array), [], 0
    for i in range(len(picks)):
        if i not in counts:
            remaining.append(steps[d])
        d += counts.get(i, 1)
    remaining += steps[d:]
    operands = [(*remaining[:first], *(0,) * joint, *remaining[first:])]
    for i in at:
        if not picks[i][3]:
            inner = broadcast_steps(placeholder(*picks[i][:3]), shape[first : first + joint])
            operands.append((*(0,) * first, *inner, *(0,) * (len(shape) - first - joint)))
    return tuple([step * item for step in ordered_steps(shape, operands)])


def indexed_result(result: ndarray, source: ndarray, picks: tuple[Any, ...]) -> ndarray:
    """`result`, picked from an array by indices, in PyTorch's memory order: that of the array, then of the indices.

    picks   an array of indices or truth values, or a full slice, for each of the first dimensions of `source`
    """
    if result.ndim < 2 or not result.size or result.ndim == source.ndim and (
            source.flags.c_contiguous and result.flags.c_contiguous):
        return result
    return restrided(result, _indexed_strides(
        result.shape, result.itemsize, (source.shape, source.strides, source.itemsize),
        tuple([(pick.shape, pick.strides, pick.itemsize, pick.dtype.kind == "b") if type(pick) is ndarray else None
               for pick in picks])))


def restrided(result: ndarray, strides: Steps) -> ndarray:
    """`result` with these strides, in bytes; a copy if it has others."""
    if strides == result.strides or not result.size:
        return result
    out = fresh_memory(result.shape, strides, result.dtype)
    out[...] = result
    return out


@lru_cache(CACHED)
def _result_strides(shape: Steps, item: int, *operands: tuple[Any, ...]) -> Steps:
    return tuple([step * item for step in result_steps(shape, [placeholder(*operand) for operand in operands])])


def match_layout(result: ndarray, *operands: Any) -> ndarray:
    """The result of an element-wise kernel, in the order that its operands ask for."""
    shape, first = result.shape, operands[0]
    if len(shape) < 2 or not result.size or type(first) is ndarray and (
            first.strides == result.strides and first.shape == shape):
        return result
    arrays = [(a.shape, a.strides, a.itemsize) for a in operands if type(a) is ndarray]
    return restrided(result, _result_strides(shape, result.itemsize, *arrays)) if arrays else result


def with_layout(forward: Any, order: str) -> Any:
    """The same function with results in row-major order, by "columns" in column-major order, by "images" with channels
    innermost if the images or the weights are so. Of several results, those with the most dimensions are laid out so.
    """
    def arrange(array: Any, values: Any) -> Any:
        if array.ndim < 2:
            return array
        if order == "columns":
            return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)
        sources = [v for v in values[:2] if type(v) is ndarray and channels_last(v)] if order == "images" else ()
        return in_format_of(array, sources) if sources else np.ascontiguousarray(array)

    def forward_with_layout(*values: Any, **options: Any) -> Any:
        out = forward(*values, **options)
        if order == "images" and _by_rows(values[:2]) and _by_rows(out if type(out) is tuple else (out,)):
            return out
        if type(out) is ndarray:
            return out if out.ndim < 2 or order == "rows" and out.flags.c_contiguous else arrange(out, values)
        if type(out) is not tuple:
            return arrange(out, values)
        if order == "rows":
            return several_by_rows(out)
        ndim = max(array.ndim for array in out)
        return tuple([arrange(array, values) if array.ndim == ndim else array for array in out])

    if order == "rows":
        vars(forward_with_layout)["without_layout"] = forward
    return forward_with_layout


def _by_rows(values: tuple[Any, ...]) -> bool:
    """Whether all arrays among some values lie row by row."""
    for value in values:
        if type(value) is ndarray and not value.flags.c_contiguous:
            return False
    return True


def several_by_rows(out: tuple[Any, ...]) -> tuple[Any, ...]:
    """Several results, of which those with the most dimensions lie row by row."""
    for array in out:
        if not array.flags.c_contiguous:
            break
    else:
        return out
    ndim = max(array.ndim for array in out)
    return tuple([np.ascontiguousarray(array) if array.ndim == ndim > 1 else array for array in out])
