"""Source text and the places in it.

A span counts lines and columns from 1, in characters; its end is exclusive. Python's
compiler counts columns in UTF-8 bytes from 0, so crossing over takes the line itself.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

TAB = 4
WIDTH = 200     # columns of a source line with carets
JOINERS = "\u200c\u200d\u00ad"     # within words and pictures; they change no direction


class Span(NamedTuple):
    """A stretch of source: first line and column, last line and the column after the last."""

    line: int
    column: int
    end_line: int
    end_column: int


class NamedValue(NamedTuple):
    """A value with its name before it."""

    name: str
    value: Any


LONGEST_TEXT = 4000     # characters of a message, a note or a repair in a diagnosis
_INSIDE = re.compile(r"(?<![\w.])(__main__\.)?(?:[\w.]|<lambda>|<locals>)*<locals>\."
                     r"| at 0x(?!7f2a5c)[0-9a-f]+")     # those of display/pseudo_address.py may stay


def without_addresses(text: str) -> str:
    """`text` without what CPython adds where it shows functions: true addresses, the names of those around them."""
    return _INSIDE.sub(r"\1", text) if "0x" in text or "<locals>" in text else text


def shortened(text: str) -> str:
    """`text`, cut where it is longer than any that a person reads in a diagnosis."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


def in_diagnosis(text: str) -> str:
    """`text`, which may quote values of the program, as a diagnosis shows it."""
    return shortened(without_addresses(text))


def quoted(word: str) -> str:
    """A word as one types it to a shell: names of files and words of programs may hold what a shell obeys."""
    from shlex import quote

    return quote(word)


def line_of(text: str, number: int) -> str:
    """Line `number` of `text`, counted from 1; empty beyond its end."""
    lines = text.split("\n")
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def char_column(line: str, offset: int) -> int:
    """The 1-based character column at the 0-based byte `offset` of `line`."""
    return len(line.encode()[:offset].decode(errors="ignore")) + 1 if not line.isascii() else offset + 1


def caret_lines(text: str, span: Span) -> tuple[str, str]:
    """The source line a span begins on, and the carets that underline it there.

    A line longer than WIDTH is cut around the span; control characters become visible.
    """
    line = line_of(text, span.line)
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(end, start + 1)
    cut = 0
    if len(line) > WIDTH:
        cut = max(0, min(start - WIDTH // 4, len(line) - WIDTH))
        line = line[cut : cut + WIDTH]
        end = min(end, cut + WIDTH)
    before = visible(line[: start - cut])
    under = visible(line[start - cut : end - cut]) or " "
    source_line = before + visible(line[start - cut :])
    return source_line.rstrip(), " " * cells(before) + "^" * max(1, cells(under))


def visible(text: str) -> str:
    """`text` with tabs widened and control or direction-changing characters made harmless."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(c) for c in text)


def _visible(c: str) -> str:
    if c == "\t":
        return " " * TAB
    if c.isprintable() or c == " ":
        return c
    return f"\\u{ord(c):04x}" if ord(c) > 0xFF else f"\\x{ord(c):02x}"


class Spelled(dict[str, str]):
    """How a terminal application shows single characters: those in the dict, and unseen ones spelled out."""

    def __contains__(self, c: object) -> bool:
        return dict.__contains__(self, c) or (isinstance(c, str) and len(c) == 1 and not c.isascii() and _is_unseen(c))

    def __missing__(self, c: str) -> str:
        return _visible(c)


def terminal_safe(text: str) -> str:
    """`text` as a terminal may have it: lines and tabs stay, what would move or colour it becomes visible."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if c in "\n\t" or not _is_unseen(c) else _visible(c) for c in text)


def encodable(text: str) -> str:
    """`text` as UTF-8 can hold it: a lone half of a character is spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def json_escaped(document: str) -> str:
    """A JSON document in which characters that cannot be seen, and lone surrogates, stand as escapes."""
    if document.isascii():      # json.dumps has escaped the control characters below space
        return document.replace("\x7f", "\\u007f")
    return "".join(_escape(c) if c != "\n" and _is_unseen(c) else c for c in document)


def _escape(c: str) -> str:
    """A character as JSON spells it: in two halves beyond the first plane."""
    units = c.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _is_unseen(c: str) -> bool:
    """Whether a character moves, colours or hides text: controls, changes of direction, no width, line separators."""
    from unicodedata import category

    kind = category(c)
    return kind[0] == "C" and c not in JOINERS or kind in ("Zl", "Zp")


def cells(text: str) -> int:
    """How many terminal cells `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
