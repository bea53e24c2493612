"""Whether a function moves faster within than its own values show: a sawtooth below the rounding of the output.

The results of all operations are recorded at shrinking steps. Where one of them does not follow the steps, on either
side, at the finest ones at which the output still tells two slopes apart, a measured slope is an average over periods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.analysis.random_rounding import EPSILON, InexactLevel, Modes, entered
from gradcli.analysis.slopes import RATIO, VISIBLE, finest
from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import Op
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms.forward_ad import tangents_ignored

STEPS = 3               # how many of them are looked at on each side
STEADY = 1.5            # up to which ratio quotients of differences are those of one slope
FINEST = 100            # how many times the resolution of the number the first step must be
MOST = 1 << 20          # elements of all results together that are kept


class RecordingLevel(InexactLevel):
    """A level that keeps the results of operations, as they are."""

    def __init__(self) -> None:
        super().__init__(0.0, np.random.default_rng(0))
        self.results: list[Any] = []
        self.left = MOST

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """The result of an operation."""
        with tangents_ignored():
            result = dispatch(cls, values)
        for x in result if type(result) is tuple else (result,):
            if isinstance(x, Tensor) and x.array.dtype.kind == "f" and self.left >= x.array.size:
                self.left -= x.array.size
                self.results.append(np.array(x.array, np.float64).reshape(-1))
        return result


def moves_unseen(values: Callable[[float], Any], at: float, step: float, modes: Modes) -> bool:
    """Whether the result of an operation does not follow steps from `at` on, from `step` down, on both sides.

    modes   a context in which the modes of the session are in force whose operations are recorded
    """
    if not step > FINEST * finest(at):
        return False

    def results(number: float) -> Any:
        level = RecordingLevel()
        with entered(level, modes):
            values(number)
        return np.concatenate([np.zeros(0), *level.results])

    centre = results(at)
    sizes = step / RATIO ** np.arange(STEPS)
    unsteady = []
    for sign in (1, -1):
        sides = [results(at + sign * float(size)) for size in sizes]
        if any(side.shape != centre.shape for side in sides):
            return False
        with np.errstate(all="ignore"):
            changes = np.array(sides) - centre
            quotients = changes / sizes[:, None]
            low, high = np.abs(quotients).min(0), np.abs(quotients).max(0)
            visible = (np.abs(changes) > VISIBLE * EPSILON * np.abs(centre)).all(0) & np.isfinite(high)
            same_sign = (quotients > 0).all(0) | (quotients < 0).all(0)
            unsteady.append(visible & ~(same_sign & (high <= STEADY * low)))
    return bool((unsteady[0] & unsteady[1]).any())
