"""Exact numbers for floats: fractions, and multiples of pi, of roots and of logarithms that a program computed."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.symbolic.expression import PI, Constant, E, Expr, number
from gradcli.symbolic.fold import add, call, mul, power

SMALL = 1000            # denominators up to which a float is taken for the fraction it is nearest to
SHORT = 12              # digits up to which a float is what somebody wrote
_SHIFTS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(-1, 2))      # pi - 1, as exponents have it
_ROOTS = (2, 3, 5, 6, 7, 10)
_FACTORS: tuple[tuple[float, Expr], ...] = (
    (math.pi, PI), (1 / math.pi, power(PI, number(-1))), (math.sqrt(math.pi), power(PI, number(Fraction(1, 2)))),
    (1 / math.sqrt(math.pi), power(PI, number(Fraction(-1, 2)))), (math.e, E),
    (math.sqrt(2 * math.pi), power(mul(number(2), PI), number(Fraction(1, 2)))),
    (1 / math.sqrt(2 * math.pi), power(mul(number(2), PI), number(Fraction(-1, 2)))),
    *((math.sqrt(n), power(number(n), number(Fraction(1, 2)))) for n in _ROOTS),
    *((math.log(n), call("log", number(n))) for n in (2, 10)),
    *((1 / math.log(n), power(call("log", number(n)), number(-1))) for n in (2, 10)))


def exact(value: float | int | bool) -> Expr:
    """The exact number that a float stands for: short decimals as they are, others as what they were computed from."""
    if isinstance(value, int):
        return number(int(value))
    if not math.isfinite(value):
        return Constant("nan") if math.isnan(value) else Constant("inf") if value > 0 else mul(number(-1),
                                                                                               Constant("inf"))
    text = repr(value)
    if len(text.partition("e")[0].strip("-").replace(".", "").strip("0")) <= SHORT:
        return number(Fraction(text))
    ratio = _fraction(value)
    if ratio is not None:
        return number(ratio)
    for shift in _SHIFTS:
        for factor, expr in _FACTORS:
            ratio = _fraction((value + float(shift)) / factor)
            if ratio is not None and ratio.denominator <= 64 and abs(ratio.numerator) <= 64:
                return add(mul(number(ratio), expr), number(-shift))
    return number(Fraction(text))


def _fraction(value: float) -> Fraction | None:
    """The fraction with a small denominator that rounds to `value`, or None."""
    ratio = Fraction(value).limit_denominator(SMALL)
    return ratio if ratio and abs(float(ratio) - value) <= 2 * math.ulp(value) else None
