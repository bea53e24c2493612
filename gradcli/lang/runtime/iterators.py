"""enumerate, zip, map, filter and reversed, not nested without end (rule R12).

Each calls the next one, and is deallocated, in C: a hundred thousand nested ones would overflow the C stack. So their
depth is counted where one is created from another, and limited by DEEPEST.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.mistakes import DepthLimit
from gradcli.lang.runtime.types import TypeProxy

DEEPEST = 1000


class _Enumerate(enumerate):    # type: ignore[type-arg]  # Python has no brackets for it
    __slots__ = ("deep",)


class _Zip(zip):    # type: ignore[type-arg]  # Python has no brackets for it
    __slots__ = ("deep",)


class _Map(map):    # type: ignore[type-arg]  # Python has no brackets for it
    __slots__ = ("deep",)


class _Filter(filter):    # type: ignore[type-arg]  # Python has no brackets for it
    __slots__ = ("deep",)


class Nested:
    """A base of the iterators of other modules that stand on one another."""

    __slots__ = ()

    deep: int


def nesting(*values: Any) -> int:
    """The nesting depth of the deepest of these iterators; 0 if none is one."""
    return max((getattr(value, "deep", 1) for value in values if type(value) in LAZY or isinstance(value, Nested)),
               default=0)


NESTED: dict[type, type] = {enumerate: _Enumerate, zip: _Zip, map: _Map, filter: _Filter}
for _nested in NESTED.values():
    exposed()(_nested)
FLAT: frozenset[type] = frozenset({
    list, tuple, dict, set, str, range, int, FunctionType, BuiltinFunctionType, TypeProxy})    # which are no iterators
LAZY = frozenset({*NESTED, *NESTED.values()})

for _plain, _nested in NESTED.items():
    _nested.__name__ = _nested.__qualname__ = _plain.__name__


def _through(value: Any) -> Any:
    """The iterator of an object of a program's class, which may itself be nested; other values unchanged."""
    return iter(value) if PROGRAM_MADE in type(value).__dict__ and hasattr(type(value), "__iter__") else value


def _maker(plain: type, nested: Any) -> Any:
    begin = plain in (map, filter)      # behind the function

    def make(*args: Any, **options: Any) -> Any:
        if not options and FLAT.issuperset(map(type, args)):
            return plain(*args)
        if args:
            args = (*args[:begin], *map(_through, args[begin:]))
        elif "iterable" in options:
            options["iterable"] = _through(options["iterable"])
        depth = nesting(*args, *options.values())
        if not depth:
            return plain(*args, **options)
        if depth >= DEEPEST:
            raise DepthLimit(f"{plain.__name__} stands {DEEPEST} times within others of its kind",
                             ("list(x)", "goes through the values now"))
        iterator = nested(*args, **options)
        iterator.deep = depth + 1
        return iterator

    return make


def type_proxies() -> list[TypeProxy]:
    """The proxies of enumerate, zip, map and filter."""
    return [TypeProxy(plain.__name__, (plain,), _maker(plain, nested)) for plain, nested in NESTED.items()]
