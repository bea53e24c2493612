"""The colours of what is typed: the terminals of our own grammar, mistakes, and the bracket that matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import Lexer

from gradcli.faults.source import Span
from gradcli.repl.incremental_parse import line_states, mistake

KEYWORDS = frozenset(
    "and as assert break class continue def del elif else except False finally for from global if import in is lambda "
    "None nonlocal not or pass raise return True try while with yield".split())
KEYWORD, COMMENT, STRING, ORDER = "bold ansiblue", "ansibrightblack", "ansigreen", "ansimagenta"
COLOURS = {"NUMBER": "ansicyan", "STRING": STRING, "FSTRING": STRING, "BYTES": STRING}
WRONG, MATCHED = " underline ansired", " bold underline"
PAIRS = {"(": ")", "[": "]", "{": "}"}
BACK = {close: opening for opening, close in PAIRS.items()}
FAR = 500           # lines within which the bracket that matches is looked for
COMMAND = re.compile(r"\s*:\S*")


class Highlighting(Lexer):
    """Colours line by line, so that a long paste costs no more than the lines on the screen.

    `grammar` gives the driver of our grammar once it is loaded, and until then None: the first
    prompt does not wait for colours.
    """

    def __init__(self, grammar: Callable[[], Any]) -> None:
        self.grammar = grammar

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines, open_before, grammar = document.lines, line_states(document.text), self.grammar()

        def line(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            return list(fragments(grammar, lines[number], open_before[number].quote))

        return line

    def invalidation_hash(self) -> Any:
        return self.grammar() is not None


@lru_cache(4096)
def fragments(grammar: Any, line: str, quote: str = "") -> tuple[tuple[str, str], ...]:
    """A line in pieces, each with its colour; `quote` is the delimiter of the string it begins in."""
    if grammar is None:
        return (("", line),)
    command = COMMAND.match(line)
    if command and not quote:
        return ((ORDER, command[0]), ("", line[command.end():]))
    return tuple(_fragments(grammar.lexer, line, quote))


def _fragments(lexer: Any, line: str, quote: str) -> Iterator[tuple[str, str]]:
    at = 0
    if quote:
        closing = re.search(rf"(?:[^\\]|\\.)*?{quote}", line)
        at = closing.end() if closing else len(line)
        yield STRING, line[:at]
    for match in iter(lexer.scanner(line, at).match, None):
        start, end = match.span(match.lastindex)
        kind = lexer.groups[match.lastindex]
        word = line[start:end]
        if kind == "_NEWLINE" or start == end:
            break
        if start > at:
            yield _between(line[at:start])
        yield KEYWORD if kind == "NAME" and word in KEYWORDS else COLOURS.get(kind, ""), word
        at = end
    rest = line[at:]
    if rest:
        yield (STRING, rest) if re.match(r"\s*[rfRFbB]*['\"]", rest) else _between(rest)


def _between(text: str) -> tuple[str, str]:
    """The text between two tokens: blanks, or a comment, with its colour."""
    return COMMENT if text.lstrip().startswith("#") else "", text


class Marks(Processor):
    """Underlines what cannot be read, unless it is still being typed, and shows the bracket that matches."""

    def __init__(self, grammar: Callable[[], Any]) -> None:
        self.grammar = grammar

    def apply_transformation(self, input: TransformationInput) -> Transformation:
        line_marks = marks(self.grammar(), input.document.text, input.document.cursor_position).get(input.lineno)
        return marked(input, line_marks)


Mark = tuple[int, int, str]     # the first column, the one behind the last, the style


def marked(input: TransformationInput, line_marks: list[Mark] | None) -> Transformation:
    """A line as prompt_toolkit has it, with its marks."""
    return Transformation(with_marks(input.fragments, line_marks) if line_marks else input.fragments)


def with_marks(line: StyleAndTextTuples, line_marks: list[Mark]) -> StyleAndTextTuples:
    """The fragments of a line with the styles of its marks added."""
    characters = explode_text_fragments(line)
    for first, last, style in line_marks:
        for column in range(first, min(last, len(characters))):
            characters[column] = (characters[column][0] + style, characters[column][1])
    return characters


@lru_cache(2)
def marks(grammar: Any, text: str, position: int) -> dict[int, list[Mark]]:
    """The marks of each row of a text, from 0: its syntax error, and the brackets that match at the cursor."""
    document = Document(text, position)
    marks_by_row: dict[int, list[Mark]] = {}
    span = mistake(text) if grammar is not None else None      # no key waits for the grammar
    if span is not None and not touches(document, span):
        for row in range(span.line - 1, span.end_line):
            first = span.column - 1 if row == span.line - 1 else 0
            last = span.end_column - 1 if row == span.end_line - 1 else len(document.lines[row])
            marks_by_row.setdefault(row, []).append((first, last, WRONG))
    for row, column in matching_brackets(grammar, document):
        marks_by_row.setdefault(row, []).append((column, column + 1, MATCHED))
    return marks_by_row


def touches(document: Document, span: Span) -> bool:
    """Whether the cursor stands right behind the error, where the next letter may correct it."""
    row, column = document.cursor_position_row + 1, document.cursor_position_col + 1
    return row == span.end_line and column in (span.end_column, span.end_column - 1)


def matching_brackets(grammar: Any, document: Document) -> list[tuple[int, int]]:
    """The rows and columns of the bracket at the cursor, or before it, and of its partner; nothing if there is none.

    prompt_toolkit's HighlightMatchingBracketProcessor counts the brackets in strings and comments too: in
    `print(")")` it takes the one in quotes for the partner of the first.
    """
    row, column = document.translate_index_to_position(document.cursor_position)
    opened = line_states(document.text)
    line = brackets_in(grammar, document.lines[row], opened[row].quote)
    bracket = next((bracket for at in (column, column - 1) for bracket in line if bracket[0] == at), None)
    if bracket is None:
        return []
    forward = bracket[1] in PAIRS
    partner = PAIRS[bracket[1]] if forward else BACK[bracket[1]]
    rows = range(row, min(len(document.lines), row + FAR)) if forward else range(row, max(-1, row - FAR), -1)
    depth = 0
    for number in rows:
        brackets = brackets_in(grammar, document.lines[number], opened[number].quote)
        for at, sign in brackets if forward else reversed(brackets):
            if number == row and (at < bracket[0] if forward else at > bracket[0]):
                continue
            depth += 1 if (sign in PAIRS) == forward else -1
            if not depth:
                return [(row, bracket[0]), (number, at)] if sign == partner else []
    return []


@lru_cache(4096)
def brackets_in(grammar: Any, line: str, quote: str) -> tuple[tuple[int, str], ...]:
    """The brackets of a line that stand in no string and no comment, each with its column."""
    brackets, at = [], 0
    for colour, text in fragments(grammar, line, quote):
        if not colour:
            brackets += [(at + i, sign) for i, sign in enumerate(text) if sign in PAIRS or sign in BACK]
        at += len(text)
    return tuple(brackets)
