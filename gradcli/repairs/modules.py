"""Repairs for modules as they are written for the first time: layers lost, methods misspelt, containers, parameters."""

from __future__ import annotations

import re

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.suggestions import nearest
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import walk
from gradcli.repairs.site import Site

CONTAINED = re.compile(r"cannot assign (.+) as child module '(\d+)'")
EXPECTED = ("__init__", "forward")


def member_lost(case: Site) -> None:
    """An attribute that an object lacks: set as a local name in __init__, or the method that sets it misspelt."""
    parts = case.parts
    lost = re.match(r"an object of class (\w+) has no attribute (\w+)$", case.fault.message)
    missing = re.match(r"Module \[(\w+)\] is missing the required \"forward\"", case.fault.message)
    said = lost or missing
    if parts is None or said is None:
        return
    kind = next((each for each in walk(parts.tree) if each[0] == "class" and each[3][0][3] == said[1]), None)
    methods = [each for each in walk(kind) if each[0] == "def"] if kind else []
    names = {_name(each): each for each in methods}
    if lost and "__init__" in names:
        for each in walk(names["__init__"]):
            if each[0] == "assign" and each[3][0][0] == "NAME" and each[3][0][3] == lost[2]:
                where = f"in line {parts.line(each)}: an attribute, no local name"
                case.fault.hints = [(f"self.{parts.of(each)}", where)]
                return
    for wanted in EXPECTED:
        near = nearest(wanted.strip("_"), [name.strip("_") for name in names if name not in EXPECTED])
        wrong = next((each for name, each in names.items() if near and name.strip("_") == near[0]), None)
        if wanted not in names and wrong is not None and (lost is not None) == (wanted == "__init__"):
            line = parts.line(wrong)
            head = parts.text.split("\n")[line - 1].strip()
            case.fault.hints = [(head.replace(_name(wrong), wanted, 1), f"in line {line}: as the method is called")]
            return


def _name(function: Node) -> str:
    return next(str(each[3]) for each in function[3] if each[0] == "NAME")


def contained(case: Site) -> None:
    """What is put into a container is no module: a list that is to be unpacked, a class, a function."""
    said, call, parts = CONTAINED.match(case.fault.message), case.call, case.parts
    if said is None or call is None or parts is None or int(said[2]) >= len(call.args):
        return
    given = call.args[int(said[2])]
    words = parts.of(given)
    case.fault.message = f"{call.name} is made of modules, not of {said[1]}: each is a child module"
    case.fault.span = parts.span(given)
    if said[1].startswith("a list"):
        case.fault.hints = [(f"*{words}", "its members one by one")]
    elif said[1] in ("a type", "a function") and words.startswith("nn."):
        case.fault.message = f"{call.name} is made of modules, and {words} is a class: a child module is an object"
        case.fault.hints = [(f"{words}()", "makes a module")]
    elif words in FUNCTIONS:
        case.fault.hints = [(FUNCTIONS[words], "the module that does the same")]


NUMBERS = ("item", "tolist", "numpy")      # their results have no history
FUNCTIONS = {f"{space}{name}": f"nn.{module}()" for name, module in (
    ("relu", "ReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("softplus", "Softplus"), ("elu", "ELU"))
    for space in ("F.", "torch.")}


def optimised(case: Site) -> None:
    """What an optimiser is given first: the parameters of the program's own module, or a list of one tensor."""
    call, parts, message = case.call, case.parts, case.fault.message
    if call is None or parts is None or not call.args:
        return
    given = call.args[0]
    words = parts.of(given)
    if message.startswith("params argument given to the optimizer"):
        case.fault.span, case.fault.hints = parts.span(given), [(f"[{words}]", "a list of the one tensor")]
    elif message.startswith("an optimiser needs a list of parameters") and given[0] in ("NAME", "attribute", "call"):
        whole = f"{words}()" if message.endswith("a method") else f"{words}.parameters()"
        if message.endswith("a method") or hasattr(type(case.value(given)), "parameters"):
            case.fault.span, case.fault.hints = parts.span(given), [(whole, "its parameters")]
    elif call.name == "tensor" and " takes 1 argument, " in message:
        inside = ", ".join(parts.of(each) for each in call.args)
        case.fault.hints = [(parts.of(parts.node).replace(inside, f"[{inside}]", 1), "the numbers as one list")] \
            if parts.node and inside in parts.of(parts.node) else []


def uncalled(case: Site) -> None:
    """A method was named where its result was meant, or one of several results is meant."""
    parts, node = case.parts, case.parts.node if case.parts else None
    said = re.match(r"(a function|a method|a tuple|a list) has no attribute (\w+)", case.fault.message)
    found = node[3][0] if node is not None and node[0] == "attribute" else None
    if parts is None or said is None or found is None:
        return
    words = parts.of(found)
    if said[1] in ("a function", "a method"):
        made = case.assigned(found[3]) if found[0] == "NAME" else None
        value = made[3][-1] if made else found
        if value[0] != "attribute":
            return
        if made is None:
            called = parts.of(value[3][0]) if value[3][1][3] in NUMBERS else f"{words}()"
            case.fault.span = parts.span(found)
            case.fault.hints = [(called, f"what has {said[2]}")] if called != words else []
        else:
            spot = case.spot_of(value)
            case.fault.hints = [(spot.rewritten(value, f"{parts.of(value)}()"), f"{spot.where()}: a method is called")]
        return
    value = case.value(found)
    if hasattr(Tensor, said[2]) and isinstance(value, tuple | list) and value and isinstance(value[0], Tensor):
        case.fault.span, case.fault.hints = parts.span(found), [(f"{words}[0]", "the first of its tensors")]


__all__ = ["contained", "member_lost", "optimised", "uncalled"]
