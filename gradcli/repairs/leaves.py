"""Repairs where a gradient has no leaf to come to: nothing requires grad, `.grad` is None, a leaf is not floating."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradcli.engine.autograd.op import NodeOutput
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.gradients import NothingRequiresGrad, NotInGraph, RequiresGradOfResult
from gradcli.faults.mistakes import ComplexDerivative, GradientMissing, UnusedInput
from gradcli.faults.tree import (
    ArgumentFault,
    AttributeFault,
    Fault,
    IntegerLeaf,
    NonScalarBackward,
    PythonFault,
)
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import call_of, walk
from gradcli.repairs.registry import diagnoses, repairs
from gradcli.repairs.site import Site, about_none, with_option

MAKERS = frozenset("""ones zeros randn rand tensor full arange linspace eye empty Variable FloatTensor DoubleTensor
                   Tensor ones_like zeros_like rand_like randn_like from_numpy Parameter""".split())
OPTIONLESS = ("FloatTensor", "DoubleTensor", "Tensor", "from_numpy")


@repairs(NothingRequiresGrad, UnusedInput)
def require_gradient(fault: NothingRequiresGrad | UnusedInput, site: Site) -> None:
    """Nothing that a result depends on requires grad: let the leaf it was computed from do so."""
    parts = site.parts
    call = site.call
    if call is None:
        return
    start = call.receiver if call.name == "backward" and call.receiver and (
        parts.of(call.receiver) not in ("torch.autograd", "autograd")) else None
    unused = isinstance(site.fault, UnusedInput)
    if start is None and len(call.args) > unused:
        start = call.args[unused]
    if unused and start is not None:
        start = next((node for node in walk(start) if isinstance(value := site.value(node), Tensor)
                      and not value.requires_grad), start)
    if isinstance(fault, NotInGraph):
        assert parts.node is not None
        site.fault.hints = [(with_option(parts, parts.node, "allow_unused=True"), "gives None for it")]
        return
    if _thaw(site):
        return
    origin = (_differentiated(site, start) or _origin(site, start)) if start else None
    if origin is not None and _numbers(site, origin):
        return
    site.fault.hints.clear()
    if origin is None:
        leaf = next((node[3] for node in walk(start) if isinstance(site.value(node), Tensor)), "x") if start else "x"
        site.fault.hints.append((f"{leaf}.requires_grad = True", f"if {leaf} is the leaf, before the rest is computed"))
        return
    text = required(site, origin)
    spot = site.spot_of(origin)
    if text == parts.of(origin):
        site.fault.notes.append("the leaf requires grad already, and what is differentiated does not depend on it: "
                                "its gradient is 0")
        return
    site.fault.hints.append((spot.rewritten(origin, text), f"{spot.where()}: a leaf that gradients can flow to"))


def _thaw(site: Site) -> bool:
    """The repair where the program sets requires_grad to False: set it to True. Returns whether there is one."""
    for node in walk(site.parts.tree):
        text = ""
        if node[0] == "assign" and site.parts.of(node[3][-1]) == "False" and node[3][0][0] == "attribute" \
                and node[3][0][3][1][3] == "requires_grad":
            text = f"{site.parts.of(node[3][0])} = True"
        call = call_of(node)
        if call and call.name == "requires_grad_" and call.args and site.parts.of(call.args[0]) == "False":
            assert call.receiver is not None
            text = f"{site.parts.of(call.receiver)}.requires_grad_(True)"
        if text and node[1] < site.parts.start:
            spot = site.spot_of(node)
            site.fault.hints = [(spot.rewritten(node, text), f"{spot.where()}, where gradients were turned off")]
            return True
    return False


def _numbers(site: Site, origin: Node) -> bool:
    """The repair where a tensor is made of the plain numbers of another. Returns whether there is one."""
    call = call_of(origin)
    if call is not None and call.args and call.args[0][0] in ("list", "tuple"):
        return _listed(site, origin, call.args[0])
    for node in walk(call.args[0]) if call and call.args else ():
        inner = call_of(node)
        if inner and inner.name in ("item", "tolist", "numpy") and inner.receiver is not None:
            source = inner.receiver
            deeper = call_of(source)
            if deeper and deeper.name == "detach" and deeper.receiver is not None:
                source = deeper.receiver
            spot = site.spot_of(origin)
            site.fault.notes.append(f"{site.parts.of(node)} gives plain numbers, which have no history")
            site.fault.hints = [(spot.rewritten(origin, site.parts.of(source)), spot.where())]
            return True
    return False


def _listed(site: Site, origin: Node, values: Node) -> bool:
    """The repair where torch.tensor([...]) is made of tensors that require grad: torch.stack of them."""
    tensors = [value for node in walk(values) if node[0] == "NAME" and isinstance(value := site.value(node), Tensor)]
    if not any(tensor.requires_grad for tensor in tensors):
        return False
    spot, text = site.spot_of(origin), site.parts.of(values)
    site.fault.notes.append(f"{site.parts.of(origin)} takes the numbers of its tensors, without their history")
    site.fault.hints = [(spot.rewritten(origin, f"torch.stack({text})"), f"{spot.where()}: keeps the history")]
    return True


def required(site: Site, node: Node) -> str:
    """The call that makes a tensor, with requires_grad=True."""
    call = call_of(node)
    assert call is not None
    if call.name in OPTIONLESS:
        return f"Variable({site.parts.of(node)}, requires_grad=True)"
    return with_option(site.parts, node, "requires_grad=True")


def _differentiated(site: Site, start: Node) -> Node | None:
    """The call that made a tensor which `start` is computed from, and whose `.grad` the program reads."""
    pending, names = [start], set[str]()
    while pending:
        for part in walk(pending.pop(0)):
            if part[0] == "NAME" and part[3] not in names:
                names.add(part[3])
                assignment = site.assigned(part[3])
                if assignment is not None:
                    pending.append(assignment[3][-1])
    for node in walk(site.parts.tree):
        if node[0] == "attribute" and node[3][1][3] == "grad" and node[3][0][0] == "NAME" and node[3][0][3] in names:
            assignment = site.assigned(node[3][0][3])
            call = call_of(assignment[3][-1]) if assignment is not None else None
            if assignment is not None and call is not None and call.name in MAKERS:
                source: Node = assignment[3][-1]
                return source
    return None


def _origin(site: Site, start: Node) -> Node | None:
    """The call that made a tensor which `start` is computed from: a search backwards through assignments."""
    pending, names = [start], set()
    while pending:
        node = pending.pop(0)
        for part in walk(node):
            call = call_of(part)
            if call and call.name in MAKERS and (call.receiver is None or call.receiver[0] == "NAME"):
                return part
        for part in walk(node):
            if part[0] == "NAME" and part[3] not in names:
                names.add(part[3])
                assignment = site.assigned(part[3])
                if assignment is not None:
                    pending.append(assignment[3][-1])
    return None


@diagnoses(AttributeFault, PythonFault, ArgumentFault)
def diagnose_missing_gradient(fault: AttributeFault | PythonFault | ArgumentFault, site: Site) -> Fault | None:
    """A GradientMissing for a `.grad` that is None, in place of the fault of using None."""
    parts = site.parts
    for node in site.where_none():
        if node[0] == "attribute" and node[3][1][3] == "grad":
            holder = node[3][0]
            value = site.value(holder)
            is_tensor = isinstance(value, Tensor)
            if value.gradient is None if is_tensor else about_none(fault):
                return _missing_gradient(site, node, parts.of(holder), value if is_tensor else None)
    return None


def _missing_gradient(site: Site, node: Node, text: str, value: Any) -> Fault:
    """The fault of reading `words.grad`, which is None; `value` is the tensor, or None where it is not known."""
    fault = GradientMissing(f"{text}.grad is None", span=site.parts.span(node))
    if value is not None and value.node is not None:
        _explain_result(fault, site, text, value)
    elif value is not None and not value.requires_grad:
        _explain_constant(fault, site, text)
    else:
        _before_backward(fault, site, node, text)
    return fault


def _explain_result(fault: Fault, site: Site, text: str, value: Tensor) -> None:
    """Only leaves keep gradients: retain it, or write to the leaf in place of making a new result of it."""
    rebound = _rebound(site, text)
    if rebound is not None:
        line, result = site.parts.line(rebound), rebound[3][-1]
        sign = {"sub": "-", "add": "+"}[result[0]]
        fault.notes.append(f"{text} is no leaf any more: line {line} makes a new result of it")
        fault.hints.append((f"with torch.no_grad(): {text} {sign}= {site.parts.of(result[3][1])}",
                            f"in line {line}: changes the leaf itself"))
        return
    call: Any = value.node.node if type(value.node) is NodeOutput else value.node
    spot = site.spot((call.code, call.line_at))
    origin = f": it was computed in {f'line {spot.line}' if spot.here else spot.line_text}" if spot else ""
    fault.notes.append(f"{text} is a result, and only leaves keep their gradient{origin}")
    if spot is None or not spot.here or "backward(" in site.parts.text[: site.parts.start]:
        after = spot.where("after") if spot else "before backward()"
        fault.hints.append((f"{text}.retain_grad()", f"{after}, before backward()"))
    else:
        fault.notes.append("backward() has not run yet")


def _explain_constant(fault: Fault, site: Site, text: str) -> None:
    """A tensor that does not require gradients: let it, where it is created if that can be seen."""
    fault.notes.append(f"{text} does not require gradients")
    assignment = site.assigned(text)
    source = assignment[3][-1] if assignment else None
    call = call_of(source) if source else None
    if source and call and call.name in MAKERS:
        spot = site.spot_of(source)
        fault.hints.append((spot.rewritten(source, required(site, source)), spot.where()))
    else:
        fault.hints.append((f"{text}.requires_grad_()", f"before anything is computed from {text}"))


def _before_backward(fault: Fault, site: Site, node: Node, text: str) -> None:
    """A leaf that no sweep has reached yet: call backward(), or leave out zero_()."""
    fault.notes.append(f"backward() fills it, on something that {text} went into")
    parts, statement = site.parts, site.parts.statement
    if statement is not None and parts.is_alone(statement) and parts.of(statement).endswith(".zero_()"):
        fault.hints.append((f"if {text}.grad is not None: {parts.of(statement)}",
                            f"in line {parts.line(node)}: there is nothing to zero yet"))
    else:
        fault.hints.append((f"{_result(site)}.backward()", f"before line {parts.line(node)}"))


def _rebound(site: Site, text: str) -> Node | None:
    """`x = x - ...`, which makes a new result of a leaf."""
    for node in walk(site.parts.tree):
        if node[0] == "assign" and len(node[3]) == 2 and site.parts.of(node[3][0]) == text:
            value = node[3][1]
            if value[0] in ("sub", "add") and site.parts.of(value[3][0]) == text and site.spot_of(node).statement:
                return node
    return None


def _result(site: Site) -> str:
    """The name of the latest result that could be differentiated."""
    results = [(name, value) for name, value in site.names.items()
               if isinstance(value, Tensor) and value.node is not None and name[0] != "."]
    single = [name for name, value in results if value.array.size == 1]
    if single:
        return single[-1]
    return f"{results[-1][0]}.sum()" if results else "loss"


@repairs(IntegerLeaf)
def make_leaf_floating(fault: IntegerLeaf, site: Site) -> None:
    """A leaf of whole numbers: make it of floating ones."""
    parts = site.parts
    node = parts.node
    if node is None:
        return
    call = call_of(node)
    if call and call.name == "Variable" and call.args:
        site.fault.hints = [(parts.replaced(call.args[0], f"{parts.atom(call.args[0])}.float()"),
                             "a leaf of floating numbers")]
    elif call and "dtype" in call.options:
        site.fault.hints = [(parts.replaced(call.options["dtype"], "torch.float32"), "of floating numbers")]
    elif call and call.name in MAKERS:
        site.fault.hints = [(with_option(parts, node, "dtype=torch.float32"), "a leaf of floating numbers")]
    elif call is None or call.receiver is not None:
        target = call.receiver if call and call.receiver else _holder(node)
        if target is not None and target[0] == "NAME" and isinstance(site.value(target), Tensor):
            text = parts.of(target)
            site.fault.hints = [(f"{text} = {text}.float()", f"before line {parts.line(node)}")]


@repairs(ComplexDerivative)
def detach_operand(fault: ComplexDerivative, site: Site) -> None:
    """A tensor with history among the operands of something complex: its value alone."""
    parts = site.parts
    operands = site.operands_at(parts) if parts.node is not None else []
    for node in operands:
        value = site.value(node)
        if isinstance(value, Tensor) and value.requires_grad:
            text = parts.replaced(node, f"{parts.of(node)}.detach()")
            site.fault.hints = [(text, "the value, without history"), *site.fault.hints[1:]]
            return


@repairs(NonScalarBackward)
def sum_elements(fault: NonScalarBackward, site: Site) -> None:
    """autograd.grad of something with several elements: of their sum."""
    call, parts = site.call, site.parts
    if call is not None and call.name == "grad" and call.args:
        site.instead(call.args[0], f"{parts.atom(call.args[0])}.sum()", "the gradient of the sum")


@repairs(RequiresGradOfResult)
def detach_result(fault: RequiresGradOfResult, site: Site) -> None:
    """requires_grad = False on a result: detach it."""
    parts = site.parts
    statement = parts.statement
    if statement is None:
        return
    call = site.call
    target = call.receiver if call else _holder(statement)
    if target is not None:
        text, spot = parts.of(target), site.spot_of(statement)
        site.fault.hints = [(spot.rewritten(statement, f"{text} = {text}.detach()"),
                             f"{spot.where()}: its value, no history")]


def _holder(node: Node) -> Node | None:
    """`x` in `x.requires_grad = True`."""
    target = node[3][0] if node[0] == "assign" else node
    return target[3][0] if target[0] == "attribute" else None


def _returned(site: Site, source: Node) -> Iterator[Node]:
    """The nodes of the return statements of the function of the program that `source` calls."""
    call = call_of(source)
    for function in walk(site.parts.tree) if call else ():
        if function[0] == "def" and call and any(child[0] == "NAME" and child[3] == call.name for child in function[3]):
            for child in walk(function):
                if child[0] == "return":
                    yield from walk(child)


@repairs(AttributeFault, PythonFault, ArgumentFault)
def keep_tensor_to_differentiate(fault: AttributeFault | PythonFault | ArgumentFault, site: Site) -> None:
    """backward() of a plain number: leave out the item() or float() that took it out of a tensor."""
    parts = site.parts
    node = parts.node
    if node is None or node[0] != "attribute" or node[3][1][3] != "backward":
        return
    holder = node[3][0]
    assignment = site.assigned(holder[3]) if holder[0] == "NAME" else None
    source = assignment[3][-1] if assignment else holder
    for part in [*walk(source), *_returned(site, source)]:
        call = call_of(part)
        if call and call.name in ("item", "float") and (call.receiver or call.args):
            spot = site.spot_of(part)
            inner = call.receiver or call.args[0]
            site.fault.notes.append(f"{parts.of(part)} is a plain number, which has no history")
            site.fault.hints = [(spot.rewritten(part, parts.of(inner)), spot.where())]
            return
    if isinstance(getattr(fault, "holder", None), int | float):
        site.fault.notes.append(f"{parts.of(holder)} is a plain number: only what is computed from a tensor has a "
                                "history")
