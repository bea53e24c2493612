"""The names that an expression uses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
# How many of the parts of a construct are names that it sets.
BINDING = {"clause": 1, "for": 1, "walrus": 1, "def": 1, "class": 1, "param": 1, "rest": 1, "keywords": 1}
CONSTANTS = frozenset(("True", "False", "None"))
ARITHMETIC = frozenset(("add", "sub", "mul", "div", "floordiv", "mod", "matmul", "pow", "neg", "pos"))


def free_names(text: str) -> set[str]:
    """The names of values that a text uses and does not set: no attributes, keywords, constants, or what is called."""
    from gradcli.lang.syntax.parser import parse

    used: set[str] = set()
    bound: set[str] = set()
    pending: list[tuple[Any, bool]] = [(parse(text, "<expression>"), False)]
    while pending:
        node, binding = pending.pop()
        kind, content = node[0], node[3]
        if kind == "NAME":
            (bound if binding else used).add(content)
        elif isinstance(content, tuple):
            children = list(_nodes(content))
            if kind == "attribute":
                children = children[:1]
            elif kind == "keyword" or kind == "call" and children[0][0] == "NAME":
                children = children[1:]
            binds = len(children) - 1 if kind == "assign" else BINDING.get(kind, 0)
            binding = binding and kind in ("tuple", "list", "group", "starred")
            pending += [(child, binding or at < binds) for at, child in enumerate(children)]
    return used - bound - CONSTANTS


def _nodes(content: tuple[Any, ...]) -> Iterator[Any]:
    """The nodes in the content of a node, those in rows of nodes too, as the format of a field is one."""
    for child in content:
        if isinstance(child, tuple) and child:
            yield from (child,) if type(child[0]) is str else _nodes(child)


def computed_with(text: str, functions: Collection[str]) -> set[str]:
    """The names that a text does arithmetic with, or passes to one of these functions or to an attribute, and calls
    nowhere: they stand for numbers or tensors, also where a function has that name, as in `sin(t)`."""
    from gradcli.lang.syntax.parser import parse

    operands: set[str] = set()
    called: set[str] = set()
    pending: list[Any] = [parse(text, "<expression>")]
    while pending:
        kind, _, _, content = pending.pop()
        if not isinstance(content, tuple):
            continue
        children = list(_nodes(content))
        pending += children
        if kind == "call" and children:
            callee = children[0]
            if callee[0] == "NAME":
                called.add(callee[3])
            if len(children) > 1 and (callee[0] == "attribute" or callee[3] in functions):
                operands.update(child[3] for child in children[1][3] if child[0] == "NAME")
        elif kind in ARITHMETIC:
            operands.update(child[3] for child in children if child[0] == "NAME")
    return operands - called


def only_attributes(text: str) -> set[str]:
    """The names of which a text uses attributes alone, as of modules."""
    return {word for word in WORD.findall(text) if not re.search(rf"(?<![.\w]){word}\b(?!\s*\.)", text)}
