"""Operations that change their input: values in place, history as if they had not.

`x.exp_()` computes exp(x) as a recorded call, copies the result into the memory of x, and
hands the call to x as its new history. Where x is a view, its base takes a call that says
"the old base, with this piece replaced", and other views find their history when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import report_write
from gradcli.engine.autograd.dispatch import here, parent, refresh_view, with_piece
from gradcli.engine.autograd.inference_mode import refuse_write
from gradcli.engine.autograd.op import Op, carry_over, rename_node, traced
from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.autograd.views import shares_memory, view_write_fault
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import can_expand
from gradcli.engine.tensor.complex_tensor import LAZY, unwritable
from gradcli.engine.tensor.dtypes import INEXACT, OF, category
from gradcli.engine.tensor.tensor import DATA, Tensor, ViewOf, clock, follow, note_write, owner, views_of
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode, is_viewed
from gradcli.engine.tensor.write_gate import StepWrites, filling, overlaps_itself, refuse_shared, writing
from gradcli.faults.arguments import ArgumentMismatch
from gradcli.faults.tensors import SharedMemory
from gradcli.faults.tree import ArgumentFault, LeafWrite, ShapeFault, TypeFault

IN_PLACE = {"AcoshBackward0": "AcoshBackward1", "AsinhBackward0": "AsinhBackward1",
            "AtanhBackward0": "AtanhBackward1", "CeluBackward0": "CeluBackward1", "EluBackward0": "EluBackward1",
            "LeakyReluBackward0": "LeakyReluBackward1", "ThresholdBackward0": "ThresholdBackward1",
            "FillBackward0": "FillBackward2", "FillBackward2": "FillBackward3"}
"""The calls that go by other names in place."""
NO_INPUT = object()


def inplace(cls: type[Op], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The method `name` that stores what `call` computes."""

    def write(input: Any = NO_INPUT, *args: Any, **options: Any) -> Any:
        if not isinstance(input, Tensor):
            cls.signature.fit(name, () if input is NO_INPUT else (input, *args), options)   # which says what is wrong
        if "out" in options:
            cls.signature.fit(name, (input, *args), options)    # which says that there is no such option
        source = writable(input, name, cls.partial)
        if cls.elementwise and (args or options):
            refuse_shared(input.array, arrays_of((*args, *options.values())), name)
        if overlaps_itself(input.array) and cls.elementwise and not cls.fills:
            if any(not step and size > 1 for step, size in zip(input.array.strides, input.array.shape, strict=True)):
                raise SharedMemory(name)
            values = *args, *options.values()
            if not _tracked((input, *values)) and all(
                    can_expand(array.shape, input.array.shape) for array in arrays_of(values)):
                return _row_by_row(write, input, args, options)
        if cls.keeps_input and grad_mode.on and _tracked((input, *args, *options.values())):
            source = unwritten(input)
            if Dual.watched:
                Dual.level.record_write(source, input)
        try:
            result = call(source, *args, **options)
        except ArgumentMismatch as fault:
            if len(fault.args) == 1:     # PyTorch's words name the form in place
                fault.args = (fault.args[0].replace(f"{name[:-1]}()", f"{name}()", 1),)
            raise
        if cls.no_overlap and not Current.legacy:   # after their sizes have been looked at
            refuse_shared(input.array, arrays_of((*args, *options.values())), name, True)
        if result is not source:
            _rename_in_place(result)
        if input.requires_grad and not result.requires_grad and grad_mode.on or (
                cls.random and result is source and grad_mode.on and input.requires_grad):
            result = _independent(source, result, cls.nodes[0].modern_name, args)
        result = store(input, result, name, cls.fills)
        if cls.inplace_saves_result and source is not input:
            follow(source.array, input.array)       # from here on
        return result

    return write


def unwritten(input: Any) -> Any:
    """A copy of a tensor about to be written to, with its history, for calls that keep it."""
    return type(input)(input.array.copy(), input.requires_grad, parent(input))


def _rename_in_place(result: Tensor) -> None:
    if other := IN_PLACE.get(getattr(getattr(result, "node", None), "modern_name", "")):
        rename_node(result, other)


def rewritten(target: Tensor, result: Tensor, writer: str) -> Tensor:
    """The case of `store` for a result with a history and a target that is no view and that nobody observes."""
    _rename_in_place(result)
    array, memory = result.array, target.array
    if array.dtype is not memory.dtype or array.shape != memory.shape:
        return store(target, result, writer)
    memory = writing(memory, writer)
    memory[...] = array
    note_write(target, writer, here())
    keep_in_place(result.node, array, memory)
    _give(target, result.node)
    return target


def _independent(source: Tensor, result: Tensor, label: str, args: tuple[Any, ...]) -> Tensor:
    """A result that does not depend on what it replaces, with a history that says so: the gradient is zero."""
    out = Variable(result.array, True, traced.fill(source, 0).node)
    pair = label.endswith("0") and bool(args) and isinstance(args[0], Tensor)
    rename_node(out, f"{label[:-1]}1" if pair else label)
    return out


