"""From a fault to its repair in the user's own words.

The engine knows what went wrong and with which values; it does not know what the program calls
them. Here the text around the fault is parsed, and what the diagnosis says to do is said with
the names that stand there, so that it can be pasted. A repair that cannot be worked out stays as
the engine gave it, or away. `registry.py` says which repairs a fault has; one file holds those of
one subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gradcli.faults.tree import Fault, LimitFault
from gradcli.repairs import (
    arguments,
    calls,
    conversions,
    functions,
    graph,
    layers,
    leaves,
    missing_names,
    modules,
    operands,
    operators,
    shapes,
)
from gradcli.repairs.operands import is_module
from gradcli.repairs.registry import diagnoses_of, repairs_of
from gradcli.repairs.site import FaultContext, Site, site_of

SUBJECTS = (arguments, calls, conversions, functions, graph, layers, leaves, missing_names, modules, operands,
            operators, shapes)
"""The files of repairs; importing them registers their functions."""

LINE_PLACE = re.compile(r"(in|before|after) line (\d+)")


def repaired(fault: Fault, names: Mapping[str, Any]) -> Fault:
    """The fault with repairs in the words of its program, where `names` had their values; maybe one more special."""
    try:
        return apply_repairs(fault, names)
    except LimitFault:      # reached by what the repair asked of the program's values
        raise
    except Exception:       # a diagnosis without its best repair is better than none
        return fault


def apply_repairs(fault: Fault, names: Mapping[str, Any]) -> Fault:
    """`repaired` without its guard: exceptions of the repairs themselves pass."""
    context = site_of(fault, names)
    if isinstance(context, Site):
        for diagnose in diagnoses_of(type(fault)):
            special = diagnose(fault, context)
            if special is not None:
                special.source, special.name = fault.source, fault.name
                special.trail, special.words = fault.trail, fault.words
                return special
    for repair, parsed in repairs_of(type(fault)):
        if not parsed or isinstance(context, Site):
            repair(fault, context)
    for label, at in fault.places:
        spot = context.spot(at)
        if spot is not None:
            fault.notes.append(f"{label} in line {spot.line}: {spot.line_text}")
    fault.places.clear()
    _fill_in(fault, context)
    return fault


def _fill_in(fault: Fault, context: FaultContext) -> None:
    """Fill the fields {y}, {call} and {value} of repairs with the words of the program at the place."""
    receiver = expression = "y"
    if isinstance(context, Site) and context.parts.node is not None:
        parts, call = context.parts, context.call
        expression = parts.of(context.parts.node)
        if call is not None and call.receiver is not None:
            receiver = parts.atom(call.receiver)
            if call.args and is_module(context, call):
                receiver = parts.atom(call.args[0])
    fault.hints = [(repair.replace("{y}", receiver).replace("{call}", expression), why)
                   for repair, why in fault.hints if "\n" not in repair]
    fault.hints = [_assigned(context, *hint) for hint in fault.hints]
    fault.hints = [hint for hint in fault.hints if not _stands_there(fault, *hint)]


def _assigned(context: FaultContext, repair: str, why: str) -> tuple[str, str]:
    """A repair of the value that a statement assigns, which `{value}` stands for, as its whole line."""
    statement = context.parts.statement if isinstance(context, Site) else None
    if not isinstance(context, Site) or statement is None or "{value}" not in repair or statement[0] != "assign":
        return repair.replace("{value}", "x"), why
    spot, value = context.spot_of(statement), statement[3][-1]
    return spot.rewritten(value, repair.replace("{value}", context.parts.of(value))), f"{spot.where()}: {why}"


def _stands_there(fault: Fault, repair: str, why: str) -> bool:
    """Whether the text at the place of a repair equals the repair already."""
    if fault.source is None or fault.span is None:
        return False
    lines = fault.source.split("\n")
    place = LINE_PLACE.match(why)
    if place:
        line = int(place[2])
        around = {"in": (line,), "before": (line - 1,), "after": (line + 1,)}[place[1]]
        return any(0 < at <= len(lines) and lines[at - 1].strip() == repair.strip() for at in around)
    first, start, last, end = fault.span
    return first == last and 0 < first <= len(lines) and lines[first - 1][start - 1 : end - 1] == repair


__all__ = ["repaired"]
