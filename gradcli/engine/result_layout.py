"""In which order the elements of a fresh result lie in memory, from those of its operands.

Element-wise kernels of PyTorch walk through memory in the order of their operands: the first operand decides, and the
next ones where its steps leave the order open. Copies keep the order of what they copy by the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.tensor.write_gate import dense

Steps = tuple[int, ...]


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


def _turned(shape: Steps, operands: Sequence[Steps], low: int, high: int) -> int:
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
            turned = _turned(shape, operands, order[before], order[at])
            if turned > 0:
                order[before], order[at] = order[at], order[before]
                at = before
            elif turned < 0:
                break
    if order == list(range(ndim - 1, -1, -1)):
        return row_steps(shape)
    steps, step = [0] * ndim, 1
    for d in order:
        steps[d] = step
        step *= shape[d]
    return tuple(steps)


def broadcast_steps(array: ndarray, shape: Steps) -> Steps:
    """The steps of an operand seen in a larger shape."""
    lead = len(shape) - array.ndim
    return (0,) * lead + tuple([0 if n == 1 != whole else step for n, whole, step in zip(
        array.shape, shape[lead:], steps_of(array), strict=True)])


def result_steps(shape: Steps, operands: Sequence[ndarray]) -> Steps:
    """The steps of what an element-wise kernel makes of its operands."""
    if all(a.shape == shape for a in operands):
        if all(a.flags.c_contiguous for a in operands):
            return row_steps(shape)
        if len(shape) == 4 and all(a.transpose(0, 2, 3, 1).flags.c_contiguous for a in operands):
            rows, columns, channels = row_steps((*shape[2:], shape[1]))
            return (rows * shape[2], channels, rows, columns)
        first, *others = [steps_of(a) for a in operands]
        if dense(operands[0]) and all(steps == first for steps in others):
            return first
    return ordered_steps(shape, [broadcast_steps(a, shape) for a in operands if a.ndim])


def alike(array: ndarray, other: ndarray) -> bool:
    """Whether two arrays of one shape and type lie alike, apart from steps along dimensions of length 1."""
    return all(a == b or n == 1 for a, b, n in zip(array.strides, other.strides, array.shape, strict=True))


def empty_with_steps(shape: Steps, steps: Steps, dtype: Any) -> ndarray:
    """Memory without gaps for these steps, which are counted in elements."""
    if steps == row_steps(shape):
        return np.empty(shape, dtype)
    count, item = int(np.prod(shape)), np.dtype(dtype).itemsize
    return np.ndarray(shape, dtype, np.empty(max(count, 1), dtype), 0, tuple([step * item for step in steps]))


def preserved_steps(model: ndarray) -> Steps:
    """The steps of a copy of an array: its own where it has no gaps, else those of its order."""
    steps = steps_of(model)
    return steps if dense(model) else ordered_steps(model.shape, [steps])


def empty_like(model: ndarray, dtype: Any = None) -> ndarray:
    """Memory without gaps of the shape of an array, in its order; `dtype` is that of the array by default."""
    return empty_with_steps(model.shape, preserved_steps(model), dtype or model.dtype)


def copied(array: ndarray, dtype: Any = None) -> ndarray:
    """A copy without gaps, in the order of the array, as elements of another type if one is given."""
    if dtype is None and array.flags.c_contiguous:
        return array.copy()
    copy = empty_like(array, dtype)
    np.copyto(copy, array, casting="unsafe")
    return copy


def picked(result: ndarray, source: ndarray, picks: tuple[Any, ...]) -> ndarray:
    """What indices pick from an array, in the order that PyTorch gives it: that of the array, then of the indices.

    picks   an array of indices or truth values, or a full slice, for each of the first dimensions of `source`
    """
    at = [i for i, pick in enumerate(picks) if type(pick) is ndarray]
    if result.ndim < 2 or source.flags.c_contiguous and all(picks[i].flags.c_contiguous for i in at):
        return result
    taken = [picks[i].ndim if picks[i].dtype.kind == "b" else 1 for i in at]
    joint = result.ndim - (source.ndim - sum(taken))        # dimensions that the indices have in common
    steps = steps_of(source)
    first = at[0] if at[-1] - at[0] == len(at) - 1 else 0
    kept, d = [], 0
    for i, pick in enumerate(picks):
        if type(pick) is ndarray:
            d += taken[at.index(i)]
        else:
            kept.append(steps[d])
            d += 1
    kept += steps[d:]
    shape = result.shape
    operands = [(*kept[:first], *(0,) * joint, *kept[first:])]
    for i in at:
        if picks[i].dtype.kind != "b":
            inner = broadcast_steps(picks[i], shape[first : first + joint])
            operands.append((*(0,) * first, *inner, *(0,) * (len(shape) - first - joint)))
    return in_steps(result, ordered_steps(shape, operands))


def in_steps(result: ndarray, steps: Steps) -> ndarray:
    """`result` with these steps, in elements; a copy if it has others."""
    if steps == steps_of(result):
        return result
    laid = empty_with_steps(result.shape, steps, result.dtype)
    laid[...] = result
    return laid


def arranged(result: ndarray, *operands: Any) -> ndarray:
    """The result of an element-wise kernel, in the order that its operands ask for."""
    shape = result.shape
    if len(shape) < 2:
        return result
    arrays = [a for a in operands if type(a) is ndarray]
    if not arrays:
        return result
    if result.flags.c_contiguous and all(a.flags.c_contiguous and (a.shape == shape or not a.ndim) for a in arrays):
        return result
    return in_steps(result, result_steps(shape, arrays))
