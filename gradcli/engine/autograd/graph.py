"""`torch.autograd.graph`: calls of a graph and the edges between them, with hooks on several at once."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.autograd.graph_view import AccumulateGrad, GradientEdge, edge_of
from gradcli.engine.autograd.hooks import Handle, add_hook
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.saved_tensors_hooks import (
    PackedValue,
    Saver,
    disable_saved_tensors_hooks,
    latest,
    save_on_cpu,
    saved_tensors_hooks,
)
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.exposure import exposed
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault

__all__ = ["AccumulateGrad", "GradientEdge", "Op", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
           "get_gradient_edge", "increment_version", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """Where the gradient of a tensor arrives: `grad` and `backward` take it in the tensor's place."""
    if not isinstance(tensor, Tensor):
        raise ArgumentFault(f"get_gradient_edge() needs a tensor, not {described(tensor)}")
    if not tensor.requires_grad:
        raise GradFault("It is not possible to get the gradient edge for a Tensor that does not require gradients",
                        "x.requires_grad_()")
    return edge_of(tensor, parent(tensor))


def increment_version(tensor: Any) -> None:
    """Note a change of tensors in place, whether or not there was one."""
    for member in tensor if isinstance(tensor, list | tuple) else (tensor,):
        if not isinstance(member, Tensor):
            raise ArgumentFault(f"increment_version() needs tensors, not {described(member)}")
        note_write(member, "increment_version", here())


@exposed("remove")
class MultiHandle:
    """What `register_multi_grad_hook` returns: it can take all its hooks off again, as a block does at its end."""

    __module__, __qualname__ = "torch.autograd.graph", "_MultiHandle"
    __slots__ = ("handles",)

    def __init__(self, handles: list[Handle]) -> None:
        self.handles = handles

    def remove(self) -> None:
        """Take the hooks off."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> MultiHandle:
        return self

    def __exit__(self, *error: Any) -> None:
        self.remove()

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<torch.autograd.graph._MultiHandle object at {style.address(self)}>"


def register_multi_grad_hook(tensors: Any, fn: Callable[[Any], Any], *, mode: str = "all") -> MultiHandle:
    """Call `fn` once in each sweep: with the gradients of all the tensors, or with the first to be there."""
    if type(mode) is not str or mode not in ("all", "any"):
        word = mode[:80] if type(mode) is str else described(mode)
        raise ValueFault(f"Expects mode to be one of ('all', 'any') but got {word}", "mode='all'")
    if not isinstance(tensors, list | tuple) or not all(isinstance(t, Tensor) for t in tensors):
        raise ArgumentFault(f"register_multi_grad_hook() needs a list of tensors, not {described(tensors)}")
    if not callable(fn):
        raise ArgumentFault(f"register_multi_grad_hook() needs a function, not {described(fn)}")
    if mode == "all" and not all(tensor.requires_grad for tensor in tensors):
        raise FailedAssertion("Expected gradient function to be set", "x.requires_grad_()")
    parents = [parent(t) for t in tensors if t.requires_grad]
    multi_hook = MultiGradHook(parents, fn, mode == "any")
    return MultiHandle([add_hook(parent_node, multi_hook.hook(at)) for at, parent_node in enumerate(parents)])


class MultiGradHook:
    """The gradients of several tensors in one sweep, handed on when all are there that will be."""

    def __init__(self, parents: list[Any], function: Callable[[Any], Any], first_alone: bool) -> None:
        self.parents, self.function, self.first_alone = parents, function, first_alone
        self.sweep: Any = None
        self.pending = 0
        self.gradients: list[Any] = []

    def hook(self, at: int) -> Callable[[Any], None]:
        """The hook of one of them."""
        def on_gradient(g: Any) -> None:
            if self.sweep is not latest.now:
                self.sweep, self.gradients = latest.now, [None] * len(self.parents)
                self.pending = 1 if self.first_alone else sum(latest.now.reaches(target) for target in self.parents)
            self.gradients[at] = g
            self.pending -= 1
            if not self.pending:
                self.function(g if self.first_alone else self.gradients)

        return on_gradient


class _Copies(Saver):
    """A saver that copies every tensor that calls save."""

    active = True

    def slot(self, array: np.ndarray, source: Any) -> PackedValue:
        """A place for a copy."""
        copy = array.copy()

        def fetch() -> Any:
            if not self.active:
                raise GradFault("Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which "
                                "the graph was originally recorded.").saying(
                    "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph "
                    "was originally recorded.")
            return copy

        return PackedValue(fetch)


@exposed()
class allow_mutation_on_saved_tensors:
    """A context in which what calls have saved may be changed in place: they keep copies."""

    __module__ = "torch.autograd.graph"

    def __init__(self) -> None:
        self.copies = _Copies()

    def __enter__(self) -> None:
        self.copies = _Copies()
        self.copies.__enter__()

    def __exit__(self, kind: type | None, value: Any, trace: TracebackType | None) -> None:
        self.copies.active = False
        self.copies.__exit__(kind, value, trace)

