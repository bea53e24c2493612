"""Repairs for calls and names: what is called without need, an option misspelt, a name of another library."""

from __future__ import annotations

import re

from gradcli.engine.tensor.dtypes import NAMED
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import RefusedArgument, UnknownOption
from gradcli.faults.attributes import MissingAttribute
from gradcli.faults.mistakes import CallFault, ItemFault, UnpackFault
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import AnomalousGradient, Fault
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import call_of
from gradcli.namespace.modules import ModuleProxy
from gradcli.repairs.arguments import static_value
from gradcli.repairs.missing_names import names_of
from gradcli.repairs.operands import operands
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site
from gradcli.repairs.synonyms import ATTRIBUTES, MODULE_NAMES

TENSORS = ("input", "index", "other", "target")     # parameters that are tensors, of operations of all kinds
CALLABLE = frozenset(("function", "builtin_function_or_method", "method"))
CONVERSIONS = ("float()", "int()", "long()", "clone()", "contiguous()", "unsqueeze(0)", "bool()", "squeeze(1)")


@repairs(CallFault)
def drop_call(fault: CallFault, site: Site) -> None:
    """A property, or a value, was called: leave the brackets away."""
    parts, node = site.parts, site.parts.node
    if node is None or node[0] != "call":
        return
    function, rest = node[3][0], node[3][1:]
    text = parts.of(function)
    module = static_value(site, function)
    if isinstance(module, ModuleProxy):
        _class_named_as(fault, site, function, module)
    elif function[0] == "attribute" and function[3][1][3] == "requires_grad" and rest:
        fault.hints = [(f"{text}_({parts.of(rest[0])})", "the function that sets it")]
    elif function[0] == "attribute" and function[3][1][3] == "shape" and rest:
        fault.hints = [(f"{text}[{parts.of(rest[0])}]", "items are taken with square brackets")]
    elif function[0] == "attribute" and not rest:
        fault.hints = [(text, "without brackets")]
    elif function[0] == "NUMBER" and rest or function[0] == "group" and rest:
        fault.hints = [(f"{text} * ({parts.of(rest[0])})", "if a product is meant")]
    elif function[0] == "NAME" and rest:
        value = site.names.get(function[3])
        if isinstance(value, Tensor | list | tuple | dict):
            fault.hints = [(f"{text}[{parts.of(rest[0])}]", "items are taken with square brackets")]


def _class_named_as(fault: CallFault, site: Site, function: Node, module: ModuleProxy) -> None:
    """A module was called in place of the class of nearly its name: optim.adam in place of optim.Adam."""
    owner = static_value(site, function[3][0]) if function[0] == "attribute" else None
    name = function[3][1][3] if function[0] == "attribute" else function[3]
    for place, prefix in ((owner, site.parts.of(function[3][0]) + "." if owner else ""), (module, "")):
        classes = [word for word in names_of(place) if word[:1].isupper()] if isinstance(place, ModuleProxy) else []
        suggestions = nearest(name, classes)
        if suggestions:
            site.instead(function, prefix + suggestions[0], "the class of that name")
            return


def call_name(node: Node) -> str:
    """The name of the function that a call calls."""
    call = call_of(node)
    return call.name if call else ""