def _row_by_row(write: Callable[..., Any], input: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call `write` for each row of overlapping windows in PyTorch's order: each reads what those before wrote."""
    shape = input.array.shape

    def row(value: Any, i: int) -> Any:
        return Tensor(np.broadcast_to(value.array, shape)[i]) if isinstance(value, Tensor) else value

    for i in range(shape[0]):
        write(Tensor(input.array[i]), *[row(x, i) for x in args], **{key: row(x, i) for key, x in options.items()})
    return input


def arrays_of(values: Iterable[Any]) -> list[np.ndarray]:
    """The arrays of those values that are tensors."""
    return [x.array for x in values if isinstance(x, Tensor)]


def _tracked(values: tuple[Any, ...]) -> bool:
    for x in values:
        if isinstance(x, Tensor) and x.requires_grad:
            return True
    return False


def rewriting(tensor: Tensor, writer: str) -> np.ndarray:
    """The memory of `tensor`, which is overwritten at once; calls that saved it will say so."""
    memory = writing(tensor.array, writer)
    if StepWrites.counted and not Current.legacy:
        note_write(tensor, writer, here())
    return memory


def writable(target: Any, writer: str, part: bool = False) -> Any:
    """`target`; a fault if writing to it, or to a part of it, would change a leaf that requires gradients."""
    if not isinstance(target, Tensor):
        raise ArgumentFault(f"{writer}() writes into a tensor, and was given {described(target)}").saying(
            f"{writer}(): argument 'input' (position 1) must be Tensor, not {type_name(target)}")
    refuse_write(target)
    if isinstance(target, LAZY):
        raise unwritable(writer)
    if grad_mode.on and (target.requires_grad or target.root is not None and target.root.base.requires_grad):
        refuse_view(target)
        base = target if target.root is None or target.root is DATA else target.root.base
        if (base.requires_grad or target.requires_grad) and base.node is None:
            which = "a leaf Variable that requires grad" if base is target and not part else (
                "a view of a leaf Variable that requires grad")
            raise LeafWrite(f"{which} is being used in an in-place operation, {writer}",
                            ("with torch.no_grad():", "around the change, to make it behind the gradient's back"),
                            ("x = x * 2", "the form that makes a new value, whose history leads to the leaf")).saying(
                f"{which} is being used in an in-place operation.")
    return target


def refuse_view(target: Tensor) -> None:
    """Refuse a change, which is to be differentiated, of a view that PyTorch does not follow."""
    if target.root is not None and target.root.origin:
        raise view_write_fault(target, "is being modified inplace")


def store(target: Tensor, result: Tensor, writer: str, fills: bool = False) -> Tensor:
    """Copy `result` into `target` and let `target` have the history of `result`.

    With `fills`, an expanded target without history takes what differs from it.
    """
    array = result.array
    if target.array.shape != array.shape:
        raise ShapeFault(f"{writer} gives a {sized(array.shape)} result, which does not fit into "
                         f"a {sized(target.array.shape)} tensor in place").saying(
            f"output with shape {list(target.array.shape)} doesn't match the broadcast shape {list(array.shape)}")
    if array.dtype is not target.array.dtype and category(array.dtype) > category(target.array.dtype):
        raise TypeFault(f"result type {OF[array.dtype].era} can't be cast to the desired output type "
                        f"{OF[target.array.dtype].era}")
    if result.requires_grad and result is not target and not target.requires_grad:
        refuse_view(target)
        report_write(target, result, np.copyto)
    fills = fills and not (target.array.flags.writeable or result.requires_grad or target.requires_grad)
    memory = filling(target.array, writer) if fills else writing(target.array, writer)
    if memory is not target.array:
        np.copyto(memory, array, casting="unsafe", where=array != target.array)
    elif array is not memory:
        memory[...] = array
    note_write(target, writer, here())
    if result.requires_grad and result is not target:
        keep_in_place(result.node, array, memory)
        rebase(target, result)
    if Dual.watched:
        Dual.level.record_write(target, result)
    return target


def keep_in_place(node: Any, array: np.ndarray, memory: np.ndarray) -> None:
    """Let a call that kept its result `array` keep `memory` in its place, where the result now is: later writes to
    it are noticed. A result of another type stays, and follows the writes."""
    if not isinstance(node, Op):
        return
    values = [value for _, _, saved in node.edges if type(saved) is tuple for value in saved]
    if not any(value is array for value in values):
        return
    if array.dtype is not memory.dtype:
        follow(array, memory)
        return
    place = owner(memory)
    if any(type(value) is np.ndarray and value is not array and owner(value) is place for value in values):
        return      # an operand that is no longer what it was, as in x.hypot_(x)
    node.edges = tuple([
        (to, rule, tuple([memory if value is array else value for value in saved]) if type(saved) is tuple else saved)
        for to, rule, saved in node.edges])
    node.sequence_nr = clock()


def rebase(target: Tensor, result: Tensor) -> None:
    """Make the call behind `result` the history of what has just been written."""
    root = target.root
    if root is not None and root is not DATA and not shares_memory(root.base, target):
        target.root = root = None       # a view no more
    if root is None or root is DATA:
        _give(target, result.node)
        return
    base = root.base
    if isinstance(target.node, Op) and target.node.hooks and isinstance(result.node, Op):
        _skip_hooks(result.node, target.node)
    _give(base, with_piece(base, result, target.array).node)
    target.root = ViewOf(base, 0, root.origin)
    refresh_view(target)


def _skip_hooks(call: Op, view: Op) -> None:
    """Let a call in place on a view lead past the hooks that the view had before: they are of that view alone."""
    without_hooks = copy(view)
    without_hooks.hooks = None
    call.edges = tuple([(without_hooks if to is view else to, rule, saved) for to, rule, saved in call.edges])


def _give(target: Tensor, node: Any) -> None:
    carry_over(target, node)
    target.node = node
    if not target.requires_grad and is_viewed(target):
        _track_views(target)
    _track(target)


def _track(target: Tensor) -> None:
    target.requires_grad = True
    if type(target) is Tensor:
        target.__class__ = Variable


def _track_views(base: Tensor) -> None:
    """Let the views of `base` require gradients, now that it has a history: each takes its own when it is asked."""
    for view in views_of(base):
        if view.array.dtype.kind in INEXACT:
            _track(view)
