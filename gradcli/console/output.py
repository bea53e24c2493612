"""Where results are written: to standard output as they come, or to a file, whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from io import RawIOBase, TextIOWrapper
from stat import S_ISFIFO

from gradcli.console.replayed import refuse_change
from gradcli.console.settings import Settings
from gradcli.faults.source import terminal_safe
from gradcli.faults.tree import FileFault
from gradcli.process import channel
from gradcli.process.limits import limited
from gradcli.process.output_file import Unplaced
from gradcli.process.walls.sandbox import keep


def echo(text: str) -> None:
    """Print a line at once. Where standard output cannot encode it, Typer's own `echo` finds a way."""
    if sys.stdout is None:
        return
    if sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        from typer import echo as elsewhere

        elsewhere(text)
        return
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Output:
    """Collects text or prints it; `finish` ends it.

    A worker opens the file at once, since it is locked later; its supervisor puts the file in its place.
    """

    def __init__(self, path: str | None = None, settings: Settings | None = None) -> None:
        """`path` is the file, None for standard output; the time limit of `settings` holds for opening a named pipe."""
        self.path = path
        self.parts: list[str] = []
        collects = path or sys.stdout is None
        self.write: Callable[[str], object] = self.parts.append if collects else _printing()
        self._file: Unplaced | None = None
        if path:
            refuse_change(f"writing {path}")
        if path and channel.Pipes.to_parent is not None:
            with limited(settings) if settings and _is_pipe(path) else nullcontext():
                self._file = _announced(path)

    def write_painted(self, text: str) -> None:
        """Write text with our own colours in it, whose other control characters are visible already."""
        if self.path or sys.stdout is None:
            self.parts.append(text)
        else:
            sys.stdout.write(text)

    def finish(self, content: bytes | None = None) -> None:
        """Write the collected text, or `content` instead of it, to the file; without one, print `content`."""
        if self.path:
            try:
                file = self._file or Unplaced(self.path)
                try:
                    file.write("".join(self.parts).encode("utf-8", "backslashreplace") if content is None else content)
                    _place(file)
                finally:
                    file.discard()
            except OSError as error:
                raise unwritable(self.path, error) from None
        elif content is not None and sys.stdout is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()


def print_text(text: str) -> None:
    """Print text of a program or of its values; a terminal gets no control characters."""
    _spell_out()
    sys.stdout.write(terminal_safe(text) if sys.stdout.isatty() else text)


def _printing() -> Callable[[str], object]:
    """The function that writes to standard output, with a backslash escape for what its encoding lacks.

    A terminal gets no control characters: a program could forge output with them, or worse.
    """
    if isinstance(sys.stdout.buffer, RawIOBase):    # PYTHONUNBUFFERED: a partial write to a pipe would lose the rest
        sys.stdout = open(sys.stdout.fileno(), "w", 1, sys.stdout.encoding, sys.stdout.errors, closefd=False)
    _spell_out()
    write = sys.stdout.write
    return (lambda text: write(terminal_safe(text))) if sys.stdout.isatty() else write


def _spell_out() -> None:
    """Let standard output escape what its encoding lacks; UTF-8 lacks lone surrogates."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors != "backslashreplace":
        sys.stdout.reconfigure(errors="backslashreplace")


def _announced(path: str) -> Unplaced:
    """Open a file to be written, and announce it to the supervisor, which will put it in its place."""
    from gradcli.process.messages import Begin

    try:
        file = Unplaced(path)
        if not file.direct:
            there = os.fstat(file.descriptor)
            answer = channel.ask(Begin(file.descriptor, there.st_dev, there.st_ino, file.part, file.target))
            if answer.error:
                raise OSError(0, answer.error)
    except OSError as error:
        raise unwritable(path, error) from None
    keep(file.descriptor)
    return file


def _is_pipe(path: str) -> bool:
    try:
        return S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def _place(file: Unplaced) -> None:
    """Put a written file in its place, or have the supervisor do so."""
    if file.direct or channel.Pipes.to_parent is None:
        file.place()
        return
    from gradcli.process.messages import Commit

    answer = channel.ask(Commit())
    if answer.error:
        raise OSError(0, answer.error)
    file.part = ""      # this process could not remove it


def unwritable(path: str | None, error: OSError) -> FileFault:
    """The fault of a file that cannot be written."""
    return FileFault(f"cannot write {path}: {error.strerror}")
