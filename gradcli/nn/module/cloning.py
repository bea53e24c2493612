"""Copies of modules, with parameters of their own."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import recording
from gradcli.faults.tree import GradFault
from gradcli.nn.module.module import Module

SLOTS = ("_hooks", "_module_dict", "_buffer_dict", "_parameter_dict", "_non_persistent", "__dict__")


def cloned(module: Module) -> Module:
    """A module like `module` that shares no parameter and no buffer with it."""
    return _Copying().of(module)    # type: ignore[no-any-return]


class _Copying:
    """One copy, in which what occurs twice is copied once."""

    def __init__(self) -> None:
        self.done: dict[int, Any] = {}

    def of(self, value: Any) -> Any:
        """The copy of a module, a tensor, a container of such; other values as they are."""
        if id(value) in self.done:
            return self.done[id(value)]
        if isinstance(value, Module):
            return self._module(value)
        if isinstance(value, Tensor):
            made: Any = self._tensor(value)
        elif type(value) in (list, tuple, set):
            made = type(value)(map(self.of, value))
        elif type(value) is dict:
            made = {key: self.of(inner) for key, inner in value.items()}
        else:
            return value
        self.done[id(value)] = made
        return made

    def _module(self, module: Module) -> Module:
        made = object.__new__(type(module))
        self.done[id(module)] = made
        for name in SLOTS[:-1]:
            object.__setattr__(made, name, self.of(getattr(module, name)))
        made.__dict__.update({name: self.of(value) for name, value in module.__dict__.items()})
        return made

    def _tensor(self, tensor: Tensor) -> Tensor:
        if isinstance(tensor, Uninitialized):
            return tensor.again()       # type: ignore[no-any-return]
        if tensor.node is not None:
            raise GradFault("Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                            "protocol at the moment", ("x.detach().clone()", "a copy without history"))
        with recording(False):
            made: Tensor = type(tensor)(traced.clone(Tensor(tensor.array)).array)
        made.requires_grad = tensor.requires_grad
        return made
