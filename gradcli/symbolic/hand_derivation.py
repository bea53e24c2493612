"""Checks of derivatives that somebody has derived by hand, against reverse mode and against the closed form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import value_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import GradientShape
from gradcli.symbolic.closed_form import closed_forms, derivatives, shortest, traced_value
from gradcli.symbolic.expression import MINUS_ONE, ZERO, Expr
from gradcli.symbolic.fold import add, mul
from gradcli.symbolic.tensor import SymbolicTensor, elementwise
from gradcli.symbolic.trace import Unknown
from gradcli.symbolic.verification import close, from_same_state

if TYPE_CHECKING:
    from gradcli.session.session import Session

POINTS = 60         # points beside the given one
RANGES = ((-3.0, 3.0), (0.05, 0.95), (1.0, 4.0))        # where they lie, in turn
TOLERANCE = 1e-8


class HandCheck(NamedTuple):
    """The verdict on a derivative by `name`.

    points      how many points were compared
    place       the first point at which it is wrong, by name; None where it is right
    expected    the derivative there
    claimed     what the hand derivation gives there
    missing     the derivative less the hand derivation, as a formula; None where there is none
    derivative  the closed form of the derivative; None where there is none
    """

    name: str
    points: int
    place: dict[str, np.ndarray] | None
    expected: np.ndarray
    claimed: np.ndarray
    missing: Expr | None
    derivative: SymbolicTensor | None


def check_hand_derivation(session: Session, text: str, claim: str, name: str, leaves: list[str]) -> HandCheck:
    """Compare the value of `claim` with the derivative of `text` by `name`, at the point and at others around it.

    Raises GradientShape where the value of `claim` has another shape than the derivative.
    """
    compared = 0
    with from_same_state(session):
        first: dict[str, np.ndarray] | None = None
        expected = claimed = np.zeros(())
        for point in _points({leaf: session[leaf].array for leaf in leaves}):
            for leaf, array in point.items():
                session[leaf] = Variable(array, True)
            there = derivatives(value_of(session, text), {name: session[name]}, 1)[name,]
            expected = np.zeros_like(session[name].array) if there is None else there.array
            claimed = _claimed(session, claim, expected)
            if not np.isfinite(expected).all():
                continue
            compared += 1
            if not close(claimed, expected, TOLERANCE):
                first = point
                break
    missing, derivative = _difference(session, text, claim, name, leaves)
    return HandCheck(name, compared, first, expected, claimed, missing if first is not None else None, derivative)


def _claimed(session: Session, claim: str, expected: np.ndarray) -> np.ndarray:
    value: Tensor = value_of(session, claim)
    if value.array.shape != expected.shape and value.array.size != 1:
        raise GradientShape(f"--says has the shape {list(value.array.shape)}, and the derivative "
                            f"{list(expected.shape)}")
    return np.broadcast_to(value.array, expected.shape) if value.array.size == 1 else value.array


def _points(arrays: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """The point itself, then seeded random points."""
    yield {name: array.astype(np.float64) for name, array in arrays.items()}
    stream = np.random.default_rng(0)
    for number in range(POINTS):
        low, high = RANGES[number % len(RANGES)]
        yield {name: np.asarray(stream.uniform(low, high, array.shape)) for name, array in arrays.items()}


def _difference(session: Session, text: str, claim: str, name: str, leaves: list[str]
                ) -> tuple[Expr | None, SymbolicTensor | None]:
    """The derivative less the hand derivation as a formula, and the derivative's own; None where there is none."""
    derivative = next((form.formula for form in closed_forms(session, text, leaves).derivatives
                       if form.names == (name,)), None)
    if derivative is None:
        return None, None
    try:
        formula = traced_value(session, claim, leaves)
    except Unknown:
        return None, derivative
    difference = elementwise(lambda a, b: add(a, mul(MINUS_ONE, b)), derivative, formula)
    body = shortest(difference, tuple(leaves)).body
    return (None if body == ZERO else body), derivative
