"""Dispatch: compute an operation on the arrays of its tensors, and record the call if a gradient can be needed.

    1. type promotion brings the operands to one dtype;
    2. `forward` computes on the arrays; errors of numpy become faults that name the operation and its operands;
    3. the result is wrapped in the class that follows from those of the inputs;
    4. if an input requires gradients and recording is on, `record` makes a node with an edge to the parent of each
       such input, and saves the values that the rules need;
    5. a result that shares memory with the first input is noted as a view of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from sys import _getframe
from typing import Any

import numpy as np
from numpy import asarray, ndarray

from gradcli.engine.autograd.detached import (
    Detachments,
    ends_history,
    report_copied,
    report_detached,
    report_without_rule,
)
from gradcli.engine.autograd.inference_mode import mark_inference, refuse_saving
from gradcli.engine.autograd.op import TABLE, NodeOutput, Op, carry_over, raw, rename_node, traced
from gradcli.engine.autograd.type_promotion import class_beside_arrays, promoted
from gradcli.engine.autograd.views import places_in, shares_memory, view_write_fault
from gradcli.engine.complex_gate import COMPLEX, check_complex
from gradcli.engine.messages.numpy_errors import UNFIT, numpy_fault
from gradcli.engine.numerics import complex_gradients, reduced_precision
from gradcli.engine.result_layout import match_layout
from gradcli.engine.tensor.dtypes import BFLOAT16, INEXACT, real_type_of
from gradcli.engine.tensor.tensor import (
    DATA,
    INFERRED,
    NO_GRAD,
    SEVERAL,
    UNTRACKED,
    VOLATILE,
    ComplexTensor,
    DetachedBy,
    Tensor,
    ViewOf,
    clock,
    last_write_of,
    new,
    new_tuple,
    owner,
    separate,
)
from gradcli.engine.tensor.variable import RESULT, Array, Dual, InferenceTensor, Variable, Volatile, grad_mode
from gradcli.exposure import expose
from gradcli.faults.mistakes import NotDifferentiable


def parent(tensor: Tensor) -> Any:
    """The object that receives the gradient of `tensor` in a sweep: its node, or the tensor itself if it is a leaf."""
    if tensor.root is not None:
        refresh_view(tensor)
    return tensor.node or tensor


def refresh_view(view: Tensor) -> None:
    """Bring the node of a view up to date after a write to its base or to another view of that."""
    root = view.root
    if root is DATA or not (root.base.requires_grad or view.node is not None) or view.array.dtype.kind not in INEXACT:
        return
    write = last_write_of(view)
    if write and write.tick > root.tick and shares_memory(root.base, view):
        if root.origin and root.tick and (view.node is not None or view.requires_grad):
            raise view_write_fault(view, "its base or another view of its base has been modified inplace")
        # a base that was detached since has no history: a leaf beside it takes the gradient, which nobody reads
        base = root.base if root.base.requires_grad else Variable(root.base.array, True)
        node = as_window(base, view.array).node
        if view.hooks:
            carry_over(view, node)
        view.node = node
        view.requires_grad = True
        view.root = ViewOf(root.base, clock(), root.origin)
        if type(view) is Tensor:
            view.__class__ = Variable


def dispatch(cls: type[Op], values: Sequence[Any]) -> Any:
    """The result of an operation on `values`, one for each parameter, as `Signature.fit` returns them.

    Raises a Fault that names the operation and its operands where numpy refuses them.
    """
    if not COMPLEX.isdisjoint(map(type, values)):
        check_complex(cls, values)
    if Dual.watched and Dual.level.takes(values):
        return Dual.level.push(cls, values)
    if cls.type_promotion:
        values = promoted(cls, values)
    arrays = []
    result_class: type[Tensor] = Tensor
    tracked = mixed = False
    cut = None
    for v in values:
        wrapper = RESULT.get(type(v))
        if wrapper is not None:
            arrays.append(v.array)
            tracked = tracked or v.requires_grad
            cut = cut or v.cut
            if wrapper is not Tensor and result_class is not Volatile:
                result_class = wrapper
                mixed = mixed or wrapper is Array
        elif type(v) is tuple and v and isinstance(v[0], Tensor) and not cls.creates:
            arrays.append(tuple([x.array for x in v]))
            tracked = tracked or any(x.requires_grad for x in v)
            classes = {RESULT[type(x)] for x in v}
            if not COMPLEX.isdisjoint(map(type, v)):
                check_complex(cls, v)
            if result_class is not Volatile and len(classes | {Tensor}) > 1:
                result_class = Volatile if Volatile in classes else Variable
        else:
            arrays.append(v)
    if mixed:
        result_class = class_beside_arrays(cls, values)
    try:
        if cls.check_size is not None:
            cls.check_size(*arrays)
        half = reduced_precision.half_of(cls, arrays) if cls.opmath or BFLOAT16.numpy else None
        result = cls.forward(*arrays) if half is None else reduced_precision.forward(cls, arrays, half)
    except UNFIT as error:
        raise numpy_fault(cls, values, error) from None
    if isinstance(result, np.generic):
        result = asarray(result)
    if tracked and not (grad_mode.on and result_class is not Volatile):
        cut = (cut or DetachedBy(VOLATILE, here())) if grad_mode.on else DetachedBy(NO_GRAD, here())
        tracked = False
        if Detachments.observer is not None:
            result = _report_unrecorded(cut.cause, values, result)
    if tracked and result_class is Tensor:
        result_class = Variable         # of complex numbers with a history
    if type(result) is tuple:
        return wrap_outputs(cls, values, arrays, result, result_class, tracked, half)
    if type(result) is not ndarray:
        return result               # a plain answer: a bool, a number, a size
    if arrays and result is arrays[0] and not (mixed and result_class is Tensor):
        return values[0]                # nothing to do, as in x.contiguous()
    if cls.memory_order == "operands" and result.ndim > 1:
        result = match_layout(result, *arrays)
    out = result_class(result)
    if not tracked:
        out.cut = cut
    elif cls.copies is not None:
        copied = values[cls.copies]
        if isinstance(copied, Tensor):
            out.cut = DetachedBy(f"{'torch' if cls.function else ''}.{cls.names[0]}()", here())
            out = report_copied(copied, out.cut.cause, out)
    elif result.dtype.kind in INEXACT:
        record(cls, values, arrays, result, out, half)
        if out.node is None and ends_history(cls):
            [out] = report_without_rule(cls, values, arrays, [out], here())
    else:
        out.cut = DetachedBy(f"{cls.names[0]}(), whose result has no gradient", here(), cls.names[0])
    if result.base is not None:
        note_view(out, values[0], result)
    if InferenceTensor.exist:
        mark_inference(out, values[0] if values else None)
    return out


def _report_unrecorded(cause: str, values: Sequence[Any], result: Any) -> Any:
    """Report an unrecorded call on an input that requires gradients; return the result."""
    source = next((v for v in values if isinstance(v, Tensor) and v.requires_grad), None)
    return result if source is None or type(result) is not ndarray else report_detached(source, cause, result)


def record(cls: type[Op], values: Sequence[Any], arrays: list[Any], result: Any, out: Tensor,
           half: Any = None) -> None:
    """Make the node of a call, with an edge for each input that requires gradients, and set it as that of `out`.

    half    the 16-bit floating type whose numbers were computed with as float32, None if there are none
    """
    if cls.fixed:
        _refuse_fixed(cls, values)
    if cls.unsaved_outputs:
        result = tuple([None if i in cls.unsaved_outputs else r for i, r in enumerate(result)])
    which = cls.variant(*values) if cls.variant else 0
    slots = (*arrays, None if which in cls.unsaved else result)
    if cls.shaped:
        slots += tuple([attribute_of(a, "shape") for a in arrays]) + tuple([attribute_of(a, "dtype") for a in arrays])
    edges = [(parent_node, rule, rule.pick(slots)) for rule, parent_node in _parents(cls, values)]
    if edges:
        if InferenceTensor.exist:
            refuse_saving(values, edges)
        kind = cls.nodes[min(which, len(cls.nodes) - 1)]
        node = kind()
        if complex_gradients.applies(values, out):
            edges = complex_gradients.rules_of(cls, edges, values)
        if half is not None:
            edges = [(to, reduced_precision.rule_of(rule, kind.fused_gradient, half), saved)
                     for to, rule, saved in edges]
        node.hooks = None
        node.shape = result.shape if type(result) is ndarray else ()
        node.code, node.line_at = here()
        node.sequence_nr = clock()
        node.edges = tuple(grad_mode.savers[-1].save(node, values, edges) if grad_mode.savers else edges)
        out.requires_grad = True
        out.node = node
        if not grad_mode.enabled and grad_mode.unseen is not None:
            grad_mode.unseen.add(node)


def _refuse_fixed(cls: type[Op], values: Sequence[Any]) -> None:
    """Raise NotDifferentiable if an input that the operation treats as a constant requires gradients."""
    for name in cls.fixed:
        x = values[cls.params.index(name)]
        if isinstance(x, Tensor) and x.requires_grad:
            node = cls.nodes[0].modern_name.removesuffix("Backward0")
            raise NotDifferentiable(f"{node} is not differentiable with respect to {name}, which therefore cannot have "
                                    "requires_grad True", (f"{name}.detach()", "the same numbers as constants"))


def _parents(cls: type[Op], values: Sequence[Any]) -> Any:
    """The rules of the inputs that require gradients, each with the parent of its input."""
    for rule in cls.rules:
        x = values[rule.at]
        if rule.many:
            for k, item in enumerate(x):
                if item.requires_grad:
                    yield rule.of_item(k), parent(item)
        elif isinstance(x, Tensor) and x.requires_grad:
            yield rule, parent(x)


def attribute_of(value: Any, attribute: str) -> Any:
    """The shape or dtype of an array, or of each array in a tuple; None for anything else."""
    if type(value) is tuple and value and all(type(v) is ndarray for v in value):
        return tuple([getattr(array, attribute) for array in value])
    return getattr(value, attribute, None)


def wrap_outputs(cls: type[Op], values: Sequence[Any], arrays: list[Any], results: tuple[Any, ...],
                 result_class: type[Tensor], tracked: bool, half: Any = None) -> Any:
    """The results of a call that has several, as tensors: a named tuple where the operation names its fields."""
    results = all_arrays(results)
    node = None
    if tracked and results:
        first = Tensor(results[0])
        record(cls, values, arrays, results, first, half)
        node = first.node
    several = outputs(cls, values[0], results, node, result_class)
    if tracked and results and node is None and ends_history(cls):
        reported = report_without_rule(cls, values, arrays, several, here())
        several = type(several)(*reported) if cls.returns else tuple(reported)
    return several


def all_arrays(results: tuple[Any, ...]) -> tuple[ndarray, ...]:
    """The results with numpy's numbers as arrays."""
    for r in results:
        if type(r) is not ndarray:
            return tuple([r if type(r) is ndarray else asarray(r) for r in results])
    return results


