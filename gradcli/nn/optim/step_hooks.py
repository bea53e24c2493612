"""Hooks of optimisers: before and after step(), state_dict() and load_state_dict()."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.hooks import Handle
from gradcli.engine.autograd.signature import described
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, GradFault

Hook = Callable[..., Any]
NAMES = tuple(f"register_{event}_{when}_hook" for event in ("step", "state_dict", "load_state_dict")
              for when in ("pre", "post"))


@exposed(*NAMES)
class OptimizerHooks:
    """The hooks of an optimiser: for each moment, such as "step before", a dict from numbers to functions."""

    __slots__ = ("_step_hooks",)

    _step_hooks: dict[str, dict[int, Hook]] | None

    def _steps_itself(self) -> bool:
        raise NotImplementedError

    def _register(self, when: str, hook: Any, prepend: bool = False) -> Handle:
        if not callable(hook):
            raise ArgumentFault(f"a hook is a function, not {described(hook)}")
        if when.startswith("step") and self._steps_itself():
            raise ArgumentFault("an optimiser with a step of its own calls no hooks around it",
                                ("def step(self, closure=None):", "call the function there"))
        if self._step_hooks is None:
            self._step_hooks = {}
        hooks = self._step_hooks.setdefault(when, {})
        key = Handle.next_id
        rest = dict(hooks) if prepend else {}
        if prepend:
            hooks.clear()
        hooks[key] = hook
        hooks.update(rest)
        return Handle(hooks, key)

    def _hooks_at(self, when: str) -> tuple[Hook, ...]:
        return tuple((self._step_hooks or {}).get(when, {}).values())

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call hook(optimizer, args, kwargs) before each step; it may return other args and kwargs."""
        return self._register("step before", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call hook(optimizer, args, kwargs) after each step."""
        return self._register("step after", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(optimizer) before each state_dict()."""
        return self._register("state_dict before", hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(optimizer, state_dict) after each state_dict(); it may return another dict."""
        return self._register("state_dict after", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(optimizer, state_dict) before a state is loaded; it may return another."""
        return self._register("load_state_dict before", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(optimizer) after a state is loaded."""
        return self._register("load_state_dict after", hook, prepend)

    def _with_hooks(self, step: Callable[[Any], Any], closure: Any) -> Any:
        args: tuple[Any, ...] = (self,) if closure is None else (self, closure)
        options: dict[str, Any] = {}
        for hook in self._hooks_at("step before"):
            changed = hook(self, args, options)
            if changed is None:
                continue
            if type(changed) is not tuple or len(changed) != 2 or type(changed[0]) is not tuple or (
                    type(changed[1]) is not dict):
                raise GradFault("a step hook must return None or a tuple of (new_args, new_kwargs), but got "
                                f"{described(changed)}")
            args, options = changed
        result = step(options.get("closure", args[1] if len(args) > 1 else None))
        for hook in self._hooks_at("step after"):
            hook(self, args, options)
        return result

    def _run_state_dict_pre_hooks(self) -> None:
        for hook in self._hooks_at("state_dict before"):
            hook(self)

    def _run_state_dict_post_hooks(self, initial: dict[str, Any]) -> Any:
        state_dict: Any = initial
        for hook in self._hooks_at("state_dict after"):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict

    def _run_load_state_dict_pre_hooks(self, state: Any) -> Any:
        for hook in self._hooks_at("load_state_dict before"):
            changed = hook(self, state)
            state = state if changed is None else changed
        return state

    def _run_load_state_dict_post_hooks(self) -> None:
        for hook in self._hooks_at("load_state_dict after"):
            hook(self)
