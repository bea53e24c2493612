"""The conditions by which a run of a program takes its branches, as in symbolic execution."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from gradcli.faults.tree import LimitFault
from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import FALSE, MIRRORED, NEGATIONS, TRUE, ZERO, Condition, Constant, Expr, Number, walk

NAN = Constant("nan")
MOST_DECISIONS = 6      # whose conditions are recorded; nobody reads longer lists


class PathLimit(LimitFault):
    """A run with forced outcomes takes more decisions than are recorded; no program can catch it."""


class PathCondition:
    """The decisions of one run, in order: conditions, None for one without a formula, and their outcomes.

    forced  the outcomes of the first decisions, whatever the values are
    """

    def __init__(self, forced: Sequence[bool] = ()) -> None:
        self.forced = tuple(forced)
        self.most: float = inf      # decisions of any kind, after which the run ends
        self.decisions: list[tuple[Expr | None, bool]] = []
        self.count = 0      # of the decisions, those that are not recorded included
        self.ended = False  # whether the program has run; rules of gradients choose among forms that are equal

    def decide(self, test: Expr | None, actual: bool) -> bool:
        """The outcome of a decision whose condition has the truth `actual`: a forced one, or that."""
        self.most -= 1
        if self.most < 0:
            raise PathLimit("a loop goes on by values")
        if test is not None and not isinstance(test, Condition):
            test = condition("ne", test, ZERO)
        if self.ended or test in (TRUE, FALSE) or test is not None and NAN in walk(test):
            return actual       # no comparison with nan depends on the other side
        if test is not None:
            earlier = self.conditions() or []
            if not feasible([*earlier, negated(test) if actual else test]):
                return actual
            if self.forced and not feasible([*earlier, test if actual else negated(test)]):
                return not actual
        self.count += 1
        if len(self.decisions) >= MOST_DECISIONS:
            if self.forced:
                raise PathLimit("a path of the program has too many decisions")
            return actual
        at = len(self.decisions)
        outcome = self.forced[at] if at < len(self.forced) else actual
        self.decisions.append((test, outcome))
        return outcome

    def conditions(self) -> list[Expr] | None:
        """What holds along the path; None where that is not known, or too long to say."""
        tests = [test if outcome else negated(test) for test, outcome in self.decisions if test is not None]
        return tests if len(tests) == self.count else None


def feasible(tests: Sequence[Expr]) -> bool:
    """Whether conditions can hold together, not at isolated points only, as far as comparisons with numbers tell."""
    intervals: dict[Expr, tuple[Fraction | float, Fraction | float]] = {}
    for test in tests:
        if not isinstance(test, Condition) or test.name not in NEGATIONS:
            continue
        name, term, limit = _with_number(test)
        if name == "eq":
            return False
        low, high = intervals.get(term, (-inf, inf))
        if name in ("lt", "le"):
            high = min(high, limit)
        elif name in ("gt", "ge"):
            low = max(low, limit)
        if low >= high:
            return False
        intervals[term] = low, high
    return True


def _with_number(test: Condition) -> tuple[str, Expr, Fraction]:
    """A comparison as one of a term with a number: its name, the term and the number."""
    name, (a, b) = test.name, test.arguments
    if isinstance(b, Number):
        return name, a, b.value
    if isinstance(a, Number):
        return MIRRORED.get(name, name), b, a.value
    if repr(a) > repr(b):
        name, a, b = MIRRORED.get(name, name), b, a
    return name, a - b, Fraction(0)


def negated(test: Expr) -> Expr:
    """The condition that holds where another does not; numbers that are nan aside."""
    if isinstance(test, Condition) and test.name in NEGATIONS:
        return condition(NEGATIONS[test.name], *test.arguments)
    return condition("not", test)
