"""Quotients as textbooks write them: divisors in factors, differences as the program has them, one stroke."""

from __future__ import annotations

from gradcli.symbolic.expression import MINUS_ONE, Add, Expr, Mul, Number, Power, children, number, walk
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
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    if not any(isinstance(factor, Power) and has_minus(factor.exponent) for factor in factors):
        return expr
    turned: list[Expr] = []
    for factor in factors:
        base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, number(1))
        if isinstance(base, Add) and isinstance(exponent, Number) and exponent.value.denominator == 1 and (
                base not in sums) and (other := Add(tuple(mul(MINUS_ONE, term) for term in base.terms))) in sums:
            turned += [number(-1 if exponent.value % 2 else 1), power(other, exponent)]
        else:
            turned.append(factor)
    return mul(*turned) if len(turned) > len(factors) else expr


def strokes_within(expr: Expr) -> int:
    """How many terms of sums in quotients have divisors themselves: (2 + 3/x)/(x + 3) has one."""
    count = sum(map(strokes_within, children(expr)))
    if isinstance(expr, Mul) and any(isinstance(factor, Power) and has_minus(factor.exponent)
                                     for factor in expr.factors):
        count += sum(_is_quotient(term) for factor in expr.factors if isinstance(factor, Add) for term in factor.terms)
    return count


def _is_quotient(term: Expr) -> bool:
    return any(isinstance(factor, Power) and has_minus(factor.exponent)
               for factor in (term.factors if isinstance(term, Mul) else (term,)))
