"""A text in its top-level pieces, each read once: what keeps a keystroke cheap in a long paste."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gradcli.console.continuation import ContinuationState
from gradcli.faults.source import Span
from gradcli.lang.syntax.statements import COMPOUND

LONG = 80       # lines of one piece beyond which it is not read again at every keystroke
CLAUSE = re.compile(r"(?:elif|else|except|finally)\b")


class LineState(NamedTuple):
    """What is open at the end of a line: the delimiter of a string, the number of brackets."""

    quote: str = ""
    depth: int = 0
    continued: bool = False     # whether a backslash ends the line

    @property
    def is_open(self) -> bool:
        return bool(self.quote) or self.depth > 0 or self.continued


class Piece(NamedTuple):
    """One statement of the outermost level, with the blank lines and comments after it."""

    line: int       # the number of its first line, from 0
    text: str


class ParseProblem(NamedTuple):
    """Why a piece cannot be parsed: whether more text may complete it, and where."""

    unfinished: bool
    span: Span | None


@lru_cache(8192)
def state_after(state: LineState, line: str) -> LineState:
    """What is open after one more line."""
    reader = ContinuationState()
    reader.quote, reader.depth = state.quote, state.depth
    reader.feed(line)
    return LineState(reader.quote, reader.depth, reader.joined)


@lru_cache(4)
def line_states(text: str) -> list[LineState]:
    """What is open before each line of a text."""
    states = [LineState()]
    for line in text.split("\n"):
        states.append(state_after(states[-1], line))
    return states


@lru_cache(4)
def pieces(text: str) -> list[Piece]:
    """The pieces of a text, in order. Their lines are all lines of the text from the first piece on."""
    lines = text.split("\n")
    starts: list[int] = []
    decorated = False
    for number, (line, state) in enumerate(zip(lines, line_states(text), strict=False)):
        if line[:1] in ("", " ", "\t") or state.is_open or CLAUSE.match(line):
            continue
        if not decorated:
            starts.append(number)
        decorated = line.startswith("@")
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        starts.insert(0, 0)
    return [Piece(start, "\n".join(lines[start:end]))
            for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


@lru_cache(4096)
def parse_problem(piece: str) -> ParseProblem | None:
    """Why a piece cannot be parsed; None if it can."""
    from gradcli.faults.tree import Fault, Unfinished
    from gradcli.lang.syntax.parser import parse

    try:
        parse(piece)
    except Fault as fault:
        return ParseProblem(isinstance(fault, Unfinished), fault.span)
    return None


def long_block(piece: str) -> bool:
    """Whether a piece is a block too long to be read at every keystroke."""
    return piece.count("\n") > LONG and COMPOUND.match(piece) is not None


@lru_cache(4)
def mistake(text: str) -> Span | None:
    """The first syntax error of a text that no more text can correct, in its lines and columns."""
    if text.lstrip().startswith(":") or text.rstrip().endswith("?"):
        return None
    for line, piece in pieces(text):
        span = mistake_in_piece(piece)
        if span is not None:
            first, column, last, end = span
            return Span(first + line, column, last + line, end)
    return None


@lru_cache(4096)
def mistake_in_piece(piece: str) -> Span | None:
    """The place in a piece that no more text can correct; None for pieces beyond LONG lines."""
    if not piece.strip() or piece.count("\n") > LONG:
        return None
    problem = parse_problem(piece)
    return None if problem is None or problem.unfinished else problem.span
