"""Check the gradients of an expression at the current values of a session's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import swept, unprinted
from gradcli.analysis.detached import complete, restore_gradients, saved_gradients, sweeping
from gradcli.analysis.slope_check import TOLERANCE, Verdict, gradients_of, verdicts
from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.op import Op
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, double_precision
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import UsageFault
from gradcli.nn.module.module import Module

if TYPE_CHECKING:
    from gradcli.session.session import Session

DEEPEST = 3     # the depth of nested containers that are searched for tensors


class CheckResult(NamedTuple):
    """The verdict on the gradients, of one order, by the leaf of one name.

    `outputs` names what is differentiated; `random` says whether the expression draws random numbers; `stopped` is what
    detaches a part of the gradient on purpose, or empty.
    """

    name: str
    order: int
    verdict: Verdict
    outputs: list[str]
    random: bool
    stopped: str


@sweeping
def check_against_slopes(session: Session, expression: str, tolerance: float = TOLERANCE,
                         order: int = 1) -> list[CheckResult]:
    """A result for each leaf and order. Tensors hold float64 meanwhile: call it on a session that is restored after.

    The leaves are the floating tensors that the expression uses and that require gradients, those in modules and
    containers too; if there are none, all floating tensors that it names. A tensor computed before counts as a leaf,
    unless the expression computes it again.
    """
    session.remarked.add("conversion")      # what is lost is found out here
    tensors = _used(session, expression)
    leaves = _leaves(tensors)
    computed = [name for name, value in leaves.items() if value.node is not None]
    with unprinted(session), _doubles([*tensors.values()], leaves.values()):
        evaluation = _Evaluation(session, expression)
        outputs = evaluation()
        again = [name for name in computed if session.names().get(name) is not leaves[name]]
        leaves = {name: leaf for name, leaf in leaves.items() if name not in again}     # the text computes it itself
        leaves |= _unnamed(outputs, evaluation(), tensors)
        for k in range(len(outputs)):       # before a gradient of 0 is believed
            complete(session, list(leaves), partial(evaluation.output, k), expression, evaluation.stopped.setdefault)
        with _doubles([*leaves.values()], leaves.values()):
            labels = ["output"] if len(outputs) == 1 else [f"output {k}" for k in range(len(outputs))]
            return [*_findings(evaluation, evaluation, leaves, tolerance, 1, labels),
                    *(_second(evaluation, leaves, tolerance) if order > 1 else ())]


def _second(evaluation: _Evaluation, leaves: dict[str, Tensor], tolerance: float) -> Iterator[CheckResult]:
    gradients = gradients_of(evaluation, list(leaves.values()))
    labels = [f"gradient {name}" for name in leaves] * len(gradients())
    return _findings(evaluation, gradients, leaves, tolerance, 2, labels)


def _findings(evaluation: _Evaluation, function: Any, leaves: dict[str, Tensor], tolerance: float, order: int,
              labels: list[str]) -> Iterator[CheckResult]:
    judgements = verdicts(function, list(leaves.values()), tolerance, evaluation.session.in_force)
    for name, verdict in zip(leaves, judgements, strict=True):
        yield CheckResult(name, order, verdict, labels, evaluation.random, evaluation.stopped.get(name, ""))


class _Evaluation:
    """An expression as a function that returns its floating tensors, with the same random numbers in every call."""

    def __init__(self, session: Session, expression: str) -> None:
        self.session, self.expression = session, expression
        self.start = session.generators.save()
        self.names = session.names()
        self.gradients = saved_gradients(self.names.values())
        self.random = False
        self.stopped: dict[str, str] = {}       # by name, what detaches a part of the gradient on purpose

    def __call__(self) -> list[Tensor]:
        session = self.session
        session.generators.restore(self.start)
        for name, value in self.names.items():
            if isinstance(value, Tensor):       # the text may have assigned another value
                session[name] = value
        restore_gradients(self.gradients)
        result = session.eval(self.expression)
        self.random = self.random or session.generators.save() != self.start
        several = isinstance(result, list | tuple)
        results = [Tensor(np.asarray(o, np.float64)) if type(o) in (int, float) else o
                   for o in (result if several else [result])]      # a plain number may come from a tensor
        outputs = [o for o in results if isinstance(o, Tensor) and o.array.dtype.kind in FLOAT_KINDS]
        if not outputs:
            raise UsageFault(f"the expression gives a {type(result).__name__}, which has no gradient",
                             *(swept(self.expression) if result is None else ()))
        return outputs

    def output(self, k: int) -> Tensor:
        """Evaluate again, and return the output number k."""
        return self()[k]


def leaves_of(session: Session, expression: str) -> dict[str, Tensor]:
    """The floating tensors that an expression names, by name; if some require gradients, only those."""
    return _leaves({name: value for name, value in _named_values(session, expression) if _floating(value)})


def _leaves(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    leaves = {name: value for name, value in tensors.items() if value.requires_grad} or tensors
    if not leaves:
        raise UsageFault("the expression uses no name that stands for a floating tensor",
                         ("(x ** 2).sum()", "names what is to be varied"))
    return dict(leaves)


def reached(session: Session, expression: str) -> list[str]:
    """The names of the leaves that a backward pass from an expression would reach, directly or through other values.

    If no tensor requires a gradient, those that it names are made to: call it on a session that is restored after.
    """
    leaves = leaves_of(session, expression)
    names_by_id = {id(value): name for name, value in reversed(session.names().items())}
    names = [name for name, value in leaves.items() if value.node is None]
    for name in names:
        if not leaves[name].requires_grad:
            session[name] = Variable(leaves[name].array, True)
    for leaf in _graph_leaves(leaves.values()):
        names += [names_by_id[id(leaf)]] if id(leaf) in names_by_id else []
    return sorted(dict.fromkeys(names))


def _graph_leaves(outputs: Iterable[Tensor]) -> list[Tensor]:
    """The leaves that a backward pass from some tensors would reach."""
    calls = newest_first(o.node for o in outputs if o.node is not None)
    return [parent for call in calls for parent, *_ in (call.edges if isinstance(call, Op) else ())
            if isinstance(parent, Tensor)]


def _unnamed(outputs: list[Tensor], again: list[Tensor], tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Leaves without a name that both evaluations reach, for instance those in objects of the program."""
    named_ids, first = set(map(id, tensors.values())), _graph_leaves(outputs)
    first_ids = set(map(id, first))
    unnamed = {id(leaf): leaf for leaf in _graph_leaves(again) if id(leaf) in first_ids - named_ids}
    return {f"leaf {n}": leaf for n, leaf in enumerate(unnamed.values(), 1)}


