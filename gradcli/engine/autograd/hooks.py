"""Hooks: functions of the program that a sweep calls with gradients on their way.

A node or leaf holds them by number. Those above RETAIN are called with its gradient, and may replace it; RETAIN keeps
that in the `.grad` of a result; those below are called afterwards: of a leaf, when its gradient has been added up; of a
node, with what goes out to its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import BACKWARD, Detachments, report_gradient
from gradcli.engine.autograd.dispatch import parent
from gradcli.engine.autograd.graph_view import AccumulateGrad, InnerCall, Transposed
from gradcli.engine.autograd.op import RETAIN, Op, traced
from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable, recording
from gradcli.exposure import exposed, named
from gradcli.faults.gradients import HookResult
from gradcli.faults.tree import ArgumentFault, GradFault, GradientShape

FIRST = 1       # the first key of the hooks of a gradient; between RETAIN and this are those of what comes in to a call


def apply_hooks(node: Any, g: Any, create_graph: bool, prehooks: bool = True) -> Any:
    """The gradient of a node or leaf after its hooks, which may replace it; the retaining hook is called last.

    prehooks   whether those of the node are called too: it runs
    """
    for key, hook in sorted(node.hooks.items(), key=_hook_order):
        if RETAIN < key < FIRST and prehooks:
            g = _apply_prehook(hook, g, create_graph)
        if key < RETAIN or RETAIN < key < FIRST or type(g) is list:
            continue
        argument = g if create_graph else report_gradient(Detachments.swept, BACKWARD, Variable(np.asarray(g)))
        shape, dtype = argument.array.shape, argument.array.dtype
        replacement = hook(argument)
        if replacement is None and create_graph:
            replacement = argument      # which the hook may have resized
        if replacement is not None:
            if not isinstance(replacement, Tensor):
                raise HookResult(f"a hook must return None or the gradient to use instead, not {described(replacement)}"
                                ).saying(f"expected Variable, but hook returned '{type(replacement).__name__}'")
            check_type(hook, replacement, dtype)
            check_shape(hook, replacement, shape)
            g = replacement if create_graph else replacement.array
    return g


def check_count(hook: Any, replacements: Any, count: int) -> None:
    """Raise a fault if what a hook of a node returned is no tuple of as many gradients as it was shown."""
    if not isinstance(replacements, tuple):
        raise HookResult(f"a hook of a call must return None or a tuple of {count}, not {described(replacements)}",
                         ("return (g,)", "a tuple")).saying(
            f"expected tuple, but hook returned '{type_name(replacements)}'")
    if len(replacements) != count:
        raise GradFault(f"a hook must return None or as many gradients as it was shown, {count}").saying(
            f"hook '{getattr(hook, '__name__', 'hook')}' has returned an incorrect number of values (got "
            f"{len(replacements)}, but expected {count})")
    for x in replacements:
        if x is not None and not isinstance(x, Tensor):
            raise HookResult(f"a hook must return gradients, not {described(x)}").saying(
                f"expected Variable, but hook returned '{type_name(x)}'")


def check_shape(hook: Any, replacement: Tensor, shape: tuple[int, ...]) -> None:
    """Raise GradientShape if a hook has changed the shape of a gradient, by what it returned or by resizing it."""
    if replacement.array.shape != shape:
        raise GradientShape(f"a hook returned a gradient of shape {sized(replacement.array.shape)}, where one "
                            f"of {sized(shape)} is needed").saying(
            f"hook '{getattr(hook, '__name__', 'hook')}' has changed the size of value")


def check_type(hook: Any, replacement: Tensor, dtype: Any) -> None:
    """Raise GradFault if a hook has returned a gradient of another type than the one it was shown."""
    if replacement.array.dtype is not dtype:
        before, after = (f"CPU{OF[t].era}Type" if t.kind == "c" else f"torch.{OF[t].era}Tensor"
                         for t in (dtype, replacement.array.dtype))
        raise GradFault(f"a hook returned a {after}, where a {before} is needed", "g.type_as(y)").saying(
            f"hook '{getattr(hook, '__name__', 'hook')}' has changed the type of value (was {before} got {after})")


def _hook_order(item: tuple[float, Any]) -> int:
    """The order of hooks: those of the gradient, the one that retains it, the prehooks of the node."""
    return 0 if item[0] >= FIRST else 1 if item[0] == RETAIN else 2


def _apply_prehook(hook: Any, g: Any, create_graph: bool) -> Any:
    """The gradients of the outputs of a node after one of its prehooks, which may replace them."""
    gradients = g if type(g) is list else [g]
    shapes = [None if x is None else (x.array if isinstance(x, Tensor) else x).shape for x in gradients]
    replacements = hook(tuple([x if x is None or create_graph else Variable(np.asarray(x)) for x in gradients]))
    if replacements is None:
        if not create_graph:
            return g
        replacements = tuple(gradients)     # which the hook may have resized
    check_count(hook, replacements, len(gradients))
    for replacement, shape in zip(replacements, shapes, strict=True):
        if replacement is not None and shape is not None:
            check_shape(hook, replacement, shape)
    values = [x if x is None or create_graph else x.array for x in replacements]
    return values if type(g) is list else values[0]


def apply_leaf_hooks(leaf: Any, g: Any, create_graph: bool) -> Any:
    """The gradient of a leaf after its hooks; those of nodes have run in the sweep."""
    return apply_hooks(leaf, g, create_graph) if isinstance(leaf, Tensor) and leaf.hooks and leaf.node is None else g


def run_post_accumulate_hooks(leaf: Any, g: Any, create_graph: bool) -> None:
    """Call the post-accumulate hooks of a leaf, recorded as the sweep is; `g` is what was added to its gradient."""
    with recording(create_graph):
        for key in sorted((key for key in leaf.hooks or () if key < RETAIN), reverse=True):
            hook = leaf.hooks[key]
            hook(g if type(hook) is AccumulateGradHook else leaf)


class AccumulateGradHook:
    """A hook of a leaf's AccumulateGrad node."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, g: Any) -> None:
        """Call the function with the gradient that was accumulated."""
        self.function((), (g if isinstance(g, Tensor) else Variable(np.asarray(g)),))


