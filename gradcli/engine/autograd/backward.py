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
from sys import getrefcount
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.dispatch import parent as parent_of
from gradcli.engine.autograd.graph_view import input_order
from gradcli.engine.autograd.hooks import RETAIN, Handle, apply_hooks, apply_leaf_hooks, run_post_accumulate_hooks
from gradcli.engine.autograd.op import NodeOutput, Op, raw, traced
from gradcli.engine.autograd.saved_tensors_hooks import Sweep, latest
from gradcli.engine.autograd.saved_values import Freed, check_fresh, connect, holds_arrays, release, skip_node, unpack
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import FIRST_ORDER, DetachedBy, DisplayHooks, LatestWrite, Tensor
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode, recording
from gradcli.engine.tensor.write_gate import WriteObserver, writing
from gradcli.exposure import exposed
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import AnomalousGradient, GradFault, SecondBackward

_born = attrgetter("born")


def sweep(outputs: Sequence[Tensor], seeds: Sequence[Tensor], retain_graph: bool = False, create_graph: bool = False,
          inputs: Iterable[Any] | None = None, finish_leaf: Callable[[Any, Any], Any] | None = None,
          excluded: Set[Any] = frozenset()) -> dict[Any, Any]:
    """The gradients of sum(output * seed) with respect to all leaves, or to `inputs`, which are nodes and leaves.

    seeds         of the shapes of the outputs
    retain_graph  whether saved values stay; otherwise they are released as the sweep passes
    create_graph  whether the sweep is recorded: gradients are Variables then, arrays otherwise
    finish_leaf   called with a leaf that has hooks and its gradient as soon as that is complete; it returns the
                  gradient to use, or None to leave the leaf out of the result
    excluded      nodes through which no gradient goes

    Raises SecondBackward where saved values have been released, StaleValue where they have been overwritten.
    """
    if Dual.watched and any(type(output) is Dual for output in outputs):
        raise NotDifferentiable("backward through tensors with tangents, whose gradients would have tangents, is not "
                                "to be had in a dual level", ("torch.func.jvp(torch.func.grad(f), (x,), (v,))",
                                                              "the derivative of a gradient along a direction"))
    F: Any = traced if create_graph else raw
    node: Any = None
    grads: dict[Any, Any] = {}
    for output, seed in zip(outputs, seeds, strict=True):
        node = parent_of(output)
        grad = seed if create_graph else seed.array
        grads[node] = F.add(grads[node], grad) if node in grads else grad
    targets = None if inputs is None else set(inputs)
    nodes = newest_first(grads) if targets is None else leading_to(
        [node for node in newest_first(grads) if node not in excluded] if excluded else newest_first(grads), targets)
    if WriteObserver.sweep is not None:
        WriteObserver.sweep(nodes)
    latest.now = Sweep(nodes, targets)
    freed = None if retain_graph else Freed(here())
    dependencies = _leaf_dependencies(nodes, targets) if finish_leaf and Handle.of_leaf else {}
    walk = _Walk(grads, freed, create_graph, targets, dependencies, finish_leaf)
    try:
        with recording(create_graph):
            if create_graph or targets or dependencies or walk.check_finite:
                for node in nodes:
                    walk.visit(node)
            else:
                walk.hurry(nodes)
    except SecondBackward as fault:
        fault.facts.setdefault("computed", (walk.node.code, walk.node.line_at))
        raise
    walk.captured.update(grads)
    captured = walk.captured
    return grads if targets is None else {target: captured[target] for target in targets if target in captured}


