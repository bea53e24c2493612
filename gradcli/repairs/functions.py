"""Repairs for functions and classes that the program writes, among them Functions with a backward of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gradcli.faults.mistakes import UnsavedTensors
from gradcli.faults.tree import ArgumentFault, AttributeFault, Fault, FunctionGradients, FunctionStyle, NameFault
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import call_of, walk
from gradcli.repairs.site import Site, members


def unsaved(case: Site) -> Fault | None:
    """`x, = ctx.saved_tensors` where forward saved nothing, or another number of tensors."""
    parts = case.parts
    statement = parts.statement if parts else None
    if parts is None or statement is None or statement[0] != "assign" or "unpack" not in case.fault.message:
        return None
    value = parts.of(statement[3][-1])
    if not value.endswith((".saved_tensors", ".saved_variables")):
        return None
    context = value.partition(".")[0]
    names = [parts.of(each) for each in members(statement[3][0])]
    fault = UnsavedTensors(f"{value} does not hold {len(names)} tensor{'s' if len(names) > 1 else ''}: forward saved "
                           "another number", span=parts.span(statement[3][-1]))
    forward = next((each for each in _defined(case, "forward", parts.enclosing("class"))), None)
    if forward is None:
        return fault
    context = (parameters(forward) or [context])[0]
    words = f"{context}.save_for_backward({', '.join(names)})"
    for each in walk(forward):
        call = call_of(each)
        if call and call.name == "save_for_backward":
            spot = case.spot_of(each)
            fault.hints.append((spot.rewritten(each, words), spot.where()))
            return fault
    last = next((each for each in walk(forward) if each[0] == "return"), None)
    if last is not None:
        fault.hints.append((words, f"before line {parts.line(last)}, in forward"))
    return fault


def gradients(case: Site) -> None:
    """A backward returned too few or too many gradients: say which line, and how many there must be."""
    parts = case.parts
    plain = re.match(r"(\w+)\.backward must return tensors or None", case.fault.message)
    if parts is not None and plain is not None:
        for kind in walk(parts.tree):
            if kind[0] == "class" and kind[3][0][3] == plain[1]:
                backward = next(_defined(case, "backward", [kind]), None)
                ends = [each for each in walk(backward) if each[0] == "return" and each[3]] if backward else []
                named = parameters(backward) if backward else []
                if len(ends) == 1 and len(named) == 2 and ends[0][3][0][0] != "tuple":
                    words = f"return {named[1]} * {parts.atom(ends[0][3][0])}"
                    case.fault.hints = [(words, f"in line {parts.line(ends[0])}: the gradient so far, times the slope")]
    found = re.match(r"(\w+)\.backward returned (\d+) gradients? for the (\d+) arguments?", case.fault.message)
    if parts is None or found is None:
        return
    for kind in walk(parts.tree):
        if kind[0] == "class" and kind[3][0][3] == found[1]:
            backward = next(_defined(case, "backward", [kind]), None)
            given = [each for each in walk(backward) if each[0] == "return" and each[3]] if backward else []
            if len(given) == 1:
                value = given[0][3][0]
                values = list(value[3]) if value[0] == "tuple" else [value]
                needed = int(found[3])
                pieces = [parts.of(each) for each in values][:needed] + ["None"] * (needed - len(values))
                case.fault.hints = [(f"return {', '.join(pieces)}", f"in line {parts.line(given[0])}: one for each "
                                     "argument of forward, None where none is needed")]


def late(case: Site) -> None:
    """A module that was never begun, wherever it is noticed: an attribute set, a call, its parameters asked for."""
    fault, parts = case.fault, case.parts
    set_ = re.match(r"(\w+) was set before Module.__init__\(\)", fault.message)
    missed = re.match(r"an object of class (\w+) has no attribute _(?:hooks|(?:module|buffer|parameter)_dict)$",
                       fault.message)
    if parts is None or not (set_ or missed):
        return
    whole = [each for each in walk(parts.tree) if each[0] == "class"]
    named = [each for each in whole if (_head(each)[3] == missed[1] if missed else each in parts.path)]
    kind = named[-1] if named else None
    start = next(_defined(case, "__init__", [kind]), None) if kind else None
    name = _head(kind)[3] if kind else missed[1] if missed else "the class"
    begun = start is not None and re.search(r"__init__\(", parts.of(start).split(":", 1)[1])
    fault.message = (f"{set_[1]} is set before super().__init__() is called in __init__ of {name}" if set_ and begun
                     else f"__init__ of {name} does not call super().__init__(), which a Module begins with")
    fault.hints = [("super().__init__()", "first in the __init__ of the class")]
    suite = next((each for each in start[3] if each[0] == "suite"), None) if start else None
    if suite is not None and start is not None and parts.line(suite[3][0]) == parts.line(start):
        spot, first = case.spot_of(suite[3][0]), parts.of(suite[3][0])
        words = "super().__init__()" + ("" if first == "pass" else f"; {first}")
        fault.hints = [(spot.rewritten(suite[3][0], words), spot.where())]
    elif suite is not None and start is not None and parts.line(suite[3][0]) > parts.line(start):
        fault.hints = [("super().__init__()", f"before line {parts.line(suite[3][0])}: the module begins with it")]


def style(case: Site) -> None:
    """A Function used in the other style: use it in its own."""
    parts, call = case.parts, case.call
    node = parts.node if parts else None
    if parts is None or node is None or call is None:
        return
    inside = ", ".join(parts.of(each) for each in call.args)
    if "static forward" in case.fault.message:
        made = call_of(node[3][0])
        if made is not None:
            case.fault.hints = [(f"{made.name}.apply({inside})", "as Functions with a static forward are used")]
    elif "not static" in case.fault.message and call.receiver is not None:
        words = parts.of(call.receiver)
        kinds = [each for each in walk(parts.tree) if each[0] == "class" and _head(each)[3] == words]
        forward = next(_defined(case, "forward", kinds), None)
        if forward is not None and parameters(forward)[:1] == ["ctx"]:
            case.fault.hints = [("@staticmethod", f"before line {parts.line(forward)}, and before that of backward")]
            return
        case.fault.hints.insert(0, (f"{words}()({inside})", "as Functions with forward(self, x) are used"))
        del case.fault.hints[2:]


def parameter(case: Site) -> None:
    """A method that does not name its object, or a Function's forward that does not name its context."""
    parts = case.parts
    found = re.match(r"(?:(\w+)\.)?(\w+)\(\) takes (\w+) arguments?, and was given (\d+)",
                     case.fault.facts.get("said", case.fault.message))
    if parts is None:
        return
    if case.call is not None and case.call.name == "forward" and case.call.receiver is not None \
            and isinstance(case.value(case.call.receiver), type) and "missing" in case.fault.message:
        words = parts.of(case.call.receiver)
        inside = ", ".join(parts.of(each) for each in case.call.args)
        case.fault.hints = [(f"{words}.apply({inside})", "apply calls forward, with a context")]
    if found is None or not found[1]:
        return
    for kind in walk(parts.tree):
        if kind[0] == "class" and kind[3][0][3] == found[1]:
            for method in _defined(case, found[2], [kind]):
                named = parameters(method)
                static = "staticmethod" in parts.of(kind).split(f"def {found[2]}")[0].rsplit("\n", 2)[-2]
                first = "ctx" if static else "self"
                if named[:1] != [first]:
                    case.fault.message = (f"{found[1]}.{found[2]}() has no parameter for "
                                          f"{'the context' if static else 'its object'}: {first} stands first")
                    line = parts.text.split("\n")[parts.line(_head(method)) - 1].strip()
                    words = line.replace(f"{found[2]}(", f"{found[2]}({first}{', ' if named else ''}", 1)
                    case.fault.hints = [(words, f"in line {parts.line(_head(method))}")]


