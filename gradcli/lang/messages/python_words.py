"""The words that Python itself has for a mistake.

A program that catches an exception and prints it expects Python's words; a user whose program
ends with one is told in ours. So Python is made to commit the mistake, harmlessly, and asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gradcli.exposure import EXCEPTIONS, PROGRAM_MADE
from gradcli.lang.runtime.types import STAND_INS, TypeProxy

Error = TypeVar("Error", bound=Exception)


def python_error(told: str, mistake: Callable[..., Any], *args: Any) -> Exception:
    """What Python raises at `mistake(*args)`; where no program catches it, the user is told `told`."""
    try:
        mistake(*args)
    except Exception as error:
        error.told = told   # type: ignore[attr-defined]  # read by lang/faults.py
        return error.with_traceback(None)
    return TypeError(told)


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


def python_kind(error: BaseException) -> type:
    """The class of `error` as programs know it: their own or Python's, never one of ours."""
    return next(each for each in type(error).__mro__ if each in EXCEPTIONS or PROGRAM_MADE in each.__dict__)
