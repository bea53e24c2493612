"""Which slip makes a derivative wrong that was derived by hand, as a teacher would name it.

The wrong formula is compared with the right one, term by term and factor by factor, and with what the usual slips give:
a forgotten inner derivative, a product of derivatives, an antiderivative. Formulas are compared by their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

import numpy as np

from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.expression import (
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    Add,
    Call,
    Expr,
    Mul,
    Number,
    Power,
    Symbol,
    base_and_exponent,
    factors_of,
    number,
    walk,
)
from gradcli.symbolic.fold import add, call, mul, power, rebuild
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.term_order import coefficient

LEAST = 3           # points at which formulas must agree
TOLERANCE = 1e-9
FLOOR = 1e-13
MOST_TERMS = 12     # of a sum that is compared term by term
MOST_PARTS = 8      # parts of a function whose derivatives are looked at
EXCHANGED = (("sin", "cos"), ("sinh", "cosh"), ("exp", "log"), ("asin", "acos"), ("tan", "tanh"))
Derive = Callable[[Expr], Expr | None]


class Slip(NamedTuple):
    """One slip: its kind, by which the report has words for it, and the formulas that these name."""

    kind: str
    formulas: tuple[Expr, ...] = ()


class SlipFinder:
    """The function and its derivative, compared with formulas at some points.

    points      values of all names
    short       the shortest form of an expression
    derive      the derivative of a part of the function by the same name; None where there is none
    name        that name
    """

    def __init__(self, function: Expr | None, right: SymbolicTensor, points: Sequence[Mapping[str, np.ndarray]],
                 short: Callable[[Expr], Expr], derive: Derive, name: str) -> None:
        self.function, self.right, self.points, self.short, self.derive = function, right, points, short, derive
        self.variable = Symbol(name)

    def same(self, a: Expr, b: Expr) -> bool:
        """Whether two formulas have the same values wherever both have any."""
        agreed = 0
        for point in self.points:
            x, y = (evaluate_tensor(SymbolicTensor(self.right.shape, self.right.axes, e), point) for e in (a, b))
            if not (np.isfinite(x).all() and np.isfinite(y).all()):
                continue
            if not np.allclose(x, y, rtol=TOLERANCE, atol=FLOOR):
                return False
            agreed += 1
        return agreed >= LEAST

    def slips(self, wrong: Expr, others: Mapping[str, Expr]) -> list[Slip]:
        """What is wrong; [] where it has no name. `others` are the derivatives by other names."""
        right = self.right.body
        if self.same(right, mul(MINUS_ONE, wrong)):
            return [Slip("sign")]
        if inner := self._of_inner_parts(right, wrong):
            return inner
        ours, theirs = _terms_multiplied_out(right), _terms_multiplied_out(wrong)
        if max(len(ours), len(theirs)) > MOST_TERMS:
            return []
        unmatched = list(theirs)
        missing = [term for term in ours if not self._taken(term, unmatched)]
        if len(missing) == len(unmatched) == 1 < len(ours) and self.same(missing[0], mul(MINUS_ONE, unmatched[0])):
            return [Slip("sign of a term", (unmatched[0],))]
        for slip in self._other_results(wrong, others):
            return [slip]
        if len(missing) == 1 and not unmatched:
            return [Slip("product rule" if self._is_of_product_rule(missing[0]) else "missing term", (missing[0],))]
        if not missing and len(unmatched) == 1:
            return [Slip("extra term", (unmatched[0],))]
        if len(missing) == len(unmatched) == 1 and len(ours) > 1:
            if isinstance(missing[0], Number) and isinstance(unmatched[0], Number):
                return [Slip("number", (missing[0], unmatched[0]))]
            slips = self._of_factors(missing[0], unmatched[0])
            return [*slips, Slip("in a term", (unmatched[0], missing[0]))] if slips else []
        return self._of_factors(right, wrong)

    def _other_results(self, wrong: Expr, others: Mapping[str, Expr]) -> Iterator[Slip]:
        """What the wrong formula is instead: the function, another derivative, what a rule gives that does not hold."""
        f = self.function
        if f is None:
            return
        scale, rest = coefficient(f)
        if isinstance(rest, Power) and not isinstance(rest.exponent, Number) and self.same(
                wrong, mul(number(scale), rest.exponent, power(rest.base, add(rest.exponent, MINUS_ONE)))):
            yield Slip("power rule", (rest,))
        if self.same(wrong, f):
            yield Slip("the function itself")
        for name, formula in others.items():
            if self.same(wrong, formula):
                yield Slip("by another name", (Symbol(name),))
        second, integrated = self.derive(self.right.body), self.derive(wrong)
        if second is not None and second != wrong and self.same(wrong, second):
            yield Slip("the second derivative")
        if integrated is not None and self.same(integrated, f):
            yield Slip("an antiderivative")
        if isinstance(rest, Mul):
            yield from self._of_two(number(scale), rest, wrong)

    def _of_two(self, scale: Expr, product: Mul, wrong: Expr) -> Iterator[Slip]:
        """A wrong rule for a product or a quotient."""
        below = [power(factor, MINUS_ONE) for factor in product.factors if _is_divisor(factor)]
        above = [factor for factor in product.factors if not _is_divisor(factor)]
        if not above or not below and len(above) != 2:
            return
        u, v = (mul(*above), mul(*below)) if below else above
        du, dv = self.derive(u), self.derive(v)
        if du is None or dv is None:
            return
        if not below:
            if self.same(wrong, mul(scale, du, dv)):
                yield Slip("product of derivatives", (u, v))
            return
        added, taken = add(mul(du, v), mul(u, dv)), add(mul(du, v), mul(MINUS_ONE, u, dv))
        for kind, formula in (("quotient of derivatives", mul(du, power(dv, MINUS_ONE))),
                              ("quotient sign", mul(added, power(v, number(-2)))),
                              ("quotient divisor", mul(taken, power(v, MINUS_ONE)))):
            if self.same(wrong, mul(scale, formula)):
                yield Slip(kind, (u, power(v, TWO)) if kind == "quotient divisor" else (u, v))

    def _taken(self, term: Expr, others: list[Expr]) -> bool:
        """Whether one of `others`, which is taken out then, is this term."""
        for other in others:
            if term == other or self.same(term, other):
                others.remove(other)
                return True
        return False

    def _is_of_product_rule(self, term: Expr) -> bool:
        """Whether a term is the derivative of one factor of the function times the others."""
        factors = self.function.factors if isinstance(self.function, Mul) else ()
        for at, factor in enumerate(factors):
            derived = None if isinstance(factor, Number) else self.derive(factor)
            if derived is not None and self.same(term, mul(derived, *factors[:at], *factors[at + 1:])):
                return True
        return False

    def _of_factors(self, right: Expr, wrong: Expr) -> list[Slip]:
        """What is wrong with one term, or with a formula as a whole."""
        if self.same(right, mul(MINUS_ONE, wrong)):
            return [Slip("sign")]
        if inner := self._of_inner_parts(right, wrong):
            return inner
        ratio = self.short(mul(right, power(wrong, MINUS_ONE)))
        if isinstance(ratio, Number):
            return _of_coefficient(ratio, right, wrong)
        return self._of_exponents(right, wrong) or list(self._of_functions(right, wrong)) or _of_product(
            ratio, right, wrong)

    def _of_inner_parts(self, right: Expr, wrong: Expr) -> list[Slip]:
        """A derivative of an inner part that is missing, twice there, or in the place of that part."""
        for inner in self._inner_parts():
            derived = self.derive(inner)
            if derived is None or derived in (ONE, MINUS_ONE, ZERO):
                continue
            for sign in (ONE, MINUS_ONE):
                slip = "inner" if self.same(right, mul(sign, derived, wrong)) else "inner twice" if (
                    self.same(mul(sign, right, derived), wrong)) else ""
                if slip:
                    return [Slip(slip, (derived, inner))] + [Slip("sign")] * (sign is MINUS_ONE)
            if right != self.right.body or self.function is None:
                continue        # of a term
            outer, symbol = _replaced(self.function, inner, self.variable), self.variable
            slope = self.derive(outer)
            if slope is None:
                continue
            at_derivative = _replaced(slope, symbol, derived)
            for formula in (_replaced(self.function, inner, derived), at_derivative, mul(at_derivative, derived)):
                if self.same(wrong, formula):
                    return [Slip("inner in place", (inner, derived))]
            if not isinstance(inner, Symbol) and self.same(wrong, mul(slope, derived)):
                return [Slip("argument", (inner, symbol))]
        return []

    def _inner_parts(self) -> list[Expr]:
        """The parts that functions and powers are taken of in the function, outermost first."""
        parts: list[Expr] = []
        for part in walk(self.function) if self.function is not None else ():
            inner = part.arguments if isinstance(part, Call) else (part.base, part.exponent) if (
                isinstance(part, Power)) else ()
            parts += [expr for expr in inner if not isinstance(expr, Symbol | Number) and expr not in parts]
        return parts[:MOST_PARTS]

    def _of_exponents(self, right: Expr, wrong: Expr) -> list[Slip]:
        """A wrong exponent of what both have a power of, and perhaps a wrong coefficient."""
        (scale, ours), (other, theirs) = _powers(right), _powers(wrong)
        apart = [base for base in {**ours, **theirs} if ours.get(base) != theirs.get(base)]
        if len(apart) != 1 or apart[0] not in ours or apart[0] not in theirs:
            return []
        [base] = apart
        slips = [Slip("exponent", (base, ours[base], theirs[base]))]
        return slips if scale == other else [Slip("coefficient", (number(scale), number(other))), *slips]

    def _of_functions(self, right: Expr, wrong: Expr) -> Iterator[Slip]:
        """A function that stands in place of another one."""
        present = {part.name for part in walk(wrong) if isinstance(part, Call)}
        for pair in EXCHANGED:
            for names in ({pair[0]: pair[1]}, {pair[1]: pair[0]}, {pair[0]: pair[1], pair[1]: pair[0]}):
                if not present.issuperset(names):
                    continue
                mended = _renamed(wrong, names)
                turned = self.same(right, mul(MINUS_ONE, mended))
                if turned or self.same(right, mended):
                    old, new = next(iter(names.items()))
                    yield Slip("exchanged" if len(names) > 1 else "other function", (Symbol(old), Symbol(new)))
                    if turned:
                        yield Slip("sign")
                    return


def _of_coefficient(ratio: Number, right: Expr, wrong: Expr) -> list[Slip]:
    """A number that is missing, too much, or another one."""
    slips = [Slip("sign")] if ratio.value < 0 else []
    size = abs(ratio.value)
    scale, other = _scale(right), _scale(wrong)
    if abs(other) == 1 and size.denominator == 1:
        return [*slips, Slip("missing factor", (number(size),))]
    if abs(scale) == 1 and size.numerator == 1:
        return [*slips, Slip("extra factor", (number(1 / size),))]
    if scale / other == ratio.value:
        return [Slip("coefficient", (number(scale), number(other)))]
    return [*slips, Slip("missing factor" if size > 1 else "extra factor", (number(size if size > 1 else 1 / size),))]


def _of_product(ratio: Expr, right: Expr, wrong: Expr) -> list[Slip]:
    """A factor that is missing or too much: a product of powers that the one formula has, and the other has not."""
    for kind, factor, formula in (("missing factor", ratio, right), ("extra factor", power(ratio, MINUS_ONE), wrong)):
        parts, there = _powers(factor)[1], _powers(formula)[1]
        if parts and all(base in there and not _is_divisor(power(base, exponent)) for base, exponent in parts.items()):
            return [Slip(kind, (factor,))]
    return []


def _replaced(expr: Expr, part: Expr, other: Expr) -> Expr:
    """The expression with `other` wherever `part` is."""
    return other if expr == part else rebuild(expr, lambda inner: _replaced(inner, part, other))


def _terms_multiplied_out(expr: Expr) -> tuple[Expr, ...]:
    """The terms of an expression, products with sums multiplied out; of very many those that show that."""
    return tuple(islice(_multiplied_out(expr), MOST_TERMS + 1))


def _multiplied_out(expr: Expr) -> Iterator[Expr]:
    """The terms of an expression, one by one: a product of twenty sums has a million."""
    if isinstance(expr, Add):
        for part in expr.terms:
            yield from _multiplied_out(part)
        return
    factors = expr.factors if isinstance(expr, Mul) else ()
    for at, factor in enumerate(factors):
        if isinstance(factor, Add):
            rest = (*factors[:at], *factors[at + 1:])
            for part in factor.terms:
                yield from _multiplied_out(mul(part, *rest))
            return
    yield expr


def _powers(expr: Expr) -> tuple[Fraction, dict[Expr, Expr]]:
    """The number that a product begins with, and the exponent of each of its bases."""
    scale, rest = coefficient(expr)
    if isinstance(rest, Number):
        return rest.value, {}
    return scale, dict(map(base_and_exponent, factors_of(rest)))


def _is_divisor(factor: Expr) -> bool:
    return isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0


def _scale(expr: Expr) -> Fraction:
    """The number that a product begins with, or the number itself."""
    return expr.value if isinstance(expr, Number) else coefficient(expr)[0]


def _renamed(expr: Expr, names: Mapping[str, str]) -> Expr:
    """The expression with other functions in place of some."""
    if isinstance(expr, Call) and expr.name in names:
        return call(names[expr.name], *(_renamed(part, names) for part in expr.arguments))
    return rebuild(expr, lambda part: _renamed(part, names))
