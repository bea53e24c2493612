"""The tensors that a program has names for: its variables, and the parameters of its modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.source import visible

if TYPE_CHECKING:
    from gradcli.nn.module.module import Module


def is_module(value: Any) -> TypeGuard[Module]:
    """Whether a value of a program is an nn.Module, of which there are none before their file has been imported."""
    file = sys.modules.get("gradcli.nn.module.module")
    return file is not None and isinstance(value, file.Module)


def named_tensors(names: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """Yield the name and the value of each tensor among `names`, then of each parameter: `model.0.weight`."""
    for name, value in names.items():
        if isinstance(value, Tensor):
            yield name, value
    for name, value in names.items():
        if is_module(value):
            yield from value.named_parameters(name)


def names_by_node(names: Mapping[str, Any]) -> dict[int, str]:
    """The names of tensors by the id of their node, or of the leaf; a variable's is preferred to a parameter's."""
    names_by_id: dict[int, str] = {}
    for name, value in named_tensors(names):
        if name in names:
            names_by_id[id(value.node or value)] = name
        else:
            names_by_id.setdefault(id(value.node or value), visible(name))  # programs call parameters what they like
    return names_by_id
