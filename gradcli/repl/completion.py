"""Completion: names, attributes of live values, keywords, commands and files. Nothing is ever evaluated."""

from __future__ import annotations

import os
import re
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from gradcli.data.data_format import holds_numbers
from gradcli.repl import files
from gradcli.repl.commands import COMMANDS, FILES, choices
from gradcli.repl.commands_inspect import facts
from gradcli.repl.completion_candidates import argument_candidates, import_candidates
from gradcli.repl.core import Repl
from gradcli.repl.highlight import KEYWORDS
from gradcli.repl.incremental_parse import line_states, state_after

INDEX = r"\[\s*(?:-?\d+|'[^'\\\n]*'|\"[^\"\\\n]*\")\s*\]"
CHAIN = re.compile(rf"(?:[^\W\d]\w*(?:{INDEX})*\.)*(?:[^\W\d]\w*)?$")
PARTS = re.compile(rf"([^\W\d]\w*)((?:{INDEX})*)(?:\.|$)")
KEY = re.compile(rf"(?:^|[^\w.])([^\W\d]\w*)((?:{INDEX})*)\[([\"'])([^\"'\\]*)$")
MOST_KEYS = 200
BEHIND_CALL = re.compile(r"[)\]]\.([^\W\d]\w*)$")
EXPRESSIONS = ("check", "time", "info", "graph", "steps", "diff", "plot", "doc")
"""Commands that take names and what they have."""
PLAIN_PARTS = frozenset({"grad", "data", "shape", "dtype"})
"""What can be read of a tensor without computing anything."""
About = str | Callable[[], str]


class Completions(Completer):
    """Completes names, attributes, arguments, imports, keys of dicts, commands and paths."""

    def __init__(self, repl: Repl) -> None:
        self.repl = repl

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        line = document.current_line_before_cursor
        word, space, argument = line.lstrip().partition(" ")
        if word[:1] == ":" and not (space and word[1:] in EXPRESSIONS):
            yield from _command_completions(self.repl, line.lstrip())
            return
        before = argument if word[:1] == ":" else before
        if state_after(line_states(document.text)[document.cursor_position_row], line + "\\").quote:
            with self.repl.program_lock:
                completions = keys(self.repl, before)
            yield from completions
            return      # within a string
        with self.repl.program_lock:
            imports = import_candidates(self.repl, line)
        if imports is not None:
            start, names = imports
            yield from (Completion(word, -len(start)) for word in names if word.startswith(start))
            return
        match = CHAIN.search(before)
        chain = match.group() if match else ""
        path, _, start = chain.rpartition(".")
        behind = BEHIND_CALL.search(before)
        with self.repl.program_lock:
            if before[: len(before) - len(chain)].endswith("."):
                candidates = tensor_candidates(self.repl) if behind else {}
                path = "a tensor"
            else:
                candidates = attribute_candidates(self.repl, path) if path else name_candidates(self.repl)
                if not path:
                    candidates.update(argument_candidates(self.repl, before))
        for word, about in sorted(candidates.items()):
            if word.startswith(start) and (start or path and word[0] != "_"):
                meta = partial(_holding_lock, self.repl, about) if callable(about) else about
                yield Completion(word, -len(start), display_meta=meta)


def _holding_lock(repl: Repl, about: Callable[[], str]) -> str:
    with repl.program_lock:
        return about()


def name_candidates(repl: Repl) -> dict[str, About]:
    """Every name in scope, with what it is now or does; keywords too."""
    candidates: dict[str, About] = dict.fromkeys(KEYWORDS, "keyword")
    candidates.update((name, "") for name in repl.session.loaded())
    candidates.update((name, partial(operation_summary, repl, name)) for name in repl.session.bare)
    candidates.update((name, type_and_shape(value)) for name, value in repl.names().items())
    return candidates


def tensor_candidates(repl: Repl) -> dict[str, About]:
    """The attributes of a tensor: what a call or an index gives is most likely one, and nothing is evaluated."""
    from gradcli.namespace.allow_list import tensor_names

    return {name: partial(operation_summary, repl, name) for name in tensor_names()}


