"""Cases by comparisons of a few numbers with each other, as by the largest of three: each value where one row of
comparisons holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import COMPARE, MIRRORED, ZERO, Cases, Condition, Expr, Number, children, walk
from gradcli.symbolic.fold import cases
from gradcli.symbolic.simplification.piecewise import is_of_indices

MOST_SIDES = 4      # numbers that are compared: four have 75 orderings
MOST_VALUES = 4
GAIN = 3            # characters that other cases must save
ZERO_FIRST = 9      # characters that cases may be longer by, so that a value that is not 0 comes first

Ranks = dict[Expr, int]         # of the numbers that are compared; those with the same rank are equal


def by_order(expr: Expr, length: Callable[[Expr], int]) -> Expr:
    """Cases in which each value has a row of comparisons that are as few as possible, where that is shorter."""
    if not isinstance(expr, Cases):
        return expr
    tests = [*_tests(expr)]
    sides = sorted({side for test in tests for argument in children(test) for side in _values(argument)},
                   key=lambda side: (isinstance(side, Number), repr(side)))
    compares = all(isinstance(test, Condition) and test.name in COMPARE for test in tests)
    if len(tests) < 2 or not compares or not 3 <= len(sides) <= MOST_SIDES or any(map(is_of_indices, tests)):
        return expr
    orderings = list(_orderings(sides))
    values = [_value(expr, ranks) for ranks in orderings]
    kinds = list(dict.fromkeys(values))
    if not 1 < len(kinds) <= MOST_VALUES:
        return kinds[0] if len(kinds) == 1 else expr
    best: Expr = expr
    least = _cost(expr, length) - GAIN
    for order in permutations(kinds):
        other = _in_order(order, orderings, values, sides)
        if other is not None and (cost := _cost(other, length)) < least:
            best, least = other, cost
    return best


def _cost(expr: Expr, length: Callable[[Expr], int]) -> int:
    """The length of cases, and more where 0 is the first of two values or where cases stand in cases."""
    nested = sum(isinstance(value, Cases) for part in walk(expr) if isinstance(part, Cases)
                 for _, value in part.branches)
    first = isinstance(expr, Cases) and len(expr.branches) == 1 and expr.branches[0][1] == ZERO
    return length(expr) + ZERO_FIRST * (first + nested)


def _tests(expr: Expr) -> Iterator[Expr]:
    """The comparisons and other conditions of nested cases."""
    if isinstance(expr, Cases):
        for test, value in expr.branches:
            yield from _parts(test)
            yield from _tests(value)
        yield from _tests(expr.otherwise)


def _parts(test: Expr) -> Iterator[Expr]:
    if isinstance(test, Condition) and test.name in ("and", "or", "not"):
        for part in test.arguments:
            yield from _parts(part)
    else:
        yield test
        for side in children(test):
            yield from _tests(side)


def _values(expr: Expr) -> Iterator[Expr]:
    """The values of nested cases."""
    if isinstance(expr, Cases):
        for _, value in expr.branches:
            yield from _values(value)
        yield from _values(expr.otherwise)
    else:
        yield expr


def _orderings(sides: Sequence[Expr]) -> Iterator[Ranks]:
    """The ways in which numbers can be ordered, ties among them; those of numbers that are known agree with these."""
    count = len(sides)
    for ranks in product(range(count), repeat=count):
        if {*ranks} == {*range(max(ranks) + 1)}:
            ordering = dict(zip(sides, ranks, strict=True))
            numbers = [side for side in sides if isinstance(side, Number)]
            if all((a.value < b.value) == (ordering[a] < ordering[b]) for a in numbers for b in numbers):
                yield ordering


def _value(expr: Expr, ranks: Ranks) -> Expr:
    """The value that nested cases have under an ordering."""
    while isinstance(expr, Cases):
        expr = next((value for test, value in expr.branches if _holds(test, ranks)), expr.otherwise)
    return expr


def _holds(test: Expr, ranks: Ranks) -> bool:
    assert isinstance(test, Condition)
    match test.name:
        case "and":
            return all(_holds(part, ranks) for part in test.arguments)
        case "or":
            return any(_holds(part, ranks) for part in test.arguments)
        case "not":
            return not _holds(test.arguments[0], ranks)
    a, b = (ranks[_value(side, ranks)] for side in test.arguments)
    return COMPARE[test.name](a, b)


def _in_order(order: Sequence[Expr], orderings: list[Ranks], values: list[Expr], sides: Sequence[Expr]) -> Expr | None:
    """Cases with the values in an order; None where one of them is not told by a row of comparisons."""
    branches: list[tuple[Expr, Expr]] = []
    left = list(zip(orderings, values, strict=True))
    for value in order[:-1]:
        inside = [ranks for ranks, other in left if other == value]
        left = [(ranks, other) for ranks, other in left if other != value]
        row = _row(inside, [ranks for ranks, _ in left], sides)
        if row is None:
            return None
        branches.append((row, value))
    return cases(tuple(branches), order[-1])


def _row(inside: list[Ranks], outside: list[Ranks], sides: Sequence[Expr]) -> Expr | None:
    """The fewest comparisons that all hold in some orderings, and not all in any of others."""
    row = [Condition(name, (a, b)) for at, a in enumerate(sides) for b in sides[at + 1:]
           if not isinstance(a, Number) or not isinstance(b, Number) for name in ("ge", "le", "gt", "lt")
           if all(COMPARE[name](ranks[a], ranks[b]) for ranks in inside)]
    if any(all(_holds(test, ranks) for test in row) for ranks in outside):
        return None
    for test in list(row):
        remaining = [other for other in row if other is not test]
        if not any(all(_holds(other, ranks) for other in remaining) for ranks in outside):
            row = remaining
    counts = Counter(side for test in row for side in test.arguments if not isinstance(side, Number))
    return condition("and", *(_turned(test, counts) for test in row)) if row else None


def _turned(test: Condition, counts: Counter[Expr]) -> Condition:
    """A comparison with the number that is compared most often on its left, and a known one on its right."""
    a, b = test.arguments
    turn = isinstance(a, Number) or not isinstance(b, Number) and counts[b] > counts[a]
    return Condition(MIRRORED[test.name], (b, a)) if turn else test
