"""Whether gradients miss a part, because an intermediate value was detached from the graph.

A derivative that is 0 because a value was detached is wrong; one that is 0 because the function is piecewise constant
(a sign, a comparison, an index) is right. To tell them apart, the expression is evaluated again with the detached
numbers a little larger, and a little smaller: if its value follows them, a part of the gradient is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np

from gradcli.analysis.completing_repairs import keep_completing
from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.detached import TEXT, Detachments
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, float_limits
from gradcli.engine.tensor.tensor import Tensor, last_writes, owner
from gradcli.engine.tensor.write_gate import DataWrites, writing
from gradcli.faults.gradients import LostByConversion
from gradcli.faults.tree import Fault, LimitFault, SecondBackward, UsageFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

Sweeping = TypeVar("Sweeping", bound=Callable[..., Any])
Gradients = list[tuple[Tensor, Any]]
STEP = 2.0 ** -7                # the relative perturbation of a number; for 0 the absolute one
SMALLER = 2.0 ** -7             # of the perturbation: what follows smoothly then changes that much less
MOST_PLACES = 8                        # places that are tested one by one
MOST_TENSORS = 64                       # source tensors recorded for one place
DELIBERATE = frozenset({".data", ".detach()", ".detach_()", "torch.no_grad()", "a volatile Variable"})    # intended
PIECEWISE_CONSTANT = frozenset({"int()"})     # their derivative is 0 wherever it exists


class Detachment(NamedTuple):
    """A place in the program where values were detached: by what, where, and from which tensors."""

    cause: str
    place: Any
    tensors: list[Tensor]


class DetachmentRecorder:
    """Records what is detached while an expression runs; at `places`, it perturbs the numbers by `factor`."""

    def __init__(self, places: Iterable[Any] = (), factor: float = 0.0) -> None:
        self.at: dict[Any, Detachment] = {}
        self.places, self.factor = frozenset(places), factor

    def __call__(self, tensor: Tensor, cause: str, value: Any) -> Any:
        place = here()
        detachment = self.at.setdefault(place, Detachment(cause, place, []))
        if len(detachment.tensors) < MOST_TENSORS:
            detachment.tensors.append(tensor)
        return perturbed(value, self.factor) if place in self.places else value

    @property
    def steers(self) -> bool:
        """Whether numbers came out by which the program may have chosen its way; printed ones seldom are."""
        return any(point.cause != TEXT for point in self.at.values())

    @contextmanager
    def listening(self) -> Iterator[DetachmentRecorder]:
        """A context in which this object observes all detaching conversions."""
        before, Detachments.observer = Detachments.observer, self
        noticed, DataWrites.noticed = DataWrites.noticed, True
        try:
            yield self
        finally:
            Detachments.observer, DataWrites.noticed = before, noticed


def perturbed(value: Any, factor: float) -> Any:
    """`value` with its floats changed by the relative `factor`, and ints by one in that direction."""
    if type(value) is float:
        return value + value * factor if value else factor
    if type(value) is complex:
        return complex(perturbed(value.real, factor), perturbed(value.imag, factor))
    if type(value) is int:
        return value + (1 if factor > 0 else -1)
    if isinstance(value, list):
        return [perturbed(item, factor) for item in value]
    if isinstance(value, Tensor):
        other = type(value)(perturbed(value.array, factor))
        other.cut, other.root = value.cut, value.root
        return other
    if isinstance(value, np.ndarray) and value.dtype.kind in FLOAT_KINDS:
        return np.asarray(np.where(value, value + value * factor, factor), value.dtype)
    return value


def complete(session: Session, names: Sequence[str], evaluate: Callable[[], Tensor], text: str,
             stopped: Callable[[str, str], Any] | None = None, own: bool = False) -> Tensor:
    """The value of `text` by `evaluate`. Raises CutHistory if a gradient by one of the names misses a part that was
    detached, with the repairs that complete it.

    `stopped` is called with the name, and with what detached a part on purpose; by default a remark is made.
    With `own`, a gradient of 0 by a leaf that the text itself names is judged, too.
    """
    start = _Start.of(session, names)
    with DetachmentRecorder().listening() as recorder:
        value = evaluate()
    if recorder.at:
        stopped = stopped or (lambda name, cause: session.remark("stopped", stop_note(name, cause)))
        try:
            _Judge(session, names, evaluate, value, start, own).of(recorder, stopped)
        except LostByConversion as fault:
            keep_completing(fault, text, partial(_gradient_lost, session, names, start, value.array.copy()))
            raise
    return value


def _gradient_lost(session: Session, names: Sequence[str], start: _Start, array: Any, text: str) -> Fault | None:
    """What is wrong with the gradients of a text in place of one with the value `array`; None if nothing is."""
    def value_of() -> Tensor:
        value = session.eval(text)
        if not isinstance(value, Tensor):
            raise UsageFault("a number has no gradient")
        return value

    try:
        with start.replayed(session), session.silenced():
            with DetachmentRecorder().listening() as recorder:
                value = value_of()
        judge = _Judge(session, names, value_of, value, start)
        judge.of(recorder, lambda name, cause: None)
    except LimitFault:
        raise
    except Fault as fault:
        return fault
    if not (value.requires_grad and value.array.size == array.size
            and np.allclose(value.array.ravel(), array.ravel(), 1e-4, 1e-6, True)):
        return UsageFault("the value is another one")
    return None


def stop_note(name: str, cause: str) -> str:
    """What it means that a part of the gradient by a name is stopped on purpose."""
    return f"{cause} stops the gradient: what goes through it is no part of {name}.grad"


def steer_note(name: str, cause: str) -> str:
    """What it means that a program takes another way at any other number than the one that it made of a tensor."""
    return (f"where {cause} gives any other number, the program goes another way: {name}.grad is the gradient on the "
            "way that it went")


def sweeping(function: Sweeping) -> Sweeping:
    """A function of a session that sweeps; where the program has swept the graph before, the fault is placed there."""
    @wraps(function)
    def wrapper(session: Session, *args: Any, **options: Any) -> Any:
        try:
            return function(session, *args, **options)
        except SecondBackward as fault:
            if fault.span is not None:
                raise
            with session.running():
                raise

    return cast(Sweeping, wrapper)


class _Start(NamedTuple):
    """What evaluating an expression again starts from: random numbers, and what leaves hold, with their gradients."""

    moment: Any
    gradients: Gradients
    numbers: list[Any]

    @classmethod
    def of(cls, session: Session, names: Sequence[str]) -> _Start:
        values = session.names()
        gradients = saved_gradients(values.get(name) for name in names)
        return cls(session.generators.save(), gradients, [leaf.array.copy() for leaf, _ in gradients])

    @contextmanager
    def replayed(self, session: Session) -> Iterator[None]:
        """A context that begins there; afterwards all is as before it."""
        moment, gradients = session.generators.save(), [(leaf, leaf.gradient) for leaf, _ in self.gradients]
        arrays = [(leaf.array, leaf.array.copy(), start)
                  for (leaf, _), start in zip(self.gradients, self.numbers, strict=True)]
        writes = {id(owner(array)): last_writes.get(id(owner(array))) for array, _, _ in arrays}
        session.generators.restore(self.moment)
        restore_gradients(self.gradients)
        for array, _, start in arrays:
            _write(array, start)
        try:
            yield
        finally:
            session.generators.restore(moment)
            for array, numbers, _ in arrays:
                _write(array, numbers)
            for key, write in writes.items():       # the same numbers: what was kept of them is still right
                if write is not None:
                    last_writes[key] = write
                else:
                    last_writes.pop(key, None)
            for leaf, gradient in gradients:
                leaf.gradient = gradient


def _write(array: Any, numbers: Any) -> None:
    """Let an array hold these numbers, where it holds others: a program may have written to its leaf."""
    if array.shape == numbers.shape and not np.array_equal(array, numbers, equal_nan=array.dtype.kind in FLOAT_KINDS):
        writing(array)[...] = numbers


def saved_gradients(values: Iterable[Any]) -> Gradients:
    """The tensors among values with the gradients that they hold."""
    return [(value, _unshared(value.gradient)) for value in values if isinstance(value, Tensor)]


def restore_gradients(gradients: Gradients) -> None:
    """Let tensors hold the gradients that they held."""
    for tensor, gradient in gradients:
        tensor.gradient = _unshared(gradient)


def _unshared(gradient: Any) -> Any:
    """A gradient in memory of its own, where a sweep may add to it in place."""
    return gradient if gradient is None or gradient.requires_grad else type(gradient)(gradient.array.copy())


class _Judge:
    """Decides whether detached values matter for the gradients by some names."""

    def __init__(self, session: Session, names: Sequence[str], evaluate: Callable[[], Tensor], value: Tensor,
                 start: _Start, own: bool = False) -> None:
        self.session, self.evaluate, self.value, self.start = session, evaluate, value, start
        values = session.names()
        self.leaves = {id(parent(values[name])): name for name in names if isinstance(values.get(name), Tensor)}
        self.own = {name for name, leaf in values.items() if own and isinstance(leaf, Tensor) and leaf.requires_grad
                    and leaf.node is None} - set(self.leaves.values())
        self.leaves |= {id(values[name]): name for name in self.own}
        self.array = value.array.copy()

    def of(self, recorder: DetachmentRecorder, stopped: Callable[[str, str], Any]) -> None:
        """Raise CutHistory for the first detachment that matters; call `stopped` if it was intended."""
        reached = self._names([self.value])
        by_name = {name: [point for point in recorder.at.values() if name in self._names(point.tensors)]
                   for name in self.leaves.values() if name not in self.own & reached}
        for name, detachments in by_name.items():
            parts = [point for point in detachments if name not in reached or point.cause not in PIECEWISE_CONSTANT]
            culprit = self._culprit(parts, exact=name not in reached)
            if culprit is None:
                continue
            if name in reached and culprit.cause in DELIBERATE:
                stopped(name, culprit.cause)
            elif name in reached and self._steers(culprit):
                self.session.remark("steered", steer_note(name, culprit.cause))
            else:
                self._refuse(name, culprit, name in reached)

    def _names(self, tensors: Sequence[Tensor]) -> set[str]:
        """The names of the leaves that tensors were computed from."""
        roots: list[Any] = [parent(tensor) for tensor in tensors if tensor.requires_grad]
        names = {self.leaves[id(root)] for root in roots if id(root) in self.leaves}
        for node in newest_first(root for root in roots if not isinstance(root, Tensor)):
            names |= {self.leaves[id(to)] for to, _, _ in getattr(node, "edges", ()) if id(to) in self.leaves}
        return names

    def _culprit(self, detachments: list[Detachment], exact: bool) -> Detachment | None:
        """The first detachment that the value depends on by itself; else the first; None if it depends on none."""
        if not detachments or not self._depends_on(detachments, exact):
            return None
        ordered = sorted(detachments, key=lambda point: point.cause in DELIBERATE)
        single = [point for point in ordered[:MOST_PLACES] if len(ordered) > 1 and self._depends_on([point], exact)]
        smooth = (point for point in single if exact or not self._steers(point))
        return next(smooth, (single or ordered)[0])

    def _steers(self, point: Detachment) -> bool:
        """Whether the value jumps, or there is none, where the detached numbers are others: they choose its way."""
        def distance(factor: float) -> float:
            other = self._reevaluate([point.place], factor)
            if other is None or other.shape != self.array.shape:
                return np.inf
            return float(np.max(np.abs(np.subtract(other, self.array, dtype=np.float64)), initial=0.0))

        pairs = [(distance(factor), distance(factor * SMALLER)) for factor in (STEP, -STEP)]
        return all(near >= far / 2 or far == np.inf and near == 0 for far, near in pairs)

    def _depends_on(self, detachments: list[Detachment], exact: bool) -> bool:
        """Whether the value changes when the detached numbers do, in both directions, and not without."""
        places = [point.place for point in detachments]
        replayed = self._reevaluate((), 0.0)
        return replayed is not None and np.array_equal(replayed, self.array, equal_nan=True) and all(
            self._differs(self._reevaluate(places, factor), exact) for factor in (STEP, -STEP))

    def _reevaluate(self, places: Sequence[Any], factor: float) -> Any:
        """The value with the numbers of some places perturbed; None where the expression fails."""
        try:
            with self.start.replayed(self.session), self.session.silenced(), (
                    DetachmentRecorder(places, factor).listening()):
                return self.evaluate().array.copy()
        except LimitFault:
            raise
        except Fault:
            return None

    def _differs(self, other: Any, exact: bool) -> bool:
        if other is None or other.shape != self.array.shape:
            return True
        if exact or self.array.dtype.kind not in FLOAT_KINDS:
            return not np.array_equal(other, self.array, equal_nan=True)
        size = max(1e-30, float(np.max(np.abs(self.array), initial=0.0, where=np.isfinite(self.array))))
        rounding = 64 * float(float_limits(self.array.dtype).eps) * size
        return bool(np.any(np.abs(other - self.array) > rounding))

    def _refuse(self, name: str, culprit: Detachment, partly: bool) -> None:
        missing = f"a part of the gradient by {name} is missing" if partly else f"the gradient by {name} would be 0"
        with self.session.running():
            raise LostByConversion(missing, name, culprit.cause, culprit.place)
