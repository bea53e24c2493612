"""Quotients as textbooks write them: divisors in factors, differences as the program has them, one stroke."""

from __future__ import annotations

from gradcli.symbolic.expression import (
    MINUS_ONE,
    Add,
    Expr,
    Mul,
    Number,
    Power,
    Sum,
    base_and_exponent,
    children,
    factors_of,
    is_integer,
    number,
    walk,
)
from gradcli.symbolic.fold import mul, power, rebuild
from gradcli.symbolic.simplification.powers import with_common_factors
from gradcli.symbolic.term_order import coefficient, has_minus

STROKE = 5      # characters that a stroke within a quotient counts as


def as_written(expr: Expr, program: Expr) -> Expr:
    """An expression with divisors in factors, and with a - b for b - a in quotients where the program has that."""
    return _oriented(_with_divisors_factored(expr), {part for part in walk(program) if isinstance(part, Add)})


def _with_divisors_factored(expr: Expr) -> Expr:
    """1/(x*(x - 1)) for 1/(x**2 - x)."""
    expr = rebuild(expr, _with_divisors_factored)
    if isinstance(expr, Power) and isinstance(expr.base, Add) and isinstance(expr.exponent, Number) and (
            expr.exponent.value < 0 and expr.exponent.value.denominator == 1):
        base = with_common_factors(expr.base)
        if isinstance(base, Mul) and not isinstance(coefficient(base)[1], Add):
            return power(base, expr.exponent)
    return expr


def _oriented(expr: Expr, sums: set[Expr]) -> Expr:
    """A quotient with the opposites of sums that the program does not have, and whose opposites it has."""
    expr = rebuild(expr, lambda part: _oriented(part, sums))
    factors = factors_of(expr)
    if not _is_quotient(expr):
        return expr
    turned: list[Expr] = []
    for factor in factors:
        base, exponent = base_and_exponent(factor)
        if isinstance(base, Add) and is_integer(exponent) and (
                base not in sums) and (other := Add(tuple(mul(MINUS_ONE, term) for term in base.terms))) in sums:
            turned += [number(-1 if exponent.value % 2 else 1), power(other, exponent)]
        else:
            turned.append(factor)
    return mul(*turned) if len(turned) > len(factors) else expr


def strokes_within(expr: Expr) -> int:
    """How many terms of sums in quotients have divisors themselves: (2 + 3/x)/(x + 3) has one."""
    count = sum(map(strokes_within, children(expr)))
    if isinstance(expr, Mul | Power) and _is_quotient(expr):
        bases = [base_and_exponent(factor)[0] for factor in factors_of(expr)]
        count += sum(_is_quotient(term) for base in bases if isinstance(base, Add) for term in base.terms)
    return count


def has_common_divisor(expr: Add) -> bool:
    """Whether all terms of a sum are divided by powers of the same, which is no sum over an index."""
    divisors = [{base for base, exponent in map(base_and_exponent, factors_of(term))
                 if has_minus(exponent) and not isinstance(base, Sum)} for term in expr.terms]
    return bool(set.intersection(*divisors))


def _is_quotient(term: Expr) -> bool:
    return any(isinstance(factor, Power) and has_minus(factor.exponent)
               for factor in factors_of(term))
