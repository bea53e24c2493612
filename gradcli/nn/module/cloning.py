"""`clone_module`: deep copies of modules."""

from __future__ import annotations

from typing import Any

from gradcli.engine.deep_copy import copy_leaf
from gradcli.engine.tensor.tensor import Tensor
from gradcli.nn.module.module import Module

SLOTS = ("_hooks", "_module_dict", "_buffer_dict", "_parameter_dict", "_non_persistent_buffers", "__dict__")


def clone_module(module: Module) -> Module:
    """A deep copy of `module`, which shares no parameter and no buffer with it."""
    return _Cloner().clone_value(module)


class _Cloner:
    """One deep copy; `memo` has the copies by id, so that a shared value is copied once."""

    def __init__(self) -> None:
        self.memo: dict[int, Any] = {}

    def clone_value(self, value: Any) -> Any:
        """A copy of a module, a tensor, or a list, tuple, set or dict; other values themselves."""
        if id(value) in self.memo:
            return self.memo[id(value)]
        if isinstance(value, Module):
            return self._module(value)
        if isinstance(value, Tensor):
            copy: Any = copy_leaf(value)
        elif type(value) in (list, tuple, set):
            copy = type(value)(map(self.clone_value, value))
        elif type(value) is dict:
            copy = {key: self.clone_value(inner) for key, inner in value.items()}
        else:
            return value
        self.memo[id(value)] = copy
        return copy

    def _module(self, module: Module) -> Module:
        copy = object.__new__(type(module))
        self.memo[id(module)] = copy
        for name in SLOTS[:-1]:
            object.__setattr__(copy, name, self.clone_value(getattr(module, name)))
        copy.__dict__.update({name: self.clone_value(value) for name, value in module.__dict__.items()})
        return copy
