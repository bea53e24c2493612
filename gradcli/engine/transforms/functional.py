"""Gradients as functions of functions: `torch.autograd.grad` and `torch.autograd.functional`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from gradcli.engine.argument_words import type_text
from gradcli.engine.autograd.backward import backward as sweep_back
from gradcli.engine.autograd.backward import leading_to, newest_first, sweep
from gradcli.engine.autograd.detached import FUNCTIONAL, GRAD, report_detached, report_gradient
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.autograd.graph_view import GradientEdge, tensors_of
from gradcli.engine.autograd.hooks import apply_leaf_hooks
from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.methods import REQUESTED, seed_for, without_history
from gradcli.engine.tensor.tensor import FIRST_ORDER, DetachedBy, Tensor
from gradcli.engine.tensor.variable import Variable, recording, with_tangents
from gradcli.engine.transforms.jacobian_blocks import derivative_columns, rows
from gradcli.engine.transforms.levels import Level
from gradcli.faults.gradients import NotInGraph
from gradcli.faults.mistakes import UnfitValue, UnusedInput
from gradcli.faults.tree import ArgumentFault, GradFault, IntegerLeaf, ShapeFault, ValueFault


def _seeds(outputs: list[Tensor], grad_outputs: Any) -> list[Tensor]:
    if isinstance(grad_outputs, list | tuple):
        weights = list(grad_outputs)
    else:
        weights = [grad_outputs] * (1 if grad_outputs is not None else len(outputs))
    if len(weights) != len(outputs):
        raise ShapeFault(f"{len(outputs)} outputs need {len(outputs)} gradients, and {len(weights)} were given").saying(
            f"got {len(outputs)} tensors and {len(weights)} gradients")
    for at, output in enumerate(outputs):
        if not output.requires_grad:
            raise without_history(output, "one of the outputs does not require grad and has no grad_fn").saying(
                f"element {at} of tensors does not require grad and does not have a grad_fn")
    return [seed_for(o, w) for o, w in zip(outputs, weights, strict=True)]


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: Any = None, create_graph: bool = False,
             grad_variables: Any = None, inputs: Any = None, retain_variables: Any = None) -> None:
    """Add to the `.grad` of every leaf the gradients of several outputs, each weighted by its gradient."""
    outputs = tensors_of(tensors, "the outputs")
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
    if is_grads_batched:
        return _batched(flat_outputs, flat_inputs, grad_outputs, retain_graph, create_graph, allow_unused,
                        materialize_grads)
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
        g = grads.get(target)
        if g is not None and id(target) not in hooked:
            grads[target] = g = apply_leaf_hooks(target, g, bool(create_graph))
            hooked.add(id(target))
        if g is None and materialize_grads:
            g = zeros(x)
        if g is None and not allow_unused:
            raise NotInGraph(len(gradients))
        gradients.append(_variable(g, x) if create_graph else report_gradient(flat_outputs, GRAD, _variable(g, x)))
    return tuple(gradients)


def _batched(outputs: list[Tensor], inputs: list[Tensor], weights: Any, retain: Any, create_graph: bool,
             allow_unused: Any, materialize: bool) -> tuple[Any, ...]:
    """The gradients for each of several weights, which lie along the first dimension; stacked in the same way."""
    batches = tensors_of(weights, "the gradients")
    count = min((len(b.array) if b.array.ndim else 0 for b in batches), default=0)
    if not count:
        raise ArgumentFault("is_grads_batched=True needs gradients with a first dimension to go along",
                            "torch.autograd.grad(y, x, torch.eye(2), is_grads_batched=True)")
    rows = [grad(outputs, inputs, [b[i] for b in batches],  # type: ignore[index]  # no batch is None here
                 True if i + 1 < count else retain, create_graph, True, allow_unused, False, materialize)
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


def _only_tensors(values: Any, what: str, name: str) -> list[Tensor]:
    """A tensor, or a tuple or list of them, as a list; `what` are they of the function `name`."""
    several = isinstance(values, tuple | list)
    for at, value in enumerate(values if several else [values]):
        if not isinstance(value, Tensor) and type(value) is not GradientEdge:
            raise ArgumentFault(f"the {what} must be tensors, not {described(value)}").saying(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                + (f"value at index {at} has type {type_text(value)}." if several else
                   f"given {what} has type {type_text(value)}."))
    return tensors_of(values, f"the {what}")


def _leaves(inputs: Any, connect: bool, name: str) -> tuple[tuple[Tensor, ...], bool]:
    """Fresh leaves with the values of the inputs, or connected stand-ins; and whether there were several."""
    several = isinstance(inputs, list | tuple)
    tensors = _only_tensors(inputs, "inputs", name)
    for x in tensors:
        if x.array.dtype.kind != "f":
            raise IntegerLeaf(f"only floating tensors can require gradients, not {x.dtype.name}",
                              ("x.float()", "a floating copy, which can")).saying(f"{REQUESTED} can require gradients")
    return tuple(traced.alias(x) if connect and x.requires_grad else
                 Variable(report_detached(x, FUNCTIONAL, x.array), True) for x in tensors), several


def _checked(result: Any, leaves: Sequence[Tensor], strict: bool, name: str,
             dependent: str = "The output") -> list[Tensor]:
    """The tensors that a function returned; if `strict`, each of them must depend on all inputs.

    `dependent`: what messages call an output that does not; without it, only some dependence is asked for here.
    """
    outputs = _only_tensors(result, "outputs of the user-provided function", name)
    for i, output in enumerate(outputs if strict else ()):
        if not output.requires_grad:
            raise UnusedInput(f"Output {i} of the user-provided function does not require gradients. The outputs must "
                              "be computed in a differentiable manner from the input when running in strict mode.")
        calls = newest_first([parent(output)])
        for j, x in enumerate(leaves if dependent else ()):
            if parent(output) is not parent(x) and not leading_to(calls, {parent(x)}):
                raise UnusedInput(f"{dependent.format(i)} of the user-provided function is independent of input {j}. "
                                  "This is not allowed in strict mode.")
    return outputs


def _stand_ins(level: Level, inputs: Any) -> tuple[tuple[Tensor, ...], bool]:
    """Stand-ins for the inputs, whose history PyTorch keeps where it differentiates forwards; and whether several."""
    several = isinstance(inputs, list | tuple)
    return tuple(level.differentiable(x) for x in tensors_of(inputs, "the inputs")), several


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
             vectorize: bool = False, strategy: str = "reverse-mode") -> Any:
    """The derivatives of every element of func's result by every element of its inputs.

    Of shape (result..., input...); a tuple of them for several inputs, of tuples for several results.
    """
    forward = vectorize and strategy == "forward-mode"
    with recording(True):
        level = Level()
        leaves, several = _leaves(inputs, create_graph, "jacobian") if not forward else _stand_ins(level, inputs)
        with with_tangents() if strategy == "forward-mode" else nullcontext():
            result = func(*leaves)
            outputs = _checked(result, leaves, strict, "jacobian", "Output {}")
            blocks = derivative_columns(level, outputs, leaves) if forward else [
                rows(o, leaves, create_graph) for o in outputs]
            if not (forward or create_graph):
                blocks = [[report_gradient(outputs, FUNCTIONAL, block) for block in row] for row in blocks]
    if forward:
        level.end()
        blocks = level.released(blocks)
    shaped = [tuple(b) if several else b[0] for b in blocks]
    return tuple(shaped) if isinstance(result, list | tuple) else shaped[0]


def hessian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode") -> Any:
    """The second derivatives of a scalar function, by every pair of elements of its inputs."""
    several = isinstance(inputs, list | tuple)

    def slopes(*xs: Any) -> Any:
        out = _scalar(func(*xs), "hessian")
        _checked(out, xs, strict, "hessian", "")
        if not out.requires_grad:
            return tuple(Variable(zeros(x)) for x in xs) if several else Variable(
                zeros(xs[0]))
        got = grad(out, list(xs), create_graph=True, allow_unused=True)
        got = tuple(Variable(zeros(x)) if g is None else g for g, x in zip(got, xs, strict=True))
        _second_order(got, strict)
        return got if several else got[0]

    return jacobian(slopes, inputs, create_graph)


INPUT = "the input to the user-provided function is"


def _scalar(out: Any, name: str) -> Tensor:
    if not isinstance(out, Tensor) or out.array.size != 1:
        words = (f"The Tensor returned by the function given to {name} should contain a single element"
                 if isinstance(out, Tensor) else f"The function given to {name} should return a single Tensor")
        raise GradFault(f"{name}: the function must return a single number, not {described(out)}",
                        ("lambda x: f(x).sum()", "the sum of its elements")).saying(words)
    return out


def _second_order(slopes: Sequence[Any], strict: bool) -> None:
    """Refuse, if `strict`, slopes that do not depend on the inputs."""
    for i, slope in enumerate(slopes if strict else ()):
        if slope is None:
            raise UnusedInput("The output of the user-provided function is independent of input "
                              f"{i}. This is not allowed in strict mode.")
        if not slope.requires_grad:
            raise UnusedInput(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to "
                f"input {i} is independent of the input. This is not allowed in strict mode. You should ensure that "
                "your function is twice differentiable and that the jacobian depends on the inputs (this would be "
                "violated by a linear function for example).")


def _directions(v: Any, tensors: Sequence[Tensor], several: bool, source: str) -> tuple[Any, ...]:
    """The vectors that a product is taken with, of the shapes of `tensors`, which `source` gave; ones for a number."""
    if v is None:
        if len(tensors) != 1 or tensors[0].array.size != 1:
            raise GradFault(f"The vector v can only be None if {source} a single Tensor with a single element.",
                            ("v=torch.ones(3)", "a vector of the shape"))
        return (Variable(np.ones_like(tensors[0].array)),)
    vectors = tuple(tensors_of(v, "v"))
    if len(vectors) != len(tensors):
        raise GradFault(f"v is a tuple of invalid length: should be {len(tensors)} but got {len(vectors)}." if several
                        else "The given v should contain a single Tensor.")
    for i, (vector, x) in enumerate(zip(vectors, tensors, strict=True)):
        if vector.array.shape != x.array.shape:
            entry = f"Entry {i} in " if several else ""
            raise GradFault(f"{entry}v has invalid size: should be {x.shape} but got {vector.shape}.")
    return vectors


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of `v` and its Jacobian)."""
    with recording(True):
        leaves, several = _leaves(inputs, create_graph, "vjp")
        result = func(*leaves)
        outputs = _checked(result, leaves, strict, "vjp")
        vectors = _directions(v, outputs, isinstance(result, list | tuple), "the user-provided function returns")
        seeds = [seed_for(o, w) for o, w in zip(outputs, vectors, strict=True)]
        grads = sweep([o for o in outputs if o.requires_grad], [s for o, s in zip(outputs, seeds, strict=True)
                                                              if o.requires_grad], create_graph, create_graph,
                     [parent(x) for x in leaves])
    products = tuple(_variable(grads.get(parent(x), zeros(x)), x) for x in leaves)
    if not create_graph:
        products = tuple(report_gradient(outputs, FUNCTIONAL, product) for product in products)
    return _outside(result, create_graph), products if several else products[0]