@repairs(ItemFault)
def call_before_indexing(fault: ItemFault, site: Site) -> None:
    """A method was indexed: call it first. A loop goes over a number: over the numbers below it."""
    parts, node = site.parts, site.parts.node
    types = fault.types
    if node is None:
        return
    call = call_of(node)
    if call is not None and call.name == "len" and call.args and CALLABLE.intersection(types):
        site.instead(call.args[0], f"{parts.of(call.args[0])}()", "functions are called with round brackets")
    elif call is not None and call.name == "len" and call.args and types == ("generator",):
        site.instead(call.args[0], f"list({parts.of(call.args[0])})", "a list of what it gives")
    elif fault.lacks == "iteration" and "method" in types and node[0] == "attribute":
        fault.hints = [(f"{parts.of(node)}()", "functions are called with round brackets")]
    elif node[0] == "subscript" and types == ("generator",):
        site.instead(node[3][0], f"list({parts.of(node[3][0])})", "a list of what it gives")
    if fault.lacks == "iteration" and types == ("int",) and (node[0] != "call" or call_name(node) == "len"):
        fault.hints = [(f"range({parts.of(node)})", "the whole numbers below it")]
        if node[0] == "augassign":      # of a list
            fault.hints = [(parts.replaced(node[3][-1], f"[{parts.of(node[3][-1])}]"), "one more member")]
    if node[0] != "subscript" or not CALLABLE.intersection(types):
        return
    holder = node[3][0]
    inside = parts.text[holder[2] : node[2]].strip()
    method = "method" in types and holder[0] == "attribute"
    repair = f"{parts.of(holder)}(){inside}" if method else f"{parts.of(holder)}({inside[1:-1]})"
    fault.hints = [(repair, "functions are called with round brackets")]


@repairs(UnknownOption)
def mark_option(fault: UnknownOption, site: Site) -> None:
    """An option that a function does not have: mark its name, and propose the nearest."""
    call, parts, name = site.call, site.parts, fault.option
    if call is not None and name in call.options:
        start = parts.text.rfind(name, parts.start, call.options[name][1])
        fault.span = parts.span(("NAME", start, start + len(name), name))
        if fault.suggestion:
            fault.hints.insert(0, (fault.suggestion, "the nearest option"))


@repairs(RefusedArgument)
def mark_argument(fault: RefusedArgument, site: Site) -> None:
    """An argument of a type that does not fit: mark it; tensors that stand side by side become one list."""
    call, parts = site.call, site.parts
    if call is None:
        return
    if type(fault.value) is str and fault.value in NAMED and fault.parameter == "dtype" and "dtype" in call.options:
        site.instead(call.options["dtype"], f"torch.{fault.value}", "the element type of that name")
        return
    if fault.several and isinstance(fault.value, Tensor) and parts.node is not None and call.args:
        inside = ", ".join(parts.of(tensor) for tensor in call.args)
        fault.hints.insert(0, (f"{parts.of(parts.node[3][0])}([{inside}])", "the tensors as one list"))
        return
    positional = operands(site)
    refused = call.options.get(fault.parameter) or (positional[fault.at] if fault.at < len(positional) else None)
    if refused is not None:
        fault.span = parts.span(refused)
        if type(fault.value) in (list, tuple) and fault.value and fault.parameter in TENSORS:
            stacked = all(isinstance(item, Tensor) for item in fault.value)
            fault.hints = [(f"torch.stack({parts.of(refused)})", "one tensor of them") if stacked else
                           (f"torch.tensor({parts.of(refused)})", "a tensor of it")]
        match = re.fullmatch(r"(['\"]?)torch\.cuda\.(\w+Tensor)\1", parts.of(refused).strip())
        if match is not None:
            fault.hints = [(f"torch.{match[2]}", "the same type on the processor: there is no CUDA device here")]


@repairs(MissingAttribute)
def mark_attribute(fault: MissingAttribute, site: Site) -> None:
    """An attribute that is not there: mark its name alone; another library's name has its namesake here."""
    parts, node = site.parts, site.parts.node
    if node is None or node[0] != "attribute":
        return
    name, value = node[3][1], fault.holder
    holder = parts.of(node[3][0])
    if type(value) is list and name[3] in ("push", "add", "push_back"):
        site.instead(name, "append", "what lists call it")
        return
    if type(value) in (list, tuple, str, dict) and name[3] in ("length", "size", "len"):
        called = next((above for above in parts.enclosing("call") if above[3] == (node,)), None)
        fault.span = parts.span(called) if called is not None else fault.span
        fault.hints = [(f"len({holder})", "how many there are")]
        return
    if type(value) in (list, tuple) and name[3] == "backward" and value and isinstance(value[0], Tensor):
        site.instead(node[3][0], f"sum({holder})", "one number, to go backward from")
        return
    if isinstance(value, tuple) and type(value) is not tuple and hasattr(Tensor, name[3]) \
            and isinstance(getattr(value, "values", None), Tensor):
        site.instead(node[3][0], f"{holder}.values", "the tensor of the values; beside it stands that of their places")
        return
    if type(value) in (list, tuple) and hasattr(Tensor, name[3]) and not fault.hints:
        site.instead(node[3][0], f"torch.tensor({holder})", f"a tensor, which has {name[3]}")
        return
    fault.span = parts.span(name)
    module = isinstance(value, ModuleProxy)
    synonym = (MODULE_NAMES if module else ATTRIBUTES).get(name[3])
    if synonym is not None and (isinstance(value, Tensor)
                                or isinstance(value, ModuleProxy) and synonym in names_of(value)):
        fault.hints = [(synonym, f"what {name[3]} is called here")]


