"""One sweep through a graph: what happens at each of its nodes.

At a node, the rule of each edge is applied to the gradient that has reached the node and to the edge's saved values
(a vector-Jacobian product), and the result is added to the gradient of the parent.
"""

from __future__ import annotations

from sys import getrefcount
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.graph_view import input_order, product_shape
from gradcli.engine.autograd.hooks import apply_hooks, check_count, check_shape
from gradcli.engine.autograd.op import RETAIN, NodeOutput, Op, raw, rename_node, traced
from gradcli.engine.autograd.saved_values import (
    AnomalyMode,
    Freed,
    check_fresh,
    connect,
    holds_arrays,
    release,
    skip_node,
    unpack,
)
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import Tensor, clock, latest_write
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.faults.tree import AnomalousGradient

SMALL = 1024        # elements of a row up to which a new array costs less than the question whether there is a free one


class Walk:
    """One sweep on its way: the gradients that have reached nodes and leaves, and what to do at a node.

    grads       the gradients by node or leaf
    freed       what takes the place of saved values; None where they stay
    exclusive   the parents whose gradient is an array of the sweep's own, to which it adds in place
    vanished    the nodes whose gradient is a zero that stays zero times infinity or nan
    undefined   the parents with an undefined gradient: PyTorch checks their saved values as well
    captured    the gradients of targets, and of leaves with hooks, that are complete
    ends        the targets at which the sweep ends; None where it goes through all of them
    node        the one being visited
    sums        the gradients of leaves, while they are added up by identity
    """

    def __init__(self, grads: dict[Any, Any], freed: Freed | None, create_graph: bool, targets: set[Any] | None,
                 dependencies: dict[Any, int], finish_leaf: Any) -> None:
        self.grads, self.freed, self.create_graph, self.targets = grads, freed, create_graph, targets
        self.dependencies, self.finish_leaf = dependencies, finish_leaf
        self.F: Any = traced if create_graph else raw
        self.check_finite = AnomalyMode.anomalies and AnomalyMode.nan
        self.exclusive: set[Any] = set()
        self.undefined: set[Any] = set()
        self.vanished: set[Any] = set()
        self.captured: dict[Any, Any] = {}
        self.ends: Any = None
        self.node: Any = None
        self.sums: dict[int, list[Any]] = {}    # by identity of a leaf: it, its gradient, whether that is our own

    def visit(self, node: Any) -> None:
        """Let a node pass its gradient on to its parents."""
        self.node, grads, F, create_graph = node, self.grads, self.F, self.create_graph
        g = grads.pop(node, None)
        if g is None and node in self.undefined and node.runs_undefined and not Current.legacy:
            g = [None] * len(node.shape)        # which its backward gets as zeros, or as None
        if g is None:
            if node in self.undefined and not (self.ends and node in self.ends):
                skip_node(node, self.undefined, self.freed)
            if self.dependencies:
                _finish_leaves(node, self.dependencies, grads, self.captured, self.finish_leaf)
            return
        incoming = g
        if node.hooks:
            g = apply_hooks(node, g, create_graph, prehooks=not (self.ends and node in self.ends))
        if self.targets and node in self.targets:
            ends = self.ends
            if ends is None or node in ends:
                self.captured[node] = g
            else:       # PyTorch takes the gradient of a node that goes on to run before its hooks replace it
                self.captured[node] = incoming
            if ends and node in ends:
                return
        if type(node) is NodeOutput:
            collect(node, g, grads, F)
            return
        edges = node.edges
        if latest_write.tick > node.sequence_nr:
            check_fresh(node)
        saves_tensors = False
        if node.hooks and min(node.hooks) < RETAIN:
            saves_tensors, edges = True, _run_post_hooks(node, edges, F, g, create_graph)
        for parent, rule, saved in edges:
            grad = traced_grad(node, rule, g, saved) if create_graph else rule.grad(F, g, *saved)
            if rule.saves is not False:
                saves_tensors = True
            if grad is None:
                self.undefined.add(parent)
                continue
            if rule.vanishes or self.vanished:
                grad = _vanishing(node, rule, grad, parent, grads, self.vanished)
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
        elif (not self.create_graph and type(before) is ndarray and (before.ndim > 1 or before.size > SMALL)
              and _is_free(grad, before, getrefcount(grad))):
            self.grads[parent] = np.add(before, grad, grad)
            self.exclusive.add(parent)
        else:
            self.grads[parent] = total = self.F.add(before, grad) if self.create_graph else np.add(before, grad)
            if type(total) is ndarray:
                self.exclusive.add(parent)     # a new array: the sweep may add to it in place

    def hurry(self, nodes: list[Any]) -> None:
        """Visit all nodes of an unrecorded sweep to the leaves: `visit` without what such a sweep does not ask for.

        The gradients of leaves are added up by the leaf's identity: the hash of a tensor takes a call.
        """
        grads, freed, undefined, vanished, exclusive = (
            self.grads, self.freed, self.undefined, self.vanished, self.exclusive)
        sums = self.sums
        take, reached, leaf_sum, latest = grads.pop, grads.get, sums.get, latest_write.tick
        for node in nodes:
            if node.hooks or (g := take(node, None)) is None:
                self.visit(node)
                latest = latest_write.tick      # hooks may write
                continue
            if type(node) is NodeOutput:
                collect(node, g, grads, raw)
                continue
            self.node, edges, saves_tensors = node, node.edges, False
            if node.sequence_nr < latest:
                check_fresh(node)
            for parent, rule, saved in edges:
                if saved:
                    if type(saved) is tuple and len(saved) == 1:
                        grad = rule.grad(raw, g, saved[0])
                    else:
                        grad = rule.grad(raw, g, *saved)
                    if rule.saves is not False:
                        saves_tensors = True
                else:
                    grad = rule.grad(raw, g)
                if grad is None:
                    undefined.add(parent)
                    continue
                if rule.vanishes or vanished:
                    grad = _vanishing(node, rule, grad, parent, grads, vanished)
                if isinstance(parent, Tensor):
                    shape = parent.array.shape
                    if grad.shape != shape:
                        grad = raw.sum_to(grad, shape)      # undo broadcasting
                    before = leaf_sum(id(parent))
                    if before is None:
                        sums[id(parent)] = [parent, grad, False]
                    elif before[2] and grad.dtype is before[1].dtype:
                        np.add(before[1], grad, before[1])
                    else:
                        before[1] = total = np.add(before[1], grad)
                        before[2] = type(total) is ndarray
                    continue
                if grad.shape != parent.shape:
                    grad = raw.sum_to(grad, parent.shape)
                before = reached(parent)
                if before is None:
                    grads[parent] = grad
                elif parent in exclusive and grad.dtype is before.dtype:
                    np.add(before, grad, before)
                else:
                    self.add(parent, grad)
            if saves_tensors and freed is not None:
                if len(edges) > 1:
                    node.edges = release(edges, freed)
                elif rule.saves or holds_arrays(saved):
                    node.edges = ((parent, rule, freed),)
        if grads:
            for leaf, grad, _ in sums.values():
                self.add(leaf, grad)
        else:
            for leaf, grad, _ in sums.values():
                grads[leaf] = grad

    def complete_leaves(self, nodes: list[Any]) -> dict[Any, Any]:
        """The gradients of leaves that neither the node that has raised nor one after it leads to."""
        left = nodes[nodes.index(self.node):] if self.node in nodes else []
        pending = {id(parent) for node in left if type(node) is not NodeOutput for parent, _, _ in node.edges}
        complete = {leaf: g for leaf, g in self.grads.items() if isinstance(leaf, Tensor) and id(leaf) not in pending}
        complete |= {leaf: g for key, (leaf, g, _) in self.sums.items() if key not in pending}
        return {leaf: g for leaf, g in complete.items() if self.targets is None or leaf in self.targets}


