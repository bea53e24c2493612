"""A fault with the syntax tree at its place and the values of the names there: what repairs are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gradcli.faults.arguments import ArgumentMismatch, NotRegistrable, RefusedArgument, SuperMisuse
from gradcli.faults.attributes import ClosedAttribute, MissingAttribute
from gradcli.faults.source import line_of
from gradcli.faults.tree import ArgumentFault, Fault, KeyFault
from gradcli.lang.messages.locate import Location, location_of_call
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import NOTHING, Call, SyntaxSite, call_of, child_of, locate, walk

LOOPS = ("for", "while")


class RelatedSite:
    """A place of the program that matters for a fault, besides its own."""

    def __init__(self, place: Location, home: Fault, trees: dict[str, Node]) -> None:
        self.place = place
        self.parts = (locate(place.text, place.span, trees.get(place.text))
                      or SyntaxSite(place.text, place.span, NOTHING))
        trees[place.text] = self.parts.tree
        self.here = place.text is home.source   # the same words may have been typed twice
        self.line = place.span.line
        self.line_text = line_of(place.text, place.span.line).strip()

    def where(self, preposition: str = "in") -> str:
        """Where a repair belongs, in words: by line within the text of the fault, else by what stands there."""
        if self.here:
            return f"{preposition} line {self.line}"
        return f"{'in place of' if preposition == 'in' else preposition} {self.line_text}"

    @property
    def statement(self) -> Node | None:
        """The statement there, if it has its line to itself."""
        statement = self.parts.statement
        return statement if statement and self.parts.is_alone(statement) else None

    def rewritten(self, node: Node, text: str) -> str:
        """The line of a node, with `text` in place of the node."""
        start = self.parts.text.rfind("\n", 0, node[1]) + 1
        end = self.parts.text.find("\n", node[2])
        return (self.parts.text[start : node[1]] + text + self.parts.text[node[2] : end if end >= 0 else None]).strip()


class FaultContext:
    """A fault and the values of the names at its place, where no text of the program could be parsed."""

    def __init__(self, fault: Fault, names: Mapping[str, Any]) -> None:
        self.fault, self.names = fault, names
        self.trees: dict[str, Node] = {}    # of the texts that have been parsed for this fault

    def spot(self, at: Any) -> RelatedSite | None:
        """The place of an instruction, a pair of code object and index; None outside the program."""
        place = location_of_call(*at) if at else None
        return RelatedSite(place, self.fault, self.trees) if place else None


class Site(FaultContext):
    """A fault, what stands at its place, and the values of the names there."""

    def __init__(self, fault: Fault, names: Mapping[str, Any], parts: SyntaxSite) -> None:
        super().__init__(fault, names)
        self.parts = parts
        self.trees[fault.source] = parts.tree

    @property
    def call(self) -> Call | None:
        return self.parts.call()

    @staticmethod
    def operands_at(parts: SyntaxSite) -> list[Node]:
        """The operands at a place, without the module that a function is an attribute of."""
        nodes = parts.operands()
        call = parts.call()
        if call and call.receiver and parts.of(call.receiver) in ("torch", "F", "nn.functional", "torch.nn.functional"):
            return nodes[1:]
        return nodes

    def spot_of(self, node: Node) -> RelatedSite:
        """A part of the same text as a place."""
        return RelatedSite(Location(self.fault.name, self.fault.source, self.parts.span(node), [], []), self.fault,
                           self.trees)

    def instead(self, node: Node, text: str, why: str) -> None:
        """Mark a part of the text with the carets, and make `text` the one repair, which replaces it."""
        self.fault.span = self.parts.span(node)
        self.fault.hints = [(text, why)]

    def value(self, node: Node) -> Any:
        """The value of a name, or of an attribute in an object's own `__dict__`; None if it is unknown."""
        if node[0] == "NAME":
            return self.names.get(node[3])
        if node[0] == "attribute":
            holder = getattr(self.value(node[3][0]), "__dict__", None)
            return holder.get(node[3][1][3]) if isinstance(holder, dict) else None
        return None

    def where_none(self) -> Iterator[Node]:
        """The nodes at the place whose value may be the None that the fault is about."""
        if self.parts.node is None:
            return
        if about_none(self.fault):
            yield from (part for part in walk(self.parts.node) if part is not self.parts.node or part[0] != "call")
        elif may_be_about_none(self.fault):
            call = self.call
            for operand in [*self.parts.operands(), *(call.options.values() if call else ())]:
                members_of = operand[3] if operand[0] in ("list", "tuple") else (operand,)
                yield from (member for member in members_of if member[0] in ("NAME", "attribute"))

    def assigned(self, name: str) -> Node | None:
        """The last assignment to a name, in the text before the place."""
        assignment = None
        for node in walk(self.parts.tree):
            if node[0] == "assign" and node[2] <= self.parts.start and any(
                    part[0] == "NAME" and part[3] == name for target in node[3][:-1] for part in members(target)):
                assignment = node
        return assignment

    def first_in_loop(self, loop: Node) -> Node | None:
        """The first statement of a loop's body, before which something can be inserted."""
        suite = child_of(loop, "suite")
        first = suite[3][0] if suite else None
        return first if first and self.parts.line(first) > self.parts.line(loop) else None


def site_of(fault: Fault, names: Mapping[str, Any]) -> FaultContext:
    """The `Site` of a fault, or its bare context where it has no place in a text that can be parsed."""
    parts = locate(fault.source, fault.span) if fault.span and fault.source else None
    return Site(fault, names, parts) if parts else FaultContext(fault, names)


def about_none(fault: Fault) -> bool:
    """Whether a fault is about a None that stands where a value is needed."""
    if isinstance(fault, MissingAttribute | ClosedAttribute):
        return fault.holder is None
    value: Any = fault.value if isinstance(fault, RefusedArgument) else ...
    value = fault.key if isinstance(fault, KeyFault) else value
    return value is None or type(value) in (list, tuple) and any(item is None for item in value) or (
        "NoneType" in fault.types)


def may_be_about_none(fault: Fault) -> bool:
    """Whether the engine refused an argument without a field that says which."""
    return isinstance(fault, ArgumentFault) and not fault.exception and not fault.types and not isinstance(
        fault, ArgumentMismatch | SuperMisuse | NotRegistrable)


def members(target: Node) -> tuple[Node, ...]:
    """The targets that a target consists of."""
    if target[0] in ("tuple", "list", "group"):
        return tuple(part for inner in target[3] for part in members(inner))
    return (target,)


def with_option(parts: SyntaxSite, node: Node, option: str) -> str:
    """A call with one more option."""
    text = parts.of(node)
    call = call_of(node)
    assert call is not None
    name = option.partition("=")[0]
    if name in call.options:
        value = call.options[name]
        start = parts.text.rfind(name, node[1], value[1])
        return parts.text[node[1] : start] + option + parts.text[value[2] : node[2]]
    inside = text[:-1].rstrip().rstrip(",")
    return f"{inside}{'' if inside.endswith('(') else ', '}{option})"
