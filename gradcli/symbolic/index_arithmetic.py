"""Index arithmetic: the values that whole expressions of indices can take, and their multiples of a number."""

from __future__ import annotations

from fractions import Fraction

from gradcli.symbolic.expression import (
    MIRRORED,
    Add,
    Call,
    Condition,
    Expr,
    Index,
    IndexValue,
    Mul,
    Number,
    Place,
    number,
    terms_of,
)
from gradcli.symbolic.term_order import coefficient

Bounds = tuple[Fraction, Fraction]


def as_place(expr: Expr) -> Place:
    """A whole expression as a place: an index or a number where it is one."""
    if isinstance(expr, IndexValue):
        return expr.index
    return int(expr.value) if isinstance(expr, Number) else expr


def value_of(place: Place) -> Expr:
    """A place as an expression."""
    if isinstance(place, Index):
        return IndexValue(place)
    return number(place) if isinstance(place, int) else place


def bounds(expr: Expr) -> Bounds | None:
    """The least and the largest value of an expression of indices, or None for any other."""
    match expr:
        case Number(value):
            return value, value
        case IndexValue(index):
            return Fraction(0), Fraction(index.size - 1)
        case Add(terms):
            low = high = Fraction(0)
            for term in terms:
                part = bounds(term)
                if part is None:
                    return None
                low, high = low + part[0], high + part[1]
            return low, high
        case Mul((Number(factor), IndexValue() | Call() as rest)):
            part = bounds(rest)
            if part is None:
                return None
            ends = sorted((factor * part[0], factor * part[1]))
            return ends[0], ends[1]
        case Call("mod", (_, Number(value))):
            return Fraction(0), value - 1
        case Call("floordiv", (inner, Number(value))):
            part = bounds(inner)
            return None if part is None else (Fraction(part[0] // value), Fraction(part[1] // value))
    return None


def solved(name: str, difference: Expr) -> Expr | None:
    """A comparison of i + n or i - j + n with 0 as one of i with the rest; None for any other."""
    terms = list(difference.terms) if isinstance(difference, Add) else [difference]
    shift = sum((term.value for term in terms if isinstance(term, Number)), Fraction(0))
    terms = [term for term in terms if not isinstance(term, Number)]
    ways = sorted(map(coefficient, terms), key=lambda way: -way[0])
    if not all(isinstance(base, IndexValue) and abs(factor) == 1 for factor, base in ways):
        return None
    match ways:
        case [(factor, base)]:
            return Condition(name if factor == 1 else MIRRORED.get(name, name), (base, number(-factor * shift)))
        case [(first, base), (second, other)] if first != second:
            return Condition(name, (base, Add((other, number(-shift))) if shift else other))
    return None


def covers(tests: list[Expr]) -> bool:
    """Whether conditions name each value of one index, so that one of them holds."""
    places = set()
    for test in tests:
        match test:
            case Condition("eq", (IndexValue(index), Number(value))):
                places.add((index, value))
    return any(sum(other is index for other, _ in places) == index.size for index, _ in places) and (
        len(places) == len(tests))


def multiples(expr: Expr, divisor: Fraction) -> tuple[list[Expr], list[Expr]]:
    """The terms of a sum that are whole multiples of `divisor`, and the others."""
    divisible: list[Expr] = []
    rest: list[Expr] = []
    for term in terms_of(expr):
        factor = term.value if isinstance(term, Number) else Fraction(1)
        if isinstance(term, Mul) and isinstance(term.factors[0], Number):
            factor = term.factors[0].value
        (divisible if factor % divisor == 0 else rest).append(term)
    return divisible, rest