def collect(output: NodeOutput, g: Any, grads: dict[Any, Any], F: Any) -> None:
    """Put the gradient of one of several outputs of a node among those that the node will get."""
    collected = grads.get(output.node)
    if collected is None:
        grads[output.node] = collected = [None] * len(output.node.shape)
    before = collected[output.at]
    collected[output.at] = g if before is None else F.add(before, g)


def references(array: Any) -> int:
    """The references to an array that the caller has in a local variable, with those that this call takes."""
    return getrefcount(array)


def _references_of_a_local() -> int:
    array = [np.zeros(1)].pop()
    return references(array)


UNSHARED = _references_of_a_local()     # of an array to which one local variable refers; interpreters differ


def _is_free(grad: Any, before: ndarray, references: int) -> bool:
    """Whether what a rule has returned is an array in memory of its own, to which nothing else refers and to which
    `before` can be added. `references` counts those of `add` and of its caller."""
    return (type(grad) is ndarray and references == UNSHARED and grad.base is None and grad.dtype is before.dtype
            and grad.shape == before.shape and grad.ndim > 0 and grad.flags.writeable)


def _vanishing(node: Any, rule: Any, grad: Any, parent: Any, grads: dict[Any, Any], vanished: set[Any]) -> Any:
    """The gradient that a rule returns: zeros if the node's has vanished, or it vanishes here, which is noted."""
    kind = type(node).vanished if node in vanished else ""
    if not rule.vanishes and (not kind or type(kind) is tuple and node.params[rule.at] not in kind):
        vanished.discard(parent)
        return grad
    if parent not in grads and grad.shape == parent.shape:
        vanished.add(parent)
    if not isinstance(grad, Tensor):
        return np.zeros_like(grad)
    if grad.requires_grad and kind != "cut":
        return traced.vanish(grad)
    return Variable(np.zeros_like(grad.array))


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


