"""Repairs for calls and names: what is called without need, an option misspelt, a name of another library."""

from __future__ import annotations

import re

from gradcli.engine.tensor.tensor import Tensor
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import call_of
from gradcli.repairs.operands import operands
from gradcli.repairs.site import Site
from gradcli.repairs.synonyms import ATTRIBUTES, MODULE_NAMES

CONVERSIONS = ("float()", "int()", "long()", "clone()", "contiguous()", "unsqueeze(0)", "bool()", "squeeze(1)")


def called(case: Site) -> None:
    """A property, or a value, was called: leave the brackets away."""
    parts, node = case.parts, case.parts.node if case.parts else None
    if parts is None or node is None or node[0] != "call":
        return
    function, rest = node[3][0], node[3][1:]
    words = parts.of(function)
    if function[0] == "attribute" and function[3][1][3] == "requires_grad" and rest:
        case.fault.hints = [(f"{words}_({parts.of(rest[0])})", "the function that sets it")]
    elif function[0] == "attribute" and function[3][1][3] == "shape" and rest:
        case.fault.hints = [(f"{words}[{parts.of(rest[0])}]", "items are taken with square brackets")]
    elif function[0] == "attribute" and not rest:
        case.fault.hints = [(words, "without brackets")]
    elif function[0] == "NUMBER" and rest or function[0] == "group" and rest:
        case.fault.hints = [(f"{words} * ({parts.of(rest[0])})", "if a product is meant")]
    elif function[0] == "NAME" and rest:
        value = case.names.get(function[3])
        if isinstance(value, Tensor | list | tuple | dict):
            case.fault.hints = [(f"{words}[{parts.of(rest[0])}]", "items are taken with square brackets")]


def call_name(node: Node) -> str:
    """The name of the function that a call calls."""
    call = call_of(node)
    return call.name if call else ""


def indexed(case: Site) -> None:
    """A method was indexed: call it first. A loop goes over a number: over the numbers below it."""
    parts, node = case.parts, case.parts.node if case.parts else None
    number = case.fault.message.startswith("an int cannot be gone through")
    if parts is not None and node is not None and number and (node[0] != "call" or call_name(node) == "len"):
        case.fault.hints = [(f"range({parts.of(node)})", "the whole numbers below it")]
        if node[0] == "augassign":      # of a list
            case.fault.hints = [(parts.replaced(node[3][-1], f"[{parts.of(node[3][-1])}]"), "one more member")]
    if parts is None or node is None or node[0] != "subscript":
        return
    holder = node[3][0]
    if "a function" in case.fault.message:
        inside = parts.text[holder[2] : node[2]].strip()
        case.fault.hints = [(f"{parts.of(holder)}({inside[1:-1]})", "functions are called with round brackets")]
        return
    if "a method" in case.fault.message or "a function" in case.fault.message:
        inside = parts.text[holder[2] : node[2]].strip()
        repair = f"{parts.of(holder)}(){inside}" if holder[0] == "attribute" else f"{parts.of(holder)}({inside[1:-1]})"
        case.fault.hints = [(repair, "functions are called with round brackets")]


def option(case: Site) -> None:
    """An option that a function does not have, or an argument that does not fit: mark that alone."""
    fault, call, parts = case.fault, case.call, case.parts
    if call is None or parts is None:
        return
    if fault.message.startswith("with cannot be used"):
        return
    name, at = fault.facts.get("option"), fault.facts.get("at")
    if "needs a list or tuple of tensors" in fault.message and parts.node is not None and call.args:
        inside = ", ".join(parts.of(each) for each in call.args)
        fault.hints.insert(0, (f"{parts.of(parts.node[3][0])}([{inside}])", "the tensors as one list"))
        return
    if name in call.options:
        value = call.options[name]
        start = parts.text.rfind(name, parts.start, value[1])
        fault.span = parts.span(("NAME", start, start + len(name), name))
        near = fault.facts.get("near")
        if near:
            fault.hints.insert(0, (near, "the nearest option"))
    elif at is not None:
        named = fault.facts.get("parameter")
        found = call.options.get(named) if named in call.options else None
        given = operands(case)
        if found is None and at < len(given):
            found = given[at]
        if found is not None:
            fault.span = parts.span(found)


def attribute(case: Site) -> None:
    """An attribute that is not there: mark its name alone; another library's name has its namesake here."""
    parts, node = case.parts, case.parts.node if case.parts else None
    if parts is None or node is None or node[0] != "attribute" or "has no attribute" not in case.fault.message:
        return
    name = node[3][1]
    holder = parts.of(node[3][0])
    if case.fault.message.startswith("a list") and name[3] in ("push", "add", "push_back"):
        case.fault.span = parts.span(name)
        case.fault.hints = [("append", "what lists call it")]
        return
    if case.fault.message.startswith(("a list", "a tuple", "a string", "a dict")) and name[3] in ("length", "size"):
        case.fault.hints = [(f"len({holder})", "how many there are")]
        return
    if case.fault.message.startswith(("a list", "a tuple")) and hasattr(Tensor, name[3]) and not case.fault.hints:
        case.fault.span = parts.span(node[3][0])
        case.fault.hints = [(f"torch.tensor({holder})", f"a tensor, which has {name[3]}")]
        return
    case.fault.span = parts.span(name)
    module = case.fault.message.startswith("the module")
    meant = (MODULE_NAMES if module else ATTRIBUTES).get(name[3])
    if meant is not None and (module or "Tensor" in case.fault.message or "a Variable" in case.fault.message):
        case.fault.hints = [(meant, f"what {name[3]} is called here")]


def given(case: Site) -> None:
    """Put the program's words for x, a, b and target into repairs that the engine gave with those names."""
    parts = case.parts
    if parts is None or not case.fault.hints:
        return
    found = operands(case)
    words = dict(zip(("x", "y"), [parts.atom(each) for each in found], strict=False))
    words |= {"a": words["x"]} if "x" in words else {}
    words |= {"target": words["y"], "b": words["y"]} if "y" in words else {}
    case.fault.hints = [_filled(case, found, words, repair, why) for repair, why in case.fault.hints]


def _filled(case: Site, found: list[Node], words: dict[str, str], repair: str, why: str) -> tuple[str, str]:
    if repair == "torch.matmul(a, b)" and len(words) > 2:
        return re.sub(r"\b[ab]\b", lambda m: words[m[0]], repair), why
    match = re.fullmatch(r"(x|a|b|target)\.(.+)", repair)
    if match is None or match[1] not in words:
        return repair, why
    called, parts = case.call, case.parts
    assert parts is not None
    if match[2] in CONVERSIONS and not (called and f"{called.name}()" == match[2]):
        case.fault.span = parts.span(found[0 if match[1] in ("x", "a") else 1])
    return re.sub(r"\b(x|a|b|target)\b(?=\.)", lambda m: words.get(m[1], m[1]), repair), why


def unpacked(case: Site) -> None:
    """Names and values of different number."""
    parts = case.parts
    statement = parts.statement if parts else None
    if parts is None or statement is None or statement[0] != "assign":
        return
    value = statement[3][-1]
    call = call_of(value)
    if call and call.name in ("grad",) and "torch" in parts.of(value):
        case.fault.notes.append("autograd.grad gives a tuple with one gradient for each input")
    expected = re.search(r"expected (\d+)", case.fault.message)
    if expected:
        case.fault.notes.append(f"{parts.of(statement[3][0])} are {expected[1]} names")


__all__ = ["attribute", "called", "given", "indexed", "option", "unpacked"]