def outputs(cls: type[Op], source: Any, results: tuple[ndarray, ...], node: Any, result_class: type[Tensor]) -> Any:
    """Tensors around several results of one call, with `node` as their history if there is one."""
    several, inert = node is not None and cls.multi_output, cls.inert
    outs, shapes, root = [], [], None       # one root for all views of the source: nothing is written in between
    nearest_base = viewed = origin = None
    for i, array in enumerate(results):
        kind = array.dtype.kind
        out = new(result_class if kind != "c" else ComplexTensor)
        out.array = array
        out.node = out.gradient = out.root = out.hooks = out.cut = None
        out.requires_grad = False
        if several and kind in INEXACT and i not in inert:
            out.node, out.requires_grad = output_of(node, i, array.shape), True
        shapes.append(array.shape)
        if (base := array.base) is not None:
            if nearest_base is None and grad_mode.on and isinstance(source, Tensor):
                nearest_base, viewed, origin = _base_of(source)
            if nearest_base is not None and (base is nearest_base or base is nearest_base.base):
                out.root = root = root or new_tuple(ViewOf, (viewed, clock(), origin))
            elif nearest_base is None or not separate(base, nearest_base):
                note_view(out, source, array, SEVERAL)
        if InferenceTensor.exist:
            mark_inference(out, source)
        outs.append(out)
    if several:
        node.shape = tuple(shapes)
    elif node is not None:
        node.shape = shapes[0]
        outs[0].node, outs[0].requires_grad = node, True
    return new_tuple(result_type(cls), outs) if cls.returns else tuple(outs)


