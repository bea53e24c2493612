"""The order of factors in a product and of terms in a sum, and where a minus sign stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from gradcli.symbolic.expression import (
    Add,
    Call,
    Cases,
    Constant,
    Expr,
    IndexValue,
    Mul,
    Number,
    Power,
    Sum,
    Symbol,
    base_and_exponent,
    children,
    factors_of,
    number,
    walk,
)

MOST_OF_A_NAME = 100    # the exponent up to which terms of one degree are sorted by their names


def order_of(factor: Expr) -> tuple[int, int, str]:
    """The place of a factor in a product: constants, names in the order of the alphabet, their powers by other than
    numbers and polynomials in parentheses, functions, the plainest first and sines before cosines, and other sums."""
    base = factor.base if isinstance(factor, Power) else factor
    kind = {Number: 0, Constant: 1, Symbol: 2, IndexValue: 2, Add: 3, Call: 4}.get(type(base), 6)
    depth = nesting(base)
    if kind == 2 and isinstance(factor, Power) and not isinstance(factor.exponent, Number):
        kind = 3
    if kind == 3 and depth:
        kind = 5
    name = base.name if isinstance(base, Symbol) else "cos" * (isinstance(base, Call) and base.name in ("cos", "cosh"))
    return kind, depth if kind == 4 else 0, name


def nesting(expr: Expr) -> int:
    """How deep functions are nested in an expression."""
    inner = max(map(nesting, children(expr)), default=0)
    return inner + (isinstance(expr, Call | Sum | Cases) or isinstance(expr, Power) and not isinstance(
        expr.exponent, Number))


def coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """The number that a term begins with, and the rest of it."""
    if isinstance(term, Mul) and isinstance(term.factors[0], Number):
        rest = term.factors[1:]
        return term.factors[0].value, rest[0] if len(rest) == 1 else Mul(rest)
    return Fraction(1), term


def in_usual_order(terms: tuple[Expr, ...], text: Callable[[Expr], str] | None = None) -> list[Expr]:
    """The terms of a sum by falling degree, numbers and powers of names behind functions; one without a minus sign
    first where there are two terms or two names, or where it has the same degree as the first. `text` sorts products
    of sums."""
    monomials = [monomial(term) for term in terms]
    names: list[Any] = [[]] * len(terms)
    if all(monomials):
        names = [(own, text(term) if text else "") for own, term in zip(monomials, terms, strict=True)]
    if text is not None and not any(monomials) and not any(map(nesting, terms)):
        names = [*map(text, terms)]
    keys = {term: (-degree(term), isinstance(term, Number) or bool(powers), is_cosine(term), own)
            for term, powers, own in zip(terms, monomials, names, strict=True)}
    ordered = sorted(terms, key=keys.__getitem__)
    first = next((term for term in ordered if not has_minus(term)), ordered[0])
    if len(ordered) == 2 or keys[first][0] == keys[ordered[0]][0] or has_minus(ordered[0]) and _has_names(terms):
        ordered.remove(first)
        ordered.insert(0, first)
    return ordered


def _has_names(terms: tuple[Expr, ...]) -> bool:
    """Whether more than one name stands in terms."""
    names = (part.name for term in terms for part in walk(term) if isinstance(part, Symbol))
    first = next(names, None)
    return any(name != first for name in names)


def is_cosine(term: Expr) -> bool:
    """Whether a term is a cosine, perhaps with factors or to a power: it stands behind sines."""
    factors = factors_of(term)
    bases = [factor.base if isinstance(factor, Power) else factor for factor in factors]
    return {base.name for base in bases if isinstance(base, Call)} & {"sin", "cos"} == {"cos"}


def degree(expr: Expr) -> Fraction:
    """The degree of an expression in the names that stand in it; functions, and powers with names in them, have 0."""
    match expr:
        case Symbol():
            return Fraction(1)
        case Add(terms):
            return max(map(degree, terms))
        case Mul(factors):
            return sum(map(degree, factors), Fraction(0))
        case Power(base, Number(exponent)):
            return degree(base) * exponent
        case Sum(_, body):
            return degree(body)
    return Fraction(0)


def monomial(term: Expr) -> list[tuple[str, list[int]]]:
    """The names of a product of powers of names, and the places of elements, each as often as it counts; [] for other
    terms."""
    names: list[tuple[str, list[int]]] = []
    for factor in factors_of(term):
        base, exponent = base_and_exponent(factor)
        if isinstance(base, Symbol) and isinstance(exponent, Number) and 0 < exponent.value <= MOST_OF_A_NAME:
            name = base.name, [place for place in base.places if isinstance(place, int)]
            names += [name] * math.ceil(exponent.value)
        elif not isinstance(factor, Number | Constant):
            return []
    return names


def has_minus(expr: Expr) -> bool:
    """Whether an expression is written with a minus sign in front."""
    if isinstance(expr, Mul):
        return sum(map(begins_with_minus, expr.factors)) % 2 == 1
    if isinstance(expr, Sum):
        return begins_with_minus(expr.body)
    return isinstance(expr, Number) and expr.value < 0


def begins_with_minus(factor: Expr) -> bool:
    """Whether a factor begins with a minus sign, which a product has in front."""
    return has_minus(in_usual_order(factor.terms)[0] if isinstance(factor, Add) else factor)


def opposite(factor: Expr, least: bool = False) -> Expr | None:
    """Minus a factor that is a sum, by the signs of terms in it; None where it has no term with a minus sign.

    least   whether the factor must begin with a minus sign
    """
    match factor:
        case Add(terms) if begins_with_minus(factor) or not least and any(map(has_minus, terms)):
            return Add(tuple(_negative(term) for term in terms))
        case Sum(index, body, depth):
            turned = opposite(body, least)
            return None if turned is None else Sum(index, turned, depth)
        case Mul(factors):
            for first in (True, False):
                for at, part in enumerate(factors):
                    turned = opposite(part, first) if first or not least else None
                    if turned is not None:
                        return Mul((*factors[:at], turned, *factors[at + 1:]))
    return None


def _negative(term: Expr) -> Expr:
    """Minus a term, by the number that it begins with."""
    if isinstance(term, Number):
        return number(-term.value)
    ratio, rest = coefficient(term)
    factors = factors_of(rest)
    return rest if ratio == -1 else Mul((number(-ratio), *factors))
