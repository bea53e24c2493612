"""Hooks of all modules: `torch.nn.modules.module.register_module_forward_hook` and others.

They are called before those of the same sort that a module has itself.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.hooks import Handle
from gradcli.engine.autograd.signature import described
from gradcli.engine.settings import SwitchedSettings
from gradcli.faults.tree import ArgumentFault, GradFault
from gradcli.nn.module.call_hooks import FULL_OR_NOT, SORTS, WithKwargs


class OfAllModules:
    """The hooks of one sort, as a handle takes one off: the settings get others in place of those before."""

    __slots__ = ("position",)

    def __init__(self, position: int) -> None:
        self.position = position

    def set(self, hooks: dict[int, Any]) -> None:
        """Let these be the hooks of this sort."""
        sorts = list(SwitchedSettings.module_hooks or ({},) * SORTS)
        sorts[self.position] = hooks
        SwitchedSettings.module_hooks = tuple(sorts) if any(sorts) else None

    def pop(self, key: int, default: Any = None) -> Any:
        """Take one off, if it is there."""
        hooks = dict((SwitchedSettings.module_hooks or ({},) * SORTS)[self.position])
        hook = hooks.pop(key, default)
        self.set(hooks)
        return hook


def _register(position: int, hook: Any, with_kwargs: Any = False, always_call: Any = False) -> Handle:
    if not callable(hook):
        raise ArgumentFault(f"a hook is a function, not {described(hook)}")
    sorts = SwitchedSettings.module_hooks or ({},) * SORTS
    if position in FULL_OR_NOT and sorts[FULL_OR_NOT[position]]:
        raise GradFault("Cannot use both regular backward hooks and full backward hooks as a global Module hook. "
                        "Please use only one of them.")
    registry, key = OfAllModules(position), Handle.next_id
    registry.set({**sorts[position], key: WithKwargs(hook, bool(with_kwargs), bool(always_call)) if (
        with_kwargs or always_call) else hook})
    return Handle(registry, key)


def register_module_forward_pre_hook(hook: Any) -> Handle:
    """Call hook(module, inputs) before the forward of every module; what it returns, unless None, is used as input."""
    return _register(0, hook)


def register_module_forward_hook(hook: Any, *, with_kwargs: bool = False, always_call: bool = False) -> Handle:
    """Call hook(module, inputs, output) after the forward of every module; what it returns, unless None, is the output.

    With `with_kwargs` it is hook(module, args, kwargs, output); with `always_call` it is called if forward raises too.
    """
    return _register(1, hook, with_kwargs, always_call)


def register_module_full_backward_hook(hook: Any) -> Handle:
    """Call hook(module, grad_input, grad_output) in the backward of every module."""
    return _register(2, hook)


def register_module_full_backward_pre_hook(hook: Any) -> Handle:
    """Call hook(module, grad_output) before the backward of every module."""
    return _register(3, hook)


def register_module_backward_hook(hook: Any) -> Handle:
    """Call hook(module, grad_input, grad_output) with what goes through the last operation of every forward alone."""
    return _register(4, hook)
