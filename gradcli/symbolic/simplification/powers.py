"""Powers, roots and quotients of functions as textbooks write them: tangents, roots of constants, common powers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from gradcli.symbolic.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    ZERO,
    Add,
    Call,
    Expr,
    Mul,
    Number,
    Power,
    base_and_exponent,
    factors_of,
    is_integer,
    number,
    terms_of,
)
from gradcli.symbolic.fold import add, call, mul, power, rebuild
from gradcli.symbolic.term_order import coefficient, nesting

TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "sinh", "cosh"})
RECIPROCALS = {("tan", Fraction(2), True): "cos", ("tan", Fraction(-2), True): "sin",
               ("tanh", Fraction(-2), False): "sinh"}
QUOTIENTS = {"sin": ("cos", "tan"), "sinh": ("cosh", "tanh")}


def with_quotients_named(expr: Expr) -> Expr:
    """An expression with tan(x) for sin(x)/cos(x), and tanh(x) likewise."""
    expr = rebuild(expr, with_quotients_named)
    match expr:
        case Add((a, b)) if (squared := _of_reciprocal(a, b) or _of_reciprocal(b, a)) is not None:
            return squared
    if not isinstance(expr, Mul):
        return expr
    exponents = dict(map(base_and_exponent, expr.factors))
    for base, exponent in list(exponents.items()):
        if not (isinstance(base, Call) and base.name in QUOTIENTS):
            continue
        below, quotient = QUOTIENTS[base.name]
        other = Call(below, base.arguments)
        times = min(_integer(exponent), -_integer(exponents.get(other, ZERO)))
        if times > 0:
            named, upper, lower = call(quotient, *base.arguments), number(-times), number(times)
            return mul(expr, power(named, lower), power(base, upper), power(other, lower))
    return _with_tangents_joined(expr, exponents)


def _with_tangents_joined(expr: Mul, exponents: dict[Expr, Expr]) -> Expr:
    """A product with sin(x) for tan(x)*cos(x), and for 2*sin(x/2)*cos(x/2)."""
    for base, exponent in exponents.items():
        if not isinstance(base, Call) or base.name not in ("tan", "tanh", "sin", "sinh"):
            continue
        other, times = call("cosh" if base.name.endswith("h") else "cos", *base.arguments), _integer(exponent)
        other_times, sine = _integer(exponents.get(other, ZERO)), base.name.replace("tan", "sin")
        if times * other_times <= 0:
            continue
        rest = mul(expr, power(base, number(-times)), power(other, number(-times)))
        if sine != base.name and abs(other_times) >= abs(times):
            return with_quotients_named(mul(rest, power(call(sine, *base.arguments), number(times))))
        if sine == base.name and times == other_times and coefficient(base.arguments[0])[0] == Fraction(1, 2):
            return mul(rest, power(mul(HALF, call(sine, mul(number(2), base.arguments[0]))), number(times)))
    return expr


def _of_reciprocal(one: Expr, other: Expr) -> Expr | None:
    """1/cos(x)**2 for 1 + tan(x)**2, 1/sin(x)**2 for 1 + 1/tan(x)**2, and -1/sinh(x)**2 for 1 - 1/tanh(x)**2; with a
    number before each."""
    ratio, base = coefficient(other)
    if isinstance(one, Number) and abs(one.value) == abs(ratio) and isinstance(base, Power) and (
            isinstance(base.base, Call) and isinstance(base.exponent, Number)):
        below = RECIPROCALS.get((base.base.name, base.exponent.value, one.value == ratio))
        if below is not None:
            return mul(number(ratio), power(call(below, *base.base.arguments), number(-2)))
    return None


def _integer(exponent: Expr) -> int:
    """A whole exponent; 0 for any other."""
    return int(exponent.value) if is_integer(exponent) else 0


def equal_forms(expr: Expr) -> Iterator[Expr]:
    """Other forms of a sum or a product: common powers before it, roots above the stroke, one root of constants."""
    if isinstance(expr, Add):
        yield from _with_common_power(expr)
        yield from _with_common_divisor(expr)
    if isinstance(expr, Mul):
        yield from _with_root_moved(expr)
        yield from _with_one_root(expr)


def _with_common_power(expr: Add) -> Iterator[Expr]:
    """A sum of products that all have a power with the same names in its exponent: x**(y - 1) has that of x**y."""
    shares = [_named_exponents(term) for term in expr.terms]
    for base, (named, _) in shares[0].items():
        if not all(base in share and share[base][0] == named for share in shares):
            continue
        for extra in {Fraction(0), min(share[base][1] for share in shares)}:
            exponent = add(named, number(extra))
            inverse = power(base, add(*(mul(MINUS_ONE, part) for part in terms_of(exponent))))
            yield mul(power(base, exponent), add(*(mul(term, inverse) for term in expr.terms)))


def _with_common_divisor(expr: Add) -> Iterator[Expr]:
    """(x + 1)/sqrt(y) for x/sqrt(y) + 1/sqrt(y)."""
    shares = [dict(map(base_and_exponent, factors_of(term))) for term in expr.terms]
    for base, exponent in shares[0].items():
        if isinstance(base, Add) and isinstance(exponent, Number) and exponent.value < 0 and all(
                share.get(base) == exponent for share in shares):
            inverse = power(base, number(-exponent.value))
            yield mul(power(base, exponent), add(*(mul(term, inverse) for term in expr.terms)))


def with_common_factors(expr: Add) -> Expr:
    """A sum with what all its terms have before it: powers, divisors, and the number that divides all coefficients."""
    terms = [dict(map(base_and_exponent, factors_of(term))) for term in expr.terms]
    numbers = [coefficient(term)[0] if not isinstance(term, Number) else term.value for term in expr.terms]
    common: list[Expr] = []
    for base in terms[0]:
        exponents = [term.get(base, ZERO) for term in terms]
        values = [exponent.value for exponent in exponents if isinstance(exponent, Number)]
        if not isinstance(base, Number) and len(values) == len(terms) and (min(values) > 0 or max(values) < 0):
            common.append(power(base, number(min(values))))
    divisor = Fraction(math.gcd(*(abs(value.numerator) for value in numbers)),
                       math.lcm(*(value.denominator for value in numbers)))
    before = mul(number(divisor), *common)
    inverse = power(before, MINUS_ONE)
    return mul(before, add(*(mul(term, inverse) for term in expr.terms)))


def is_plain(expr: Expr) -> bool:
    """Whether an expression is one sum of two products, perhaps to a power and within a product, without products of
    trigonometric functions: there is nothing to shorten but by `with_common_factors`."""
    factors = factors_of(expr)
    bases = [base for base, exponent in map(base_and_exponent, factors) if isinstance(exponent, Number)]
    sums = [base for base in bases if isinstance(base, Add)]
    if len(bases) < len(factors) or len(sums) != 1:
        return False
    terms = [base_and_exponent(factor) for term in sums[0].terms
             for factor in factors_of(term)]
    single = all(not isinstance(base, Add) and isinstance(exponent, Number) and exponent.value > 0
                 for base, exponent in terms)
    alone = bases == sums or not any(nesting(base) for base in bases if base is not sums[0])
    turning = [exponent for base, exponent in terms if isinstance(base, Call) and base.name in TRIGONOMETRIC]
    products = [term for term in sums[0].terms if isinstance(term, Mul) and sum(
        isinstance(factor, Call) and factor.name in TRIGONOMETRIC for factor in term.factors) > 1]
    return single and alone and len(sums[0].terms) == 2 and not products and all(e == ONE for e in turning) and sum(
        isinstance(base, Call) and base.name == "exp" for base, _ in terms) < 2


def _named_exponents(term: Expr) -> dict[Expr, tuple[Expr, Fraction]]:
    """The bases of powers with names in their exponents, each with the exponent in two parts: names and a number."""
    shares = {}
    for factor in factors_of(term):
        if isinstance(factor, Power) and not isinstance(factor.exponent, Number):
            terms = terms_of(factor.exponent)
            numbers = [part.value for part in terms if isinstance(part, Number)]
            shares[factor.base] = add(*(part for part in terms if not isinstance(part, Number))), sum(
                numbers, Fraction(0))
    return shares


def _with_root_moved(expr: Mul) -> Iterator[Expr]:
    """L/(g*sqrt(L/g)) as sqrt(L/g): the root of a product, with its exponent one more or one less."""
    for factor in expr.factors:
        if isinstance(factor, Power) and isinstance(factor.base, Mul) and isinstance(factor.exponent, Number) and (
                factor.exponent.value.denominator != 1):
            rest = mul(*(other for other in expr.factors if other is not factor))
            for step in (number(1), number(-1)):
                yield mul(power(factor.base, add(factor.exponent, step)), rest, power(factor.base, mul(
                    MINUS_ONE, step)))


def _with_one_root(expr: Mul) -> Iterator[Expr]:
    """sqrt(2)/(2*sqrt(pi)) as 1/sqrt(2*pi): the root of the square of what is constant in a product."""
    square, of_pi, roots = Fraction(1), 0, 0
    rest: list[Expr] = []
    sign = 1
    for factor in expr.factors:
        base, exponent = base_and_exponent(factor)
        if isinstance(factor, Number):
            square, sign = square * factor.value**2, -1 if factor.value < 0 else 1
        elif exponent in (HALF, mul(MINUS_ONE, HALF)) and (base == PI or isinstance(base, Number)):
            up = 1 if exponent == HALF else -1
            roots += 1
            of_pi += up * (base == PI)
            square *= base.value ** up if isinstance(base, Number) else 1
        else:
            rest.append(factor)
    if roots and abs(of_pi) <= 1:
        above = mul(number(square.numerator), PI if of_pi > 0 else ONE)
        below = mul(number(square.denominator), PI if of_pi < 0 else ONE)
        yield mul(number(sign), power(above, HALF), power(below, mul(MINUS_ONE, HALF)), *rest)
