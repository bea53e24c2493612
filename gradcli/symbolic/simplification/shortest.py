"""Simplification by SymPy, where it is installed: the shortest of a few equal forms.

Expressions are carried over by calls, never as text. What SymPy does not know, sums over an index, elements of tensors,
piecewise parts and functions, goes as a symbol or an undefined function, and comes back as what it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from typing import Any

from gradcli.symbolic.expression import (
    PI,
    Add,
    Call,
    Constant,
    E,
    Expr,
    Mul,
    Number,
    Power,
    Sum,
    Symbol,
    factors_of,
    number,
    walk,
)
from gradcli.symbolic.fold import add, call, mul, power, rebuild
from gradcli.symbolic.simplification.branches import with_cases_joined
from gradcli.symbolic.simplification.powers import (
    equal_forms,
    is_plain,
    with_common_factors,
    with_quotients_named,
)
from gradcli.symbolic.simplification.quotients import STROKE, as_written, has_common_divisor, strokes_within
from gradcli.symbolic.term_order import coefficient, has_minus, nesting
from gradcli.symbolic.text import SMALL

LARGEST = 250       # parts of an expression up to which other forms are tried: they take long for large ones
SHORTER = 0.85      # how much shorter another form must be than the one that the rules give
SINGLE_FRACTION = 0.97     # the same for quotients of polynomials
MOST_DIGITS = 1000  # binary ones, of a power of numbers that is computed
MOST_TERMS = 100    # of an expression when multiplied out, up to which other forms are tried
LONGEST = 800       # characters of an expression up to which SymPy looks for shorter forms
INSTALL = "pip install 'gradcli[symbolic]'"
FUNCTIONS = {"exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh",
             "asin": "asin", "acos": "acos", "atan": "atan", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
             "abs": "Abs", "sign": "sign", "erf": "erf", "lgamma": "loggamma"}
"""Functions that SymPy knows, by our names. tanh and sigmoid are not among them: their derivatives are written by
themselves, as in textbooks."""


def is_installed() -> bool:
    """Whether SymPy is there, without loading it."""
    return find_spec("sympy") is not None


@cache
def sympy_module() -> Any:
    """SymPy, or None where it is not installed."""
    try:
        import sympy  # type: ignore[import-untyped]  # it has no types
    except ImportError:
        return None
    return sympy


def simplified(expr: Expr, length: Callable[[Expr], int]) -> Expr:
    """The shortest of the equal forms of an expression, by `length`: cases joined, powers and quotients as textbooks
    write them, and SymPy's forms, where it is installed.

    Bodies of sums, arguments of functions and branches are simplified first.
    """
    def measure(part: Expr) -> int:
        return length(part) + STROKE * strokes_within(part)

    return as_written(_shortest(with_cases_joined(expr, measure), measure), expr)


def _shortest(expr: Expr, length: Callable[[Expr], int]) -> Expr:
    expr = with_quotients_named(expr)
    if not isinstance(expr, Add | Mul | Power):
        return rebuild(expr, lambda part: _shortest(part, length))
    if isinstance(expr, Add):
        expr = _with_sums_joined(expr, length)
        if not isinstance(expr, Add | Mul):
            return expr
    other = _least(expr, equal_forms(expr), length)
    if other is not expr:
        expr = rebuild(other, lambda part: _shortest(part, length) if isinstance(part, Add) else part)
    if isinstance(expr, Add) and has_common_divisor(expr):
        expr = _least(expr, [with_common_factors(expr)], length)
    size = length(expr)
    if isinstance(expr, Add) and is_plain(expr):    # SymPy, which takes as long to load as all else, does no more
        return _least(expr, [with_common_factors(expr)], length, size * SHORTER)
    if not any(isinstance(part, Add) for part in walk(expr)) or is_plain(expr) or sympy_module() is None or (
            sum(1 for _ in walk(expr)) > LARGEST or _terms(expr) > MOST_TERMS < _monomials(expr)):
        return expr     # a product of powers is as short as it gets
    if size > LONGEST:
        return expr
    quotient = not nesting(expr) and any(isinstance(part, Power) and has_minus(part.exponent) for part in walk(expr))
    best = _least(expr, _forms(expr), length, size * (SINGLE_FRACTION if quotient else SHORTER))
    return _least(with_quotients_named(best), equal_forms(best), length)


def _with_sums_joined(expr: Add, length: Callable[[Expr], int]) -> Expr:
    """A sum of sums over one index, with the same factors before them, as one sum, where that is shorter."""
    bodies: dict[tuple[Any, Expr], list[Expr]] = {}
    rest = []
    for term in expr.terms:
        ratio, product = coefficient(term)
        factors = factors_of(product)
        totals = [factor for factor in factors if isinstance(factor, Sum)]
        if len(totals) == 1:
            before = mul(*(factor for factor in factors if factor is not totals[0]))
            bodies.setdefault((totals[0].index, before), []).append(mul(number(ratio), totals[0].body))
        else:
            rest.append(term)
    if all(len(parts) == 1 for parts in bodies.values()):
        return expr
    short = {key: _shortest(add(*parts), length) for key, parts in bodies.items()}
    joined = add(*rest, *(mul(before, Sum.over(index, _least(
        body, [with_common_factors(body)], length) if isinstance(body, Add) else body))
        for (index, before), body in short.items()))
    return _least(expr, [joined], length)


def _least(expr: Expr, forms: Iterable[Expr], length: Callable[[Expr], int], least: float = 0) -> Expr:
    """The shortest of an expression and other forms, if these are shorter than `least` or than the expression."""
    least = least or length(expr)
    for other in forms:
        size = length(other)
        if size < least:
            expr, least = other, size
    return expr


def _monomials(expr: Expr) -> int:
    """How many products of powers a polynomial can have, by its degree in each name or function; for a quotient, by
    those of both its parts together."""
    return math.prod(degree + 1 for degree in _degrees(expr).values())


def _degrees(expr: Expr) -> dict[Expr, int]:
    degrees: dict[Expr, int] = {}
    match expr:
        case Number() | Constant():
            pass
        case Add(parts) | Mul(parts):
            for part in parts:
                for name, degree in _degrees(part).items():
                    before = degrees.get(name, 0)
                    degrees[name] = max(before, degree) if isinstance(expr, Add) else before + degree
        case Power(base, Number(exponent)) if exponent.denominator == 1:
            degrees = {name: min(abs(int(exponent)) * degree, MOST_TERMS) for name, degree in _degrees(base).items()}
        case _:
            degrees[expr] = 1
    return degrees


def _largest_degree(expr: Expr) -> Fraction:
    """The degree of the polynomials that SymPy makes of an expression, by roots of which all powers are whole ones."""
    roots: dict[Expr, int] = {}
    largest: dict[Expr, Fraction] = {}
    for part in walk(expr):
        if isinstance(part, Power) and isinstance(part.exponent, Number):
            base, exponent = part.base, part.exponent.value
            roots[base] = math.lcm(roots.get(base, 1), exponent.denominator)
            largest[base] = max(largest.get(base, Fraction(1)), abs(exponent))
    degrees = [*map(Fraction, _degrees(expr).values()), *(largest[base] * root for base, root in roots.items())]
    return max(degrees, default=Fraction(0))


def _terms(expr: Expr) -> int:
    """How many terms an expression has when it is multiplied out; more than MOST_TERMS for powers of numbers that have
    very many digits."""
    match expr:
        case Add(terms):
            return sum(map(_terms, terms))
        case Mul(factors):
            return math.prod(map(_terms, factors))
        case Power(Number(base), Number(exponent)):
            digits = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent)
            return 1 if digits <= MOST_DIGITS else MOST_TERMS + 1
        case Power(base, Number(exponent)) if (parts := _terms(base)) > 1:
            times = min(abs(int(exponent)), MOST_TERMS + 1)
            return math.comb(parts + times - 1, times)
    return 1


def _forms(expr: Expr) -> Iterator[Expr]:
    """Equal forms of an expression: expanded, factored, over one denominator, with trigonometric identities.

    Where SymPy fails, or comes to a number that expressions do not have, there is no form.
    """
    sympy = sympy_module()
    bridge = Bridge(sympy)
    start = bridge.to_sympy(expr)
    makers: list[Callable[[], Any]] = [lambda: start, lambda: sympy.expand(start), lambda: sympy.factor_terms(start),
                                       lambda: _with_sums_expanded(sympy, sympy.factor_terms(start))]
    if _largest_degree(expr) >= MOST_TERMS:
        return _carried_back(bridge, makers)        # polynomials of such degrees take very long to factor and divide
    makers += [lambda: sympy.together(start), lambda: _over_one_denominator(sympy, start)]
    if _has_trigonometric_products(sympy, start):
        makers.append(lambda: sympy.trigsimp(start))
    if not (start.is_polynomial(*start.free_symbols) or start.is_rational_function(*start.free_symbols)):
        makers.append(lambda: sympy.powsimp(sympy.expand(start)))
    makers += [lambda: sympy.factor(start), lambda: sympy.cancel(start)]
    return _carried_back(bridge, makers)


def _carried_back(bridge: Bridge, makers: Iterable[Callable[[], Any]]) -> Iterator[Expr]:
    """What the makers make of SymPy's expressions, as ours."""
    failures = (ArithmeticError, AttributeError, NotImplementedError, TypeError, ValueError,
                sympy_module().PolynomialError)
    for make in makers:
        try:
            form = bridge.from_sympy(make())
        except failures:
            continue
        yield form