def _base_of(source: Tensor) -> tuple[ndarray, Tensor, int]:
    """The array of `source`, the tensor that views of it are views of, and their origin, as `note_view` has it."""
    root, origin = source.root, SEVERAL if source.requires_grad else SEVERAL + UNTRACKED
    if root is None or root is DATA:
        source.viewed = True
        return source.array, source, origin
    return source.array, root.base, root.origin or origin


def output_of(node: Any, at: int, shape: tuple[int, ...]) -> NodeOutput:
    """The differentiable output number `at` of a node, of that shape."""
    output: NodeOutput = new(NodeOutput)
    output.node, output.at, output.shape, output.sequence_nr, output.hooks = node, at, shape, clock(), None
    return output


_result_types: dict[type[Op], Any] = {}


def result_type(cls: type[Op]) -> Any:
    """The named tuple class of an operation's results."""
    if cls not in _result_types:
        from collections import namedtuple
        name = cls.names[0].replace(".", "_").removesuffix("_dim")      # the user called max, not its part max_dim
        _result_types[cls] = namedtuple(name, cls.returns)
        expose(_result_types[cls], *cls.returns, "count", "index")
    return _result_types[cls]


def note_view(out: Tensor, source: Any, result: ndarray, origin: int = 0) -> None:
    """Note that `out` is a view, if it looks into the memory of the first input.

    What is made under no_grad says that it requires grad if its base does, as PyTorch's does, and keeps none.
    """
    if not isinstance(source, Tensor):
        return
    array, base = source.array, result.base
    if base is not array and base is not array.base and (separate(base, array) or owner(result) is not owner(array)):
        return
    if not grad_mode.on:
        origin = INFERRED if grad_mode.inference else UNTRACKED
        if source.requires_grad and not grad_mode.inference:
            out.requires_grad, out.cut = True, out.cut or DetachedBy("torch.no_grad()", here())
    elif origin and not source.requires_grad:
        origin = SEVERAL + UNTRACKED
    root = source.root
    if root is None or root is DATA:
        source.viewed = True
        out.root = new_tuple(ViewOf, (source, clock(), origin))
    else:
        out.root = new_tuple(ViewOf, (root.base, clock(), root.origin or origin))