class _Walk:
    """One sweep on its way: the gradients that have reached nodes and leaves, and what to do at a node.

    grads       the gradients by node or leaf
    freed       what takes the place of saved values; None where they stay
    exclusive   the parents whose gradient is an array of the sweep's own, to which it adds in place
    undefined   the parents with an undefined gradient: PyTorch checks their saved values as well
    captured    the gradients of targets, and of leaves with hooks, that are complete
    node        the one being visited
    """

    def __init__(self, grads: dict[Any, Any], freed: Freed | None, create_graph: bool, targets: set[Any] | None,
                 dependencies: dict[Any, int], finish_leaf: Any) -> None:
        self.grads, self.freed, self.create_graph, self.targets = grads, freed, create_graph, targets
        self.dependencies, self.finish_leaf = dependencies, finish_leaf
        self.F: Any = traced if create_graph else raw
        self.check_finite = AnomalyMode.anomalies and AnomalyMode.nan
        self.exclusive: set[Any] = set()
        self.undefined: set[Any] = set()
        self.captured: dict[Any, Any] = {}
        self.node: Any = None

    def visit(self, node: Any) -> None:
        """Let a node pass its gradient on to its parents."""
        self.node, grads, F, create_graph = node, self.grads, self.F, self.create_graph
        g = grads.pop(node, None)
        if g is None:
            if node in self.undefined:
                skip_node(node, self.undefined, self.freed)
            if self.dependencies:
                _finish_leaves(node, self.dependencies, grads, self.captured, self.finish_leaf)
            return
        if node.hooks:
            g = apply_hooks(node, g, create_graph)
        if self.targets and node in self.targets:
            self.captured[node] = g
        if type(node) is NodeOutput:
            output_grads = grads.setdefault(node.node, [None] * len(node.node.shape))
            output_grads[node.at] = g if output_grads[node.at] is None else F.add(output_grads[node.at], g)
            return
        edges = node.edges
        if LatestWrite.tick > node.born:
            check_fresh(node)
        saves_tensors = False
        if node.hooks and min(node.hooks) < RETAIN:
            saves_tensors, edges = True, _run_post_hooks(node, edges, F, g, create_graph)
        for parent, rule, saved in edges:
            grad = _traced_grad(node, rule, g, saved) if create_graph else rule.grad(F, g, *saved)
            if rule.saves is not False:
                saves_tensors = True
            if grad is None:
                self.undefined.add(parent)
                continue
            if self.check_finite:
                _check_finite(node, rule, grad)
            if grad.shape != parent.shape:
                grad = F.sum_to(grad, parent.shape)     # undo broadcasting
            self.add(parent, grad)
        if saves_tensors and self.freed is not None:
            node.edges = release(node.edges, self.freed)
        if self.dependencies:
            _finish_leaves(node, self.dependencies, grads, self.captured, self.finish_leaf)

    def add(self, parent: Any, grad: Any) -> None:
        """Add to the gradient that has reached a parent, in place where nobody else can have the array."""
        before = self.grads.get(parent)
        if before is None:
            self.grads[parent] = grad
        elif parent in self.exclusive and grad.dtype is before.dtype:
            np.add(before, grad, before)
        else:
            self.grads[parent] = total = self.F.add(before, grad) if self.create_graph else np.add(before, grad)
            if type(total) is ndarray:
                self.exclusive.add(parent)     # a new array: the sweep may add to it in place

    def hurry(self, nodes: list[Any]) -> None:
        """Visit all nodes of an unrecorded sweep to the leaves: `visit` without what such a sweep does not ask for."""
        grads, freed, undefined, latest_write = self.grads, self.freed, self.undefined, LatestWrite
        pop, add = grads.pop, self.add
        for node in nodes:
            if node not in grads or node.hooks or type(node) is NodeOutput or latest_write.tick > node.born:
                self.visit(node)
                continue
            self.node, g, edges, holding = node, pop(node), node.edges, False
            for parent, rule, saved in edges:
                grad = rule.grad(raw, g, *saved) if saved else rule.grad(raw, g)
                if rule.saves is not False:
                    holding = True
                if grad is None:
                    undefined.add(parent)
                    continue
                shape = parent.array.shape if isinstance(parent, Tensor) else parent.shape
                if grad.shape != shape:
                    grad = raw.sum_to(grad, shape)      # undo broadcasting
                if parent in grads:
                    add(parent, grad)
                else:
                    grads[parent] = grad
            if holding and freed is not None:
                if len(edges) > 1:
                    node.edges = release(edges, freed)
                elif rule.saves or holds_arrays(saved):
                    node.edges = ((parent, rule, freed),)


def _leaf_dependencies(nodes: list[Any], targets: set[Any] | None) -> dict[Any, int]:
    """For each leaf with hooks, the number of edges through which the sweep will reach it."""
    dependencies: dict[Any, int] = {}
    for node in nodes:
        for leaf, _, _ in () if type(node) is NodeOutput else node.edges:
            if isinstance(leaf, Tensor) and leaf.hooks and (targets is None or leaf in targets):
                dependencies[leaf] = dependencies.get(leaf, 0) + 1
    return dependencies


def _finish_leaves(node: Any, dependencies: dict[Any, int], grads: dict[Any, Any], captured: dict[Any, Any],
                   finish_leaf: Any) -> None:
    """Count the edges of `node` off, and call `finish_leaf` for the leaves that no edge leads to any more."""
    edges = () if type(node) is NodeOutput else node.edges
    if type(node).__name__ == "Linear" and len(edges) > 1:      # PyTorch 2.13 finishes the bias first
        order = input_order(node)
        edges = sorted(edges, key=lambda edge: order.index(edge[1].at) if edge[1].at in order else len(order))
    for leaf, _, _ in edges:
        if leaf in dependencies:
            dependencies[leaf] -= 1
            if not dependencies[leaf] and leaf in grads:
                g = finish_leaf(leaf, grads.pop(leaf))
                if g is not None:
                    captured[leaf] = g


