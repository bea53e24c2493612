"""What a locked process asks of the one that waits for it, and the answer: one line of JSON each.

A request that is not of this form raises ValueError; whoever sent it may be no friend.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Begin(NamedTuple):
    """A file is being written: the descriptor of the one who asks, its device and inode, and where it is to stand.

    `part` is the name it has until then; it is empty where the file has none.
    """

    descriptor: int
    device: int
    inode: int
    part: str
    target: str


class Commit(NamedTuple):
    """All of that file is written: put it in place."""


class Save(NamedTuple):
    """Write a text to a file that the person at the prompt has named."""

    path: str
    text: str


class Load(NamedTuple):
    """Read a file that the person at the prompt has named."""

    path: str


class Edit(NamedTuple):
    """Let the person change a text in the editor."""

    text: str


class List(NamedTuple):
    """The names in a folder, for completion; those of folders end with a slash."""

    path: str


class Suspend(NamedTuple):
    """Ctrl-Z: stop the whole job until the shell continues it."""


class Answer(NamedTuple):
    """What came of a request: a text or names, or what was wrong."""

    number: int
    text: str = ""
    names: tuple[str, ...] = ()
    error: str = ""


Request = Begin | Commit | Save | Load | Edit | List | Suspend
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Begin, Commit, Save, Load, Edit, List, Suspend)}
LONGEST_PATH = 4096     # the system takes none that is longer, and working it out would take hours
TYPES = {"int": int, "str": str}


def encoded(number: int, request: Request) -> bytes:
    """A request as a line; the answer to it carries its number."""
    return json.dumps([number, type(request).__name__, *request]).encode() + b"\n"


def decoded(line: bytes) -> tuple[int, Request]:
    """The number of a request, and the request."""
    message = json.loads(line)
    if not isinstance(message, list) or len(message) < 2 or type(message[0]) is not int:
        raise ValueError("no request")
    number, name, *fields = message
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None or len(fields) != len(kind._fields):
        raise ValueError("no request")
    for value, annotation in zip(fields, kind.__annotations__.values(), strict=True):
        wanted = getattr(annotation, "__forward_arg__", annotation)
        if type(value) is not TYPES[wanted]:
            raise ValueError("no request")
    request = kind(*fields)
    if len(getattr(request, "path", "")) > LONGEST_PATH:
        raise ValueError("no request")
    return number, request


def answer_encoded(answer: Answer) -> bytes:
    """An answer as a line."""
    return json.dumps(answer).encode() + b"\n"


def answer_decoded(line: bytes) -> Answer:
    """The answer in a line of the process that waits, which is trusted."""
    number, text, names, error = json.loads(line)
    return Answer(number, text, tuple(names), error)
