"""Repairs for an operator between a tensor and what is no tensor: a list, a string, None."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import Tensor
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import INFIX
from gradcli.repairs.site import Site

LISTS = ("list", "tuple", "list_comprehension")


def mistaken(case: Site) -> None:
    """Mark the operand that is no tensor, and say how it becomes one."""
    parts, node = case.parts, case.parts.node if case.parts else None
    message = case.fault.message
    if parts is None or node is None or " needs a tensor" not in message:
        return
    if node[0] not in INFIX and node[0] != "augassign":
        return
    found = parts.operands()
    if len(found) != 2:
        return
    told = message.rpartition(", not ")[2]
    at = next((i for i, each in enumerate(found) if _is(case, each, told)), None)
    if at is None:
        return
    operand, other = found[at], found[1 - at]
    words = parts.of(operand)
    case.fault.span = parts.span(operand)
    plus = node[0] == "add"
    case.fault.hints = []
    if told.startswith(("a list", "a tuple")):
        case.fault.message = f"a tensor and {told[:7].strip()} cannot be combined: a {told[2:7].strip()} is no tensor"
        case.fault.hints = [(f"torch.tensor({words})", "a tensor of it")]
    elif told.startswith("the string"):
        text = case.value(operand) if operand[0] == "NAME" else words.strip("'\"")
        if _number(text):
            case.fault.hints = [(f"float({words})", "makes a number of text")]
        elif plus:
            case.fault.span = parts.span(other)
            shown = f"{parts.atom(other)}.item()" if _single(case.value(other)) else parts.of(other)
            case.fault.hints = [(f"str({shown})", "makes text of it"),
                                ("print('loss:', x.item())", "prints text and a number side by side")]
        case.fault.message = f"a tensor and {told} cannot be combined"
    elif told == "None":
        case.fault.message = "a tensor and None cannot be combined"


def _is(case: Site, node: Node, told: str) -> bool:
    """Whether an operand is what the message says was given."""
    value = case.value(node)
    if told.startswith("the string"):
        return node[0] in ("STRING", "strings", "FSTRING") or isinstance(value, str)
    if told.startswith(("a list", "a tuple")):
        return node[0] in LISTS or isinstance(value, list | tuple)
    return told == "None" and (
        node[0] == "NAME" and (node[3] == "None" or node[3] in case.names) and value is None)


def _single(value: Any) -> bool:
    return isinstance(value, Tensor) and value.array.size == 1


def _number(text: Any) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


__all__ = ["mistaken"]
