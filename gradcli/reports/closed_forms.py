"""The work of `gradcli diff`: closed forms of derivatives, as text, LaTeX, Markdown, MathML or JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gradcli.console.diagnostics import tell
from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.point import open_point
from gradcli.reports.open_session import write_result
from gradcli.reports.result_format import check_format

if TYPE_CHECKING:
    from gradcli.session.session import Session
    from gradcli.symbolic.closed_form import ClosedForm, ClosedForms
    from gradcli.symbolic.text import Writer

FORMATS = ("text", "plain", "unicode", "latex", "markdown", "mathml", "json", "jsonl")
SAMPLE = 0.6        # the value of a name without one: most functions are defined there
DECIMAL = re.compile(r"\d\.\d|\.\d|\d\.(?!\w)")


def report_closed_forms(expr: str, at: list[str], wrt: list[str], order: int, settings: Settings) -> int:
    """Print the closed forms of the derivatives of an expression, with their values where --at gives a point."""
    check_format(settings, "diff", FORMATS)
    output = Output(settings.output, settings)
    settings.double = True
    point = open_point(expr, at, wrt, settings, output.write, "diff", SAMPLE)

    def compute() -> ClosedForms:
        from gradcli.symbolic.closed_form import closed_forms

        return closed_forms(point.session, point.source.text, point.leaves, order)

    forms = point.timed(settings, "diff", compute)
    page = Page(point.session, forms, decimals=bool(DECIMAL.search(point.source.text)), values=bool(at),
                precision=settings.precision)
    remark_simplification(settings)
    return write_result(output, settings, lambda: page.render(settings.format))


def remark_simplification(settings: Settings) -> None:
    """Say on standard error how formulas get shorter, where SymPy is not installed."""
    from gradcli.symbolic.simplify import INSTALL, sympy_module

    if sympy_module() is None and not settings.quiet:
        tell(f"note: formulas are simplified where SymPy is installed: {INSTALL}")


class Page:
    """Closed forms as a page of one form.

    decimals    whether fractions that end are written as decimals, as the program writes its numbers
    values      whether the values at the point are shown
    """

    def __init__(self, session: Session, forms: ClosedForms, decimals: bool, values: bool, precision: int | None
                 ) -> None:
        self.session, self.forms, self.decimals, self.values = session, forms, decimals, values
        self.precision = precision
        self.taken = (*session.names(), *forms.constants)

    def render(self, form: str) -> str:
        """The page in a form of FORMATS."""
        if form in ("text", "plain", "unicode"):
            return self._text(form == "unicode")
        if form in ("json", "jsonl"):
            return self._json()
        lines = [self._latex(derivative) for derivative in self.forms.derivatives]
        if form == "mathml":
            return "".join(f"{mathml(line)}\n" for line in lines)
        body = r"\begin{aligned}" + "\n" + " \\\\\n".join(line.replace("=", "&=", 1) for line in lines) + "\n" + (
            r"\end{aligned}") if len(lines) > 1 else lines[0]
        return f"$$\n{body}\n$$\n" if form == "markdown" else f"{body}\n"

    def _text(self, unicode: bool) -> str:
        from gradcli.symbolic.text import PLAIN, UNICODE

        notation = UNICODE if unicode else PLAIN
        rows = [self._row(derivative, notation) for derivative in self.forms.derivatives]
        alone = len(rows) == 1 and not self.forms.derivatives[0].value.ndim
        width = max(len(left) for left, _ in rows)
        text = "".join(f"{right}\n" if alone else f"{left:<{width}} = {right}\n" for left, right in rows)
        return text + self._where()

    def _row(self, form: ClosedForm, notation: Any) -> tuple[str, str]:
        """The left side of a derivative's line, and the right."""
        from gradcli.analysis.written_rule import short_text
        from gradcli.symbolic.closed_form import shortest
        from gradcli.symbolic.text import Writer

        writer = Writer(self.taken, self.decimals, notation)
        sign = "∂" if notation.unicode else "d"
        if form.formula is None:
            left, right = derivative_sign(form.names, sign), f"no closed form: {form.reason} has none here"
            return left, f"{right}; its value is {self._value(form)}"
        left = derivative_sign(form.names, sign, places_of(form, writer))
        right = writer.tensor(shortest(form.formula, self.taken))
        value = short_text(form.value, self.precision)
        if self.values and value != right:
            right += f" = {self._value(form)}"
        return left, right

    def _value(self, form: ClosedForm) -> str:
        from gradcli.analysis.written_rule import short_text

        return short_text(form.value, self.precision)

    def _where(self) -> str:
        """The constant tensors that the formulas name."""
        from gradcli.analysis.written_rule import short_text

        lines = [f"where {name} = {short_text(self.forms.constants[name])}\n" for name in self.forms.unnamed]
        return "".join(lines)

    def _latex(self, form: ClosedForm) -> str:
        from gradcli.symbolic.closed_form import shortest
        from gradcli.symbolic.latex import LatexWriter

        writer = LatexWriter(self.taken, self.decimals)
        places = places_of(form, writer) if form.formula is not None else []
        left = latex_derivative(form.names, places, writer)
        if form.formula is None:
            return left + r" = \text{" + self._value(form) + "}"
        right = writer.tensor(shortest(form.formula, self.taken))
        value = self._value(form)
        return f"{left} = {right}" + (f" = {value}" if self.values and value != right and not form.value.ndim else "")

    def _json(self) -> str:
        from gradcli.data.data_format import dump_json
        from gradcli.symbolic.text import PLAIN

        derivatives = []
        for form in self.forms.derivatives:
            known = form.formula is not None
            derivatives.append({
                "by": list(form.names), "formula": self._formula(form, PLAIN) if known else None,
                **({} if known else {"reason": form.reason}), "latex": self._latex(form),
                **({"value": form.value.tolist()} if self.values else {})})
        where = {name: self.forms.constants[name].tolist() for name in self.forms.unnamed}
        return dump_json({"derivatives": derivatives, **({"where": where} if where else {})}) + "\n"

    def _formula(self, form: ClosedForm, notation: Any) -> str:
        from gradcli.symbolic.closed_form import shortest
        from gradcli.symbolic.text import Writer

        assert form.formula is not None
        return Writer(self.taken, self.decimals, notation).tensor(shortest(form.formula, self.taken))


