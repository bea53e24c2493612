"""Read programs from arguments, files and standard input, as strict UTF-8."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from gradcli import regular_file
from gradcli.console.replayed import refuse_reading
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.source import quoted
from gradcli.faults.tree import FileFault, UsageFault

LARGEST = 64 << 20      # bytes of a program
BYTE_ORDER_MARK = "\ufeff"         # the byte order mark
PROGRAM_FILE = r"(?:[\w.~-]*/)*[\w.-]*\w\.(?:grad|py|ipynb|txt|md)"
DESCRIPTOR = r"/dev/(?:fd/(\d{1,6})|stdin)"


_spent: list[Any] = []      # the standard input that has been read to its end


class Source(NamedTuple):
    """A program and what to call it in diagnostics."""

    text: str
    name: str


def from_words(argv: list[str]) -> list[Source]:
    """The sources of `eval`: each word is one, and - stands for standard input."""
    several = len(argv) > 1
    return [standard_input() if word == "-" else
            Source(unprompted(from_argument(word)), f"<eval {n}>" if several else "<eval>")
            for n, word in enumerate(argv, 1)]


def from_file(path: str, before: str = "gradcli run ", most: int = LARGEST) -> Source:
    """The program in a file; - is standard input. `before` stands before the file that may have been meant."""
    if path == "-":
        return standard_input()
    return as_source(read_bytes(path, before, most), path)


def from_file_or_word(word: str, names: Iterable[str], before: str) -> Source | None:
    """The program in the file that a word names; None for a word that is a program itself.

    x.grad is a file only if it is there, or if x is none of the `names`.
    """
    if not os.path.isfile(word):
        first = word.partition(".")[0]
        if "." not in word or not re.fullmatch(PROGRAM_FILE, word) or first in names:
            return None
    return from_file(word, before)


def is_program_file(word: str) -> bool:
    """Whether a word names a file that is there, and whose name ends like a program's."""
    return bool(re.fullmatch(PROGRAM_FILE, word)) and os.path.isfile(word)


def text_of_file(path: str) -> Source:
    """The text of a file as it stands; - is standard input."""
    if path == "-":
        return Source(decode_utf8(input_bytes(LARGEST), "standard input"), "<stdin>")
    return Source(decode_utf8(read_bytes(path, most=LARGEST), path), path)


def as_source(content: bytes, name: str) -> Source:
    """The program that the content of a file is."""
    return Source(unprompted(decode_utf8(content, name), name), name)


def standard_input() -> Source:
    return Source(unprompted(decode_utf8(input_bytes(LARGEST), "standard input")), "<stdin>")


def input_bytes(most: int = -1) -> bytes:
    """All of standard input."""
    if sys.stdin is None:
        raise FileFault("standard input is closed")
    if _spent and _spent[-1] is sys.stdin:
        raise UsageFault("standard input is asked for twice, and can be read once",
                         ("--var NAME=@FILE", "the data, from a file"))
    _spent[:] = [sys.stdin]
    return _check_length(sys.stdin.buffer.read(most + 1 if most >= 0 else -1), "standard input", most)


def _check_length(content: bytes, name: str, most: int) -> bytes:
    """`content`, unless it is longer than `most` bytes; -1 for any length."""
    if 0 <= most < len(content):
        raise SizeLimit(f"{name} is longer than a program may be, which is {most >> 20} MiB")
    return content


def read_bytes(path: str, before: str = "gradcli run ", most: int = -1) -> bytes:
    """The content of a regular file. Raises FileFault, and SizeLimit beyond `most` bytes; -1 for any length.

    The repair of a missing file is `before` and the name of a file beside it that may have been meant.
    """
    limit = most + 1 if most >= 0 else -1
    if not path:
        raise FileFault("the name of the file is empty", f"{before}FILE")
    try:
        refuse_reading(path)
        inherited = re.fullmatch(DESCRIPTOR, path)      # what `<(command)` of a shell stands for
        if inherited:
            with open(int(inherited[1] or 0), "rb", closefd=False) as file:
                return _check_length(file.read(limit), path, most)
        return _check_length(regular_file.read(path, limit), path, most)
    except (OSError, ValueError) as error:
        hints = similar(path, _siblings(path)) if isinstance(error, FileNotFoundError) else ()
        raise FileFault(f"cannot read {path}: {getattr(error, 'strerror', None) or error}",
                        *(f"{before}{quoted(close)}" for close in hints)) from None


def decode_utf8(content: bytes, name: str) -> str:
    """Decode strict UTF-8, without a leading byte order mark; FileFault for other bytes, or for a second mark."""
    try:
        text = content.decode().removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileFault(f"{name} is not UTF-8 text: byte 0x{content[error.start]:02x} in line {line}") from None
    if text.startswith(BYTE_ORDER_MARK):
        raise FileFault(f"{name} begins with two byte order marks, and one is all that a text may have")
    return text


def from_argument(word: str) -> str:
    """An argument of the command line as UTF-8 text, whatever encoding Python has decoded it with."""
    try:
        return decode_utf8(os.fsencode(word), "an argument")
    except UnicodeEncodeError:
        raise FileFault("an argument is not UTF-8 text") from None


def unprompted(text: str, name: str = "") -> str:
    """The program in a text: of a pasted session without prompts and output. UsageFault for a notebook."""
    if text[:1] == "{" or text[:1].isspace():

        if is_notebook(text):
            file = quoted(name) if name else "NOTEBOOK.ipynb"
            raise UsageFault(f"{name or 'this text'} is a notebook, which is no program as it stands",
                             (f"gradcli run {file}", "runs its cells"),
                             (f"gradcli test {file}", "runs them and compares what they print with what is stored"))
    if ">>>" not in text and "In [" not in text and "In[" not in text:
        return text
    from gradcli.console.pasted_session import clean

    return clean(text)


def similar(path: str, beside: Iterable[str]) -> tuple[str, ...]:
    """The paths of files beside `path` whose names are near its own."""
    from gradcli.faults.suggestions import nearest

    folder, name = os.path.split(path)
    return tuple(os.path.join(folder, close) for close in nearest(name, beside))


def _siblings(path: str) -> list[str]:
    try:
        return os.listdir(os.path.dirname(path) or ".")
    except OSError:
        return []


NOTEBOOK = r'\ufeff?\s*\{(?=[\s\S]*"cells")(?=[\s\S]*"(?:nbformat|cell_type)")'


def is_notebook(text: str) -> bool:
    """Whether a text is a notebook as it lies in a file."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "{" and bool(re.match(NOTEBOOK, text))