def member(case: Site) -> None:
    """A name that is an attribute of the method's own object."""
    parts = case.parts
    name = parts.of(parts.node) if parts and parts.node else ""
    if name == "save_for_backward":
        case.fault.hints = [("ctx.save_for_backward" if "ctx" in case.names else "self.save_for_backward",
                             "a method of the context")]
        return
    own = case.names.get("self")
    held = {**getattr(own, "__dict__", {}), **vars(type(own))} if own is not None else {}
    holders = [each for each in held.values() if isinstance(each, dict)]
    if name and name.isidentifier() and (name in held or any(name in each for each in holders)):
        case.fault.hints = [(f"self.{name}", "an attribute of the object")]


def parameters(function: Node) -> list[str]:
    """The names of a function's parameters."""
    found = next((each for each in function[3] if each[0] == "params"), None)
    return [each[3][0][3] for each in found[3] if each[0] == "param"] if found else []


def _head(function: Node) -> Node:
    found: Node = next(each for each in function[3] if each[0] == "NAME")
    return found


def _defined(case: Site, name: str, classes: list[Node]) -> Iterator[Node]:
    for kind in classes:
        for each in walk(kind):
            if each[0] == "def" and _head(each)[3] == name:
                yield each


MENDERS: dict[type[Fault], Callable[[Site], None]] = {
    FunctionGradients: gradients, FunctionStyle: style, ArgumentFault: parameter, NameFault: member,
    AttributeFault: late}