def _over_one_denominator(sympy: Any, form: Any) -> Any:
    """A quotient whose upper part is multiplied out."""
    upper, lower = sympy.fraction(sympy.together(form))
    return sympy.factor_terms(sympy.expand(upper)) / lower


def _with_sums_expanded(sympy: Any, form: Any) -> Any:
    """A product whose factors that are sums are multiplied out."""
    return form.func(*(sympy.expand(part) if part.is_Add else part for part in form.args)) if form.is_Mul else form


def _has_trigonometric_products(sympy: Any, form: Any) -> bool:
    """Whether there are powers or products of trigonometric functions: where none are, no identity shortens."""
    kinds = sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh
    return any(part.base.has(*kinds) for part in form.atoms(sympy.Pow)) or any(
        sum(factor.has(*kinds) for factor in part.args) > 1 for part in form.atoms(sympy.Mul)) or form.has(sympy.tan)


class Bridge:
    """The way to SymPy and back, with one set of stand-ins."""

    def __init__(self, sympy: Any) -> None:
        self.sympy = sympy
        self._symbols: dict[Expr, Any] = {}
        self._parts: dict[Any, Expr] = {}

    def to_sympy(self, expr: Expr) -> Any:
        """An expression as SymPy's."""
        sympy = self.sympy
        match expr:
            case Number(value) if value.denominator < SMALL:      # 1e-12 stays apart: no 1000000000000*x + 1
                return sympy.Rational(value.numerator, value.denominator)
            case Constant("pi"):
                return sympy.pi
            case Constant("e"):
                return sympy.E
            case Add(terms):
                return sympy.Add(*map(self.to_sympy, terms))
            case Mul(factors):
                return sympy.Mul(*map(self.to_sympy, factors))
            case Power(base, exponent):
                return sympy.Pow(self.to_sympy(base), self.to_sympy(exponent))
            case Call(name, arguments):
                function = getattr(sympy, FUNCTIONS[name]) if name in FUNCTIONS else sympy.Function(name)
                return function(*map(self.to_sympy, arguments))
        return self._stand_in(expr)

    def _stand_in(self, expr: Expr) -> Any:
        """A symbol for a name, an element, a sum or a piecewise part."""
        if expr not in self._symbols:
            plain = isinstance(expr, Symbol) and not expr.places
            name = expr.name if isinstance(expr, Symbol) and plain else f"part{len(self._symbols)}"
            symbol = self._symbols[expr] = self.sympy.Dummy(name, real=True)
            self._parts[symbol] = expr
        return self._symbols[expr]

    def from_sympy(self, form: Any) -> Expr:
        """An expression of SymPy's as ours."""
        sympy = self.sympy
        if form in self._parts:
            return self._parts[form]
        if form.is_Rational:
            return number(Fraction(int(form.p), int(form.q)))
        if form is sympy.pi:
            return PI
        if form is sympy.E:
            return E
        parts = [self.from_sympy(part) for part in form.args]
        if form.is_Add:
            return add(*(self.from_sympy(part) for part in form.as_ordered_terms()))
        if form.is_Mul:
            return mul(*parts)
        if form.is_Pow:
            return power(*parts)
        if form.is_Function:
            name = type(form).__name__
            return call(next((mine for mine, theirs in FUNCTIONS.items() if theirs == name), name), *parts)
        raise TypeError(f"no form for {type(form).__name__}")


