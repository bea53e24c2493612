"""Where results go: standard output as they come, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from io import RawIOBase, TextIOWrapper
from stat import S_ISFIFO

from gradcli.console.settings import Settings
from gradcli.faults.source import tamed
from gradcli.faults.tree import FileFault
from gradcli.process import channel
from gradcli.process.limits import limited
from gradcli.process.output_file import Unplaced
from gradcli.process.walls.sandbox import keep


class Output:
    """Takes text; `finish` says that all of it is there.

    Where another process waits for this one, the file is opened at once, since later this one is locked;
    the other puts it in its place.
    """

    def __init__(self, path: str | None = None, settings: Settings | None = None) -> None:
        """`settings` limit how long it waits for the reader of a pipe that has a name."""
        self.path = path
        self.parts: list[str] = []
        collects = path or sys.stdout is None
        self.write: Callable[[str], object] = self.parts.append if collects else _printing()
        self._file: Unplaced | None = None
        if path and channel.Pipes.to_parent is not None:
            with limited(settings) if settings and _is_pipe(path) else nullcontext():
                self._file = _announced(path)

    def write_painted(self, text: str) -> None:
        """Take text with colours of ours in it, in which what others have said is harmless already."""
        if self.path or sys.stdout is None:
            self.parts.append(text)
        else:
            sys.stdout.write(text)

    def finish(self, content: bytes | None = None) -> None:
        """Hand over what was written, or `content` in its place, to the file if there is one."""
        if self.path:
            try:
                file = self._file or Unplaced(self.path)
                try:
                    file.write("".join(self.parts).encode("utf-8", "backslashreplace") if content is None else content)
                    _place(file)
                finally:
                    file.discard()
            except OSError as error:
                raise _unwritable(self.path, error) from None
        elif content is not None and sys.stdout is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()


def print_text(text: str) -> None:
    """Print what a program, or a value of it, has to say; a terminal gets no control characters."""
    _spell_out()
    sys.stdout.write(tamed(text) if sys.stdout.isatty() else text)


def _printing() -> Callable[[str], object]:
    """Writing to standard output, where what the encoding lacks is spelled out instead of failing.

    A terminal gets no control characters: a program could forge its output with them, or worse.
    """
    if isinstance(sys.stdout.buffer, RawIOBase):    # PYTHONUNBUFFERED: what one write to a pipe left would be lost
        sys.stdout = open(sys.stdout.fileno(), "w", 1, sys.stdout.encoding, sys.stdout.errors, closefd=False)
    _spell_out()
    write = sys.stdout.write
    return (lambda text: write(tamed(text))) if sys.stdout.isatty() else write


def _spell_out() -> None:
    """Let standard output spell out what its encoding lacks: also a lone half of a character, which UTF-8 lacks."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors != "backslashreplace":
        sys.stdout.reconfigure(errors="backslashreplace")


def _announced(path: str) -> Unplaced:
    """A file to be written, which the one that waits will put in its place."""
    from gradcli.process.messages import Begin

    try:
        file = Unplaced(path)
        if not file.direct:
            there = os.fstat(file.descriptor)
            answer = channel.ask(Begin(file.descriptor, there.st_dev, there.st_ino, file.part, file.target))
            if answer.error:
                raise OSError(0, answer.error)
    except OSError as error:
        raise _unwritable(path, error) from None
    keep(file.descriptor)
    return file


def _is_pipe(path: str) -> bool:
    try:
        return S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def _place(file: Unplaced) -> None:
    """Put a file that is written in its place."""
    if file.direct or channel.Pipes.to_parent is None:
        file.place()
        return
    from gradcli.process.messages import Commit

    answer = channel.ask(Commit())
    if answer.error:
        raise OSError(0, answer.error)
    file.part = ""      # which this process could not remove


def _unwritable(path: str | None, error: OSError) -> FileFault:
    return FileFault(f"cannot write {path}: {error.strerror}")
