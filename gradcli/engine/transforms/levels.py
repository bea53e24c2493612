"""The levels of nested transforms: what belongs to one call of `grad`, `vjp` and the like, and what lies outside.

A level gives its function stand-ins for the inputs it differentiates by. What the function computes from other
tensors keeps their history, for outer levels and for the graph around; at the end of the level its results lose
what leads to the stand-ins alone.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import sweep
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.autograd.op import NodeOutput, traced
from gradcli.engine.autograd.saved_values import Freed
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.methods import REQUESTED, set_requires_grad
from gradcli.engine.tensor.tensor import DetachedBy, Tensor, clock
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode, recording
from gradcli.engine.transforms.pytree import tree_map
from gradcli.engine.transforms.stack import Transforms
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import ValueFault

OUTSIDE = "a function of torch.func whose inputs do not require grad"


class Level:
    """One call of a transform: the stand-ins for its inputs, from its start to its end.

    `by_tangents`: whether it asks for products with tangents, as `jvp` does.
    """

    __slots__ = ("by_tangents", "leaves", "mode", "outside", "start")

    def __init__(self, by_tangents: bool = False) -> None:
        self.by_tangents = by_tangents
        self.outside = grad_mode.on     # whether the calls around this one are recorded
        self.start = clock()
        self.leaves: list[Tensor] = []  # stand-ins without history of their own
        self.mode = recording(True)

    def __enter__(self) -> None:
        Transforms.stack.append(self)
        self.mode.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.mode.__exit__(*error)
        Transforms.stack.pop()

    def differentiable(self, tree: Any) -> Any:
        """A nested value with a stand-in for each tensor."""
        return tree_map(self._stand_in, tree)

    def _stand_in(self, x: Any) -> Tensor:
        if not isinstance(x, Tensor):
            raise ValueFault(f"Thing passed to transform API must be Tensor, got {type_text(x)}", "torch.tensor(2.0)")
        if type(x) is Dual:
            raise NotDifferentiable("a function of torch.func does not take tensors with tangents, of a dual level",
                                    ("torch.func.jvp(torch.func.grad(f), (x,), (v,))", "transforms within transforms"))
        if x.requires_grad:
            return traced.alias(x)
        leaf = Variable(x.array)
        set_requires_grad(leaf, True, REQUESTED)
        self.leaves.append(leaf)
        return leaf

    def end(self) -> None:
        """From here on nothing outside is differentiated by the stand-ins."""
        for leaf in self.leaves:
            leaf.requires_grad = False

    def reaches_outside(self, tensors: Sequence[Tensor]) -> bool:
        """Whether the history of some tensor leads to a leaf that is not a stand-in of this level."""
        leaf_ids = set(map(id, self.leaves))
        pending: list[Any] = [parent(x) for x in tensors if x.requires_grad]
        visited: set[int] = set()
        while pending:
            node = pending.pop()
            if isinstance(node, Tensor):
                if node.requires_grad and id(node) not in leaf_ids:
                    return True
            elif node.sequence_nr < self.start or node.hooks:      # a hook may bring in anything
                return True
            elif id(node) not in visited:
                visited.add(id(node))
                if type(node) is NodeOutput:
                    pending.append(node.node)
                elif type(node.edges) is Freed:
                    return True
                else:
                    pending += [to for to, _, _ in node.edges]
        return False

    def released(self, tree: Any) -> Any:
        """Results as the caller of the transform gets them; the level is at its end."""
        return tree_map(self._released, tree)

    def _released(self, x: Any) -> Any:
        if not isinstance(x, Tensor):
            return x
        if any(x is leaf for leaf in self.leaves):
            return Variable(x.array)
        if not x.requires_grad or (self.outside and self.reaches_outside([x])):
            return x
        alone = Variable(x.array)
        alone.cut = DetachedBy(OUTSIDE, here())
        return alone


def excluded_nodes() -> Set[Any]:
    """The calls that are recorded for tangents alone: no gradient goes through them."""
    return grad_mode.unseen or frozenset()


def gradients(outputs: Sequence[Tensor], seeds: Sequence[Tensor], inputs: Sequence[Tensor], create_graph: bool,
              excluded: Set[Any] = frozenset()) -> list[Tensor]:
    """The gradients of weighted outputs by inputs: zeros where there is none, recorded if `again`."""
    pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
    targets = [parent(x) for x in inputs]
    grads = {}
    if pairs:
        grads = sweep([o for o, _ in pairs], [s for _, s in pairs], True, create_graph, targets, None, excluded)
    return [_gradient(grads.get(target), x) for target, x in zip(targets, inputs, strict=True)]


def _gradient(g: Any, x: Tensor) -> Tensor:
    if isinstance(g, Tensor):
        return g
    return Variable(np.zeros(x.array.shape, x.array.dtype) if g is None else np.array(g, x.array.dtype))
