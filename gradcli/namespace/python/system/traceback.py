"""`traceback`: what Python prints of an exception, with the lines of the program's own text and of no other."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from itertools import islice
from types import TracebackType
from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.faults.source import line_of
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import source_of
from gradcli.lang.messages.python_words import python_name
from gradcli.lang.policy import SCRIPT
from gradcli.lang.runtime.streams import writer

NOTHING = ["NoneType: None\n"]      # what is printed where no exception is handled


def traceback_functions(complain: Callable[[str], object]) -> dict[str, Callable[..., Any]]:
    """The functions of the module; `complain` receives what they print, unless they are passed a file."""
    def print_exc(limit: Any = None, file: Any = None, chain: Any = True) -> None:
        """Print the exception that is handled."""
        writer(file, complain)("".join(_handled(limit)))

    def format_exc(limit: Any = None, chain: Any = True) -> str:
        """The text that print_exc prints."""
        return "".join(_handled(limit))

    def print_exception(exc: Any, value: Any = None, tb: Any = None, limit: Any = None, file: Any = None,
                        chain: Any = True) -> None:
        """Print an exception."""
        writer(file, complain)("".join(_lines(exc if value is None else value, limit)))

    def format_exception(exc: Any, value: Any = None, tb: Any = None, limit: Any = None,
                         chain: Any = True) -> list[str]:
        """The lines that print_exception prints."""
        return _lines(exc if value is None else value, limit)

    def format_exception_only(exc: Any, value: Any = None) -> list[str]:
        """The last line of them."""
        return [_last_line(exc if value is None else value)]

    functions = print_exc, format_exc, print_exception, format_exception, format_exception_only
    return {function.__name__: function for function in functions}


def _handled(limit: Any) -> list[str]:
    error = sys.exc_info()[1]
    return NOTHING if error is None else _lines(error, limit)


def _lines(error: Any, limit: Any) -> list[str]:
    last = _last_line(error)
    frames = traceback.StackSummary.from_list(_frames(error.__traceback__))
    if limit is not None:
        selected = frames[:limit] if limit >= 0 else frames[limit:]
        frames = traceback.StackSummary.from_list(selected)
    Budget().check_characters(len(last) + 3 * sum(len(frame.line or "") for frame in frames))
    return ["Traceback (most recent call last):\n", *frames.format(), last] if frames else [last]


def _frames(step: TracebackType | None) -> list[traceback.FrameSummary]:
    """The frames of a traceback that run the program's own code."""
    frames = []
    while step is not None:
        code = step.tb_frame.f_code
        source = source_of(code)
        if source is not None:
            _, last, start, end = next(islice(code.co_positions(), step.tb_lasti // 2, None))
            line = f"{line_of(source.text, step.tb_lineno)}\n"
            frames.append(traceback.FrameSummary(
                SCRIPT, step.tb_lineno, code.co_name, lookup_line=False, line=line,
                end_lineno=last, colno=start, end_colno=end))
        step = step.tb_next
    return frames


def _last_line(error: Any) -> str:
    """The kind of an exception, with its message if there is one."""
    if not isinstance(error, Exception):
        raise TypeError(f"Exception expected for value, {type(error).__name__} found")
    text = DisplayHooks.format(error, "")
    return f"{python_name(error)}: {text}\n" if text else f"{python_name(error)}\n"
