"""The replacement texts of `re.sub`, such as `\\1-\\g<name>`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradcli.namespace.python.patterns.syntax import PatternFault

REFERENCE = re.compile(r"\\(?:g(?:<([^>]*)(>)?)?|(\d{1,3})|(.?))", re.DOTALL)
SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def parsed(text: str, groups: int, names: Mapping[str, int]) -> list[str | int]:
    """The parts of a replacement text: texts, and the numbers of groups whose text comes in their place."""
    parts: list[str | int] = []
    at = 0
    while (reference := REFERENCE.search(text, at)) is not None:
        parts.append(text[at:reference.start()])
        part, at = _part(text, reference, groups, names)
        parts.append(part)
    parts.append(text[at:])
    return [part for part in parts if part != ""]


def _part(text: str, reference: re.Match[str], groups: int, names: Mapping[str, int]) -> tuple[str | int, int]:
    """One part after a backslash, and where the text goes on."""
    name, closed, digits, sign = reference.groups()
    start, end = reference.span()
    if digits is not None:
        return _numbered(text, digits, start, groups)
    if sign is None:
        if name is None:
            raise _fault("missing <", text, start + 2)
        if name and not closed:
            raise _fault("missing >, unterminated name", text, start + 3)
        return _named(text, name, start + 3, groups, names), end
    if sign == "":
        raise _fault("bad escape (end of pattern)", text, start)
    if sign in SIGNS:
        return SIGNS[sign], end
    if sign.isascii() and sign.isalpha():
        raise _fault(f"bad escape \\{sign}", text, start)
    return f"\\{sign}", end


def _numbered(text: str, digits: str, start: int, groups: int) -> tuple[str | int, int]:
    """A group by its number, or a character by its octal digits."""
    octal = re.match(r"0[0-7]{0,2}|[0-7]{3}", digits)
    if octal is not None:
        code = int(octal.group(), 8)
        if code > 0o377:
            raise _fault(f"octal escape value \\{octal.group()} outside of range 0-0o377", text, start)
        return chr(code), start + 1 + octal.end()
    number = digits[:2]
    if int(number) > groups:
        raise _fault(f"invalid group reference {int(number)}", text, start + 1)
    return int(number), start + 1 + len(number)


def _named(text: str, name: str, start: int, groups: int, names: Mapping[str, int]) -> int:
    if name.isidentifier():
        if name not in names:
            raise IndexError(f"unknown group name {name!r}")
        return names[name]
    if not name:
        raise _fault("missing group name", text, start)
    if not (name.isascii() and name.isdigit()):
        raise _fault(f"bad character in group name {name!r}", text, start)
    number = int(name.lstrip("0")[:9] or "0")
    if number > groups:
        raise _fault(f"invalid group reference {number}", text, start)
    return number


def _fault(message: str, text: str, at: int) -> PatternFault:
    return PatternFault(re.error(message, text, at))
