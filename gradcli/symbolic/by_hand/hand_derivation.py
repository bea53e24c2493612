"""Checks of derivatives that somebody has derived by hand, against reverse mode and against the closed form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import number_of, value_of
from gradcli.analysis.detached import complete
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault, GradientShape, LimitFault
from gradcli.symbolic.by_hand.slips import Slip, SlipFinder
from gradcli.symbolic.closed_form import ClosedForms, closed_forms, shortest, traced_value
from gradcli.symbolic.expression import MINUS_ONE, ZERO, Expr
from gradcli.symbolic.fold import add, mul, power
from gradcli.symbolic.higher_order import derivatives
from gradcli.symbolic.tensor import SymbolicTensor, broadcast, elementwise
from gradcli.symbolic.text import Writer
from gradcli.symbolic.trace import Unknown
from gradcli.symbolic.verification import WrongFormula, close, from_same_state, near_points

if TYPE_CHECKING:
    from gradcli.session.session import Session

Names = tuple[str, ...]

POINTS = 60         # points beside the given one
RANGES = ((-3.0, 3.0), (0.05, 0.95), (1.0, 4.0))        # where they lie, in turn
TOLERANCE = 1e-8
FLOOR = 1e-15       # what both may be off by, at least
NEIGHBOURS = (-3e-11, -7e-13, 2e-12, 5e-11)     # relative distances, at which rounding falls in other ways
SPARE = 8           # how many times what neighbours differ by rounding may be
SUSPECTS = 8        # points at which rounding is looked at
COMPARED = 24       # points at which formulas are compared with those of usual slips


class ComparedDerivative(NamedTuple):
    """The value of a program at a point, its derivative there, and what a hand derivation says that it is."""

    point: dict[str, np.ndarray]
    value: float
    expected: np.ndarray
    claimed: np.ndarray


class Mistake(NamedTuple):
    """A derivative and a hand derivation that differ, as formulas.

    missing     the derivative less the hand derivation; None where there is none
    factor      the derivative divided by the hand derivation; None likewise
    derivative  the closed form of the derivative; None likewise
    matrix      the derivative in matrix notation where it has no other form; "" likewise
    slips       what is wrong with the hand derivation, where that has a name
    """

    missing: Expr | None
    factor: Expr | None
    derivative: SymbolicTensor | None
    matrix: str
    slips: Sequence[Slip] = ()


class HandCheck(NamedTuple):
    """The verdict on a derivative by `names`: one, or two of a second derivative.

    points      how many points were compared
    place       the first point at which it is wrong, by name; None where it is right
    expected    the derivative there
    claimed     what the hand derivation gives there
    mistake     what is wrong with the hand derivation, as formulas; None where it is right
    """

    names: Names
    points: int
    place: dict[str, np.ndarray] | None
    expected: np.ndarray
    claimed: np.ndarray
    mistake: Mistake | None


def check_hand_derivation(session: Session, text: str, claim: str, names: Names, leaves: list[str]) -> HandCheck:
    """Compare the value of `claim` with the derivative of `text` by `names`, at the point and at others around it.

    Raises GradientShape where the value of `claim` has another shape than the derivative.
    """
    compared: list[ComparedDerivative] = []
    with from_same_state(session):
        first: ComparedDerivative | None = None
        for number, point in enumerate(_points({leaf: session[leaf].array for leaf in leaves})):
            try:
                here = _at(session, point, text, claim, names)
            except Fault as fault:
                if not number or isinstance(fault, LimitFault):
                    raise
                continue        # the program does not run there
            if not (np.isfinite(here.expected).all() and np.isfinite(here.value)):
                continue        # outside of the domain
            compared.append(here)
            if not close(here.claimed, here.expected, TOLERANCE):
                first = here
                break
        else:
            first = _apart(session, compared, text, claim, names)
    mistake = None if first is None else _mistake(session, text, claim, names, leaves)
    place, expected, claimed = (None, np.zeros(()), np.zeros(())) if first is None else (
        first.point, first.expected, first.claimed)
    return HandCheck(names, len(compared), place, expected, claimed, mistake)


def _at(session: Session, point: dict[str, np.ndarray], text: str, claim: str, names: Names) -> ComparedDerivative:
    """What is compared at a point."""
    for leaf, array in point.items():
        session[leaf] = Variable(array, True)
    value = complete(session, list(names), lambda: number_of(session, text), text)
    derivative = derivatives(value, {name: session[name] for name in names}, len(names))[names]
    shape = tuple(size for name in names for size in session[name].array.shape)
    expected = np.zeros(shape) if derivative is None else derivative.array
    return ComparedDerivative(point, float(value.array.reshape(())), expected, _claimed(session, claim, expected))


def _apart(session: Session, compared: list[ComparedDerivative], text: str, claim: str, names: Names
           ) -> ComparedDerivative | None:
    """The first point at which derivatives that are small everywhere differ beyond rounding."""
    if not compared:
        return None
    with np.errstate(all="ignore"):
        allowed = TOLERANCE * np.max([np.fmax(np.abs(p.expected), np.abs(p.claimed)) for p in compared], 0)
        suspects = [p for p in compared if (np.abs(p.claimed - p.expected) > allowed).any()]
        if suspects:
            allowed += np.max([_rounding(session, p, text, claim, names) for p in suspects[:SUSPECTS]], 0)
        return next((p for p in suspects if (np.abs(p.claimed - p.expected) > allowed).any()), None)


def _rounding(session: Session, here: ComparedDerivative, text: str, claim: str, names: Names) -> np.ndarray:
    """What both derivatives may be off by at a point: they move by that where its numbers move by next to nothing."""
    moves = [np.zeros(here.expected.shape)]
    for distance in NEIGHBOURS:
        try:
            other = _at(session, {leaf: np.asarray(array * (1 + distance)) for leaf, array in here.point.items()}, text,
                        claim, names)
        except LimitFault:
            raise
        except Fault:
            continue        # the program does not run there
        moves += [np.abs(other.expected - here.expected), np.abs(other.claimed - here.claimed)]
    return FLOOR + SPARE * np.maximum.reduce(moves)


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
    neighbours = list(near_points(arrays))
    yield from neighbours
    stream = UniformStream(0)
    for number in range(POINTS - len(neighbours)):
        low, high = RANGES[number % len(RANGES)]
        yield {name: np.asarray(stream.uniform(low, high, array.shape)) for name, array in arrays.items()}


def _mistake(session: Session, text: str, claim: str, names: Names, leaves: list[str]) -> Mistake:
    """What is wrong with a hand derivation."""
    forms = closed_forms(session, text, list(dict.fromkeys(names)), len(names))
    form = next(form for form in forms.derivatives if form.names == names)
    derivative = form.formula
    if derivative is None:
        return Mistake(None, None, None, form.matrix.text if form.matrix else "")
    try:
        formula = traced_value(session, claim, leaves)
    except Unknown:
        return Mistake(None, None, derivative, "")

    def compared(operation: Callable[[Expr, Expr], Expr]) -> Expr | None:
        body = shortest(elementwise(operation, derivative, formula), tuple(leaves)).body
        return None if body == ZERO else body

    missing = compared(lambda a, b: add(a, mul(MINUS_ONE, b)))
    factor = None if formula.body == ZERO else compared(lambda a, b: mul(a, power(b, MINUS_ONE)))
    return Mistake(missing, factor, derivative, "", _slips(session, text, formula, names, derivative, forms, leaves))


def _slips(session: Session, text: str, formula: SymbolicTensor, names: Names, right: SymbolicTensor,
           forms: ClosedForms, leaves: list[str]) -> list[Slip]:
    """The slips that make `formula` of `right`, the derivative by `names`; [] where they have no name."""
    arrays = {leaf: session[leaf].array for leaf in leaves}
    values = {name: value.array for name, value in session.names().items() if isinstance(value, Tensor)}
    points = [{**values, **forms.constants, **point} for point in islice(_points(arrays), COMPARED)]
    one = all(not array.ndim for array in arrays.values())
    function = forms.value.formula
    body: Expr | None = function.body if one and function is not None else None
    if len(names) > 1 and body is not None:        # what is differentiated last is a derivative itself
        body = _derivative(session, text, names[0])

    def short(expr: Expr) -> Expr:
        return shortest(SymbolicTensor(right.shape, right.axes, expr), tuple(leaves)).body

    def derived(expr: Expr) -> Expr | None:
        return _derivative(session, Writer((), False).text(expr), names[-1]) if one else None

    others = {} if len(names) > 1 else {name: other for name in leaves if name != names[0] and one and (
        other := _derivative(session, text, name)) is not None}
    try:
        _, _, bodies = broadcast((right, formula))
        return SlipFinder(body, right, points, short, cache(derived), names[-1]).slips(bodies[1], others)
    except (KeyError, ValueError):      # a formula names what has no value here
        return []


def _derivative(session: Session, text: str, name: str) -> Expr | None:
    """The closed form of a derivative by one of the leaves, which are numbers; None where there is none."""
    try:
        formula = closed_forms(session, text, [name]).derivatives[0].formula
    except LimitFault:
        raise
    except (Fault, Unknown, WrongFormula):
        return None
    return None if formula is None else formula.body
