"""Where values leave the graph: tensors with history turned into plain numbers, or into tensors without it.

A command that differentiates an expression listens here. It may give back another value than it is asked about,
to see whether the expression's own value depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks, Tensor

Observer = Callable[[Tensor, str, Any], Any]


class Detachments:
    """The observer of values that leave the graph; None unless a command differentiates an expression."""

    observer: Observer | None = None
    swept: Sequence[Tensor] = ()    # with an observer: the outputs of a sweep that is not recorded


# Sweeps that are not recorded, as what leaves history behind.
BACKWARD, GRAD = "backward() without create_graph", "torch.autograd.grad() without create_graph"
FUNCTIONAL = "torch.autograd.functional without create_graph"
SWEEPS = frozenset({BACKWARD, GRAD, FUNCTIONAL})


@contextmanager
def unobserved() -> Iterator[None]:
    """A context without an observer."""
    before, Detachments.observer = Detachments.observer, None
    try:
        yield
    finally:
        Detachments.observer = before


def report_detached(tensor: Tensor, how: str, value: Any) -> Any:
    """`value`, which `how` computed from `tensor` and which has no history, or what the observer returns for it."""
    observer = Detachments.observer
    return value if observer is None or not tensor.requires_grad else observer(tensor, how, value)


def report_copied(tensor: Tensor, how: str, value: Any) -> Any:
    """The same for a copy of the numbers of a tensor, of which a remark tells unless a listener is told."""
    if tensor.requires_grad and Detachments.observer is None:
        DisplayHooks.note("copied numbers",
                          f"{how} copies the numbers of {{x}} and leaves its history behind; "
                          "{x}.clone() keeps it, {x}.detach().clone() says that none is meant", tensor)
    return report_detached(tensor, how, value)


def report_gradient(outputs: Sequence[Tensor], how: str, gradient: Any) -> Any:
    """`gradient`, which an unrecorded sweep from `outputs` computed, or what the observer returns for it."""
    observer, changed = Detachments.observer, gradient
    if observer is not None and gradient is not None:
        for output in outputs:
            changed = observer(output, how, gradient)
    return changed


def to_scalar(tensor: Tensor, how: str, value: Any) -> Any:
    """The same for a conversion that PyTorch warns of; so do we, unless a listener is told."""
    if not tensor.requires_grad:
        return value
    if Detachments.observer is None:
        DisplayHooks.note("conversion",
                          "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
                          "behavior: no gradient flows through the number. Consider using "
                          "tensor.detach() first"
                          " ({x}.detach())", tensor)
        return value
    return Detachments.observer(tensor, how, value)
