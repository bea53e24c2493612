"""Backward hooks of modules: they receive `grad_input` and `grad_output`, and may replace `grad_input`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from gradcli.engine.autograd.hooks import add_hook
from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.methods import grad_fn
from gradcli.engine.tensor.tensor import FUNCTION, Tensor
from gradcli.faults.gradients import HookResult
from gradcli.faults.tree import GradFault

Hooks = tuple[Callable[..., Any], ...]


def _hooked(tensor: Tensor) -> Any:
    """An alias to hang a hook on. What is written to it would pass by the hook, and is refused, as in PyTorch."""
    through = rename_node(traced.alias(tensor), "torch.autograd.function.BackwardHookFunctionBackward")
    if through.root is not None:
        through.root = through.root._replace(origin=FUNCTION)
    return through


class BackwardHook:
    """The full backward hooks of one call of a module, and the gradients that they receive.

    Hooks on aliases of the inputs and outputs collect the gradients; `inputs` counts the inputs that require grad, and
    `pending` those whose gradient has not arrived.
    """

    def __init__(self, module: Any, hooks: Hooks, pre_hooks: Hooks = ()) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_input: list[Any] = []
        self.grad_output: list[Any] = []
        self.inputs = self.pending = 0

    def attach_to_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, with an alias that has a hook in place of each tensor that requires grad."""
        self.grad_input = [None] * len(args)
        passed = list(args)
        for i, x in enumerate(args):
            if isinstance(x, Tensor) and x.requires_grad:
                passed[i] = through = _hooked(x)
                through.register_hook(self._input_hook(i))
                self.inputs += 1
        self.pending = self.inputs
        return tuple(passed)

    def attach_to_outputs(self, result: Any) -> Any:
        """The outputs, with an alias that has a hook in place of each tensor that requires grad."""
        results = result if isinstance(result, tuple) else (result,)
        self.grad_output = [None] * len(results)
        passed = list(results)
        for i, y in enumerate(results):
            if isinstance(y, Tensor) and y.requires_grad:
                passed[i] = through = _hooked(y)
                through.register_hook(self._output_hook(i))
        return tuple(passed) if isinstance(result, tuple) else passed[0]

    def _output_hook(self, i: int) -> Callable[[Any], Any]:
        def tensor_hook(g: Any) -> Any:
            self.grad_output[i] = g
            for hook in self.pre_hooks if all(s is not None for s in self.grad_output) else ():
                replacement = hook(self.module, tuple(self.grad_output))
                if replacement is not None:
                    self.grad_output = _gradients(replacement, len(self.grad_output), "pre hook", "grad_output")
            if not self.inputs:
                self._run_alone()
            return self.grad_output[i]

        return tensor_hook

    def _input_hook(self, i: int) -> Callable[[Any], Any]:
        def tensor_hook(g: Any) -> Any:
            self.grad_input[i] = g
            self.pending -= 1
            if self.pending:
                return None
            self.pending = self.inputs      # for another sweep
            return self._run_hooks()[i]

        return tensor_hook

    def _run_alone(self) -> None:
        """Call the hooks of a call of whose inputs none requires grad; they can replace nothing."""
        if any(s is None for s in self.grad_output):
            return
        for hook in self.hooks:
            replacement = hook(self.module, tuple(self.grad_input), tuple(self.grad_output))
            if replacement is not None and not (
                    isinstance(replacement, tuple) and all(g is None for g in replacement)):
                raise GradFault("Backward hook for Modules where no input requires gradient should always return None "
                                "or None for all gradients.", "return None")

    def _run_hooks(self) -> list[Any]:
        """Call the hooks; return `grad_input` as they replace it. GradFault for another number of gradients."""
        for hook in self.hooks:
            replacement = hook(self.module, tuple(self.grad_input), tuple(self.grad_output))
            if replacement is not None:
                self.grad_input = _gradients(replacement, len(self.grad_input), "hook", "grad_input")
        return self.grad_input


def _gradients(returned: Any, count: int, hook: str, name: str) -> list[Any]:
    """The gradients that a hook returned. Raises HookResult for what has no length, GradFault for another number."""
    if not isinstance(returned, tuple | list | Tensor):
        raise HookResult(f"a backward {hook} returns None or a tuple of gradients, not {described(returned)}",
                        "return (g,)").saying(f"object of type '{type_name(returned)}' has no len()")
    length = len(returned) if isinstance(returned, tuple | list) else (returned.array.shape or (0,))[0]
    if length != count:
        raise GradFault(f"a backward {hook} returns None or a tuple of {count}, as many gradients as {name} has, not "
                        f"{length}").saying(
            f"Backward {hook} returned an invalid number of {name}, got {length}, but expected {count}")
    return list(returned) if isinstance(returned, tuple | list) else [returned]


def add_non_full_hooks(module: Any, result: Any, hooks: Hooks) -> None:
    """Register hooks on the node of the first tensor of a module's result (`register_backward_hook`)."""
    while not isinstance(result, Tensor):
        if not isinstance(result, tuple | list | dict) or not result:
            return
        result = next(iter(result.values())) if isinstance(result, dict) else result[0]
    node = grad_fn(result)
    for hook in hooks if node is not None else ():
        add_hook(node, partial(hook, module), -1)
