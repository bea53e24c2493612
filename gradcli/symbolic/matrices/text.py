"""Matrix terms as text that a program can contain."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from gradcli.symbolic import fold
from gradcli.symbolic.expression import HALF, MINUS_ONE, ONE, Expr, Number, Power, factors_of, number
from gradcli.symbolic.fold import mul
from gradcli.symbolic.matrices import arithmetic
from gradcli.symbolic.matrices.terms import (
    Compared,
    Diagonal,
    Expanded,
    Filled,
    Function,
    Lifted,
    MatMul,
    Name,
    NoMatrixForm,
    Outer,
    Product,
    Reduced,
    Sum,
    Term,
    Transposed,
    with_parts,
)
from gradcli.symbolic.term_order import has_minus as is_minus
from gradcli.symbolic.text import SIGNS, Writer

ATOM, POWER, PRODUCT, SUM, COMPARISON = range(5)     # precedences, the tightest first


def filled_text(shape: tuple[int, ...], number: str) -> str:
    """A tensor of floats that are all one number."""
    sizes = ", ".join(map(str, shape))
    plain = {"0": "zeros", "1": "ones"}.get(number)
    return f"torch.{plain}({sizes})" if plain else f"torch.full(({sizes},), 1.0*{number})"


def is_negative(exponent: Expr) -> bool:
    """Whether an exponent is a negative number."""
    return isinstance(exponent, Number) and exponent.value < 0


def has_minus(term: Term) -> bool:
    """Whether a term is written with a minus sign in front."""
    value = term.value if isinstance(term, Filled) else term.number if isinstance(term, Product) else ONE
    return is_minus(value)


def tidied(term: Term) -> Term:
    """A term without a minus sign before a difference: -2 (a - b) is 2 (b - a)."""
    if not isinstance(term, Product) or not has_minus(term):
        return term
    for at, (factor, exponent) in enumerate(term.factors):
        turned = _turned(factor) if exponent == ONE else None
        if turned is not None:
            positive = arithmetic.power(turned, ONE)
            rest = replace(term, number=mul(MINUS_ONE, term.number),
                           factors=(*term.factors[:at], (positive, ONE), *term.factors[at + 1:]))
            return positive if rest.number == ONE and len(rest.factors) == 1 else rest
    return term


def _turned(term: Term) -> Term | None:
    """Minus a term in which a difference counts once, by turning this; None for any other."""
    match term:
        case Sum(_, terms) if any(map(has_minus, terms)):
            return _opposite(term)
        case MatMul(_, factors):
            for at, part in enumerate(factors):
                turned = _turned(part)
                if turned is not None:
                    return replace(term, factors=(*factors[:at], turned, *factors[at + 1:]))
        case Product(_, _, factors):
            for at, (part, exponent) in enumerate(factors):
                turned = _turned(part) if exponent == ONE else None
                if turned is not None:
                    return replace(term, factors=(*factors[:at], (turned, ONE), *factors[at + 1:]))
        case Reduced(_, _, source, _) | Lifted(_, source, _) | Expanded(_, source):
            turned = _turned(source)
            return None if turned is None else replace(term, source=turned)
        case Transposed(_, matrix):
            turned = _turned(matrix)
            return None if turned is None else replace(term, matrix=turned)
        case Outer(_, left, right):
            turned = _turned(left)
            if turned is not None:
                return replace(term, left=turned)
            turned = _turned(right)
            return None if turned is None else replace(term, right=turned)
    return None


def multiplied_out(term: Term) -> Term:
    """A sum whose products of sums are multiplied out, at any depth, where it has fewer terms then."""
    match term:
        case MatMul() | Transposed() | Reduced() | Product():
            return with_parts(term, multiplied_out)
        case Sum(shape, terms):
            parts = [part for one in terms for part in _distributed(one)]
            other = arithmetic.add(*parts) if len(parts) > len(terms) else term
            if not isinstance(other, Sum) or len(other.terms) < len(terms) or (
                    len(other.terms) == len(terms) and len(parts) > len(terms)):
                return arithmetic.expanded(other, shape)
            return with_parts(term, multiplied_out)
    return term


def _distributed(term: Term) -> list[Term]:
    """The terms of a product of which one factor is a sum."""
    factors = term.factors if isinstance(term, Product) else ()
    for factor, exponent in factors:
        if isinstance(factor, Sum) and exponent == ONE:
            assert isinstance(term, Product)
            remaining = [arithmetic.power(other, e) for other, e in factors if other is not factor]
            before = arithmetic.filled(term.number)
            return [arithmetic.multiply(before, *remaining, part) for part in factor.terms]
    return [term]


def _opposite(total: Term) -> Term:
    assert isinstance(total, Sum)
    return replace(total, terms=tuple(arithmetic.scaled(MINUS_ONE, part) for part in total.terms))


def negated(term: Term) -> Term:
    """Minus a term that is written with a minus sign."""
    if isinstance(term, Filled):
        return replace(term, value=mul(MINUS_ONE, term.value))
    assert isinstance(term, Product)
    value = mul(MINUS_ONE, term.number)
    if value == ONE and len(term.factors) == 1 and term.factors[0][1] == ONE:
        return term.factors[0][0]
    return replace(term, number=value)


def quotient_of(value: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors of a number that is made of roots and constants, above and below a stroke."""
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in factors_of(value):
        if isinstance(factor, Power) and is_minus(factor.exponent):
            below.append(fold.power(factor, MINUS_ONE))
        elif isinstance(factor, Number):
            above += [number(factor.value.numerator)] * (factor.value.numerator != 1)
            below += [number(factor.value.denominator)] * (factor.value.denominator != 1)
        else:
            above.append(factor)
    return above, below


