"""`torch.utils.checkpoint`: functions that save nothing for backward and are recomputed then.

`torch.utils.checkpoint`. Without `use_reentrant` the graph is that of the function itself, and only what its calls
save is computed anew; with it the function is one call of the graph, differentiated by a sweep of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gradcli.engine.autograd.function import Context, Function, apply
from gradcli.engine.autograd.saved_tensors_hooks import PackedValue, Saver, latest
from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.numerics.autocast import AutocastMode, computing_in
from gradcli.engine.random.generators import Current
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, clock, last_write
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.engine.transforms import functional
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, GradFault, StaleValue, ValueFault
from gradcli.nn.module.container import Sequential

REENTRANT_NOTE = ("{name}: the use_reentrant parameter should be passed explicitly; use_reentrant=False is "
                  "recommended, use_reentrant=True is the present default")


class StopRecomputation(BaseException):
    """Raised to stop recomputation as soon as all saved values are there."""


class Arguments:
    """Arguments of a later recomputation, which must not be modified in place until then."""

    def __init__(self, args: tuple[Any, ...]) -> None:
        self.args, self.start = args, clock()

    def checked(self) -> tuple[Any, ...]:
        """The arguments. StaleValue if one has been modified in place."""
        for x in self.args:
            write = last_write(x.array) if isinstance(x, Tensor) else None
            if write is not None and write.tick > self.start:
                raise StaleValue(f"a {sized(x.array.shape)} argument of a checkpoint has been modified by an inplace "
                                 f"operation, {write.writer}, before the function was called again",
                                 places=[(f"{write.writer} changed it", write.place)]).saying(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[torch.{OF[x.array.dtype].era}Tensor {list(x.array.shape)}] is at version {write.changes}; "
                    f"expected version {write.changes_at(self.start)} instead. Hint: enable anomaly detection to find "
                    "the operation that failed to compute its gradient, with "
                    "torch.autograd.set_detect_anomaly(True, check_nan=False).")
        return self.args


class CheckpointedCall(Saver):
    """One checkpointed call: the values it saves are recomputed by calling the function again."""

    def __init__(self, call: Callable[[], Any], preserve: bool, early_stop: bool) -> None:
        self.call, self.early_stop = call, early_stop and SwitchedSettings.early_stop
        self.random_state = Current.generators.save() if preserve else None
        self.shapes: list[Any] = []
        self.arrays: list[Any] = []
        self.sweep: Any = None

    def slot(self, array: Any, source: Any) -> PackedValue:
        """A slot source value the recomputation provides."""
        at = len(self.shapes)
        self.shapes.append((array.shape, array.dtype))
        return PackedValue(lambda: self._array(at))

    def _array(self, at: int) -> Any:
        if self.sweep is not latest.now:
            self._recompute()
        return self.arrays[at]

    def _recompute(self) -> None:
        recomputation = Recomputation(len(self.shapes) if self.early_stop else -1)
        before = Current.generators.save()
        if self.random_state is not None:
            Current.generators.restore(self.random_state)
        savers, sweep = grad_mode.savers, latest.now
        try:
            with recording(True), recomputation:
                self.call()
        except StopRecomputation:
            pass
        finally:
            grad_mode.savers = savers
            grad_mode.set_enabled(grad_mode.enabled)
            if self.random_state is not None:
                Current.generators.restore(before)
        latest.now = self.sweep = sweep
        self.arrays = recomputation.arrays
        if len(self.arrays) != len(self.shapes):
            raise GradFault("torch.utils.checkpoint: A different number of tensors was saved during the original "
                            f"forward and recomputation.\nNumber of tensors saved during forward: {len(self.shapes)}\n"
                            f"Number of tensors saved during recomputation: {len(self.arrays)}.")
        for at, (array, (shape, dtype)) in enumerate(zip(self.arrays, self.shapes, strict=True)):
            if (array.shape, array.dtype) != (shape, dtype):
                raise GradFault("torch.utils.checkpoint: Recomputed values for the following tensors have different "
                                f"metadata than during the forward pass: saved value {at} was {sized(shape)}, and is "
                                f"{sized(array.shape)} now")


class Recomputation(Saver):
    """The recomputation: collects the values that the function saves."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.arrays: list[Any] = []

    def slot(self, array: Any, source: Any) -> PackedValue:
        """A slot for a value of the recomputation itself."""
        self.arrays.append(array)
        if len(self.arrays) == self.count:
            raise StopRecomputation
        return PackedValue(lambda: array)


