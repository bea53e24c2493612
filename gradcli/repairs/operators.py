"""Repairs for an operator between a tensor and what is no tensor: a list, a string, None."""

from __future__ import annotations

from typing import Any

from gradcli.engine.messages.arguments import described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import RefusedArgument
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import INFIX
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site

LISTS = ("list", "tuple", "list_comprehension")


@repairs(RefusedArgument)
def mark_operand(fault: RefusedArgument, site: Site) -> None:
    """Mark the operand that is no tensor, and say how it becomes one."""
    parts, node = site.parts, site.parts.node
    if node is None or node[0] not in (*INFIX, "augassign"):
        return
    value, operands = fault.value, parts.operands()
    at = next((i for i, candidate in enumerate(operands) if _is_refused_value(site, candidate, value)), None)
    if at is None or len(operands) != 2:
        return
    operand, other = operands[at], operands[1 - at]
    written = parts.of(operand)
    fault.span = parts.span(operand)
    fault.hints = []
    if value is None:
        fault.message = "a tensor and None cannot be combined"
    elif isinstance(value, str):
        text = site.value(operand) if operand[0] == "NAME" else written.strip("'\"")
        if _is_number(text):
            fault.hints = [(f"float({written})", "makes a number of text")]
        elif node[0] == "add":
            fault.span = parts.span(other)
            number = f"{parts.atom(other)}.item()" if _is_single(site.value(other)) else parts.of(other)
            fault.hints = [(f"str({number})", "makes text of it"),
                           ("print('loss:', x.item())", "prints text and a number side by side")]
        fault.message = f"a tensor and {described(value)} cannot be combined"
    else:
        kind = "list" if isinstance(value, list) else "tuple"
        fault.message = f"a tensor and a {kind} cannot be combined: a {kind} is no tensor"
        fault.hints = [(f"torch.tensor({written})", "a tensor of it")]


def _is_refused_value(site: Site, node: Node, value: Any) -> bool:
    """Whether an operand may be the value that was refused."""
    actual = site.value(node)
    if isinstance(value, str):
        return node[0] in ("STRING", "strings", "FSTRING") or isinstance(actual, str)
    if isinstance(value, list | tuple) and value:
        return node[0] in LISTS or isinstance(actual, list | tuple)
    return value is None and actual is None and (
        node[0] == "NAME" and (node[3] == "None" or node[3] in site.names))


def _is_single(value: Any) -> bool:
    return isinstance(value, Tensor) and value.array.size == 1


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True
