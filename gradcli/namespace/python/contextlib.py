"""`contextlib`: contextmanager, suppress and nullcontext."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from gradcli.exposure import exposed, named, named_by_program
from gradcli.faults.tree import ArgumentFault, LimitFault
from gradcli.lang.runtime.generators import ProgramGenerator, close_generator, closed_by_program
from gradcli.lang.runtime.types import TypeProxy, types_of

UNCATCHABLE = (LimitFault, RecursionError, MemoryError)


def contextmanager(func: Any) -> Callable[..., GeneratorContext]:
    """contextlib.contextmanager: code before the `yield` enters the context, code after it leaves."""
    def make(*args: Any, **options: Any) -> GeneratorContext:
        return GeneratorContext(func, args, options)

    name = str(getattr(func, "__name__", "make"))
    return named_by_program(make, name, name)


@named("_GeneratorContextManager")
@exposed()
class GeneratorContext:
    """One use of a generator function as a context, or as a decorator."""

    __slots__ = ("_invocation", "_source")

    def __init__(self, function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        generator = function(*args, **options)
        if type(generator) is not ProgramGenerator:
            raise ArgumentFault("contextmanager stands before a generator function", "yield")
        self._invocation, self._source = (function, args, options), generator._source

    def __call__(self, function: Any) -> Callable[..., Any]:
        def decorated(*args: Any, **options: Any) -> Any:
            with GeneratorContext(*self._invocation):
                return function(*args, **options)

        name = str(getattr(function, "__name__", "decorated"))
        return named_by_program(decorated, name, name)

    def __enter__(self) -> Any:
        try:
            return next(self._source)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if error is None:
            try:
                next(self._source)
            except StopIteration:
                return False
            raise RuntimeError("generator didn't stop")
        if isinstance(error, GeneratorExit) and closed_by_program(sys._getframe(1)):
            close_generator(self._source)
        if not isinstance(error, Exception) or isinstance(error, UNCATCHABLE):
            return False        # no program catches these
        try:
            self._source.throw(error)
        except StopIteration as end:
            return end is not error
        except Exception as raised:
            if raised is error or (isinstance(error, StopIteration) and raised.__cause__ is error):
                return False
            raise
        raise RuntimeError("generator didn't stop after throw()")


@exposed()
class Suppress:
    """A context that suppresses these exceptions."""

    __slots__ = ("_kinds",)

    def __init__(self, *exceptions: Any) -> None:
        self._kinds = types_of(exceptions)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return isinstance(error, Exception) and not isinstance(error, UNCATCHABLE) and isinstance(error, self._kinds)


@exposed()
class Null:
    """A context that does nothing and returns `enter_result`."""

    __slots__ = ("_result",)

    def __init__(self, enter_result: Any = None) -> None:
        self._result = enter_result

    def __enter__(self) -> Any:
        return self._result

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        pass


suppress = TypeProxy("contextlib.suppress", (Suppress,), Suppress)
nullcontext = TypeProxy("contextlib.nullcontext", (Null,), Null)
Suppress.__name__, Null.__name__ = "suppress", "nullcontext"
