"""A limit on the decisions of a run: values of leaves chosen at random may let a loop run forever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gradcli.engine.autograd.detached import TEXT, Detachments
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Dual
from gradcli.symbolic.control_flow.path_condition import PathLimit

if TYPE_CHECKING:
    from gradcli.session.session import Session


class DecisionLimit:
    """Counts truths and numbers that a program reads of tensors, in the place of a level of forward-mode tangents."""

    def __init__(self, most: int) -> None:
        self.most = most

    def truth(self, tensor: Tensor) -> bool:
        """The truth of a tensor; raises PathLimit where the program asks too often."""
        return bool(self(tensor, "", tensor.array))

    def __call__(self, tensor: Any, form: Any, value: Any) -> Any:
        """`value`, which the program reads of a tensor; raises PathLimit where it reads too often. Printing is free."""
        self.most -= form != TEXT
        if self.most < 0:
            raise PathLimit("a loop goes on by values")
        return value

    def takes(self, values: Sequence[Any]) -> bool:
        """Whether calls come here: none does."""
        return False

    def tangent(self, tensor: Tensor) -> None:
        """No tensor has a tangent here."""

    def record_write(self, target: Tensor, source: Any, put: Any = None) -> None:
        """Writes are no decisions."""


@contextmanager
def limited_decisions(session: Session, most: int) -> Iterator[None]:
    """Within, a program may read truths and numbers of tensors `most` times."""
    with session.in_force():
        before = Dual.level, Dual.watched, Detachments.observer
        limit = DecisionLimit(most)
        Dual.level, Dual.watched, Detachments.observer = limit, True, limit
    try:
        yield
    finally:
        with session.in_force():
            Dual.level, Dual.watched, Detachments.observer = before