def attribute_candidates(repl: Repl, path: str) -> dict[str, About]:
    """The attributes of the value that a dotted name stands for, if reading it computes nothing."""
    scope = {**repl.session.loaded(), **repl.names()}
    value: Any = None
    for at, (name, indices) in enumerate(PARTS.findall(path)):
        exists, value = _attribute(repl, value, name) if at else (name in scope, scope.get(name))
        for index in re.findall(INDEX, indices):
            if exists:
                exists, value = _item(value, literal_eval(index[1:-1].strip()))
        if not exists:
            return {}
    return {name: partial(attribute_summary, repl, value, name) for name in repl.session.attributes(value)}


def keys(repl: Repl, before: str) -> list[Completion]:
    """The keys of a dict in whose brackets a string has been begun."""
    opened = KEY.search(before)
    if opened is None:
        return []
    scope = {**repl.session.loaded(), **repl.names()}
    value: Any = scope.get(opened[1])
    for index in re.findall(INDEX, opened[2]):
        value = _item(value, literal_eval(index[1:-1].strip()))[1]
    texts = [key for key in dict.keys(value) if type(key) is str] if isinstance(value, dict) else []
    fitting = (key for key in texts if key.startswith(opened[4]) and key.isprintable() and opened[3] not in key)
    return [Completion(f"{key}{opened[3]}]", -len(opened[4]), display=key, display_meta=type_and_shape(value[key]))
            for key in fitting if "\\" not in key][:MOST_KEYS]


def _item(value: Any, key: Any) -> tuple[bool, Any]:
    """Whether a literal index can be read without running anything, and the item; a tensor stands for its items."""
    if holds_numbers(value):
        return True, value
    if type(value) in (list, tuple, dict):
        try:
            return True, value[key]
        except (LookupError, TypeError):
            pass
    return False, None


def _attribute(repl: Repl, value: Any, name: str) -> tuple[bool, Any]:
    """Whether an attribute can be read without running anything, and what it is then."""
    if name in getattr(value, "__dict__", {}) and name in repl.session.attributes(value):
        return True, vars(value)[name]
    if holds_numbers(value) and name in PLAIN_PARTS:
        return True, getattr(value, name)
    return False, None


def operation_summary(repl: Repl, name: str) -> str:
    """The signature of an operation and what it computes."""
    from gradcli.engine.autograd.op import TABLE
    from gradcli.reference.operations import summary_line

    with suppress(AttributeError):
        repl.session.operation(name)
    op = TABLE.get(name)
    return f"{op.signature.text(name)}  {summary_line(op)}" if op else ""


def attribute_summary(repl: Repl, value: Any, name: str) -> str:
    """Type and shape of an attribute that can be read, else the signature of the operation."""
    exists, part = _attribute(repl, value, name)
    return type_and_shape(part) if exists else operation_summary(repl, name)


def type_and_shape(value: Any) -> str:
    kind, shape, *_ = facts(value)
    return f"{kind} {shape}".strip()


def _command_completions(repl: Repl, line: str) -> Iterator[Completion]:
    """Commands after a colon, what a command takes, and paths where it takes a file."""
    name, space, argument = line.partition(" ")
    if not space:
        for key, command in COMMANDS.items():
            if key.startswith(name[1:]):
                yield Completion(key, -len(name) + 1, display_meta=command.help)
    elif name[1:] in FILES:
        yield from _paths(argument)
    else:
        for word in choices(repl, name[1:], argument):
            if word.startswith(argument.rpartition(" ")[2]):
                yield Completion(word, -len(argument.rpartition(" ")[2]))


def _paths(text: str) -> Iterator[Completion]:
    folder, start = os.path.split(text)
    for name in files.file_names(os.path.expanduser(folder)):
        if name.startswith(start) and (start or not name.startswith(".")):
            yield Completion(name, -len(start))
