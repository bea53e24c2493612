"""Repairs where a tensor was turned into numbers without history: the expression once more, with the tensor itself."""

from __future__ import annotations

import re

from gradcli.engine.autograd.detached import SWEEPS, WRITES
from gradcli.engine.tensor.tensor import NO_GRAD
from gradcli.faults.gradients import LostByConversion
from gradcli.lang.messages.locate import location_of_call
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import SyntaxSite, call_of, walk
from gradcli.ops.index import DIRECTORY
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import FaultContext, Site, site_of, with_option

MODULES = ("math", "np", "numpy")
SAME = {"fabs": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "absolute": "abs", "power": "pow",
        "fsum": "sum", "degrees": "rad2deg", "radians": "deg2rad"}
LOGARITHMS = {"2": "log2", "10": "log10", "e": "log", "math.e": "log"}      # by their base
SWITCH = re.compile(r"torch\.(?:autograd\.)?(?:no_grad\(\)|inference_mode\((?:True)?\)|set_grad_enabled\(False\))")
UNWRAPPING = frozenset({"item", "tolist", "detach", "numpy", "data"})
WRAPPING = frozenset({"float", "int", "str", "repr", "tensor", "from_numpy", "as_tensor", "asarray", "Tensor",
                      "FloatTensor", "DoubleTensor"})
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e-?\d+)?|-?\.\d+")
FILLING = frozenset({"full", "full_like", "new_full"})
COPYING = frozenset({"new", "new_tensor", "copy", "deepcopy", "Variable", "Parameter"})     # one value's numbers alone


@repairs(LostByConversion, parsed=False)
def keep_tensor(fault: LostByConversion, case: FaultContext) -> None:
    """Move the fault to the conversion; the repair is the outermost call around it without conversions."""
    place = location_of_call(*fault.at)
    if place is None:
        return
    fault.name, fault.source, fault.span = place.name, place.text, place.span
    site = site_of(fault, case.names)
    if not isinstance(site, Site):
        return
    parts = site.parts
    if fault.cause == NO_GRAD:
        _recorded(fault, site)
        return
    if fault.cause in SWEEPS:
        if site.call is not None and parts.node is not None:
            fault.hints.append((with_option(parts, parts.node, "create_graph=True"), "records the gradients too"))
        return
    if fault.cause in WRITES:
        target = next((node for node in parts.path if (node[1], node[2]) == (parts.start, parts.end)), None)
        inner = next((node for node in walk(target) if _converts(parts, node)), None) if target is not None else None
        if target is None or inner is None:
            fault.notes.append("a write to the tensor itself keeps the history")
        else:
            text = parts.of(target).replace(parts.of(inner), _without_conversions(site, inner), 1)
            fault.hints.append((text, "the tensor itself: a write to it keeps the history"))
        return
    outer = _outermost(parts)
    if outer is not None and (filled := _filled(site, outer)):
        fault.hints.append(filled)
        return
    text = _without_conversions(site, outer) if outer is not None else ""
    if text and outer is not None and text != parts.of(outer):
        exact = (outer[1], outer[2]) == (parts.start, parts.end)
        spot = site.spot_of(outer)
        fault.hints.append((text, "keeps the history") if exact else
                           (spot.rewritten(outer, text), f"{spot.where()}: keeps the history"))
    if fault.cause == "int()":
        fault.notes.append("int() moves in steps: its slope is 0 wherever it has one, and --wrt NAME leaves names out "
                           "that only count")


def _recorded(fault: LostByConversion, site: Site) -> None:
    """Name what turns recording off, a block or a decorator; the repair turns it on. A sample has a kin of its own."""
    parts, call = site.parts, site.call
    if call is not None and call.name == "sample" and parts.node is not None:
        fault.hints.append((parts.of(parts.node).replace(".sample(", ".rsample("),
                            "a sample that moves with its parameters"))
        return
    lines = parts.text.split("\n")
    blocks = [node for block in parts.enclosing("with", "def") for node in (
        block, *(part for part in block[3] if block[0] == "def" and type(part) is tuple and part[0] == "decorator"))]
    for line in map(parts.line, blocks):
        switch = SWITCH.search(lines[line - 1])
        if switch is not None:
            fault.message = fault.with_cause(switch[0])
            text = lines[line - 1].strip().replace(switch[0], "torch.enable_grad()")
            fault.hints.append((text, f"in line {line}: records what is computed there"))
            return
    fault.hints.append(("with torch.enable_grad():", "records what is computed within"))


