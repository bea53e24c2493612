"""Derivatives as formulas, written as a page: as text, LaTeX, Markdown or MathML, or as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.analysis.short_text import short_text
from gradcli.faults.tree import UsageFault
from gradcli.symbolic.closed_form import ClosedForm, ClosedForms
from gradcli.symbolic.expression import Cases, Index, Symbol, walk
from gradcli.symbolic.latex import FUNCTIONS as LATEX_FUNCTIONS
from gradcli.symbolic.latex import LatexWriter
from gradcli.symbolic.simplification.shortest import INSTALL
from gradcli.symbolic.text import MARK, PLAIN, SUPERSCRIPTS, UNICODE, Notation, Writer, greek

if TYPE_CHECKING:
    from gradcli.session.session import Session

FUNCTIONS = "fghFGH"        # what the expression is called in LaTeX
AFTER_FACTOR = re.compile(r"(?<=[\w)}]) (?=\\(?:operatorname\{|(?:" + "|".join(sorted(LATEX_FUNCTIONS)) + r")\b))")
BOLD, BOLD_SIGNS = re.compile(r"\\mathbf\{(\w)\}"), {"1": "𝟏", "e": "𝐞"}    # MathML of today has no bold style
NAME_AS_OPERATOR = re.compile(r"<mo>(\w{2,})</mo>")       # which would have the distances of a plus
SAME_WAY = "the same elements and branches are taken as at this point"


class FormulaPage:
    """Closed forms as a page of one form.

    decimals    whether fractions that end are written as decimals, as the program writes its numbers
    values      whether the values at the point are shown
    samples     names that the point leaves open: formulas with these have no value to show
    """

    def __init__(self, session: Session, forms: ClosedForms, decimals: bool, values: bool, precision: int | None,
                 samples: Collection[str] = ()) -> None:
        self.session, self.forms, self.decimals, self.values = session, forms, decimals, values
        self.precision, self.samples = precision, samples
        self.reserved = (*session.names(), *forms.constants)
        self.function = next((letter for letter in FUNCTIONS if letter not in self.reserved), "")

    def render(self, form: str) -> str:
        """The page as text, plain, unicode, latex, markdown or mathml."""
        if form in ("text", "plain", "unicode"):
            return self._text(form == "unicode")
        lines = [line for derivative in self.forms.derivatives for line in self._latex_lines(derivative)]
        lines += [text_row("where", words) for words in self._conditions(LatexWriter)]
        lines += constant_rows(LatexWriter(self.reserved), self._named(), self.forms.constants)
        return typeset(lines, form)

    def _text(self, unicode: bool) -> str:
        notation = UNICODE if unicode else PLAIN
        rows = [row for derivative in self.forms.derivatives for row in self._rows(derivative, notation)]
        alone = len(self.forms.derivatives) == 1 and not self.forms.derivatives[0].value.ndim
        width = max(len(left) for left, _ in rows)
        text = "".join(f"{right}\n" if alone else f"{left:<{width}} = {right}\n" for left, right in rows)
        return text + self._where(notation)

    def _rows(self, form: ClosedForm, notation: Notation) -> list[tuple[str, str]]:
        """The left and the right side of each line of a derivative: index notation, and matrix notation."""
        if form.matrix is None:
            return [self._row(form, notation)]
        left = derivative_sign(form.names, MARK if notation.unicode else "d")
        right = form.matrix.unicode if notation.unicode else form.matrix.text
        if form.formula is not None:
            return [self._row(form, notation), (left, right)]
        return [(left, f"{right} = {self._value(form)}" if self._has_value(form) else right)]

    def _row(self, form: ClosedForm, notation: Notation) -> tuple[str, str]:
        """The left side of a derivative's line in index notation, and the right."""
        writer = Writer(self.reserved, self.decimals, notation)
        sign = MARK if notation.unicode else "d"
        if form.formula is None:
            left, right = derivative_sign(form.names, sign), f"no closed form: {form.reason} has none here"
            return left, f"{right}; its value is {self._value(form)}"
        left = derivative_sign(form.names, sign, places_of(form, writer))
        right = writer.tensor(form.formula)
        value = short_text(form.value, self.precision)
        if self._has_value(form) and value != right:
            right = f"({right})" if isinstance(form.formula.body, Cases) else right
            right += f" = {self._value(form)}"
        return left, right

    def _has_value(self, form: ClosedForm) -> bool:
        """Whether a derivative has a value that the point decides."""
        used = set() if form.formula is None else {
            part.name for part in walk(form.formula.body) if isinstance(part, Symbol)}
        return self.values and used.isdisjoint(self.samples)

    def _value(self, form: ClosedForm) -> str:
        """The value of a derivative at the point."""
        return short_text(form.value, self.precision)

    def _where(self, notation: Notation) -> str:
        """What the formulas are valid for, and the constant tensors that they name."""
        def writer(reserved: Sequence[str], decimals: bool) -> Writer:
            return Writer(reserved, decimals, notation)

        lines = [f"where {condition}\n" for condition in self._conditions(writer)]
        lines += [f"where {name} = {short_text(self.forms.constants[name])}\n" for name in self._named()]
        return "".join(lines)

    def _named(self) -> list[str]:
        """The constants that the formulas name and the program does not."""
        used = {name for form in self.forms.derivatives if form.matrix for name in form.matrix.names}
        used.update(part.name for form in self.forms.derivatives if form.formula is not None
                    for part in walk(form.formula.body) if isinstance(part, Symbol))
        return [name for name in self.forms.unnamed if name in used]

    def _latex_lines(self, form: ClosedForm) -> list[str]:
        """The lines of a derivative in LaTeX: index notation, and matrix notation."""
        matrix = self._latex_matrix(form)
        return [self._latex(form)] if not matrix else [matrix] if form.formula is None else [self._latex(form), matrix]

    def _latex_matrix(self, form: ClosedForm) -> str:
        """A derivative in matrix notation as LaTeX; empty where there is none."""
        if form.matrix is None or not form.matrix.latex:
            return ""
        return f"{self._latex_sign(form, [], LatexWriter(self.reserved))} = {form.matrix.latex}"

    def _latex_sign(self, form: ClosedForm, places: Sequence[list[str]], writer: LatexWriter) -> str:
        return latex_derivative(self.function, form.names, places, writer)

    def _conditions(self, kind: Callable[[Sequence[str], bool], Writer]) -> list[str]:
        """What the formulas hold for, each condition by a writer of its own."""
        conditions = [kind(self.reserved, self.decimals).text(test) for test in self.forms.assumptions]
        local = [kind((), False).prose(SAME_WAY)] if self.forms.local else []
        return list(dict.fromkeys([*conditions, *local]))

    def _latex(self, form: ClosedForm) -> str:
        writer = LatexWriter(self.reserved, self.decimals)
        places = places_of(form, writer) if form.formula is not None else []
        left = self._latex_sign(form, places, writer)
        if form.formula is None:
            return left + r" = \text{" + self._value(form) + "}"
        right = writer.tensor(form.formula)
        value = self._value(form)
        with_value = self._has_value(form) and value != right and not form.value.ndim
        return f"{left} = {right}" + (f" = {value}" if with_value else "")

    def data(self) -> dict[str, Any]:
        """The page as JSON can hold it."""
        derivatives = []
        for form in self.forms.derivatives:
            closed = form.formula is not None
            derivatives.append({
                "by": list(form.names), "formula": self._formula(form) if closed else None,
                **({} if closed else {"reason": form.reason}), "latex": self._latex(form),
                **self._matrix_data(form),
                **({"value": form.value.tolist()} if self._has_value(form) else {})})
        where = {name: self.forms.constants[name].tolist() for name in self._named()}
        conditions = self._conditions(Writer)
        return {"derivatives": derivatives, **({"where": where} if where else {}),
                **({"conditions": conditions} if conditions else {})}

    def _matrix_data(self, form: ClosedForm) -> dict[str, str]:
        """The fields of matrix notation: text that a program can contain, and LaTeX."""
        if form.matrix is None:
            return {}
        latex = self._latex_matrix(form)
        return {"matrix": form.matrix.text, **({"matrix_latex": latex} if latex else {})}

    def _formula(self, form: ClosedForm) -> str:
        assert form.formula is not None
        return Writer(self.reserved, self.decimals).tensor(form.formula)


