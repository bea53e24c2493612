"""Backward hooks of modules: told the gradients of what went in and came out, they may replace the former."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from gradcli.engine.autograd.hooks import add_hook
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.methods import grad_fn
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault

Hooks = tuple[Callable[..., Any], ...]


class Passage:
    """One call of a module with hooks, from its inputs to its outputs and back."""

    def __init__(self, module: Any, hooks: Hooks, ahead: Hooks = ()) -> None:
        self.module, self.hooks, self.ahead = module, hooks, ahead
        self.slopes_in: list[Any] = []
        self.slopes_out: list[Any] = []
        self.awaited = 0

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, each tensor that a gradient is asked of in a form that tells its gradient."""
        self.slopes_in = [None] * len(args)
        passed = list(args)
        for i, x in enumerate(args):
            if isinstance(x, Tensor) and x.requires_grad:
                passed[i] = through = traced.alias(x)
                through.register_hook(self._arrival(i))
                self.awaited += 1
        return tuple(passed)

    def leave(self, result: Any) -> Any:
        """The outputs, likewise."""
        results = result if isinstance(result, tuple) else (result,)
        self.slopes_out = [None] * len(results)
        passed = list(results)
        for i, y in enumerate(results):
            if isinstance(y, Tensor) and y.requires_grad:
                passed[i] = through = traced.alias(y)
                through.register_hook(self._departure(i))
        return tuple(passed) if isinstance(result, tuple) else passed[0]

    def _departure(self, i: int) -> Callable[[Any], Any]:
        def told(g: Any) -> Any:
            self.slopes_out[i] = g
            for hook in self.ahead if all(s is not None for s in self.slopes_out) else ():
                given = hook(self.module, tuple(self.slopes_out))
                if given is not None:
                    self.slopes_out = list(given if isinstance(given, tuple) else (given,))
            if not self.awaited:
                self._call()
            return self.slopes_out[i]

        return told

    def _arrival(self, i: int) -> Callable[[Any], Any]:
        def told(g: Any) -> Any:
            self.slopes_in[i] = g
            self.awaited -= 1
            return None if self.awaited else self._call()[i]

        return told

    def _call(self) -> list[Any]:
        """Call the hooks, and return the gradients of the inputs as they leave them."""
        for hook in self.hooks:
            given = hook(self.module, tuple(self.slopes_in), tuple(self.slopes_out))
            if given is not None:
                given = given if isinstance(given, tuple) else (given,)
                if len(given) != len(self.slopes_in):
                    raise ArgumentFault(f"a backward hook returns None or {len(self.slopes_in)} gradients, as many as "
                                        f"the module has inputs, not {len(given)}")
                self.slopes_in = list(given)
        return self.slopes_in


def watch_last(module: Any, result: Any, hooks: Hooks) -> None:
    """Tell hooks what goes into and out of the operation that made the first tensor of a module's result."""
    while not isinstance(result, Tensor):
        if not isinstance(result, tuple | list | dict) or not result:
            return
        result = next(iter(result.values())) if isinstance(result, dict) else result[0]
    node = grad_fn(result)
    for hook in hooks if node is not None else ():
        add_hook(node, partial(hook, module), -1)
