"""Repairs for operands: shapes, element types, truth, and the None of a function without return."""

from __future__ import annotations

import re
from math import prod

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import BroadcastShapes, DtypeMix, NoneFault, OperandFault, ProductShapes
from gradcli.faults.tensors import FloatingBits, SharedMemory, ViewSize
from gradcli.faults.tree import (
    AmbiguousTruth,
    ArgumentFault,
    AttributeFault,
    Fault,
    PythonFault,
)
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import Call, call_of, child_of, name_node, walk
from gradcli.repairs.registry import diagnoses, repairs
from gradcli.repairs.site import Site

CONVERT = {"float32": "float()", "float64": "double()", "float16": "half()", "int64": "long()", "int32": "int()"}


@repairs(DtypeMix)
def convert_dtype(fault: DtypeMix, site: Site) -> None:
    """Two element types: convert the operand that is not floating, or else the second."""
    parts = site.parts
    nodes = operands(site)
    if not nodes:
        return
    a, b = fault.dtypes
    call = site.call
    if call is not None and (len(nodes) < 2 or _is_layer(site, call)):
        return site.instead(nodes[0], f"{parts.atom(nodes[0])}.{CONVERT.get(b, f'to(torch.{b})')}", f"as {b}")
    at, to = (0, b) if a.startswith("int") or a in ("bool", "uint8") else (1, a)
    site.instead(nodes[at], f"{parts.atom(nodes[at])}.{CONVERT.get(to, f'to(torch.{to})')}", f"as {to}")


def _is_layer(site: Site, call: Call) -> bool:
    """Whether a module is called, whose second operand is its own weight."""
    node = site.parts.node
    assert node is not None
    function = node[3][0]
    return hasattr(type(site.value(function)), "parameters") or function[0] == "call" or call.receiver is not None and (
        site.parts.of(call.receiver) == "self")


@repairs(ProductShapes)
def transpose_factor(fault: ProductShapes, site: Site) -> None:
    """A matrix product: transpose what then fits."""
    parts, shapes = site.parts, fault.shapes
    nodes = operands(site)
    if not shapes or len(nodes) < 2:
        return
    (a, b), (first, second) = shapes, nodes[:2]
    if len(a) == len(b) == 2 and a[1] == b[1]:
        site.instead(second, f"{parts.atom(second)}.t()", "the second transposed")
    elif len(a) == len(b) == 2 and a[0] == b[0]:
        site.instead(first, f"{parts.atom(first)}.t()", "the first transposed")
    elif len(a) == len(b) == 2 and a[0] == b[1]:
        node = parts.node
        assert node is not None
        one, two = parts.atom(second), parts.atom(first)
        site.fault.hints = [(f"{one} @ {two}", "in the other order")]


@repairs(BroadcastShapes)
def align_shapes(fault: BroadcastShapes, site: Site) -> None:
    """Shapes that do not broadcast: transpose, or insert a dimension, if that makes them fit."""
    parts, shapes = site.parts, fault.shapes
    nodes = operands(site)
    if len(nodes) < 2:
        return
    (a, b), (first, second) = shapes[:2], nodes[:2]
    if len(a) == 2 and a == b[::-1]:
        site.instead(second, f"{parts.atom(second)}.t()", "the second transposed")
    elif len(b) == 1 and len(a) == 2 and a[0] == b[0]:
        site.instead(second, f"{parts.atom(second)}.unsqueeze(1)", "one for each row")
    elif len(a) == 1 and len(b) == 2 and b[0] == a[0]:
        site.instead(first, f"{parts.atom(first)}.unsqueeze(1)", "one for each row")
    elif prod(a) == prod(b):
        shape = ", ".join(map(str, a))
        site.instead(second, f"{parts.atom(second)}.view({shape})", "the same elements in that shape")


@repairs(ViewSize)
def infer_dimension(fault: ViewSize, site: Site) -> None:
    """A view of another number of elements: let one dimension follow from the others."""
    call, parts = site.call, site.parts
    if call is None or parts.node is None:
        return
    sizes, size = fault.shape, fault.size
    sizes_text = ["-1"]
    for at in reversed(range(len(sizes))):
        rest = prod(sizes[:at] + sizes[at + 1 :])
        if rest > 0 and size % rest == 0 and -1 not in sizes:
            sizes_text = [str(n) for n in [*sizes[:at], -1, *sizes[at + 1 :]]]
            break
    function = parts.of(parts.node[3][0])
    first = f"{parts.of(call.args[0])}, " if call.receiver and parts.of(call.receiver) == "torch" and call.args else ""
    inside = f"({', '.join(sizes_text)})" if first else ", ".join(sizes_text)
    site.fault.hints.append((f"{function}({first}{inside})", "-1 stands for the length that follows from the others"))


