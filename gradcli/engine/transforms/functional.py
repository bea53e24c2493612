"""Gradients as functions of functions: `torch.autograd.grad` and `torch.autograd.functional`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import backward as sweep_back
from gradcli.engine.autograd.backward import check_inputs, seed_for, sweep
from gradcli.engine.autograd.detached import FUNCTIONAL, GRAD, report_gradient
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.autograd.graph_view import tensors_of
from gradcli.engine.autograd.hooks import apply_leaf_hooks
from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.autograd.views import keeps_no_gradient
from gradcli.engine.tensor.methods import without_history
from gradcli.engine.tensor.tensor import FIRST_ORDER, DetachedBy, Tensor
from gradcli.engine.tensor.variable import Variable, recording, with_tangents
from gradcli.engine.transforms.functional_arguments import (
    INPUT,
    check_blocks,
    check_dependence,
    check_second_order,
    check_slopes,
    checked_outputs,
    checked_tensors,
    directions_of,
    is_forward,
    leaves_of,
    refuse_complex,
    scalar_output,
    stand_ins,
)
from gradcli.engine.transforms.jacobian_blocks import derivative_columns, rows
from gradcli.engine.transforms.levels import Level
from gradcli.faults.gradients import NotInGraph
from gradcli.faults.mistakes import UnfitValue, UnusedInput
from gradcli.faults.tree import ArgumentFault, GradFault, ShapeFault, ValueFault


def _seeds(outputs: list[Tensor], grad_outputs: Any) -> list[Tensor]:
    if isinstance(grad_outputs, list | tuple):
        weights = list(grad_outputs)
    else:
        weights = [grad_outputs] * (1 if grad_outputs is not None else len(outputs))
    seeds = [None if w is None and not o.requires_grad else seed_for(o, w, at)
             for at, (o, w) in enumerate(zip(outputs, weights, strict=False))]
    if len(weights) != len(outputs):
        raise ShapeFault(f"{len(outputs)} outputs need {len(outputs)} gradients, and {len(weights)} were given").saying(
            f"got {len(outputs)} tensors and {len(weights)} gradients")
    for at, output in enumerate(outputs):
        if not output.requires_grad or keeps_no_gradient(output):
            raise without_history(output, "one of the outputs does not require grad and has no grad_fn").saying(
                f"element {at} of tensors does not require grad and does not have a grad_fn")
    return [seed for seed in seeds if seed is not None]


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: Any = None, create_graph: bool = False,
             grad_variables: Any = None, inputs: Any = None, retain_variables: Any = None) -> None:
    """Add to the `.grad` of every leaf the gradients of several outputs, each weighted by its gradient."""
    outputs = tensors_of(tensors, "the outputs")
    check_inputs(inputs)
    seeds = _seeds(outputs, grad_tensors if grad_tensors is not None else grad_variables)
    keep = create_graph if retain_graph is None and retain_variables is None else bool(retain_graph or retain_variables)
    sweep_back(outputs, seeds, keep, create_graph, None if inputs is None else tensors_of(inputs, "the inputs"))


class Repeated:
    """Whether a function is being called for one slice after another: a graph that they share is swept by each."""

    slices = False


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: Any = None, create_graph: bool = False,
         only_inputs: bool = True, allow_unused: Any = None, is_grads_batched: bool = False,
         materialize_grads: bool = False) -> tuple[Any, ...]:
    """The gradients of outputs by inputs, as a tuple; no `.grad` is touched."""
    if materialize_grads and allow_unused is False:
        raise ValueFault("Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
                         "allow_unused=False.", "torch.autograd.grad(y, [x], materialize_grads=True)")
    flat_outputs, flat_inputs = tensors_of(outputs, "the outputs"), tensors_of(inputs, "the inputs")
    if not flat_inputs:
        raise UnfitValue("`inputs` argument to `grad()` cannot be empty.", "torch.autograd.grad(y, [x])")
    allow_unused = allow_unused or materialize_grads
    if is_grads_batched:
        rows = _batched(flat_outputs, flat_inputs, grad_outputs, retain_graph, create_graph, allow_unused)
        return _materialized(rows, flat_outputs, flat_inputs, create_graph) if materialize_grads else rows
    seeds = _seeds(flat_outputs, grad_outputs)
    for x in flat_inputs:
        if not x.requires_grad:
            raise UnusedInput("one of the differentiated tensors does not require grad").saying(
                "One of the differentiated Tensors does not require grad")
    parents = [parent(x) for x in flat_inputs]
    keep_graph = Repeated.slices or (create_graph if retain_graph is None else bool(retain_graph))
    gradients: list[Any] = []
    hooked: set[int] = set()

    def finish_leaf(target: Any, g: Any) -> Any:
        hooked.add(id(target))
        return apply_leaf_hooks(target, g, bool(create_graph))

    grads = sweep(flat_outputs, seeds, keep_graph, bool(create_graph), parents, finish_leaf)
    for x, target in zip(flat_inputs, parents, strict=True):
        g = None if keeps_no_gradient(x) else grads.get(target)
        if g is not None and id(target) not in hooked:
            grads[target] = g = apply_leaf_hooks(target, g, bool(create_graph))
            hooked.add(id(target))
        if g is None and not allow_unused:
            raise NotInGraph(len(gradients))
        gradients.append(_variable(g, x) if create_graph else report_gradient(flat_outputs, GRAD, _variable(g, x)))
    if materialize_grads:
        return _materialized(gradients, flat_outputs, flat_inputs, create_graph)
    return tuple(gradients)


def _materialized(gradients: Sequence[Any], outputs: list[Tensor], inputs: list[Tensor],
                  create_graph: bool) -> tuple[Any, ...]:
    """The gradients, with a leaf of zeros for each input that the outputs do not depend on."""
    def leaf(x: Tensor) -> Any:
        if create_graph:
            return Variable(zeros(x), requires_grad=True)
        return report_gradient(outputs, GRAD, _variable(zeros(x), x))

    return tuple(leaf(x) if g is None else g for g, x in zip(gradients, inputs, strict=True))


def _batched(outputs: list[Tensor], inputs: list[Tensor], weights: Any, retain: Any, create_graph: bool,
             allow_unused: Any) -> tuple[Any, ...]:
    """The gradients for each of several weights, which lie along the first dimension; stacked in the same way."""
    batches = tensors_of(weights, "the gradients")
    for at, (output, batch) in enumerate(zip(outputs, batches, strict=False)):
        if batch.array.shape[1:] != output.array.shape or not batch.array.ndim:
            raise ShapeFault("If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the "
                             "batch dimension. The sizes of the remaining dimensions are expected to match the shape "
                             f"of corresponding output, but a mismatch was detected: grad_output[{at}] has a shape of "
                             f"{batch.shape} and output[{at}] has a shape of {output.shape}. If you only want some "
                             "tensors in `grad_output` to be considered batched, consider using vmap.")
    counts = [len(batch.array) for batch in batches]
    if len(set(counts)) > 1:
        raise ValueFault("vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                         f"{counts} for the mapped dimension")
    count = min(counts, default=0)
    if not count:
        raise ArgumentFault("is_grads_batched=True needs gradients with a first dimension to go along",
                            "torch.autograd.grad(y, x, torch.eye(2), is_grads_batched=True)")
    rows = [grad(outputs, inputs, [b[i] for b in batches],  # type: ignore[index]  # no batch is None here
                 True if i + 1 < count else retain, create_graph, True, allow_unused)
            for i in range(count)]
    return tuple(None if column[0] is None else _stack_batch(column) for column in zip(*rows, strict=True))


def _stack_batch(column: tuple[Any, ...]) -> Any:
    """The gradients of a batch in one tensor, as of the call that made each of them."""
    stacked = traced.stack(column)
    names = {getattr(getattr(x.node, "node", x.node), "modern_name", "") for x in column}
    if len(names) != 1 or stacked.node is None or "" in names:
        return stacked
    return rename_node(stacked, names.pop())


def _variable(g: Any, x: Tensor) -> Any:
    if g is None or isinstance(g, Tensor):
        return g if g is None or g.array.dtype is x.array.dtype else traced.cast(g, x.array.dtype)
    out = Variable(np.array(g, x.array.dtype))
    out.cut = DetachedBy(FIRST_ORDER, here())
    return out


def zeros(x: Tensor) -> np.ndarray:
    """Zeros of the shape and type of a tensor, row by row whatever its own layout is."""
    return np.zeros(x.array.shape, x.array.dtype)


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
             vectorize: bool = False, strategy: str = "reverse-mode") -> Any:
    """The derivatives of every element of func's result by every element of its inputs.

    Of shape (result..., input...); a tuple of them for several inputs, of tuples for several results.
    """
    forward = is_forward(strategy, vectorize, create_graph)
    if vectorize and strict:
        raise GradFault("torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
                        "together. Please either set `strict=False` or `vectorize=False`.")
    with recording(True):
        level = Level()
        leaves, several = leaves_of(inputs, create_graph, "jacobian") if not forward else stand_ins(level, inputs)
        with with_tangents() if forward else nullcontext():
            result = func(*leaves)
            outputs = checked_outputs(result, leaves, strict, "jacobian", on_each=not create_graph)
            for output in outputs:
                refuse_complex(output)
            blocks = derivative_columns(level, outputs, leaves) if forward else [
                rows(o, leaves, create_graph) for o in outputs]
            if not (forward or create_graph):
                blocks = [[report_gradient(outputs, FUNCTIONAL, block) for block in row] for row in blocks]
    if forward:
        level.end()
        blocks = level.released(blocks)
    if strict and create_graph:
        check_blocks(outputs, blocks, leaves)
    container = list if several and forward else tuple     # as PyTorch has them
    shaped = [container(b) if several else b[0] for b in blocks]
    return container(shaped) if isinstance(result, tuple) else shaped[0]


def hessian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode") -> Any:
    """The second derivatives of a scalar function, by every pair of elements of its inputs."""
    several = isinstance(inputs, tuple)
    checked_tensors(inputs, "inputs", "hessian")
    forward = is_forward(outer_jacobian_strategy, vectorize, create_graph)

    def slopes(*xs: Any) -> Any:
        out = scalar_output(func(*xs), "hessian")
        checked_outputs(out, xs, strict, "hessian")
        if not out.requires_grad:
            return tuple(Variable(zeros(x)) for x in xs) if several else Variable(zeros(xs[0]))
        grads = grad(out, list(xs), create_graph=True, allow_unused=True)
        grads = tuple(Variable(zeros(x)) if g is None else g for g, x in zip(grads, xs, strict=True))
        check_second_order(grads, strict)
        return grads if several else grads[0]

    result = jacobian(slopes, inputs, create_graph or forward)
    return [list(row) for row in result] if forward and several else result     # as PyTorch has them


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of `v` and its Jacobian)."""
    with recording(True):
        leaves, several = leaves_of(inputs, create_graph, "vjp")
        result = func(*leaves)
        outputs = checked_outputs(result, leaves, strict, "vjp")
        vectors = directions_of(v, outputs, isinstance(result, tuple), "the user-provided function returns", "vjp")
        seeds = [seed_for(o, w) for o, w in zip(outputs, vectors, strict=True)]
        pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
        grads = sweep([o for o, _ in pairs], [s for _, s in pairs], create_graph, create_graph,
                      [parent(x) for x in leaves])
    products = tuple(_variable(grads.get(parent(x), zeros(x)), x) for x in leaves)
    for count in range(1, len(leaves) + 1) if strict else ():
        check_dependence(outputs, leaves[:count])
        check_slopes(products[:count], "jacobian", create_graph)
    if not create_graph:
        products = tuple(report_gradient(outputs, FUNCTIONAL, product) for product in products)
    return _outside(result, create_graph), products if several else products[0]


