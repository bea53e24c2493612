"""A derivation as on paper: the program's own names as intermediate values, and the chain rule from one to the next.

Each assignment of a tensor ends a segment: its formula is in terms of the names before it, and what follows starts
from a new leaf in its place. Backward, each name's derivative is the sum of what the segments that use it pass back:
their own derivative times that of what they compute.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import gradcli.symbolic.formulas  # noqa: F401  # fills the table of formulas
from gradcli.analysis.derivatives import assigned_name, assigned_names, number_of, statement_nodes
from gradcli.engine.autograd.op import traced
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.tensor.write_gate import writing
from gradcli.engine.transforms import functional
from gradcli.faults.source import visible
from gradcli.faults.tree import NonScalarBackward, UsageFault
from gradcli.session.named_tensors import is_module, named_tensors
from gradcli.symbolic.closed_form import shortest
from gradcli.symbolic.expression import ONE, Call, Expr, Index, Number, Place, Power, Symbol, indices, number, walk
from gradcli.symbolic.fold import add, power, rebuild, substitute
from gradcli.symbolic.simplification.piecewise import without_isolated_points
from gradcli.symbolic.tensor import SymbolicTensor, elementwise
from gradcli.symbolic.text import MARK
from gradcli.symbolic.trace import Tracer, Unknown, is_too_long, tracing
from gradcli.symbolic.verification import perturbed

if TYPE_CHECKING:
    from gradcli.session.session import Session

MOST_ELSEWHERE = 1000   # decisions of a program at random points
MOST_TURNS = 10     # turns of a loop up to which each is a step of its own
RESULT = "f"        # the name of the result of an expression that has none


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
    conditions: Sequence[Expr] | None = ()      # of the branches that the program takes; None where they are not known
    parameters: Mapping[str, str] = {}      # of modules: where each leaf that is one stands, net.0.weight for 0.weight


class ChainRule:
    """Derives on paper what a program computes in a session."""

    def __init__(self, session: Session, leaves: Sequence[str], stream: UniformStream | None = None,
                 modules: int = 1) -> None:
        """Begin with `leaves` of the session; with `stream`, all leaves get random values near their own.

        modules     how many modules with parameters the program has names for
        """
        self.session, self.stream, self.modules = session, stream, modules
        self.tracer = Tracer(session.names(), leaves)
        if stream is not None:       # other values may let a loop run for ever
            self.tracer.path.most = MOST_ELSEWHERE
        self.leaves: dict[str, Tensor] = {}
        self.segments: list[Segment] = []
        self.computed: dict[str, Tensor] = {}       # by name the value with its history within its segment
        self.starts: dict[str, Tensor] = {}         # by name the leaf from which later segments start
        self.labels: dict[str, str] = {}            # by name of the program that of its last value in the derivation
        self.current_leaves: dict[str, Tensor] = {}     # by name of the program the leaf that it holds now
        self.parameters: dict[str, str] = {}        # by the name of a leaf that is one: the path to it
        for name in leaves:
            self._begin_leaf(name, session[name])
        self._begin_parameters()

    def run(self, text: str, result: str = "") -> PaperDerivation:
        """Run a program up to the last assignment of `result`, or to its end, and derive its value."""
        statements = self.statements(text, result)
        with tracing(self.session, self.tracer):
            for statement in statements:
                self._run(text, statement, final=statement is statements[-1])
            if self.labels.get(result):     # what is computed behind it is no part of it
                del self.segments[[s.name for s in self.segments].index(self.labels[result]) + 1:]
            if not self.segments:
                raise UsageFault("nothing in it is computed from names that gradients are taken by", "--at 'x=2'")
            require_number(self.segments[-1])
            self.tracer.path.ended = True
            with self.session.in_force():
                derivatives = self._derivatives()
        return PaperDerivation({name: leaf.array for name, leaf in self.leaves.items()}, self.segments,
                               derivatives, self.tracer.constants, self.tracer.unnamed, text[:statements[-1][2]],
                               self.tracer.coarse, self.tracer.path.conditions(), self.parameters)

    @staticmethod
    def statements(text: str, result: str) -> list[Any]:
        """The statements of a program up to the last assignment of `result`, or all of them."""
        nodes = statement_nodes(text)
        last = max((at for at, node in enumerate(nodes) if result in assigned_names(node)), default=len(nodes) - 1)
        return nodes[:last + 1]

    def _run(self, text: str, statement: Any, final: bool) -> None:
        """Run one statement; a short loop turn by turn, so that each turn is a line."""
        source = text[statement[1]:statement[2]]
        if statement[0] == "expression" and final:
            if source.strip() not in self.computed:
                self._end(RESULT, number_of(self.session, source))
            return
        body = _body_of_loop(statement)
        turns = self.session.eval(f"list({text[statement[3][1][1]:statement[3][1][2]]})") if body else []
        before = self.session.names()
        for value in turns:     # an iterator is walked once only
            self.session[statement[3][0][3]] = value
            for inner in body:
                if len(turns) <= MOST_TURNS:
                    self._run(text, inner, final=False)
                else:
                    self.session.run(text[inner[1]:inner[2]], "<expression>", echo=False)
        if body and len(turns) <= MOST_TURNS:
            return
        if not body:
            self.session.run(source, "<expression>", echo=False)
        names = self.session.names()
        changed = [*_augmented(statement), *(name for name in names if names[name] is not before.get(name))]
        for name in dict.fromkeys(changed):
            self._assigned(name)

    def _assigned(self, name: str) -> None:
        """A name of the program has been assigned to: a new leaf, a named value, a constant, or none of these."""
        value = self.session.names().get(name)
        if is_module(value):
            self._begin_parameters()
        if not isinstance(value, Tensor) or value.array.dtype.kind not in "fiu":
            return
        if not value.requires_grad:
            if not self.tracer.has_formula(value) and (value.array != value.array.flat[:1]).any():
                self.tracer.enter_constant(self._unused(name), value.array)
            return
        if value.node is None:
            if not any(value is leaf for leaf in self.current_leaves.values()):     # another name for a leaf is none
                self._begin_leaf(name, value)
            return
        self._end(name, value)

    def _begin_leaf(self, name: str, leaf: Tensor) -> None:
        if name in self.leaves:
            raise UsageFault(f"{name} is assigned two tensors that gradients are taken by", (
                f"{name}2 = ...", "another name for the second"))
        if self.stream is not None:
            leaf = self.session[name] = Variable(perturbed(leaf.array, self.stream), True)
        self._begin(name, leaf)
        self.leaves[name] = self.current_leaves[name] = leaf

    def _begin_parameters(self) -> None:
        """Make leaves of the parameters of the session's modules, with the names that these know them by; where there
        are several modules or such a name is taken, with the path from the program's name."""
        names = self.session.names()
        for path, value in named_tensors(names):
            if path in names or not value.requires_grad or any(value is start for start in self.starts.values()):
                continue
            own = visible(path.partition(".")[2])
            qualified = self.modules > 1 or own in {*names, *self.starts}
            label = self._unused(visible(path) if qualified else own)
            if self.stream is not None:
                writing(value.array)[...] = perturbed(value.array, self.stream)
            self._begin(label, value)
            self.leaves[label] = value
            self.parameters[label] = path

    def _end(self, name: str, value: Tensor) -> None:
        """A segment ends with a named value; what follows starts from a leaf in its place."""
        try:
            formula: SymbolicTensor | None = self.tracer.formula(value)
            reason = ""
        except Unknown as unknown:
            formula, reason = None, unknown.reason
        if name in self.tracer.constants and not any(
                mentions(other.body, name) for other in (*(s.formula for s in self.segments), formula) if other):
            del self.tracer.constants[name]     # what the name meant before stands in no formula
        label = self.labels[name] = self._unused(name)
        self.segments.append(Segment(label, formula and generic(formula, self.tracer.constants), reason, value.array))
        self.computed[label] = value
        start = Variable(value.array.copy(), True)
        self._begin(label, start)
        if name != RESULT:      # a copy with history: programs may write to it in place
            with self.session.in_force():
                self.session[name] = self.current_leaves[name] = traced.clone(start)

    def _unused(self, name: str) -> str:
        """The name of a value in the derivation: that of the program, with a number where it was assigned before."""
        used = {*self.computed, *self.leaves, *self.tracer.constants}
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
            if not links and (name not in self.leaves or name in self.parameters):
                continue
            parts = [part if part is None else resolved(part, formulas) for part in links.values()]
            closed_parts = [part for part in parts if part is not None]
            formula = total_of(closed_parts, total.shape) if len(closed_parts) == len(parts) else None
            values[name], formulas[name] = total, formula
            is_leaf = name in self.leaves
            closed = self._closed(formula) if formula is not None and is_leaf else None
            derivatives.append(LinkedDerivative(name, links, formula, closed, total, is_leaf))
        self.segments = _needed(self.segments, values)
        needed = set(self.leaves)
        for derivative in reversed(derivatives):        # what leads to no leaf is no step of the derivation
            needed.update(derivative.links if derivative.name in needed else ())
        return [derivative for derivative in derivatives if derivative.name in needed]

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
                link = generic(self.tracer.formula(part), self.tracer.constants)
                before = self.segments[:self.segments.index(segment) + 1]
                links[segment.name] = SymbolicTensor(link.shape, link.axes, in_named_values(link.body, before))
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
        return shortest(generic(formula, self.tracer.constants), tuple(self.leaves))


