"""A derivation as on paper: the program's own names as intermediate values, and the chain rule from one to the next.

Each assignment of a tensor ends a segment: its formula is in terms of the names before it, and what follows starts
from a new leaf in its place. Backward, each name's derivative is the sum of what the segments that use it pass back:
their own derivative times that of what they compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import gradcli.symbolic.formulas  # noqa: F401  # fills the table of formulas
from gradcli.analysis.derivation import assigned_name
from gradcli.analysis.derivatives import number_of
from gradcli.analysis.detached import complete
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.tree import Fault, NonScalarBackward, UsageFault
from gradcli.symbolic.closed_form import shortest
from gradcli.symbolic.expression import ONE, Expr, Index, Place, Symbol
from gradcli.symbolic.fold import add, rebuild, substitute
from gradcli.symbolic.piecewise import without_isolated_points
from gradcli.symbolic.tensor import SymbolicTensor, elementwise
from gradcli.symbolic.trace import Tracer, Unknown, is_too_long, tracing
from gradcli.symbolic.verification import compared, from_same_state, moved, refuse, require_sweep, same_text

if TYPE_CHECKING:
    from gradcli.session.session import Session

MOST_TURNS = 10     # turns of a loop up to which each is a step of its own
MOST_CHECKS = 3     # points near its own at which a derivation is compared
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
    unnamed: list[str]      # those of the constants that the program has no name for
    source: str     # the part of the program that was derived
    coarse: bool = False    # whether a part is computed in less than double precision


def derive_on_paper(session: Session, text: str, leaves: Sequence[str], result: str = "") -> PaperDerivation:
    """The derivation of a program's value by `leaves` and by the leaves that it makes itself.

    Raises the faults of the program, UsageFault where nothing is computed from a leaf, NonScalarBackward where the
    value is not one number, and WrongFormula where a derivative is not the one that a plain sweep gives.
    """
    statements = Paper.statements(text, result)
    with from_same_state(session, quiet=True):
        value = complete(session, leaves, lambda: _plain_value(session, text, statements))
        held = {name: leaf for name, leaf in session.names().items() if isinstance(leaf, Tensor) and leaf.requires_grad
                and leaf.node is None}
        with session.in_force():
            grads = functional.grad([value], list(held.values()), allow_unused=True) if value.requires_grad else ()
        expected = {name: grad.array for name, grad in zip(held, grads, strict=False) if grad is not None}
    with from_same_state(session):
        derivation = Paper(session, leaves).run(text, result)
    near = []
    for seed in range(MOST_CHECKS):
        with from_same_state(session, quiet=True), suppress(Fault):
            near.append(Paper(session, leaves, moved=np.random.default_rng(seed)).run(text, result))
            if not unconfirmed(derivation, near):
                break
    derivation = without(derivation, unconfirmed(derivation, near))
    for derivative in derivation.derivatives:
        if derivative.is_leaf and derivative.name in expected:
            require_sweep(MARK + derivative.name, derivative.value, expected[derivative.name])
    return derivation


def _plain_value(session: Session, text: str, statements: list[Any]) -> Tensor:
    """The value of a program that runs as it stands."""
    *first, last = statements
    for statement in first:
        session.run(text[statement[1]:statement[2]], "<expression>", echo=False)
    source = text[last[1]:last[2]]
    if last[0] == "expression":
        return number_of(session, source)
    session.run(source, "<expression>", echo=False)
    return number_of(session, assigned_name(last))


class Paper:
    """Derives on paper what a program computes in a session."""

    def __init__(self, session: Session, leaves: Sequence[str], moved: np.random.Generator | None = None) -> None:
        """Begin with `leaves` of the session; with `moved`, all leaves get random values near their own."""
        self.session, self.moved = session, moved
        self.tracer = Tracer(session.names(), leaves)
        self.leaves: dict[str, Tensor] = {}
        self.segments: list[Segment] = []
        self.computed: dict[str, Tensor] = {}       # by name the value with its history within its segment
        self.starts: dict[str, Tensor] = {}         # by name the leaf from which later segments start
        self.held: dict[str, Tensor] = {}           # by name of the program the leaf that it holds now
        for name in leaves:
            self._begin_leaf(name, session[name])

    def run(self, text: str, result: str = "") -> PaperDerivation:
        """Run a program up to the last assignment of `result`, or to its end, and derive its value."""
        statements = self.statements(text, result)
        with tracing(self.session, self.tracer):
            for statement in statements:
                self._run(text, statement, final=statement is statements[-1])
            if not self.segments:
                raise UsageFault("nothing in it is computed from names that gradients are taken by", "--at 'x=2'")
            require_number(self.segments[-1])
            with self.session.in_force():
                derivatives = self._derivatives()
        return PaperDerivation({name: leaf.array for name, leaf in self.leaves.items()}, self.segments,
                               derivatives, self.tracer.constants, self.tracer.unnamed, text[:statements[-1][2]],
                               self.tracer.coarse)

    @staticmethod
    def statements(text: str, result: str) -> list[Any]:
        """The statements of a program up to the last assignment of `result`, or all of them."""
        from gradcli.lang.syntax.parser import parse

        nodes = list(parse(text, "<expression>")[3])
        last = max((at for at, node in enumerate(nodes) if assigned_name(node) == result), default=len(nodes) - 1)
        return nodes[:last + 1]

    def _run(self, text: str, statement: Any, final: bool) -> None:
        """Run one statement; a short loop turn by turn, so that each turn is a line."""
        source = text[statement[1]:statement[2]]
        if statement[0] == "expression" and final:
            if source.strip() not in self.computed:
                self._end(RESULT, number_of(self.session, source))
            return
        body = _body_of_loop(statement)
        turns = self.session.eval(f"list({text[statement[3][1][1]:statement[3][1][2]]})") if body else None
        if body and turns is not None and len(turns) <= MOST_TURNS:
            for value in turns:
                self.session[statement[3][0][3]] = value
                for inner in body:
                    self._run(text, inner, final=False)
            return
        before = self.session.names()
        self.session.run(source, "<expression>", echo=False)
        names = self.session.names()
        changed = [*_augmented(statement), *(name for name in names if names[name] is not before.get(name))]
        for name in dict.fromkeys(changed):
            self._assigned(name)

    def _assigned(self, name: str) -> None:
        """A name of the program has been assigned to: a new leaf, a named value, or neither."""
        value = self.session.names().get(name)
        if not isinstance(value, Tensor) or not value.requires_grad or value.array.dtype.kind != "f":
            return
        if value.node is None:
            if not any(value is held for held in self.held.values()):     # another name for a leaf is none
                self._begin_leaf(name, value)
            return
        self._end(name, value)

    def _begin_leaf(self, name: str, leaf: Tensor) -> None:
        if self.moved is not None:
            leaf = self.session[name] = Variable(moved(leaf.array, self.moved), True)
        self._begin(name, leaf)
        self.leaves[name] = self.held[name] = leaf

    def _end(self, name: str, value: Tensor) -> None:
        """A segment ends with a named value; what follows starts from a leaf in its place."""
        try:
            formula: SymbolicTensor | None = self.tracer.formula(value)
            reason = ""
        except Unknown as unknown:
            formula, reason = None, unknown.reason
        shown = self._unused(name)
        self.segments.append(Segment(shown, formula and generic(formula), reason, value.array))
        self.computed[shown] = value
        start = Variable(value.array.copy(), True)
        self._begin(shown, start)
        if name != RESULT:      # a copy with history: programs may write to it in place
            with self.session.in_force():
                self.session[name] = self.held[name] = traced.clone(start)

    def _unused(self, name: str) -> str:
        """The name of a value in the derivation: that of the program, with a number where it was assigned before."""
        used = {*self.computed, *self.leaves}
        if name not in used:
            return name
        used.update(self.session.names())
        return next(other for count in range(2, len(used) + 3) if (other := f"{name}{count}") not in used)

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
            if segment.name not in values or not self.computed[segment.name].requires_grad:
                continue
            seed = Variable(values[segment.name].copy())
            last = segment is self.segments[-1]
            self.tracer.enter(seed.array, SymbolicTensor.filled(ONE, seed.array.shape) if last else
                              SymbolicTensor.of(MARK + segment.name, seed.array.shape))
            [part] = functional.grad([self.computed[segment.name]], [start], grad_outputs=[seed], create_graph=True,
                                     allow_unused=True)
            if part is None:
                continue
            total = np.asarray(total + part.array)
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
            if is_too_long(formula):
                return None
        return shortest(generic(formula), tuple(self.leaves))


def _body_of_loop(statement: Any) -> list[Any]:
    """The statements of a loop over one name that only assigns names; [] for any other statement."""
    if statement[0] != "for" or statement[3][0][0] != "NAME" or len(statement[3]) != 3:
        return []
    body = list(statement[3][2][3])
    return body if all(assigned_name(inner) for inner in body) else []


def _augmented(statement: Any) -> tuple[str, ...]:
    """The name that `y *= 2` changes."""
    if statement[0] == "augassign" and statement[3][0][0] == "NAME":
        return (str(statement[3][0][3]),)
    return ()


def require_number(segment: Segment) -> None:
    """Raise NonScalarBackward unless a value is one number."""
    if segment.value.size != 1:
        size = "x".join(map(str, segment.value.shape))
        raise NonScalarBackward(f"{segment.name} has {size} values, and a derivation is that of one number",
                                (f"{segment.name}.sum()", "one number: the sum of them"))


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
        if is_too_long(formula):
            return None
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


def formulas_of(derivation: PaperDerivation) -> dict[tuple[str, str], tuple[SymbolicTensor, np.ndarray]]:
    """The formulas of a derivation with the values that the engine gives, by the kind of formula and a name."""
    shown: list[tuple[str, str, SymbolicTensor | None, np.ndarray]] = [
        ("value", segment.name, segment.formula, segment.value) for segment in derivation.segments]
    shown += [(kind, d.name, formula, d.value) for d in derivation.derivatives
              for kind, formula in (("formula", d.formula), ("closed", d.closed))]
    return {(kind, name): (formula, value) for kind, name, formula, value in shown if formula is not None}


def unconfirmed(derivation: PaperDerivation, near: list[PaperDerivation]) -> set[tuple[str, str]]:
    """The formulas of a derivation that none of those of the same program near it confirms; raises WrongFormula.

    Where the program runs at its own point only, that point decides.
    """
    formulas = formulas_of(derivation)
    if not near:
        values = values_of(derivation)
        return {key for key, (formula, value) in formulas.items()
                if compared(formula, values, value, derivation.coarse) != "same"}
    missing = set(formulas)
    for other in near:
        there, values = formulas_of(other), values_of(other)
        for key in [key for key in formulas if key in there and same_text(formulas[key][0], there[key][0])]:
            formula, value = formulas[key][0], there[key][1]
            verdict = compared(formula, values, value, derivation.coarse)
            if verdict == "different" and same_constants(derivation, other):
                refuse(" ".join(key), formula, values, value)
            if verdict == "same":
                missing.discard(key)
    return missing


def without(derivation: PaperDerivation, keys: set[tuple[str, str]]) -> PaperDerivation:
    """A derivation without some of its formulas."""
    segments = [s._replace(formula=None, reason="a number that depends on the point") if ("value", s.name) in keys
                else s for s in derivation.segments]
    derivatives = [d._replace(formula=None if ("formula", d.name) in keys else d.formula,
                              closed=None if ("closed", d.name) in keys else d.closed) for d in derivation.derivatives]
    return derivation._replace(segments=segments, derivatives=derivatives)


def values_of(derivation: PaperDerivation) -> dict[str, np.ndarray]:
    """The values of all names in the formulas of a derivation."""
    return {**derivation.constants, **derivation.leaves, **{s.name: s.value for s in derivation.segments}}


def same_constants(a: PaperDerivation, b: PaperDerivation) -> bool:
    """Whether the constants that no name of the program holds are the same in two derivations."""
    return all(name in b.constants and np.array_equal(a.constants[name], b.constants[name], equal_nan=True)
               for name in a.unnamed)
