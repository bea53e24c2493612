"""Copies of dicts and sets whose keys are hashed and compared by code of the program, without running that code.

A dict or set that is copied from another takes over the hashes that its keys had when they were put in. Computed
again they could differ, and the code that computes them could fail, or not end, where no limit holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import NoneType
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.namespace.python.functools_decorators import HashedKey

PLAIN_KEYS = frozenset({int, float, bool, str, bytes, NoneType, complex, range})


def keyed_copy(value: Any) -> Any:
    """A copy of a dict or a set, made without calling code of the program; None where no key has such code."""
    if PLAIN_KEYS.issuperset(map(type, value)):
        return None
    if isinstance(value, set):
        return frozenset(value)     # which compares no members
    with equal_to_themselves(_classes_in(value)):
        return dict.copy(value)


def _classes_in(keys: Iterable[Any]) -> set[type]:
    """The program's classes that comparisons of keys may ask."""
    kinds: set[type] = set()
    visited: set[int] = set()
    pending = list(keys)
    while pending:
        key = pending.pop()
        kinds.add(type(key))
        if isinstance(key, tuple | frozenset | HashedKey) and id(key) not in visited:
            visited.add(id(key))
            pending += (key.key,) if isinstance(key, HashedKey) else key
    return {base for kind in kinds for base in kind.__mro__ if PROGRAM_MADE in base.__dict__}


@contextmanager
def equal_to_themselves(kinds: Iterable[type]) -> Iterator[None]:
    """A context in which objects of these classes of the program equal themselves alone, and no `__eq__` runs."""
    methods = [(kind, vars(kind)["__eq__"]) for kind in kinds if "__eq__" in vars(kind)]
    try:
        for kind, _ in methods:
            type.__setattr__(kind, "__eq__", object.__eq__)
        yield
    finally:
        for kind, method in methods:
            type.__setattr__(kind, "__eq__", method)