def _needed(segments: list[Segment], derived: Collection[str]) -> list[Segment]:
    """The segments with a derivative, and those that stand in the formulas of such."""
    needed: list[Segment] = []
    for segment in reversed(segments):
        if segment.name in derived or any(later.formula is not None and mentions(later.formula.body, segment.name)
                                          for later in needed):
            needed.insert(0, segment)
    return needed


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


def generic(formula: SymbolicTensor, constants: Collection[str]) -> SymbolicTensor:
    """A formula without branches at isolated points."""
    return SymbolicTensor(formula.shape, formula.axes, without_isolated_points(formula.body, constants))


def total_of(parts: list[SymbolicTensor], shape: tuple[int, ...]) -> SymbolicTensor:
    """The sum of formulas of one shape."""
    return shortest(elementwise(add, *(part.expanded(shape) for part in parts))) if parts else (
        SymbolicTensor.filled(add(), shape))


def resolved(formula: SymbolicTensor, derivatives: dict[str, SymbolicTensor | None]) -> SymbolicTensor | None:
    """A product of the chain rule with the derivatives in the place of their symbols; None where one is not known."""
    for name, derivative in derivatives.items():
        if derivative is None:
            if mentions(formula.body, MARK + name):
                return None
            continue
        formula = inserted(formula, MARK + name, derivative)
        if is_too_long(formula):
            return None
    return formula


