"""Whether gradients are right: every element of the Jacobian against the slope that is measured there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine import functional
from gradcli.engine.slopes import EDGE, INFINITE, JUMP, KINKED, OUTSIDE, SMOOTH, SPARE, STEEP, Slopes, measured
from gradcli.engine.tensor import Tensor
from gradcli.engine.variable import Variable
from gradcli.engine.writing import writing
from gradcli.errors import Fault, LimitFault

TOLERANCE = 1e-5    # how far a gradient may be off, relatively, beside the error of the measure
MOST = 400          # elements of one leaf that are moved, and of the outputs that are watched: evenly spaced ones
SECOND = 16         # elements of the outputs whose gradients are differentiated again
DOUBTFUL = 1e-2     # an error of a slope beyond which it does not tell whether the gradient is right
Function = Callable[[], Sequence[Tensor]]


class Entry(NamedTuple):
    """One element of a Jacobian: of which element of which output, by which element of the leaf."""

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
    """What was found of the gradients by one leaf.

    `worst` is the element that is furthest off; `wrong` counts those that are off; `special` are those without one
    slope, `doubtful` those whose slope could not be measured. `moved` of `size` elements of the leaf were moved,
    `watched` of `outputs` elements of the outputs were looked at.
    """

    worst: Entry
    wrong: int
    special: list[Entry]
    doubtful: list[Entry]
    compared: int
    moved: int
    size: int
    watched: int
    outputs: int

    @property
    def right(self) -> bool:
        return not self.wrong

    @property
    def off(self) -> float:
        """How far gradient and slope are apart in the worst element, relative to it or to 1."""
        gap = abs(self.worst.gradient - self.worst.slope) if self.worst.gradient != self.worst.slope else 0.0
        return gap / max(1.0, abs(self.worst.slope))


class Watched:
    """The elements of a function's outputs that are looked at."""

    def __init__(self, outputs: Sequence[Tensor], most: int) -> None:
        self.shapes = [o.array.shape for o in outputs]
        self.sizes = [o.array.size for o in outputs]
        self.total = sum(self.sizes)
        self.chosen = _spread(self.total, most)
        kinds = [np.finfo(o.array.dtype).eps for o in outputs]
        self.epsilon = np.repeat(kinds, self.sizes)[self.chosen] if kinds else np.zeros(0)

    def values(self, outputs: Sequence[Tensor]) -> Any:
        """Their values; nan where outputs have other shapes than at the point itself."""
        if [o.array.shape for o in outputs] != self.shapes:
            return np.full(len(self.chosen), np.nan)
        return np.concatenate([o.array.reshape(-1).astype(np.float64) for o in outputs])[self.chosen]

    def element(self, number: int) -> tuple[int, tuple[int, ...]]:
        """Output and index of the element with a number among those of all outputs."""
        k = 0
        while number >= self.sizes[k]:
            number -= self.sizes[k]
            k += 1
        return k, tuple(int(i) for i in np.unravel_index(number, self.shapes[k]))

    def gradients(self, outputs: Sequence[Tensor], leaves: Sequence[Tensor], create_graph: bool = False) -> list[Any]:
        """For each watched element its gradients by the leaves, as tensors."""
        rows = []
        for number in self.chosen:
            k, index = self.element(number)
            seed = np.zeros(self.shapes[k], outputs[k].array.dtype)
            seed[index] = 1
            row = functional.grad(outputs[k], list(leaves), [Tensor(seed)], True, create_graph, allow_unused=True) if (
                outputs[k].requires_grad) else [None] * len(leaves)
            rows.append([Variable(np.zeros(x.array.shape)) if g is None else g for g, x in zip(row, leaves,
                                                                                               strict=True)])
        return rows


def verdicts(function: Function, leaves: Sequence[Tensor], tolerance: float = TOLERANCE) -> list[Verdict]:
    """A verdict on the gradients of what `function` gives, by each leaf; leaves are doubles, and are moved.

    A function that fails at a point has no value there.
    """
    outputs = function()
    watched = Watched(outputs, MOST)
    rows = watched.gradients(outputs, leaves)
    centre = watched.values(outputs)
    found = []
    for n, leaf in enumerate(leaves):
        claimed = np.array([row[n].array.reshape(-1) for row in rows], np.float64).reshape(len(rows), leaf.array.size)
        found.append(_verdict(function, watched, centre, leaf, claimed, tolerance))
    return found


def gradients_of(function: Function, leaves: Sequence[Tensor]) -> Function:
    """The gradients of a function by its leaves, as a function again; of SECOND elements of its outputs at most."""
    def gradients() -> list[Tensor]:
        outputs = function()
        rows = Watched(outputs, SECOND).gradients(outputs, leaves, True)
        return [g for row in rows for g in row]

    return gradients


