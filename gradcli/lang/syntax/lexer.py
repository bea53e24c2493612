"""The lexer: text to words by one regular expression, with INDENT and DEDENT words between lines.

A word is a tuple `(kind, start, end, text)`, offsets in characters. Its kind is the name of a
terminal of the grammar, or, for keywords and signs, the text itself.
"""

from __future__ import annotations

import re
from typing import Any
from unicodedata import is_normalized, normalize

from gradcli.faults.mistakes import DepthLimit, IndentationFault
from gradcli.faults.source import Span
from gradcli.faults.tree import SyntaxFault

Word = tuple[str, int, int, Any]
Node = tuple[str, int, int, Any]     # of the syntax tree: kind, start, end, children; a leaf is a word

NESTING = 200       # brackets within brackets, as in CPython
INDENTATION = 100   # blocks within blocks, as in CPython

BETWEEN = ("_NEWLINE", "_INDENT", "_DEDENT")        # the words behind which a statement begins

MATCH = r"match\b[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]+case\b"
CASE = r"case\b(?![ \t]*(?:[-+*/%&|^@]?=|[.,:)\]]))[^\n]*"

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {")": "(", "]": "[", "}": "{"}

FORBIDDEN = \
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2061-\u2069\ud800-\udfff]|\r(?!\n)"


def span_between(text: str, start: int, end: int) -> Span:
    """The span of the characters from offset `start` up to `end`: lines and columns from 1."""
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    end_line = line + text.count("\n", start, end)
    return Span(line, column, end_line, end - text.rfind("\n", 0, end))


def check_text(text: str) -> None:
    """SyntaxFault if the text has invisible characters or ones that change its direction (rule R10)."""
    if text.replace("\n", "").replace("\t", "").isprintable():      # as nearly every text is: none of them is printable
        return
    match = re.search(FORBIDDEN, text)
    if match is None:
        return
    code = ord(match[0])
    character = "a carriage return that ends no line" if code == 13 else f"the invisible character U+{code:04X}"
    raise SyntaxFault(f"the text contains {character}", span=span_between(text, match.start(), match.end()))


