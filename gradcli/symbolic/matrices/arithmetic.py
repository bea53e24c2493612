"""Builders of sums, products and powers of tensors, element by element: they fold numbers and collect equal terms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradcli.symbolic import fold
from gradcli.symbolic.expression import MINUS_ONE, ONE, ZERO, Expr, is_integer, number
from gradcli.symbolic.matrices.terms import (
    Expanded,
    Filled,
    Function,
    Lifted,
    NoMatrixForm,
    Outer,
    Product,
    Shape,
    Sum,
    Term,
    Transposed,
)
from gradcli.symbolic.special_values import is_even
from gradcli.symbolic.term_order import has_minus


def filled(value: Expr, shape: Shape = ()) -> Term:
    """The tensor whose elements are all this number."""
    return Filled(shape, value)


def common_shape(*terms: Term) -> Shape:
    """The shape that terms broadcast to."""
    return np.broadcast_shapes(*(term.shape for term in terms))


def expanded(term: Term, shape: Shape) -> Term:
    """A term repeated to a shape."""
    if term.shape == shape:
        return term
    if isinstance(term, Filled):
        return Filled(shape, term.value)
    if isinstance(term, Expanded) or isinstance(term, Lifted) and term.dim == 0 and len(shape) >= len(term.shape):
        return expanded(term.source, shape)
    if term.shape and shape == (1, *term.shape):
        return Lifted(shape, term, 0)
    return Expanded(shape, term)


def plain(term: Term) -> Term:
    """A term before its repetition: what broadcasts to it."""
    if isinstance(term, Expanded) or isinstance(term, Lifted) and term.dim == 0:
        return plain(term.source)
    return Filled((), term.value) if isinstance(term, Filled) else term


def split(term: Term) -> tuple[Expr, Term]:
    """A term as a number times the rest."""
    if isinstance(term, Filled):
        return term.value, Filled(term.shape, ONE)
    if isinstance(term, Product):
        return term.number, _product(ONE, dict(term.factors), term.shape)
    return ONE, term


def add(*terms: Term) -> Term:
    """The sum of terms that broadcast: numbers are added, equal terms collected."""
    shape = common_shape(*terms)
    total: Expr = ZERO
    collected: dict[Term, Expr] = {}
    pending = list(terms)
    while pending:
        term = plain(pending.pop(0))
        if isinstance(term, Sum):
            pending = [*term.terms, *pending]
        elif isinstance(term, Filled):
            total = fold.add(total, term.value)
        else:
            factor, base = split(term)
            collected[base] = fold.add(collected.get(base, ZERO), factor)
    summands = [scaled(factor, base) for base, factor in collected.items() if factor != ZERO]
    if total != ZERO:
        summands.append(Filled((), total))
    if not summands:
        return Filled(shape, ZERO)
    if len(summands) == 1:
        return expanded(summands[0], shape)
    return expanded(_without_common_number(summands), shape)


def _without_common_number(summands: list[Term]) -> Term:
    """The sum of terms; a number that all have, but for the sign, stands before it."""
    shape = common_shape(*summands)
    numbers = [split(term)[0] for term in summands]
    first = next((ratio for ratio in numbers if not has_minus(ratio)), numbers[0])
    if first not in (ONE, MINUS_ONE) and all(ratio in (first, fold.mul(MINUS_ONE, first)) for ratio in numbers):
        rest = tuple(scaled(fold.mul(ratio, fold.power(first, MINUS_ONE)), split(term)[1])
                     for ratio, term in zip(numbers, summands, strict=True))
        return Product(shape, first, ((Sum(shape, rest), ONE),))
    return Sum(shape, tuple(summands))


def scaled(factor: Expr, term: Term) -> Term:
    """A number times a term."""
    return multiply(Filled((), factor), term)


def multiply(*terms: Term) -> Term:
    """The product of terms that broadcast, element by element: powers of equal factors are joined."""
    shape = common_shape(*terms)
    coefficient: Expr = ONE
    powers: dict[Term, Expr] = {}
    for term in map(plain, terms):
        if isinstance(term, Filled):
            coefficient = fold.mul(coefficient, term.value)
        elif isinstance(term, Product):
            coefficient = fold.mul(coefficient, term.number)
            for factor, exponent in term.factors:
                powers[factor] = fold.add(powers.get(factor, ZERO), exponent)
        else:
            powers[term] = fold.add(powers.get(term, ZERO), ONE)
    if coefficient == ZERO:
        return Filled(shape, ZERO)
    for base, exponent in powers.items():
        rest = {term: e for term, e in powers.items() if term is not base}
        if isinstance(base, Sum) and exponent == ONE and any(_cancels(part, rest) for part in base.terms):
            before = _product(coefficient, rest, shape)     # s*(a - b/s) is s*a - b
            return expanded(add(*(multiply(before, part) for part in base.terms)), shape)
    return expanded(_product(coefficient, _outer_joined(_with_sigmoids(powers)), shape), shape)


def _with_sigmoids(powers: dict[Term, Expr]) -> dict[Term, Expr]:
    """The factors of a product with sigmoid(x) for exp(x)/(exp(x) + 1)."""
    for base, exponent in powers.items():
        if not (isinstance(base, Sum) and exponent == MINUS_ONE and len(base.terms) == 2):
            continue
        for one, other in (base.terms, base.terms[::-1]):
            if one == Filled((), ONE) and isinstance(other, Function) and other.name == "exp" and (
                    powers.get(other) == ONE):
                rest = {term: e for term, e in powers.items() if term not in (base, other)}
                share = apply("sigmoid", *other.arguments)
                return {**rest, share: fold.add(rest.get(share, ZERO), ONE)}
    return powers


def _cancels(part: Term, factors: dict[Term, Expr]) -> bool:
    """Whether a term has one of these factors below its stroke."""
    return isinstance(part, Product) and any(
        has_minus(exponent) and not has_minus(factors.get(term, MINUS_ONE)) for term, exponent in part.factors)


def _product(coefficient: Expr, powers: dict[Term, Expr], shape: Shape) -> Term:
    factors = tuple((term, exponent) for term, exponent in powers.items() if exponent != ZERO)
    if not factors:
        return Filled(shape, coefficient)
    if coefficient == ONE and len(factors) == 1 and factors[0][1] == ONE:
        return factors[0][0]
    return Product(common_shape(*(term for term, _ in factors)), coefficient, factors)


def _outer_joined(powers: dict[Term, Expr]) -> dict[Term, Expr]:
    """A column times a row is the outer product of two vectors, where no matrix is beside them."""
    columns = {term: e for term, e in powers.items() if isinstance(term, Lifted) and len(term.shape) == 2
               and term.dim == 1}
    rows = {term: e for term, e in powers.items() if len(term.shape) == 1}
    rest = {term: e for term, e in powers.items() if term not in columns and term not in rows}
    if not columns or not rows or any(term.shape for term in rest):
        return powers
    left = multiply(*(power(term.source, e) for term, e in columns.items() if isinstance(term, Lifted)))
    right = multiply(*(power(term, e) for term, e in rows.items()))
    if len(left.shape) != 1 or len(right.shape) != 1:
        return powers
    return {**rest, Outer((left.shape[0], right.shape[0]), left, right): ONE}


def divide(a: Term, b: Term) -> Term:
    """The quotient of terms that broadcast."""
    return multiply(a, power(b, MINUS_ONE))


def power(base: Term, exponent: Expr) -> Term:
    """A term to a constant exponent, element by element."""
    if exponent == ONE:
        return base
    shape, base = base.shape, plain(base)
    if isinstance(base, Function) and base.name == "abs" and is_even(exponent):
        return expanded(power(base.arguments[0], exponent), shape)
    integral = is_integer(exponent)
    if isinstance(base, Filled):
        return Filled(shape, fold.power(base.value, exponent))
    if isinstance(base, Product) and integral:
        powers = {term: fold.mul(own, exponent) for term, own in base.factors}
        return expanded(_product(fold.power(base.number, exponent), powers, base.shape), shape)
    return expanded(_product(ONE, {base: exponent}, base.shape), shape)


def apply(name: str, *arguments: Term) -> Term:
    """A function of each element, by the name that programs call it by."""
    shape = common_shape(*arguments)
    sources = [plain(argument) for argument in arguments]
    if all(isinstance(source, Filled) for source in sources):
        return Filled(shape, fold.call(name, *(source.value for source in sources if isinstance(source, Filled))))
    exponent = ROOTS.get(name)
    if exponent is not None:
        return expanded(power(sources[0], exponent), shape)
    [source] = sources if len(sources) == 1 else [None]
    if isinstance(source, Transposed):
        return Transposed(shape, apply(name, source.matrix))
    if name == "exp" and isinstance(source, Function) and source.name in INVERSES:
        return expanded(INVERSES[source.name](source), shape)
    if name == "exp" and isinstance(source, Sum) and (share := _softmax_of(source)) is not None:
        return expanded(share, shape)
    return expanded(Function(common_shape(*sources), name, tuple(sources), elements=True), shape)


def _softmax_of(total: Sum) -> Term | None:
    """What exp(x - logsumexp(x)) is, or None."""
    if len(total.terms) != 2:
        return None
    for term, other in (total.terms, total.terms[::-1]):
        factor, rest = split(other)
        inner = rest.source if isinstance(rest, Lifted) else rest
        if factor == MINUS_ONE and isinstance(inner, Function) and inner.name == "logsumexp" and (
                inner.arguments[0] == term):
            return Function(term.shape, "softmax", inner.arguments)
    return None


def _exp_of_log_softmax(term: Function) -> Term:
    return Function(term.shape, "softmax", term.arguments)


def _exp_of_log(term: Function) -> Term:
    inner = term.arguments[0]
    if not isinstance(inner, Term):
        raise NoMatrixForm
    return inner


ROOTS: dict[str, Expr] = {"sqrt": number(1) / number(2), "rsqrt": number(-1) / number(2), "reciprocal": MINUS_ONE,
                          "square": number(2)}
INVERSES: dict[str, Callable[[Function], Term]] = {"log_softmax": _exp_of_log_softmax, "log": _exp_of_log}