def newest_first(roots: Iterable[Any]) -> list[Any]:
    """All nodes that the roots lead to, in topological order: each before its parents.

    `born` numbers nodes in the order of their creation, so that descending order is topological.
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
    nodes.sort(key=_born, reverse=True)
    return nodes


def leading_to(nodes: list[Any], targets: set[Any]) -> list[Any]:
    """Those of `nodes`, in their order, from which a path leads to one of `targets`."""
    useful = set(targets)
    for node in reversed(nodes):
        parents = [node.node] if type(node) is NodeOutput else [parent for parent, _, _ in node.edges]
        if any(parent in useful for parent in parents):
            useful.add(node)
    return [node for node in nodes if node in useful]


class AnomalyMode:
    """The state of anomaly detection: whether it is on, and whether it raises at nan."""

    anomalies = False
    nan = True


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


def _check_finite(node: Any, rule: Any, grad: Any) -> None:
    """Raise AnomalousGradient if a rule returned nan or, in the tutorial style, an infinite number."""
    array = grad.array if isinstance(grad, Tensor) else np.asarray(grad)
    if array.dtype.kind != "f" or not (~np.isfinite(array) if Current.legacy else np.isnan(array)).any():
        return
    name = type(node).names[0] if type(node).names else type(node).__name__
    what = "nan" if np.isnan(array).any() else "infinite"
    input = type(node).params[rule.at] if type(node).params else f"argument {rule.at + 1}"
    raise AnomalousGradient(f"the gradient that {name} passes back to {input} is {what}",
                            ("x.clamp(min=1e-8)", "keeps logarithms, quotients and roots away from where they blow up"),
                            places=[(f"{name} was computed", (node.code, node.line_at))]).saying(
        f"Function '{node.modern_name.rpartition('.')[2]}' returned nan values in its {rule.at}th output.")


def _traced_grad(node: Any, rule: Any, g: Any, saved: Any) -> Any:
    """The gradient that a rule returns, as a Variable that depends on all that PyTorch's depends on."""
    if type(rule) is _KnownGrad:
        return rule.gradient
    if grad_mode.unseen and grad_mode.enabled and node in grad_mode.unseen:     # its tangents are not recorded either
        with recording(False):
            return _traced_grad(node, rule, g, saved)
    values = unpack(node, rule, saved)
    grad = rule.grad(traced, g, *values)
    depends_on_all, link = type(node).linked, traced.still
    own_rule: Any = None
    if type(depends_on_all) is tuple:
        link = traced.tied
        depends_on_all, own_rule = (True if type(node).params[rule.at] in depends_on_all else None), rule
    if type(grad) is Tensor:       # zeros whatever the inputs: nothing that they depend on
        return Variable(grad.array)
    if grad is None or depends_on_all is False or grad.requires_grad and not depends_on_all or not grad_mode.on:
        return grad
    if depends_on_all:      # PyTorch computes the gradients of all inputs in one call, which depends on all of them
        zero = grad.array.dtype.type(0)
        sources = [connect(np.broadcast_to(zero, parent.shape), parent) for parent, other, _ in node.edges
                   if other is not own_rule]
    else:
        params, idle = (*type(node).params, ""), type(node).saved_for_versions
        sources = [x for need, value in zip(rule.needs, values, strict=True)
                   if not idle or params[min(need, len(params) - 1)] not in idle
                   for x in (value if type(value) is tuple else (value,))
                   if isinstance(x, Tensor) and x.requires_grad and x.array.dtype.kind == "f"]
    return link(grad, sources) if sources else grad


class _KnownGrad:
    """The rule of an edge whose gradient is known already."""

    item, needs, saves = None, (), False

    def __init__(self, at: int, gradient: Any) -> None:
        self.at, self.gradient = at, gradient

    def grad(self, F: Any, g: Any) -> Any:
        """The known gradient, whatever `g` is."""
        return self.gradient


def _run_post_hooks(node: Any, edges: Any, F: Any, g: Any, create_graph: bool) -> Any:
    """Call the post-hooks of a node with the gradients of its inputs and outputs; the edges with what they return."""
    grads = [_traced_grad(node, rule, g, saved) if create_graph else rule.grad(F, g, *saved)
             for _, rule, saved in edges]
    grads = [grad if grad is None or grad.shape == parent.shape else F.sum_to(grad, parent.shape)
             for grad, (parent, _, _) in zip(grads, edges, strict=True)]
    def as_variables(gradients: Any) -> tuple[Any, ...]:
        return tuple(x if x is None or create_graph else Variable(np.asarray(x)) for x in gradients)

    places = {rule.at: i for i, (_, rule, _) in enumerate(edges)}
    order = [places.get(at) for at in input_order(node)] if len(places) == len(edges) and node.params else (
        list(range(len(edges))))
    for hook in [node.hooks[key] for key in sorted(node.hooks, reverse=True) if key < RETAIN]:
        replacements = hook(as_variables(None if i is None else grads[i] for i in order),
                            as_variables(g if type(g) is list else [g]))
        for i, x in zip(order, replacements or (), strict=False):
            if i is not None and isinstance(x, Tensor):
                grads[i] = x if create_graph else x.array
    return tuple((parent, _KnownGrad(rule.at, grad), ()) for grad, (parent, rule, _) in zip(grads, edges, strict=True))


