"""Queries on the syntax tree of a program at one place: the call there, its receiver and arguments, its statement.

Repairs are written in the user's own words, and so need the source of the parts at a fault's place. Queries run after
a program has failed, so they need not be fast; where there is no answer they return None, and the repair is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gradcli.faults.source import Span
from gradcli.faults.tree import Fault
from gradcli.lang.syntax.lexer import Node, span_between
from gradcli.lang.syntax.parser import parse

SIMPLE = ("NAME", "NUMBER", "STRING", "attribute", "call", "subscript", "group", "list", "strings")
INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "matmul": "@", "pow": "**",
         "bit_xor": "^", "bit_or": "|", "bit_and": "&"}
LONGEST = 200_000       # characters of a text that is parsed for a repair
NOTHING: Node = ("file", 0, 0, ())      # the tree of a text that is not parsed


class Call(NamedTuple):
    """A call: the last name of the function, the node before its dot if any, positional and keyword arguments."""

    name: str
    receiver: Node | None
    args: list[Node]
    options: dict[str, Node]


class SyntaxSite:
    """The syntax tree of `text`, and the path of nodes from its root down to `span`."""

    def __init__(self, text: str, span: Span, tree: Node | None = None) -> None:
        self.text = text = text.removeprefix("\ufeff")
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self.start = starts[span.line - 1] + span.column - 1
        self.end = starts[span.end_line - 1] + span.end_column - 1
        self.tree = tree or parse(text)
        self.path = list(_down(self.tree, self.start, self.end))

    @property
    def node(self) -> Node | None:
        """The innermost node with exactly this span; None if there is none."""
        exact = [node for node in self.path if (node[1], node[2]) == (self.start, self.end)]
        return exact[-1] if exact else None

    def of(self, node: Node) -> str:
        """The source text of a node."""
        return self.text[node[1] : node[2]]

    def atom(self, node: Node) -> str:
        """The source text of a node, in parentheses if `.name` could not follow it."""
        return self.of(node) if node[0] in SIMPLE else f"({self.of(node)})"

    def span(self, node: Node) -> Span:
        return span_between(self.text, node[1], node[2])

    def call(self) -> Call | None:
        """The call at the place, if it is one."""
        return call_of(self.node) if self.node else None

    def operands(self) -> list[Node]:
        """The operands of the operator at the place, or the positional arguments of the call, receiver first."""
        node = self.node
        if node is None:
            return []
        if node[0] in INFIX:
            return list(node[3])
        if node[0] == "augassign":
            return [node[3][0], node[3][-1]]
        call = call_of(node)
        return [] if call is None else [*([call.receiver] if call.receiver else []), *call.args]

    def replaced(self, node: Node, replacement: str) -> str:
        """The source text at the place, with that of one node replaced."""
        return self.text[self.start : node[1]] + replacement + self.text[node[2] : self.end]

    def enclosing(self, *kinds: str) -> list[Node]:
        """The nodes of these kinds that enclose the place, innermost first."""
        return [node for node in reversed(self.path) if node[0] in kinds]

    @property
    def statement(self) -> Node | None:
        """The simple statement that encloses the place; None if there is none."""
        for above, node in zip(self.path, self.path[1:], strict=False):
            if above[0] in ("file", "suite") and node[0] not in ("if", "while", "for", "try", "with", "def", "class"):
                return node
        return None

    def is_alone(self, node: Node) -> bool:
        """Whether a statement is the only one on its one line, so that the line can be replaced."""
        first = self.text.rfind("\n", 0, node[1]) + 1
        last = self.text.find("\n", node[2])
        rest = self.text[node[2] : last if last >= 0 else None]
        return not self.text[first : node[1]].strip() and not rest.partition("#")[0].strip(" ;\r") \
            and "\n" not in self.of(node)

    def line(self, node: Node) -> int:
        """The number of the line in which a node begins, from 1."""
        return self.text.count("\n", 0, node[1]) + 1


def locate(text: str, span: Span, tree: Node | None = None) -> SyntaxSite | None:
    """The syntax site at `span`; None if `text` cannot be parsed or has more than LONGEST characters.

    `tree` is that of the text, if it has been parsed already.
    """
    if len(text) > LONGEST:
        return None
    try:
        return SyntaxSite(text, span, tree)
    except (Fault, IndexError):
        return None


def call_of(node: Node) -> Call | None:
    """The parts of a call node; None for any other node."""
    if node[0] != "call":
        return None
    function, *rest = node[3]
    arguments: tuple[Node, ...] = rest[0][3] if rest else ()
    options = {argument[3][0][3]: argument[3][1] for argument in arguments if argument[0] == "keyword"}
    args = [argument for argument in arguments if argument[0] not in ("keyword", "star", "spread")]
    if function[0] == "attribute":
        return Call(function[3][1][3], function[3][0], args, options)
    return Call(function[3] if function[0] == "NAME" else "", None, args, options)


def child_of(node: Node | None, kind: str) -> Node | None:
    """The first child of a kind."""
    return next((child for child in node[3] if child[0] == kind), None) if node else None


def name_node(definition: Node) -> Node:
    """The name of a function or class, where it is defined."""
    name: Node = next(child for child in definition[3] if child[0] == "NAME")
    return name


def classes_named(tree: Node, name: str) -> list[Node]:
    """The definitions of classes of that name."""
    return [node for node in walk(tree) if node[0] == "class" and name_node(node)[3] == name]


def walk(node: Any) -> Iterator[Node]:
    """`node` and all nodes within it, in the order of the text."""
    pending = [node]
    while pending:
        node = pending.pop()
        if type(node) is tuple and len(node) == 4 and isinstance(node[0], str) and type(node[1]) is int:
            yield node
            if type(node[3]) is tuple:
                pending.extend(reversed(node[3]))
        elif type(node) is tuple:
            pending.extend(reversed(node))


def _down(node: Node, start: int, end: int) -> Iterator[Node]:
    while True:
        yield node
        inside = [child for child in _children(node) if child[1] <= start and end <= child[2]]
        if not inside:
            return
        node = inside[0]


def _children(node: Node) -> list[Node]:
    children: list[Node] = []
    pending = list(node[3]) if type(node[3]) is tuple else []
    while pending:
        part = pending.pop(0)
        if type(part) is tuple and len(part) == 4 and isinstance(part[0], str) and type(part[1]) is int:
            children.append(part)
        elif type(part) is tuple:
            pending = [*part, *pending]
    return children