@repairs(Fault)
def use_program_names(fault: Fault, site: Site) -> None:
    """Replace the names x, y, a, b, target and index in the engine's repairs by the words of the operands."""
    parts = site.parts
    if not fault.hints or isinstance(fault, AnomalousGradient):     # its place is that of backward()
        return
    nodes = operands(site)
    if len(nodes) > 1 and nodes[0][0] in ("STRING", "strings"):     # "%d" % x: of the tensor
        nodes = nodes[1:]
    names = dict(zip(("x", "y"), [parts.atom(node) for node in nodes], strict=False))
    names |= {"a": names["x"]} if "x" in names else {}
    names |= {"target": names["y"], "b": names["y"]} if "y" in names else {}
    names |= {"index": parts.atom(nodes[2])} if len(nodes) > 2 else {}
    fault.hints = [_filled(site, nodes, names, repair, why) for repair, why in fault.hints]


def _filled(site: Site, nodes: list[Node], names: dict[str, str], repair: str, why: str) -> tuple[str, str]:
    if repair == "torch.matmul(a, b)" and len(names) > 2:
        return re.sub(r"\b[ab]\b", lambda m: names[m[0]], repair), why
    match = re.fullmatch(r"(x|a|b|target|index)\.(.+)", repair)
    if match is None or match[1] not in names:
        return _replaced(names, repair), why
    called, parts = site.call, site.parts
    if match[2] in CONVERSIONS and not (called and f"{called.name}()" == match[2]):
        site.fault.span = parts.span(nodes[{"x": 0, "a": 0, "index": 2}.get(match[1], 1)])
    return re.sub(r"\b(x|a|b|target|index)\b(?=\.)", lambda m: names.get(m[1], m[1]), repair), why


def _replaced(names: dict[str, str], repair: str) -> str:
    """A repair with the operands in place of x, y, a and b; one that assigns to them only if they are names."""
    stand_ins: dict[str, str] = {name: names[name] for name in ("x", "y", "a", "b") if name in names}
    if re.search(r"\blambda\b|['\"{]", repair) or not stand_ins:
        return repair
    assigned = re.match(r"(\w+) = ", repair)
    if assigned and not names.get(assigned[1], "").isidentifier():
        return repair
    bare = r"(?<![\w.])(x|y|a|b)\b(?!=|\()"
    if re.search(r"(?<![\w.])[c-wz]\b(?!=)", re.sub(bare, "", repair)):       # other values than the operands
        return repair
    return re.sub(bare, lambda m: str(stand_ins.get(m[1], m[1])), repair)


@repairs(UnpackFault)
def note_counts(fault: UnpackFault, site: Site) -> None:
    """Names and values of different number."""
    parts = site.parts
    statement = parts.statement
    if statement is None or statement[0] != "assign":
        return
    value = statement[3][-1]
    call = call_of(value)
    if call and call.name in ("grad",) and "torch" in parts.of(value):
        fault.notes.append("autograd.grad gives a tuple with one gradient for each input")
    if fault.expected is not None:
        fault.notes.append(f"{parts.of(statement[3][0])} are {fault.expected} names")
