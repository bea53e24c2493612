"""The colours of what is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

KEYWORDS = frozenset(
    "and as assert break class continue def del elif else except False finally for from global if import in is lambda "
    "None nonlocal not or pass raise return True try while with".split())
COLOURS = {"comment": "ansibrightblack", "string": "ansigreen", "number": "ansicyan", "order": "ansimagenta"}
TOKEN = re.compile(
    r"(?P<order>\A\s*:\w*)|(?P<comment>#.*)|(?P<string>[rRfFbB]{0,2}(?:'(?:\\.|[^'\\])*'?|\"(?:\\.|[^\"\\])*\"?))"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<other>.[^\w'\"#]*)", re.DOTALL)


class Highlighting(Lexer):
    """Colours line by line, so that a long paste costs no more than the lines on the screen."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines
        return lambda number: fragments(lines[number]) if number < len(lines) else []


def fragments(line: str) -> StyleAndTextTuples:
    """A line in pieces, each with its colour."""
    return [("bold ansiblue" if found.group() in KEYWORDS else COLOURS.get(found.lastgroup or "", ""), found.group())
            for found in TOKEN.finditer(line)]
