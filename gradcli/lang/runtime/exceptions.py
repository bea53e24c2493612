"""Exceptions: what a program may raise and catch, and the fields of one.

`args`, `name` and `obj` are read through the descriptors of Python's own classes: a program's class, or another base
of it, can define the same names as something else, such as a number or a property that raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.mistakes import ProgramExit
from gradcli.faults.tree import Fault
from gradcli.lang.messages.python_words import python_error
from gradcli.lang.runtime.types import TypeProxy, types_of, user_class

NOT_RAISED = "only exceptions can be raised, such as ValueError(\"the reason\")"

args_of: Callable[[BaseException], tuple[Any, ...]] = vars(BaseException)["args"].__get__
name_of_name_error: Callable[[NameError], Any] = vars(NameError)["name"].__get__
name_of: Callable[[AttributeError], Any] = vars(AttributeError)["name"].__get__
file_of: Callable[[OSError], Any] = vars(OSError)["filename"].__get__
object_of: Callable[[AttributeError], Any] = vars(AttributeError)["obj"].__get__


@exposed("code")
class ExitRequest(Exception):
    """`SystemExit` as programs see it. `raise` turns it into ProgramExit, so no `except` ever catches one."""

    @property
    def code(self) -> Any:
        """The status of the program: None, the one argument, or the tuple of several."""
        return _status(self)


class InterruptRequest(ExitRequest):
    """`KeyboardInterrupt` as programs see it: Ctrl-C ends a program whatever it catches, and so does `raise`."""


for _kind, _name in ((ExitRequest, "SystemExit"), (InterruptRequest, "KeyboardInterrupt")):
    _kind.__name__ = _kind.__qualname__ = _name
    _kind.__module__ = "builtins"


def program_exit(status: Any) -> ProgramExit:
    """The end of the program, which succeeds if the status is None or 0."""
    if status is None or (type(status) in INTEGERS and status == 0):
        return ProgramExit("the program ends itself", succeeded=True)
    if type(status) is str:
        return ProgramExit(f"the program ends itself: {status}")
    text = str(status) if type(status) in INTEGERS and -10**20 < status < 10**20 else f"of type {type(status).__name__}"
    return ProgramExit(f"the program ends itself: with status {text}")


INTEGERS = (int, bool)


def _status(error: ExitRequest) -> Any:
    args = args_of(error)
    return args if len(args) > 1 else args[0] if args else None


def raised(value: Any) -> BaseException | type[BaseException]:
    """The exception, or exception class, that `raise value` raises; TypeError if `value` is neither."""
    exception = _exception(value)
    if exception is None:
        raise python_error(NOT_RAISED, _raise, value)
    kind = exception if isinstance(exception, type) else type(exception)
    if not issubclass(kind, ExitRequest):
        return exception
    if issubclass(kind, InterruptRequest):
        return program_exit("KeyboardInterrupt")
    return program_exit(_status(exception) if isinstance(exception, ExitRequest) else None)


def raise_import_error(module: str, member: str = "") -> None:
    """Raise Python's error of a module that does not exist, or lacks `member`."""
    if member:
        raise ImportError(f"cannot import name '{member}' from '{module}'")
    raise ModuleNotFoundError(f"No module named '{module}'")


def cause(value: Any) -> BaseException | type[BaseException] | None:
    """The exception, exception class or None of `raise ... from value`; TypeError if `value` is none of them."""
    exception = None if value is None else _exception(value)
    if exception is None and value is not None:
        raise python_error(NOT_RAISED, _raise, Exception(), value)
    return exception


def _exception(value: Any) -> Exception | type[Exception] | None:
    """The exception or exception class that `value` is or stands for; None if it cannot be raised."""
    if isinstance(value, Exception):
        return value
    kind = types_of(value)[0] if isinstance(value, TypeProxy) or user_class(value) else object
    if issubclass(kind, Fault) and not user_class(value):     # json.JSONDecodeError, raised without arguments
        fault = kind.__new__(kind)
        Fault.__init__(fault, "")
        return fault
    return kind if issubclass(kind, Exception) else None


def _raise(value: Any, after: Any = None) -> None:
    """Python's own `raise`, for its message about values that are no exceptions."""
    raise value from after


def caught(value: Any) -> tuple[type, ...]:
    """The exception types that `except value` names."""
    try:
        kinds = types_of(value)
    except TypeError:
        kinds = (object,)
    for kind in kinds:
        if not issubclass(kind, Exception):
            raise python_error("only exceptions can be caught, such as ValueError or RuntimeError", _catch_nothing)
    return kinds


def _catch_nothing() -> None:
    """Python's own `except` of a value that is no exception class, for its message."""
    try:
        raise ValueError
    except object():    # type: ignore[misc]  # that is the mistake
        pass
