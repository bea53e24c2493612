"""What the picture of a graph can hold besides calls: the values that they computed, the gradients along edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from gradcli.analysis.derivation import Steps
from gradcli.analysis.detached import sweeping
from gradcli.engine.autograd.backward import newest_first, sweep
from gradcli.engine.autograd.op import NodeOutput, raw
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import NonScalarBackward
from gradcli.session.named_tensors import named_tensors

if TYPE_CHECKING:
    from gradcli.session.session import Session

Arrays = dict[int, np.ndarray]


def run_in_steps(session: Session, text: str) -> list[Tensor]:
    """Run a program one operation at a time, and return all values that it computed; the session displays as usual.

    Operations within loops and functions are no steps of their own.
    """
    steps = Steps(session, text, echo=True)
    computed = [step.value for step in steps.run()]
    if steps.result:
        session.run(steps.result, "<expression>")
    for name in [name for name in session.names() if name[0] == steps.prefix and name[1:].isdigit()]:
        del session.namespace[name]     # those of the steps: no variable of the program has such a name
    return computed


def values_by_node(session: Session, computed: Iterable[Tensor]) -> Arrays:
    """Arrays by the id of their node or leaf: of values computed, and of those that the program has names for."""
    tensors = [value for _, value in named_tensors(session.names())]
    return {id(value.node or value): value.array for value in [*tensors, *computed]}


@sweeping
def gradients_along_edges(session: Session, value: Tensor) -> dict[tuple[int, int], np.ndarray]:
    """The gradient of a value of one element along each edge of its graph, by the id of the node and the edge's index.

    The gradients along all edges to a leaf add up to that of the leaf. No `.grad` is touched, and the graph stays.
    """
    if value.array.size != 1:
        with session.running():
            raise NonScalarBackward("gradients along edges are those of one number",
                                    ("--of NAME", "a name that holds one"))
    if value.node is None:
        return {}
    nodes = newest_first([value.node])
    seed = Variable(np.ones_like(value.array))
    reached = sweep([value], [seed], retain_graph=True, inputs=nodes)
    along: dict[tuple[int, int], np.ndarray] = {}
    for node in nodes:
        if isinstance(node, NodeOutput) or reached.get(node) is None:
            continue
        for at, (parent, rule, saved) in enumerate(node.edges):
            grad = rule.grad(raw, reached[node], *saved)
            if grad is not None:
                along[id(node), at] = raw.sum_to(grad, parent.shape) if grad.shape != parent.shape else grad
    return along
