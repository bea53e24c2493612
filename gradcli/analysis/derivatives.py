"""Derivatives of an expression by names of a session: its Jacobian, its Hessian, and products with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.analysis.detached import complete
from gradcli.display.charts.chart import Chart, Curve
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.tree import GradientShape, NonScalarBackward, UsageFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

Blocks = dict[str, Any]


def ends_with_expression(text: str) -> bool:
    """Whether the last statement of a text is an expression."""
    from gradcli.lang.syntax.parser import parse

    statements = parse(text, "<expression>")[3]
    return bool(statements) and statements[-1][0] == "expression"


def value_of(session: Session, text: str) -> Tensor:
    """The value that the expression at the end of `text` gives, as a tensor."""
    found = session.eval(text)
    if isinstance(found, int | float):
        return Variable(np.asarray(found, Default.floating))
    if found is None:
        said = "the expression is None" if ends_with_expression(text) else "the text ends with no expression"
        raise UsageFault(f"{said}, so there is no value to differentiate")
    if not isinstance(found, Tensor):
        raise UsageFault(f"the expression gives a {type(found).__name__}, which has no gradient")
    return found


def number_of(session: Session, text: str) -> Tensor:
    """The same, which must be one number."""
    value = value_of(session, text)
    if value.array.size != 1:
        size = "x".join(map(str, value.shape))
        raise NonScalarBackward(f"the expression has {size} values, and a gradient is that of one number",
                                (f"({text.strip()}).sum()", "one number: the sum of them"),
                                (f"gradcli jac '{text.strip()}' --at ...", "the gradient of each of them"))
    return value


def steady(session: Session, names: Sequence[str]) -> None:
    """Refuse to go on, if the expression has given one of the names it is differentiated by another value."""
    for name in names:
        held = session.names().get(name)
        if not (isinstance(held, Tensor) and held.requires_grad and held.node is None):
            raise UsageFault(f"the expression gives {name} another value, so nothing can be differentiated by it")


class Place:
    """Names of a session, and an expression as a function of them."""

    def __init__(self, session: Session, text: str, names: Sequence[str], single: bool = False) -> None:
        self.session, self.text, self.names = session, text, names
        self.value = number_of if single else value_of
        self.inputs = tuple(session[name] for name in names)
        self.outcome: Any = None        # of the last call

    def __call__(self, *inputs: Tensor) -> Tensor:
        for name, value in zip(self.names, inputs, strict=True):
            self.session[name] = value
        self.outcome = outcome = complete(self.session, self.names, lambda: self.value(self.session, self.text))
        if any(self.session.names().get(name) is not value for name, value in zip(self.names, inputs, strict=True)):
            steady(self.session, self.names)
        return outcome

    def named(self, blocks: Sequence[Any]) -> Blocks:
        return dict(zip(self.names, blocks, strict=True))


def jacobian(session: Session, text: str, names: Sequence[str]) -> tuple[Tensor, Blocks]:
    """The value, and by each name the derivatives of every element of it: of shape (value..., name...)."""
    place = Place(session, text, names)
    blocks = functional.jacobian(place, place.inputs)
    return place.outcome, place.named(blocks)


def hessian(session: Session, text: str, names: Sequence[str]) -> tuple[Tensor, Blocks]:
    """The value, one number, and by each pair of names its second derivatives."""
    place = Place(session, text, names, single=True)
    rows = functional.hessian(place, place.inputs)
    return place.outcome, place.named([place.named(row) for row in rows])


def along(session: Session, text: str, names: Sequence[str], direction: Blocks) -> tuple[Tensor, Tensor]:
    """The value, and how fast it changes when each name moves with the velocity that `direction` gives it."""
    place = Place(session, text, names)
    velocities = [direction.get(name, Variable(np.zeros_like(session[name].array))) for name in names]
    for name, velocity, at in zip(names, velocities, place.inputs, strict=True):
        _same_shape(velocity, at, f"--with {name}", name)
    return functional.jvp(place, place.inputs, tuple(velocities))  # type: ignore[no-any-return]  # a pair


def weighted(session: Session, text: str, names: Sequence[str], weights: Tensor | None) -> tuple[Tensor, Blocks]:
    """The value, and by each name the gradient of the sum of its elements times `weights`."""
    place = Place(session, text, names)
    if weights is not None:
        _same_shape(weights, value_of(session, text), "--with", "the value")
    value, blocks = functional.vjp(place, place.inputs, weights)
    return value, place.named(blocks)


def curves(session: Session, text: str, name: str, ends: tuple[float, float], points: int, slope: bool) -> Chart:
    """The expression, and its derivative if that is asked for, at evenly spaced values of a name."""
    places = np.linspace(*ends, points)
    values, slopes = np.full(points, np.nan), np.full(points, np.nan)
    for n, place in enumerate(places):
        leaf = session[name] = Variable(np.asarray(place, Default.floating), True)
        value = complete(session, [name] if slope else [], lambda: number_of(session, text))
        values[n] = value.array.item()
        if slope:
            [found] = functional.grad(traced.sum(value), [leaf], allow_unused=True) if value.requires_grad else [None]
            slopes[n] = 0.0 if found is None else found.array.item()
    kept = places.astype(Default.floating)
    drawn = [Curve(text, values.astype(Default.floating))]
    if slope:
        drawn.append(Curve(f"{name}.grad", slopes.astype(Default.floating)))
    return Chart(name, kept, drawn)


def _same_shape(given: Tensor, wanted: Tensor, where: str, what: str) -> None:
    if given.array.shape != wanted.array.shape:
        raise GradientShape(f"{where} has the shape {list(given.array.shape)}, and {what} {list(wanted.array.shape)}")
