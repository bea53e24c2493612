"""Whether Enter submits or continues, and how far lines are indented."""

from __future__ import annotations

import re

from gradcli.repl.incremental_parse import line_states, long_block, parse_problem, pieces

INDENT = 4
LEAVING = ("return", "break", "continue", "pass", "raise")
CLAUSE = re.compile(r"(?P<blanks>[ \t]+)(?P<word>else|elif|except|finally)\b")
OPENED_BY = {"elif": {"if", "elif"}, "else": {"if", "elif", "for", "while", "try", "except"},
             "except": {"try", "except"}, "finally": {"try", "except", "else"}}
WORD = re.compile(r"\s*(\w*)")


def ready(text: str) -> bool:
    """Whether a text can be submitted: a command, a finished program, or one that no more text can mend."""
    if text.lstrip().startswith(":") or not text.strip() or text.rstrip().endswith("?"):
        return True
    *finished, last = pieces(text)
    if any(parse_problem(piece.text) for piece in finished):
        return True
    if long_block(last.text) and last.text.rsplit("\n", 1)[-1].strip():
        return False        # whether it is right is asked when a blank line ends it
    from gradcli.lang.syntax.parser import completeness

    return completeness(last.text) != "incomplete"


def indentation(text: str) -> str:
    """The blanks that the line after `text` begins with."""
    lines = text.split("\n")
    last = lines[-1]
    blanks = last[: len(last) - len(last.lstrip())]
    tokens = last.split()
    if last.rstrip().endswith(":"):
        return blanks + " " * INDENT
    if tokens and tokens[0] in LEAVING:
        return blanks[:-INDENT]
    return blanks


def dedented(text: str) -> str:
    """The last line of a text: an `else:` and its like moved left to the block that it belongs to."""
    *above, line = text.split("\n")
    clause = CLAUSE.match(line)
    if not clause or line_states(text)[-2].is_open:
        return line
    openers = OPENED_BY[clause["word"]]
    lowest = len(clause["blanks"]) + 1
    for other in reversed(above):
        blanks = len(other) - len(other.lstrip())
        if other.strip() and blanks < lowest:
            lowest = blanks
            if WORD.match(other)[1] in openers:     # type: ignore[index]  # it matches everything
                return " " * blanks + line.lstrip()
    return line
