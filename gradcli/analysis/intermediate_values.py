"""Whether a function moves faster within than its own values show: a sawtooth below the rounding of the output.

The results of all operations are recorded at shrinking steps. Where one of them does not follow the steps, on either
side, at the finest ones at which the output still tells two slopes apart, a measured slope is an average over periods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.analysis.random_rounding import EPSILON, InexactLevel, Modes, entered
from gradcli.analysis.slopes import ENOUGH, RATIO, VISIBLE, finest
from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import Op
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms.forward_ad import tangents_ignored
from gradcli.ops.math.rounding import Rounding

STEPS = 3               # how many of them are looked at on each side
STEADY = 1.5            # up to which ratio quotients of differences are those of one slope
FINEST = 100            # how many times the resolution of the number the first step must be
MOST = 1 << 20          # elements of all results together that are kept


class RecordingLevel(InexactLevel):
    """A level that keeps the results of operations, as they are."""

    def __init__(self) -> None:
        super().__init__(0.0, UniformStream(0))
        self.results: list[Any] = []
        self.left = MOST

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """The result of an operation."""
        with tangents_ignored():
            result = dispatch(cls, values)
        for x in result if type(result) is tuple else (result,):
            if isinstance(x, Tensor) and x.array.dtype.kind in FLOAT_KINDS and self.left >= x.array.size:
                self.left -= x.array.size
                self.results.append(np.array(x.array, np.float64).reshape(-1))
        return result


class StepsLevel(RecordingLevel):
    """A level that keeps the results of step functions alone."""

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """The result of an operation."""
        if issubclass(cls, Rounding):
            return super().push(cls, values)
        with tangents_ignored():
            return dispatch(cls, values)


def has_narrow_steps(values: Callable[[float], Any], at: float, modes: Modes) -> bool:
    """Whether a step function within has steps so narrow that the numbers next to `at` do not show one of them: on both
    sides it has moved within those from which a slope is told.

    modes   a context in which the modes of the session are in force whose operations are recorded
    """
    far = finest(at) * RATIO**ENOUGH
    centre, above, below = (_results(StepsLevel(), values, number, modes) for number in (at, at + far, at - far))
    return centre.shape == above.shape == below.shape and bool(((above != centre) & (below != centre)).any())


def _results(level: RecordingLevel, values: Callable[[float], Any], number: float, modes: Modes) -> Any:
    """The results that a level keeps of an evaluation at a number."""
    with entered(level, modes):
        values(number)
    return np.concatenate([np.zeros(0), *level.results])


def moves_unseen(values: Callable[[float], Any], at: float, step: float, modes: Modes) -> bool:
    """Whether the result of an operation does not follow steps from `at` on, from `step` down, on both sides.

    modes   a context in which the modes of the session are in force whose operations are recorded
    """
    if not step > FINEST * finest(at):
        return False

    centre = _results(RecordingLevel(), values, at, modes)
    sizes = step / RATIO ** np.arange(STEPS)
    unsteady = []
    for sign in (1, -1):
        sides = [_results(RecordingLevel(), values, at + sign * float(size), modes) for size in sizes]
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
