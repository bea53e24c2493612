"""The `match` statement. The grammar parses patterns as expressions; this file checks and lowers them.

A pattern becomes a constant of nested tuples (`("sequence", ...)`, `("class", ...)`); the expressions in it, such as
literals and class names, become functions without parameters. `runtime/matching.py` compares a value with both.
"""

from __future__ import annotations

import ast
from typing import Any

from gradcli.lang.lowering.context import LOAD, STORE, VALUES, LoweringContext, Scope, lowers
from gradcli.lang.lowering.targets import lower_target
from gradcli.lang.syntax.lexer import Node

LITERAL = frozenset({"NUMBER", "strings", "neg", "attribute", "add", "sub"})


class PatternLowering:
    """Lowers one pattern; collects the names that it binds and the functions of its expressions."""

    def __init__(self, c: LoweringContext) -> None:
        self.c = c
        self.names: dict[str, Node] = {}
        self.values: list[ast.expr] = []

    def pattern(self, node: Node) -> tuple[Any, ...]:
        """The constant for a pattern."""
        self.c.deeper(node)
        lowered = self._pattern(node)
        self.c.depth -= 1
        return lowered

    def _pattern(self, node: Node) -> tuple[Any, ...]:
        kind, parts = node[0], node[3]
        if kind == "group":
            return self.pattern(parts[0])
        if kind == "NAME":
            if parts in VALUES:
                return ("is", self.value(node))
            return ("any",) if parts == "_" else ("name", self.name(node))
        if kind in LITERAL:
            return ("equal", self.value(node))
        if kind == "as_pattern":
            return ("as", self.pattern(parts[0]), self.name(parts[1]))
        if kind == "bit_or":
            return self._either(node)
        if kind in ("list", "tuple"):
            return ("sequence", *self._parts(parts))
        if kind == "dict":
            return self._mapping(node)
        if kind == "call":
            return self._class(node)
        raise self.c.wrong("this cannot stand in a pattern", node, "case x if x > 0:")

    def name(self, leaf: Node) -> str:
        name = self.c.name(leaf)
        self.names.setdefault(name, leaf)
        return name

    def value(self, node: Node) -> int:
        c = self.c
        c.scopes.append(Scope("function", is_lambda=True))
        expression = c.expression(node)
        c.scopes.pop()
        self.values.append(c.at(ast.Lambda(ast.arguments([], [], None, [], [], None, []), expression), node))
        return len(self.values) - 1

    def _either(self, node: Node) -> tuple[Any, ...]:
        alternatives = []
        while node[0] == "bit_or":
            alternatives.append(node[3][1])
            node = node[3][0]
        return ("or", *(self.pattern(alternative) for alternative in reversed([*alternatives, node])))

    def _parts(self, nodes: tuple[Node, ...]) -> tuple[Any, ...]:
        stars = [i for i, node in enumerate(nodes) if node[0] == "star"]
        if len(stars) > 1:
            raise self.c.wrong("only one name can take the rest of the values", nodes[stars[1]])
        if not stars:
            return tuple(map(self.pattern, nodes)), None, ()
        inner = nodes[stars[0]][3][0]
        if inner[0] != "NAME":
            raise self.c.wrong("a name follows the star in a pattern", inner)
        rest = "" if inner[3] == "_" else self.name(inner)
        return tuple(map(self.pattern, nodes[: stars[0]])), rest, tuple(map(self.pattern, nodes[stars[0] + 1:]))

    def _mapping(self, node: Node) -> tuple[Any, ...]:
        entries, rest = [], ""
        for entry in node[3]:
            if entry[0] == "spread":
                rest = self.name(entry[3][0])
            elif entry[3][0][0] in LITERAL or entry[3][0][3] in VALUES:
                entries.append((self.value(entry[3][0]), self.pattern(entry[3][1])))
            else:
                raise self.c.wrong("the keys of a pattern are literals", entry[3][0])
        return ("mapping", tuple(entries), rest)

    def _class(self, node: Node) -> tuple[Any, ...]:
        kind, *rest = node[3]
        places, names = [], []
        for argument in rest[0][3] if rest else ():
            if argument[0] == "keyword":
                names.append((self.c.name(argument[3][0]), self.pattern(argument[3][1])))
            elif names:
                raise self.c.wrong("a positional argument cannot follow a keyword argument", argument)
            else:
                places.append(self.pattern(argument))
        return ("class", self.value(kind), tuple(places), tuple(names))


@lowers("match")
def match(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """One `if` per case, run while no earlier case has matched."""
    subject, *cases = node[3]
    c.matches += 1
    matched_value, unmatched, captures = (f".{letter}{c.matches}" for letter in "mkc")
    statements = [c.bind(matched_value, c.expression(subject), subject),
                  c.bind(unmatched, c.constant(True, node), node)]
    for case in cases:
        pattern, *rest, body = case[3]
        lowering = PatternLowering(c)
        spec = lowering.pattern(pattern)
        for part in rest:
            if part[0] == "case_as":
                spec = ("as", spec, lowering.name(part[3][0]))
        functions = c.at(ast.Tuple(lowering.values, LOAD), case)
        template = c.constant((spec, tuple(lowering.names)), case)
        answer = c.call(".match", [c.load(matched_value, case), template, functions], case)
        inside = [c.bind(unmatched, c.constant(False, case), case), *c.suite(body)]
        for part in rest:
            if part[0] == "case_guard":
                inside = [c.at(ast.If(c.expression(part[3][0]), inside, []), part)]
        if lowering.names:
            targets = [lower_target(c, leaf) for leaf in lowering.names.values()]
            inside.insert(0, c.at(ast.Assign([c.at(ast.Tuple(targets, STORE), case)], c.load(captures, case)), case))
        holds = c.at(ast.Compare(c.load(captures, case), [ast.IsNot()], [c.constant(None, case)]), case)
        tried = [c.bind(captures, answer, case), c.at(ast.If(holds, inside, []), case)]
        statements.append(c.at(ast.If(c.load(unmatched, case), tried, []), case))
    c.matches -= 1
    release = [c.bind(name, c.constant(None, node), node) for name in (matched_value, captures)]
    return [*statements, *release]
