"""The files that a person names at the prompt, and the editor.

A locked process (`process/walls/sandbox.py`) cannot reach them: the one that waits for it does, if the prompt is
on a terminal. One that is not locked, as in a program of somebody's own, does it itself.
"""

from __future__ import annotations

import os

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source, as_source, from_file, similar
from gradcli.faults.tree import FileFault
from gradcli.process import broker, channel
from gradcli.process.limits import limited
from gradcli.process.messages import Answer, Edit, List, Load, Request, Save, Suspend
from gradcli.process.walls.sandbox import Lock


def file_path(text: str) -> str:
    """The path in the argument of a command: `~` expanded, and without quotes around it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return os.path.expanduser(text)


def save(path: str, text: str) -> None:
    """Write a text to a file, whole or not at all."""
    if Lock.locked:
        _answer(Save(path, text), f"cannot write {path}")
        return
    output = Output(path)
    output.write(text)
    output.finish()


def load(path: str, settings: Settings) -> Source:
    """The program in a file, read as `settings` limit it."""
    path = os.path.join(".", path) if path == "-" else path
    if not Lock.locked:
        with limited(settings):
            return from_file(path, ":load ")
    answer = _answer(Load(path), f"cannot read {path}", path)
    with limited(settings):     # not while the person is asked
        return as_source(answer.text.encode("latin-1"), path)


def edited(text: str) -> str:
    """Open a text in the editor of $VISUAL or $EDITOR, and return it as saved."""
    if Lock.locked:
        return _answer(Edit(text)).text
    try:
        return broker.edit_text(text)
    except ValueError as error:
        raise FileFault(str(error), "EDITOR=nano gradcli") from None


def file_names(folder: str) -> list[str]:
    """The names in a folder, those of folders with a slash; none where it cannot be read."""
    if Lock.locked:
        return list(channel.ask(List(folder)).names)
    try:
        return list(broker.list_folder(folder))
    except OSError:
        return []


def suspend() -> None:
    """Ctrl-Z: stop the whole job until the shell continues it."""
    _answer(Suspend())


def _answer(request: Request, failure: str = "", path: str = "") -> Answer:
    """Send a request to the supervisor and return its answer; FileFault with `failure` if it failed."""
    answer = channel.ask(request)
    if answer.error:
        beside = channel.ask(List(os.path.dirname(path))).names if path else ()
        raise FileFault(f"{failure}: {answer.error}" if failure else answer.error,
                        *(f":load {close}" for close in similar(path, beside)))
    return answer
