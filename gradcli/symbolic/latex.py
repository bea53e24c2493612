"""Expressions as LaTeX, for documents and for MathJax and KaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradcli.symbolic.expression import HALF, Call, Cases, Condition, Expr, Number, Power
from gradcli.symbolic.text import (
    AND,
    ATOM,
    CASES,
    COMPARISON,
    GREEK,
    OR,
    PRODUCT,
    Notation,
    Writer,
    has_power_at_name,
    split_name,
)

LATEX = Notation(product=" ", constants={"pi": r"\pi", "inf": r"\infty", "nan": r"\mathrm{nan}"}, bars=True)
FUNCTIONS = frozenset("sin cos tan sinh cosh tanh exp log arcsin arccos arctan max min".split())
RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
SIGNS = {"lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge", "eq": "=", "ne": r"\ne"}
TALL = re.compile(r"\\(?:frac|sum|sqrt|begin|left)")      # what brackets grow with
WORD = re.compile(r"\{?\\mathrm\{(?:[^{}])*\}")      # a name of several letters
ENDS_WITH_WORD = re.compile(WORD.pattern + r"(?:_\{[^{}]*\})?\}?(?:_\{[^{}]*\})?$")
NUMBERED = re.compile(r"([A-Za-z]{2,})_?(\d{1,3})")
LOGICAL = {"and": r" \text{ and } ", "or": r" \text{ or } "}


class LatexWriter(Writer):
    """Writes expressions as LaTeX."""

    def __init__(self, reserved: Iterable[str] = (), decimals: bool = False) -> None:
        super().__init__(reserved, decimals, LATEX)

    def parenthesised(self, text: str) -> str:
        return in_parentheses(text)

    def identifier(self, name: str) -> str:
        letter, subscript = split_name(name)
        if subscript:       # in braces, so that places may follow
            return f"{{{self.identifier(letter)}_{{{subscript}}}}}"
        if len(name) == 1:
            return name
        letter, _, word = name.partition("_")
        if (len(letter) == 1 or letter in GREEK) and word.isalpha():
            return f"{{{self.identifier(letter)}_{{{mathrm(word)}}}}}"
        if numbered := NUMBERED.fullmatch(name):
            return f"{{{self.identifier(numbered[1])}_{{{numbered[2]}}}}}"
        return rf"\{name}" if name in GREEK else mathrm(name)

    def decimal(self, text: str) -> str:
        digits, e, exponent = text.partition("e")
        if not e:
            return text
        power = f"10^{{{int(exponent)}}}"
        return power if digits == "1" else rf"{digits} \cdot {power}"

    def places(self, letters: list[str], fixed: bool) -> str:
        return "_{" + ("," if fixed or any(len(letter) > 1 for letter in letters) else "").join(letters) + "}"

    def fraction(self, upper: list[str], lower: list[str]) -> tuple[str, int]:
        return rf"\frac{{{self.joined(upper)}}}{{{self.joined(lower)}}}", PRODUCT

    def joined(self, factors: list[str]) -> str:
        return juxtaposed(factors)

    def prose(self, text: str) -> str:
        return r"\text{" + text.replace("_", r"\_") + "}"

    def data(self, text: str) -> str:
        return self.prose(text) if text.startswith("<") else text

    def raised(self, factor: Power) -> str:
        if factor.exponent == HALF:
            return rf"\sqrt{{{self.text(factor.base)}}}"
        exponent = self.exponent(factor.exponent)
        if isinstance(factor.base, Call) and has_power_at_name(factor):
            return self.called(f"{head(factor.base.name)}^{{{exponent}}}", factor.base.arguments)
        return f"{self.base(factor.base)}^{{{exponent}}}"

    def exponent(self, expr: Expr) -> str:
        """An exponent; a fraction in it has a stroke, not a bar."""
        text = self.text(expr)
        return str(expr.value) if isinstance(expr, Number) and r"\frac" in text else text

    def called(self, head: str, arguments: tuple[Expr, ...]) -> str:
        """A function of some arguments."""
        return head + self.parenthesised(", ".join(map(self.text, arguments)))

    def function(self, name: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
        if name == "abs":
            return rf"\left|{self.text(arguments[0])}\right|", ATOM
        if name in ("floordiv", "mod"):
            a, b = (self.operand(part, ATOM) for part in arguments)
            return (rf"\lfloor {a} / {b} \rfloor", ATOM) if name == "floordiv" else (rf"{a} \bmod {b}", PRODUCT)
        return self.called(head(name), arguments), ATOM

    def condition(self, expr: Condition) -> tuple[str, int]:
        if expr.name in SIGNS:
            a, b = map(self.text, expr.arguments)
            return f"{a} {SIGNS[expr.name]} {b}", COMPARISON
        if expr.name == "not":
            return r"\neg " + self.parenthesised(self.text(expr.arguments[0])), COMPARISON
        bound = AND if expr.name == "and" else OR
        return LOGICAL[expr.name].join(self.operand(part, bound) for part in expr.arguments), bound

    def piecewise(self, expr: Cases) -> tuple[str, int]:
        rows = [rf"{self.text(value)} & \text{{if }} {self.text(test)}" for test, value in expr.branches]
        rows.append(rf"{self.text(expr.otherwise)} & \text{{otherwise}}")
        return r"\begin{cases}" + r" \\ ".join(rows) + r"\end{cases}", CASES

    def summed(self, over: str, body: Expr) -> tuple[str, int]:
        return rf"\sum_{{{over}}} {self.operand(body, PRODUCT)}", PRODUCT


def head(name: str) -> str:
    """The name of a function."""
    name = name.rpartition(".")[2]
    name = RENAMED.get(name, name)
    return rf"\{name}" if name in FUNCTIONS else r"\operatorname{" + name.replace("_", r"\_") + "}"


def mathrm(word: str) -> str:
    """A name of several letters, which is no product of them."""
    return r"\mathrm{" + word.replace("_", r"\_") + "}"


def in_parentheses(text: str) -> str:
    """A text in parentheses, which grow where it is higher than a line."""
    return rf"\left({text}\right)" if TALL.search(text) else f"({text})"


def juxtaposed(factors: list[str]) -> str:
    """A product of factors.

    A number that follows a factor would look like its last digits without a sign, and two words like one; a word keeps
    a distance from letters.
    """
    text = factors[0]
    for before, factor in zip(factors, factors[1:], strict=False):
        words = bool(ENDS_WITH_WORD.search(before)) + bool(WORD.match(factor))
        text += (r" \cdot " if factor[0].isdigit() or words > 1 else r" \, " if words else " ") + factor
    return text
