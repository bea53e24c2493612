"""Where values leave the graph: tensors with history turned into plain numbers, or into tensors without it.

A command that differentiates an expression listens here. It may give back another value than it is asked about,
to see whether the expression's own value depends on it. So does vmap, whose slices must not differ in what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import ref

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.op import Op
from gradcli.engine.messages.numpy_errors import UNFIT
from gradcli.engine.tensor.dtypes import INEXACT, float_limits
from gradcli.engine.tensor.tensor import DATA, DetachedBy, DisplayHooks, Tensor, owner
from gradcli.engine.tensor.write_gate import block_of, writing

Observer = Callable[[Tensor, str, Any], Any]


class Detachments:
    """The observers of values that leave the graph: that of a command that differentiates an expression, and vmap's."""

    observer: Observer | None = None
    reader: Callable[[str, Any], None] | None = None    # under vmap: is told of every number that a program reads
    swept: Sequence[Tensor] = ()    # with an observer: the outputs of a sweep that is not recorded
    shared: dict[int, Any] = {}     # with an observer: weak references to memory that several histories look into


# Sweeps that are not recorded, as what leaves history behind.
BACKWARD, GRAD = "backward() without create_graph", "torch.autograd.grad() without create_graph"
FUNCTIONAL = "torch.autograd.functional without create_graph"
SWEEPS = frozenset({BACKWARD, GRAD, FUNCTIONAL})
# Writes of values with history to memory whose tensor does not see them.
DATA_WRITE, DATA_ASSIGNMENT, ARRAY_WRITE = "a write through .data", "an assignment to .data", "a write to a numpy array"
SHARED_WRITE = "a write to memory that a detached tensor or an array shares"
TEXT = "str()"      # how the text of a tensor comes about, which may be read back
WRITES = frozenset({DATA_WRITE, DATA_ASSIGNMENT, ARRAY_WRITE, SHARED_WRITE})


@contextmanager
def unobserved() -> Iterator[None]:
    """A context without an observer."""
    before, Detachments.observer = Detachments.observer, None
    try:
        yield
    finally:
        Detachments.observer = before


def report_read(cause: str, value: Any) -> Any:
    """`value`, which a program reads of a tensor by `cause`; the reader is told."""
    if Detachments.reader is not None:
        Detachments.reader(cause, value)
    return value


def report_detached(tensor: Tensor, cause: str, value: Any) -> Any:
    """`value`, which `cause` computed from `tensor` and which has no history, or what the observer returns for it."""
    report_read(cause, value)
    observer = Detachments.observer
    return value if observer is None or not tensor.requires_grad else observer(tensor, cause, value)


def share_memory(array: Any) -> None:
    """Remember for the observer that what is written to this memory is read without its history elsewhere."""
    if Detachments.observer is not None:
        memory = owner(array)
        Detachments.shared[id(memory)] = ref(memory)


def report_write(target: Tensor, value: Tensor, put: Callable[[Any, Any], Any]) -> None:
    """Report that `value`, which has a history, is about to be written to memory that others read without it.

    If the observer gives another value, `put(memory, array)` writes that for the others, and `target` goes on in
    memory of its own.
    """
    observer, memory = Detachments.observer, target.array
    if observer is None or target.root is not DATA and Detachments.shared.get(id(owner(memory)), bool)() is None:
        return
    changed = observer(value, DATA_WRITE if target.root is DATA else SHARED_WRITE, value)
    if changed is not value:
        _part_from(target)
        put(writing(memory), changed.array.real)


def _part_from(target: Tensor) -> None:
    """Let a tensor, and the one it is a view of, go on in copies of their memory."""
    array = target.array
    if target.root is None or target.root is DATA:
        target.array = array.copy("K")
        return
    base = target.root.base
    copy = block_of(array).copy("K")
    start = block_of(array).__array_interface__["data"][0]
    for tensor, view in ((base, base.array), (target, array)):
        tensor.array = ndarray(view.shape, view.dtype, copy.ravel("K"),
                               view.__array_interface__["data"][0] - start, view.strides)