def backward(outputs: Sequence[Tensor], seeds: Sequence[Tensor], retain_graph: bool = False, create_graph: bool = False,
             inputs: Sequence[Tensor] | None = None) -> None:
    """Add the gradients of sum(output * seed) to the `.grad` of the leaves, or of `inputs` alone.

    Raises GradFault where `inputs` is empty or holds a tensor that does not require gradients.
    """
    if inputs is not None and not inputs:
        raise GradFault("`inputs` argument to `backward()` cannot be empty.", "{y}.backward()")
    for x in inputs or ():
        if not x.requires_grad:
            raise GradFault("can't retain_grad on Tensor that has requires_grad=False", "x.requires_grad_()")
    targets = None if inputs is None else [parent_of(x) for x in inputs]
    place = here()
    leaves = {} if inputs is None else dict(zip(map(id, targets or []), inputs, strict=True))

    def finish_leaf(target: Any, g: Any) -> None:
        leaf = leaves.get(id(target), target)
        g = apply_leaf_hooks(leaf, g, create_graph)
        accumulate(leaf, g, create_graph, True, place)
        if leaf.hooks:
            run_post_accumulate_hooks(leaf, g, create_graph)

    grads = sweep(outputs, seeds, retain_graph, create_graph, targets, finish_leaf)
    while grads:
        leaf, g = grads.popitem()
        if leaf.hooks:
            finish_leaf(leaf, g)
            continue
        shared = _references(g) > UNSHARED        # counted here: the call below holds a reference as well
        accumulate(leaves.get(id(leaf), leaf), g, create_graph, shared, place)


def _references(g: Any) -> int:
    return getrefcount(g)


def _references_of_a_local() -> int:
    g = [np.zeros(1)].pop()
    return _references(g)


UNSHARED = _references_of_a_local()       # the count of an array that only one local variable refers to


def accumulate(leaf: Any, g: Any, create_graph: bool = False, shared: bool = True, place: Any = None) -> None:
    """Add `g` to the `.grad` of a leaf, in the leaf's dtype; `shared` tells whether others refer to the array g."""
    if not leaf.requires_grad and leaf.node is None:
        return      # detached since
    if leaf.root is not None and leaf.cut is not None and leaf.node is None:
        DisplayHooks.note("untracked view", "a gradient ended at a view made under torch.no_grad(), which keeps none; "
                                            "make the view outside of the block to have it reach what it is a view of")
        return
    if create_graph:
        g = _in_dtype_of(g, leaf)
        leaf.gradient = traced.copied(g) if leaf.gradient is None else traced.add(leaf.gradient, g)
        return
    if type(g) is not ndarray or g.dtype is not leaf.array.dtype:
        g = np.array(g, leaf.array.dtype)
    elif shared or g.base is not None:      # rules may lend one array to two leaves
        g = g.copy()
    if leaf.gradient is None and not leaf.array.flags.c_contiguous and dense(leaf.array):
        g, unordered = np.empty_like(leaf.array), g     # in the memory order of the leaf
        g[...] = unordered
    if leaf.gradient is None:
        leaf.gradient = Variable(g)
    else:
        before = leaf.gradient.array
        if before.reshape(-1)[:64].any():
            DisplayHooks.note("accumulated", "a gradient was added to the one already there{where}; to start anew say "
                                             "{x}.grad = None or {x}.grad.data.zero_() before backward()", leaf)
        np.add(before, g, out=writing(before, "backward"))
    leaf.gradient.cut = DetachedBy(FIRST_ORDER, place)


def dense(array: ndarray) -> bool:
    """Whether the elements fill their memory without gaps or overlap, in any order of dimensions."""
    extent = array.itemsize
    for step, length in sorted(zip(array.strides, array.shape, strict=True)):
        if length > 1:
            if step != extent:
                return False
            extent *= length
    return True


def _in_dtype_of(g: Any, leaf: Any) -> Any:
    return g if g.array.dtype is leaf.array.dtype else traced.cast(g, leaf.array.dtype)
