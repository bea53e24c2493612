"""Gradient checks: every element of the Jacobian is compared with a numeric slope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from gradcli.analysis.intermediate_values import has_narrow_steps, moves_unseen
from gradcli.analysis.probing import culprit, differs, directions, symmetric, weights
from gradcli.analysis.random_rounding import Modes, inexact, rounding_of
from gradcli.analysis.slopes import EDGE, INFINITE, JUMP, KINKED, OUTSIDE, SMOOTH, SPARE, STEEP, Slopes, measure_slopes
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.dtypes import float_limits
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.tensor.write_gate import writing
from gradcli.engine.transforms import functional
from gradcli.faults.tree import Fault, LimitFault

TOLERANCE = 1e-5    # how far a gradient may be off, relatively, beside the error of the measure
MOST = 400          # elements of one leaf that are moved, and of the outputs that are watched: evenly spaced ones
FEWEST = 40         # elements of one leaf that are moved, where there are so many
LARGE = 200         # elements of leaves and outputs together beyond which fewer than MOST are moved
SECOND = 16         # elements of the outputs whose gradients are differentiated again
DOUBTFUL = 1e-2     # a relative error of a slope beyond which it does not tell whether the gradient is right
UNSEEN = 0.5        # one beyond which it tells nothing of a gradient, however small
MOST_UNSEEN = 8     # outputs of one element of a leaf whose operations are looked at
Function = Callable[[], Sequence[Tensor]]


class JacobianEntry(NamedTuple):
    """One element of a Jacobian: the output, its element (`row`) and that of the leaf (`place`), with the values."""

    output: int
    row: tuple[int, ...]
    place: tuple[int, ...]
    gradient: float
    slope: float
    error: float
    left: float
    right: float
    kind: int


class Verdict(NamedTuple):
    """The result of the check of the gradients by one leaf.

    `worst` is the element that is furthest off; `wrong` counts those that are off; `special` are those without one
    slope, `doubtful` those that cannot be judged, as rounding hides the slope. `moved` of `size` elements of the leaf
    were moved, `watched` of `outputs` elements of the outputs were looked at.
    """

    worst: JacobianEntry
    wrong: int
    special: list[JacobianEntry]
    doubtful: list[JacobianEntry]
    compared: int
    moved: int
    size: int
    watched: int
    outputs: int

    @property
    def is_right(self) -> bool:
        return not self.wrong

    @property
    def off(self) -> float:
        """How far gradient and slope are apart in the worst element, relative to it or to 1."""
        gap = abs(self.worst.gradient - self.worst.slope) if self.worst.gradient != self.worst.slope else 0.0
        return gap / max(1.0, abs(self.worst.slope))


class Watched:
    """The elements of a function's outputs that are checked."""

    def __init__(self, outputs: Sequence[Tensor], most: int) -> None:
        self.shapes = [o.array.shape for o in outputs]
        self.sizes = [o.array.size for o in outputs]
        self.total = sum(self.sizes)
        self.chosen = _evenly_spaced(self.total, most)
        kinds = [float(float_limits(o.array.dtype).eps) for o in outputs]
        self.all_epsilon = np.repeat(kinds, self.sizes) if kinds else np.zeros(0)
        self.epsilon = self.all_epsilon[self.chosen]

    def unchecked(self) -> list[int]:
        """The numbers of the elements that are not checked."""
        return sorted(set(range(self.total)).difference(self.chosen))

    def watch(self, numbers: list[int]) -> None:
        """Check these elements too."""
        self.chosen = [*self.chosen, *numbers]
        self.epsilon = self.all_epsilon[self.chosen]

    def values(self, outputs: Sequence[Tensor]) -> Any:
        """The values of the watched elements; nan if outputs have other shapes than at the point itself."""
        return self.all(outputs)[self.chosen]

    def all(self, outputs: Sequence[Tensor]) -> Any:
        """The values of all elements, as one float64 vector; nan if the shapes differ."""
        if [o.array.shape for o in outputs] != self.shapes:
            return np.full(self.total, np.nan)
        return np.concatenate([np.zeros(0), *[o.array.reshape(-1) for o in outputs]], dtype=np.float64)

    def weighted_gradients(self, outputs: Sequence[Tensor], leaves: Sequence[Tensor], seeds: Any) -> list[Any]:
        """The gradients by the leaves of the sum of all elements times `seeds`."""
        parts = np.split(seeds, np.cumsum(self.sizes)[:-1])
        pairs = [(o, Tensor(part.reshape(o.array.shape).astype(o.array.dtype))) for o, part in zip(
            outputs, parts, strict=True) if o.requires_grad]
        row = functional.grad([o for o, _ in pairs], list(leaves), [seed for _, seed in pairs], True, False,
                              allow_unused=True) if pairs else [None] * len(leaves)
        return [np.zeros(x.array.shape) if g is None else g.array for g, x in zip(row, leaves, strict=True)]

    def element(self, number: int) -> tuple[int, tuple[int, ...]]:
        """The output, and the index in it, of the element with this number."""
        k = 0
        while number >= self.sizes[k]:
            number -= self.sizes[k]
            k += 1
        return k, tuple(int(i) for i in np.unravel_index(number, self.shapes[k]))

    def gradients(self, outputs: Sequence[Tensor], leaves: Sequence[Tensor], create_graph: bool = False,
                  among: Sequence[int] | None = None) -> list[Any]:
        """The gradients by the leaves of the watched elements, or of those in `among`, as tensors."""
        rows = []
        for number in self.chosen if among is None else [self.chosen[n] for n in among]:
            k, index = self.element(number)
            seed = np.zeros(self.shapes[k], outputs[k].array.dtype)
            seed[index] = 1
            row = functional.grad(outputs[k], list(leaves), [Tensor(seed)], True, create_graph, allow_unused=True) if (
                outputs[k].requires_grad) else [None] * len(leaves)
            rows.append([Variable(np.zeros(x.array.shape)) if g is None else g
                         for g, x in zip(row, leaves, strict=True)])
        return rows


