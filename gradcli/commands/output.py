"""Where results go: standard output as they come, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from gradcli.errors import FileFault
from gradcli.text import tamed


class Output:
    """Takes text; `finish` says that all of it is there."""

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self.parts: list[str] = []
        self.write: Callable[[str], object] = self.parts.append if path or sys.stdout is None else _printing()

    def finish(self, content: bytes | None = None) -> None:
        """Hand over what was written, or `content` in its place, to the file if there is one."""
        if self.path:
            _replace(self.path, "".join(self.parts).encode() if content is None else content)
        elif content is not None and sys.stdout is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()


def _printing() -> Callable[[str], object]:
    """Writing to standard output, where what the encoding lacks is spelled out instead of failing.

    A terminal gets no control characters: a program could forge its output with them, or worse.
    """
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        sys.stdout.reconfigure(errors="backslashreplace")   # type: ignore[union-attr]  # a TextIOWrapper here
    write = sys.stdout.write
    return (lambda text: write(tamed(text))) if sys.stdout.isatty() else write


def _replace(path: str, content: bytes) -> None:
    """Write beside the file, then put it in place in one step."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "xb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError as error:
        raise FileFault(f"cannot write {path}: {error.strerror}") from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
