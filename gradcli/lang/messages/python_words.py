"""Exceptions with the words of CPython, which programs catch and people search for.

The words come from running the mistake on harmless values; no copy of CPython's messages stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gradcli.exposure import EXCEPTIONS, PROGRAM_MADE
from gradcli.lang.runtime.types import STAND_INS, TypeProxy

Error = TypeVar("Error", bound=Exception)


def python_error(explanation: str, mistake: Callable[..., Any], *args: Any) -> Exception:
    """Return the exception that `mistake(*args)` raises; a diagnostic adds `explanation` as a note."""
    try:
        mistake(*args)
    except Exception as error:
        error.explanation = explanation   # type: ignore[attr-defined]  # read by explanation_of
        return error.with_traceback(None)
    return TypeError(explanation)


def in_pythons_words(fault: Error, mistake: Callable[..., Any], *args: Any) -> Error:
    """Return `fault` with the `args` of the exception that `mistake(*args)` raises, which programs see."""
    try:
        mistake(*args)
    except Exception as error:
        fault.args = error.args
    return fault


def python_name(error: BaseException) -> str:
    """The name under which programs know the class of `error`."""
    stand_in: TypeProxy | None = STAND_INS.get(type(error))
    return python_kind(error).__name__ if stand_in is None else stand_in._name.rpartition(".")[2]


def explanation_of(error: BaseException) -> str:
    """The explanation that `python_error` attached to an exception, or empty."""
    return str(vars(error).get("explanation", "")) if type(error).__module__ == "builtins" else ""


def python_kind(error: BaseException) -> type:
    """The class of `error` as programs know it: their own or Python's, never one of ours."""
    return next(cls for cls in type(error).__mro__ if cls in EXCEPTIONS or PROGRAM_MADE in cls.__dict__)
