"""Completion: names, attributes of live values, keywords, commands and files. Nothing is ever evaluated."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from gradcli.repl.highlight import KEYWORDS
from gradcli.repl.looking import facts
from gradcli.repl.orders import FILES, ORDERS, choices
from gradcli.repl.pieces import after, states
from gradcli.repl.state import Repl

CHAIN = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?$")
PLAIN_PARTS = frozenset({"grad", "data", "shape", "dtype"})
"""What can be read of a tensor without computing anything."""
About = str | Callable[[], str]


class Completions(Completer):
    """What may stand at the cursor."""

    def __init__(self, repl: Repl) -> None:
        self.repl = repl

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        line = document.current_line_before_cursor
        if line.lstrip().startswith(":"):
            yield from _orders(self.repl, line.lstrip())
            return
        if after(states(document.text)[document.cursor_position_row], line + "\\").quote:
            return      # within a string
        found = CHAIN.search(before)
        chain = found.group() if found else ""
        path, _, start = chain.rpartition(".")
        if before[: len(before) - len(chain)].endswith("."):
            return      # behind a call or an index: what it gives is only known once it is evaluated
        with self.repl.alone:
            candidates = attributes(self.repl, path) if path else names(self.repl)
        for word, about in sorted(candidates.items()):
            if word.startswith(start) and (start or path):
                meta = partial(_alone, self.repl, about) if callable(about) else about
                yield Completion(word, -len(start), display_meta=meta)


def _alone(repl: Repl, about: Callable[[], str]) -> str:
    with repl.alone:
        return about()


def names(repl: Repl) -> dict[str, About]:
    """Every name in scope, with what it is now or does; keywords too."""
    found: dict[str, About] = dict.fromkeys(KEYWORDS, "keyword")
    found.update((name, "") for name in repl.session.loaded())
    found.update((name, partial(operation, repl, name)) for name in repl.session.bare)
    found.update((name, described(value)) for name, value in repl.names().items())
    return found


def attributes(repl: Repl, path: str) -> dict[str, About]:
    """The attributes of the value that a dotted name stands for, if reading it computes nothing."""
    first, *others = path.split(".")
    scope = {**repl.session.loaded(), **repl.names()}
    if first not in scope:
        return {}
    value = scope[first]
    for name in others:
        known, value = _part(repl, value, name)
        if not known:
            return {}
    return {name: partial(part_described, repl, value, name) for name in repl.session.attributes(value)}


def _part(repl: Repl, value: Any, name: str) -> tuple[bool, Any]:
    """Whether an attribute can be read without running anything, and what it is then."""
    if name in getattr(value, "__dict__", {}) and name in repl.session.attributes(value):
        return True, vars(value)[name]
    if hasattr(type(value), "array") and name in PLAIN_PARTS:
        return True, getattr(value, name)
    return False, None


def operation(repl: Repl, name: str) -> str:
    """The signature of an operation and what it computes."""
    from gradcli.commands.catalogue import summary
    from gradcli.engine.op import TABLE

    repl.session.operation(name)
    op = TABLE.get(name)
    return f"{op.signature.text(name)}  {summary(op)}" if op else ""


def part_described(repl: Repl, value: Any, name: str) -> str:
    """What an attribute is now, or does."""
    if hasattr(type(value), "array") and name in repl.session.bare:
        return operation(repl, name)
    known, part = _part(repl, value, name)
    if known:
        return described(part)
    return operation(repl, name) if name in repl.session.bare else ""


def described(value: Any) -> str:
    kind, shape, *_ = facts(value)
    return f"{kind} {shape}".strip()


def _orders(repl: Repl, line: str) -> Iterator[Completion]:
    """Commands after a colon, what a command takes, and paths where it takes a file."""
    name, space, rest = line.partition(" ")
    if not space:
        for known, order in ORDERS.items():
            if known.startswith(name[1:]):
                yield Completion(known, -len(name) + 1, display_meta=order.help)
    elif name[1:] in FILES:
        yield from _paths(rest)
    else:
        for word in choices(repl, name[1:], rest):
            if word.startswith(rest.rpartition(" ")[2]):
                yield Completion(word, -len(rest.rpartition(" ")[2]))


def _paths(rest: str) -> Iterator[Completion]:
    folder, start = os.path.split(rest)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
            yield Completion(entry.name + ("/" if entry.is_dir() else ""), -len(start))
