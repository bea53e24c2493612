"""Reverse-mode differentiation: from the gradients of outputs to the gradients of leaves.

A recorded graph has a node for each call (`Op`) and an edge from it to each parent: the node or leaf that an input
came from. The sweep holds a dict `grads` from nodes and leaves to the gradients that have reached them so far. It
visits nodes newest first, which is a topological order, since a node is always younger than its parents. At each
node it takes the node's gradient out of `grads`, applies the rule of each edge to it and to the edge's saved values
(a vector-Jacobian product), and adds the result to the gradient of the parent. In the end `grads` holds the
gradients of the leaves.

`backward` adds these to the leaves' `.grad`; `torch.autograd.grad` (transforms/functional.py) returns them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.detached import BACKWARD, Detachments, report_gradient
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.dispatch import parent as parent_of
from gradcli.engine.autograd.graph_view import AccumulateGrad, Transposed, inputs_listed, product_shape
from gradcli.engine.autograd.hooks import Handle, apply_leaf_hooks, retain_grad, run_post_accumulate_hooks
from gradcli.engine.autograd.op import NodeOutput, Op, raw, traced
from gradcli.engine.autograd.saved_tensors_hooks import Sweep, latest
from gradcli.engine.autograd.saved_values import AnomalyMode as AnomalyMode
from gradcli.engine.autograd.saved_values import Freed, check_fresh
from gradcli.engine.autograd.signature import WIDEST, described, sized
from gradcli.engine.autograd.views import keeps_no_gradient
from gradcli.engine.autograd.walk import UNSHARED, Walk, references, traced_grad
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import empty_like, same_strides
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import (
    FIRST_ORDER,
    DetachedBy,
    DisplayHooks,
    Tensor,
    latest_write,
    new_tuple,
    note_write,
)
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode
from gradcli.engine.tensor.write_gate import WriteObserver, dense, writing
from gradcli.engine.transforms.stack import Transforms
from gradcli.exposure import exposed
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import ArgumentFault, GradFault, GradientShape, NonScalarBackward, SecondBackward

_sequence_nr = attrgetter("sequence_nr")


def seed_for(output: Tensor, gradient: Any, at: int = 0) -> Tensor:
    """The gradient that a sweep from `output`, the one number `at` of several, starts with."""
    array = output.array
    if gradient is None:
        if array.size != 1:
            size = ", ".join(map(str, array.shape))
            raise NonScalarBackward(
                f"backward() on a {sized(array.shape)} Variable needs a gradient of that shape",
                ("{y}.sum().backward()", "the gradient of the sum"),
                (f"{{y}}.backward(torch.ones({size}))", "the same, with explicit weights")).saying(
                "grad can be implicitly created only for scalar outputs")
        if array.dtype.kind == "c":
            raise GradFault("grad can be implicitly created only for real scalar outputs but got "
                            f"torch.{OF[array.dtype].name}", ("{y}.abs().backward()", "the gradient of the magnitude"),
                            ("{y}.real.backward()", "of the real part"))
        return Tensor(np.array(1, array.dtype) if not array.ndim else np.ones_like(array))
    size = ", ".join(map(str, array.shape)) or "()"
    if not isinstance(gradient, Tensor):
        number = type(gradient) in (int, float) and -WIDEST < gradient < WIDEST and gradient != 1
        seed = f"torch.full({tuple(array.shape)}, {float(gradient)})" if number else f"torch.ones({size})"
        raise ArgumentFault(f"backward() needs a tensor as gradient, not {described(gradient)}",
                            (f"{{y}}.backward({seed})", "a gradient of the shape of the value")).saying(
            f"'{type_name(gradient)}' object is not iterable" if type(gradient) in (int, float) else
            f"gradients can be either Tensors or None, but got {type_name(gradient)}")
    if (gradient.array.dtype.kind == "c") != (array.dtype.kind == "c"):
        raise GradFault(f"a gradient of {gradient.dtype.name} does not fit a value of {output.dtype.name}").saying(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{at}] has a dtype of {gradient.dtype!r} and output[{at}] has a dtype of {output.dtype!r}.")
    if gradient.array.shape != array.shape and not (Current.legacy and gradient.array.size == array.size == 1):
        raise GradientShape(f"backward() on a {sized(array.shape)} Variable was given a gradient of shape "
                            f"{sized(gradient.array.shape)}",
                            (f"{{y}}.backward(torch.ones({size}))", "a gradient that fits")).saying(
            f"Mismatch in shape: grad_output[{at}] has a shape of {gradient.shape} and output[{at}] has a shape of "
            f"{output.shape}.")
    if gradient.array.shape != array.shape or gradient.array.dtype is not array.dtype:
        fitted = gradient.array.reshape(array.shape).astype(array.dtype)
        return gradient if gradient.requires_grad else type(gradient)(fitted)
    return gradient


def sweep(outputs: Sequence[Tensor], seeds: Sequence[Tensor], retain_graph: bool = False, create_graph: bool = False,
          inputs: Iterable[Any] | None = None, finish_leaf: Callable[[Any, Any], Any] | None = None,
          excluded: Set[Any] = frozenset(), accumulate: Callable[[dict[Any, Any]], None] | None = None,
          place: Any = None) -> dict[Any, Any]:
    """The gradients of sum(output * seed) with respect to all leaves, or to `inputs`, which are nodes and leaves.

    seeds         of the shapes of the outputs
    retain_graph  whether saved values stay; otherwise they are released as the sweep passes
    create_graph  whether the sweep is recorded: gradients are Variables then, arrays otherwise
    finish_leaf   called with a leaf that has hooks and its gradient as soon as that is complete; it returns the
                  gradient to use, or None to leave the leaf out of the result
    excluded      nodes through which no gradient goes
    accumulate    of `backward()`: called with the gradients of leaves that were complete when a node raised. With it
                  the nodes among `inputs` run even if they lead to no other input; else only what their outputs
                  receive counts, and their saved values stay
    place         where the program asked for the sweep, if that is known

    Raises SecondBackward where saved values have been released, StaleValue where they have been overwritten.
    """
    if Dual.watched and any(type(output) is Dual for output in outputs):
        raise NotDifferentiable("backward through tensors with tangents, whose gradients would have tangents, is not "
                                "to be had in a dual level",
                                ("torch.func.jvp(torch.func.grad(f), (x,), (v,))",
                                 "the derivative of a gradient along a direction"))
    F: Any = traced if create_graph else raw
    node: Any = None
    grads: dict[Any, Any] = {}
    for output, seed in zip(outputs, seeds, strict=True):
        node = parent_of(output)
        grad = seed if create_graph else seed.array
        grads[node] = F.add(grads[node], grad) if node in grads else grad
    targets = None if inputs is None else set(inputs)
    nodes = newest_first(grads) if targets is None else nodes_leading_to(
        [node for node in newest_first(grads) if node not in excluded] if excluded else newest_first(grads),
        _run_for(targets) if accumulate else targets)
    if WriteObserver.sweep is not None:
        WriteObserver.sweep(nodes)
    if Detachments.observer is not None:
        Detachments.swept = () if create_graph else outputs
    latest.now = Sweep(nodes, targets)
    freed = None if retain_graph else Freed(place or here())
    dependencies = _leaf_dependencies(nodes, targets) if finish_leaf and Handle.of_leaf else {}
    walk = Walk(grads, freed, create_graph, targets, dependencies, finish_leaf)
    inner = targets.intersection(nodes) if targets else ()
    if targets and not accumulate:
        walk.ends = _ends(inner, nodes, targets)
    recorded = grad_mode.enabled
    grad_mode.set_enabled(bool(create_graph))
    try:
        if create_graph or inner or dependencies or walk.check_finite:
            for node in nodes:
                walk.visit(node)
        else:
            walk.hurry(nodes)
    except Exception as fault:
        if isinstance(fault, SecondBackward):
            fault.computed = fault.computed or (walk.node.code, walk.node.line_at)
        if accumulate:
            accumulate(walk.complete_leaves(nodes))
        raise
    finally:
        grad_mode.set_enabled(recorded)
    walk.captured.update(grads)
    captured = walk.captured
    return grads if targets is None else {target: captured[target] for target in targets if target in captured}


def _ends(inner: Iterable[Any], nodes: list[Any], targets: set[Any]) -> set[Any]:
    """Those of the nodes `inner` among the targets that lead to no other target."""
    useful = targets.union(nodes) if inner else targets
    return {node for node in inner if useful.isdisjoint(_parents(node))}


def _run_for(targets: set[Any]) -> set[Any]:
    """The targets, and the nodes whose outputs are among them: those run too."""
    return targets.union(target.node for target in targets if type(target) is NodeOutput)


def _parents(node: Any) -> list[Any]:
    return [node.node] if type(node) is NodeOutput else [parent for parent, _, _ in node.edges]


def _leaf_dependencies(nodes: list[Any], targets: set[Any] | None) -> dict[Any, int]:
    """For each leaf with hooks, the number of edges through which the sweep will reach it."""
    dependencies: dict[Any, int] = {}
    for node in nodes:
        for leaf, _, _ in () if type(node) is NodeOutput else node.edges:
            if isinstance(leaf, Tensor) and leaf.hooks and (targets is None or leaf in targets):
                dependencies[leaf] = dependencies.get(leaf, 0) + 1
    return dependencies


def newest_first(roots: Iterable[Any]) -> list[Any]:
    """All nodes that the roots lead to, in topological order: each before its parents.

    `sequence_nr` numbers nodes in the order of their creation, so that descending order is topological.
    """
    visited: set[Any] = set()
    nodes: list[Any] = []       # of a chain, this order is the sorted one already: sorting is cheap
    frontier = list(roots)
    while frontier:
        node = frontier.pop()
        if isinstance(node, Op):
            if node not in visited:
                visited.add(node)
                nodes.append(node)
                for parent, _, _ in node.edges:
                    frontier.append(parent)
        elif type(node) is NodeOutput and node not in visited:
            visited.add(node)
            nodes.append(node)
            frontier.append(node.node)
    nodes.sort(key=_sequence_nr, reverse=True)
    return nodes


def nodes_leading_to(nodes: list[Any], targets: set[Any]) -> list[Any]:
    """Those of `nodes`, in their order, from which a path leads to one of `targets`."""
    useful = set(targets)
    for node in reversed(nodes):
        if not useful.isdisjoint(_parents(node)):
            useful.add(node)
    return [node for node in nodes if node in useful]


@exposed()
class set_detect_anomaly:
    """Switches anomaly detection, from the call on or for a block; `torch.autograd.detect_anomaly` is the same."""

    __module__, __qualname__ = "torch.autograd.anomaly_mode", "set_detect_anomaly"

    def __init__(self, mode: bool = True, check_nan: bool = True) -> None:
        self.before = AnomalyMode.anomalies, AnomalyMode.nan
        AnomalyMode.anomalies, AnomalyMode.nan = bool(mode), bool(check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        AnomalyMode.anomalies, AnomalyMode.nan = self.before


def backward(outputs: Sequence[Tensor], seeds: Sequence[Tensor], retain_graph: bool = False, create_graph: bool = False,
             inputs: Sequence[Tensor] | None = None) -> None:
    """Add the gradients of sum(output * seed) to the `.grad` of the leaves, or of `inputs` alone.

    Results among `inputs` retain their gradients from then on, as PyTorch's do.

    Raises GradFault where `inputs` holds a tensor that does not require gradients.
    """
    if Transforms.functions:
        raise GradFault("backward() called inside a functorch transform. This is not supported, please use "
                        "functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms.",
                        "torch.autograd.grad(y, x)")
    for x in inputs or ():
        if not x.requires_grad:
            raise GradFault("can't retain_grad on Tensor that has requires_grad=False", "x.requires_grad_()")
        retain_grad(x)
    targets = None if inputs is None else [parent_of(x) for x in inputs]
    place = here()
    reached: list[Tensor] = []

    def finish_leaf(leaf: Any, g: Any) -> None:
        reached.append(leaf)
        g = apply_leaf_hooks(leaf, g, create_graph)
        accumulate_grad(leaf, g, create_graph, True, place)
        if leaf.hooks:
            run_post_accumulate_hooks(leaf, g, create_graph)

    def accumulate(grads: dict[Any, Any]) -> None:
        while grads:
            leaf, g = grads.popitem()
            if not isinstance(leaf, Tensor):
                continue        # a result, whose hook has kept its gradient
            if leaf.hooks:
                finish_leaf(leaf, g)
                continue
            shared = references(g) > UNSHARED        # counted here: the call below holds a reference as well
            accumulate_grad(leaf, g, create_graph, shared, place)
            reached.append(leaf)

    accumulate(sweep(outputs, seeds, retain_graph, create_graph, targets, finish_leaf, accumulate=accumulate,
                     place=place))
    if Detachments.observer is not None and not create_graph:
        for leaf in reached:
            leaf.gradient = report_gradient(outputs, BACKWARD, leaf.gradient)


def check_inputs(inputs: Any) -> None:
    """Raise GradFault where the `inputs` of backward are none."""
    if isinstance(inputs, list | tuple) and not inputs:
        raise GradFault("`inputs` argument to `backward()` cannot be empty.", "{y}.backward()")


def accumulate_grad(leaf: Any, g: Any, create_graph: bool = False, shared: bool = True, place: Any = None) -> None:
    """Add `g` to the `.grad` of a leaf, in the leaf's dtype; `shared` tells whether others refer to the array g."""
    if not leaf.requires_grad and leaf.node is None:
        return      # detached since
    if keeps_no_gradient(leaf):
        DisplayHooks.note("untracked view", "a gradient ended at a view made under torch.no_grad(), or before its base "
                                            "required grad, which keeps none; make the view outside of the block, or "
                                            "afterwards, to have the gradient reach what it is a view of")
        return
    if create_graph:
        g = g if g.array.dtype is leaf.array.dtype else traced.cast(g, leaf.array.dtype)
        leaf.gradient = traced.copied(g) if leaf.gradient is None else traced.add(leaf.gradient, g)
        return
    if type(g) is not ndarray or g.dtype is not leaf.array.dtype:
        g = np.array(g, leaf.array.dtype)
    elif shared or g.base is not None:      # rules may lend one array to two leaves
        g = g.copy()
    if leaf.gradient is None and g.ndim > 1 and g.strides != leaf.array.strides and not same_strides(g, leaf.array):
        g, unordered = empty_like(leaf.array) if dense(leaf.array) else np.empty(g.shape, g.dtype), g
        g[...] = unordered      # in the order of the leaf
    if leaf.gradient is None:
        leaf.gradient = Variable(g)
    else:
        before = leaf.gradient.array
        if np.count_nonzero(before if before.size <= 64 else before.reshape(-1)[:64]):
            DisplayHooks.note("accumulated", "a gradient was added to the one already there{where}; to start anew say "
                                             "{x}.grad = None or {x}.grad.data.zero_() before backward()", leaf)
        np.add(before, g, out=writing(before, "backward"))
        if not Current.legacy:
            note_write(leaf.gradient, "backward", place)
    leaf.gradient.cut = new_tuple(DetachedBy, (FIRST_ORDER, place, ""))


