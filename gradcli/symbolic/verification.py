"""Formulas against reverse mode: at the point itself, at points near it, and at ordinary ones.

A formula belongs to one run of a program. Another point may lead the program elsewhere, by an `if` or by a number that
it takes from a tensor; there a formula is compared only if that run has the same one. At the point itself a formula may
have no value, or another than PyTorch's convention, where it lies on a kink, at a tie or outside the domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.session.snapshot import Snapshot
from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.text import Writer

if TYPE_CHECKING:
    from gradcli.session.session import Session

POINTS, SPREAD = 5, 0.05        # points beside the first at which a formula is checked, and how far they lie from it
RANGES = ((0.05, 0.95), (1.0, 4.0), (-3.0, 3.0))        # where ordinary points lie, in turn
TOLERANCE, SINGLE = 1e-8, 2e-3      # relative and absolute, in double precision and in less
ROUNDING = 1e-4     # a relative difference below this is one of digits that were lost

Point = Mapping[str, np.ndarray]


class WrongFormula(Exception):
    """A formula and reverse mode disagree: a fault of gradcli."""


@contextmanager
def from_same_state(session: Session, quiet: bool = False) -> Iterator[None]:
    """Within, a program may run; afterwards the session is as it was, but for the remarks that were made.

    With `quiet`, what the program prints is dropped.
    """
    snapshot = Snapshot(session)
    outputs = session.output, session.complain
    if quiet:
        session.output = session.complain = None
    try:
        with snapshot.watching():
            yield
    finally:
        session.output, session.complain = outputs
        remarked = set(session.remarked)
        snapshot.restore()
        session.remarked |= remarked


def near_points(arrays: Point) -> Iterator[dict[str, np.ndarray]]:
    """Seeded random points near one; numbers that are 0 leave it too."""
    stream = UniformStream(0)
    for _ in range(POINTS):
        yield {name: perturbed(array, stream) for name, array in arrays.items()}


def perturbed(array: np.ndarray, stream: UniformStream) -> np.ndarray:
    """An array with each number moved a little."""
    step = SPREAD * stream.uniform(-1, 1, array.shape)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(array == 0, step, array * (1 + step)), array.dtype)


def ordinary_points(arrays: Point) -> Iterator[dict[str, np.ndarray]]:
    """Seeded random points of moderate size."""
    stream = UniformStream(1)
    for low, high in RANGES * 2:
        yield {name: np.asarray(stream.uniform(low, high, array.shape), array.dtype) for name, array in arrays.items()}


def close(computed: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    """Whether two arrays agree, relatively or absolutely, infinities and nan included."""
    with np.errstate(all="ignore"):
        return bool(np.allclose(computed, expected, rtol=tolerance, atol=tolerance, equal_nan=True))


def require_sweep(name: str, value: np.ndarray, sweep: np.ndarray) -> None:
    """Raise WrongFormula unless the parts of a derivative come to what one sweep gives."""
    if not close(value, sweep, SINGLE):
        raise WrongFormula(f"the parts of {name} come to {value}, and a sweep to {sweep}")


def compared(formula: SymbolicTensor, names: Point, expected: np.ndarray, coarse: bool) -> str:
    """How a formula compares with the value that the engine gives: "same", "undefined", "rounded" or "different".

    undefined   one of them is infinite or nan where the other is not
    rounded     they differ in the later digits
    """
    computed = evaluate_tensor(formula, names)
    tolerance = SINGLE if coarse or expected.dtype != np.float64 else TOLERANCE
    with np.errstate(all="ignore"):
        if np.allclose(computed, expected, rtol=tolerance, atol=tolerance, equal_nan=True):
            return "same"
        both = np.isfinite(computed) & np.isfinite(expected)
        if np.allclose(np.where(both, computed, 0), np.where(both, expected, 0), rtol=tolerance, atol=tolerance):
            return "undefined"
        largest = max(float(np.abs(np.where(both, expected, 0)).max(initial=0)), ROUNDING)
        difference = np.abs(np.where(both, np.asarray(computed, np.float64) - expected, 0)).max(initial=0)
    return "rounded" if difference <= ROUNDING * largest else "different"


def refuse(name: str, formula: SymbolicTensor, names: Point, expected: np.ndarray) -> None:
    """Raise WrongFormula: the value of a formula is not the one that the engine gives."""
    raise WrongFormula(f"the formula for {name} gives {np.ravel(evaluate_tensor(formula, names))[:4]}, and the engine "
                       f"{np.ravel(expected)[:4]}")


def same_text(a: SymbolicTensor | None, b: SymbolicTensor | None) -> bool:
    """Whether two formulas are the same, whatever their indices are called."""
    return a is not None and b is not None and a.shape == b.shape and Writer().tensor(a) == Writer().tensor(b)
