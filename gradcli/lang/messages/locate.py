"""Where in the user's text an exception came from.

Lowered code carries a file name of its own, under which its text is kept here. Python's
tracebacks then tell the rest, to the column.
"""

from __future__ import annotations

from itertools import count, islice
from types import CodeType, FrameType
from typing import Any, NamedTuple

from gradcli.faults.source import Span, char_column, line_of

TRAIL = 20      # calls told of; a deep recursion repeats itself
CO_OPTIMIZED = 1    # the flag of code that is a function; importing inspect costs more than it
LOWERED = "<gradcli "       # how the file names of lowered code begin
MAX_SOURCES = 4096     # texts; the oldest make way


class LoweredText(NamedTuple):
    """A text that was lowered, and what it is called."""

    name: str
    text: str


class Location(NamedTuple):
    """The innermost place in the text of the program, and the calls that led there, outermost first."""

    name: str
    text: str
    span: Span
    trail: list[tuple[str, str, Span]]      # function, name of the text, place of the call
    words: list[str]                        # the line of each of these calls


_sources: dict[str, LoweredText] = {}
_numbers = count(1)


def register_text(name: str, text: str) -> str:
    """Store `text` and return a file name for its code object, from which `source_of` finds it."""
    key = f"{LOWERED}{next(_numbers)}: {name}>"
    if len(_sources) >= MAX_SOURCES:
        del _sources[next(iter(_sources))]
    _sources[key] = LoweredText(name, text)
    return key


def is_lowered(code: CodeType | None) -> bool:
    """Whether `code` is that of a program, be its text forgotten. Only `register_text` gives out such file names."""
    return code is not None and code.co_filename.startswith(LOWERED)


def in_place_of_its_own(code: CodeType, name: str, text: str) -> CodeType:
    """The code of a text that runs again, and of the functions in it, under a file name of its own."""
    return _renamed(code, register_text(name, text))


def _renamed(code: CodeType, filename: str) -> CodeType:
    constants = [_renamed(constant, filename) if type(constant) is CodeType else constant
                 for constant in code.co_consts]
    return code.replace(co_filename=filename, co_consts=tuple(constants))


def source_of(code: CodeType | None) -> LoweredText | None:
    """The text that `code` was lowered from, if it was."""
    return _sources.get(code.co_filename) if code is not None else None


def location_of(error: BaseException) -> Location | None:
    """The innermost place in a program's text on the way to `error`, or None if there is none."""
    steps = []
    step = error.__traceback__
    while step is not None:
        source = source_of(step.tb_frame.f_code)
        if source is not None:
            steps.append((source, step))
        step = step.tb_next
    if not steps:
        return None
    source, last = steps[-1]
    calls = [(home, (_function(inner.tb_frame), home.name, _span(home, outer.tb_frame.f_code, outer.tb_lasti)))
             for (home, outer), (_, inner) in zip(steps, steps[1:], strict=False) if _function(inner.tb_frame)][-TRAIL:]
    return Location(source.name, source.text, _span(source, last.tb_frame.f_code, last.tb_lasti),
                 [call for _, call in calls], [line_of(home.text, call[2].line).strip() for home, call in calls])


def _function(frame: FrameType) -> str:
    """The name of the function that runs in a frame; empty for a class body, a comprehension, or the program itself."""
    name = frame.f_code.co_qualname.rpartition("<locals>.")[2]
    called = frame.f_code.co_flags & CO_OPTIMIZED and not name.endswith(("comp>", "<genexpr>"))
    return name if called else ""


def _span(source: LoweredText, code: CodeType, instruction: int) -> Span:
    line, last, start, end = next(islice(code.co_positions(), instruction // 2, None))
    if line is None or last is None or start is None or end is None:
        return Span(line or 1, 1, line or 1, 2)
    return Span(line, char_column(line_of(source.text, line), start),
                last, char_column(line_of(source.text, last), end))


def location_of_call(code: CodeType, instruction: int) -> Location | None:
    """Where an instruction of lowered code stands; None for any other code."""
    source = source_of(code)
    return None if source is None else Location(source.name, source.text, _span(source, code, instruction), [], [])


def locals_of(error: Exception) -> dict[str, Any]:
    """The local variables of the innermost function of the program in the traceback of an error."""
    step, names = error.__traceback__, {}
    while step is not None:
        if source_of(step.tb_frame.f_code) is not None:
            names = step.tb_frame.f_locals
        step = step.tb_next
    return dict(names)
