"""Repairs for graphs: a value overwritten, a graph used up, history cut, leaves written."""

from __future__ import annotations

from gradcli.engine.tensor.tensor import DATA_OF, DETACH, NO_GRAD, VOLATILE, Tensor
from gradcli.faults.gradients import Detached
from gradcli.faults.mistakes import SecondOrder, ViewWrite
from gradcli.faults.tree import AnomalousGradient, LeafWrite, SecondBackward, StaleValue
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import Call, call_of, child_of, walk
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import LOOPS, FaultContext, RelatedSite, Site, members, with_option

ANEW = {"zero_": "{0} * 0", "fill_": "{0} * 0 + {1}", "copy_": "{1}.clone()"}
SIGNS = {"+=": "+", "-=": "-", "*=": "*", "/=": "/", "//=": "//", "%=": "%", "**=": "**", "@=": "@"}


@repairs(StaleValue, parsed=False)
def write_out_of_place(fault: StaleValue, site: FaultContext) -> None:
    """A saved value was written in place: write it out of place."""
    write = site.spot(site.fault.places[-1][1])
    if write is None:
        site.fault.hints.append(("x = x.clone()", "before the change, x being what is changed"))
        return
    node = write.parts.node
    call = call_of(node) if node else None
    if call is not None and call.name == "step":
        receiver = write.parts.of(call.receiver) if call.receiver else "optimizer"
        site.fault.notes.append(f"{receiver}.step() writes new parameters: what came from the old ones is stale")
        site.fault.hints.append(_again(site) or ("{call}", f"before {receiver}.step()"))
        return
    site.fault.hints.append(_unwritten(write))


@repairs(ViewWrite)
def write_view_out_of_place(fault: ViewWrite, site: Site) -> None:
    """One of several views was written in place: write it out of place."""
    node = site.parts.node
    if node is None:
        return
    spot, call = site.spot_of(node), site.call
    root = _base(call.receiver) if call is not None and call.receiver is not None else _base(node)
    fault.hints = [_unwritten(spot)]
    if isinstance(site.value(root), tuple | list):
        fault.hints = [(f"{root[3]} = [part.clone() for part in {root[3]}]", spot.where("before"))]


def _again(site: FaultContext) -> tuple[str, str] | None:
    """The assignments between the node that saved the stale value and the differentiated result, to be repeated."""
    if not isinstance(site, Site):
        return None
    saved, parts, call = site.spot(site.fault.places[0][1]), site.parts, site.call
    if call is None or call.receiver is None or saved is None or not saved.here or not saved.statement:
        return None
    assignments: list[Node] = []
    pending = [node[3] for node in walk(call.receiver) if node[0] == "NAME"]
    while pending:
        assignment = site.assigned(pending.pop())
        if assignment is not None and assignment not in assignments and parts.line(assignment) >= saved.line \
                and "\n" not in parts.of(assignment):
            assignments.append(assignment)
            pending += [node[3] for node in walk(assignment[3][-1]) if node[0] == "NAME"]
    assignments.sort(key=lambda node: node[1])
    text = "; ".join(parts.of(node) for node in assignments)
    return (text, f"before line {parts.line(call.receiver)}: with the new parameters") if assignments else None


def _unwritten(write: RelatedSite) -> tuple[str, str]:
    """Return the out-of-place form of a write, and where it belongs."""
    parts, statement = write.parts, write.statement
    kind = statement[0] if statement is not None else ""
    if statement is not None and (kind == "augassign" or kind == "assign" and statement[3][0][0] == "subscript"):
        return _plain_assignment(write, statement) if kind == "augassign" else _copied(write, _base(statement[3][0]))
    node = parts.node
    call = call_of(node) if node else None
    if node is not None and call is not None:
        alone = statement is not None and kind == "expression" and statement[3][0] == node
        if call.name.endswith("_") and call.receiver is not None:
            return _method_out_of_place(write, node, call, alone)
        if call.options.get("inplace") is not None:
            return _without_inplace(write, node, call, alone)
        if call.args and call.args[0][0] == "NAME":
            return _copied(write, call.args[0])
    return "x = x.clone()", write.where("before") + ", x being what is changed there"


def _plain_assignment(write: RelatedSite, statement: Node) -> tuple[str, str]:
    """`x += y` as `x = x + y`; of a part of x, a copy before."""
    parts, (target, sign, *_) = write.parts, statement[3]
    if target[0] in ("NAME", "attribute") and parts.of(sign) in SIGNS:
        text = parts.of(target)
        return f"{text} = {text} {SIGNS[parts.of(sign)]} {parts.atom(statement[3][-1])}", write.where()
    return _copied(write, _base(target))