def _check_finite(node: Any, rule: Any, grad: Any) -> None:
    """Raise AnomalousGradient if a rule returned nan or, in the tutorial style, an infinite number."""
    array = grad.array if isinstance(grad, Tensor) else np.asarray(grad)
    if array.dtype.kind not in INEXACT or not (~np.isfinite(array) if Current.legacy else np.isnan(array)).any():
        return
    name = type(node).names[0] if type(node).names else type(node).__name__
    kind = "nan" if np.isnan(array).any() else "infinite"
    input = type(node).params[rule.at] if type(node).params else f"argument {rule.at + 1}"
    raise AnomalousGradient(f"the gradient that {name} passes back to {input} is {kind}",
                            ("x.clamp(min=1e-8)", "keeps logarithms, quotients and roots away from where they blow up"),
                            places=[(f"{name} was computed", (node.code, node.line_at))]).saying(
        f"Function '{node.modern_name.rpartition('.')[2]}' returned nan values in its {rule.at}th output.")


def traced_grad(node: Any, rule: Any, g: Any, saved: Any) -> Any:
    """The gradient that a rule returns, with its history."""
    if type(rule) is _KnownGrad:
        return rule.gradient
    if grad_mode.unseen and grad_mode.enabled and node in grad_mode.unseen:     # its tangents are not recorded either
        with recording(False):
            return traced_grad(node, rule, g, saved)
    values, since = unpack(node, rule, saved), clock()
    grad = rule.grad(traced, g, *values)
    return _with_gradient_name(node, rule, _linked(node, rule, values, grad, since), since)


def _with_gradient_name(node: Any, rule: Any, grad: Any, since: int) -> Any:
    """The gradient that a rule returned, whose node was made after the time `since`, under PyTorch's name."""
    name = type(node).gradient_name if rule.at == 0 or type(node).linked else ""
    fresh = name and isinstance(grad, Tensor) and isinstance(grad.node, Op) and grad.node.sequence_nr >= since
    return rename_node(grad, name) if fresh else grad


