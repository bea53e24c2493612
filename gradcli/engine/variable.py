"""Tensors that take part in differentiation."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.exposure import exposed


class Variable(Tensor):
    """A tensor wrapped for differentiation: a leaf, or the result of a recorded call."""

    __slots__ = ()


class Parameter(Variable):
    """A leaf that a module lists among what it learns."""

    __slots__ = ()


class Volatile(Variable):
    """A Variable of 0.1.12's inference mode: nothing computed from it keeps history."""

    __slots__ = ()


class Array(Tensor):
    """What `.numpy()` gives: the same memory, printing as numpy prints; nothing of it takes part in differentiation."""

    __slots__ = ()


RESULT: dict[type, type[Tensor]] = {Tensor: Tensor, Variable: Variable, Parameter: Variable, Volatile: Volatile,
                                        Array: Array}


class GradMode:
    """Whether calls are being recorded."""

    __slots__ = ("on",)

    def __init__(self) -> None:
        self.on = True


grad_mode = GradMode()


@exposed()
class recording:
    """A context in which calls are recorded or not: `no_grad` and `enable_grad`."""

    __slots__ = ("before", "on")

    def __init__(self, on: bool) -> None:
        self.on = bool(on)
        self.before = grad_mode.on

    def __enter__(self) -> None:
        self.before = grad_mode.on
        grad_mode.on = self.on

    def __exit__(self, kind: type | None, value: Any, trace: TracebackType | None) -> None:
        grad_mode.on = self.before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` within this context: what `@torch.no_grad()` makes of it."""
        on = self.on

        def guarded(*args: Any, **options: Any) -> Any:
            with recording(on):
                return function(*args, **options)

        guarded.__name__ = guarded.__qualname__ = getattr(function, "__name__", "guarded")
        return guarded


class no_grad(recording):
    """The context in which calls are not recorded, as programs see it."""

    __module__ = "torch.autograd.grad_mode"
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(recording):
    """The context in which calls are recorded, as programs see it."""

    __module__ = "torch.autograd.grad_mode"
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(True)
