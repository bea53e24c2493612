"""Where results go: standard output as they come, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import RawIOBase, TextIOWrapper

from gradcli.errors import FileFault
from gradcli.text import tamed


class Output:
    """Takes text; `finish` says that all of it is there."""

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self.parts: list[str] = []
        kept = path or sys.stdout is None
        self.write: Callable[[str], object] = self.parts.append if kept else _printing()

    def write_painted(self, text: str) -> None:
        """Take text with colours of ours in it, in which what others have said is harmless already."""
        if self.path or sys.stdout is None:
            self.parts.append(text)
        else:
            sys.stdout.write(text)

    def finish(self, content: bytes | None = None) -> None:
        """Hand over what was written, or `content` in its place, to the file if there is one."""
        if self.path:
            _replace(self.path, "".join(self.parts).encode("utf-8", "backslashreplace") if content is None else content)
        elif content is not None and sys.stdout is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()


def put(text: str) -> None:
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


def _replace(path: str, content: bytes) -> None:
    """Write beside the file, then put it in place in one step.

    A link stays a link and a file keeps its permissions; a device or a pipe is written to, never replaced.
    """
    target = os.path.realpath(path)
    beside = f"{target}.{os.getpid()}.part"
    there = os.path.exists(path)
    try:
        if there and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(content)
            return
        with open(beside, "xb") as file:
            if there:
                os.chmod(beside, os.stat(target).st_mode & 0o777)
            file.write(content)
        os.replace(beside, target)
    except OSError as error:
        raise FileFault(f"cannot write {path}: {error.strerror}") from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
