"""Cases within cases: what a condition that holds decides of others, and cases that are the same for all places."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import (
    COMPARE,
    FALSE,
    MIRRORED,
    NEGATIONS,
    TRUE,
    ZERO,
    Add,
    Call,
    Cases,
    Condition,
    Expr,
    Index,
    IndexValue,
    Mul,
    Number,
    Place,
    Sum,
    Symbol,
    children,
    indices,
    number,
    walk,
)
from gradcli.symbolic.fold import add, cases, mul, rebuild, substitute, where
from gradcli.symbolic.index_arithmetic import as_place
from gradcli.symbolic.simplification.orderings import by_order

TINY = Fraction(1, 10**5)       # numbers up to which divisors are kept away from 0
MOST_JOINED = 4         # cases of a sum up to which they are joined: each doubles the values
MOST_LEAVES = 16        # values of nested cases up to which they are put in a row
Facts = tuple[Expr, ...]        # comparisons that hold
Length = Callable[[Expr], int]


class Interval(NamedTuple):
    """Where a number lies; an end that is open does not belong to it."""

    low: float | Fraction = -math.inf
    low_open: bool = True
    high: float | Fraction = math.inf
    high_open: bool = True

    @staticmethod
    def of(quantity: object) -> Interval:
        """Where a quantity lies: an index from 0 up to its last value, others anywhere."""
        return Interval(0, False, quantity.index.size - 1, False) if isinstance(quantity, IndexValue) else Interval()

    def restricted(self, name: str, value: Fraction, integral: bool) -> Interval:
        """The part in which a comparison with a value holds; of whole numbers with `integral`."""
        low, low_open, high, high_open = self
        if integral and name in ("gt", "lt") and value.denominator == 1:
            name, value = ("ge", value + 1) if name == "gt" else ("le", value - 1)
        if name in ("gt", "ge", "eq") and (value, name == "gt") > (low, low_open):
            low, low_open = value, name == "gt"
        if name in ("lt", "le", "eq") and (-value, name == "lt") > (-high, high_open):
            high, high_open = value, name == "lt"
        return Interval(low, low_open, high, high_open)

    def decides(self, name: str, value: Fraction) -> bool | None:
        """Whether a comparison with a value holds everywhere in the interval, or nowhere; None where it depends."""
        below = self.high < value or self.high == value and self.high_open
        above = self.low > value or self.low == value and self.low_open
        match name:
            case "lt":
                return True if below else False if self.low >= value else None
            case "le":
                return True if self.high <= value else False if above else None
            case "gt" | "ge" | "ne":
                opposite = self.decides(NEGATIONS[name], value)
                return None if opposite is None else not opposite
        return False if below or above else True if self.low == self.high == value else None


def comparison(test: Expr) -> tuple[object, str, Fraction] | None:
    """A comparison as one of a quantity with a number; those of two expressions are of their difference with 0."""
    if not (isinstance(test, Condition) and test.name in COMPARE):
        return None
    name, (a, b) = test.name, test.arguments
    if isinstance(a, Number):
        name, a, b = MIRRORED.get(name, name), b, a
    if isinstance(b, Number):
        return a, name, b.value
    if repr(a) > repr(b):
        name, a, b = MIRRORED.get(name, name), b, a
    return (a, b), name, Fraction(0)


def holds(test: Expr, facts: Facts) -> bool | None:
    """Whether a comparison holds where `facts` do; None where they do not decide it."""
    relation = comparison(test)
    if relation is None:
        return None
    quantity, name, value = relation
    interval = Interval.of(quantity)
    for fact in facts:
        other = comparison(fact)
        if other is not None and other[0] == quantity:
            if other[1:] == (name, value):
                return True
            interval = interval.restricted(*other[1:], isinstance(quantity, IndexValue))
    return interval.decides(name, value)


def comparisons(test: Expr, holding: bool = True) -> Facts:
    """The comparisons that hold where a condition does, or where it does not."""
    if not isinstance(test, Condition):
        return ()
    if test.name == "not":
        return comparisons(test.arguments[0], not holding)
    if test.name == ("and" if holding else "or"):
        return tuple(fact for part in test.arguments for fact in comparisons(part, holding))
    if test.name in COMPARE:
        return (test if holding else Condition(NEGATIONS[test.name], test.arguments),)
    return ()


def refined(expr: Expr, facts: Facts = ()) -> Expr:
    """An expression where comparisons hold: what these decide is decided."""
    match expr:
        case Condition(name, parts) if name in ("and", "or"):
            return _without_implied(name, [refined(part, facts) for part in parts], facts)
        case Condition() if (truth := holds(expr, facts)) is not None:
            return TRUE if truth else FALSE
        case Cases(branches, otherwise):
            remaining = []
            for test, value in branches:
                test = refined(test, facts)
                if test != FALSE:
                    remaining.append((test, refined(value, (*facts, *comparisons(test)))))
                facts = *facts, *comparisons(test, False)
            return flattened(cases(tuple(remaining), refined(otherwise, facts)))
        case Sum(index, body):
            return Sum.over(index, refined(body, tuple(fact for fact in facts if index not in indices(fact))))
        case Call(("relu" | "abs" | "sign") as name, (x,)) if (
                facts and (positive := holds(condition("gt", x, ZERO), facts)) is not None):
            if positive:
                return number(1) if name == "sign" else refined(x, facts)
            if name == "relu":
                return ZERO
            if holds(condition("lt", x, ZERO), facts):
                return number(-1) if name == "sign" else mul(number(-1), refined(x, facts))
    return rebuild(expr, lambda part: refined(part, facts))


def _without_implied(name: str, parts: list[Expr], facts: Facts) -> Expr:
    """The conjunction or disjunction of conditions without those that the others make superfluous."""
    for part in list(parts):
        remaining = [other for other in parts if other is not part]
        if name == "and":
            truth = holds(part, (*facts, *(fact for other in remaining for fact in comparisons(other))))
            if truth is False:
                return FALSE
        else:
            truth = any(holds(other, (*facts, *comparisons(part))) for other in remaining) or None
        if truth:
            parts = remaining
    return condition(name, *parts)


def flattened(expr: Expr) -> Expr:
    """Cases within cases as cases in a row, where their conditions need no more words than before."""
    if not isinstance(expr, Cases) or not any(isinstance(value, Cases) for _, value in expr.branches):
        return _with_single_condition(expr)
    branches: list[tuple[Expr, Expr]] = []
    for test, value in expr.branches:
        if isinstance(value, Cases) and all(holds_too(test, inner) for inner, _ in value.branches):
            branches += value.branches
            value = value.otherwise
        branches.append((test, value))
    return _with_single_condition(cases(tuple(branches), expr.otherwise))


def holds_too(test: Expr, other: Expr) -> bool:
    """Whether a condition holds wherever another does."""
    facts = comparisons(other)
    tests = comparisons(test)
    return bool(tests) and condition("and", *tests) == test and all(holds(one, facts) for one in tests)


def _with_single_condition(expr: Expr) -> Expr:
    """Cases of two values of which one has a single way to it, as that way and all others."""
    if not isinstance(expr, Cases):
        return expr
    if len(expr.branches) == 1:
        [(test, value)] = expr.branches
        if isinstance(test, Condition) and test.name in COMPARE and value == ZERO and not indices(test):
            return where(Condition(NEGATIONS[test.name], test.arguments), expr.otherwise, ZERO)
        if not isinstance(value, Cases):
            return expr
    ways: dict[Expr, list[Expr]] = {}
    for at, (tests, value) in enumerate(_leaves(expr)):
        if at > MOST_LEAVES or any(comparisons(test) != (test,) for test in tests):
            return expr
        ways.setdefault(value, []).append(_without_implied("and", list(tests), ()))
    if len(ways) != 2:
        return expr
    (one, to_one), (other, to_other) = sorted(ways.items(), key=lambda item: item[0] == ZERO)
    if len(to_one) == 1 or other == ZERO and all(comparisons(way) == (way,) for way in to_one):
        return Cases(((condition("or", *to_one), one),), other)
    return where(to_other[0], other, one) if len(to_other) == 1 else expr


def _leaves(expr: Expr, tests: Facts = ()) -> Iterator[tuple[Facts, Expr]]:
    """The values of nested cases, each with the conditions of the way to it."""
    if not isinstance(expr, Cases):
        yield tests, expr
        return
    for test, value in expr.branches:
        yield from _leaves(value, (*tests, *(comparisons(test) or (test,))))
        tests = *tests, *(comparisons(test, False) or (condition("not", test),))
    yield from _leaves(expr.otherwise, tests)


def guards(expr: Expr) -> Iterator[Condition]:
    """The conditions of an expression that keep a number away from 0, as cases that hold everywhere but there."""
    for part in walk(expr):
        if isinstance(part, Condition) and isinstance(part.arguments[-1], Number) and (
                0 < part.arguments[-1].value <= TINY):
            yield Condition("ge", part.arguments)


def with_cases_joined(expr: Expr, length: Length) -> Expr:
    """An expression whose cases are decided and in a row, and whose sums of cases are cases of sums, where shorter."""
    if not any(isinstance(part, Cases) for part in walk(expr)):
        return expr
    expr = refined(expr)
    expr = rebuild(expr, lambda part: with_cases_joined(part, length))
    if isinstance(expr, Cases):
        return by_order(by_position(expr), length)
    if not isinstance(expr, Add):
        return expr
    return _joined(expr, length)


def _joined(expr: Add, length: Length) -> Expr:
    """A sum of cases as cases of sums, where that is shorter; relu counts as cases."""
    size, split = length(expr), rebuild(expr, _with_cases_outermost)
    if not isinstance(split, Add):
        return split if length(split) < size else expr
    first = next((term for term in split.terms if isinstance(term, Cases)), None)
    rest = [term for term in split.terms if term is not first]
    if first is None or not 0 < sum(isinstance(term, Cases) for term in rest) < MOST_JOINED:
        return expr
    joined = cases(tuple((test, add(value, *rest)) for test, value in first.branches), add(first.otherwise, *rest))
    joined = with_cases_joined(refined(joined), length)
    return joined if length(joined) < size else expr


def _with_cases_outermost(term: Expr) -> Expr:
    """A term with its cases outermost, relu among them."""
    if isinstance(term, Call) and term.name == "relu":
        [x] = term.arguments
        return where(condition("gt", x, ZERO), x, ZERO)
    return mul(*map(_with_cases_outermost, term.factors)) if isinstance(term, Mul) else term


def by_position(expr: Cases) -> Expr:
    """Cases of each value of an index as one expression of the index, where all are the same but for the place."""
    values: dict[Fraction, Expr] = {}
    common_index: Index | None = None
    otherwise = expr.otherwise
    for at, (test, value) in enumerate(expr.branches):
        match test:
            case Condition("eq", (IndexValue(index), Number(place))) if common_index in (None, index):
                values[place] = value
                common_index = index
            case _:
                rest = Cases(expr.branches[at:], expr.otherwise)
                otherwise = by_position(rest) if common_index else rest
                break
    if common_index is None or len(values) != common_index.size - 1:
        return expr
    index = common_index
    missing = next(place for at in range(index.size) if (place := Fraction(at)) not in values)
    values[missing] = otherwise
    stretches = _in_stretches([values[Fraction(at)] for at in range(index.size)], index)
    if len(stretches) > max(1, index.size // 2):
        return expr
    *before, last = stretches
    return cases(tuple((condition("eq" if first == end else "le", IndexValue(index), number(end)), value)
                       for first, end, value in before), last[2])


def _in_stretches(values: list[Expr], index: Index) -> list[tuple[int, int, Expr]]:
    """Stretches of places whose values one expression of the index gives: the first place, the last, the expression."""
    stretches = []
    at = 0
    while at < len(values):
        general, end = values[at], at
        if at + 1 < len(values) and (both := _general(values[at], values[at + 1], at, index)) is not None:
            general = both
            while end + 1 < len(values) and substitute(general, {index: end + 1}) == values[end + 1]:
                end += 1
        stretches.append((at, end, general))
        at = end + 1
    return stretches


def _general(a: Expr, b: Expr, place: int, index: Index) -> Expr | None:
    """The expression of an index that is `a` at a place and `b` at the next; None where they differ in more."""
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        if a.name != b.name or len(a.places) != len(b.places):
            return None
        places: list[Place] = []
        for one, next_one in zip(a.places, b.places, strict=True):
            if isinstance(one, int) and isinstance(next_one, int) and next_one == one + 1:
                places.append(as_place(add(IndexValue(index), number(one - place))))
            elif one == next_one:
                places.append(one)
            else:
                return None
        return Symbol(a.name, tuple(places))
    if a == b:
        return a
    a_parts, b_parts = children(a), children(b)
    if type(a) is not type(b) or not a_parts or len(a_parts) != len(b_parts) or getattr(a, "name", "") != getattr(
            b, "name", "") or isinstance(a, Sum):
        return None
    parts = [_general(one, other, place, index) for one, other in zip(a_parts, b_parts, strict=True)]
    if None in parts:
        return None
    general = iter(parts)
    return rebuild(a, lambda part: next(general) or part)
