"""Whether an expression's gradients miss a part, because a value on the way lost its history.

A derivative that is 0 for such a reason is wrong, and one that is 0 by nature (of a sign, a comparison, a place) is
right. What tells them apart is whether the expression's value follows the numbers that came out of a conversion:
it is evaluated again with these numbers a little larger, and a little smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.detached import Detachments
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.gradients import LostByConversion
from gradcli.faults.tree import Fault, LimitFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

STEP = 2.0 ** -7                # by which part of itself a number is moved; a zero is moved by so much
MOST = 8                        # places that are looked at one by one
KEPT = 64                       # tensors of one place that are kept
DELIBERATE = frozenset({".data", ".detach()", "torch.no_grad()", "a volatile Variable"})     # ways to stop a gradient
STEPWISE = frozenset({"int()"})     # their slope is 0 where they have one


class Departure(NamedTuple):
    """A place where values lost their history: how, where, and the tensors that they were made of."""

    how: str
    place: Any
    tensors: list[Tensor]


class Departures:
    """What has lost its history while an expression ran; at `places`, numbers are moved by `factor` of themselves."""

    def __init__(self, places: Iterable[Any] = (), factor: float = 0.0) -> None:
        self.at: dict[Any, Departure] = {}
        self.places, self.factor = frozenset(places), factor

    def __call__(self, tensor: Tensor, how: str, value: Any) -> Any:
        place = here()
        departure = self.at.setdefault(place, Departure(how, place, []))
        if len(departure.tensors) < KEPT:
            departure.tensors.append(tensor)
        return moved(value, self.factor) if place in self.places else value

    @contextmanager
    def listening(self) -> Iterator[Departures]:
        """Within, conversions come here."""
        before, Detachments.observer = Detachments.observer, self
        try:
            yield self
        finally:
            Detachments.observer = before


def moved(value: Any, factor: float) -> Any:
    """Numbers a little larger, or with a negative factor smaller; whole ones by one."""
    if type(value) is float:
        return value + value * factor if value else factor
    if type(value) is int:
        return value + (1 if factor > 0 else -1)
    if isinstance(value, list):
        return [moved(each, factor) for each in value]
    if isinstance(value, Tensor):
        other = type(value)(moved(value.array, factor))
        other.cut, other.root = value.cut, value.root
        return other
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.asarray(np.where(value, value + value * factor, factor), value.dtype)
    return value


def complete(session: Session, names: Sequence[str], evaluate: Callable[[], Tensor]) -> Tensor:
    """What `evaluate` gives; CutHistory if its gradient by one of the names is 0 for no other reason than a cut."""
    start = session.generators.moment()
    with Departures().listening() as departures:
        value = evaluate()
    if departures.at:
        _Judgement(session, names, evaluate, value, start).of(departures)
    return value


class _Judgement:
    """Whether values that lost their history matter for the gradients by some names."""

    def __init__(self, session: Session, names: Sequence[str], evaluate: Callable[[], Tensor], value: Tensor,
                 start: Any) -> None:
        self.session, self.evaluate, self.value, self.start = session, evaluate, value, start
        held = session.names()
        self.leaves = {id(parent(held[name])): name for name in names if isinstance(held.get(name), Tensor)}
        self.array = value.array.copy()

    def of(self, departures: Departures) -> None:
        """Raise CutHistory for the first departure that matters; remark on what was stopped deliberately."""
        reached = self._names([self.value])
        by_name = {name: [each for each in departures.at.values() if name in self._names(each.tensors)]
                   for name in self.leaves.values()}
        for name, found in by_name.items():
            parts = [each for each in found if name not in reached or each.how not in STEPWISE]
            culprit = self._culprit(parts, exact=name not in reached)
            if culprit is None:
                continue
            if name in reached and culprit.how in DELIBERATE:
                self.session.remark("stopped", f"{culprit.how} stops the gradient: what goes through it is no part of "
                                               f"{name}.grad")
            else:
                self._refuse(name, culprit, name in reached)

    def _names(self, tensors: Sequence[Tensor]) -> set[str]:
        """The names of the leaves that tensors were computed from."""
        calls: list[Any] = [parent(each) for each in tensors if each.requires_grad]
        found = {self.leaves[id(each)] for each in calls if id(each) in self.leaves}
        for call in newest_first(each for each in calls if not isinstance(each, Tensor)):
            found |= {self.leaves[id(to)] for to, _, _ in getattr(call, "edges", ()) if id(to) in self.leaves}
        return found

    def _culprit(self, found: list[Departure], exact: bool) -> Departure | None:
        """The first of several departures that the value depends on."""
        if not found or not self._follows(found, exact):
            return None
        number = sorted(found, key=lambda each: each.how in DELIBERATE)
        single = (each for each in number[:MOST] if len(found) > 1 and self._follows([each], exact))
        return next(single, number[0])

    def _follows(self, found: list[Departure], exact: bool) -> bool:
        """Whether the value changes in both directions with the numbers of some departures, and not without."""
        places = [each.place for each in found]
        still = self._again((), 0.0)
        return still is not None and np.array_equal(still, self.array, equal_nan=True) and all(
            self._differs(self._again(places, factor), exact) for factor in (STEP, -STEP))

    def _again(self, places: Sequence[Any], factor: float) -> Any:
        """The value once more; None where the expression fails."""
        after = self.session.generators.moment()
        self.session.generators.rewind(self.start)
        try:
            with self.session.silenced(), Departures(places, factor).listening():
                return self.evaluate().array.copy()
        except LimitFault:
            raise
        except Fault:
            return None
        finally:
            self.session.generators.rewind(after)

    def _differs(self, other: Any, exact: bool) -> bool:
        if other is None or other.shape != self.array.shape:
            return True
        if exact or self.array.dtype.kind != "f":
            return not np.array_equal(other, self.array, equal_nan=True)
        size = max(1e-30, float(np.max(np.abs(self.array), initial=0.0, where=np.isfinite(self.array))))
        rounding = 64 * float(np.finfo(self.array.dtype).eps) * size
        return bool(np.any(np.abs(other - self.array) > rounding))

    def _refuse(self, name: str, culprit: Departure, partly: bool) -> None:
        missing = f"a part of the gradient by {name} is missing" if partly else f"the gradient by {name} would be 0"
        with self.session.running():
            raise LostByConversion(f"{missing}, because {culprit.how} leaves the history of {name} behind",
                                   culprit.how, culprit.place)
