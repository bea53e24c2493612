"""Formulas over all paths of a program: a case for each outcome of its conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.symbolic.control_flow.path_condition import PathCondition, negated
from gradcli.symbolic.evaluate import evaluate
from gradcli.symbolic.expression import Expr, Symbol, indices, walk
from gradcli.symbolic.fold import where
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

MOST_RUNS = 8           # of a program, one for each path
BRANCHING = "a program whose branches depend on values"
TRIALS = 64             # random points of each size at which conditions are looked for
SIZES = (1.0, 3.0, 30.0, 1000.0)

Formulas = dict[tuple[str, ...], "SymbolicTensor | str"]


class Run(NamedTuple):
    """A run: its path, the formulas by names or the reasons why there are none, and the constants that they name."""

    path: PathCondition
    formulas: Formulas
    constants: dict[str, np.ndarray]


class Explored(NamedTuple):
    """Formulas over several paths, what holds where they are valid, and the conditions of each path."""

    formulas: Formulas
    assumptions: list[Expr]
    paths: list[list[Expr]]
    constants: dict[str, np.ndarray]


class TooManyPaths(Exception):
    """The paths of a program cannot be put into cases."""


def explore(first: Run, rerun: Callable[[tuple[bool, ...]], Run | None], leaves: Sequence[str]) -> Explored:
    """The formulas of a run and of those that other outcomes of its conditions lead to.

    again   runs the program with forced outcomes; None where it has no value then
    leaves  the names whose values vary; conditions without any of them are assumptions
    """
    try:
        return _Exploration(rerun, leaves).all(first)
    except TooManyPaths:
        return single_path(first)


def single_path(run: Run) -> Explored:
    """The formulas of one run where its conditions hold; reasons in their place where these are not known."""
    conditions = run.path.conditions()
    if conditions is None:
        return Explored(dict.fromkeys(run.formulas, BRANCHING), [], [], run.constants)
    return Explored(run.formulas, conditions, [conditions], run.constants)


class _Exploration:
    """Joins the runs of a program, path by path."""

    def __init__(self, rerun: Callable[[tuple[bool, ...]], Run | None], leaves: Sequence[str]) -> None:
        self.rerun, self.leaves, self.runs = rerun, leaves, 1
        self.assumptions: list[Expr] = []
        self.paths: list[list[Expr]] = []
        self.constants: dict[str, np.ndarray] = {}

    def all(self, first: Run) -> Explored:
        formulas = self._joined(first, (), [])
        return Explored(formulas, list(dict.fromkeys(self.assumptions)), self.paths, self.constants)

    def _joined(self, run: Run, forced: tuple[bool, ...], conditions: list[Expr]) -> Formulas:
        """The formulas of the runs that begin with the outcomes `forced`, of which `run` is one."""
        at = len(forced)
        if at == run.path.count:
            self._add_constants(run.constants)
            self.paths.append(conditions)
            return run.formulas
        test, outcome = run.path.decisions[at] if at < len(run.path.decisions) else (None, True)
        if test is not None and not any(isinstance(part, Symbol) and part.name in self.leaves for part in walk(test)):
            self.assumptions.append(test if outcome else negated(test))
            return self._joined(run, (*forced, outcome), conditions)
        self.runs += 1
        if test is None or self.runs > MOST_RUNS:
            raise TooManyPaths
        here, there = (test, negated(test)) if outcome else (negated(test), test)
        mine = self._joined(run, (*forced, outcome), [*conditions, here])
        other = self.rerun((*forced, not outcome))
        if other is None:       # the program fails there
            if not all(test in self.assumptions for test in conditions):
                raise TooManyPaths      # the assumption would be one of a branch alone
            self.assumptions.append(here)
            return mine
        theirs = self._joined(other, (*forced, not outcome), [*conditions, there])
        return {names: _either(test, *((mine[names], theirs[names]) if outcome else (theirs[names], mine[names])))
                for names in mine}

    def _add_constants(self, constants: dict[str, np.ndarray]) -> None:
        """Add the constants of a run; a name stands for one of them only."""
        for name, array in constants.items():
            if not np.array_equal(self.constants.setdefault(name, array), array, equal_nan=True):
                raise TooManyPaths


def _either(test: Expr, value: SymbolicTensor | str, otherwise: SymbolicTensor | str) -> SymbolicTensor | str:
    if isinstance(value, str) or isinstance(otherwise, str):
        return value if isinstance(value, str) else otherwise
    return elementwise(lambda a, b: where(test, a, b), value, otherwise)


def points_on(paths: Sequence[list[Expr]], point: Mapping[str, np.ndarray], constants: Mapping[str, np.ndarray]
              ) -> Iterator[dict[str, np.ndarray]]:
    """A seeded random point on each of several paths, with the shapes of another point.

    Raises TooManyPaths where a path has none among those that are tried.
    """
    stream = UniformStream(2)
    for path in paths if len(paths) > 1 else ():
        trials = ({name: np.asarray(stream.uniform(-size, size, array.shape), array.dtype)
                   for name, array in point.items()} for size in SIZES for _ in range(TRIALS))
        trial = next((trial for trial in trials if all(holds(test, {**constants, **trial}) for test in path)), None)
        if trial is None:
            raise TooManyPaths
        yield trial


def holds(test: Expr, point: Mapping[str, np.ndarray]) -> bool:
    """Whether a condition holds at a point, for all values of the indices in it."""
    free = list(indices(test))
    places = {index: np.arange(index.size).reshape([-1 if index is other else 1 for other in free]) for index in free}
    with np.errstate(all="ignore"):
        return bool(np.all(evaluate(test, point, places)))