def _verdict(function: Function, watched: Watched, centre: Any, leaf: Tensor, claimed: Any, tolerance: float
             ) -> Verdict:
    home = leaf.array.copy()
    moved = _spread(home.size, MOST)
    columns = [_column(function, watched, centre, leaf, home, at, claimed[:, at], tolerance) for at in moved]
    rules = claimed[:, moved]
    slopes = Slopes(*(np.array(field).reshape(len(moved), len(centre)).T for field in zip(*columns, strict=True))) if (
        columns) else Slopes(*[rules] * 5)
    excess = _excess(slopes, rules, tolerance)
    # at an edge an infinite gradient times a weight of 0 is nan
    edges = np.isin(slopes.kind, (EDGE, INFINITE, OUTSIDE, STEEP)).any(0)
    excess = np.where(np.isnan(rules) & (slopes.slope == 0) & edges, np.nan, excess)

    def entry(row: int, column: int) -> Entry:
        place = tuple(int(i) for i in np.unravel_index(moved[column], home.shape))
        slope, error, left, right = (float(field[row, column]) for field in slopes[:4])
        return Entry(*watched.element(watched.chosen[row]), place, float(rules[row, column]), slope, error, left,
                     right, int(slopes.kind[row, column]))

    doubtful = (slopes.kind == SMOOTH) & (excess <= 1) & ((rules != 0) | (slopes.slope != 0)) & (
        SPARE * slopes.error > DOUBTFUL * np.maximum(1, np.maximum(np.abs(rules), np.abs(slopes.slope))))
    compared = np.isfinite(excess) | (excess == np.inf)
    worst = np.unravel_index(np.argmax(np.where(compared, excess, -1)), excess.shape) if excess.size else None
    return Verdict(entry(int(worst[0]), int(worst[1])) if worst else Entry(0, (), (), 0.0, 0.0, 0.0, 0.0, 0.0, SMOOTH),
                   int((excess > 1).sum()), [entry(*at) for at in np.argwhere(slopes.kind != SMOOTH)],
                   [entry(*at) for at in np.argwhere(doubtful)], int(compared.sum()), len(moved), home.size,
                   len(centre), watched.total)


def _column(function: Function, watched: Watched, centre: Any, leaf: Tensor, home: Any, at: int, claimed: Any,
            tolerance: float) -> Slopes:
    """The slopes of all watched elements by one element of a leaf."""
    place = np.unravel_index(at, home.shape)

    def values(number: float) -> Any:
        point = writing(leaf.array)     # all of it: the function may have written there
        point[...] = home
        point[place] = number
        try:
            return watched.values(function())
        except LimitFault:
            raise
        except Fault:
            return np.full(len(centre), np.nan)

    def settled(slopes: Slopes, rounding: Any) -> bool:
        largest = np.maximum(np.abs(slopes.left), np.abs(slopes.right))
        still = (slopes.slope == 0) & (largest == 0) & (claimed == 0)
        return bool((still | (slopes.kind == SMOOTH) & (_excess(slopes, claimed, tolerance) <= 1)
                     & (slopes.error <= np.maximum(1e-2 * tolerance * np.abs(slopes.slope), rounding))
                     & (np.abs(slopes.left - slopes.right) <= 1e-4 * largest + SPARE * rounding)).all())

    try:
        return measured(values, float(home[place]), centre, settled, watched.epsilon)
    finally:
        writing(leaf.array)[...] = home


def _excess(slopes: Slopes, claimed: Any, tolerance: float) -> Any:
    """How far gradients are off, as a multiple of what is allowed; nan where there is nothing to compare with.

    Where the slopes of both sides differ, any number between them is right.
    """
    low, high = np.minimum(slopes.left, slopes.right), np.maximum(slopes.left, slopes.right)
    kinked = slopes.kind == KINKED
    low, high = np.where(kinked, low, slopes.slope), np.where(kinked, high, slopes.slope)
    gap = np.where(claimed < low, low - claimed, np.where(claimed > high, claimed - high, 0))
    size = np.maximum(np.abs(claimed), np.where(kinked, np.maximum(np.abs(low), np.abs(high)), np.abs(slopes.slope)))
    allowed = tolerance * size + SPARE * slopes.error
    with np.errstate(all="ignore"):
        excess = np.where(gap == 0, 0, gap / allowed)
    excess = np.where(np.isinf(gap) | np.isnan(excess) | np.isnan(claimed), np.inf, excess)
    undefined = np.isnan(claimed) & np.isinf(low) & np.isinf(high)     # infinite slopes have no number for a gradient
    excess = np.where(undefined, 0, excess)
    return np.where(np.isin(slopes.kind, (JUMP, OUTSIDE, INFINITE)) | np.isnan(slopes.slope), np.nan, excess)


def _spread(size: int, most: int) -> list[int]:
    """All numbers below `size`, or `most` of them, evenly spaced."""
    chosen: list[int] = list(range(size)) if size <= most else np.linspace(0, size - 1, most).astype(int).tolist()
    return chosen
