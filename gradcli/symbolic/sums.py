"""Sums over an index: equal sums are equal expressions, and sums that have one term are that term."""

from __future__ import annotations

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import (
    MINUS_ONE,
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
    Sum,
    Symbol,
    bound_index,
    children,
    indices,
    number,
    walk,
)
from gradcli.symbolic.fold import add, mul, substitute, where
from gradcli.symbolic.index_arithmetic import as_place, bounds
from gradcli.symbolic.term_order import coefficient


def sum_over(index: Index, body: Expr) -> Expr:
    """The sum over an index: factors that do not depend on it stand before, and a single term that is not 0 alone."""
    if index not in indices(body):
        return mul(number(index.size), body)
    if index.size == 1:
        return substitute(body, {index: 0})
    if isinstance(body, Mul):
        outside = [factor for factor in body.factors if index not in indices(factor)]
        if outside:
            return mul(*outside, sum_over(index, mul(*(f for f in body.factors if f not in outside))))
    if isinstance(body, Cases) and body.otherwise == ZERO and len(body.branches) == 1:
        test, value = body.branches[0]
        tests = test.arguments if isinstance(test, Condition) and test.name == "and" else (test,)
        for at, one in enumerate(tests):
            place = _only_place(index, one)
            if place is not None:
                rest = [*tests[:at], *tests[at + 1:], *_in_range(place, index.size)]
                return where(condition("and", *(substitute(t, {index: as_place(place)}) for t in rest)),
                             substitute(value, {index: as_place(place)}), ZERO)
    if isinstance(body, Add):
        varying = [term for term in body.terms if index in indices(term)]
        if len(varying) < len(body.terms):      # deviations from a mean add up to 0
            total = add(sum_over(index, add(*varying)), *(
                mul(number(index.size), term) for term in body.terms if term not in varying))
            if not isinstance(total, Add):
                return total
    parts = _split(index, body)
    return sum_over(*parts) if parts else _named_by_depth(index, _forwards(index, body))


def _forwards(index: Index, body: Expr) -> Expr:
    """The terms of a sum in the order in which more of it counts upwards: j for 2 - j."""
    before = _counted_down(body)
    if IndexValue(index) not in before:
        return body
    other = substitute(body, {index: add(number(index.size - 1), mul(MINUS_ONE, IndexValue(index)))})
    return other if len(_counted_down(other)) < len(before) else body


def _counted_down(body: Expr) -> list[Expr]:
    """The indices that have a minus sign in index arithmetic, as often as they have it."""
    ways = [coefficient(term) for part in walk(body) if isinstance(part, Add) for term in part.terms]
    return [rest for ratio, rest in ways if ratio < 0 and isinstance(rest, IndexValue)]


def _named_by_depth(index: Index, body: Expr) -> Expr:
    """A sum whose index depends on its length and on how deeply sums are nested in it: equal sums compare equal."""
    depth = 1 + max((part.depth for part in walk(body) if isinstance(part, Sum)), default=0)
    free = indices(body)
    while (bound := bound_index(index.size, depth)) in free and bound is not index:
        depth += 1
    return Sum(bound, substitute(body, {index: bound}) if bound is not index else body, depth)


def _only_place(index: Index, test: Expr) -> Expr | None:
    """The place at which an equality of index arithmetic holds; None for any other condition."""
    if not (isinstance(test, Condition) and test.name == "eq"):
        return None
    difference = add(test.arguments[0], mul(MINUS_ONE, test.arguments[1]))
    for term in children(difference) if isinstance(difference, Add) else (difference,):
        factor, base = coefficient(term)
        if base == IndexValue(index) and abs(factor) == 1:
            rest = mul(number(-factor), add(difference, mul(MINUS_ONE, term)))
            integral = bounds(rest) is not None or isinstance(rest, Symbol)
            return rest if integral and index not in indices(rest) else None
    return None


def _in_range(place: Expr, size: int) -> tuple[Expr, ...]:
    """That a place is one of a dimension; what a tensor of the program names is."""
    if isinstance(place, Symbol):
        return ()
    return condition("ge", place, ZERO), condition("le", place, number(size - 1))


def _split(index: Index, body: Expr) -> tuple[Index, Expr] | None:
    """A sum over i that goes over rows i // n and columns i % n, as sums over both."""
    for part in walk(body):
        if isinstance(part, Call) and part.name in ("floordiv", "mod") and part.arguments[0] == IndexValue(index):
            assert isinstance(part.arguments[1], Number)
            length = int(part.arguments[1].value)
            if index.size % length == 0:
                row, column = Index(index.size // length), Index(length)
                flat = add(mul(number(length), IndexValue(row)), IndexValue(column))
                return row, sum_over(column, substitute(body, {index: flat}))
    return None


Sum.over = staticmethod(sum_over)  # type: ignore[method-assign]  # sums are folded by what is made of expressions