def _outermost(parts: SyntaxSite) -> Node | None:
    """The largest part around the place that only converts: wrappers, functions of math and numpy, `.numpy()`."""
    outer = None
    for node in reversed(parts.path):
        if node[1] > parts.start or node[2] < parts.end:
            continue
        if _converts(parts, node):
            outer = node
        elif node[0] in ("call", "attribute", "arguments", "group", "NAME") and outer is None:
            continue
        elif node[0] not in ("arguments", "attribute", "group"):
            break
    return outer


def _converts(parts: SyntaxSite, node: Node) -> bool:
    if node[0] == "attribute":
        return bool(node[3][1][3] == "data")
    call = call_of(node)
    if call is None:
        return False
    owner = parts.of(call.receiver) if call.receiver else ""
    if owner in MODULES:
        return _operation(call.name) is not None and bool(call.args)
    if call.name in COPYING and len(call.args) == 1:
        return True
    return call.name in (UNWRAPPING if call.receiver and owner != "torch" else WRAPPING)


def _operation(name: str) -> str | None:
    """The operation that does to tensors what a function of math or numpy does to numbers."""
    name = SAME.get(name, name)
    return name if name in DIRECTORY["functions"] else None


def _without_conversions(site: Site, node: Node) -> str:
    """The words of a part with all conversions in it left out."""
    parts = site.parts
    if not _converts(parts, node):
        return parts.atom(node)
    if node[0] == "attribute":
        return _without_conversions(site, node[3][0])
    call = call_of(node)
    assert call is not None
    if call.receiver is not None and parts.of(call.receiver) in MODULES:
        args = [_without_conversions(site, node) if _converts(parts, node) else parts.of(node) for node in call.args]
        if call.name == "log" and len(args) == 2:
            return f"{LOGARITHMS[args[1]]}({args[0]})" if args[1] in LOGARITHMS else f"log({args[0]})/log({args[1]})"
        if call.name in ("atan2", "hypot"):     # which take tensors alone
            args = [f"torch.tensor({float(arg)})" if node[0] == "NUMBER" else arg
                    for arg, node in zip(args, call.args, strict=True)]
        return f"{_operation(call.name)}({', '.join(args)})"
    if call.receiver is not None and call.name in UNWRAPPING:
        return _without_conversions(site, call.receiver)
    if len(call.args) != 1:
        return parts.of(node)
    [inner] = call.args
    if inner[0] in ("list", "tuple"):
        return _stacked(site, inner)
    if inner[0] == "list_comprehension" or isinstance(site.value(inner), list | tuple):
        return f"torch.stack({parts.of(inner)})"
    return _without_conversions(site, inner)


def _stacked(site: Site, node: Node) -> str:
    """A list of numbers, tensors and lists of them as a stack of tensors."""
    members = [_stacked(site, member) if member[0] in ("list", "tuple") else
               f"torch.tensor({float(number[0])})" if (number := NUMBER.fullmatch(site.parts.of(member))) else
               _without_conversions(site, member) if _converts(site.parts, member) else site.parts.of(member)
               for member in node[3]]
    return f"torch.stack([{', '.join(members)}])"


def _filled(site: Site, converted: Node) -> tuple[str, str] | None:
    """The repair of a call that fills a tensor with a converted value: one filled with 1, times the value."""
    parts = site.parts
    for node in parts.path:
        call = call_of(node)
        if call is not None and call.name in FILLING and converted in (*call.args[-1:], call.options.get("fill_value")):
            ones = parts.text[node[1]:converted[1]] + "1.0" + parts.text[converted[2]:node[2]]
            spot = site.spot_of(node)
            return (spot.rewritten(node, f"({ones} * {_without_conversions(site, converted)})"),
                    f"{spot.where()}: keeps the history")
    return None
