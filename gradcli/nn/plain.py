"""Plain values that optimisers and schedulers keep, so that they hold no object of the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault

MAX_DEPTH = 16        # of nested containers; a state dict has three or four levels


def plain_copy(value: Any, subject: str, depth: int = 0) -> Any:
    """A copy of `value` if it is None, a number, a string, a tensor, or a list, tuple or dict of such.

    Dicts have strings and whole numbers as keys. ArgumentFault, with `subject` as the name of the entry, for the rest.
    """
    if value is None or type(value) is str or type(value) in NUMBERS:
        return value
    if isinstance(value, Tensor):
        return Tensor(detached_for(value, subject).array.copy())
    if depth < MAX_DEPTH and type(value) in (list, tuple):
        return type(value)(plain_copy(inner, subject, depth + 1) for inner in value)
    if depth < MAX_DEPTH and type(value) is dict and all(type(key) in (str, int) for key in value):
        return {key: plain_copy(inner, f"{subject}[{brief(key)!r}]", depth + 1) for key, inner in value.items()}
    raise ArgumentFault(f"{subject} must be a number, a string, a tensor, or a list or dict of them, not "
                        f"{described(value)}")


def integer_list(values: Iterable[Any], subject: str) -> list[int]:
    """A list of ints. ArgumentFault for other values; `subject` names the parameter."""
    numbers = list(values)
    if others := [value for value in numbers if type(value) is not int]:
        raise ArgumentFault(f"{subject} are whole numbers, not {described(others[0])}", f"{subject}=[30, 80]")
    return numbers