class Lexer:
    """The lexer of one set of tables."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.scanner: Any = re.compile(tables["regex"]).scanner     # type: ignore[attr-defined]  # undocumented, old
        self.groups: list[str] = tables["groups"]
        self.keywords = {word: word for word in tables["keywords"]}

    def words(self, text: str) -> list[Word]:
        """The words of a program, which must end in a newline, with indentation and the end marked."""
        words: list[Word] = []
        add = words.append
        groups, keyword, ascii_only = self.groups, self.keywords.get, text.isascii()
        brackets: list[int] = []
        indents = [""]
        size, at, end = len(text), 0, 0
        if text[0] in " \t" and (begins := len(text) - len(text.lstrip(" \t"))) and text[begins] not in "#\r\n\\":
            add(("_INDENT", 0, begins, ""))
        while at < size:
            for match in iter(self.scanner(text, at).match, None):
                group = match.lastindex
                start, end = match.span(group)
                word = match[group]
                if group == 1:
                    if not ascii_only:
                        word = normal_name(text, word, start, end)
                    if (word == "match" or word == "case") and (not words or words[-1][0] in BETWEEN):
                        add((soft(text, start, words), start, end, word))
                    else:
                        add((keyword(word, "NAME"), start, end, word))
                elif (kind := groups[group]) == "":
                    add((word, start, end, word))
                    if word in OPENING:
                        brackets.append(start)
                        if len(brackets) > NESTING:
                            raise DepthLimit(f"brackets are nested more than {NESTING} deep",
                                             span=span_between(text, start, end))
                    elif word in CLOSING and brackets:
                        brackets.pop()
                elif kind == "_NEWLINE":
                    if not brackets:
                        add((kind, start, end, word))
                        indent = word[word.rfind("\n") + 1:] if end < size else ""
                        if indent != indents[-1]:
                            _indent(text, indent, indents, end, words)
                elif kind == "MAGIC" and words and words[-1][0] not in BETWEEN:
                    add(("%", start, start + 1, "%"))       # no statement begins here, so this is the operator
                    at = end = start + 1
                    break
                else:
                    add((kind, start, end, word))
            else:
                break
        if end < size and text[end:].strip(" \t"):
            end += len(text[end:]) - len(text[end:].lstrip(" \t"))
            add(("", end, end + 1, text[end]))
        _indent(text, "", indents, size, words)
        add(("$END", size, size, ""))
        return words

    def piece(self, text: str, start: int, stop: int) -> list[Word]:
        """The words of the expression between two offsets, as in the braces of an f-string."""
        words: list[Word] = []
        end = start
        for match in iter(self.scanner(text, start, stop).match, None):
            group = match.lastindex
            begin, end = match.span(group)
            word, kind = match[group], self.groups[group]
            if kind == "NAME":
                word = normal_name(text, word, begin, end)
                kind = self.keywords.get(word, kind)
            if kind != "_NEWLINE":
                words.append((kind or word, begin, end, word))
        rest = text[end:stop].lstrip(" \t")
        if rest:
            words.append(("", stop - len(rest), stop - len(rest) + 1, rest[0]))
        words.append(("$END", stop, stop, ""))
        return words


def soft(text: str, start: int, words: list[Word]) -> str:
    """The kind of `match` or `case` at the beginning of a statement: a soft keyword, or a NAME."""
    if text[start] == "m":
        return "_MATCH" if re.compile(MATCH).match(text, start) else "NAME"
    inside = re.compile(CASE).match(text, start) and any(word[0] == "_MATCH" for word in words)
    return "_CASE" if inside else "NAME"


SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"     # the digits from 0 on


def normal_name(text: str, word: str, start: int, end: int) -> str:
    """A name in Unicode's NFKC form, as Python reads it (rule R1): ϕ is φ, and µ is μ.

    SyntaxFault if a letter of it would become one of ASCII's: such a name could pass for a keyword or another name.
    """
    if word.isascii() or is_normalized("NFKC", word):
        return word
    normal = normalize("NFKC", word)
    letters = "".join(letter for letter in word if not letter.isascii())
    if normal.isidentifier() and not any(map(str.isascii, normalize("NFKC", letters))):
        return normal
    base = word.rstrip(SUPERSCRIPTS)
    if len(word) > len(base) and (not base or base.isidentifier()):
        digits = "".join(str(SUPERSCRIPTS.index(digit)) for digit in word[len(base):])
        call = re.compile(r"\([^()\n]*\)").match(text, end) if base else None
        raise SyntaxFault("a power is written **", f"{base}{call[0] if call else ''}**{digits}",
                          span=span_between(text, start, call.end() if call else end))
    raise SyntaxFault(f"the name {word} has letters that only look like others; retype it",
                      span=span_between(text, start, end))


def _columns(indent: str) -> tuple[int, int]:
    """The column after an indentation with tabs at every eighth place, and with tabs as wide as blanks.

    As CPython has it, two indentations compare only if both say the same: what is deeper must be so for any tab.
    """
    return len(indent.expandtabs(8)), len(indent)


def _indent(text: str, indent: str, indents: list[str], at: int, words: list[Word]) -> None:
    """Append INDENT or DEDENT words where a line's indentation differs from the block's; IndentationFault if wrong."""
    columns, open_block = _columns(indent), _columns(indents[-1])
    if columns == open_block:
        return
    if columns[0] > open_block[0] and columns[1] > open_block[1]:
        if len(indents) > INDENTATION:
            raise DepthLimit(f"blocks are nested more than {INDENTATION} deep", span=span_between(text, at, at + 1))
        indents.append(indent)
        words.append(("_INDENT", at - len(indent), at, ""))
        return
    while _columns(indents[-1]) != columns:
        if _columns(indents[-1])[0] <= columns[0]:
            mixed = "\t" in indent + indents[-1]
            raise IndentationFault(
                "tabs and spaces are mixed in the indentation" if mixed and " " in indent + indents[-1]
                else "the indentation matches no block that is open here",
                "indent with four spaces, the same for every line of a block",
                span=span_between(text, at - len(indent), at + 1), as_python=True)
        indents.pop()
        words.append(("_DEDENT", at, at, ""))
