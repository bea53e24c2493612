"""Matrix terms in the notation of textbooks, as LaTeX."""

from __future__ import annotations

from gradcli.symbolic.expression import Expr
from gradcli.symbolic.latex import FUNCTIONS, RENAMED, SIGNS, LatexWriter, in_parentheses, juxtaposed
from gradcli.symbolic.matrices.notation import NAMES, UnicodeMatrices


class LatexMatrices(UnicodeMatrices):
    """Writes terms as LaTeX."""

    minus, times, over, ones, transpose, inverse = "-", r"\odot", r"\oslash", r"\mathbf{1}", r"^{\top}", "^{-1}"
    inverse_transpose = r"^{-\top}"
    writer: LatexWriter
    bars, signs, basis, digits = True, SIGNS, r"\mathbf{{e}}_{{{}}}", dict[int, int]()

    def __init__(self, decimals: bool = False) -> None:
        self.writer = LatexWriter(decimals=decimals)

    def identifier(self, name: str) -> str:
        return self.writer.identifier(name)

    def parenthesised(self, text: str) -> str:
        return in_parentheses(text)

    def joined(self, parts: list[str]) -> str:
        return juxtaposed(parts)

    def quotient(self, above: list[str], below: list[str], rest: str, has_terms: bool) -> str:
        if not below:
            return juxtaposed([*above, *([rest] if rest else [])])
        within = [*above, rest] if has_terms and rest else above
        text = rf"\frac{{{juxtaposed(within or ['1'])}}}{{{juxtaposed(below)}}}"
        return text if has_terms or not rest else f"{text} {rest}"

    def raised(self, base: str, exponent: str) -> str:
        twice = base.endswith("}") and base.rpartition("{")[0].endswith("^")
        return f"{self.parenthesised(base) if twice else base}^{{{exponent}}}"

    def indexed(self, base: str, items: list[str]) -> str:
        return f"{base}_{{{','.join(items)}}}"

    def elements_raised(self, base: str, exponent: str) -> str:
        return rf"{base}^{{\circ {exponent}}}"

    def root(self, text: str) -> str:
        return rf"\sqrt{{{text}}}"

    def called(self, name: str, arguments: list[str]) -> str:
        if name == "abs":
            return rf"\left|{arguments[0]}\right|"
        name = RENAMED.get(name, name)
        has_macro = name in FUNCTIONS or name == "det"
        head = rf"\{name}" if has_macro else r"\operatorname{" + NAMES.get(name, name).replace("_", r"\_") + "}"
        return head + self.parenthesised(", ".join(arguments))

    def norm(self, text: str, index: str) -> str:
        return rf"\left\|{text}\right\|" + (f"_{{{index}}}" if index else "")

    def exponent(self, value: Expr) -> str:
        return self.writer.exponent(value)
