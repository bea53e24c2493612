"""The words that Python itself has for a mistake: those that programs catch and people search for.

Python is made to commit the mistake, harmlessly, and asked; so no copy of its words stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gradcli.exposure import EXCEPTIONS, PROGRAM_MADE
from gradcli.lang.runtime.types import STAND_INS, TypeProxy

Error = TypeVar("Error", bound=Exception)


def python_error(explanation: str, mistake: Callable[..., Any], *args: Any) -> Exception:
    """What Python raises at `mistake(*args)`; where no program catches it, `explanation` follows the words."""
    try:
        mistake(*args)
    except Exception as error:
        error.explanation = explanation   # type: ignore[attr-defined]  # read by explanation_of
        return error.with_traceback(None)
    return TypeError(explanation)


def in_pythons_words(fault: Error, mistake: Callable[..., Any], *args: Any) -> Error:
    """`fault`, with what Python says at `mistake(*args)` as its arguments, which programs see."""
    try:
        mistake(*args)
    except Exception as error:
        fault.args = error.args
    return fault


def python_name(error: BaseException) -> str:
    """What programs know the class of `error` by."""
    known: TypeProxy | None = STAND_INS.get(type(error))
    return python_kind(error).__name__ if known is None else known._name.rpartition(".")[2]


def explanation_of(error: BaseException) -> str:
    """What `python_error` explains an exception with; empty for any other."""
    return str(vars(error).get("explanation", "")) if type(error).__module__ == "builtins" else ""


def python_kind(error: BaseException) -> type:
    """The class of `error` as programs know it: their own or Python's, never one of ours."""
    return next(cls for cls in type(error).__mro__ if cls in EXCEPTIONS or PROGRAM_MADE in cls.__dict__)