def here() -> tuple[Any, int]:
    """The place of the program: code object and instruction of the innermost frame outside gradcli."""
    frame = _getframe(2)
    while frame is not None and "__spec__" in frame.f_globals:
        if frame.f_back is None:
            break
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


def as_window(base: Tensor, array: ndarray) -> Tensor:
    """A tensor of the view `array` of `base`, with a node that picks its elements out of the base."""
    if array.dtype != base.array.dtype:
        if real_type_of(array.dtype) != real_type_of(base.array.dtype):
            return _of_bits(base, array)
        if array.dtype.kind == "c":
            return traced.view_as_complex(as_window(base, raw.pairs(array)))
        return as_window(traced.pairs(base), array)
    window, places = Variable(array), places_in(base.array, array)
    record(TABLE["window"], (base, places), [base.array, places], array, window)
    return window


def with_piece(base: Tensor, piece: Tensor, array: ndarray) -> Tensor:
    """A tensor of the array of `base`, with its history but for what the view `array` shows, whose is that of `piece`.
    """
    if array.dtype != base.array.dtype:
        if real_type_of(array.dtype) != real_type_of(base.array.dtype):
            return _of_bits(base, base.array)
        if array.dtype.kind == "c":
            return with_piece(base, traced.pairs(piece), raw.pairs(array))
        parts = traced.pairs(base)
        return rename_node(traced.view_as_complex(with_piece(parts, piece, array)), "CopySlices")
    whole, places = Variable(base.array), places_in(base.array, array)
    record(TABLE["copy_slices"], (base, piece, places), [base.array, piece.array, places], base.array, whole)
    return whole


def _of_bits(base: Tensor, array: ndarray) -> Tensor:
    """A tensor of what the bits of `base` make in another type, or of the base after such bits were written: its node
    is that of `view(dtype)`, which refuses a gradient."""
    out, source = Variable(array), base if base.requires_grad else Variable(base.array, True)
    record(TABLE["view"], (source, array.dtype), [base.array, array.dtype], array, out)
    return out