def verdicts(function: Function, leaves: Sequence[Tensor], tolerance: float = TOLERANCE,
             modes: Modes = nullcontext) -> list[Verdict]:
    """A verdict for each leaf on the gradients of what `function` returns. Leaves are float64, and are perturbed.

    A function that raises a Fault at a point has no value there. Its operations run with what is in force in `modes`.
    """
    outputs = function()
    watched = Watched(outputs, MOST)
    watched.watch(culprit(partial(_off, function, watched, leaves), watched.unchecked()))
    rows = watched.gradients(outputs, leaves)
    centre = watched.values(outputs)
    work = watched.total + sum(leaf.array.size for leaf in leaves)
    most = max(FEWEST, min(MOST, LARGE * MOST // max(1, work)))
    results = []
    for n, leaf in enumerate(leaves):
        claimed = np.array([row[n].array.reshape(-1) for row in rows], np.float64).reshape(len(rows), leaf.array.size)
        results.append(_verdict(_Variation(function, watched, centre, leaf, tolerance, modes), claimed, most))
    return results


def gradients_of(function: Function, leaves: Sequence[Tensor]) -> Function:
    """The gradients of a function by its leaves as a function; of at most SECOND elements of its outputs."""
    def gradients() -> list[Tensor]:
        outputs = function()
        rows = Watched(outputs, SECOND).gradients(outputs, leaves, True)
        return [g for row in rows for g in row]

    return gradients


def _off(function: Function, watched: Watched, leaves: Sequence[Tensor], numbers: list[int]) -> bool:
    """Whether gradients of some elements of the outputs seem wrong: those of a sum of them, by all leaves together."""
    coefficients = np.zeros(watched.total)
    coefficients[numbers] = weights(watched.total)[numbers]
    outputs, along = function(), directions(leaves)
    rows = watched.weighted_gradients(outputs, leaves, coefficients)
    terms = np.concatenate([(row * direction).reshape(-1) for row, direction in zip(rows, along, strict=True)])
    return differs(lambda: np.array([coefficients[numbers] @ watched.all(function())[numbers]]), leaves, along,
                   np.array([terms.sum()]), np.abs(terms).sum(), watched.epsilon.max())


def _verdict(variation: _Variation, claimed: Any, most: int) -> Verdict:
    watched, centre, home = variation.watched, variation.centre, variation.home
    moved = _evenly_spaced(home.size, most)
    moved += culprit(partial(variation.off, claimed), sorted(set(range(home.size)).difference(moved)))
    columns = [variation.slopes(at, claimed[:, at]) for at in moved]
    rules = claimed[:, moved]
    slopes = Slopes(*(np.array(field).reshape(len(moved), len(centre)).T for field in zip(*columns, strict=True))) if (
        columns) else Slopes(*[rules] * 5)
    excess = _excess(slopes, rules, variation.tolerance)
    mirrored = (excess > 1) & symmetric(variation.home, len(moved), rules, slopes, variation.tolerance)
    excess[mirrored] = np.nan
    excess = _rounding_excess(variation, moved, claimed, slopes, excess)
    excess[mirrored] = np.nan
    # at an edge an infinite gradient times a weight of 0 is nan
    edges = np.isin(slopes.kind, (EDGE, INFINITE, OUTSIDE, STEEP, JUMP)).any(0)
    excess = np.where(np.isnan(rules) & (slopes.slope == 0) & edges, np.nan, excess)

    def entry(row: int, column: int) -> JacobianEntry:
        place = tuple(int(i) for i in np.unravel_index(moved[column], home.shape))
        slope, error, left, right = (float(field[row, column]) for field in slopes[:4])
        return JacobianEntry(*watched.element(watched.chosen[row]), place, float(rules[row, column]), slope, error,
                             left, right, int(slopes.kind[row, column]))

    size = np.maximum(1, np.maximum(np.abs(rules), np.abs(slopes.slope)))
    doubtful = (slopes.kind == SMOOTH) & (excess <= 1) & ((rules != 0) | (slopes.slope != 0)) & (
        (slopes.error > DOUBTFUL * size) | np.isinf(slopes.error))
    doubtful |= _below_rounding(variation, moved, claimed, slopes, excess)
    excess = np.where(doubtful, np.nan, excess)
    compared = np.isfinite(excess) | (excess == np.inf)
    worst = np.unravel_index(np.argmax(np.where(compared, excess, -1)), excess.shape) if excess.size else None
    nothing = JacobianEntry(0, (), (), 0.0, 0.0, 0.0, 0.0, 0.0, SMOOTH)
    return Verdict(entry(int(worst[0]), int(worst[1])) if worst else nothing,
                   int((excess > 1).sum()), [entry(*at) for at in np.argwhere(slopes.kind != SMOOTH)],
                   [entry(*at) for at in np.argwhere(doubtful)], int(compared.sum()), len(moved), home.size,
                   len(centre), watched.total)


class _Variation:
    """A function of the elements of one leaf; the other leaves are constant."""

    def __init__(self, function: Function, watched: Watched, centre: Any, leaf: Tensor, tolerance: float,
                 modes: Modes) -> None:
        self.function, self.watched, self.centre, self.leaf = function, watched, centre, leaf
        self.tolerance, self.home, self.modes = tolerance, leaf.array.copy(), modes

    def off(self, claimed: Any, members: list[int]) -> bool:
        """Whether gradients by some elements of the leaf seem wrong, all moved together."""
        [direction] = directions([self.leaf])
        along = np.zeros(direction.size)
        along[members] = direction.reshape(-1)[members]
        terms = claimed[:, members] * along[members]
        return differs(lambda: self.watched.values(self.function()), [self.leaf], [along.reshape(direction.shape)],
                       terms.sum(1), np.abs(terms).sum(1), self.watched.epsilon)

    def slopes(self, at: int, claimed: Any, rounding: Any = None) -> Slopes:
        """The slopes of all watched elements by the element `at` of the leaf; `rounding` is that of their values."""
        def settled(slopes: Slopes, least: Any) -> bool:
            largest = np.maximum(np.abs(slopes.left), np.abs(slopes.right))
            constant = (slopes.slope == 0) & (largest == 0) & (claimed == 0)
            return bool((constant | (slopes.kind == SMOOTH) & (_excess(slopes, claimed, self.tolerance) <= 1)
                         & (slopes.error <= np.maximum(1e-2 * self.tolerance * np.abs(slopes.slope), least))
                         & (np.abs(slopes.left - slopes.right) <= 1e-4 * largest + SPARE * least)).all())

        return measure_slopes(partial(self.values, at), self.number(at), self.centre, settled, self.watched.epsilon,
                              rounding, claimed)

    def number(self, at: int) -> float:
        """The value of the element `at`."""
        return float(self.home[np.unravel_index(at, self.home.shape)])

    def values(self, at: int, number: float) -> Any:
        """The watched elements with `number` in place of the element `at`; nan where the function raises a Fault."""
        point = writing(self.leaf.array)    # all of it: the function may have written there
        point[...] = self.home
        point[np.unravel_index(at, self.home.shape)] = number
        return self._evaluated(lambda: self.watched.values(self.function()), len(self.centre))

    def moves_unseen(self, at: int, row: int, gap: float) -> bool:
        """Whether the function moves within faster than steps at which an output tells slopes apart that differ so."""
        step = 2 * SPARE * self.watched.epsilon[row] * abs(self.centre[row]) / gap
        values, number = partial(self.values, at), self.number(at)
        return moves_unseen(values, number, step, self.modes) or has_narrow_steps(values, number, self.modes)

    def rounding(self, rows: Sequence[int], claimed: Any) -> tuple[Any, Any]:
        """What rounding within the function does to some watched elements, and to their gradients by the leaf:
        infinite where it hides all."""
        count = len(rows)
        exact = np.concatenate([self.centre[rows], claimed[rows].reshape(-1)])

        def evaluate(size: float, random: UniformStream) -> Any:
            def both() -> Any:
                outputs = self.function()
                gradients = self._inexact_gradients(outputs, rows)
                return np.concatenate([self.watched.values(outputs)[rows],
                                       *[row[0].array.reshape(-1) for row in gradients]])

            writing(self.leaf.array)[...] = inexact(self.home, size, random)
            return self._evaluated(both, len(exact))

        error = rounding_of(evaluate, exact, self.modes)
        return error[:count], error[count:].reshape(count, -1)

    def _inexact_gradients(self, outputs: Sequence[Tensor], rows: Sequence[int]) -> list[Any]:
        """The gradients of some watched elements by operations that may be inexact, where rules can be recorded."""
        try:
            with self.modes():
                return self.watched.gradients(outputs, [self.leaf], True, rows)
        except LimitFault:
            raise
        except Fault:
            return self.watched.gradients(self.function(), [self.leaf], among=rows)

    def _evaluated(self, evaluate: Callable[[], Any], size: int) -> Any:
        """What `evaluate` returns, or nan where it raises a Fault; the leaf is as it was then."""
        try:
            return evaluate()
        except LimitFault:
            raise
        except Fault:
            return np.full(size, np.nan)
        finally:
            writing(self.leaf.array)[...] = self.home


def _rounding_excess(variation: _Variation, moved: list[int], claimed: Any, slopes: Slopes, excess: Any) -> Any:
    """How far gradients are off when rounding within the function counts; where they seem wrong, slopes are measured
    again for that."""
    rules = claimed[:, moved]
    off = (excess > 1) & ~np.isnan(rules)
    if not off.any():
        return excess
    values, gradients = np.zeros(len(rules)), np.zeros(rules.shape)
    rows = np.flatnonzero(off.any(1))
    values[rows], errors = variation.rounding(rows.tolist(), claimed)
    gradients[rows] = errors[:, moved]
    for column in np.flatnonzero(off.any(0)).tolist():
        some = np.flatnonzero(off[:, column])
        excess[some, column] = _remeasured(variation, moved[column], some, rules[:, column], slopes, column, values,
                                           gradients[:, column])
    return excess


def _below_rounding(variation: _Variation, moved: list[int], claimed: Any, slopes: Slopes, excess: Any) -> Any:
    """Gradients that are no rounding errors and too small for slopes to tell of, if there are no others."""
    rules = claimed[:, moved]
    largest = np.maximum(np.abs(rules), np.abs(slopes.slope))
    fits = (slopes.kind == SMOOTH) & (excess <= 1) & (largest > 0)
    unseen = fits & (rules != 0) & (slopes.error > UNSEEN * largest)
    if not unseen.any() or (fits & ~unseen).any():
        return np.zeros(rules.shape, bool)
    rows = np.flatnonzero(unseen.any(1))
    _, errors = variation.rounding(rows.tolist(), claimed)
    unseen[rows] &= np.abs(rules[rows]) > SPARE * errors[:, moved]
    return unseen


def _remeasured(variation: _Variation, at: int, rows: Any, claimed: Any, slopes: Slopes, column: int, values: Any,
                gradients: Any) -> Any:
    """How far gradients of some watched elements are off, for the rounding errors of values and gradients.

    Their slopes, measured again, are put into `slopes`; where rounding hides them, their error is infinite.
    """
    infinite = np.isinf(values) | np.isinf(gradients)
    again = variation.slopes(at, claimed, np.where(infinite, 0, values))
    excess = np.where(infinite, 0, _excess(again, claimed, variation.tolerance, gradients))
    undecided = (excess <= 1) & (_excess(again, claimed, variation.tolerance) > 1)
    error = np.where(undecided, np.fmax(again.error, np.abs(claimed - again.slope)), again.error)
    for row in rows[np.atleast_1d(excess[rows] > 1)][:MOST_UNSEEN]:
        gap = abs(claimed[row] - again.slope[row])
        if np.isfinite(gap) and gap and variation.moves_unseen(at, row, gap):
            infinite[row], excess[row] = True, 0
    again = again._replace(error=np.where(infinite, np.inf, error), kind=np.where(infinite, SMOOTH, again.kind))
    for field, measure in zip(slopes, again, strict=True):
        field[rows, column] = measure[rows]
    return excess[rows]


def _excess(slopes: Slopes, claimed: Any, tolerance: float, rounding: Any = 0.0) -> Any:
    """How far gradients are off, as a multiple of what is allowed; nan where there is nothing to compare with.

    Where the slopes of both sides differ, any number between them is right. `rounding` is what gradients may be off by.
    """
    low, high = np.minimum(slopes.left, slopes.right), np.maximum(slopes.left, slopes.right)
    kinked = slopes.kind == KINKED
    low, high = np.where(kinked, low, slopes.slope), np.where(kinked, high, slopes.slope)
    gap = np.where(claimed < low, low - claimed, np.where(claimed > high, claimed - high, 0))
    size = np.maximum(np.abs(claimed), np.where(kinked, np.maximum(np.abs(low), np.abs(high)), np.abs(slopes.slope)))
    allowed = tolerance * size + SPARE * slopes.error + rounding
    with np.errstate(all="ignore"):
        excess = np.where(gap == 0, 0, gap / allowed)
    excess = np.where(np.isinf(gap) | np.isnan(excess) | np.isnan(claimed), np.inf, excess)
    undefined = np.isnan(claimed) & np.isinf(low) & np.isinf(high)     # infinite slopes have no number for a gradient
    excess = np.where(undefined, 0, excess)
    return np.where(np.isin(slopes.kind, (JUMP, OUTSIDE, INFINITE)) | np.isnan(slopes.slope), np.nan, excess)


def _evenly_spaced(size: int, most: int) -> list[int]:
    """All numbers below `size`, or `most` of them, evenly spaced."""
    chosen: list[int] = list(range(size)) if size <= most else np.linspace(0, size - 1, most).astype(int).tolist()
    return chosen
