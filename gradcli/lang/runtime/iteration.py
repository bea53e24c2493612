"""The built-ins `next` and `iter`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import Any

from gradcli.exposure import admit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.messages.python_words import in_pythons_words, python_error
from gradcli.lang.runtime.generators import IteratorProxy, program_stop
from gradcli.lang.runtime.types import user_mark


def iter_(*args: Any) -> Any:
    """iter(values) and iter(function, sentinel), as a value that programs may hold."""
    if len(args) == 2:
        if not callable(args[0]):
            raise TypeError("iter(v, w): v must be callable")
        return IteratorProxy(_until(*args))
    if len(args) != 1:
        raise python_error("iter() takes what can be gone through, and nothing else", iter, *args[:0])
    values = args[0]
    kind = type(values)
    if user_mark(values) is not None and not (hasattr(kind, "__iter__") or hasattr(kind, "__getitem__")):
        raise TypeError(f"'{type(values).__name__}' object is not iterable")
    iterator = values if isinstance(values, IteratorProxy) else iter(values)
    return IteratorProxy(iterator) if type(iterator) is GeneratorType else admit(iterator)


def _until(function: Callable[[], Any], sentinel: Any) -> Iterator[Any]:
    """The results of calling `function`, until one equals `sentinel`."""
    while not ((value := function()) is sentinel or value == sentinel):
        yield value


def next_(*args: Any) -> Any:
    """next(iterator) and next(iterator, default)."""
    if not 1 <= len(args) <= 2:
        raise in_pythons_words(ArgumentFault("next() takes an iterator and at most a default", "next(values, None)"),
                               next, *args)
    values, *default = args
    if isinstance(values, IteratorProxy):
        values = values._source
    elif not hasattr(type(values), "__next__"):
        raise ArgumentFault(f"'{type(values).__name__}' object is not an iterator",
                            ("next(iter(values))", "the first of them"))
    if type(values) is not GeneratorType:
        return next(values, *default)
    try:
        return next(values, *default)
    except StopIteration as end:
        raise program_stop(end) from None
