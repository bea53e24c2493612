"""Derivatives of an expression by names of a session: its Jacobian, its Hessian, and products with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.analysis.detached import complete, sweeping
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.tree import GradientShape, NonScalarBackward, UsageFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

Blocks = dict[str, Any]
LAMBDA = re.compile(r"lambda [\w, ]+:(.+)")


def statement_nodes(text: str) -> list[Any]:
    """The statements of a text, as nodes of its syntax tree."""
    from gradcli.lang.syntax.parser import parse

    return list(parse(text, "<expression>")[3])


def ends_with_expression(text: str) -> bool:
    """Whether the last statement of a text is an expression."""
    statements = statement_nodes(text)
    return bool(statements) and statements[-1][0] == "expression"


def default_dtype(session: Session) -> Any:
    """The floating dtype that a session's numbers get where a program names none."""
    with session.in_force():
        return Default.floating


@contextmanager
def unprinted(session: Session) -> Iterator[None]:
    """A context in which output of the program is dropped: it runs more than once."""
    output, session.output = session.output, None
    try:
        yield
    finally:
        session.output = output


def shape_of(session: Session, text: str) -> tuple[int, ...]:
    """The shape of the value of an expression that is evaluated again later."""
    with unprinted(session):
        shape: tuple[int, ...] = value_of(session, text).array.shape
    return shape


def value_of(session: Session, text: str) -> Tensor:
    """The value of the expression at the end of `text`, as a tensor. Raises UsageFault for any other value."""
    value = session.eval(text)
    if isinstance(value, int | float):
        return Variable(np.asarray(value, default_dtype(session)))
    if value is None:
        if not ends_with_expression(text):
            raise UsageFault("the text ends with no expression, so there is no value to differentiate",
                             *with_assigned_name(text))
        raise UsageFault("the expression is None, so there is no value to differentiate", *swept(text))
    if not isinstance(value, Tensor):
        body = LAMBDA.fullmatch(text.strip())
        raise UsageFault(f"the expression gives a {type(value).__name__}, which has no gradient",
                         *([(body[1].strip(), "what the function computes")] if body else []))
    return value


def assigned_name(statement: Any) -> str:
    """The name that a statement assigns to; "" for any other statement."""
    parts = {"assign": 2, "annassign": 3}.get(statement[0])
    if parts is None or len(statement[3]) != parts or statement[3][0][0] != "NAME":
        return ""
    return str(statement[3][0][3])


def assigned_names(statement: Any) -> list[str]:
    """The names that a statement assigns to in the order of the text, those in its loops and branches too, but not in
    functions and classes."""
    from gradcli.lang.syntax.query import walk

    kind, *_, parts = statement
    if kind in ("assign", "augassign"):
        return [str(node[3]) for target in parts[:-1] for node in (
            walk(target) if target[0] in ("tuple", "list") else (target,)) if node[0] == "NAME"]
    if kind == "annassign":
        return [name for name in (assigned_name(statement),) if name]
    if kind in ("def", "class", "lambda") or type(parts) is not tuple:
        return []
    return [name for part in parts if type(part) is tuple and len(part) == 4 for name in assigned_names(part)]


def with_assigned_name(text: str) -> tuple[tuple[str, str], ...]:
    """The repair of a text whose last statement sets a name: the same with the name behind it, on one line if it is."""
    statements = statement_nodes(text)
    names = assigned_names(statements[-1]) if statements else ()
    if not names:
        return ()
    name, text, kind = names[-1], text.strip().rstrip(";"), statements[-1][0]
    if kind == "assign" and statements[-1][3][-2][0] != "NAME":
        return ()       # of several names: any may be no number
    simple = "\n" not in text and kind in ("assign", "annassign", "augassign")
    return ((f"{text}; {name}", f"the value of {name}") if simple else
            (name, f"as the last line: the value of {name}"),)


def swept(text: str) -> tuple[tuple[str, str], ...]:
    """The repair of a text whose last statement is a sweep, y.backward(): the same with what it starts from."""
    from gradcli.lang.syntax.query import call_of

    statements = statement_nodes(text)
    last = statements[-1] if statements else None
    call = call_of(last[3][0]) if last is not None and last[0] == "expression" else None
    if last is None or call is None or call.name != "backward" or call.receiver is None:
        return ()
    texts = [text[node[1]:node[2]] for node in (call.receiver, *call.args)]
    if texts[0] in ("torch.autograd", "autograd"):
        del texts[0]
    if len(texts) not in (1, 2):
        return ()
    result = texts[0] if len(texts) == 1 else f"({texts[0]} * {texts[1]}).sum()"
    return ((text[:last[1]] + result, "the value whose gradients backward() computes"),)