def places_of(form: ClosedForm, writer: Writer) -> list[list[str]]:
    """For each name the letters of its element that the formula is the derivative by; one for each dimension longer
    than 1."""
    assert form.formula is not None
    shape = form.value.shape
    axes = form.formula.axes if form.formula.shape == shape else (None,) * len(shape)
    letters = iter([writer.name(index or Index(size)) if size != 1 else "" for size, index in
                    zip(shape, axes, strict=True)])
    return [[letter for _ in dims if (letter := next(letters, ""))] for dims in form.shapes]


def derivative_sign(names: tuple[str, ...], sign: str, places: Sequence[list[str]] = ()) -> str:
    """d/dx_ij, d2/dx2, d2/dxdy, d2/dx_i dx_j: the operator of a derivative by names."""
    order, power = len(names), str(len(names))
    if sign == MARK:
        names, power = tuple(map(greek, names)), power.translate(SUPERSCRIPTS)
    if order == 1:
        return f"{sign}/{sign}{_element(names[0], places[0] if places else [])}"
    if any(places):
        return f"{sign}{power}/" + " ".join(f"{sign}{_element(*both)}" for both in zip(names, places, strict=True))
    if len(set(names)) == 1 and not names[0][-1].isdigit():
        return f"{sign}{power}/{sign}{names[0]}{power}"
    return f"{sign}{power}/" + "".join(f"{sign}{name}" for name in names)