@contextmanager
def _doubles(tensors: Iterable[Tensor], leaves: Iterable[Tensor]) -> Iterator[None]:
    """A context in which tensors hold float64 in memory of their own, without a graph, and leaves require gradients."""
    slots = ("array", "node", "root", "requires_grad", "gradient")
    states = [(x, {slot: getattr(x, slot) for slot in slots}, type(x)) for x in tensors]
    chosen = set(map(id, leaves))
    try:
        for x, _, kind in states:
            x.array, x.node, x.root = np.array(x.array, np.float64, order="C"), None, None
            x.requires_grad = id(x) in chosen
            if kind is Tensor and x.requires_grad:
                x.__class__ = Variable
        with double_precision():
            yield
    finally:
        for x, fields, kind in states:
            x.__class__ = kind
            for slot, value in fields.items():
                setattr(x, slot, value)


def _used(session: Session, expression: str) -> dict[str, Tensor]:
    """The floating tensors that an expression uses, by name; those in modules and containers by their path."""
    tensors = {name: x for root, value in _named_values(session, expression)
               for name, x in _tensors_in(root, value, DEEPEST)}
    first: dict[int, str] = {}
    for name, x in tensors.items():
        first.setdefault(id(x), name)
    return {name: x for name, x in tensors.items() if first[id(x)] == name}


def session_leaves(session: Session) -> list[Tensor]:
    """The leaves among the values of a session, in modules and containers too."""
    return [x for name, value in session.names().items() for _, x in _tensors_in(name, value, DEEPEST)
            if x.requires_grad and x.node is None]


def _tensors_in(name: str, value: Any, depth: int) -> Iterator[tuple[str, Tensor]]:
    """Yield the floating tensors in a value, each with its path."""
    if _floating(value):
        yield name, value
    elif isinstance(value, Module):
        for members in (value.named_parameters(name), value.named_buffers(name)):
            yield from ((path, x) for path, x in members if _floating(x))
    elif depth and type(value) in (list, tuple, dict):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _tensors_in(f"{name}[{key!r}]" if type(key) in (int, str) else f"{name}[...]", item, depth - 1)


def _named_values(session: Session, expression: str) -> list[tuple[str, Any]]:
    """The values that an expression names, itself or through the functions it calls."""
    names, values = session.names(), {}
    pending = list(session.words(expression))
    while pending:
        name = pending.pop()
        if name in names and name not in values:
            values[name] = value = names[name]
            pending += getattr(getattr(value, "__code__", None), "co_names", ())
    return sorted(values.items())


def _floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.array.dtype.kind in FLOAT_KINDS