def _method_out_of_place(write: RelatedSite, node: Node, call: Call, alone: bool) -> tuple[str, str]:
    """`x.add_(y)` as `x.add(y)`, assigned to x where the call is a statement."""
    parts, receiver = write.parts, call.receiver
    assert receiver is not None
    target = parts.of(receiver)
    if call.name in ANEW and len(call.args) < 2:
        anew = ANEW[call.name].format(target, *[parts.atom(argument) for argument in call.args])
    elif hasattr(Tensor, call.name[:-1]):
        head = parts.text[node[1] : receiver[2]]
        anew = head + parts.text[receiver[2] : node[2]].replace(f".{call.name}", f".{call.name[:-1]}", 1)
    else:
        return _copied(write, _base(receiver))
    if alone and receiver[0] in ("NAME", "attribute"):
        return f"{target} = {anew}", write.where()
    if receiver[0] == "subscript":
        return _copied(write, _base(receiver))
    return write.rewritten(node, anew), write.where()


def _without_inplace(write: RelatedSite, node: Node, call: Call, alone: bool) -> tuple[str, str]:
    """`F.relu(x, inplace=True)` without its option, assigned to x where the call is a statement."""
    parts, option = write.parts, call.options["inplace"]
    start = parts.text.rfind("inplace", node[1], option[1])
    before, after = parts.text[node[1] : start].rstrip(), parts.text[option[2] : node[2]]
    anew = before.removesuffix(",") + after
    if alone and call.args:
        return f"{parts.of(call.args[0])} = {anew}", write.where()
    return write.rewritten(node, anew), write.where()


def _base(node: Node) -> Node:
    while node[0] == "subscript":
        node = node[3][0]
    return node


def _copied(write: RelatedSite, target: Node) -> tuple[str, str]:
    text = write.parts.of(target)
    return f"{text} = {text}.clone()", write.where("before")


@repairs(SecondBackward, parsed=False)
def retain_graph(fault: SecondBackward, site: FaultContext) -> None:
    """A graph was swept twice: retain it in the first sweep, or detach what a loop carries over."""
    first, computed = site.spot(fault.places[0][1]), site.spot(fault.computed)
    if first is None:
        return
    if not isinstance(site, Site):      # swept by a command, which differentiates what the program has swept
        fault.name, fault.source, fault.span = first.place.name, first.place.text, first.place.span
        fault.places.clear()
        fault.notes.append("the command goes through the graph once more")
        node = first.parts.node
        fault.hints = [(with_option(first.parts, node, "retain_graph=True"), "to keep them")] if (
            node is not None and call_of(node)) else []
        return
    parts = site.parts
    if computed is not None:
        fault.notes.append(f"they were kept in {'line ' + str(computed.line) + ': ' if computed.here else ''}"
                           f"{computed.line_text[:80]}")
    loop = next(iter(parts.enclosing(*LOOPS)), None)
    if loop is not None and first.here and first.place.span == fault.span and computed and computed.here:
        repair = _over_turns(site, loop, computed)
        if repair:
            fault.hints.insert(0, repair)
            return
    node = first.parts.node
    if node is not None and call_of(node):
        text = with_option(first.parts, node, "retain_graph=True")
        if first.here and first.place.span == fault.span:
            fault.hints = [(text, "keeps them for the next call")]
        else:
            fault.hints = [(first.rewritten(node, text), f"{first.where()}, to keep them")]


def _over_turns(site: Site, loop: Node, computed: RelatedSite) -> tuple[str, str] | None:
    """Return the repair at the start of a loop's body, if each turn reaches into the graph of the turn before."""
    first, statement = site.first_in_loop(loop), computed.statement
    if first is None:
        return None
    begin = site.spot_of(first).where("before")
    if statement is not None and not loop[1] <= statement[1] < loop[2] and statement[0] == "assign":
        return computed.parts.of(statement), f"{begin}, so that each turn computes it"
    carried = _carried(loop)
    if not carried:
        return None
    assigned = [name for target in (statement[3][:-1] if statement and statement[0] == "assign" else ())
                for part in members(target) if (name := part[3]) in carried]
    names = list(dict.fromkeys(assigned or carried))
    return (f"{', '.join(names)} = {', '.join(f'{name}.detach()' for name in names)}",
            f"{begin}: what the turn before left, without its history")


def _carried(loop: Node) -> list[str]:
    """The loop-carried names: those that the body reads before it assigns them."""
    read: list[str] = []
    stored: set[str] = set()
    carried = []
    for node in walk(child_of(loop, "suite")):
        if node[0] == "expression":
            read += _names_in(node)
        if node[0] not in ("assign", "augassign"):
            continue
        read += _names_in(node[3][-1])
        for target in node[3][:-1] if node[0] == "assign" else (node[3][0],):
            names = [part[3] for part in members(target) if part[0] == "NAME" and part[3] not in stored]
            stored.update(names)
            carried += [name for name in names if name in read or node[0] == "augassign"]
    return carried


