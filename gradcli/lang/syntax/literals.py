"""The values of number and string literals."""

from __future__ import annotations

import re

ESCAPE = re.compile(r"\\(\r?\n|[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}"
                    r"|N\{[^}]+\}|[xuUN])")
SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
          "v": "\v", "\n": "", "\r\n": ""}


def number_value(text: str) -> int | float | complex | None:
    """The value of a NUMBER, or None if it is not well formed (`012`) or has too many digits."""
    try:
        if text[:2].lower() in ("0x", "0o", "0b"):
            return int(text, 0)
        if text[-1] in "jJ":
            return complex(0.0, float(text[:-1]))
        if any(c in text for c in ".eE"):
            return float(text)
        return int(text, 0)
    except ValueError:
        return None


def unescape(body: str) -> str:
    """`body` with its escapes replaced; a ValueError says which one stands for nothing."""
    return ESCAPE.sub(_replacement, body)


def _replacement(match: re.Match[str]) -> str:
    escape = match[1]
    if escape in SIMPLE:
        return SIMPLE[escape]
    if escape[0] == "N" and len(escape) > 1:
        import unicodedata

        try:
            return unicodedata.lookup(escape[2:-1])
        except KeyError:
            raise ValueError(f"no character is called {escape[2:-1]}") from None
    if escape in "xuUN":
        raise ValueError(f"the escape \\{escape} is cut short")
    code = int(escape[1:], 16) if escape[0] in "xuU" else int(escape, 8)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"no character has the number {code:#x}")
    return chr(code)
