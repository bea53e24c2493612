"""The streams of a program: `sys.stdout`, `sys.stderr`, and what `print(file=...)` writes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget


@exposed(*"write writelines flush isatty encoding name mode closed".split())
class TextStream:
    """A stream that text can be written to, and nothing else."""

    __module__, __qualname__ = "_io", "TextIOWrapper"
    encoding, mode, closed = "utf-8", "w", False

    def __init__(self, name: str, write: Callable[[str], object]) -> None:
        self.name = name
        self._write = write

    def write(self, text: str, /) -> int:
        """Write a text; return the number of its characters."""
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._write(text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:
        """Write several texts."""
        for line in Budget().bounded(lines):
            self.write(line)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def isatty(self) -> bool:
        """False, also where the output is a terminal."""
        return False

    def __display__(self, style: Any) -> str:
        return f"<_io.TextIOWrapper name='{self.name}' mode='w' encoding='utf-8'>"


TextStream.__name__ = "TextIOWrapper"     # as messages call it


def writer(file: Any, write: Callable[[str], object]) -> Callable[[str], object]:
    """The function that print(file=...) writes with; ArgumentFault for files of other types."""
    if file is None:
        return write
    if type(file) is not TextStream:
        raise ArgumentFault("print() writes to the output and to sys.stderr; there are no files here",
                            ("print(x, file=sys.stderr)", "beside the output"))
    return file.write