def _linked(node: Any, rule: Any, values: Any, grad: Any, since: int) -> Any:
    """The gradient that a rule returned, as a Variable that depends on all that PyTorch's depends on."""
    depends_on_all, link = type(node).linked, traced.link_with_zeros
    own_rule: Any = None
    if type(depends_on_all) is tuple:
        link = traced.link
        depends_on_all, own_rule = (True if type(node).params[rule.at] in depends_on_all else None), rule
    if type(grad) is Tensor:       # zeros whatever the inputs: nothing that they depend on
        return Variable(grad.array)
    if grad is None or depends_on_all is False or not grad_mode.on or grad.requires_grad and own_rule is not None and (
            not depends_on_all):
        return grad
    if depends_on_all:      # PyTorch computes the gradients of all inputs in one call, which depends on all of them
        zero = grad.array.dtype.type(0)
        sources = [connect(np.broadcast_to(zero, parent.shape), parent) for parent, other, _ in node.edges
                   if other is not own_rule]
    else:
        params, idle = (*type(node).params, "out"), type(node).saved_for_versions
        sources = [x for need, value in zip(rule.needs, values, strict=True)
                   if not idle or params[min(need, len(params) - 1)] not in idle
                   for x in (value if type(value) is tuple else (value,))
                   if isinstance(x, Tensor) and x.requires_grad and x.array.dtype.kind in INEXACT]
        if sources and grad.requires_grad:      # of the gradient that came in: PyTorch's depends on the inputs as well
            sources = _unreached(sources, grad, since)
    if not sources:
        return grad
    name = grad.node.modern_name if isinstance(grad.node, Op) else (
        f"{type(node).modern_name.rstrip('0123456789')}Backward0")
    return rename_node(link(grad, sources), name)


def _unreached(sources: list[Any], grad: Any, since: int) -> list[Any]:
    """Those of the sources to which no path leads from `grad` through calls recorded after the time `since`."""
    start = grad if grad.node is None else grad.node
    missing = {id(x if x.node is None else x.node): x for x in sources}
    missing.pop(id(start), None)
    visited, pending = set(), [start] if start is not grad and start.sequence_nr >= since else []
    while pending and missing:
        node = pending.pop()
        for parent in [node.node] if type(node) is NodeOutput else [edge[0] for edge in node.edges]:
            key = id(parent)
            if key in missing:
                del missing[key]
            elif key not in visited and not isinstance(parent, Tensor) and parent.sequence_nr >= since:
                visited.add(key)
                pending.append(parent)
    return list(missing.values())


class _KnownGrad:
    """The rule of an edge whose gradient is known already."""

    item, needs, saves, vanishes = None, (), False, False

    def __init__(self, at: int, gradient: Any) -> None:
        self.at, self.gradient = at, gradient

    def grad(self, F: Any, g: Any) -> Any:
        """The known gradient, whatever `g` is."""
        return self.gradient


def _run_post_hooks(node: Any, edges: Any, F: Any, g: Any, create_graph: bool) -> Any:
    """Call the post-hooks of a node with the gradients of its inputs and outputs; the edges with what they return."""
    inner = product_shape(node)     # of a layer whose result is a view: its gradient is that of the view alone
    grads = [F.reshape(g, inner)] if inner else [
        traced_grad(node, rule, g, saved) if create_graph else rule.grad(F, g, *saved) for _, rule, saved in edges]
    shapes = [inner] if inner else [parent.shape for parent, _, _ in edges]
    grads = [grad if grad is None or grad.shape == shape else F.sum_to(grad, shape)
             for grad, shape in zip(grads, shapes, strict=True)]
    def as_variables(gradients: Any) -> tuple[Any, ...]:
        return tuple(x if x is None or create_graph else Variable(np.asarray(x)) for x in gradients)

    places = {rule.at: i for i, (_, rule, _) in enumerate(edges)}
    order = list(range(len(grads))) if inner or len(places) < len(edges) or not node.params else [
        places.get(at) for at in input_order(node)]
    for hook in [node.hooks[key] for key in sorted(node.hooks, reverse=True) if key < RETAIN]:
        replacements = hook(as_variables(None if i is None else grads[i] for i in order),
                            as_variables(g[:node.opmath_outputs or None] if type(g) is list else [g]))
        if replacements is None:
            continue
        check_count(hook, replacements, len(order))
        for i, x in zip(order, replacements, strict=True):
            if i is not None and x is not None:
                check_shape(hook, x, shapes[i])
                grads[i] = x if create_graph else x.array
    if inner:
        return _known_edges(edges, [traced_grad(node, rule, F.reshape(grads[0], g.shape), saved) if create_graph else
                                    rule.grad(F, grads[0].reshape(g.shape), *saved) for _, rule, saved in edges])
    return _known_edges(edges, grads)


def _known_edges(edges: Any, grads: list[Any]) -> Any:
    """The edges with gradients in place of what computes them."""
    return tuple((parent, _KnownGrad(rule.at, grad), ()) for grad, (parent, rule, _) in zip(grads, edges, strict=True))