def report_copied(tensor: Tensor, cause: str, value: Any) -> Any:
    """`value`, a copy of the numbers of `tensor`, or what the observer returns; without one, a remark tells of it."""
    if tensor.requires_grad and Detachments.observer is None:
        DisplayHooks.note("copied numbers",
                          f"{cause} copies the numbers of {{x}} and leaves its history behind; "
                          "{x}.clone() keeps it, {x}.detach().clone() says that none is meant", tensor)
    return report_detached(tensor, cause, value)


def report_gradient(outputs: Sequence[Tensor], cause: str, gradient: Any) -> Any:
    """`gradient`, which an unrecorded sweep from `outputs` computed, or what the observer returns for it."""
    observer, changed = Detachments.observer, gradient
    if observer is not None and gradient is not None:
        for output in outputs:
            changed = observer(output, cause, gradient)
    return changed


def detached_for(tensor: Any, cause: str) -> Any:
    """`tensor`, whose numbers alone `cause` is going to use, or what the observer returns for them."""
    if Detachments.observer is None or not isinstance(tensor, Tensor) or not tensor.requires_grad:
        return tensor
    return Detachments.observer(tensor, cause, Tensor(tensor.array))


def to_scalar(tensor: Tensor, cause: str, value: Any) -> Any:
    """`value`, a number made of `tensor`, or what the observer returns; without one, a remark warns as PyTorch does."""
    if not tensor.requires_grad:
        return value
    if Detachments.observer is None:
        DisplayHooks.note("conversion",
                          "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
                          "behavior: no gradient flows through the number. Consider using "
                          "tensor.detach() first"
                          " ({x}.detach())", tensor)
        return value
    return Detachments.observer(tensor, cause, value)


def ends_history(cls: type[Op]) -> bool:
    """Whether results of an operation depend on its inputs, and yet no gradient goes back to them."""
    callable_by_programs = cls.function or cls.method is not False
    return callable_by_programs and not (cls.rules or cls.creates or cls.random)


def report_without_rule(cls: type[Op], values: Sequence[Any], arrays: Sequence[Any], outs: Sequence[Tensor],
                        place: Any) -> list[Tensor]:
    """Results of a call at `place` that end history; those that move with inputs in the graph are reported."""
    outs = list(outs)
    home = "torch" if cls.function else ""
    cut = DetachedBy(f"{home}.{cls.names[0]}(), which has no derivative,", place)
    moving = [True] * len(outs)
    for sign in (1, -1) if Detachments.observer is not None else ():
        perturbed = _perturbed(cls, values, arrays, sign)
        moving = [m and not (perturbed and np.array_equal(other, out.array, equal_nan=True))
                  for m, out, other in zip(moving, outs, perturbed or outs, strict=True)]
    source = next(x for v in values for x in (v if type(v) is tuple else (v,)) if isinstance(x, Tensor)
                  and x.requires_grad)
    for k, out in enumerate(outs):
        if out.array.dtype.kind in INEXACT:
            out.cut = cut
            outs[k] = report_detached(source, cut.cause, out) if moving[k] else out
    return outs


def _perturbed(cls: type[Op], values: Sequence[Any], arrays: Sequence[Any], sign: int) -> tuple[Any, ...]:
    """The results as the inputs that require gradients become a little larger or smaller; () where there are none."""
    def moved(value: Any, array: Any) -> Any:
        if type(value) is tuple and type(array) is tuple:
            return tuple(map(moved, value, array))
        if not (isinstance(value, Tensor) and value.requires_grad):
            return array
        step = sign * float(float_limits(array.dtype).eps) ** 0.5
        return np.asarray(np.where(array, array + array * step, step), array.dtype)

    try:
        result = cls.forward(*map(moved, values, arrays))
    except UNFIT:
        return ()
    return result if type(result) is tuple else (result,)
