"""`get_submodule`, `set_submodule`, `get_parameter` and `get_buffer`: members of a module by dotted name."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.faults.tree import ArgumentFault, AttributeFault, ValueFault


class Lookup:
    """Members by the names that `named_modules()`, `named_parameters()` and `named_buffers()` list."""

    __slots__ = ()

    _parameter_dict: dict[str, Any]
    _buffer_dict: dict[str, Any]
    _module_dict: dict[str, Any]

    def get_submodule(self, target: str) -> Any:
        """The module of this dotted name; this module for the empty name."""
        module: Lookup = self
        for name in _checked_target(target).split(".") if target else ():
            if name in module._module_dict and module._module_dict[name] is not None:
                module = module._module_dict[name]
            elif name in module._parameter_dict or name in module._buffer_dict:
                raise AttributeFault(f"`{name}` is not an nn.Module")
            else:
                raise AttributeFault(f"{type(module).__name__} has no attribute `{name}`")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of this dotted name."""
        return self._entry(target, "_parameter_dict", "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of this dotted name."""
        return self._entry(target, "_buffer_dict", "a buffer")

    def set_submodule(self, target: str, module: Any, strict: bool = False) -> None:
        """Put `module` in the place of this dotted name; with `strict` there must be a module now."""
        path, _, name = _checked_target(target).rpartition(".")
        if not name:
            raise ValueFault("Cannot set the submodule without a target name!")
        if not isinstance(module, Lookup):
            raise ValueFault(f"`module` is not an nn.Module, found {type_text(module)}")
        parent: Any = self.get_submodule(path) if path else self
        if name not in parent._module_dict:
            if hasattr(parent, name):
                raise AttributeFault(f"`{name}` is not an nn.Module")
            if strict:
                raise AttributeFault(f"{type(parent).__name__} has no attribute `{name}`")
        parent.add_module(name, module)

    def _entry(self, target: str, registry_name: str, kind: str) -> Any:
        path, _, name = _checked_target(target).rpartition(".")
        module = self.get_submodule(path)
        if name in getattr(module, registry_name):
            return getattr(module, registry_name)[name]
        if any(name in registry for registry in (module._parameter_dict, module._buffer_dict, module._module_dict)):
            raise AttributeFault(f"`{name}` is not {kind}")
        raise AttributeFault(f"{type(module).__name__} has no attribute `{name}`")

    def _get_name(self) -> str:
        """The name of its class."""
        return type(self).__name__


def _checked_target(target: Any) -> str:
    if type(target) is not str:
        raise ArgumentFault(f"a module knows what is inside by dotted names, not by {described(target)}",
                            'net.get_submodule("fc")')
    return target
