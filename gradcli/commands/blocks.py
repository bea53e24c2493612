"""What the derivative commands print: named values, as a session would show them, as numbers or as one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.commands.settings import Settings
from gradcli.commands.values import data, dumps, plain
from gradcli.errors import UsageFault

if TYPE_CHECKING:
    from gradcli.session import Session

FORMATS = ("text", "plain", "json", "jsonl")


class Block(NamedTuple):
    """One value: the heading it has in text, and where it stands in the JSON object."""

    heading: str
    path: tuple[str, ...]
    value: Any


def check_format(settings: Settings, command: str) -> None:
    """Refuse a form of results that these commands do not have, before any work is done."""
    if settings.format not in FORMATS:
        raise UsageFault(f"{command} has no --format {settings.format}", *(f"--format {known}" for known in FORMATS))


def written(session: Session, blocks: list[Block], form: str) -> str:
    """The blocks as text of the form asked for."""
    if form == "text":
        return "\n".join(f"{b.heading}\n{session.shown(b.value).rstrip(chr(10))}\n" for b in blocks)
    if form == "plain":
        return "\n".join(plain(b.value, session.shown) for b in blocks) + "\n"
    found: dict[str, Any] = {}
    for block in blocks:
        inner = found
        for key in block.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[block.path[-1]] = data(block.value, session.shown)
    return dumps(found) + "\n"


def by_name(kind: str, found: dict[str, Any]) -> list[Block]:
    """The blocks of derivatives of one kind by each name, or by each pair of names."""
    blocks = []
    for name, value in found.items():
        if not isinstance(value, dict):
            blocks.append(Block(f"{name}.{kind}", (kind, name), value))
            continue
        for other, inner in value.items():
            heading = f"{name}.{kind}" if len(found) == 1 else f"{name}.{kind}.{other}"
            blocks.append(Block(heading, (kind, name, other), inner))
    return blocks
