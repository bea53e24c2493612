"""Repairs for layers: one made for another number of features or channels, and one that is made of its inputs."""

from __future__ import annotations

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import LayerInput
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import call_of, walk
from gradcli.nn.module.module import Module
from gradcli.repairs.arguments import callee, constructed_class, static_value
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site


@repairs(LayerInput)
def resize_layer(fault: LayerInput, site: Site) -> None:
    """Make the layer for the features that come in, in the line where the program makes it."""
    makers = [node for node in walk(site.parts.tree) if _makes(site, node, fault)]
    if len(makers) == 1:
        spot, argument = site.spot_of(makers[0]), _features(makers[0])
        assert argument is not None
        fault.hints.append((spot.rewritten(argument, str(fault.features)),
                            f"{spot.where()}: a layer for {fault.features} {fault.what}"))


def _makes(site: Site, node: Node, fault: LayerInput) -> bool:
    """Whether a call makes a layer of one of the classes, for the features that were expected."""
    call = call_of(node)
    argument = _features(node)
    return call is not None and call.name in fault.layers and argument is not None and (
        site.parts.of(argument) == str(fault.expected))


def _features(node: Node) -> Node | None:
    """The first argument of a layer: its features, or channels."""
    call = call_of(node)
    if call is None:
        return None
    option = next((value for name, value in call.options.items() if name in (
        "in_features", "in_channels", "num_features", "input_size")), None)
    return call.args[0] if call.args else option


@repairs(ArgumentFault)
def construct_module_first(fault: ArgumentFault, site: Site) -> None:
    """nn.ReLU(x): a module is made first, and then called."""
    parts, node, call = site.parts, site.parts.node, site.call
    kind = constructed_class(static_value(site, node[3][0])) if node is not None and call is not None else None
    if node is None or call is None or kind is None or not issubclass(kind, Module) or call.options:
        return
    values = [site.value(argument) for argument in call.args]
    computed = [argument[0] == "call" or isinstance(value, Tensor)
                for argument, value in zip(call.args, values, strict=True)]
    init = callee(site, node[3][0])
    if computed and all(computed) and (init is None or init.least == 0):
        inside = ", ".join(parts.of(argument) for argument in call.args)
        fault.hints = [(f"{parts.of(node[3][0])}()({inside})", "makes the module, and calls it")]
