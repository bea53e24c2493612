"""A call of a module with hooks: what they are told before and after its forward, and what they put in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gradcli.engine.autograd.hooks import Handle
from gradcli.engine.autograd.signature import described
from gradcli.faults.tree import ArgumentFault, TypeFault

Hooks = dict[int, Any]


class WithKeywords(NamedTuple):
    """A hook that is told the keyword arguments of the call too."""

    function: Callable[..., Any]


def add(hooks: Hooks, hook: Any, prepend: bool = False, with_kwargs: bool = False) -> Handle:
    """Have a hook called after those there are, or before them."""
    if not callable(hook):
        raise ArgumentFault(f"a hook is a function, not {described(hook)}")
    key = max(hooks, default=0) + 1
    others = dict(hooks)
    hooks[key] = WithKeywords(hook) if with_kwargs else hook
    if prepend:
        for number, other in others.items():
            del hooks[number]
            hooks[number] = other
    return Handle(hooks, key)


def call(module: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What the module makes of the arguments, with the hooks' say in it."""
    before, after, back, ahead, last = module._hooks
    for hook in tuple(before.values()):
        args, options = _before(module, hook, args, options)
    if back or ahead:
        from gradcli.nn.module.backward_hooks import Passage

        passage = Passage(module, tuple(back.values()), tuple(ahead.values()))
        result = passage.leave(module.forward(*passage.enter(args), **options))
    else:
        result = module.forward(*args, **options)
    for hook in tuple(after.values()):
        given = hook.function(module, args, options, result) if type(hook) is WithKeywords else (
            hook(module, args, result))
        if given is not None:
            result = given
    if last:
        from gradcli.nn.module.backward_hooks import watch_last

        watch_last(module, result, tuple(last.values()))
    return result


def _before(module: Any, hook: Any, args: tuple[Any, ...], options: dict[str, Any],
            ) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as a hook leaves them."""
    if type(hook) is not WithKeywords:
        given = hook(module, args)
        return args if given is None else given if isinstance(given, tuple) else (given,), options
    given = hook.function(module, args, options)
    if given is None:
        return args, options
    if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[0], tuple) or (
            not isinstance(given[1], dict)):
        raise TypeFault("forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                        f"{described(given)}.", "return args, kwargs")
    return given