@repairs(SharedMemory)
def write_to_copy(fault: SharedMemory, site: Site) -> None:
    """An expanded tensor was written to: write to a copy of it."""
    parts, call = site.parts, site.call
    statement = parts.statement
    if call is not None and call.receiver is not None and (statement is None or statement[0] != "expression"):
        text = parts.of(call.receiver)
        site.fault.hints = [(parts.replaced(call.receiver, f"{text}.clone()"), "writes to a copy")]
    elif statement is not None and parts.is_alone(statement):
        root = call.receiver if call is not None else statement[3][0] if statement[3] else None
        while root is not None and root[0] in ("subscript", "attribute"):
            root = root[3][0]
        if root is not None and root[0] == "NAME":
            site.fault.hints = [(f"{root[3]} = {root[3]}.clone()", f"before line {parts.line(statement)}")]


def operands(site: Site) -> list[Node]:
    """The operands at the place in order, without a module that a function stands in."""
    parts = site.parts
    nodes = parts.operands()
    call = site.call
    if call is not None and call.receiver is not None and is_module(site, call):
        return nodes[1:]
    return nodes


def is_module(site: Site, call: Call) -> bool:
    """Whether what stands before the dot of a call holds functions, as torch and F do, or a module's layers."""
    node = call.receiver
    assert node is not None
    root = node
    while root[0] == "attribute":
        root = root[3][0]
    if root[0] != "NAME":
        return False
    value = site.value(node)
    if isinstance(value, Tensor):
        return False
    return root[3] in ("torch", "F", "nn", "math", "self") or hasattr(value, "__dict__")


@repairs(OperandFault)
def convert_operand(fault: OperandFault, site: Site) -> None:
    """A string and a number: make text of the number, or a number of the text."""
    parts = site.parts
    nodes = parts.operands()
    if len(nodes) != 2:
        return
    if fault.sign == "^":
        site.fault.hints = [(f"{parts.of(nodes[0])} ** {parts.of(nodes[1])}", "the power; ^ is for bits")]
        return
    texts = [node[0] in ("STRING", "strings") or isinstance(site.value(node), str) for node in nodes]
    numbers = [node[0] == "NUMBER" or isinstance(site.value(node), int | float) for node in nodes]
    plus = parts.node is not None and (parts.node[0] == "add" or parts.of(parts.node).find("+=") > 0)
    if texts[0] and plus and not texts[1] and site.value(nodes[1]) is not None or texts[0] and numbers[1] and plus:
        site.instead(nodes[1], f"str({parts.of(nodes[1])})", "makes text of it")
    elif texts[1] and plus and numbers[0] and not nodes[1][0].upper().startswith("STRING"):
        site.instead(nodes[1], f"float({parts.of(nodes[1])})", "makes a number of text")
    elif texts[1] and plus and numbers[0] and parts.node is not None and parts.node[0] == "augassign":
        text = parts.of(nodes[0])
        site.fault.hints = [(f"{text} = str({text}) + {parts.of(nodes[1])}", "makes text of it")]
    elif texts[1] and plus and numbers[0]:
        site.instead(nodes[0], f"str({parts.of(nodes[0])})", "makes text of it")
    elif any(texts) and any(numbers):
        at = texts.index(True)
        site.instead(nodes[at], f"float({parts.of(nodes[at])})", "makes a number of text")


@repairs(FloatingBits)
def use_power(fault: FloatingBits, site: Site) -> None:
    """^ between floating tensors, where a power was meant."""
    node = site.parts.node
    if node is not None and fault.operation == "bitwise_xor" and node[0] != "call":
        nodes = site.parts.operands()
        if len(nodes) == 2:
            site.instead(node, f"{site.parts.of(nodes[0])} ** {site.parts.of(nodes[1])}", "the power; ^ is for bits")