@dataclass(frozen=True, slots=True)
class TruthValues(Term):
    """A comparison where truth values do."""

    test: Compared

PLAIN_NUMBER = re.compile(r"[\w.]+(?:e-\d+)?")      # or a name, as pi


class MatrixText:
    """Writes terms as a program does.

    decimals    whether fractions that end are written as decimals
    """

    minus = "-"

    def __init__(self, decimals: bool = False) -> None:
        self.writer = Writer(decimals=decimals)

    def text(self, term: Term) -> str:
        """A term as text; raises NoMatrixForm for one that has none."""
        return self.write(term)[0]

    def operand(self, term: Term, bound: int) -> str:
        """A term as text, in parentheses where its outermost operator is looser."""
        text, own = self.write(term)
        return text if own <= bound else self.parenthesised(text)

    def parenthesised(self, text: str) -> str:
        """A text in parentheses."""
        return f"({text})"

    def number(self, value: Expr) -> str:
        """An exact number as text."""
        return self.writer.text(value)

    def write(self, term: Term) -> tuple[str, int]:
        """The text of a term, and the precedence of its outermost operator."""
        match term:
            case Name(_, name):
                return name, ATOM
            case Filled(shape, value):
                text = self.number(value)
                return (filled_text(shape, text) if shape else text), (
                    ATOM if shape or PLAIN_NUMBER.fullmatch(text) else SUM if has_minus(term) else PRODUCT)
            case Sum(_, terms):
                return self.sum(terms, term.shape), SUM
            case Product():
                return self.product(term)
            case MatMul(_, factors):
                return " @ ".join(self.operand(factor, POWER) for factor in factors), PRODUCT
            case Outer(_, left, right):
                return f"{self.operand(left, ATOM)}.outer({self.text(right)})", ATOM
            case Transposed(_, matrix):
                return f"{self.operand(matrix, ATOM)}.T", ATOM
            case TruthValues(_, inner):
                return self.comparison(inner), COMPARISON
            case Compared():
                return f"where({self.comparison(term)}, 1.0, 0.0)", ATOM
            case Function():
                return self.function(term)
        return self.rearranged(term), ATOM

    def rearranged(self, term: Term) -> str:
        """What sums over dimensions, repeats, or adds dimensions."""
        match term:
            case Lifted(_, Reduced(_, name, source, (at,)), dim) if at == dim:
                return f"{self.operand(source, ATOM)}.{name}({dim}, True)"
            case Lifted(_, Function(_, "logsumexp", (source, at)), dim) if at == dim:
                return f"logsumexp({self.text(source)}, {dim}, True)"
            case Lifted(_, source, dim):
                inner = self.operand(source, ATOM)
                if len(source.shape) == 1:
                    return f"{inner}[:, None]" if dim else f"{inner}[None]"
                return f"{inner}.unsqueeze({dim})"
            case Expanded(shape, source):
                return f"{self.operand(source, ATOM)}.expand({', '.join(map(str, shape))})"
            case Diagonal(shape, Filled(_, value)) if value == ONE:
                return f"torch.eye({shape[0]})"
            case Diagonal(_, vector):
                return f"torch.diag({self.text(vector)})"
            case Reduced(_, name, source, dims):
                which = "" if len(dims) == len(source.shape) else str(dims[0] if len(dims) == 1 else dims)
                return f"{self.operand(source, ATOM)}.{name}({which})"
        raise NoMatrixForm

    def comparison(self, term: Compared) -> str:
        """A comparison, whose elements are truth values."""
        return f"{self.operand(term.left, SUM)} {SIGNS[term.name]} {self.operand(term.right, SUM)}"

    def sum(self, terms: tuple[Term, ...], shape: tuple[int, ...]) -> str:
        """A sum; what has a minus sign comes last."""
        pieces: list[str] = []
        for term in sorted(terms, key=has_minus):
            negative = has_minus(term)
            text = self.summand(negated(term) if negative else term, shape)
            sign = (f" {self.minus} " if negative else " + ") if pieces else self.minus if negative else ""
            pieces.append(sign + text)
        return "".join(pieces)

    def summand(self, term: Term, shape: tuple[int, ...]) -> str:
        """A term of a sum of this shape, without its sign."""
        return self.operand(term, PRODUCT)

    def product(self, term: Product) -> tuple[str, int]:
        """A product and quotient, element by element."""
        sign = "-" if has_minus(term) else ""
        value = mul(MINUS_ONE, term.number) if sign else term.number
        above = [(factor, e) for factor, e in term.factors if not is_negative(e)]
        below = [(factor, mul(MINUS_ONE, e)) for factor, e in term.factors if is_negative(e)]
        above.sort(key=lambda pair: (isinstance(pair[0], Compared), len(pair[0].shape) > 0))
        top, bottom = self.ratio(value)
        alone = sum(bool(factor.shape) for factor, _ in above) == 1
        if any(not isinstance(factor, Compared) for factor, _ in term.factors):     # truth values become numbers
            above = [(TruthValues(factor.shape, factor) if isinstance(factor, Compared) else factor, e)
                     for factor, e in above]
        upper = [*top, *(self.factor(factor, e, PRODUCT if alone and factor.shape and isinstance(
            factor, MatMul) and factor is above[-1][0] else POWER) for factor, e in above)] or ["1"]
        lower = [*bottom, *(self.factor(factor, e, POWER) for factor, e in below)]
        text = "*".join(upper)
        if lower:
            text += "/" + (lower[0] if len(lower) == 1 else f"({'*'.join(lower)})")
        single = not lower and len(upper) == 1
        return sign + text, SUM if sign else POWER if single else PRODUCT

    def ratio(self, value: Expr) -> tuple[list[str], list[str]]:
        """A number as factors above and below the stroke."""
        if value == ONE:
            return [], []
        if isinstance(value, Number) and value.value.denominator != 1 and not self.number(value).count("."):
            top = [] if value.value.numerator == 1 else [str(value.value.numerator)]
            return top, [str(value.value.denominator)]
        if isinstance(value, Number):
            return [self.number(value)], []
        above, below = quotient_of(value)
        return [self.writer.operand(part, POWER) for part in above], [
            self.writer.operand(part, POWER) for part in below]

    def factor(self, base: Term, exponent: Expr, bound: int) -> str:
        """A power."""
        if exponent == ONE:
            return self.operand(base, bound)
        if exponent == HALF:
            return f"sqrt({self.text(base)})"
        text = self.number(exponent)
        return f"{self.operand(base, ATOM)}**{text if text.isalnum() else f'({text})'}"

    def function(self, term: Function) -> tuple[str, int]:
        """A call of a function or a method."""
        if term.name == "pow":
            base, exponent = term.arguments
            return f"{self.operand(base, ATOM)}**{self.operand(exponent, ATOM)}", POWER
        if term.name == "[]":
            source, *items = term.arguments
            return f"{self.operand(source, ATOM)}[{', '.join(items)}]", ATOM
        arguments = [self.argument(value) for value in term.arguments]
        if term.name == "where" and isinstance(term.arguments[0], Compared):
            arguments[0] = self.comparison(term.arguments[0])
        if term.name.startswith("."):
            arguments[0] = self.operand(term.arguments[0], ATOM)
            head, arguments = arguments[0] + term.name, arguments[1:]
        else:
            head = term.name
        arguments += [f"{name}={value!r}" for name, value in term.options]
        return f"{head}({', '.join(arguments)}){'' if term.result is None else f'[{term.result}]'}", ATOM

    def argument(self, value: Any) -> str:
        """An argument of a function."""
        if isinstance(value, Term):
            return self.text(value)
        if isinstance(value, tuple) and value and isinstance(value[0], Term):
            return f"[{', '.join(map(self.text, value))}]"
        return repr(value)
