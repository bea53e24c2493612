"""What a program hands over to be kept: plain values, copied, so that nothing of the program's own stays inside."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault

DEEPEST = 16        # containers within each other: a state has three or four


def plain(value: Any, what: str, deep: int = 0) -> Any:
    """A copy of `value` if it is None, a number, a string, a tensor, or a list, tuple or dict of such.

    Dicts have strings and whole numbers as keys. ArgumentFault, with `what` as the name of the entry, for the rest.
    """
    if value is None or type(value) is str or type(value) in NUMBERS:
        return value
    if isinstance(value, Tensor):
        return Tensor(value.array.copy())
    if deep < DEEPEST and type(value) in (list, tuple):
        return type(value)(plain(inner, what, deep + 1) for inner in value)
    if deep < DEEPEST and type(value) is dict and all(type(key) in (str, int) for key in value):
        return {key: plain(inner, f"{what}[{brief(key)!r}]", deep + 1) for key, inner in value.items()}
    raise ArgumentFault(f"{what} must be a number, a string, a tensor, or a list or dict of them, not "
                        f"{described(value)}")
