"""The closed forms of derivatives of an expression of a session, each checked against reverse mode."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import gradcli.symbolic.formulas  # noqa: F401  # fills the table of formulas
from gradcli.analysis.derivatives import number_of, require_unchanged, value_of
from gradcli.analysis.detached import DetachmentRecorder, complete
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault, LimitFault
from gradcli.symbolic.control_flow.decision_limit import limited_decisions
from gradcli.symbolic.control_flow.exploration import (
    Run,
    TooManyPaths,
    explore,
    holds,
    points_on,
    single_path,
)
from gradcli.symbolic.control_flow.path_condition import PathLimit
from gradcli.symbolic.expression import ZERO, Expr, Number, walk
from gradcli.symbolic.higher_order import Elements, derivatives
from gradcli.symbolic.simplification.branches import guards, refined
from gradcli.symbolic.simplification.piecewise import without_isolated_points
from gradcli.symbolic.simplification.shortest import simplified
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.text import Writer, writes_decimals
from gradcli.symbolic.trace import Tracer, Unknown, tracing
from gradcli.symbolic.verification import (
    Point,
    compared,
    from_same_state,
    near_points,
    ordinary_points,
    refuse,
    same_text,
)

if TYPE_CHECKING:
    from gradcli.session.session import Session
    from gradcli.symbolic.matrices.forms import MatrixComparison, MatrixForm

MOST_DECISIONS = 1000
NEW_DECIMAL = 4     # characters that a number counts as which the rules have not come to, among decimals


class ClosedForm(NamedTuple):
    """A derivative: by which names, its formula or the reason why there is none, and its value at the point."""

    names: tuple[str, ...]
    formula: SymbolicTensor | None
    reason: str
    value: np.ndarray
    matrix: MatrixForm | None = None        # the derivative in matrix notation
    shapes: tuple[tuple[int, ...], ...] = ()        # of the names


class ClosedForms(NamedTuple):
    """The closed form of an expression, those of its derivatives, and the constant tensors that they name."""

    value: ClosedForm
    derivatives: list[ClosedForm]
    constants: dict[str, np.ndarray]
    unnamed: list[str]      # those of the constants that the program has no name for
    coarse: bool = False    # whether a part is computed in less than double precision
    assumptions: Sequence[Expr] = ()        # what holds where the formulas are valid
    paths: Sequence[list[Expr]] = ()        # the conditions of each path of the program that the formulas have cases of
    local: bool = False     # whether there are points, with the same assumptions, at which the formulas are others


def closed_forms(session: Session, text: str, leaves: Sequence[str], order: int = 1) -> ClosedForms:
    """The closed forms of the derivatives of `text`, one number, of the given order by the leaves, in double precision.

    Raises the faults of the program, NonScalarBackward where the value is not one number, and WrongFormula.
    """
    program = Program(session, text, leaves, order)
    with from_same_state(session):
        complete(session, leaves, program.evaluate, text)
        require_unchanged(session, leaves)
    point = {name: session[name].array.copy() for name in leaves}
    return _verified(program, point, program.forms(point))


class Program:
    """An expression of a session and its derivatives, computed anew at each point from the same state."""

    def __init__(self, session: Session, text: str, leaves: Sequence[str], order: int) -> None:
        self.session, self.text, self.leaves, self.order = session, text, leaves, order
        self.most = MOST_DECISIONS      # of a run at another point than the first

    def has_while_loop(self) -> bool:
        """Whether the program has a loop that may go on for ever, by numbers that it reads."""
        from gradcli.lang.syntax.parser import parse
        from gradcli.lang.syntax.query import walk

        return any(node[0] == "while" for node in walk(parse(self.text, "<expression>")))

    def evaluate(self) -> Tensor:
        """The value of the expression, in the session as it is."""
        return number_of(self.session, self.text)

    def at(self, point: Point, tracer: Tracer | None = None) -> dict[tuple[str, ...], Any]:
        """The value and the derivatives by tuples of names, traced where there is a tracer."""
        with from_same_state(self.session, quiet=True):
            for name, array in point.items():
                self.session[name] = Variable(array.copy(), True)
                if tracer is not None:
                    tracer.enter_name(name, self.session[name].array)
            with tracing(self.session, tracer) if tracer else limited_decisions(self.session, self.most):
                value = self.evaluate()
                if tracer:
                    tracer.path.ended = True
                with self.session.in_force():
                    leaves = {name: self.session[name] for name in self.leaves}
                    return derivatives(value, leaves, self.order, tracer)

    def forms(self, point: Point, every_path: bool = True) -> ClosedForms:
        """The closed forms by the run at a point, with cases for `every_path`, not compared with anything."""
        tracer = Tracer(self.session.names(), self.leaves, self.order == 1 and any(a.ndim for a in point.values()))
        with DetachmentRecorder().listening() as recorder:
            computed = self.at(point, tracer)
        self.most = max(self.most, 4 * tracer.path.count)
        first = _run(tracer, computed)
        if any(isinstance(value, Elements) for value in computed.values()):
            computed = self.at(point)
        explored = (explore(first, lambda forced: self._other_run(point, forced), self.leaves)
                    if every_path else single_path(first))
        constants = {**tracer.constants, **explored.constants}
        guarded = list(dict.fromkeys(
            guard for formula in explored.formulas.values() if isinstance(formula, SymbolicTensor)
            for guard in guards(formula.body) if holds(guard, {**constants, **point})))
        formulas = {names: formula if isinstance(formula, str) or not guarded else SymbolicTensor(
            formula.shape, formula.axes, refined(formula.body, tuple(guarded)))
            for names, formula in explored.formulas.items()}
        single = tracer if len(explored.paths) == 1 else None       # terms of matrices have no cases
        decimals = writes_decimals(self.text)
        fixed = {name for name in constants if name in explored.constants or not self.session[name].requires_grad}
        forms = {names: _form(names, formulas[names], value, fixed, single, decimals, bool(guarded))._replace(
            shapes=tuple(point[name].shape for name in names)) for names, value in computed.items()}
        return ClosedForms(forms[()], [form for names, form in forms.items() if len(names) == self.order],
                           constants, list(explored.constants), tracer.coarse,
                           [*explored.assumptions, *guarded], explored.paths,
                           recorder.steers and self.has_while_loop())

    def _other_run(self, point: Point, forced: tuple[bool, ...]) -> Run | None:
        """The run whose first decisions have the outcomes `forced`; None where the program fails then."""
        tracer = Tracer(self.session.names(), self.leaves, forced=forced)
        try:
            return _run(tracer, self.at(point, tracer))
        except PathLimit:
            raise TooManyPaths from None
        except LimitFault:
            raise
        except Fault:
            return None


def _verified(program: Program, point: Point, forms: ClosedForms) -> ClosedForms:
    """The forms that agree with reverse mode, the shortest ones; without a formula those that nothing can confirm."""
    record = PointwiseComparison(program, forms)
    record.compare(point, first=True)
    try:
        for neighbour in (*near_points(point), *points_on(forms.paths, point, forms.constants)):
            record.compare(neighbour)
    except TooManyPaths:
        return _verified(program, point, program.forms(point, every_path=False))
    if not program.has_while_loop():
        for ordinary in ordinary_points(point):
            record.compare(ordinary)
    return record.result()


class PointwiseComparison:
    """Closed forms and how each compares with reverse mode, point by point."""

    def __init__(self, program: Program, forms: ClosedForms) -> None:
        self.program, self.forms = program, forms
        reserved = (*program.session.names(), *forms.constants)
        self.raw = {form.names: form.formula for form in (forms.value, *forms.derivatives) if form.formula is not None}
        decimals = writes_decimals(program.text)
        self.short = {names: shortest(formula, reserved, decimals) for names, formula in self.raw.items()}
        self.agreed = dict.fromkeys(self.raw, 0)       # at how many points other than the first
        self.matrices: MatrixComparison | None = None
        matrices = {form.names: form.matrix for form in forms.derivatives if form.matrix is not None}
        if matrices and not forms.coarse:
            from gradcli.symbolic.matrices.forms import MatrixComparison

            self.matrices = MatrixComparison(program.session, matrices, {
                name: forms.constants[name] for name in forms.unnamed})
        self.points = 0         # other points at which the program runs
        self.rounded: set[tuple[str, ...]] = set()
        self.local = False      # whether the program has other formulas at one of the points

    def compare(self, point: Point, first: bool = False) -> None:
        """Compare each formula at one point; raises WrongFormula."""
        try:
            values = self.program.at(point)
        except Fault as fault:
            if first or isinstance(fault, LimitFault) and not isinstance(fault, PathLimit):
                raise
            return      # the program does not run there
        if not first and not np.isfinite(values[()].array).all():
            return      # outside the domain
        self.points += not first
        there = {**self.forms.constants, **point}
        if self.matrices is not None and all(holds(test, there) for test in self.forms.assumptions):
            self.matrices.compare(point, {names: np.zeros(()) if value is None else value.array
                                          for names, value in values.items()}, first)
        other: ClosedForms | None = None
        for names, formula in self.raw.items():
            value = values[names]
            expected = np.zeros(()) if value is None else value.array
            verdict = compared(formula, there, expected, self.forms.coarse)
            if verdict == "same":
                self.agreed[names] += not first
                if compared(self.short[names], there, expected, self.forms.coarse) != "same":
                    self.short[names] = formula
            elif verdict == "rounded":
                self.rounded.add(names)
            elif verdict == "different" and len(self.forms.paths) > 1:
                raise TooManyPaths      # an outcome depends on more than its condition
            elif verdict == "different" and not first:
                other = other or self.program.forms(point)
                if self._same_run(names, other):
                    refuse("/".join(["value", *names]), formula, there, expected)
                self.local |= all(holds(test, there) for test in self.forms.assumptions)

    def _same_run(self, names: tuple[str, ...], other: ClosedForms) -> bool:
        """Whether the program has the same formula, with the same constants, at another point."""
        formula = next(form.formula for form in (other.value, *other.derivatives) if form.names == names)
        mine, theirs = self.forms.constants, other.constants
        return same_text(self.raw[names], formula) and all(
            name in theirs and np.array_equal(mine[name], theirs[name], equal_nan=True) for name in self.forms.unnamed)

    def result(self) -> ClosedForms:
        """The forms with their shortest formulas, or with a reason in the place of those that are not confirmed."""
        def settled(form: ClosedForm) -> ClosedForm:
            matrix = self.matrices.confirmed(form.names, self.points > 0) if self.matrices else None
            form = form._replace(matrix=matrix)
            if form.formula is None:
                return form
            if self.agreed[form.names] or not self.points:
                return form._replace(formula=self.short[form.names])
            reason = ("a value that needs more digits than a double has" if form.names in self.rounded else
                      "a number that depends on the point")
            return form._replace(formula=None, reason=reason)

        return self.forms._replace(value=settled(self.forms.value), derivatives=[*map(settled, self.forms.derivatives)],
                                   local=self.local or self.forms.local)


def traced_value(session: Session, text: str, leaves: Sequence[str]) -> SymbolicTensor:
    """The formula of the value of `text` alone; raises Unknown where it has none."""
    tracer = Tracer(session.names(), leaves)
    for name in leaves:
        array = session[name].array
        tracer.enter(array, SymbolicTensor.of(name, array.shape))
    with tracing(session, tracer):
        return tracer.formula(value_of(session, text))


def _run(tracer: Tracer, computed: dict[tuple[str, ...], Any]) -> Run:
    """What a traced run has computed, as formulas."""
    def formula(value: Any) -> SymbolicTensor | str:
        try:
            if isinstance(value, Elements):
                return value.formula(tracer)
            return SymbolicTensor.filled(ZERO) if value is None else tracer.formula(value)
        except Unknown as unknown:
            return unknown.reason

    formulas = {names: formula(value) for names, value in computed.items()}
    return Run(tracer.path, formulas, {name: tracer.constants[name] for name in tracer.unnamed})


def _form(names: tuple[str, ...], outcome: SymbolicTensor | str, value: Any, constants: Collection[str],
          tracer: Tracer | None, decimals: bool, guarded: bool) -> ClosedForm:
    """The closed form of a value: its formula, and its form in matrices by a tracer of whole tensors, without guards
    against 0 where they hold."""
    number = np.zeros(()) if value is None else value.array.copy()
    reason, formula = (outcome, None) if isinstance(outcome, str) else ("", SymbolicTensor(
        outcome.shape, outcome.axes, without_isolated_points(outcome.body, constants)))
    if tracer is None or tracer.matrices is None or not names or value is None:
        return ClosedForm(names, formula, reason, number)
    from gradcli.symbolic.matrices.forms import matrix_form
    from gradcli.symbolic.matrices.guards import without_guards

    term = tracer.term_of(value)
    if guarded and term is not None:
        term = without_guards(term)
    return ClosedForm(names, formula, reason, number, matrix_form(term, number, formula, decimals))


def shortest(tensor: SymbolicTensor, reserved: Sequence[str] = (), decimals: bool = False) -> SymbolicTensor:
    """The same tensor with its body simplified, where SymPy is installed.

    decimals    whether fractions that end are written as decimals
    """
    originals = {part for part in walk(tensor.body) if isinstance(part, Number)}

    def length(expr: Expr) -> int:
        added = sum(isinstance(part, Number) and part not in originals for part in walk(expr)) if decimals else 0
        return len(Writer(reserved, decimals).text(expr)) + NEW_DECIMAL * added

    return SymbolicTensor(tensor.shape, tensor.axes, simplified(tensor.body, length))
