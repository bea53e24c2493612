"""The names that an expression uses."""

from __future__ import annotations

import re
from typing import Any

WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
# How many of the parts of a construct are names that it sets.
BINDING = {"clause": 1, "for": 1, "walrus": 1, "def": 1, "class": 1, "param": 1, "rest": 1, "keywords": 1}
CONSTANTS = frozenset(("True", "False", "None"))


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
            children = [child for child in content if isinstance(child, tuple)]
            if kind == "attribute":
                children = children[:1]
            elif kind == "keyword" or kind == "call" and children[0][0] == "NAME":
                children = children[1:]
            binds = len(children) - 1 if kind == "assign" else BINDING.get(kind, 0)
            binding = binding and kind in ("tuple", "list", "group", "starred")
            pending += [(child, binding or at < binds) for at, child in enumerate(children)]
    return used - bound - CONSTANTS