def checkpoint(function: Callable[..., Any], *args: Any, use_reentrant: Any = None, context_fn: Any = None,
               determinism_check: str = "default", debug: bool = False, early_stop: bool = True,
               preserve_rng_state: bool = True, **kwargs: Any) -> Any:
    """Call `function`; backward recomputes the values that it would have saved."""
    if use_reentrant is None:
        DisplayHooks.note("use_reentrant", REENTRANT_NOTE.format(name="torch.utils.checkpoint"))
    if not callable(function):
        raise ArgumentFault(f"checkpoint() needs a function, not {described(function)}")
    if use_reentrant is None or use_reentrant:
        if kwargs:
            raise ValueFault("Unexpected keyword arguments: " + ",".join(kwargs), "use_reentrant=False")
        if context_fn is not None or debug:
            raise ValueFault("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        if not any(isinstance(a, Tensor) and a.requires_grad for a in args) and grad_mode.on:
            DisplayHooks.note("checkpoint", "None of the inputs have requires_grad=True. Gradients will be None")
        return apply(CheckpointFunction, function, bool(preserve_rng_state), *args)
    first, second = contexts(context_fn)
    arguments, options, lower = Arguments(args), Arguments(tuple(kwargs.values())), AutocastMode.dtype

    def recompute() -> Any:
        options.checked()
        with computing_in(lower), second:
            return function(*arguments.checked(), **kwargs)

    with CheckpointedCall(recompute, bool(preserve_rng_state), bool(early_stop)), first:
        return function(*args, **kwargs)


def contexts(context_fn: Any) -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """The contexts of the forward and of the recomputation."""
    if context_fn is None:
        return nullcontext(), nullcontext()
    pair = context_fn()
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise ArgumentFault(f"context_fn must return two contexts, not {described(pair)}")
    for context in pair:
        if not hasattr(type(context), "__enter__"):
            raise ArgumentFault(f"context_fn must return two contexts, not {described(context)}")
    return pair


@exposed("backward")
class CheckpointFunction(Function):
    """The reentrant checkpoint: one node, whose backward recomputes the function and sweeps its graph."""

    @staticmethod
    def forward(ctx: Context, function: Callable[..., Any], preserve: bool, *args: Any) -> Any:
        """Call the function without recording."""
        random_state = Current.generators.save() if preserve else None
        ctx.__dict__[".call"] = function, Arguments(args), random_state, AutocastMode.dtype
        return function(*args)

    @staticmethod
    def backward(ctx: Context, *gradients: Any) -> Any:
        """The gradients of the arguments, by backward through the recomputed graph."""
        if latest.now.inputs is not None:
            raise GradFault(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument.", "use_reentrant=False")
        function, arguments, random_state, lower = ctx.__dict__[".call"]
        inputs = [Variable(a.array, a.requires_grad) if isinstance(a, Tensor) else a for a in arguments.checked()]
        before = Current.generators.save()
        if random_state is not None:
            Current.generators.restore(random_state)
        try:
            with recording(True), computing_in(lower):
                result = function(*inputs)
        finally:
            if random_state is not None:
                Current.generators.restore(before)
        results = result if isinstance(result, tuple) else (result,)
        pairs = [(r, g) for r, g in zip(results, gradients, strict=True) if isinstance(r, Tensor) and r.requires_grad]
        if not pairs:
            raise GradFault("none of output has requires_grad=True, this checkpoint() is not necessary")
        sweep = latest.now
        with recording(True):
            functional.backward([r for r, _ in pairs], [g for _, g in pairs])
        latest.now = sweep
        return (None, None, *(i.gradient if isinstance(i, Tensor) else None for i in inputs))


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: Any = None,
                          preserve_rng_state: bool = True) -> Any:
    """Apply functions in order; all segments but the last are checkpoints."""
    if use_reentrant is None:
        DisplayHooks.note("use_reentrant", REENTRANT_NOTE.format(name="torch.utils.checkpoint.checkpoint_sequential"))
    layers = list(functions.children()) if isinstance(functions, Sequential) else functions
    if not isinstance(layers, list | tuple) or not all(map(callable, layers)):
        raise ArgumentFault(f"checkpoint_sequential() needs a Sequential or a list of functions, not "
                            f"{described(functions)}")
    if segments < 1 or len(layers) < segments:
        raise ArgumentFault(f"there are {len(layers)} functions, which do not make {segments} segments")
    size, end = len(layers) // segments, 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        input = checkpoint(_chain(layers[start:end]), input, use_reentrant=True if use_reentrant is None else (
            use_reentrant), preserve_rng_state=preserve_rng_state)
    return _chain(layers[end:])(input)


def _chain(layers: Any) -> Callable[[Any], Any]:
    def forward(value: Any) -> Any:
        for layer in layers:
            value = layer(value)
        return value

    return forward


@exposed()
class set_checkpoint_early_stop:
    """A context that sets whether recomputation stops as soon as all saved values are there."""

    __module__, _module_path = "torch.utils.checkpoint", "torch.utils.checkpoint"

    def __init__(self, enable: bool) -> None:
        self.enable, self.before = bool(enable), SwitchedSettings.early_stop

    def __enter__(self) -> None:
        self.before, SwitchedSettings.early_stop = SwitchedSettings.early_stop, self.enable

    def __exit__(self, *error: Any) -> None:
        SwitchedSettings.early_stop = self.before
