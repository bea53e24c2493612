"""Gradients that are not checked one by one: groups, which are bisected, and pairs of a symmetric matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.analysis.slopes import SMOOTH, SPARE, measure_slopes
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.tree import Fault, LimitFault

TOLERANCE = 1e-9    # how far a sum of gradients may be off, relative to the sum of their sizes
GOLDEN = (5**0.5 - 1) / 2


def culprit(off: Callable[[list[int]], bool], members: list[int]) -> list[int]:
    """The member of a group for which `off` holds, found by bisection; [] if it does not hold for the group."""
    if not members or not off(members):
        return []
    while len(members) > 1:
        half = len(members) // 2
        members = members[:half] if off(members[:half]) else members[half:]
    return members


def directions(leaves: Sequence[Tensor]) -> list[Any]:
    """A direction for each leaf: its elements, or 1 for those that are 0, times irregular weights."""
    return [np.where(x.array == 0, 1.0, np.abs(x.array)) * weights(x.array.size).reshape(x.array.shape)
            for x in leaves]


def weights(size: int) -> Any:
    """`size` deterministic numbers between 1/2 and 1 in size, with irregular signs."""
    part = np.arange(1, size + 1) * GOLDEN % 1
    return (0.5 + 0.5 * part) * np.where(part * 1e4 % 1 < 0.5, -1, 1)


def differs(function: Callable[[], Any], leaves: Sequence[Tensor], along: Sequence[Any], claimed: Any, size: Any,
            epsilon: Any) -> bool:
    """Whether slopes along a direction differ from `claimed`, the sum of terms whose sizes sum up to `size`."""
    homes = [x.array.copy() for x in leaves]
    centre = np.asarray(function(), np.float64)

    def values(number: float) -> Any:
        for x, home, direction in zip(leaves, homes, along, strict=True):
            writing(x.array)[...] = home + number * direction
        try:
            return function()
        except LimitFault:
            raise
        except Fault:
            return np.full(centre.shape, np.nan)

    def gap(slopes: Any) -> Any:
        allowed = SPARE * slopes.error + TOLERANCE * size
        return (slopes.kind == SMOOTH) & np.isfinite(claimed) & (np.abs(slopes.slope - claimed) > allowed)

    try:
        return bool(gap(measure_slopes(values, 0.0, centre, lambda slopes, _: bool(
            ((slopes.kind == SMOOTH) & ~gap(slopes) & (slopes.error <= 1e-6 * size)).all()), epsilon)).any())
    finally:
        for x, home in zip(leaves, homes, strict=True):
            writing(x.array)[...] = home


def symmetric(home: Any, moved: int, rules: Any, slopes: Any, tolerance: float) -> Any:
    """Elements off the diagonal of a symmetric matrix of which the function reads one triangle, as `cholesky` does.

    Its gradient there is that among symmetric matrices: of two elements that mirror each other the sum is right.
    """
    if home.ndim < 2 or home.shape[-1] != home.shape[-2] or moved < home.size or not np.array_equal(
            home, home.swapaxes(-1, -2)):
        return np.zeros(rules.shape, bool)
    shape = (len(rules), *home.shape)
    gradients, slope, error = (np.asarray(field).reshape(shape) for field in (rules, slopes.slope, slopes.error))
    mirrored = [field.swapaxes(-1, -2) for field in (gradients, slope, error)]
    size = np.abs(gradients) + np.abs(mirrored[0]) + np.abs(slope) + np.abs(mirrored[1])
    fits = np.abs(gradients + mirrored[0] - slope - mirrored[1]) <= (
        tolerance * size + SPARE * (error + mirrored[2]))
    triangles = [np.broadcast_to(np.tri(home.shape[-1], k=-1, dtype=bool), shape)]
    triangles.append(triangles[0].swapaxes(-1, -2))
    unread = [~np.any(slope, axis=0, keepdims=True, where=t).any((-1, -2), keepdims=True) for t in triangles]
    shared = [np.any(gradients, axis=0, keepdims=True, where=~t & t.swapaxes(-1, -2)).any((-1, -2), keepdims=True)
              for t in triangles]
    one = (unread[0] & shared[0]) ^ (unread[1] & shared[1])
    return (fits & one & ~np.eye(home.shape[-1], dtype=bool)).reshape(rules.shape)
