"""Other languages' spellings, Python 2's among them, and characters that begin no word."""

from __future__ import annotations

import re

from gradcli.lang.messages.other_languages import keyboard_character
from gradcli.lang.syntax.lexer import Word

Hints = tuple[str, ...]

QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"'}
KINDS = frozenset("""let var const int float double string String bool char long auto val local my static private
    public final Tensor""".split())     # what other languages write before a new name
REFUSED = {
    "async": ("async is not part of the language: a program runs one step after another", ""),
    "await": ("await is not part of the language: call the function directly", ""),
    "exec": ("exec is not part of the language: a program runs as it was written", ""),
}


def unreadable(text: str, at: int) -> tuple[str, Hints, bool]:
    """Message, hints, and whether more text could mend it, for the character at `at` that begins no word."""
    c = text[at]
    line = text[at:].split("\n", 1)[0]
    if c in "'\"":
        if text[at : at + 3] == c * 3:
            return f"the string that begins here is never closed by {c * 3}", (), True
        return f"the string that begins here is not closed on its line by {c}", (line.rstrip() + c,), False
    if c in QUOTES:
        return f"{c} is a typographic quote; strings stand in plain ones", (QUOTES[c],), False
    if keyboard_character(c):
        return f"{c} is not a sign of the language", (keyboard_character(c),), False
    if c.isdigit() or (c == "." and line[1:2].isdigit()):
        word = line.split()[0]
        return f"a number runs into a name at {word[:30]}", (), False
    if c == "\\":
        return "after a backslash only the end of the line can stand", (), False
    if c == "!" and not text[:at].split("\n")[-1].strip():
        return "a line that begins with ! is a notebook's shell command; leave it out", (), False
    if c == "!":
        return "! is not a sign of the language", ("not ",), False
    if c == "`":
        return "backquotes are Python 2's", ("repr(x)",), False
    if c == "?":
        return "? is not a sign of the language: a choice is written a if condition else b", (), False
    return f"{c} is not a sign of the language", (), False


def foreign_word(line: list[Word], word: Word, rest: str) -> tuple[str, Hints, bool, Word, int] | None:
    """Message, hints, whether it is refused rather than misread, and the place, if `word` after `line` tells.

    The place is the word at which it begins, and where it ends in the text.

    `rest` is the text from `word` to the end of its line.
    """
    first = line[0] if line else ("", 0, 0, "")
    last = line[-1] if line else first
    rest = rest.rstrip()
    if first[3] == "print" and len(line) == 1 and word[0] not in ("_NEWLINE", "=", ")"):
        return "print needs brackets", (f"print({rest.rstrip('; ')})",), False, first, word[1] + len(rest)
    if last[0] == "NAME" and last[3] in REFUSED and word[0] not in ("=", ")", "]"):
        message, hint = REFUSED[last[3]]
        return message, (hint,) if hint else (), True, last, last[2]
    if first[0] == "except" and word[0] == ",":
        repair = f"except {last[3]} as{rest[1:].rstrip()}"
        return "the caught exception gets its name with as", (repair,), False, first, word[1] + len(rest)
    if first[0] == "raise" and word[0] == ",":
        repair = f"raise {last[3]}({rest[1:].strip()})"
        return "the reason of an exception stands in brackets", (repair,), False, first, word[1] + len(rest)
    if last[0] == "else" and word[0] == "if":
        return "else if is one word here", ("elif",), False, last, word[2]
    if _joined(last, word, "<", ">"):
        return "<> is Python 2's", ("!=",), False, last, word[2]
    if _joined(last, word, "==", "="):
        return "=== is not a sign of the language", ("==",), False, last, word[2]
    if _joined(last, word, "&", "&"):
        return "&& is not a sign of the language", ("and",), False, last, word[2]
    if _joined(last, word, "|", "|"):
        return "|| is not a sign of the language", ("or",), False, last, word[2]
    if word[0] in ("_NEWLINE", ";", ")") and len(line) > 2 and (line[-2][0], last[0]) in (("+", "+"), ("-", "-")):
        repair = f"{line[-3][3]} {last[0]}= 1"
        return f"{last[0] * 2} is not a sign of the language", (repair,), False, line[-3], last[2]
    if word[0] == ":=" or (first[0] in ("let", "var", "const") and len(line) == 1):
        return ":= must stand in brackets here", ("(name := value)",), False, word, word[2]
    if last[0] == "NAME" and last[3] in KINDS and word[0] == "NAME" and len(line) == 1 \
            and re.match(r"\w+\s*([:=]|$)", rest):
        return f"a name needs no {last[3]} before it", (rest.rstrip("; "),), False, last, word[1] + len(rest)
    return None


def _joined(last: Word, word: Word, left: str, right: str) -> bool:
    return last[0] == left and word[0] == right and last[2] == word[1]
