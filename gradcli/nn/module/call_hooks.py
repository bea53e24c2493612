"""Calls of modules that have hooks: forward_pre hooks, forward, backward hooks, forward hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gradcli.engine.autograd.hooks import Handle
from gradcli.engine.autograd.signature import described
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.faults.tree import ArgumentFault, GradFault, LimitFault, TypeFault

Hooks = dict[int, Any]


class WithKwargs(NamedTuple):
    """A hook registered with options: whether it receives the keyword arguments too, and whether it is called even
    if forward, or a hook before it, raises."""

    function: Callable[..., Any]
    kwargs: bool = True
    always: bool = False


SORTS = 5
FULL_OR_NOT = {2: 4, 4: 2}      # sorts of backward hooks that one module cannot have both


def register_call_hook(module: Any, position: int, hook: Any, prepend: Any = False, with_kwargs: Any = False,
                       always_call: Any = False) -> Handle:
    """Register a hook, to be called after those of its sort or before them; the handle removes it.

    `position` is that of the sort in `module._hooks`: 0 forward_pre, 1 forward, 2 full_backward, 3 full_backward_pre,
    4 backward.
    """
    if not callable(hook):
        raise ArgumentFault(f"a hook is a function, not {described(hook)}")
    if module._hooks is None:
        object.__setattr__(module, "_hooks", ({}, {}, {}, {}, {}))
    if position in FULL_OR_NOT and module._hooks[FULL_OR_NOT[position]]:
        raise GradFault("Cannot use both regular backward hooks and full backward hooks on a single Module. Please use "
                        "only one of them.")
    hooks: Hooks = module._hooks[position]
    key = Handle.next_id
    earlier = dict(hooks)
    hooks[key] = WithKwargs(hook, bool(with_kwargs), bool(always_call)) if with_kwargs or always_call else hook
    if prepend:
        for number, other in earlier.items():
            del hooks[number]
            hooks[number] = other
    return Handle(hooks, key)


def call_with_hooks(module: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call `module.forward` and its hooks; return the output as the hooks leave it.

    What any of them raises goes on when the hooks have been called that always are.
    """
    pre_hooks, forward_hooks, backward_hooks, backward_pre_hooks, non_full_backward_hooks = _hooks_of(module)
    called: set[int] = set()
    result = backward_hook = None
    try:
        for hook in tuple(pre_hooks.values()):
            args, options = _run_pre_hook(module, hook, args, options)
        if backward_hooks or backward_pre_hooks:
            from gradcli.nn.module.backward_hooks import BackwardHook

            backward_hook = BackwardHook(module, tuple(backward_hooks.values()), tuple(backward_pre_hooks.values()))
            args = backward_hook.attach_to_inputs(args)
        result = module.forward(*args, **options)
        for key, hook in tuple(forward_hooks.items()):
            called.add(key)
            result = _run_forward_hook(module, hook, args, options, result)
        if backward_hook:
            result = backward_hook.attach_to_outputs(result)
    except (LimitFault, RecursionError, MemoryError):
        raise
    except Exception:       # whatever it is, it goes on below
        for hook in [hook for key, hook in forward_hooks.items() if key not in called]:
            if type(hook) is WithKwargs and hook.always:
                result = _run_after_failure(module, hook, args, options, result)
        raise
    if non_full_backward_hooks:
        from gradcli.nn.module.backward_hooks import add_non_full_hooks

        add_non_full_hooks(module, result, tuple(non_full_backward_hooks.values()))
    return result


def _hooks_of(module: Any) -> tuple[Hooks, ...]:
    """The hooks to be called: those of all modules, then those of this one."""
    of_all, module_hooks = SwitchedSettings.module_hooks, module._hooks
    if of_all is None or module_hooks is None:
        hooks: tuple[Hooks, ...] = module_hooks if of_all is None else of_all
        return hooks
    return tuple([{**before, **after} for before, after in zip(of_all, module_hooks, strict=True)])


def _run_forward_hook(module: Any, hook: Any, args: tuple[Any, ...], options: dict[str, Any], result: Any) -> Any:
    """The output after a forward hook: the value that the hook returns, or the same output for None."""
    if type(hook) is WithKwargs:
        replacement = hook.function(module, args, options, result) if hook.kwargs else hook.function(
            module, args, result)
    else:
        replacement = hook(module, args, result)
    return result if replacement is None else replacement


def _run_after_failure(module: Any, hook: Any, args: tuple[Any, ...], options: dict[str, Any], result: Any) -> Any:
    """Run a hook after forward, or a hook before it, has raised: what it raises too is a remark, as in PyTorch."""
    try:
        return _run_forward_hook(module, hook, args, options, result)
    except (LimitFault, RecursionError, MemoryError):
        raise
    except Exception as error:      # the first exception is the one to tell
        DisplayHooks.note("always_call", "forward hook with ``always_call=True`` raised an exception that was silenced "
                                         f"as another error was raised in forward: {error}")
        return result


def _run_pre_hook(module: Any, hook: Any, args: tuple[Any, ...], options: dict[str, Any],
            ) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Call a forward_pre hook; return args and kwargs, or what it returns in place of them."""
    if type(hook) is not WithKwargs:
        replacement = hook(module, args)
        if replacement is None:
            return args, options
        return replacement if isinstance(replacement, tuple) else (replacement,), options
    replacement = hook.function(module, args, options)
    if replacement is None:
        return args, options
    if not isinstance(replacement, tuple) or len(replacement) != 2 or not isinstance(replacement[0], tuple) or (
            not isinstance(replacement[1], dict)):
        raise TypeFault("forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                        f"{described(replacement)}.", "return args, kwargs")
    return replacement
