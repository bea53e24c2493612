"""A program as it would have been typed: statement by statement, with prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gradcli.commands.source import Source

if TYPE_CHECKING:
    from gradcli.session import Session


def statements(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The top-level statements of a program, each with the number of its first line.

    Statements that share a line stay together; comments and blank lines go with what
    follows them. The whole is parsed first, so nothing runs of a program that cannot be read.
    """
    from gradcli.lang.parse import parse

    lines = text.split("\n")
    starts = sorted({text.count("\n", 0, node[1]) for node in parse(text, name)[3]})
    heads = [_first(lines, start, after) for start, after in zip(starts, [-1, *starts[:-1]], strict=True)]
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        yield head + 1, "\n".join(lines[head:end]).rstrip()


def _first(lines: list[str], start: int, after: int) -> int:
    """The first of the comment lines right above line `start`, below line `after`."""
    while start - 1 > after and lines[start - 1].startswith("#"):
        start -= 1
    return start


def replay(session: Session, source: Source, write: Callable[[str], object]) -> None:
    """Run a program as if it were typed, showing what was typed."""
    for line, statement in statements(source.text, source.name):
        write(prompted(statement))
        session.run("\n" * (line - 1) + statement, source.name, echo=True)


def prompted(statement: str) -> str:
    """A statement behind its prompts; a finished block ends with an empty one."""
    first, *rest = statement.split("\n")
    shown = [f">>> {first}"]
    block = False
    for line in rest:
        comment = not block and shown[-1].startswith(">>> #")
        shown.append(f">>> {line}" if comment else f"... {line}".rstrip())
        block = block or not comment
    if rest and rest[-1][:1] in (" ", "\t"):
        shown.append("...")
    return "\n".join(shown) + "\n"
