"""`next` and `iter`, on what a program may go through."""

from __future__ import annotations

from types import GeneratorType
from typing import Any

from gradcli.errors import ArgumentFault
from gradcli.lang.kinds import user_mark


def iter_(values: Any, /) -> Any:
    """What goes through `values` one by one."""
    from gradcli.lang.guard import Stream

    if user_mark(values) is not None and not hasattr(type(values), "__iter__"):
        raise TypeError(f"'{type(values).__name__}' object is not iterable")
    made = values if isinstance(values, Stream) else iter(values)
    return Stream(made) if type(made) is GeneratorType else made


def next_(values: Any, *default: Any) -> Any:
    """The next of the values that an iterator goes through; `default` when there are no more."""
    from gradcli.lang.guard import Stream

    if isinstance(values, Stream):
        values = iter(values)
    elif not hasattr(type(values), "__next__"):
        raise ArgumentFault(f"'{type(values).__name__}' object is not an iterator",
                            ("next(iter(values))", "the first of them"))
    if len(default) > 1:
        raise ArgumentFault("next() takes an iterator and at most a default", "next(values, None)")
    return next(values, *default)
