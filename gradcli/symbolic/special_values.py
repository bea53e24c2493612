"""Values of functions and powers that are exact, and what numbers they are about."""

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
    Mul,
    Number,
    Power,
    is_integer,
    number,
)

LARGEST_EXPONENT = 64       # powers of numbers up to which they are computed
LARGEST_FLOAT = 10**300
CONSTANTS = {"pi": math.pi, "e": math.e}
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


def is_even(exponent: Expr) -> bool:
    """Whether an exponent is an even number."""
    return is_integer(exponent) and exponent.value.numerator % 2 == 0


def approximate(expr: Expr) -> float | None:
    """The value of an expression of numbers; None where names, functions or indices stand in it."""
    match expr:
        case Number(value):
            return float(value) if abs(value) < LARGEST_FLOAT else None
        case Constant(name):
            return CONSTANTS.get(name)
        case Add(parts) | Mul(parts):
            values = [approximate(part) for part in parts]
            defined = [value for value in values if value is not None]
            if len(defined) < len(values):
                return None
            return sum(defined) if isinstance(expr, Add) else math.prod(defined)
        case Power(Number(base), Number(exponent)) if base > 0 and abs(exponent) <= LARGEST_EXPONENT:
            size = approximate(number(base))
            return None if size is None else size ** float(exponent)
    return None


def with_signs_joined(powers: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """The factors of a product, by their exponents, with x*sign(x), abs(x)/x and the like in one function."""
    sized = [base.arguments[0] for base in powers if isinstance(base, Call) and base.name in ("abs", "sign")]
    for x in dict.fromkeys(sized):
        bases = x, Call("abs", (x,)), Call("sign", (x,))
        exponents = [powers.get(base, ZERO) for base in bases]
        if sum(exponent != ZERO for exponent in exponents) < 2 and exponents[1] in (ZERO, ONE, MINUS_ONE) or not all(
                is_integer(exponent) for exponent in exponents):
            continue
        plain, size, sign = (int(exponent.value) for exponent in exponents if isinstance(exponent, Number))
        total, negative = plain + size, (plain + sign) % 2      # of abs(x), and whether the sign counts
        if total % 2 == negative:
            joined = total, 0, 0
        elif negative:
            joined = (total - 1, 1, 0) if total > 0 else (total, 0, 1)
        else:
            joined = (total - 1, 1, 0) if total > 0 else (total + 1, -1, 0)
        where = next(base for base in powers if base in bases)
        powers = dict(part for base, exponent in powers.items() for part in (
            [(new, number(count)) for new, count in zip(bases, joined, strict=True) if count] if base == where else
            [(base, exponent)] if base not in bases else []))
    return powers
