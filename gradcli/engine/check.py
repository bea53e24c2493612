"""Whether gradients are right: analytic ones against slopes measured by moving one number at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEP = 1e-6             # of a number of the size of 1, in double precision
CLOSE, NEAR = 1e-5, 1e-7    # relative and absolute: how far a slope may be off that is still the same
KINK = 1e-3             # how far the slopes to the left and to the right may differ, relatively
MOST = 400              # elements of one leaf that are moved; of larger ones, as many, evenly spaced


class Verdict(NamedTuple):
    """The worst element of one leaf: its place, both slopes, how many were moved of how many, where slopes jump."""

    place: tuple[int, ...]
    analytic: float
    measured: float
    moved: int
    size: int
    kinks: list[tuple[int, ...]]

    @property
    def off(self) -> float:
        """How far the two are apart."""
        return abs(self.analytic - self.measured) if not _alike(self.analytic, self.measured) else 0.0

    @property
    def right(self) -> bool:
        return self.off <= NEAR + CLOSE * abs(self.measured)


def slopes(value: Callable[[], float], leaf: Any, analytic: Any) -> Verdict:
    """Move each element of the array `leaf` a little both ways, and compare what `value` does with `analytic`."""
    flat, claimed = leaf.reshape(-1), np.asarray(analytic, np.float64).reshape(-1)
    chosen = range(flat.size) if flat.size <= MOST else np.linspace(0, flat.size - 1, MOST).astype(int).tolist()
    worst, kinks, centre = None, [], value()
    for at in chosen:
        kept = float(flat[at])
        step = STEP * max(1.0, abs(kept))
        flat[at] = kept + step
        above = value()
        flat[at] = kept - step
        below = value()
        flat[at] = kept
        measured = (above - below) / (2 * step)
        left, right = (centre - below) / step, (above - centre) / step
        index = tuple(int(i) for i in np.unravel_index(at, leaf.shape))
        if abs(left - right) > KINK * max(1.0, abs(left), abs(right)):
            kinks.append(index)
            continue        # there is no slope to compare with
        found = Verdict(index, float(claimed[at]), measured, len(chosen), flat.size, kinks)
        if worst is None or _excess(found) > _excess(worst):
            worst = found
    return worst or Verdict((), 0.0, 0.0, len(chosen), flat.size, kinks)


def _excess(verdict: Verdict) -> float:
    """How bad it is: the distance, relative to what is allowed; what is no number is worst."""
    excess = verdict.off / (NEAR + CLOSE * abs(verdict.measured))
    return math.inf if math.isnan(excess) else excess


def _alike(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