def _element(name: str, places: list[str]) -> str:
    """x, x_i: a name, or an element of it."""
    return name + ("_" + "".join(places) if places else "")


def latex_derivative(function: str, names: tuple[str, ...], places: Sequence[list[str]], writer: LatexWriter) -> str:
    """The derivative of a function by names in LaTeX."""
    sign, order = r"\partial ", len(names)
    upper = (r"\partial" if order == 1 else rf"\partial^{{{order}}}") + (f" {function}" if function else "")
    if len(set(names)) == 1 and order > 1 and not any(places):
        return rf"\frac{{{upper}}}{{{sign}{writer.identifier(names[0])}^{{{order}}}}}"
    elements = [sign + writer.identifier(name) + (writer.places(mine, False) if mine else "")
                for name, mine in zip(names, places or [[]] * order, strict=True)]
    return rf"\frac{{{upper}}}{{" + r"\,".join(elements) + "}"


def text_row(word: str, latex: str) -> str:
    """A row that is no equation: "where" and a condition, "at" and a point."""
    return rf"\text{{{word} }} {latex}"


def constant_rows(writer: Writer, names: Iterable[str], constants: Mapping[str, np.ndarray]) -> list[str]:
    """The rows that say what constant tensors are which the program has no name for."""
    return [text_row("where", f"{writer.identifier(name)} = {writer.data(short_text(constants[name]))}")
            for name in names]


def typeset(rows: Sequence[str], form: str) -> str:
    """Rows of LaTeX as a page: latex, markdown or mathml."""
    if form == "mathml":
        return "".join(f"{mathml(row)}\n" for row in rows)
    body = aligned(rows) if len(rows) > 1 else rows[0]
    return f"$$\n{body}\n$$\n" if form == "markdown" else f"{body}\n"


def aligned(rows: Sequence[str]) -> str:
    """Equations with their first signs under each other, and what is no equation behind these."""
    return r"\begin{aligned}" + "\n" + " \\\\\n".join(
        f"&{row}" if row.startswith(r"\text") else row.replace("=", "&=", 1) for row in rows) + "\n" + r"\end{aligned}"


def mathml(latex: str) -> str:
    """LaTeX as MathML; raises UsageFault where latex2mathml is not installed."""
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise UsageFault("--format mathml needs latex2mathml, which is not installed", INSTALL) from None
    latex = re.sub(r"<(\S+ values)>", r"&lt;\1&gt;", latex)       # of large tensors
    latex = BOLD.sub(lambda match: BOLD_SIGNS[match[1]], AFTER_FACTOR.sub(r" \, ", latex))
    text = NAME_AS_OPERATOR.sub(r"<mi>\1</mi>", convert(latex, display="block"))
    return text.replace('columnalign="left"', 'columnalign="left" style="text-align: left"')
