"""`warnings`: filters, contexts that record warnings, and `warn`, which prints a note."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import EXCEPTIONS, exposed, named
from gradcli.faults.mistakes import FailedAssertion
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import location_of_call, source_of
from gradcli.lang.policy import SCRIPT
from gradcli.lang.runtime.types import types_of, user_class
from gradcli.namespace.python.patterns.re_module import IGNORECASE
from gradcli.namespace.python.patterns.re_module import compile as pattern_of

ACTIONS = ("default", "error", "ignore", "always", "module", "once")
LONGEST = 200       # characters of a warning that a remark shows
Filter = tuple[str, Any, tuple[type, ...], int]     # action, pattern of the text or None, kinds, line or 0 for all
IGNORED: list[Filter] = [("ignore", None, (PendingDeprecationWarning, ImportWarning, ResourceWarning), 0)]


@named("WarningMessage")
@exposed("message", "category", "filename", "lineno", "file", "line", "source")
class WarningMessage:
    """A recorded warning: the exception, its class, and where the program warned."""

    __module__ = "warnings"
    __slots__ = ("category", "file", "filename", "line", "lineno", "message", "source")

    def __init__(self, message: Any, category: Any, lineno: int) -> None:
        self.message, self.category, self.filename, self.lineno = message, category, SCRIPT, lineno
        self.file = self.line = self.source = None

    def __display__(self, style: Any) -> str:
        return (f"{{message : {DisplayHooks.text(self.message)}, category : {type(self.message).__name__!r}, "
                f"filename : {self.filename!r}, lineno : {self.lineno}, line : None}}")


def line_of_caller(level: int) -> int:
    """The line of the program that called gradcli; with a `level` of 2 the line that called the function there."""
    frame: Any = sys._getframe(1)
    while frame is not None and source_of(frame.f_code) is None:
        frame = frame.f_back
    while level > 1 and frame is not None and frame.f_back is not None and source_of(frame.f_back.f_code) is not None:
        frame, level = frame.f_back, level - 1
    at = location_of_call(frame.f_code, frame.f_lasti) if frame is not None else None
    return at.span.line if at else 1


class WarningSystem:
    """The filters of a session, the innermost list that records warnings, and the warnings reported under them."""

    __slots__ = ("count", "filters", "recorded", "reported")

    def __init__(self) -> None:
        self.count = 0
        self.filters: list[Filter] = list(IGNORED)
        self.recorded: list[WarningMessage] | None = None
        self.reported: set[tuple[str, type, int]] = set()

    def change(self, filters: list[Filter]) -> None:
        """Let these be the filters: what was reported before may be reported again."""
        self.filters, self.reported = filters, set()

    def add(self, new: Filter, append: Any) -> None:
        """Put a filter before the others, or after them."""
        Budget().check_items(len(self.filters) + 1)
        others = [other for other in self.filters if other != new]
        self.change([*others, new] if append else [new, *others])

    def action(self, text: str, kind: type, line: int) -> str:
        """What the first filter that fits a warning says."""
        for action, pattern, kinds, at in self.filters:
            if issubclass(kind, kinds) and at in (0, line) and (pattern is None or pattern.match(text)):
                return action
        return "default"

    def warn(self, message: Warning, text: str, category: Any, level: int) -> None:
        """Raise, record or print a warning, as the filters say; `level` counts the functions that it goes out of."""
        kind, line = type(message), line_of_caller(level)
        action = self.action(text, kind, line)
        if action == "error":
            raise message
        key = text, kind, line if action == "default" else 0
        if action == "ignore" or action != "always" and key in self.reported:
            return
        Budget().check_items(len(self.reported) + 1)
        self.reported.add(key)
        if self.recorded is not None:
            Budget().check_items(len(self.recorded) + 1)
            self.recorded.append(WarningMessage(message, category, line))
            return
        self.count += 1
        shortened = text[:LONGEST]
        DisplayHooks.note(f"warning {self.count}: {shortened}", f"the program warns: {shortened}")


@named("catch_warnings")
@exposed()
class CatchWarnings:
    """A context after which the filters are as before; with `record`, warnings in it go to the list that it gives.

    `first` is called when it begins.
    """

    __module__ = "warnings"
    __slots__ = ("_before", "_first", "_record", "_system")

    def __init__(self, system: WarningSystem, record: Any, first: Callable[[], None]) -> None:
        self._system, self._record, self._first = system, bool(record), first
        self._before: Any = None

    def __enter__(self) -> Any:
        if self._before is not None:
            raise RuntimeError("Cannot enter catch_warnings() twice")
        system = self._system
        self._before = list(system.filters), system.recorded
        system.change(list(system.filters))
        if self._record:
            system.recorded = []
        self._first()
        return system.recorded if self._record else None

    def __exit__(self, *error: Any) -> None:
        if self._before is None:
            raise RuntimeError("Cannot exit catch_warnings() without entering first")
        filters, self._system.recorded = self._before
        self._system.change(filters)


def warning_functions(system: WarningSystem, names: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions of the module; `names` has the classes of exceptions as programs know them."""
    def kinds_of(category: Any) -> tuple[type, ...]:
        kinds = types_of(category) if category is not None else (Warning,)
        if not all(issubclass(kind, Warning) for kind in kinds):
            raise TypeError(f"category must be a Warning subclass, not '{type(category).__name__}'")
        return kinds

    def simplefilter(action: Any, category: Any = None, lineno: Any = 0, append: Any = False) -> None:
        """Say what becomes of the warnings of a class."""
        filterwarnings(action, "", category, "", lineno, append)

    def filterwarnings(action: Any, message: Any = "", category: Any = None, module: Any = "", lineno: Any = 0,
                       append: Any = False) -> None:
        """Say what becomes of the warnings of a class whose text begins with what `message` describes."""
        if action not in ACTIONS:
            raise FailedAssertion(f"invalid action: {DisplayHooks.text(action)}")
        if type(message) is not str or type(module) is not str:
            raise FailedAssertion("message must be a string" if type(message) is not str else "module must be a string")
        if type(lineno) is not int or lineno < 0:
            raise FailedAssertion("lineno must be an int >= 0")
        pattern = pattern_of(message, IGNORECASE) if message else None
        if not module or pattern_of(module).match("__main__"):
            system.add((action, pattern, kinds_of(category), lineno), append)

    def resetwarnings() -> None:
        """Remove all filters."""
        system.change([])

    def warn(message: Any, category: Any = None, stacklevel: Any = 1, source: Any = None) -> None:
        """Raise, record or print a warning, as the filters say."""
        if type(stacklevel) is not int:
            raise TypeError(f"'{type_name(stacklevel)}' object cannot be interpreted as an integer")
        if isinstance(message, Warning):
            kind = type(message)
            category = names.get(kind.__name__, kind) if kind in EXCEPTIONS else kind
            system.warn(message, DisplayHooks.format(message, ""), category, stacklevel)
            return
        category = names["UserWarning"] if category is None else category
        kinds_of(category)
        text = message if type(message) is str else DisplayHooks.format(message, "")
        system.warn(category(message if user_class(category) else text), text, category, stacklevel)

    def catch_warnings(*, record: Any = False, module: Any = None, action: Any = None, category: Any = None,
                       lineno: Any = 0, append: Any = False) -> CatchWarnings:
        """A context for filters of its own."""
        def first() -> None:
            if action is not None:
                simplefilter(action, category, lineno, append)

        return CatchWarnings(system, record, first)

    functions = simplefilter, filterwarnings, resetwarnings, warn, catch_warnings
    return {function.__name__: function for function in functions}
