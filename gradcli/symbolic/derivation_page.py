"""A derivation as on paper, written as a page: as text, LaTeX, Markdown or MathML, or as data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradcli.analysis.short_text import short_text
from gradcli.symbolic.chain_rule import LinkedDerivative, PaperDerivation
from gradcli.symbolic.closed_form import shortest
from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import ZERO, Expr, Index, Place, Symbol, factors_of, walk
from gradcli.symbolic.fold import mul, replace_symbols
from gradcli.symbolic.formula_page import SAME_WAY, constant_rows, text_row, typeset
from gradcli.symbolic.latex import LatexWriter
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.term_order import has_minus
from gradcli.symbolic.text import MARK, OR, PLAIN, POWER, PRODUCT, UNICODE, Writer
from gradcli.symbolic.verification import compared

LONGEST_CLOSED = 160    # characters of a closed form; a longer one stays in terms of the named values


class Line(NamedTuple):
    """An equation with several right sides: what is computed, and the forms of it, each equal to the one before."""

    left: str
    rights: list[str]


class PaperWriter(Writer):
    """Writes formulas with derivatives of the result as symbols: ∂out/∂z_ij."""

    result = ""
    times = " * "       # between the factors of the chain rule

    def symbol(self, name: str, places: tuple[Place, ...]) -> tuple[str, int]:
        if name.startswith(MARK):
            by = self.identifier(name.removeprefix(MARK)) + self.element(places)
            return f"{MARK}{self.identifier(self.result)}/{MARK}{by}", PRODUCT
        return super().symbol(name, places)


class LatexPaperWriter(LatexWriter):
    """Writes formulas with derivatives of the result as symbols, in LaTeX."""

    result = ""
    times = r" \cdot "

    def symbol(self, name: str, places: tuple[Place, ...]) -> tuple[str, int]:
        if name.startswith(MARK):
            below = self.identifier(name.removeprefix(MARK)) + self.element(places)
            return rf"\frac{{\partial {self.identifier(self.result)}}}{{\partial {below}}}", POWER
        return super().symbol(name, places)


class DerivationPage:
    """A derivation as a page of one form.

    decimals    whether fractions that end are written as decimals, as the program writes its numbers
    values      whether the values at the point are shown
    """

    def __init__(self, derivation: PaperDerivation, decimals: bool, values: bool, precision: int | None) -> None:
        self.derivation, self.decimals, self.values, self.precision = derivation, decimals, values, precision
        self.result = derivation.segments[-1].name
        self.reserved = (*derivation.leaves, *(s.name for s in derivation.segments), *derivation.constants)
        self.point = {**derivation.leaves, **derivation.constants}

    def render(self, form: str) -> str:
        """The page as text, plain, unicode, latex, markdown or mathml."""
        if form in ("text", "plain", "unicode"):
            return self._text(form == "unicode")
        point = self._point(self._latex)
        rows = [*self._equations(self._forward(self._latex)), *self._equations(self._backward(self._latex)),
                *([text_row("at", ", ".join(point))] if point else []), *self._equations(self._values(self._latex)),
                *(text_row("where", words) for words in self._conditions(self._latex())),
                *constant_rows(self._latex(), self.derivation.unnamed, self.derivation.constants)]
        return typeset(rows, form)

    @staticmethod
    def _equations(lines: list[Line]) -> list[str]:
        return [" = ".join([line.left, *line.rights]) for line in lines]

    def _text(self, unicode: bool) -> str:
        def writer() -> Writer:
            return self._named(PaperWriter(self.reserved, self.decimals, UNICODE if unicode else PLAIN))

        blocks = [_aligned(self._forward(writer)), _aligned(self._backward(writer))]
        point = self._point(writer)
        if point:
            checked = _aligned(self._values(writer), end=", as reverse mode says")
            blocks.append(f"at {', '.join(point)}\n{checked}")
        conditions = [f"where {condition}\n" for condition in self._conditions(writer())]
        blocks.append("".join([*conditions, *(f"where {name} = {self._short(self.derivation.constants[name])}\n"
                                              for name in self.derivation.unnamed)]))
        return "\n".join(block for block in blocks if block)

    def _conditions(self, writer: Writer) -> list[str]:
        """What holds where the program takes the branches that are derived."""
        conditions = self.derivation.conditions
        return [writer.prose(SAME_WAY)] if conditions is None else [*map(writer.text, conditions)]

    def _latex(self) -> Writer:
        return self._named(LatexPaperWriter(self.reserved, self.decimals))

    def _named(self, writer: Any) -> Any:
        writer.result = self.result
        return writer

    def _forward(self, new: Any) -> list[Line]:
        """Each named value with its formula."""
        lines = []
        for segment in self.derivation.segments:
            writer = new()
            if segment.formula is None:
                lines.append(Line(writer.identifier(segment.name), [writer.prose(
                    f"{self._short(segment.value)}; no formula, because of {segment.reason}")]))
                continue
            lines.append(Line(*_sides(writer, segment.name, segment.formula, segment.value.shape)))
        return lines

    def _backward(self, new: Any) -> list[Line]:
        """Each derivative: the products of the chain rule, what they come to, and that by the leaves alone."""
        return [self._chain(derivative, new()) for derivative in self.derivation.derivatives]

    def _chain(self, derivative: LinkedDerivative, writer: Writer) -> Line:
        target = derivative.formula or SymbolicTensor.filled(ZERO, derivative.value.shape)
        left, [total] = _sides(writer, MARK + derivative.name, target, derivative.value.shape)
        if derivative.formula is None:
            return Line(left, [writer.prose(f"{self._short(derivative.value)}; no formula")])
        bound = PRODUCT if len(without_zeros(derivative.links)) > 1 else OR
        links = [self._link(user, formula, derivative, writer, bound) for user, formula in
                 without_zeros(derivative.links).items()]
        rights = [writer.added(links), writer.operand(target.body, OR)]
        if derivative.closed is not None and derivative.is_leaf:
            closed = writer.operand(_renamed(derivative.closed, target).body, OR)
            plain = self._named(PaperWriter(self.reserved, self.decimals)).tensor(derivative.closed)
            rights += [closed] * (len(plain) <= LONGEST_CLOSED)
        rights = list(dict.fromkeys(filter(None, rights)))
        return Line(left, rights if len(rights) > 1 else [total])

    def _link(self, user: str, formula: SymbolicTensor | None, derivative: LinkedDerivative, writer: Any,
              bound: int) -> str:
        """One product of the chain rule: the derivative of the result by a name, and that name's own.

        A sum is in parentheses unless it is within `bound`.
        """
        assert formula is not None
        formula = _renamed(shortest(formula, self.reserved), derivative.formula or formula)
        body = formula.body
        factors = factors_of(body)
        outer = [factor for factor in factors if isinstance(factor, Symbol) and factor.name == MARK + user]
        if len(outer) != 1:
            return str(writer.text(body) if has_minus(body) else writer.operand(body, bound))
        own = mul(*(factor for factor in factors if factor is not outer[0]))
        return str(writer.text(outer[0]) + writer.times + writer.operand(own, PRODUCT))

    def _point(self, new: Any) -> list[str]:
        """The values of the leaves: x = 2, x_ij = 1."""
        texts: list[str] = []
        if not self.values:
            return texts
        for name, array in self.derivation.leaves.items():
            writer = new()
            if array.size and (array == array.flat[0]).all():
                left, _ = _sides(writer, name, SymbolicTensor.filled(ZERO, array.shape), array.shape)
                texts.append(f"{left} = {self._short(array.flat[0])}")
            else:
                texts.append(f"{writer.identifier(name)} = {writer.data(self._short(array))}")
        return texts

    def _values(self, new: Any) -> list[Line]:
        """The derivatives by the leaves at the point: exact where that is possible, and as decimals."""
        lines: list[Line] = []
        for derivative in self.derivation.derivatives:
            if not derivative.is_leaf or not self.values:
                continue
            writer = new()
            target = derivative.closed or SymbolicTensor.filled(ZERO, derivative.value.shape)
            left, _ = _sides(writer, MARK + derivative.name, target, derivative.value.shape)
            number, value = self._exact(derivative, writer), self._short(derivative.value)
            if number and derivative.value.ndim and (derivative.value == derivative.value.flat[0]).all():
                value = self._short(derivative.value.flat[0])
            lines.append(Line(left, [text for text in (number, value) if text] if number != value else [value]))
        return lines

    def _exact(self, derivative: LinkedDerivative, writer: Writer) -> str:
        """The derivative with exact numbers for the leaves; "" where they differ from element to element."""
        if derivative.closed is None or not _is_uniform(derivative.closed, self.point):
            return ""

        def value(symbol: Symbol) -> Expr | None:
            array = self.point[symbol.name]
            return exact(array.flat[0].item())

        if compared(derivative.closed, self.point, derivative.value, self.derivation.coarse) != "same":
            return ""       # at a kink or a tie
        body = replace_symbols(derivative.closed.body, value)
        return writer.text(shortest(SymbolicTensor((), (), body)).body)

    def _short(self, value: Any) -> str:
        return short_text(np.asarray(value), self.precision)

    def data(self) -> dict[str, Any]:
        """The page as JSON can hold it."""
        def rows(lines: list[Line]) -> list[dict[str, Any]]:
            return [{"left": line.left, "equals": line.rights} for line in lines]

        def writer() -> Writer:
            return self._named(PaperWriter(self.reserved, self.decimals))

        grad = {d.name: d.value.tolist() for d in self.derivation.derivatives if d.is_leaf}
        latex = self._equations([*self._forward(self._latex), *self._backward(self._latex)])
        conditions = self._conditions(writer())
        return {"values": rows(self._forward(writer)), "derivatives": rows(self._backward(writer)),
                **({"grad": grad} if self.values else {}), "latex": latex,
                **({"conditions": conditions} if conditions else {})}


def _sides(writer: Writer, name: str, formula: SymbolicTensor, shape: tuple[int, ...]) -> tuple[str, list[str]]:
    """The two sides of an equation for each element of a tensor."""
    axes = formula.axes if formula.shape == shape else (None,) * len(shape)
    places = tuple(index or Index(size) for size, index in zip(shape, axes, strict=True) if size != 1)
    left = writer.symbol(name, places)[0]
    return left, [writer.text(formula.body)]


def without_zeros(links: dict[str, SymbolicTensor | None]) -> dict[str, SymbolicTensor | None]:
    """The products of the chain rule that are not 0; all of them where none is left."""
    return {user: formula for user, formula in links.items() if formula is None or formula.body != ZERO} or links


def _renamed(formula: SymbolicTensor, other: SymbolicTensor) -> SymbolicTensor:
    """A formula with the indices of another of its shape."""
    return formula.renamed(other.axes) if formula.shape == other.shape else formula


def _is_uniform(formula: SymbolicTensor, point: dict[str, np.ndarray]) -> bool:
    """Whether all elements of each tensor in a formula are the same number."""
    names = {part.name for part in walk(formula.body) if isinstance(part, Symbol)}
    return all(name in point and point[name].size and (point[name] == point[name].flat[0]).all() for name in names)


def _aligned(lines: list[Line], end: str = "") -> str:
    """Equations with their first signs under each other."""
    width = max((len(line.left) for line in lines), default=0)
    return "".join(f"{line.left:<{width}} = {' = '.join(line.rights)}{end}\n" for line in lines)