def call_node(self: Op | NodeOutput, *gradients: Any) -> Any:
    """Call a node: from the gradients of its results those of its inputs, one for each of `next_functions`.

    Returns the gradient of a single input alone, else a tuple, with None where none goes; of an AccumulateGrad, which
    adds to the `.grad` of its leaf, the empty tuple. Saved values stay, and no hook of the node runs, as in PyTorch.
    TypeError for the nodes of a program's Functions, and for nodes that stand for a part of a call, or for several.
    """
    node: Any = self.node if isinstance(self, NodeOutput) else self
    places, several = inputs_listed(node), bool(node.edges) and tuple in {*map(type, getattr(node, "shape", ()))}
    if places is None:
        raise TypeError(f"'{node.modern_name.rpartition('.')[2]}' object is not callable")
    expected = len(node.shape) if several else 1
    if len(gradients) != expected or not all(isinstance(g, Tensor) for g in gradients):
        at = next((at for at, g in enumerate(gradients) if not isinstance(g, Tensor)), 0)
        raise ArgumentFault("a node of a graph is called with the gradient of each of its results", "y.grad_fn(g)"
                            ).saying(f"argument {at} is not a Variable" if len(gradients) == expected else
                                     f"expected {expected} arguments, got {len(gradients)} instead")
    recorded = grad_mode.enabled
    F, values = (traced if recorded else raw), [g if recorded else g.array for g in gradients]
    if node.edges and not isinstance(node, Transposed):
        shapes = node.shape if several else [node.shape]
        values = [g if g.shape == shape else F.expand(g, shape) for g, shape in zip(values, shapes, strict=True)]
    elif values[0].shape != getattr(node, "variable", gradients[0]).shape:
        raise GradientShape(f"a gradient of shape {sized(values[0].shape)} does not fit the leaf", "torch.ones_like(x)")
    if isinstance(node, AccumulateGrad):
        accumulate_grad(node.variable, values[0], recorded, True, here())
        return ()
    if isinstance(node, Transposed):
        return _as_tensor(F.t(values[0]))
    if latest_write.tick > node.sequence_nr:
        check_fresh(node)
    inner = product_shape(node)
    if inner:       # of a layer whose result is a view: the gradient of the product
        return _as_tensor(F.reshape(values[0], inner))
    grads: dict[Any, Any] = {}
    for _, rule, saved in node.edges:
        g = values if several else values[0]
        grad = traced_grad(node, rule, g, saved) if recorded else rule.grad(F, g, *saved)
        turned = grad is not None and type(node).__name__ == "Linear" and rule.at == 1
        grads[rule.at if rule.item is None else rule.item] = F.t(grad) if turned else grad
    results = tuple([_as_tensor(grads.get(place)) for place in places])
    return results[0] if len(results) == 1 else results


def _as_tensor(grad: Any) -> Tensor | None:
    return grad if grad is None or isinstance(grad, Tensor) else Variable(np.array(grad))


for _node in (Op, NodeOutput):
    setattr(_node, "__call__", call_node)   # noqa: B010  # attached as `next_functions` is
