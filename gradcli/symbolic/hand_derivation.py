"""Checks of derivatives that somebody has derived by hand, against reverse mode and against the closed form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import number_of, value_of
from gradcli.analysis.detached import complete
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault, GradientShape, LimitFault
from gradcli.symbolic.closed_form import closed_forms, derivatives, shortest, traced_value
from gradcli.symbolic.expression import MINUS_ONE, ZERO, Expr
from gradcli.symbolic.fold import add, mul
from gradcli.symbolic.tensor import SymbolicTensor, elementwise
from gradcli.symbolic.trace import Unknown
from gradcli.symbolic.verification import close, from_same_state, near_points

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
        for number, point in enumerate(_points({leaf: session[leaf].array for leaf in leaves})):
            for leaf, array in point.items():
                session[leaf] = Variable(array, True)
            try:
                expected = _derivative(session, text, name)
                claimed = _claimed(session, claim, expected)
            except Fault as fault:
                if not number or isinstance(fault, LimitFault):
                    raise
                continue        # the program does not run there
            if not np.isfinite(expected).all():
                continue
            compared += 1
            if not close(claimed, expected, TOLERANCE):
                first = point
                break
    missing, derivative = (None, None) if first is None else _difference(session, text, claim, name, leaves)
    return HandCheck(name, compared, first, expected, claimed, missing, derivative)


def _derivative(session: Session, text: str, name: str) -> np.ndarray:
    """The derivative by a name at the point of the session."""
    value = complete(session, [name], lambda: number_of(session, text))
    derivative = derivatives(value, {name: session[name]}, 1)[name,]
    return np.zeros_like(session[name].array) if derivative is None else derivative.array


def _claimed(session: Session, claim: str, expected: np.ndarray) -> np.ndarray:
    try:
        value: Tensor = value_of(session, claim)
    except Fault as fault:
        fault.name = "--says"
        raise
    if value.array.shape != expected.shape and value.array.size != 1:
        raise GradientShape(f"--says has the shape {list(value.array.shape)}, and the derivative "
                            f"{list(expected.shape)}")
    return np.broadcast_to(value.array.reshape(()), expected.shape) if value.array.size == 1 else value.array


def _points(arrays: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """The point itself, some near it, then seeded random ones."""
    arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
    yield arrays
    near = list(near_points(arrays))
    yield from near
    stream = np.random.default_rng(0)
    for number in range(POINTS - len(near)):
        low, high = RANGES[number % len(RANGES)]
        yield {name: np.asarray(stream.uniform(low, high, array.shape)) for name, array in arrays.items()}


def _difference(session: Session, text: str, claim: str, name: str, leaves: list[str]
                ) -> tuple[Expr | None, SymbolicTensor | None]:
    """The derivative less the hand derivation as a formula, and the derivative's own; None where there is none."""
    derivative = closed_forms(session, text, [name]).derivatives[0].formula
    if derivative is None:
        return None, None
    try:
        formula = traced_value(session, claim, leaves)
    except Unknown:
        return None, derivative
    difference = elementwise(lambda a, b: add(a, mul(MINUS_ONE, b)), derivative, formula)
    body = shortest(difference, tuple(leaves)).body
    return (None if body == ZERO else body), derivative