def _outside(result: Any, keep: bool) -> Any:
    """A result as its caller gets it: without history, unless that was asked for."""
    if keep:
        return result
    return tuple(o.detach() for o in result) if isinstance(result, list | tuple) else result.detach()


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of its Jacobian and `v`), by differentiating the other product twice."""
    with recording(True):
        leaves, several = _leaves(inputs, create_graph, "jvp")
        directions = _directions(v, leaves, several, INPUT)
        result = func(*leaves)
        outputs = _checked(result, leaves, strict, "jvp")
        weights = [Variable(zeros(o), True) for o in outputs]
        live = [(o, w) for o, w in zip(outputs, weights, strict=True) if o.requires_grad]
        slopes = grad([o for o, _ in live], list(leaves), [w for _, w in live], create_graph=True,
                      allow_unused=True) if live else (None,) * len(leaves)
        total = None
        for s, d in zip(slopes, directions, strict=True):
            if s is not None and s.requires_grad:
                part = (s * d).sum()
                total = part if total is None else total + part
        got = grad(total, weights, create_graph=create_graph, allow_unused=True) if total is not None else (
            None,) * len(weights)
    products = tuple(Variable(zeros(o)) if g is None else g for g, o in zip(got, outputs, strict=True))
    return _outside(result, create_graph), products if isinstance(result, list | tuple) else products[0]


def hvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func's result, the product of its Hessian and `v`)."""
    with recording(True):
        leaves, several = _leaves(inputs, create_graph, "hvp")
        out = _scalar(func(*leaves), "hvp")
        _checked(out, leaves, strict, "hvp", "")
        slopes = grad(out, list(leaves), create_graph=True, allow_unused=True) if out.requires_grad else ()
        _second_order(slopes, strict)
        directions = _directions(v, leaves, several, INPUT)
        total = None
        for s, d in zip(slopes or [None] * len(leaves), directions, strict=True):
            if s is not None:
                part = (s * d).sum()
                total = part if total is None else total + part
        got = grad(total, list(leaves), create_graph=create_graph, allow_unused=True) if (
            total is not None and total.requires_grad) else (None,) * len(leaves)
    products = tuple(Variable(zeros(x)) if g is None else g for g, x in zip(got, leaves, strict=True))
    return _outside(out, create_graph), products if several else products[0]


vhp = hvp   # the Hessian of a smooth function is symmetric
