"""The graph as programs see it: `grad_fn.next_functions`, `previous_functions`, `AccumulateGrad`, `GradientEdge`."""

from __future__ import annotations

from collections.abc import Iterator, ValuesView
from math import prod
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.autograd.signature import described
from gradcli.engine.autograd.views import keeps_no_gradient
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.tensor.write_gate import WriteObserver
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault

NOWHERE = (None, 0)
MOST = 1_000_000        # tensors of one list, as a program's iterator may have no end
ORDER: dict[tuple[str, str], tuple[int, ...]] = {
    ("CopySign", "CopysignBackward1"): (0,), ("IndexFill", "IndexFillBackward0"): (0,),
    ("Lerp", "LerpBackward0"): (0, 1), ("MaskedFill", "MaskedFillBackward0"): (0,),
    ("Clamp", "ClampBackward0"): (0, 1, 2), ("Where", "WhereBackward0"): (1, 2),
    ("Pow", "PowBackward0"): (0,), ("Pow", "PowBackward2"): (1,), ("Sub", "RsubBackward1"): (1,),
    ("Linear", "MmBackward0"): (0, 1), ("Linear", "AddmmBackward0"): (2, 0, 1),
    ("ClampMax", "ClampMaxBackward0"): (0,), ("ClampMin", "ClampMinBackward0"): (0,), ("Fill", "FillBackward0"): (0,),
    ("Fmod", "FmodBackward0"): (0,), ("Remainder", "RemainderBackward0"): (0,), ("Rsub", "RsubBackward1"): (0,),
    ("XLogY", "XlogyBackward2"): (0,), ("XLogY", "XlogyBackward1"): (1,), ("Zeta", "SpecialZetaBackward1"): (1,),
    ("XLog1PY", "SpecialXlog1PyBackward2"): (0,), ("XLog1PY", "SpecialXlog1PyBackward1"): (1,)}
"""The inputs that today's PyTorch lists of a call, where they are not just those that must be given."""


@exposed("variable")
class AccumulateGrad(Op, abstract=True):
    """The node that adds up the gradient of a leaf, as PyTorch shows one at the end of each path."""

    __slots__ = ("variable",)
    variable: Any       # the leaf

    legacy_class_name = modern_name = "AccumulateGrad"
    edges = ()


@exposed("node", "output_nr", "ownership_token")
class GradientEdge:
    """Where a gradient arrives: a call and the number of its result, or the end of a path at a leaf."""

    __module__, __qualname__ = "torch.autograd.graph", "GradientEdge"
    __slots__ = ("node", "output_nr", "ownership_token", "tensor")

    def __init__(self, node: Any, output_nr: int = 0, ownership_token: Any = None) -> None:
        if not isinstance(node, Op) or any(isinstance(n, tuple) for n in list[Any](node.shape)):
            raise ArgumentFault("GradientEdge() is made of a call of a graph that has one result",
                                "torch.autograd.graph.get_gradient_edge(y)")
        self.node, self.output_nr, self.ownership_token = node, output_nr, ownership_token
        self.tensor: Tensor = node.variable if isinstance(node, AccumulateGrad) else Variable(
            np.zeros(node.shape, np.float32), True, node)

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives the call an address."""
        return (f"GradientEdge(node=<{style.node_name(self.node)} object at {style.address(self.node)}>, "
                f"output_nr={self.output_nr}, ownership_token=None)")


def edge_of(tensor: Tensor, parent: Any) -> GradientEdge:
    """The edge to `parent`, the node or leaf that the gradient of `tensor` goes to."""
    edge = GradientEdge.__new__(GradientEdge)
    (edge.node, edge.output_nr), edge.ownership_token = _step(parent, leaves=False), None
    edge.tensor = parent if isinstance(parent, Tensor) else Variable(tensor.array, True, parent)
    return edge


class Transposed(Op, abstract=True):
    """The turn that today's PyTorch gives the weight of a linear layer, which here is part of that layer's call."""

    __slots__ = ()
    legacy_class_name = modern_name = "TBackward0"
    params = ()


class InnerCall(Op, abstract=True):
    """Another call that today's PyTorch records for a layer, which here is part of the layer's own."""

    __slots__ = ("call_inputs", "legacy_class_name", "modern_name")
    params = edges = ()

    def __init__(self, name: str, call_inputs: tuple[Any, ...]) -> None:
        self.legacy_class_name = self.modern_name = name
        self.call_inputs = call_inputs


PRODUCTS = {"SqueezeBackward4": ("MmBackward0", "UnsqueezeBackward0"),
            "UnsafeViewBackward0": ("MmBackward0", "ViewBackward0"),
            "ViewBackward0": ("AddmmBackward0", "ViewBackward0")}
"""The calls for a linear layer of an input that is no matrix: by that of its result, the product and the input's."""


def product_shape(node: Op) -> tuple[int, int] | None:
    """The shape of the product whose view the result of a linear layer is; None if it is none."""
    if type(node).__name__ != "Linear" or node.modern_name not in PRODUCTS:
        return None
    return prod(node.shape[:-1]), node.shape[-1]