def _names_in(node: Node) -> list[str]:
    return [part[3] for part in walk(node) if part[0] == "NAME"]


@repairs(AnomalousGradient, parsed=False)
def avoid_singularity(fault: AnomalousGradient, site: FaultContext) -> None:
    """A gradient is nan or infinite: add an epsilon to a divisor, or clamp an operand."""
    spot = site.spot(site.fault.places[-1][1])
    parts = spot.parts if spot else None
    if spot is None or parts is None or parts.node is None:
        return
    operands = Site.operands_at(parts)
    if parts.node[0] == "div":
        text = f"{parts.atom(operands[0])} / ({parts.of(operands[1])} + 1e-8)"
    elif len(operands) == 1:
        call = call_of(parts.node)
        clamped = f"{parts.atom(operands[0])}.clamp(min=1e-8)"
        text = parts.replaced(operands[0], clamped)
        if call is None:
            return
    else:
        return
    site.fault.hints = [(spot.rewritten(parts.node, text), spot.where() + ", away from where it blows up")]


@repairs(SecondOrder, parsed=False)
def create_graph(fault: SecondOrder, context: FaultContext) -> None:
    """A gradient without a graph was differentiated: compute it with one."""
    spot = context.spot(fault.places[-1][1])
    if spot is not None and spot.parts.node is not None and call_of(spot.parts.node):
        text = with_option(spot.parts, spot.parts.node, "create_graph=True")
        fault.hints.insert(0, (spot.rewritten(spot.parts.node, text), spot.where()))


@repairs(Detached, parsed=False)
def keep_history(fault: Detached, context: FaultContext) -> None:
    """History was cut by a call or an attribute: repeat the line without it."""
    spot = context.spot(fault.places[-1][1])
    if spot is None:
        return
    if fault.cause == NO_GRAD:
        return _recorded(context, spot)
    node = spot.parts.node
    call = call_of(node) if node else None
    text = ""
    if node is None:
        return
    if fault.cause == DATA_OF and node[0] == "attribute":
        text = spot.parts.of(node[3][0])
    elif fault.cause == DETACH and call and call.receiver:
        text = spot.parts.of(call.receiver)
    elif fault.operation in ("argmax", "argmin") and call:
        bare = call.receiver is None or spot.parts.of(call.receiver) == "torch"
        along = len(call.args) > bare or not {"dim", "axis"}.isdisjoint(call.options)
        text = _value_not_place(spot.parts.of(node), call.name) + "[0]" * along    # beside it stands the place
        fault.hints.clear()
    elif fault.cause == VOLATILE and call and "volatile" in call.options:
        value = call.options["volatile"]
        start = spot.parts.text.rfind("volatile", node[1], value[1])
        text = spot.parts.text[node[1] : start] + "requires_grad=True" + spot.parts.text[value[2] : node[2]]
    if text:
        fault.hints.insert(0, (spot.rewritten(node, text), spot.where()))


def _value_not_place(text: str, name: str) -> str:
    """A call of argmax as one of max: the value moves smoothly, its place does not."""
    before, _, after = text.rpartition(name)
    return before + name.removeprefix("arg") + after


def _recorded(site: FaultContext, spot: RelatedSite) -> None:
    blocks = spot.parts.enclosing("with")
    block = next((candidate for candidate in blocks if "no_grad" in spot.parts.of(candidate).split(":")[0]), None)
    if block is None:
        site.fault.hints.append(("with torch.enable_grad():", "around what is to be differentiated"))
        return
    line = spot.parts.line(block)
    head = spot.parts.text.split("\n")[line - 1].strip()
    where = f"in line {line}" if spot.here else "in its place"
    site.fault.hints.append((head.replace("no_grad", "enable_grad"), where))


@repairs(LeafWrite)
def write_without_recording(fault: LeafWrite, site: Site) -> None:
    """A leaf was written in place: write it within torch.no_grad()."""
    parts = site.parts
    statement = parts.statement
    if statement is None or not parts.is_alone(statement):
        return
    line = parts.line(statement)
    site.fault.hints = [(f"with torch.no_grad(): {parts.of(statement)}",
                         f"in line {line}: a change that is not recorded")]
    target = statement[3][0]
    if statement[0] == "augassign" and target[0] == "NAME":
        sign = SIGNS.get(parts.of(statement[3][1]), "+")
        site.fault.hints.append((f"y = {parts.of(target)} {sign} {parts.atom(statement[3][-1])}",
                                 "a new value, whose history leads to the leaf"))
