"""A derivation as on paper: the program's own names as intermediate values, and the chain rule from one to the next.

Each assignment of a tensor ends a segment: its formula is in terms of the names before it, and what follows starts
from a new leaf in its place. Backward, each name's derivative is the sum of what the segments that use it pass back:
their own derivative times that of what they compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import gradcli.symbolic.formulas  # noqa: F401  # fills the table of formulas
from gradcli.analysis.derivation import assigned_name
from gradcli.analysis.derivatives import number_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.symbolic.closed_form import TOLERANCE, WrongFormula, shortest
from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.expression import ONE, Expr, Index, Place, Symbol
from gradcli.symbolic.fold import add, rebuild, substitute
from gradcli.symbolic.piecewise import without_isolated_points
from gradcli.symbolic.tensor import SymbolicTensor, elementwise
from gradcli.symbolic.trace import Tracer, Unknown, tracing

if TYPE_CHECKING:
    from gradcli.session.session import Session

RESULT = "f"        # the name of the result of an expression that has none
MARK = "∂"


class Segment(NamedTuple):
    """A named value: its formula in terms of the names before it (or the reason why there is none), and the value."""

    name: str
    formula: SymbolicTensor | None
    reason: str
    value: np.ndarray


class LinkedDerivative(NamedTuple):
    """The derivative of the result by one name.

    links       by each name computed from it, the product of the chain rule: that name's derivative, as a symbol,
                times its own by this name; None where there is no formula
    formula     the sum of the products with known derivatives in the place of their symbols; None likewise
    closed      the same in terms of the leaves
    value       at the point
    is_leaf     whether the name is one of the leaves
    """

    name: str
    links: dict[str, SymbolicTensor | None]
    formula: SymbolicTensor | None
    closed: SymbolicTensor | None
    value: np.ndarray
    is_leaf: bool


class PaperDerivation(NamedTuple):
    """The named values in the order of their computation, and the derivatives of the last in the opposite order."""

    leaves: dict[str, np.ndarray]
    segments: list[Segment]
    derivatives: list[LinkedDerivative]
    constants: dict[str, np.ndarray]


class Paper:
    """Derives on paper what a program computes in a session."""

    def __init__(self, session: Session, leaves: Sequence[str]) -> None:
        self.session = session
        self.tracer = Tracer({name: value for name, value in session.names().items() if name not in leaves})
        self.leaves: dict[str, Tensor] = {}
        self.segments: list[Segment] = []
        self.computed: dict[str, Tensor] = {}       # by name the value with its history within its segment
        self.starts: dict[str, Tensor] = {}         # by name the leaf from which later segments start
        for name in leaves:
            self._begin(name, session[name])
            self.leaves[name] = session[name]

    def run(self, text: str, result: str) -> PaperDerivation:
        """Run a program up to the assignment of `result`, or to its end, and derive."""
        from gradcli.lang.syntax.parser import parse

        statements = parse(text, "<expression>")[3]
        last = max((at for at, s in enumerate(statements) if assigned_name(s) == result), default=len(statements) - 1)
        with tracing(self.session, self.tracer):
            for statement in statements[:last + 1]:
                name = assigned_name(statement)
                source = text[statement[1]:statement[2]]
                if statement[0] == "expression" and statement is statements[last]:
                    if source.strip() in self.computed:
                        break
                    self._end(RESULT, number_of(self.session, source))
                else:
                    self.session.run(source, "<expression>", echo=False)
                    if name:
                        self._assigned(name)
        
            with self.session.in_force():
                derivatives = self._derivatives()
        derivation = PaperDerivation({name: leaf.array for name, leaf in self.leaves.items()}, self.segments,
                                     derivatives, self.tracer.constants)
        check(derivation)
        return derivation

    def _assigned(self, name: str) -> None:
        """A name of the program has been assigned to: a new leaf, a named value, or neither."""
        value = self.session.names().get(name)
        if not isinstance(value, Tensor) or not value.requires_grad or value.array.dtype.kind != "f":
            return
        if value.node is None:
            if value is not self.starts.get(name):
                self._begin(name, value)
                self.leaves[name] = value
            return
        self._end(name, value)

    def _end(self, name: str, value: Tensor) -> None:
        """A segment ends with a named value; what follows starts from a leaf in its place."""
        try:
            formula: SymbolicTensor | None = self.tracer.formula(value)
            reason = ""
        except Unknown as unknown:
            formula, reason = None, unknown.reason
        shown = name
        while shown in self.computed or shown in self.leaves:
            shown += "'"
        self.segments.append(Segment(shown, formula and generic(formula), reason, value.array))
        self.computed[shown] = value
        start = Variable(value.array.copy(), True)
        if name != RESULT:
            self.session[name] = start
        self._begin(shown, start)

    def _begin(self, name: str, leaf: Tensor) -> None:
        self.starts[name] = leaf
        self.tracer.enter(leaf.array, SymbolicTensor.of(name, leaf.array.shape))

    def _derivatives(self) -> list[LinkedDerivative]:
        """The derivatives by all names, those of the last segments first."""
        result = self.segments[-1].name
        values: dict[str, np.ndarray] = {result: np.ones_like(self.computed[result].array)}
        formulas: dict[str, SymbolicTensor | None] = {result: SymbolicTensor.filled(ONE, self.segments[-1].value.shape)}
        derivatives = []
        for name in [*(segment.name for segment in reversed(self.segments[:-1])), *reversed(self.leaves)]:
            links, total = self._links(name, values)
            if not links and name not in self.leaves:
                continue
            parts = [part if part is None else resolved(part, formulas) for part in links.values()]
            known = [part for part in parts if part is not None]
            formula = total_of(known, total.shape) if len(known) == len(parts) else None
            values[name], formulas[name] = total, formula
            derivatives.append(LinkedDerivative(name, links, formula, formula and self._closed(formula), total,
                                                name in self.leaves))
        return derivatives

    def _links(self, name: str, values: dict[str, np.ndarray]) -> tuple[dict[str, SymbolicTensor | None], np.ndarray]:
        """What the segments that use a name pass back to it, and the sum of their values."""
        start = self.starts[name]
        total = np.zeros_like(start.array)
        links: dict[str, SymbolicTensor | None] = {}
        for segment in self.segments:
            if segment.name not in values:
                continue
            seed = Variable(values[segment.name].copy())
            last = segment is self.segments[-1]
            self.tracer.enter(seed.array, SymbolicTensor.filled(ONE, seed.array.shape) if last else
                              SymbolicTensor.of(MARK + segment.name, seed.array.shape))
            [part] = functional.grad([self.computed[segment.name]], [start], grad_outputs=[seed], create_graph=True,
                                     allow_unused=True)
            if part is None:
                continue
            total = total + part.array
            try:
                links[segment.name] = generic(self.tracer.formula(part))
            except Unknown:
                links[segment.name] = None
        return links, total

    def _closed(self, formula: SymbolicTensor) -> SymbolicTensor | None:
        """A formula in terms of the leaves alone."""
        for segment in reversed(self.segments):
            if segment.formula is None:
                return None
            formula = inserted(formula, segment.name, segment.formula)
        return shortest(generic(formula), tuple(self.leaves))


def generic(formula: SymbolicTensor) -> SymbolicTensor:
    """A formula without branches at isolated points."""
    return SymbolicTensor(formula.shape, formula.axes, without_isolated_points(formula.body))


def total_of(parts: list[SymbolicTensor], shape: tuple[int, ...]) -> SymbolicTensor:
    """The sum of formulas of one shape."""
    return shortest(elementwise(add, *(part.expanded(shape) for part in parts))) if parts else (
        SymbolicTensor.filled(add(), shape))


def resolved(formula: SymbolicTensor, known: dict[str, SymbolicTensor | None]) -> SymbolicTensor | None:
    """A product of the chain rule with the derivatives in the place of their symbols; None where one is not known."""
    for name, derivative in known.items():
        if derivative is None:
            if mentions(formula.body, MARK + name):
                return None
            continue
        formula = inserted(formula, MARK + name, derivative)
    return formula


def mentions(expr: Expr, name: str) -> bool:
    """Whether a symbol of this name stands in an expression."""
    from gradcli.symbolic.expression import walk

    return any(isinstance(part, Symbol) and part.name == name for part in walk(expr))


def inserted(formula: SymbolicTensor, name: str, value: SymbolicTensor) -> SymbolicTensor:
    """A formula with a formula in the place of the symbol of this name."""
    axes = [index for size, index in zip(value.shape, value.axes, strict=True) if size != 1]

    def replaced(expr: Expr) -> Expr:
        if isinstance(expr, Symbol) and expr.name == name:
            places: dict[Index, Place] = {index: place for index, place in zip(axes, expr.places, strict=True)
                                          if index is not None}
            return substitute(value.body, places)
        return rebuild(expr, replaced)

    return SymbolicTensor(formula.shape, formula.axes, replaced(formula.body))


def check(derivation: PaperDerivation) -> None:
    """Compare each formula with the value that reverse mode gives; raises WrongFormula."""
    values = {**derivation.constants, **derivation.leaves,
              **{segment.name: segment.value for segment in derivation.segments}}
    shown: list[tuple[str, SymbolicTensor | None, Any]] = [
        (segment.name, segment.formula, segment.value) for segment in derivation.segments]
    shown += [(MARK + d.name, formula, d.value) for d in derivation.derivatives for formula in (d.formula, d.closed)]
    for name, formula, value in shown:
        if formula is not None and not np.allclose(evaluate_tensor(formula, values), value, rtol=TOLERANCE,
                                                   atol=TOLERANCE, equal_nan=True):
            raise WrongFormula(f"the formula for {name} gives {evaluate_tensor(formula, values).ravel()[:4]}, and the "
                               f"engine {np.ravel(value)[:4]}")