def next_functions(self: Op | NodeOutput) -> tuple[tuple[Any, int], ...]:
    """(node, index of its output) for each input of this node; AccumulateGrad for leaves.

    Inputs that no gradient goes to stand as (None, 0).
    """
    node = self.node if isinstance(self, NodeOutput) else self
    inputs = getattr(node, "tensor_inputs", None)      # of a program's Function
    if inputs is not None:
        steps = {rule.at: _step(parent, leaves=False) for parent, rule, _ in node.edges}
        return tuple(steps.get(at, NOWHERE) for at in inputs)
    if type(node) is InnerCall:
        return node.call_inputs
    if (call_inputs := getattr(node, "call_inputs", None)) is not None:     # of a composition that is one call
        return tuple([NOWHERE if x is None else _step(x, leaves=False) for x in call_inputs])
    if isinstance(node, Transposed | AccumulateGrad):
        return tuple(_step(parent, leaves=False) for parent in _parents(node))
    if node.edges and node.params[:1] == ("tensors",) and node.edges[0][1].item is not None:
        steps = {rule.item: _step(parent, leaves=False) for parent, rule, _ in node.edges}
        return tuple([steps.get(item, NOWHERE) for item in range(_joined(node))])
    if not node.edges or not node.params or any(rule.item is not None for _, rule, _ in node.edges):
        return tuple(_step(parent, leaves=False) for parent in _parents(node))
    steps = {rule.at: _step(parent, leaves=False) for parent, rule, _ in node.edges}
    order = input_order(node)
    if type(node).__name__ == "Linear" and 1 in steps:
        transposed = Transposed()
        transposed.edges = tuple(edge for edge in node.edges if edge[1].at == 1)
        steps[1] = transposed, 0
    if product_shape(node) is not None:
        product, view = PRODUCTS[node.modern_name]
        if 0 in steps:
            steps[0] = InnerCall(view, (steps[0],)), 0
        order = (2, 0, 1) if product == "AddmmBackward0" else (0, 1)
        return (InnerCall(product, tuple(steps.get(at, NOWHERE) for at in order)), 0),
    return tuple(steps.get(at, NOWHERE) for at in order)


def _joined(node: Op) -> int:
    """How many tensors a call like cat or stack has joined: one for each shape it keeps, or along a new dimension."""
    _, rule, saved = node.edges[0]
    shapes = len(node.params) + 1
    if shapes in rule.needs:
        return len(saved[rule.needs.index(shapes)])
    return node.shape[saved[rule.needs.index(node.params.index("dim"))]]


def inputs_listed(node: Op) -> list[Any] | None:
    """What tells the edges of the inputs that a node lists: the places among the tensors that it has joined, or those
    of its parameters; None of a node that is a part of another call here, or one call where there are several here."""
    if isinstance(node, InnerCall) or hasattr(node, "tensor_inputs") or hasattr(node, "call_inputs"):
        return None
    if node.edges and node.params[:1] == ("tensors",) and node.edges[0][1].item is not None:
        return list(range(_joined(node)))
    if not node.edges or not node.params or any(rule.item is not None for _, rule, _ in node.edges):
        return [rule.at if rule.item is None else rule.item for _, rule, _ in node.edges]
    return list(input_order(node))


def input_order(node: Op) -> tuple[int, ...]:
    """The positions of the inputs that PyTorch 2.13 lists of a node."""
    linked = {rule.at for _, rule, _ in node.edges}
    return ORDER.get((type(node).__name__, node.modern_name)) or tuple(
        rule.at for rule in node.rules if rule.at < node.signature.required or rule.at in linked)


def previous_functions(self: Op | NodeOutput) -> tuple[tuple[Any, int], ...]:
    """The parents of a node as 0.1.12 listed them: leaves stand as Variables."""
    return tuple(_step(parent, leaves=True) for parent in _parents(self))


def _parents(node: Op | NodeOutput) -> list[Any]:
    return [parent for parent, _, _ in (node.node if isinstance(node, NodeOutput) else node).edges]


def _step(parent: Any, leaves: bool) -> tuple[Any, int]:
    if WriteObserver.reach is not None:
        WriteObserver.reach(parent)
    if isinstance(parent, NodeOutput):
        return parent.node, parent.at
    if isinstance(parent, Tensor) and not leaves:
        if keeps_no_gradient(parent):
            return NOWHERE
        end = AccumulateGrad()
        end.variable = parent
        return end, 0
    return parent, 0


def node_name(self: Op) -> str:
    """The name of this node in PyTorch 2.13."""
    if isinstance(self, AccumulateGrad):
        return "torch::autograd::AccumulateGrad"
    name: str = self.modern_name.rpartition(".")[2]
    return f"torch::autograd::{name}" if name in ("CopySlices", "CopyBackwards", "NotImplemented") else name


Op.next_functions = property(next_functions)
Op.previous_functions = property(previous_functions)
Op.name = node_name


def output_nr(self: Tensor) -> int:
    """The index of this tensor among the outputs of its node."""
    return self.node.at if type(self.node) is NodeOutput else 0


def metadata(self: Op) -> dict[Any, Any]:
    """The program's dict of notes on this node."""
    notes = getattr(self, "notes", None)
    if notes is None:
        self.notes = notes = {}
    return notes


Op.metadata = property(metadata)
READABLE = ("name", "next_functions", "previous_functions", "metadata", "register_hook", "register_prehook")


def tensors_of(values: Any, subject: str) -> list[Tensor]:
    """One tensor, or several of a list or of what iterates over them (`net.parameters()`), as a list."""
    tensors: list[Tensor] = []
    for value in values if isinstance(values, list | tuple | Iterator | ValuesView) else (values,):
        if type(value) is GradientEdge:
            value = value.tensor
        if not isinstance(value, Tensor) or len(tensors) == MOST:
            raise ArgumentFault(f"{subject} must be tensors, not {described(value)}" if len(tensors) < MOST else
                                f"{subject} are more than {MOST} tensors").saying(
                f"'{type_name(value)}' object is not iterable")
        tensors.append(value)
    return tensors
