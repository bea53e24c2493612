"""Completion: names, attributes of live values, keywords, commands and files. Nothing is ever evaluated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from gradcli.repl.highlight import KEYWORDS
from gradcli.repl.orders import ORDERS, facts
from gradcli.repl.state import Repl

CHAIN = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?$")
FILES = (":load", ":save", ":transcript")


class Completions(Completer):
    """What may stand at the cursor."""

    def __init__(self, repl: Repl) -> None:
        self.repl = repl

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        line = document.current_line_before_cursor
        if line.lstrip().startswith(":"):
            yield from _orders(line.lstrip())
            return
        found = CHAIN.search(before)
        chain = found.group() if found else ""
        path, _, start = chain.rpartition(".")
        candidates = attributes(self.repl, path) if path else names(self.repl)
        for word, meta in sorted(candidates.items()):
            if word.startswith(start) and (start or path):
                yield Completion(word, -len(start), display_meta=meta)


def names(repl: Repl) -> dict[str, str]:
    """Every name in scope, with what it is now; keywords too."""
    found = dict.fromkeys(KEYWORDS, "keyword")
    found.update((name, "") for name in repl.session.builtins())
    found.update((name, described(value)) for name, value in repl.names().items())
    return found


def attributes(repl: Repl, path: str) -> dict[str, str]:
    """The attributes of the value that a dotted name stands for, if reading it calls nothing of the program's."""
    first, *others = path.split(".")
    scope = {**repl.session.builtins(), **repl.names()}
    if first not in scope:
        return {}
    value = scope[first]
    for name in others:
        if name not in repl.session.attributes(value):
            return {}
        value = getattr(value, name)
    return dict.fromkeys(repl.session.attributes(value), "")


def described(value: Any) -> str:
    kind, shape, *_ = facts(value)
    return f"{kind} {shape}".strip()


def _orders(line: str) -> Iterator[Completion]:
    """Commands after a colon, and paths where a command takes a file."""
    name, space, rest = line.partition(" ")
    if not space:
        for known, order in ORDERS.items():
            if known.startswith(name[1:]):
                yield Completion(known, -len(name) + 1, display_meta=order.help)
    elif name in FILES:
        folder, start = os.path.split(rest)
        try:
            entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                yield Completion(entry.name + ("/" if entry.is_dir() else ""), -len(start))
