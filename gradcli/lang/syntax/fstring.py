"""f-strings, part by part (rule R5).

To the lexer an f-string is one word. Here its text is split into literals and fields; what
stands in a field's braces is parsed by the grammar's rule `fexpr`, at its own place in the text.

A part is `("literal", start, end, value)` or `("field", start, end, (node, conversion, parts))`,
where `parts` is the field's format specification, split in the same way.
"""

from __future__ import annotations

from typing import Any

from gradcli.faults.tree import SyntaxFault
from gradcli.lang.syntax.driver import Driver
from gradcli.lang.syntax.lexer import CLOSING, OPENING, Word, span_between
from gradcli.lang.syntax.literals import unescape


def split_fields(text: str, word: Word, driver: Driver) -> Word:
    """The FSTRING `word` with its text replaced by its parts."""
    kind, start, end, body = word
    prefix = 2 if body[1] in "rRfF" else 1
    quotes = 3 if body[prefix : prefix + 3] in ('"""', "'''") else 1
    splitter = _Splitter(text, end - quotes, "r" in body[:prefix].lower(), driver)
    parts, _ = splitter.parts(start + prefix + quotes, 0)
    return kind, start, end, tuple(parts)


class _Splitter:
    """One f-string being split."""

    def __init__(self, text: str, stop: int, raw: bool, driver: Driver) -> None:
        self.text, self.stop, self.raw, self.driver = text, stop, raw, driver

    def parts(self, at: int, depth: int) -> tuple[list[Any], int]:
        """The parts from offset `at` to the closing quote, or to the `}` after a specification; and that offset."""
        text, stop = self.text, self.stop
        parts: list[Any] = []
        begin, literal = at, ""
        while at < stop:
            c = text[at]
            if c in "{}" and text[at + 1 : at + 2] == c and at + 1 < stop and not depth:
                literal += self.literal(begin, at) + c
                at = begin = at + 2
            elif not self.raw and text.startswith("\\N{", at, stop):
                at = text.find("}", at, stop) + 1 or stop       # a character by its name
            elif c == "{":
                literal += self.literal(begin, at)
                field, at, debug_text = self.field(at, depth)
                literal += debug_text
                if literal:
                    parts.append(("literal", begin, at, literal))
                parts.append(field)
                begin, literal = at, ""
            elif c == "}":
                if depth:
                    break
                raise self.wrong("a single } in an f-string closes nothing; write }} for the sign itself", at, at + 1)
            else:
                at += 2 if c == "\\" and not self.raw and text[at + 1] not in "{}" else 1
        literal += self.literal(begin, min(at, stop))
        if literal:
            parts.append(("literal", begin, at, literal))
        return parts, at

    def literal(self, start: int, end: int) -> str:
        source = self.text[start:end].replace("\r\n", "\n")
        if self.raw or "\\" not in source:
            return source
        try:
            return unescape(source)
        except ValueError as error:
            raise self.wrong(str(error), start, end) from None

    def field(self, at: int, depth: int) -> tuple[Any, int, str]:
        """The field whose brace opens at `at`, the offset behind it, and the text that `{x=}` shows before it."""
        if depth > 1:
            raise self.wrong("fields in an f-string are nested too deeply", at, at + 1)
        text = self.text
        end = self.expression_end(at + 1, at)
        if not text[at + 1 : end].strip():
            raise self.wrong("the braces of an f-string are empty", at, end + 1)
        words = self.driver.lexer.piece(text, at + 1, end)
        words = [split_fields(text, word, self.driver) if word[0] == "FSTRING" else word for word in words]
        node = self.driver.run(words, "fexpr", text)[3][0]
        conversion, debug_text, spec = "", "", None
        if text[end] == "=":
            begin, end = at + 1, end + 1
            end += len(text[end:self.stop]) - len(text[end:self.stop].lstrip())
            debug_text = text[begin:end]
        if text[end] == "!":
            conversion, end = text[end + 1], end + 2
            if conversion not in "rsa":
                raise self.wrong("after ! in an f-string stands r, s or a", end - 2, end)
        if text[end] == ":":
            spec, end = self.parts(end + 1, depth + 1)
        if end >= self.stop or text[end] != "}":
            raise self.wrong("this brace of the f-string is never closed", at, at + 1)
        if debug_text and not conversion and spec is None:
            conversion = "r"
        return ("field", at, end + 1, (node, conversion, tuple(spec or ()))), end + 1, debug_text

    def expression_end(self, at: int, opened: int) -> int:
        """The offset where the expression that begins at `at` ends: at `}`, `!`, `:` or a final `=`."""
        text, depth = self.text, 0
        while at < self.stop:
            c = text[at]
            if c in "'\"":
                quotes = c * 3 if text[at : at + 3] == c * 3 else c
                at += len(quotes)
                while at < self.stop and text[at : at + len(quotes)] != quotes:
                    at += 2 if text[at] == "\\" else 1
                at += len(quotes)
                continue
            if c in OPENING:
                depth += 1
            elif c in CLOSING and depth:
                depth -= 1
            elif depth == 0:
                if c in "}:" or (c == "!" and text[at + 1] != "="):
                    return at
                if text[at : at + 2] in ("==", "!=", "<=", ">="):
                    at += 2
                    continue
                if c == "=" and text[at + 1 : self.stop].lstrip()[:1] in ("}", "!", ":"):
                    return at
            at += 1
        raise self.wrong("this brace of the f-string is never closed", opened, opened + 1)

    def wrong(self, message: str, start: int, end: int) -> SyntaxFault:
        return SyntaxFault(message, span=span_between(self.text, start, end), as_python=True)
