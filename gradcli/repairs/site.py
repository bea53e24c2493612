"""One fault with the text around it taken apart: what the repairs in the user's own words are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradcli.faults.source import line_of
from gradcli.faults.tree import Fault
from gradcli.lang.messages.locate import Place, place_of_call
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import Call, SyntaxSite, call_of, locate, walk

LOOPS = ("for", "while")


class RelatedSite:
    """A place of the program that matters for a fault, besides its own."""

    def __init__(self, place: Place, home: Fault) -> None:
        self.place = place
        self.parts = locate(place.text, place.span)
        self.here = place.text is home.source   # the same words may have been typed twice
        self.line = place.span.line
        self.words = line_of(place.text, place.span.line).strip()

    def where(self, how: str = "in") -> str:
        """Where a repair belongs, in words: by line within the text of the fault, else by what stands there."""
        return f"{how} line {self.line}" if self.here else f"{'in place of' if how == 'in' else how} {self.words}"

    @property
    def statement(self) -> Node | None:
        """The statement there, if it has its line to itself."""
        found = self.parts.statement if self.parts else None
        return found if found and self.parts and self.parts.alone(found) else None

    def rewritten(self, node: Node, words: str) -> str:
        """The line there with one part said differently."""
        assert self.parts is not None
        start = self.parts.text.rfind("\n", 0, node[1]) + 1
        end = self.parts.text.find("\n", node[2])
        return (self.parts.text[start : node[1]] + words + self.parts.text[node[2] : end if end >= 0 else None]).strip()


class Site:
    """A fault, what stands at its place, and the values of the names there."""

    def __init__(self, fault: Fault, names: Mapping[str, Any]) -> None:
        self.fault, self.names = fault, names
        self.parts: SyntaxSite | None = locate(fault.source, fault.span) if fault.span and fault.source else None

    @property
    def call(self) -> Call | None:
        return self.parts.call() if self.parts else None

    @staticmethod
    def operands_at(parts: SyntaxSite) -> list[Node]:
        """What the operation at a place works on, without a module that its function stands in."""
        found = parts.operands()
        call = parts.call()
        if call and call.receiver and parts.of(call.receiver) in ("torch", "F", "nn.functional", "torch.nn.functional"):
            return found[1:]
        return found

    def spot(self, at: Any) -> RelatedSite | None:
        """The place of an instruction that the engine remembered."""
        place = place_of_call(*at) if at else None
        return RelatedSite(place, self.fault) if place else None

    def spot_of(self, node: Node) -> RelatedSite:
        """A part of the same text as a place."""
        assert self.parts is not None
        return RelatedSite(Place(self.fault.name, self.fault.source, self.parts.span(node), [], []), self.fault)

    def value(self, node: Node) -> Any:
        """What a name, or an attribute that an object holds itself, stands for; None if that is unknown."""
        if node[0] == "NAME":
            return self.names.get(node[3])
        if node[0] == "attribute":
            holder = getattr(self.value(node[3][0]), "__dict__", None)
            return holder.get(node[3][1][3]) if isinstance(holder, dict) else None
        return None

    def assigned(self, name: str, before: int | None = None) -> Node | None:
        """The last assignment to a name, in the text before the place."""
        assert self.parts is not None
        before = self.parts.start if before is None else before
        found = None
        for node in walk(self.parts.tree):
            if node[0] == "assign" and node[2] <= before and any(
                    each[0] == "NAME" and each[3] == name for target in node[3][:-1] for each in members(target)):
                found = node
        return found

    def first_in_loop(self, loop: Node) -> Node | None:
        """The first statement of a loop's body, before which something can be inserted."""
        suite = next((each for each in loop[3] if each[0] == "suite"), None)
        assert self.parts is not None
        first = suite[3][0] if suite else None
        return first if first and self.parts.line(first) > self.parts.line(loop) else None


def members(target: Node) -> tuple[Node, ...]:
    """The targets that a target consists of."""
    if target[0] in ("tuple", "list", "group"):
        return tuple(each for inner in target[3] for each in members(inner))
    return (target,)


def with_option(parts: SyntaxSite, node: Node, option: str) -> str:
    """A call with one more option."""
    text = parts.of(node)
    call = call_of(node)
    assert call is not None
    name = option.partition("=")[0]
    if name in call.options:
        given = call.options[name]
        start = parts.text.rfind(name, node[1], given[1])
        return parts.text[node[1] : start] + option + parts.text[given[2] : node[2]]
    inside = text[:-1].rstrip().rstrip(",")
    return f"{inside}{'' if inside.endswith('(') else ', '}{option})"


__all__ = ["LOOPS", "Site", "RelatedSite", "members", "with_option"]
