"""What a child says to the process that waits for it, one line each, as records whose values are in range.

The child is not trusted, so `report_of` raises nothing and returns None for a line that is no report. What it
returns can be handed to the system: a number of a process, an exit status, a time that `select` can wait for.
"""

from __future__ import annotations

import re
from math import inf
from typing import NamedTuple

NEVER = inf
LATEST = 4e9            # seconds of the clock and of a time limit
PROCESSES = 1 << 22     # numbers of processes are below it
NUMBER = re.compile(rb"\d{1,7}")
SECONDS = re.compile(rb"[\d.e+-]{1,40}")
ERRORS, COLORS = (b"rich", b"short", b"json"), (b"auto", b"always", b"never")


class Told(NamedTuple):
    """When the time of the child is up, the limit that says so, and the form of diagnostics."""

    until: float = NEVER
    seconds: float = 0.0
    errors: str = "rich"
    color: str = "auto"


class Asked(NamedTuple):
    """A request, which is still to be decoded."""

    request: bytes


class Locked(NamedTuple):
    """The child locks itself; `prompt` says whether it serves a prompt."""

    prompt: bool


class Copied(NamedTuple):
    """A copy of the child, by its number, stands by."""

    process: int


class Done(NamedTuple):
    """A statement has succeeded."""


class Over(NamedTuple):
    """What was submitted is over: no copy is needed."""


class Spoken(NamedTuple):
    """The child has given the diagnosis, and this is its exit status."""

    status: int


Report = Told | Asked | Locked | Copied | Done | Over | Spoken


def report_of(line: bytes) -> Report | None:
    """The report in a line, without its end; None where it is none."""
    word, _, rest = line.partition(b" ")
    match word:
        case b"request":
            return Asked(rest)
        case b"locked":
            return Locked(rest == b"prompt") if rest in (b"prompt", b"programs") else None
        case b"copy":
            process = _number(rest, PROCESSES)
            return None if process is None or process < 2 else Copied(process)
        case b"spoken":
            status = _number(rest, 256)
            return None if status is None else Spoken(status)
        case b"done" | b"over":
            return None if rest else Done() if word == b"done" else Over()
    return _told(line.split(b" "))


def _told(words: list[bytes]) -> Told | None:
    if len(words) != 4 or words[2] not in ERRORS or words[3] not in COLORS:
        return None
    until = NEVER if words[0] == b"inf" else _seconds(words[0])
    seconds = _seconds(words[1])
    if until is None or seconds is None:
        return None
    return Told(until, seconds, words[2].decode(), words[3].decode())


def _number(text: bytes, below: int) -> int | None:
    number = int(text) if NUMBER.fullmatch(text) else below
    return number if number < below else None


def _seconds(text: bytes) -> float | None:
    try:
        seconds = float(text) if SECONDS.fullmatch(text) else -1.0
    except ValueError:
        return None
    return seconds if 0 <= seconds <= LATEST else None