def in_named_values(expr: Expr, segments: Sequence[Segment]) -> Expr:
    """An expression with the name of a value in the place of a function or a root that this value is: y*(1 - y)."""
    if isinstance(expr, Call | Power):
        for segment in segments:
            if segment.formula is not None and (named := _as_element(expr, segment.name, segment.formula)) is not None:
                return named
    return rebuild(expr, lambda part: in_named_values(part, segments))


def _as_element(expr: Call | Power, name: str, formula: SymbolicTensor) -> Expr | None:
    """The element of a named value that an expression is, or its power where both are powers, or None."""
    if isinstance(expr, Power):
        return _as_power(expr, name, formula)
    own_indices, expr_indices = indices(formula.body), indices(expr)
    axes = [axis for axis in formula.axes if axis is not None]
    if type(formula.body) is not Call or len(own_indices) != len(expr_indices) or set(own_indices) != set(axes) or any(
            a.size != b.size for a, b in zip(own_indices, expr_indices, strict=True)):
        return None
    places: dict[Index, Place] = dict(zip(own_indices, expr_indices, strict=True))
    return Symbol(name, tuple(places[axis] for axis in axes)) if substitute(formula.body, places) == expr else None


def _as_power(expr: Power, name: str, formula: SymbolicTensor) -> Expr | None:
    """The power of a named root of one number that an expression is, or None."""
    root = formula.body
    if formula.axes or not isinstance(root, Power) or expr.base != root.base or not (
            isinstance(root.exponent, Number) and isinstance(expr.exponent, Number)):
        return None
    ratio = expr.exponent.value / root.exponent.value
    is_root = root.exponent.value.denominator > 1 and expr.exponent.value.denominator > 1
    return power(Symbol(name, ()), number(ratio)) if is_root and ratio.denominator == 1 else None


def mentions(expr: Expr, name: str) -> bool:
    """Whether a symbol of this name stands in an expression."""
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