def places_of(form: ClosedForm, writer: Writer) -> list[str]:
    """The letters of the element that the formula is the derivative by; one for each dimension longer than 1."""
    from gradcli.symbolic.expression import Index

    assert form.formula is not None
    shape = form.value.shape
    axes = form.formula.axes if form.formula.shape == shape else (None,) * len(shape)
    return [writer.name(index or Index(size)) for size, index in zip(shape, axes, strict=True) if size != 1]


def derivative_sign(names: tuple[str, ...], sign: str, places: list[str] | None = None) -> str:
    """d/dx_ij, d2/dx2, d2/dxdy: the operator of a derivative by names."""
    order = len(names)
    suffix = "_" + "".join(places) if places else ""
    if order == 1:
        return f"{sign}/{sign}{names[0]}{suffix}"
    if len(set(names)) == 1:
        return f"{sign}{order}/{sign}{names[0]}{order}"
    return f"{sign}{order}/" + "".join(f"{sign}{name}" for name in names)


def latex_derivative(names: tuple[str, ...], places: list[str], writer: Any) -> str:
    """The operator of a derivative in LaTeX."""
    sign, order = r"\partial ", len(names)
    upper = r"\partial" if order == 1 else rf"\partial^{{{order}}}"
    if len(set(names)) == 1 and order > 1:
        return rf"\frac{{{upper}}}{{{sign}{writer.identifier(names[0])}^{{{order}}}}}"
    suffix = writer.places(places, False) if places else ""
    return rf"\frac{{{upper}}}{{" + r"\,".join(f"{sign}{writer.identifier(name)}" for name in names) + suffix + "}"


def mathml(latex: str) -> str:
    """LaTeX as MathML; raises UsageFault where latex2mathml is not installed."""
    from gradcli.faults.tree import UsageFault
    from gradcli.symbolic.simplify import INSTALL

    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise UsageFault("--format mathml needs latex2mathml, which is not installed", INSTALL) from None
    text: str = convert(latex, display="block")
    return text
