"""A program as its top-level statements.

`repl/incremental_parse.py` splits what is still being typed, where nothing can be parsed yet, by its lines; tests
compare the two. What they share stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

COMPOUND = re.compile(r"(?:if|while|for|try|with|def|class|async)\b|@")
"""Begins the first line of a compound statement."""


def statements(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The top-level statements of a program, each with the number of its first line.

    Statements that share a line stay together; comments right above a statement go with it.
    The whole is parsed first, so nothing runs of a program that cannot be read.
    """
    from gradcli.lang.syntax.parser import parse

    lines = text.split("\n")
    starts = sorted({text.count("\n", 0, node[1]) for node in parse(text, name)[3]})
    if not starts:
        return
    heads = [_first_comment(lines, start, after) for start, after in zip(starts, [-1, *starts[:-1]], strict=True)]
    for head, start, end in zip(heads, starts, [*heads[1:], len(lines)], strict=True):
        while end - 1 > start and _is_outside(lines[end - 1]) and not lines[end - 2].endswith("\\"):
            end -= 1
        yield head + 1, "\n".join(lines[head:end])


def _is_outside(line: str) -> bool:
    """Whether the last line of a statement is none of it: blank, or a comment and not the end of a long string."""
    return not line.strip() or (line.startswith("#") and '"""' not in line and "'''" not in line)


def _first_comment(lines: list[str], start: int, after: int) -> int:
    """The first of the comment lines right above line `start`, below line `after`."""
    while start - 1 > after and lines[start - 1].startswith("#"):
        start -= 1
    return start
