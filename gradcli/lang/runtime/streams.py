"""The streams of a program: `sys.stdout`, `sys.stderr`, `io.StringIO`, and what `print(file=...)` writes to."""

from __future__ import annotations

import io
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


TextStream.__name__ = "_io.TextIOWrapper"     # as messages call it


@exposed("write", "writelines", "getvalue", "read", "readline", "readlines", "seek", "tell", "close", "flush",
         "truncate", "closed")
class TextBuffer:
    """`io.StringIO`: a text that is written and read from a position on."""

    __module__, __qualname__ = "_io", "StringIO"
    __slots__ = ("_newline", "_own", "_state")

    def __init__(self, initial_value: Any = "", newline: Any = "\n") -> None:
        if newline not in ("\n", "", None) or type(initial_value) not in (str, type(None)):
            raise ArgumentFault("a StringIO begins with a text", "io.StringIO('one\\ntwo')")
        self._own, self._newline = io.StringIO(initial_value, newline), newline
        self._state: tuple[str, int] | tuple[()] | None = None      # as `state` has returned it, until it changes

    closed = property(lambda self: self._own.closed)

    def state(self) -> tuple[str, int] | tuple[()]:
        """The text and the position, or () of a closed one; the same objects for as long as nothing changes."""
        if self._state is None:
            self._state = () if self._own.closed else (self._own.getvalue(), self._own.tell())
        return self._state

    def set_state(self, state: tuple[str, int] | tuple[()]) -> None:
        """Return to what `state` has returned."""
        self._own, self._state = io.StringIO(state[0] if state else "", self._newline), state
        if state:
            self._own.seek(state[1])
        else:
            self._own.close()

    def _changed(self, result: Any) -> Any:
        self._state = None
        return result

    def write(self, text: Any, /) -> int:
        """Write a text at the position; return the number of its characters."""
        if type(text) is not str:
            raise TypeError(f"string argument expected, got '{type(text).__name__}'")
        Budget().check_characters(self._own.tell() + len(text))
        return self._changed(self._own.write(text))

    def writelines(self, lines: Any, /) -> None:
        """Write several texts."""
        for line in Budget().bounded(lines):
            self.write(line)

    def getvalue(self) -> str:
        """The whole text."""
        return self._own.getvalue()

    def read(self, size: Any = -1, /) -> str:
        """The text from the position on, or so many characters of it."""
        return self._changed(self._own.read(size))

    def readline(self, size: Any = -1, /) -> str:
        """The line from the position on."""
        return self._changed(self._own.readline(size))

    def readlines(self, hint: Any = -1, /) -> list[str]:
        """The lines from the position on."""
        return self._changed(self._own.readlines(hint))

    def seek(self, offset: Any, whence: Any = 0, /) -> int:
        """Move the position; return the new one."""
        if type(offset) is int:
            Budget().check_characters(offset)
        return self._changed(self._own.seek(offset, whence))

    def tell(self) -> int:
        """The position."""
        return self._own.tell()

    def truncate(self, size: Any = None, /) -> int:
        """Cut the text off at the position, or at `size`."""
        return self._changed(self._own.truncate(size))

    def close(self) -> None:
        """Drop the text."""
        self._own.close()
        self._state = None

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def __iter__(self) -> TextBuffer:
        return self

    def __next__(self) -> str:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __enter__(self) -> TextBuffer:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __display__(self, style: Any) -> str:
        return f"<_io.StringIO object at {style.address(self)}>"


TextBuffer.__name__ = "_io.StringIO"     # likewise


def writer(file: Any, write: Callable[[str], object]) -> Callable[[str], object]:
    """The function that print(file=...) writes with; ArgumentFault for files of other types."""
    if file is None:
        return write
    if type(file) not in (TextStream, TextBuffer):
        raise ArgumentFault("print() writes to the output and to sys.stderr; there are no files here",
                            ("print(x, file=sys.stderr)", "beside the output"))
    write_to: Callable[[str], object] = file.write
    return write_to