def number_of(session: Session, text: str) -> Tensor:
    """`value_of`, for a value of one element. Raises NonScalarBackward for any other size."""
    value = value_of(session, text)
    if value.array.size != 1:
        size = "x".join(map(str, value.shape))
        raise NonScalarBackward("grad can be implicitly created only for scalar outputs, and the expression has "
                                f"{size} values", *summed(text))
    return value


def summed(text: str) -> tuple[tuple[str, str], ...]:
    """The repair of a text whose last expression has several values: with the sum of them, which alone ends a file."""
    statements = statement_nodes(text)
    if not statements or statements[-1][0] != "expression":
        return ()
    begin, end = statements[-1][1:3]
    total = f"({text[begin:end].strip()}).sum()"
    return ((f"{text[:begin].strip()} {total}".strip() if "\n" not in text.strip() else total,
             "one number: the sum of them"),)


def require_unchanged(session: Session, names: Sequence[str]) -> None:
    """Raise UsageFault if the expression has assigned another value to one of the leaves."""
    for name in names:
        current = session.names().get(name)
        if not (isinstance(current, Tensor) and current.requires_grad and current.node is None):
            if isinstance(current, Tensor) and not current.requires_grad:
                raise UsageFault(f"{name} requires no gradient any more once the expression has run, so nothing can be "
                                 "differentiated by it")
            raise UsageFault(f"the expression gives {name} another value, so nothing can be differentiated by it")


class ExpressionFunction:
    """An expression as a function of the values of some names of a session."""

    def __init__(self, session: Session, text: str, names: Sequence[str], single: bool = False) -> None:
        self.session, self.text, self.names = session, text, names
        self.value = number_of if single else value_of
        self.inputs = tuple(session[name] for name in names)
        self.outcome: Any = None        # the result of the last call

    def __call__(self, *inputs: Tensor) -> Tensor:
        for name, value in zip(self.names, inputs, strict=True):
            self.session[name] = value
        self.outcome = outcome = complete(self.session, self.names, lambda: self.value(self.session, self.text),
                                          self.text)
        if any(self.session.names().get(name) is not value for name, value in zip(self.names, inputs, strict=True)):
            require_unchanged(self.session, self.names)
        return outcome

    def by_name(self, blocks: Sequence[Any]) -> Blocks:
        return dict(zip(self.names, blocks, strict=True))


@sweeping
def jacobian(session: Session, text: str, names: Sequence[str]) -> tuple[Tensor, Blocks]:
    """The value, and by name the Jacobian: a tensor of the value's shape followed by the shape of the name's value."""
    function = ExpressionFunction(session, text, names)
    blocks = functional.jacobian(function, function.inputs)
    return function.outcome, function.by_name(blocks)


@sweeping
def hessian(session: Session, text: str, names: Sequence[str]) -> tuple[Tensor, Blocks]:
    """The value, one number, and its second derivatives by pairs of names."""
    function = ExpressionFunction(session, text, names, single=True)
    rows = functional.hessian(function, function.inputs)
    return function.outcome, function.by_name([function.by_name(row) for row in rows])


@sweeping
def jvp(session: Session, text: str, names: Sequence[str], direction: Blocks) -> tuple[Tensor, Tensor]:
    """The value, and its product J v with the velocities in `direction` by name; 0 for names that are not there."""
    function = ExpressionFunction(session, text, names)
    velocities = [direction.get(name, Variable(np.zeros_like(session[name].array))) for name in names]
    for name, velocity, at in zip(names, velocities, function.inputs, strict=True):
        _same_shape(velocity, at.array.shape, f"--with {name}", name)
    return functional.jvp(function, function.inputs, tuple(velocities))


@sweeping
def vjp(session: Session, text: str, names: Sequence[str], weights: Tensor | None) -> tuple[Tensor, Blocks]:
    """The value, and by name the product of `weights` with the Jacobian; weights None is for one number."""
    function = ExpressionFunction(session, text, names)
    if weights is not None:
        _same_shape(weights, shape_of(session, text), "--with", "the value")
    value, blocks = functional.vjp(function, function.inputs, weights)
    return value, function.by_name(blocks)


def _same_shape(tensor: Tensor, expected: tuple[int, ...], where: str, subject: str) -> None:
    if tensor.array.shape != expected:
        raise GradientShape(f"{where} has the shape {list(tensor.array.shape)}, and {subject} {list(expected)}")
