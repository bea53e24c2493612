"""Tensors that take part in differentiation."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any

from gradcli.engine.tensor.tensor import COMPLEX_CLASSES, ComplexTensor, Tensor
from gradcli.exposure import RESUMED, exposed, named

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Variable(Tensor):
    """A tensor wrapped for differentiation: a leaf, or the result of a recorded call."""

    __slots__ = ()


class Parameter(Variable):
    """A leaf that a module lists among what it learns."""

    __slots__ = ()


class ComplexParameter(Parameter, ComplexTensor):
    """A parameter of complex numbers."""

    __slots__ = ()


class Volatile(Variable):
    """A Variable of 0.1.12's inference mode: nothing computed from it keeps history."""

    __slots__ = ()


@named("numpy.ndarray")
class Array(Tensor):
    """The result of `.numpy()`: the same memory, printed as numpy prints; it takes no part in differentiation."""

    __slots__ = ()

    flat: Any               # set by numpy_view.py
    size: Any
    strides: Any
    base: Any
    flags: Any


class InferenceTensor(Variable):
    """A tensor of today's inference mode: it takes no part in differentiation, also after the mode has ended."""

    __slots__ = ()

    exist = False       # whether the mode has ever been in force


class Dual(Variable):
    """A tensor with a tangent, while a level of forward-mode differentiation lasts."""

    __slots__ = ()

    level: Any = None       # the level in force, which knows the tangents
    watched = False         # whether operations look at tangents: while a level lasts, but not within its own work


RESULT: dict[type, type[Tensor]] = {Tensor: Tensor, Variable: Variable, Parameter: Variable, Volatile: Volatile,
                                    Array: Array, InferenceTensor: Variable, Dual: Variable,
                                        ComplexTensor: Tensor, ComplexParameter: Tensor}


def become_real(tensor: Any) -> None:
    """Let a complex tensor whose memory is that of real numbers now be one of these."""
    tensor.__class__ = Parameter if isinstance(tensor, Parameter) else Variable


COMPLEX_CLASSES[Parameter] = COMPLEX_CLASSES[ComplexParameter] = ComplexParameter


_viewed: Any = vars(Tensor)["viewed"].__get__      # of the slot, which asks no __getattr__


def is_viewed(tensor: Tensor) -> bool:
    """Whether there is, or has been, a view of a tensor."""
    try:
        return bool(_viewed(tensor))
    except AttributeError:
        return False


class GradMode:
    """Whether calls are being recorded.

    `enabled` is what the program asked for, `inference` whether inference mode is in force, `savers` those who
    handle what calls save, the innermost last. `unseen` is a set while tangents are asked for, which do not depend on
    whether calls are recorded: all are recorded then, and those the program wants unrecorded are put into the set.
    From them follow `on`, whether calls are recorded, and `plain`, whether they are recorded as a matter of course;
    never so where `general` says that every call goes through `dispatch`.
    """

    __slots__ = ("enabled", "general", "inference", "on", "plain", "savers", "unseen")

    def __init__(self) -> None:
        self.enabled = self.on = self.plain = True
        self.inference = self.general = False
        self.savers: tuple[Any, ...] = ()
        self.unseen: set[Any] | None = None

    @property
    def state(self) -> tuple[bool, bool, tuple[Any, ...], set[Any] | None]:
        """All that can be switched."""
        return self.enabled, self.inference, self.savers, self.unseen

    @state.setter
    def state(self, state: tuple[bool, bool, tuple[Any, ...], set[Any] | None]) -> None:
        self.enabled, self.inference, self.savers, self.unseen = state
        self.set_enabled(self.enabled)

    def set_enabled(self, enabled: bool) -> None:
        """Record from now on, or no longer."""
        self.enabled = enabled
        self.on = (enabled or self.unseen is not None) and not self.inference
        self.plain = self.on and enabled and not self.savers and not self.general


grad_mode = GradMode()


def in_context(context: Callable[[], AbstractContextManager[Any]], function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` within a context; the generators of a generator function are within it while they run."""
    resumed = vars(function).get(RESUMED) if type(function) is FunctionType else None
    if resumed is not None:
        generate: Callable[..., Any] = resumed(context)
        return generate

    def guarded(*args: Any, **options: Any) -> Any:
        with context():
            return function(*args, **options)

    guarded.__name__ = guarded.__qualname__ = getattr(function, "__name__", "decorate_context")
    return guarded


@named("no_grad")
@exposed()
class recording:
    """A context in which calls are recorded or not: `no_grad` and `enable_grad`."""

    __slots__ = ("before", "on")

    def __init__(self, on: bool) -> None:
        self.on = bool(on)
        self.before = grad_mode.enabled

    def __enter__(self) -> None:
        self.before = grad_mode.enabled
        grad_mode.set_enabled(self.on)

    def __exit__(self, kind: type | None, value: Any, trace: TracebackType | None) -> None:
        grad_mode.set_enabled(self.before)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` within this context: what `@torch.no_grad()` makes of it."""
        on = self.on
        return in_context(lambda: recording(on), function)


class with_tangents:
    """A context in which all calls are recorded, since tangents are asked for.

    Those that the program wants unrecorded lead nowhere once the outermost of these contexts has ended.
    """

    __slots__ = ("before",)

    def __enter__(self) -> None:
        self.before = grad_mode.state
        grad_mode.unseen = set() if grad_mode.unseen is None else grad_mode.unseen
        grad_mode.set_enabled(grad_mode.enabled)

    def __exit__(self, *error: Any) -> None:
        calls, grad_mode.state = grad_mode.unseen or (), self.before
        if grad_mode.unseen is None:
            for call in calls:
                call.edges = ()


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


@exposed("mode")
class inference_mode:
    """The context whose results take no part in differentiation, ever; with `mode=False` the context that ends it."""

    __module__ = "torch.autograd.grad_mode"
    __slots__ = ("before", "mode")

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self.before = grad_mode.state

    def __enter__(self) -> None:
        self.before = grad_mode.state
        grad_mode.inference = self.mode
        InferenceTensor.exist = True
        grad_mode.set_enabled(not self.mode)

    def __exit__(self, kind: type | None, value: Any, trace: TracebackType | None) -> None:
        grad_mode.state = self.before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` within this context: what `@torch.inference_mode()` makes of it."""
        mode = self.mode
        return in_context(lambda: inference_mode(mode), function)