def _outside(result: Any, keep: bool) -> Any:
    """A result as its caller gets it: without history, unless that was asked for."""
    if keep:
        return result
    return tuple(o.detach() for o in result) if isinstance(result, tuple) else result.detach()


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of its Jacobian and `v`), by differentiating the other product twice."""
    with recording(True):
        leaves, several = leaves_of(inputs, create_graph, "jvp")
        directions = directions_of(v, leaves, several, INPUT, "jvp")
        result = func(*leaves)
        outputs = checked_outputs(result, leaves, strict, "jvp")
        if strict:
            check_dependence(outputs, leaves)
        weights = [Variable(zeros(o), True) for o in outputs]
        live = [(o, w) for o, w in zip(outputs, weights, strict=True) if o.requires_grad]
        slopes = grad([o for o, _ in live], list(leaves), [w for _, w in live], create_graph=True,
                      allow_unused=True) if live else (None,) * len(leaves)
        total = None
        for s, d in zip(slopes, directions, strict=True):
            if s is not None and s.requires_grad:
                part = (s * d).sum()
                total = part if total is None else total + part
        grads = grad(total, weights, create_graph=create_graph, allow_unused=True) if total is not None else (
            None,) * len(weights)
    products = tuple(Variable(zeros(o)) if g is None else g for g, o in zip(grads, outputs, strict=True))
    check_slopes(products, "jacobian", strict and create_graph)
    return _outside(result, create_graph), products if isinstance(result, tuple) else products[0]


def hvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of its Hessian and `v`)."""
    return _hessian_product(func, inputs, v, create_graph, strict, "hvp")


def vhp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of `v` and its Hessian): the same, since that of a smooth function is symmetric."""
    return _hessian_product(func, inputs, v, create_graph, strict, "vhp")


def _hessian_product(func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool, name: str) -> Any:
    with recording(True):
        leaves, several = leaves_of(inputs, create_graph, name)
        out = scalar_output(func(*leaves), name)
        checked_outputs(out, leaves, strict, name)
        slopes = grad(out, list(leaves), create_graph=True, allow_unused=True) if out.requires_grad else ()
        check_second_order(slopes, strict)
        directions = directions_of(v, leaves, several, INPUT, name)
        total = None
        for s, d in zip(slopes or [None] * len(leaves), directions, strict=True):
            if s is not None:
                part = (s * d).sum()
                total = part if total is None else total + part
        grads = grad(total, list(leaves), create_graph=create_graph, allow_unused=True) if (
            total is not None and total.requires_grad) else (None,) * len(leaves)
    products = tuple(Variable(zeros(x)) if g is None else g for g, x in zip(grads, leaves, strict=True))
    check_slopes(products, "hessian", strict and create_graph)
    return _outside(out, create_graph), products if several else products[0]