def hook_of_node(self: Any, fn: Callable[..., Any]) -> Handle:
    """Call `fn` with the gradients of this node's inputs and those of its outputs, after the node has run."""
    owner = _owner_of_hooks(self, fn)
    return add_hook(owner, AccumulateGradHook(fn) if isinstance(owner, Tensor) else fn, -1)


def prehook_of_node(self: Any, fn: Callable[..., Any]) -> Handle:
    """Call `fn` with the gradients of this node's outputs, before it runs; a tuple that it returns replaces them."""
    owner = _owner_of_hooks(self, fn)
    if owner.hooks is None:
        owner.hooks = {}
    key = next(key for n in range(2, len(owner.hooks) + 4) if (key := 1 - 1 / n) not in owner.hooks)
    owner.hooks[key] = fn
    Handle.of_leaf = Handle.of_leaf or isinstance(owner, Tensor)
    return Handle(owner.hooks, key)


def _owner_of_hooks(node: Any, fn: Any) -> Any:
    """The object that holds the hooks of a node: the node itself, or for AccumulateGrad its leaf."""
    if not callable(fn):
        raise ArgumentFault(f"a hook is a function, not {described(fn)}")
    if isinstance(node, InnerCall | Transposed):
        raise ArgumentFault("this call is part of a layer's, and runs with it: the layer's result has hooks",
                            "y.grad_fn.register_hook(print)")
    return node.variable if isinstance(node, AccumulateGrad) else node


@named("RemovableHandle")
@exposed("remove", "id", copied=True)
class Handle:
    """What `register_hook` returns: it can take the hook off again, by `hooks.pop`. `id` counts hooks."""

    __module__, __qualname__ = "torch.utils.hooks", "RemovableHandle"

    __slots__ = ("hooks", "id", "key")

    of_leaf = False     # whether any leaf has ever had a hook
    next_id = 0

    def __init__(self, hooks: Any, key: Any) -> None:
        self.hooks, self.key, self.id = hooks, key, Handle.next_id
        Handle.next_id += 1

    def remove(self) -> None:
        """Take the hook off."""
        self.hooks.pop(self.key, None)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *error: Any) -> None:
        self.remove()


def register_hook(self: Tensor, hook: Callable[[Variable], Any]) -> Handle:
    """Call `hook` with each gradient of this; what it returns, unless None, is used instead."""
    if not self.requires_grad:
        raise GradFault("cannot register a hook on a tensor that doesn't require gradient",
                        ("x = Variable(torch.ones(2, 2), requires_grad=True)", "then x.register_hook(print)"))
    if not callable(hook):
        raise ArgumentFault(f"register_hook() needs a function, not {described(hook)}", "x.register_hook(print)")
    return add_hook(parent(self), hook)


def add_hook(owner: Any, hook: Callable[..., Any], step: int = 1) -> Handle:
    """Add a hook after those that a node or leaf has: of its gradient, or with step -1 of what comes after."""
    if owner.hooks is None:
        owner.hooks = {}
    keys = (RETAIN, *owner.hooks)
    key = (max(keys) if step > 0 else min(keys)) + step
    owner.hooks[key] = hook
    Handle.of_leaf = Handle.of_leaf or isinstance(owner, Tensor)
    return Handle(owner.hooks, key)


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], Any]) -> Handle:
    """Call `hook` with this leaf whenever backward() has added to its `.grad`."""
    if not self.requires_grad:
        raise GradFault("cannot register a hook on a tensor that doesn't require gradient")
    if self.node is not None:
        raise GradFault("post accumulate grad hooks cannot be registered on non-leaf tensors")
    if not callable(hook):
        raise ArgumentFault(f"register_post_accumulate_grad_hook() needs a function, not {described(hook)}")
    return add_hook(self, hook, -1)


def retain_grad(self: Tensor) -> None:
    """Keep the gradient of this result in its `.grad`, as leaves do."""
    if not self.requires_grad:
        raise GradFault("can't retain_grad on Tensor that has requires_grad=False")
    if self.node is None or retains_grad(self):
        return

    def keep(g: Variable) -> None:
        self.gradient = traced.clone(g) if self.gradient is None else traced.add(self.gradient, g)

    node = parent(self)
    if node.hooks is None:
        node.hooks = {}
    node.hooks[RETAIN] = keep       # in the same dict, which the handles of hooks have
    self.hooks = {RETAIN: keep}     # by which an operation in place finds what must move to the new node


def retains_grad(self: Tensor) -> bool:
    """Whether this is a result that keeps its gradient."""
    return self.node is not None and RETAIN in (self.hooks or ())


Op.register_hook, Op.register_prehook = hook_of_node, prehook_of_node  # type: ignore[attr-defined]  # calls get their hooks here
