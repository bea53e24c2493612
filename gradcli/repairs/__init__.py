"""From a fault to its repair in the user's own words.

The engine knows what went wrong and with which values; it does not know what the program calls
them. Here the text around the fault is taken apart, and what the diagnosis says to do is said with
the names that stand there, so that it can be pasted. A repair that cannot be worked out stays as
the engine gave it, or away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gradcli.faults.mistakes import (
    BroadcastShapes,
    CallFault,
    CutHistory,
    DtypeMix,
    ItemFault,
    OperandFault,
    ProductShapes,
    SecondOrder,
    UnpackFault,
    UnusedInput,
)
from gradcli.faults.tree import (
    AmbiguousTruth,
    AnomalousGradient,
    ArgumentFault,
    AttributeFault,
    Fault,
    GradFault,
    IndexFault,
    IntegerLeaf,
    LeafWrite,
    LimitFault,
    NameFault,
    NoHistory,
    NonScalarBackward,
    PythonFault,
    SecondBackward,
    ShapeFault,
    StaleValue,
    TypeFault,
    ValueFault,
)
from gradcli.repairs import (
    arguments,
    calls,
    functions,
    graph,
    leaves,
    missing_names,
    modules,
    operands,
    operators,
    shapes,
)
from gradcli.repairs.site import Site

MENDERS: dict[type[Fault], Callable[[Site], None]] = {
    StaleValue: graph.stale, AnomalousGradient: graph.anomalous, SecondBackward: graph.second,
    CutHistory: graph.cut, SecondOrder: graph.cut, ShapeFault: operands.viewed,
    GradFault: leaves.flagged, NonScalarBackward: leaves.several, OperandFault: operands.mixed,
    TypeFault: operands.bits,
    LeafWrite: graph.leaf, NoHistory: leaves.nothing_required, IntegerLeaf: leaves.integer_leaf,
    DtypeMix: operands.dtypes, ProductShapes: operands.product, BroadcastShapes: operands.broadcast,
    AmbiguousTruth: operands.truth, AttributeFault: calls.attribute, NameFault: missing_names.unknown,
    CallFault: calls.called,
    ItemFault: calls.indexed, ArgumentFault: calls.option, UnpackFault: calls.unpacked,
    UnusedInput: leaves.nothing_required,
}


PLACED = re.compile(r"(in|before|after) line (\d+)")


def repaired(fault: Fault, names: Mapping[str, Any]) -> Fault:
    """The fault with repairs in the words of its program, where `names` had their values; maybe one more special."""
    try:
        return apply_repairs(fault, names)
    except LimitFault:      # reached by what the repair asked of the program's values
        raise
    except Exception:       # a diagnosis without its best repair is better than none
        return fault


def apply_repairs(fault: Fault, names: Mapping[str, Any]) -> Fault:
    """The same, without a guard for programs of shapes that nobody thought of."""
    case = Site(fault, names)
    if isinstance(fault, AttributeFault | PythonFault | ArgumentFault):
        special = leaves.gradient_missing(case) or operands.none_used(case) or functions.unsaved(case)
        if special is not None:
            special.source, special.name = fault.source, fault.name
            special.trail, special.words = fault.trail, fault.words
            return special
        leaves.from_number(case)
        arguments.arguments(case)
    if not isinstance(fault, AnomalousGradient):
        calls.given(case)
    mend = MENDERS.get(type(fault))
    if mend is not None:
        mend(case)
    if isinstance(fault, ArgumentFault):
        operators.mistaken(case)
        modules.optimised(case)
    if isinstance(fault, ArgumentFault | AttributeFault | PythonFault):
        modules.member_lost(case)
        modules.contained(case)
        modules.uncalled(case)
    if isinstance(fault, ShapeFault | ValueFault):
        shapes.fitted(case)
        operands.overlapping(case)
    if isinstance(fault, IndexFault) or "indexed with" in fault.message:
        shapes.outside(case)
        shapes.listed(case)
    also = functions.MENDERS.get(type(fault))
    if also is not None:
        also(case)
    for label, at in fault.places:
        spot = case.spot(at)
        if spot is not None:
            fault.notes.append(f"{label} in line {spot.line}: {spot.words}")
    fault.places.clear()
    _named(case)
    return fault


def _named(case: Site) -> None:
    """Put the words at the place into repairs that leave room for them."""
    parts, call = case.parts, case.call
    receiver = whole = "y"
    if parts is not None and parts.node is not None:
        whole = parts.of(parts.node)
        if call is not None and call.receiver is not None:
            receiver = parts.atom(call.receiver)
            if receiver in ("torch.autograd", "autograd") and call.args:
                receiver = parts.atom(call.args[0])
    case.fault.hints = [(repair.replace("{y}", receiver).replace("{call}", whole), why)
                        for repair, why in case.fault.hints if "\n" not in repair]
    case.fault.hints = [_assigned(case, *hint) for hint in case.fault.hints]
    case.fault.hints = [hint for hint in case.fault.hints if not _written(case.fault, *hint)]


def _assigned(case: Site, repair: str, why: str) -> tuple[str, str]:
    """A repair of the value that a statement assigns, which `{value}` stands for, as its whole line."""
    statement = case.parts.statement if case.parts else None
    if case.parts is None or statement is None or "{value}" not in repair or statement[0] != "assign":
        return repair.replace("{value}", "x"), why
    spot, value = case.spot_of(statement), statement[3][-1]
    return spot.rewritten(value, repair.replace("{value}", case.parts.of(value))), f"{spot.where()}: {why}"


def _written(fault: Fault, repair: str, why: str) -> bool:
    """Whether a repair is what stands at its place already: in the line that it names, or at the mark."""
    if fault.source is None or fault.span is None:
        return False
    lines = fault.source.split("\n")
    place = PLACED.match(why)
    if place:
        line = int(place[2])
        around = {"in": (line,), "before": (line - 1,), "after": (line + 1,)}[place[1]]
        return any(0 < at <= len(lines) and lines[at - 1].strip() == repair.strip() for at in around)
    first, start, last, end = fault.span
    return first == last and 0 < first <= len(lines) and lines[first - 1][start - 1 : end - 1] == repair


__all__ = ["repaired"]
