"""Discrete distributions that take more than one formula."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FEW = 64            # sums and uniforms together up to which plain Python searches faster than arrays compare
MANY = 1 << 16      # comparisons of all with all up to which they beat a search in each row


def poisson(rate: float, uniform: Callable[[], float]) -> int:
    """One Poisson number: by multiplying uniforms for rates below 10, by rejection from there on.

    The rejection is PTRS of W. Hoermann, The transformed rejection method for generating Poisson random
    variables, 1993.
    """
    if rate == 0:
        return 0
    if rate >= 10:
        return _poisson_by_rejection(rate, uniform)
    count, product, limit = 0, uniform(), math.exp(-rate)
    while product > limit:
        count += 1
        product *= uniform()
    return count


def _poisson_by_rejection(rate: float, uniform: Callable[[], float]) -> int:
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))
    inside = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + rate + 0.43)
        if edge >= 0.07 and v <= inside:
            return k
        if k < 0 or (edge < 0.013 and v > edge):
            continue
        if (math.log(v) + log_inverse_alpha - math.log(a / (edge * edge) + b)
                <= -rate + k * log_rate - math.lgamma(k + 1)):
            return k


def cumulative(rows: Array, dtype: type[np.floating[Any]]) -> Array:
    """The running sums of rows of weights divided by the whole, in `dtype`; the last is exactly 1."""
    sums = np.add.accumulate(rows.astype(dtype, copy=False), -1)
    sums /= sums[..., -1:]
    sums[..., -1] = 1
    return sums


def pick(sums: Array, uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
    """The index of the first cumulative sum of its row that is not below each uniform."""
    wide = sums.astype(np.float64)
    if wide.ndim == 2 and wide.size + uniforms.size <= FEW:
        rows = zip(wide.tolist(), uniforms.tolist(), strict=True)
        return np.array([[bisect_left(row, u) for u in few] for row, few in rows], np.int64)
    if wide.ndim > 1 and wide.size * uniforms.shape[-1] <= MANY:
        return np.add.reduce(wide[..., None, :] < uniforms[..., None], -1, np.int64)
    if wide.ndim > 1:
        return np.stack([pick(row, few) for row, few in zip(wide, uniforms, strict=True)])
    return wide.searchsorted(uniforms).astype(np.int64)


def remove_category(sums: NDArray[np.float64], category: int) -> NDArray[np.float64]:
    """The cumulative sums once the category `taken` is gone and the rest are scaled to 1 again."""
    share = sums[category] - (sums[category - 1] if category else 0.0)
    remaining = sums.copy()
    remaining[category:] -= share
    with np.errstate(divide="ignore", invalid="ignore"):
        return remaining / (1.0 - share)
