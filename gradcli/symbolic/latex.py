"""Expressions as LaTeX, for documents and for MathJax and KaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.symbolic.expression import HALF, Cases, Condition, Expr, Power
from gradcli.symbolic.text import AND, ATOM, CASES, COMPARISON, GREEK, OR, PRODUCT, Notation, Writer, split_name

LATEX = Notation(product=" ", constants={"pi": r"\pi", "inf": r"\infty", "nan": r"\mathrm{nan}"}, bars=True)
FUNCTIONS = frozenset("sin cos tan sinh cosh tanh exp log arcsin arccos arctan max min".split())
RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
SIGNS = {"lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge", "eq": "=", "ne": r"\ne"}
LOGICAL = {"and": r" \text{ and } ", "or": r" \text{ or } "}


class LatexWriter(Writer):
    """Writes expressions as LaTeX."""

    def __init__(self, reserved: Iterable[str] = (), decimals: bool = False) -> None:
        super().__init__(reserved, decimals, LATEX)

    def parenthesised(self, text: str) -> str:
        return rf"\left({text}\right)"

    def identifier(self, name: str) -> str:
        letter, subscript = split_name(name)
        if subscript:       # in braces, so that places may follow
            return f"{{{self.identifier(letter)}_{{{subscript}}}}}"
        if len(name) == 1:
            return name
        return rf"\{name}" if name in GREEK else r"\mathrm{" + name.replace("_", r"\_") + "}"

    def decimal(self, text: str) -> str:
        digits, e, exponent = text.partition("e")
        return rf"{digits} \cdot 10^{{{int(exponent)}}}" if e else text

    def places(self, letters: list[str], fixed: bool) -> str:
        return "_{" + ("," if fixed or any(len(letter) > 1 for letter in letters) else "").join(letters) + "}"

    def fraction(self, upper: list[str], lower: list[str]) -> tuple[str, int]:
        return rf"\frac{{{self.joined(upper)}}}{{{self.joined(lower)}}}", PRODUCT

    def joined(self, factors: list[str]) -> str:
        """A product; a number that follows a factor would look like its last digits without a sign."""
        return factors[0] + "".join((r" \cdot " if text[0].isdigit() else " ") + text for text in factors[1:])

    def prose(self, text: str) -> str:
        return r"\text{" + text.replace("_", r"\_") + "}"

    def raised(self, factor: Power) -> str:
        if factor.exponent == HALF:
            return rf"\sqrt{{{self.text(factor.base)}}}"
        return f"{self.base(factor.base)}^{{{self.text(factor.exponent)}}}"

    def function(self, name: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
        if name == "abs":
            return rf"\left|{self.text(arguments[0])}\right|", ATOM
        if name in ("floordiv", "mod"):
            a, b = (self.operand(part, ATOM) for part in arguments)
            return (rf"\lfloor {a} / {b} \rfloor", ATOM) if name == "floordiv" else (rf"{a} \bmod {b}", PRODUCT)
        name = name.rpartition(".")[2]
        name = RENAMED.get(name, name)
        head = rf"\{name}" if name in FUNCTIONS else r"\operatorname{" + name.replace("_", r"\_") + "}"
        return head + self.parenthesised(", ".join(map(self.text, arguments))), ATOM

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
