"""Tensors as Python's sequences: their length, their rows, what is in them, and their reverse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.result_size import UNCHECKED
from gradcli.engine.autograd.signature import SCALARS, described
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array, grad_mode, recording
from gradcli.faults.tree import ArgumentFault, TypeFault

ROW_BYTES = 256     # bytes that a tensor takes in a list


def length(self: Tensor) -> int:
    if not self.array.ndim:
        raise ArgumentFault("len() of a 0-d tensor", ("x.item()", "its number"))
    return len(self.array)


def rows(self: Tensor) -> Iterator[Any]:
    if not self.array.ndim:
        raise ArgumentFault("iteration over a 0-d tensor", ("x.item()", "its number"))
    if len(self.array) > UNCHECKED:
        MemoryLimit.check("iter", len(self.array) * ROW_BYTES, "a list")
    if self.requires_grad and grad_mode.enabled:
        return iter(traced.unbind(self))
    return iter(_listed(self))


def _listed(self: Any) -> list[Any]:
    """The rows of a tensor, which takes subscripts by an operation that is attached to its class."""
    return [self[i] for i in range(length(self))]


def contains(self: Tensor, value: Any) -> bool:
    if self.array.size > UNCHECKED:
        MemoryLimit.check("in", self.array.size)
    if not isinstance(value, Tensor) and type(value) not in SCALARS:
        raise TypeFault(f"a tensor contains numbers; {described(value)} is looked for in it",
                        ("any(x is t for t in tensors)", "looks for an object among several")).saying(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type_text(value)}.")
    if isinstance(value, Tensor) and value.array.ndim:
        with recording(False):
            return bool(np.any(traced.eq(value, self).array))
    return bool(np.any(self.array == (value.array if isinstance(value, Tensor) else value)))


def reverse(self: Tensor) -> Any:
    """The value of `reversed(x)`: the tensor reversed along dimension 0; in older versions its rows in reverse."""
    if Current.legacy or type(self) is Array:
        return iter(_listed(self)[::-1])
    return traced.flip(self, (0,)) if self.array.ndim else self


SEQUENCE: dict[str, Callable[..., Any]] = {
    "__len__": length, "__iter__": rows, "__contains__": contains, "__reversed__": reverse}
