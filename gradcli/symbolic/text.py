"""Expressions as text: as a program writes them, or with the signs of mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from gradcli.symbolic.expression import (
    HALF,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Expr,
    Index,
    IndexValue,
    Mul,
    Number,
    Place,
    Power,
    Sum,
    Symbol,
    factors_of,
    is_integer,
    number,
)
from gradcli.symbolic.fold import mul, power
from gradcli.symbolic.index_arithmetic import value_of
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.term_order import begins_with_minus, has_minus, in_usual_order, opposite

ATOM, POWER, PRODUCT, SUM, COMPARISON, AND, OR, CASES = range(8)        # precedences, the tightest first
SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
DECIMAL = re.compile(r"\d\.\d|\.\d|\d\.(?!\w)|\b\d+[eE][-+]?\d")
DATA = re.compile(r"\[[-+\d.,\seE\[\]]*\]")      # lists of numbers
LONG_FRACTION = 10**9       # denominators from which numbers are decimals that nobody wrote, such as random ones
LARGEST_DIGIT = 9
LARGEST_INTEGER = 10**15        # up to which all digits are written
LARGEST = 10**300       # what a float can hold
MARK = "∂"      # of partial derivatives
SQUARED_BY_NAME = frozenset("sin cos tan sinh cosh tanh".split())
LETTERS = "ijklmnpqrstuvw"
SMALL, SHORT = 10**5, 10        # denominators from which fractions are short decimals, such as 1e-05


class Notation(NamedTuple):
    """The signs of one form of text."""

    product: str = "*"
    quotient: str = "/"
    power: str = "**"
    constants: dict[str, str] = {}      # never changed
    sum: str = "sum"
    unicode: bool = False
    bars: bool = False      # whether quotients have a bar


PLAIN = Notation()
UNICODE = Notation("·", "/", "^", {"pi": "π", "inf": "∞"}, "Σ", True)
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUBSCRIPTED = re.compile(r"([A-Za-z]+?)(?:_?(\d{1,3})|_([A-Za-z]{1,2}))?")
GREEK = dict(zip(("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi "
                  "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega").split(),
                 "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
UNICODE_SIGNS = {"le": "≤", "ge": "≥", "eq": "=", "ne": "≠"}


class Writer:
    """Writes expressions with one set of names for their indices.

    names       the names of indices, by index; those not named get the next letter when they are met
    reserved    names of the program, which no index gets
    decimals    whether fractions that end are written as decimals
    """

    def __init__(self, reserved: Iterable[str] = (), decimals: bool = False, notation: Notation = PLAIN) -> None:
        self.notation, self.decimals = notation, decimals
        self._letters = [letter for letter in LETTERS if letter not in set(reserved)]
        self.names: dict[Index, str] = {}

    def name(self, index: Index) -> str:
        """The letter of an index."""
        if index not in self.names:
            used = set(self.names.values())
            self.names[index] = next((letter for letter in self._letters if letter not in used), f"i{len(used)}")
        return self.names[index]

    def tensor(self, tensor: SymbolicTensor) -> str:
        """The element of a tensor as text; its own indices get the first letters."""
        for index in tensor.axes:
            if index is not None:
                self.name(index)
        return self.text(tensor.body)

    def text(self, expr: Expr) -> str:
        """An expression as text."""
        return self._write(expr)[0]

    def operand(self, expr: Expr, bound: int) -> str:
        """An expression, in parentheses where its outermost operator is looser."""
        text, own = self._write(expr)
        return text if own <= bound else self.parenthesised(text)

    def parenthesised(self, text: str) -> str:
        """A text in parentheses."""
        return f"({text})"

    def _write(self, expr: Expr) -> tuple[str, int]:
        """The text of an expression, and the precedence of its outermost operator."""
        match expr:
            case Number(value):
                return self._number(value)
            case Constant(name):
                return self.notation.constants.get(name, name), ATOM
            case Symbol(name, places):
                return self.symbol(name, places)
            case IndexValue(index):
                return self.name(index), ATOM
            case Add(terms):
                return self._sum(terms), SUM
            case Mul() | Power():
                return self._product(expr)
            case Call(name, arguments):
                return self.function(name, arguments)
            case Condition():
                return self.condition(expr)
            case Cases():
                return self.piecewise(expr)
            case Sum():
                return self._product(expr) if has_minus(expr) else self._total(expr)
        raise TypeError(f"no expression: {expr!r}")

    def _number(self, value: Fraction) -> tuple[str, int]:
        if text := self._decimal(value):
            written = self.decimal(text)
            return written, SUM if value < 0 else ATOM if written == text else PRODUCT
        if value.denominator == 1:
            return str(value.numerator), ATOM if value >= 0 else SUM
        above, below = self._ratio(abs(value))
        text, bound = self.fraction(above or ["1"], below) if below else (above[0], ATOM)
        return (text, bound) if value >= 0 else (f"-{text}", SUM)

    def _decimal(self, value: Fraction) -> str:
        """The text of a decimal; empty for whole numbers and fractions that are written as such."""
        size = max(abs(value.numerator), value.denominator)
        if size > LARGEST or value.denominator == 1 and not (self.decimals and size > LARGEST_INTEGER):
            return ""
        shortest = repr(float(value))
        if value.denominator == 1:
            return shortest if Fraction(shortest) == value else ""
        if value.denominator >= LONG_FRACTION:
            is_decimal = value.denominator % 10 == 0 and (_ends(value) or value.denominator % LONG_FRACTION == 0)
            return shortest if is_decimal else ""
        if value.denominator >= SMALL and _ends(value) and len(shortest) <= SHORT:
            return shortest
        text = str(Decimal(value.numerator) / Decimal(value.denominator)) if self.decimals and _ends(value) else ""
        return text if "E" not in text else shortest

    def decimal(self, text: str) -> str:
        """A decimal, such as 0.5 or 1e-05."""
        return text

    def symbol(self, name: str, places: tuple[Place, ...]) -> tuple[str, int]:
        """A name or an element of it."""
        return self.identifier(name) + self.element(places), ATOM

    def element(self, places: tuple[Place, ...]) -> str:
        """What names an element behind the name of a tensor: _ij, [0, i]."""
        if not places:
            return ""
        letters = [self.text(value_of(place)) for place in places]
        return self.places(letters, not all(isinstance(place, Index) for place in places))

    def places(self, letters: list[str], fixed: bool) -> str:
        """The places of an element, as letters and numbers; `fixed` says whether there are numbers among them."""
        if fixed:
            return f"[{', '.join(letters)}]"
        return "_" + ("" if all(len(letter) == 1 for letter in letters) else ",").join(letters)

    def identifier(self, name: str) -> str:
        """A name of the program."""
        return greek(name) if self.notation.unicode else name

    def prose(self, text: str) -> str:
        """Words in the place of a formula."""
        return text

    def data(self, text: str) -> str:
        """The numbers of a tensor, or how many there are."""
        return text

    def function(self, name: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
        """A call of a function."""
        if name in ("floordiv", "mod"):
            sign = "//" if name == "floordiv" else "%"
            return f" {sign} ".join(self.operand(part, ATOM) for part in arguments), PRODUCT
        return f"{name}({', '.join(map(self.text, arguments))})", ATOM

    def piecewise(self, expr: Cases) -> tuple[str, int]:
        """A value of several cases."""
        parts = [f"{self.operand(value, COMPARISON)} if {self.operand(test, OR)}" for test, value in expr.branches]
        return " else ".join([*parts, self.operand(expr.otherwise, OR)]), CASES

    def _sum(self, terms: tuple[Expr, ...]) -> str:
        pieces: list[str] = []
        if all(map(has_minus, terms)):      # -2*(1 - x) - y is 2*(x - 1) - y
            terms = tuple(term if (turned := opposite(term)) is None else mul(number(-1), turned) for term in terms)
        for term in in_usual_order(terms, self.text):
            negative = has_minus(term)
            pieces.append("-" * negative + self.operand(mul(number(-1), term) if negative else term, PRODUCT))
        return self.added(pieces)

    @staticmethod
    def added(terms: list[str]) -> str:
        """The sum of terms that are written; the sign of one stands in the place of a plus."""
        return "".join(terms[:1]) + "".join(f" - {term[1:]}" if term[:1] == "-" else f" + {term}" for term in terms[1:])

    def _product(self, expr: Expr) -> tuple[str, int]:
        factors = factors_of(expr)
        coefficient = Fraction(1)
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in factors:
            turned = opposite(factor, least=True)
            if turned is not None:
                coefficient = -coefficient
                above.append(turned)
            elif isinstance(factor, Number):
                coefficient *= factor.value
            elif isinstance(factor, Power) and has_minus(factor.exponent):
                below.append(power(factor.base, mul(number(-1), factor.exponent)))
            else:
                above.append(factor)
        if coefficient < 0 and (parts := _turned(above, below)):       # -2*(x - y) is 2*(y - x)
            coefficient, (above, below) = -coefficient, parts
        sign = "-" if coefficient < 0 else ""
        if coefficient == 1 and len(above) == 1 and not below and above[0] != expr:
            return self._write(above[0])
        head, foot = self._ratio(abs(coefficient))
        head = head or ["1"] * (not above)
        if self.opens_sums():       # the last one needs no parentheses
            above, below = (sorted(part, key=lambda factor: isinstance(factor, Sum)) for part in (above, below))
        alone = bool(foot or below) and self.notation.bars
        upper = [*head, *self._factors(above, alone and not head, self.opens_sums())]
        lower = [*foot, *self._factors(below, alone and not foot, self.notation.bars)]
        if lower:
            text, bound = self.fraction(upper, lower)
        else:
            ends_with_sum = self.opens_sums() and bool(above) and isinstance(above[-1], Sum)
            text, bound = self.joined(upper), PRODUCT if len(upper) > 1 or ends_with_sum else POWER
        return sign + text, SUM if sign else bound

    def _ratio(self, size: Fraction) -> tuple[list[str], list[str]]:
        """A positive number as factors above and below a stroke; decimals stay such on either side."""
        if text := self._decimal(size):
            return [self.decimal(text)], []
        parts = size.numerator, size.denominator
        below = self._decimal(1 / size)
        if below and parts[0] > LARGEST_DIGIT and len(below) <= len("/".join(map(str, parts))):
            return [], [self.decimal(below)]
        if min(parts) >= LONG_FRACTION and max(parts) < LARGEST:
            return [self.decimal(repr(float(size)))], []
        head, foot = ([] if part == 1 else [self._number(Fraction(part))[0]] for part in parts)
        return head, foot

    def fraction(self, upper: list[str], lower: list[str]) -> tuple[str, int]:
        """A quotient of products."""
        divisor = self.joined(lower)
        return self.joined(upper) + self.notation.quotient + (
            self.parenthesised(divisor) if len(lower) > 1 else divisor), PRODUCT

    def joined(self, factors: list[str]) -> str:
        """A product of factors that are written."""
        return self.notation.product.join(factors)

    def opens_sums(self) -> bool:
        """Whether sums over indices have a sign before them, and no parentheses."""
        return self.notation.unicode or self.notation.bars

    def _factors(self, factors: list[Expr], alone: bool, open_sum: bool = False) -> list[str]:
        """Factors as texts; one that stands alone above or below a bar needs no parentheses, nor does a last sum over
        an index with `open_sum`."""
        if alone and len(factors) == 1 and not isinstance(factors[0], Power):
            return [self.text(factors[0])]
        texts = [self._factor(factor) for factor in factors]
        if open_sum and factors and isinstance(factors[-1], Sum):
            texts[-1] = self.text(factors[-1])
        alike: dict[object, list[int]] = {}     # sums, and elements of the same tensor: in the order of the alphabet
        for at, factor in enumerate(factors):
            if isinstance(factor, Add | Symbol):
                alike.setdefault(factor.name if isinstance(factor, Symbol) else Add, []).append(at)
        for places in alike.values():
            for at, text in zip(places, sorted(texts[at] for at in places), strict=True):
                texts[at] = text
        return texts

    def _factor(self, factor: Expr) -> str:
        if not isinstance(factor, Power):
            return self.operand(factor, POWER)
        return self.raised(factor)

    def raised(self, factor: Power) -> str:
        """A power."""
        if factor.exponent == HALF:
            root = self.text(factor.base)
            return f"√({root})" if self.notation.unicode else f"sqrt({root})"
        integral = is_integer(factor.exponent)
        if self.notation.unicode and integral:
            if isinstance(factor.base, Call) and has_power_at_name(factor):
                raised = factor.base.name + self.text(factor.exponent).translate(SUPERSCRIPTS)
                return self.function(raised, factor.base.arguments)[0]
            return self.base(factor.base) + self.text(factor.exponent).translate(SUPERSCRIPTS)
        return f"{self.base(factor.base)}{self.notation.power}{self.operand(factor.exponent, ATOM)}"

    def base(self, base: Expr) -> str:
        """The base of a power."""
        return self.operand(base, ATOM)

    def condition(self, expr: Condition) -> tuple[str, int]:
        """A comparison or a logical operation."""
        if expr.name in SIGNS:
            sign = UNICODE_SIGNS.get(expr.name) if self.notation.unicode else None
            a, b = (self.operand(part, SUM) for part in expr.arguments)
            return f"{a} {sign or SIGNS[expr.name]} {b}", COMPARISON
        if expr.name == "not":
            return f"not {self.operand(expr.arguments[0], COMPARISON)}", AND
        bound = AND if expr.name == "and" else OR
        return f" {expr.name} ".join(self.operand(part, bound) for part in expr.arguments), bound

    def _total(self, expr: Sum) -> tuple[str, int]:
        """A sum over one index, or over several that follow each other."""
        over, body = [expr.index], expr.body
        while isinstance(body, Sum):
            over.append(body.index)
            body = body.body
        letters = "".join(self.name(index) for index in over)
        result = self.summed(letters, body)
        for index in over:
            del self.names[index]       # its letter is free for other sums
        return result

    def summed(self, over: str, body: Expr) -> tuple[str, int]:
        """A sum over indices."""
        if self.notation.unicode:
            return f"Σ_{over} {self.operand(body, PRODUCT)}", PRODUCT
        return f"sum_{over}({self.text(body)})", ATOM


def _turned(above: list[Expr], below: list[Expr]) -> tuple[list[Expr], list[Expr]] | None:
    """The factors of a quotient with the opposite of a sum that stands alone above its stroke, or below it under a
    number, or has more terms with a minus sign than without; None where there is no such sum."""
    for at, factor in enumerate(above):
        alone = len(above) == 1 or isinstance(factor, Add) and 2 * sum(map(has_minus, factor.terms)) > len(factor.terms)
        turned = opposite(factor) if alone else None
        if turned is not None and not begins_with_minus(turned):
            return [*above[:at], turned, *above[at + 1:]], below
    turned = opposite(below[0]) if len(below) == 1 and not above else None
    return None if turned is None or begins_with_minus(turned) else (above, [turned])


def has_power_at_name(factor: Power) -> bool:
    """Whether a power of a function has its exponent behind the function's name in textbooks, as sin²(x) does."""
    return isinstance(factor.base, Call) and factor.base.name in SQUARED_BY_NAME and (
        is_integer(factor.exponent) and factor.exponent.value > 0)


def split_name(name: str) -> tuple[str, str]:
    """A name as a letter, or that of a Greek one, and what stands behind it as a subscript: x0, w_ij; the subscript
    is empty where the name is a word."""
    parts = SUBSCRIPTED.fullmatch(name)
    return (parts[1], parts[2] or parts[3] or "") if parts and (len(parts[1]) == 1 or parts[1] in GREEK) else (name, "")


def greek(name: str) -> str:
    """A name with its Greek letter and its numbers as signs: sigma1 is σ₁."""
    letter, subscript = split_name(name)
    if subscript and not subscript.isdecimal():
        letter, subscript = name, ""
    return GREEK.get(letter, letter) + subscript.translate(SUBSCRIPTS)


def writes_decimals(text: str) -> bool:
    """Whether a program writes numbers as decimals, other than the elements of tensors."""
    return bool(DECIMAL.search(DATA.sub("", text)))


def _ends(value: Fraction) -> bool:
    """Whether a fraction is a decimal that ends."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1
