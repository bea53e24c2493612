"""Numeric slopes of functions of one number: from both sides, each with an estimate of its error.

Differences at a ladder of shrinking steps are extrapolated to a step of zero (Richardson; the choice among the
steps by estimated error is due to Ridders, Advances in Engineering Software 4, 1982). Steps are relative to the
number, and shrink until the slope has converged or rounding hides it. A function has many outputs, each of them
independent: all arrays have one entry for each output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

RATIO = 7.3             # between steps: no power of two, so that no period or grid of the function fits all of them
WIDEST = 0.05           # the first step, relative to the number or to 1, whichever is larger
FINEST = 2.0**-50       # the last step, relative to the number
SMALLEST = 2.0**-1070   # the spacing of values near 0, at least
LEAST = 1e-16           # the last step where the number is 0
EPSILON = 2.0**-52      # the relative rounding of values in double precision
FEWEST = 4              # steps from which an error can be estimated
LOOKS = (4, 5, 6, 8, 11, 15, 20, 30, 50, 100, 200)   # numbers of steps after which convergence is tested
SPARE = 4               # the tolerance of a comparison, in estimated errors
SLOWEST = 1e-6          # relative error beyond which differences may follow a power of the step that is no whole number
CONVERGED = 1e-2        # relative error beyond which the slope of one side may be infinite
KINK = 1e-6             # relative difference of the slopes of both sides that is one
ENOUGH = 3              # steps at which a kink must be seen
VISIBLE = 1e3           # roundings of the value that a change must exceed to tell how it shrinks
FASTEST = 0.02          # part of the largest change of the values that the finest step may make
REGULAR = 0.1           # relative difference of what two steps shrink a change by, up to which it follows a power
STEADY = 1e-3           # relative difference of quotients of two steps that tell of one slope
ALIKE = 5               # steps in a row that must tell of it: a grid of rounded numbers may be some steps wide
GRID = 1e-8             # steps relative to the number, below which a function that stands still may have rounded it
UNLIKE = 0.1            # part of the slope of the finest step that tells, up to which another is not taken for it
LINEAR = 1e-3           # how far below 1 increments of quotients may shrink that do not shrink: those of a logarithm

SMOOTH, KINKED, STEEP, JUMP, EDGE, OUTSIDE, INFINITE = range(7)
Values = Callable[[float], Any]


class Slopes(NamedTuple):
    """The slopes of each output: from the left, from the right and of both, with their errors, and their kind.

    `kind` is SMOOTH; KINKED where the sides differ; STEEP where the slope is infinite; JUMP; EDGE where only one
    side has values; INFINITE where the value is, with values on both sides; OUTSIDE where the function has no value.
    """

    slope: Any
    error: Any
    left: Any
    right: Any
    kind: Any


class Ladder:
    """The values of a function at both sides of a number, at steps that shrink."""

    def __init__(self, centre: Any, epsilon: Any, noise: Any, last: float, claimed: Any = None) -> None:
        self.centre, self.epsilon, self.noise, self.last, self.claimed = centre, epsilon, noise, last, claimed
        self.above: list[Any] = []
        self.below: list[Any] = []
        self.up: list[float] = []
        self.down: list[float] = []

    def add(self, above: Any, up: float, below: Any, down: float) -> None:
        self.above.append(above)
        self.below.append(below)
        self.up.append(up)
        self.down.append(down)

    def slopes(self) -> Slopes:
        """The slopes as far as they can be told from the steps that were taken."""
        above, below = np.array(self.above), np.array(self.below)
        up, down = np.array(self.up)[:, None], np.array(self.down)[:, None]
        largest = np.maximum(_finite(self.centre), np.maximum(_finite(above), _finite(below)))
        size = self.epsilon * largest + SMALLEST + self.noise
        unmoved = (above == self.centre) & (below == self.centre)
        # where nothing moves, numbers of the size of 1 may have cancelled; what never moves does so least by wide steps
        noise = np.where(unmoved, np.maximum(size, self.epsilon), size) * np.where(unmoved.all(0), up / up[0], 1)
        rise, fall = above - self.centre, self.centre - below
        middle, error = best_extrapolation((above - below) / (up + down), noise / up, 2, 4)
        right, right_error = best_extrapolation(rise / up, noise / up, 1, 2)
        left, left_error = best_extrapolation(fall / down, noise / down, 1, 2)
        right_jumps, right, right_error = _limits(rise, up, size, right, right_error)
        left_jumps, left, left_error = _limits(fall, down, size, left, left_error)
        ended = [~np.isfinite(side[-3:]).any(0) for side in (rise, fall)]
        kind = np.full(self.centre.shape, SMOOTH)
        persists = _persists(rise / up - fall / down, right - left, noise / up)
        kind[_apart(left, right, left_error + right_error) & persists] = KINKED
        kind[np.isinf(left) & (left == right)] = STEEP
        kind[ended[0] ^ ended[1]] = EDGE
        kind[right_jumps | left_jumps] = JUMP
        kind[ended[0] & ended[1] | np.isnan(self.centre)] = OUTSIDE
        undefined = np.isnan(above[-3:]).all(0) ^ np.isnan(below[-3:]).all(0)
        kind[np.isinf(self.centre)] = np.where(undefined, EDGE, INFINITE)[np.isinf(self.centre)]
        one_sided = np.where(ended[0], left, right)
        slope = np.where(kind == SMOOTH, middle, one_sided)
        error = np.fmax(error, np.fmin(np.abs(middle - left), np.abs(middle - right)))
        if self.up[-1] <= self.last * RATIO:
            error = np.where(_unresolved(above - below, size), np.inf, error)
        if self.claimed is not None:
            least = self._least_move(unmoved, np.maximum(np.abs(rise), np.abs(fall)) / up)
            error = np.where(np.abs(slope) < UNLIKE * least, np.fmax(error, least), error)
            slope, error = self._supported((above - below) / (up + down), size / up, slope, error)
        both = np.maximum(left_error, right_error)
        error = np.where(kind == SMOOTH, error, np.where(kind == EDGE, np.where(ended[0], left_error, right_error),
                                                         both))
        left, right = np.where(ended[1], right, left), np.where(ended[0], left, right)
        return Slopes(slope, error, left, right, kind)

    def _least_move(self, unmoved: Any, quotients: Any) -> Any:
        """The slope of the finest step at which an output moves, where it stands still at finer ones alone: the
        function may have rounded the number itself, as x - 1e7 does, so that these say nothing; elsewhere 0."""
        moving = len(unmoved) - 1 - np.cumprod(unmoved[::-1], axis=0).sum(0)
        at = np.maximum(moving, 0)
        finer = np.array([*self.up[1:], 0.0])[at]
        rounded = (moving >= 0) & (moving < len(unmoved) - 1) & (finer <= GRID / FINEST * self.last)
        return np.where(rounded, quotients[at, np.arange(unmoved.shape[1])], 0)

    def _supported(self, quotients: Any, noise: Any, slope: Any, error: Any) -> tuple[Any, Any]:
        """The slope and its error, which is as large as the gap to the claimed one unless the finest quotients that
        tell the two apart confirm the slope: wide steps may pass over many periods. Where these agree on another slope,
        it is that."""
        gap = np.abs(slope - self.claimed)
        visible = (np.isfinite(quotients) & (2 * SPARE * noise < gap))[::-1]
        first = visible & (np.cumsum(visible, axis=0) <= ENOUGH)
        finest = np.where(first, quotients[::-1], np.nan)
        confirmed = (first & (np.abs(finest - slope) < 0.5 * gap)).sum(0) == ENOUGH
        low, high = np.fmin.reduce(finest), np.fmax.reduce(finest)
        spread = (high - low) / 2 + np.fmax.reduce(np.where(first, noise[::-1], np.nan))
        other = ~confirmed & (first.sum(0) == ENOUGH) & (spread < 0.5 * gap)
        supported = np.where(confirmed, error, np.fmax(error, gap))
        return np.where(other, (low + high) / 2, slope), np.where(other, spread, supported)

    def rounding(self) -> Any:
        """The error of a slope at the last step by the rounding of values alone."""
        return SPARE * (self.epsilon * np.abs(self.centre) + self.noise) / self.up[-1]


def measure_slopes(values: Values, at: float, centre: Any, is_settled: Callable[[Slopes, Any], bool],
                   epsilon: Any = EPSILON, noise: Any = None, claimed: Any = None) -> Slopes:
    """The slopes of a function at a number.

    values      the function, from a number to an array of outputs
    at          the number; `centre` is the array of outputs there
    is_settled  whether the slopes are good enough, from them and from the error by rounding
    epsilon     the relative rounding of each output
    noise       the absolute rounding beyond that, where larger numbers cancel within the function; None: as yet unknown
    claimed     the gradients, which seem wrong if `noise` is known
    """
    if not math.isfinite(at):
        nowhere = np.full(centre.shape, np.nan)
        return Slopes(nowhere, nowhere, nowhere, nowhere, np.full(centre.shape, OUTSIDE))
    ladder = Ladder(centre, epsilon, 0.0 if noise is None else noise, finest(at),
                    None if noise is None else claimed)
    for step in step_sizes(at):
        high, low = at + step, at - step
        ladder.add(values(high), high - at, values(low), at - low)
        if len(ladder.up) in LOOKS and is_settled(slopes := ladder.slopes(), ladder.rounding()):
            return slopes
    return ladder.slopes()


def step_sizes(at: float) -> Iterator[float]:
    """Steps from a twentieth of the number, or of 1, down to the resolution of numbers of its size."""
    step, last = WIDEST * max(1.0, abs(at)), finest(at)
    while step > last:
        yield (at + step) - at or step      # the exact difference of the rounded numbers
        step /= RATIO


def finest(at: float) -> float:
    """The lower bound of the steps at a number."""
    return max(FINEST * abs(at), SMALLEST) if at else LEAST


def extrapolate(raw: Any, noise: Any, first: int, second: int) -> tuple[Any, Any]:
    """Richardson extrapolation of difference quotients, which eliminates two powers of the step, and its errors."""
    once = raw[1:] + np.diff(raw, axis=0) / (RATIO**first - 1)
    change = np.diff(once, axis=0) / (RATIO**second - 1)
    twice = once[1:] + change
    spread = np.abs(np.diff(twice, axis=0))
    error = np.maximum(np.abs(change), np.concatenate([spread / 2, spread[-1:]])) + noise[2:]
    error = np.where(np.isfinite(error), error, np.inf)
    beside = np.pad(error, ((1, 1), (0, 0)), constant_values=np.inf)
    return twice, np.maximum(error, 0.1 * np.minimum(beside[:-2], beside[2:]))    # a single one may be good by accident


def best_extrapolation(raw: Any, noise: Any, first: int, second: int) -> tuple[Any, Any]:
    """For each output, the extrapolation with the least error that agrees with those of smaller steps.

    Smaller steps whose result is lost in rounding need not agree, unless their difference quotients (`raw`) tell of
    another slope: then the function has steps that wide differences pass over.
    """
    extrapolations, errors = extrapolate(raw, noise, first, second)
    value, error, its_noise = extrapolations[-1], errors[-1], noise[-1]
    for k in range(len(extrapolations) - 2, -1, -1):
        wider, wider_error, wider_noise = extrapolations[k], errors[k], noise[k + 2]
        agrees = np.abs(wider - value) <= SPARE * (error + wider_error)
        hidden = ~(error <= 1e-3 * np.abs(value)) & ~(error > VISIBLE * its_noise)
        better = (wider_error < error) & (agrees | hidden)
        if better.any():
            better &= ~_contradicted(raw[k + 2:] - wider, noise[k + 2:], wider_error)
        value, error = np.where(better, wider, value), np.where(better, wider_error, error)
        its_noise = np.where(better, wider_noise, its_noise)
    return value, error


def _contradicted(gaps: Any, noise: Any, error: Any) -> Any:
    """Whether several steps in a row tell of one other slope, beyond rounding and beyond what the first step is off."""
    if len(gaps) <= ALIKE:
        return np.zeros(error.shape, bool)
    beyond = np.abs(gaps[1:]) > SPARE * (noise[1:] + np.abs(gaps[0]) + error)
    steady = beyond[1:] & beyond[:-1] & (np.abs(np.diff(gaps[1:], axis=0)) <= STEADY * np.abs(gaps[1:-1]))
    return np.lib.stride_tricks.sliding_window_view(steady, ALIKE - 1, axis=0).all(-1).any(0)


def _limits(change: Any, step: Any, size: Any, slope: Any, error: Any) -> tuple[Any, Any, Any]:
    """Where one side jumps; its slope and error, infinite where the change shrinks more slowly than the step."""
    if len(change) < 2 * FEWEST:
        return np.zeros(slope.shape, bool), slope, error
    last, earlier = np.abs(change[-1]), np.abs(change[-4])
    power = np.log(earlier / last) / (3 * math.log(RATIO))
    quotients = change / step
    unsettled = ~(error <= CONVERGED * np.abs(slope)) & (last > VISIBLE * size[-1]) & np.isfinite(last + earlier)
    steep = unsettled & (power < 0.95) & _regular(change[-4:-1] / change[-3:])
    beyond = (np.abs(change) > VISIBLE * size) & np.isfinite(change) & np.isinf(quotients)     # no number is so large
    infinite = steep | beyond.any(0)
    limit, its_error = _slow_limits(quotients, size / step)
    slow = ~infinite & (its_error < error) & (error > SLOWEST * np.abs(slope))
    limit = np.where(infinite, np.sign(np.where(steep, change[-1], change[-2])) * np.inf, limit)
    return (steep & (power < 0.05), np.where(infinite | slow, limit, slope),
            np.where(infinite, 0, np.where(slow, its_error, error)))


def _slow_limits(quotients: Any, noise: Any) -> tuple[Any, Any]:
    """What quotients tend to that follow a power of the step, or its logarithm (Aitken), and the error.

    The error is infinite where they do not. The finest steps count at which rounding does not hide the change.
    """
    change = np.diff(quotients, axis=0)
    shrinking = change[1:] / change[:-1]
    limit, error = quotients[-1], np.full(quotients[-1].shape, np.inf)
    pending = np.full(error.shape, True)
    for k in range(len(change), 4, -1):
        decided = pending & (np.abs(change[k - 1]) > VISIBLE * noise[k])
        last, ratios = shrinking[k - 2], shrinking[k - 5:k - 1]
        limits = quotients[k - 1:k + 1] + change[k - 2:k] * shrinking[k - 3:k - 1] / (1 - shrinking[k - 3:k - 1])
        diverges = last > 1 - LINEAR
        follows = decided & _regular(ratios)
        limit = np.where(follows, np.where(diverges, np.sign(change[k - 1]) * np.inf, limits[1]), limit)
        error = np.where(follows, np.where(diverges, 0, np.abs(limits[1] - limits[0])), error)
        pending &= ~decided
    return limit, error


def _finite(numbers: Any) -> Any:
    """The sizes of numbers, 0 for those that are not finite."""
    return np.where(np.isfinite(numbers), np.abs(numbers), 0)


def _regular(ratios: Any) -> Any:
    """Whether all ratios are nearly the same, and none changes the sign."""
    low, high = ratios.min(0), ratios.max(0)
    return (low > 0) & (high - low <= REGULAR * high)


def _unresolved(change: Any, size: Any) -> Any:
    """Whether the last step changes values about as much as any: the function moves faster than steps can shrink."""
    change = _finite(change)
    return (change[-1] > FASTEST * change.max(0)) & (change[-1] > VISIBLE * size[-1])


def _apart(left: Any, right: Any, error: Any) -> Any:
    """Whether the slopes of both sides are different beyond doubt."""
    gap = np.abs(right - left)
    bound = SPARE * error + KINK * np.minimum(np.maximum(np.abs(left), np.abs(right)), 1e300)
    return (gap > bound) & (left != right)


def _persists(gaps: Any, gap: Any, noise: Any) -> Any:
    """Whether the difference of the sides stays when steps shrink, as far as rounding lets it be seen."""
    visible = (np.isfinite(gaps) & (SPARE * noise < 0.1 * np.abs(gap)))[::-1]
    stays = visible & (np.abs(gaps / gap - 1) < 0.5)[::-1]
    last = np.cumsum(visible, axis=0) <= ENOUGH
    return np.isinf(gap) | (visible.sum(0) >= ENOUGH) & ((stays & last).sum(0) == ENOUGH)
