"""CPython's own words for a text that is no program: its compiler reads the text, and nothing runs."""

from __future__ import annotations

from itertools import accumulate
from warnings import catch_warnings, simplefilter

from gradcli.faults.source import Span

LONGEST = 20_000    # characters: what CPython reads in a moment
DEEPEST = 12        # brackets within brackets: CPython may look at each twice for a mistake
WORDLESS = "invalid syntax"     # what CPython says where it has no words for a mistake
STEPS = dict.fromkeys("([{", 1) | dict.fromkeys(")]}", -1)


def syntax_words(text: str, span: Span | None) -> str:
    """What CPython says of the line that `span` begins on; empty where it says nothing, or nothing of use."""
    if span is None or len(text) > LONGEST or max(accumulate(STEPS.get(c, 0) for c in text), default=0) > DEEPEST:
        return ""
    try:
        with catch_warnings():
            simplefilter("ignore")
            compile(text, "<program>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.msg if error.lineno == span.line and error.msg != WORDLESS else ""
    except (ValueError, OverflowError, MemoryError, RecursionError):
        pass
    return ""