COMPARING = ("sorted", "sort", "max", "min", "index", "remove", "count", "any", "all", "filter")


@repairs(AmbiguousTruth)
def reduce_condition(fault: AmbiguousTruth, site: Site) -> None:
    """A condition on a tensor of several elements: .all() or .any()."""
    node = site.parts.node
    if node is None:
        return
    call = call_of(node)
    if call and call.name in ("bool",) and call.args:
        node = call.args[0]
    elif call and call.name in ("max", "min") and call.receiver is None and len(call.args) == 1 and (
            isinstance(site.value(call.args[0]), Tensor) or call.args[0][0] == "call"):
        site.instead(node, f"{site.parts.atom(call.args[0])}.{call.name}()", "of all elements")
        return
    elif call and call.name in COMPARING or node[0] == "comparison" and re.search(r"\bin\b", site.parts.of(node)):
        site.fault.hints = []       # the truth that is asked is that of members
        return
    if node[0] == "not":
        node = node[3][0]
        site.fault.span = site.parts.span(node)
    text = site.parts.atom(node)
    above = next((part for part in site.parts.path if part[0] in ("and_test", "or_test") and node in part[3]), None)
    if above is not None and all(part[0] in ("comparison", "NAME", "group") for part in above[3]):
        site.fault.span = site.parts.span(above)
        text = f"({' & '.join(site.parts.atom(part) for part in above[3])})"
        text = text.replace(" & ", " | ") if above[0] == "or_test" else text
        site.fault.hints = [(f"{text}.all()", "whether it holds for every element"),
                            (f"{text}.any()", "whether it holds for some element")]
    elif node[0] in ("comparison", "NAME", "attribute", "call", "subscript", "group"):
        site.fault.hints = [(f"{text}.all()", "whether it holds for every element"),
                            (f"{text}.any()", "whether it holds for some element")]


@diagnoses(AttributeFault, PythonFault, ArgumentFault)
def diagnose_missing_return(fault: AttributeFault | PythonFault | ArgumentFault, site: Site) -> Fault | None:
    """A NoneFault that names the function which returned None, with the return to add."""
    parts = site.parts
    for node in site.where_none():
        source = node
        if node[0] == "NAME":
            if node[3] not in site.names or site.names[node[3]] is not None:
                continue
            assignment = site.assigned(node[3])
            source = assignment[3][-1] if assignment else node
        call = call_of(source)
        if call is None:
            continue
        maker = _definition(site, call.name)
        if maker is None and call.name not in ("sort", "append", "extend", "reverse", "insert", "backward", "print",
                                               "step", "zero_grad", "update", "add", "clear"):
            continue
        special = NoneFault(fault.message, span=fault.span)
        if maker is None:
            special.notes.append(f"{call.name}() does its work in place and returns nothing")
            if call.receiver is not None and source is not node:
                spot, text = site.spot_of(source), parts.of(call.receiver)
                repaired = f"{parts.of(source)}; {node[3]} = {text}" if call.receiver[0] == "NAME" else (
                    f"{node[3]} = sorted({text})" if call.name == "sort" else "")
                if repaired:
                    special.hints.append((repaired, spot.where()))
            return special
        name = name_node(maker)[3]
        of = f" of {call.name}" if name != call.name and call.name else ""
        special.notes.append(f"{name}{of} ends without return, and so gives None")
        last = _last_statement(maker)
        if last is not None:
            line = parts.line(last)
            if last[0] == "assign" and len(last[3]) == 2:
                special.hints.append((f"return {parts.of(last[3][0])}", f"after line {line}"))
            elif last[0] == "expression":
                special.hints.append((f"return {parts.of(last)}", f"in line {line}"))
        return special
    return None


def _definition(site: Site, name: str) -> Node | None:
    """A function of the program that has no return with a value; `forward` for what is called as a module."""
    value = site.names.get(name)
    names = [name] if value is None or hasattr(value, "__code__") else [name, "forward", "__call__"]
    for node in walk(site.parts.tree):
        if node[0] == "def" and any(inner[0] == "NAME" and inner[3] in names for inner in node[3]) and not any(
                inner[0] == "return" and inner[3] for inner in walk(node)):
            return node
    return None


def _last_statement(function: Node) -> Node | None:
    suite = child_of(function, "suite")
    return suite[3][-1] if suite else None
