"""Values of functions and powers that are exact, and the order of factors."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from gradcli.symbolic.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    ZERO,
    Add,
    Call,
    Constant,
    E,
    Expr,
    IndexValue,
    Mul,
    Number,
    Power,
    Symbol,
)

LARGEST_EXPONENT = 64       # powers of numbers up to which they are computed
VALUES: dict[tuple[str, Expr], Expr] = {
    ("exp", ZERO): ONE, ("exp", ONE): E, ("log", ONE): ZERO, ("log", E): ONE, ("sin", ZERO): ZERO, ("cos", ZERO): ONE,
    ("tan", ZERO): ZERO, ("tanh", ZERO): ZERO, ("sinh", ZERO): ZERO, ("cosh", ZERO): ONE, ("sin", PI): ZERO,
    ("cos", PI): MINUS_ONE, ("sigmoid", ZERO): HALF, ("atan", ZERO): ZERO, ("asin", ZERO): ZERO,
    ("erf", ZERO): ZERO}
"""Values of functions that are exact."""
ROUNDINGS: dict[str, Callable[[Fraction], int | Fraction]] = {
    "abs": abs, "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}
"""Functions of rational numbers that give such."""


def exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """base ** exponent if it is rational and not too long, else None."""
    if exponent.denominator == 1:
        if abs(exponent) > LARGEST_EXPONENT or not base and exponent < 0:
            return None
        return base ** int(exponent)
    if base <= 0 or abs(exponent.numerator) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
        return None
    root = Fraction(*(round(part ** (1 / exponent.denominator)) for part in (base.numerator, base.denominator)))
    return root**exponent.numerator if root**exponent.denominator == base else None


def rank(factor: Expr) -> int:
    """The place of a factor in a product: constants, names, sums in parentheses, functions."""
    base = factor.base if isinstance(factor, Power) else factor
    return {Number: 0, Constant: 1, Symbol: 2, IndexValue: 2, Add: 4, Call: 3}.get(type(base), 5)


def name_of(factor: Expr) -> str:
    """The name of a symbol, by which symbols are sorted; "" for other factors, which stay in their order."""
    base = factor.base if isinstance(factor, Power) else factor
    return base.name if isinstance(base, Symbol) else ""


def coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """The number that a term begins with, and the rest of it."""
    if isinstance(term, Mul) and isinstance(term.factors[0], Number):
        rest = term.factors[1:]
        return term.factors[0].value, rest[0] if len(rest) == 1 else Mul(rest)
    return Fraction(1), term
