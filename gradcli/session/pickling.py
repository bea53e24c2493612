"""What Python's `copy` and `pickle` make of a session's values outside of programs."""

from __future__ import annotations

import copyreg
from typing import Any, NoReturn

from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import RESULT
from gradcli.session.session import Session


def register() -> None:
    """From now on tensors are copied and pickled by their numbers, without history; sessions are refused."""
    for kind in RESULT:
        copyreg.pickle(kind, _by_numbers)
    copyreg.pickle(Session, _refused)


def _by_numbers(tensor: Tensor) -> tuple[Any, ...]:
    return _leaf, (type(tensor), tensor.array.copy(), tensor.requires_grad)


def _leaf(kind: type[Tensor], array: Any, requires_grad: bool) -> Tensor:
    leaf = kind(array)
    leaf.requires_grad = requires_grad
    return leaf


def _refused(session: Session) -> NoReturn:
    raise TypeError("a session cannot be copied or pickled: its names() can, and programs run anew")
