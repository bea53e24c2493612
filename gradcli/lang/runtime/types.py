"""Proxies for Python's types, so that no program ever holds a built-in type or a class of this package.

`float`, `list`, `ValueError` and `torch.Tensor` of a program are `TypeProxy` objects: calling one makes a
value; `isinstance(x, proxy)` and `except proxy` use the types it stands for. A class that a program defines
is a real type, whose attributes are read through `attributes.py` like those of any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from gradcli.exposure import PROGRAM_MADE, exposed

OWN = "own"         # a class of the program with nothing foreign above it
MIXED = "mixed"     # one with a foreign base somewhere


@exposed()
class TypeProxy:
    """Stands for one or several Python types under the name that programs know."""

    __slots__ = ("__call__", "_call", "_methods", "_name", "_types")     # Python calls what the first holds as it is

    __call__: Callable[..., Any]

    def __init__(self, name: str, types: tuple[type, ...], call: Callable[..., Any] | None = None,
                 methods: Mapping[str, Callable[..., Any]] = MappingProxyType({})) -> None:
        """`methods` are those that can be named without an object: `str.lower`."""
        self._name, self._types, self._call, self._methods = name, types, call, methods
        set_call(self, call or partial(_refuse_call, name))

    def __repr__(self) -> str:
        return f"<class '{self._name}'>"

    __iter__ = None     # __getitem__, which annotations need, would make a proxy iterable

    def __getitem__(self, item: Any) -> TypeProxy:
        """`list[int]`: the same type, with a note of what it holds."""
        if not (self._name.startswith("typing.") or (len(self._types) == 1 and self._types[0].__qualname__ in HOLDING)):
            raise TypeError(f"type '{self._name}' is not subscriptable")
        items = item if type(item) is tuple else (item,)
        return GenericAlias(f"{self._name}[{', '.join(map(alias_of, items))}]", self._types, self._call)

    def __or__(self, other: Any) -> Any:
        """`int | None`: one of several types."""
        return _united(self, other)

    def __ror__(self, other: Any) -> Any:
        return _united(other, self)

    def __getattr__(self, name: str) -> Any:
        """A method, in the few places where attributes are read without asking a guard."""
        if (method := methods_of(self).get(name)) is None:
            raise AttributeError(f"type object '{self._name}' has no attribute '{name}'", name=name, obj=self)
        return method


TypeProxy.__name__ = "type"      # as Python's messages call it
set_call: Callable[[TypeProxy, Any], None] = vars(TypeProxy)["__call__"].__set__


def _refuse_call(name: str, *args: Any, **options: Any) -> NoReturn:
    raise TypeError(f"cannot create '{name}' instances")


def stand_in(name: str, kind: type, call: Callable[..., Any],
             methods: Mapping[str, Callable[..., Any]] = MappingProxyType({})) -> TypeProxy:
    """The proxy of a class of a library, which `type` returns for its objects."""
    STAND_INS[kind] = proxy = TypeProxy(name, (kind,), call, methods)
    return proxy


class GenericAlias(TypeProxy):
    """`list[int]` or `int | None`: a type with its parameters, or a union; they are shown, and not checked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return self._name


HOLDING = frozenset("list tuple dict set frozenset type deque defaultdict OrderedDict Counter".split())
"""The types that annotations take items of."""


def alias_of(kind: Any) -> str:
    """How a type is written in an annotation."""
    if isinstance(kind, TypeProxy):
        return kind._name
    if type(kind) is list:
        return f"[{', '.join(map(alias_of, kind))}]"
    if kind is ...:
        return "..."
    return f"__main__.{kind.__qualname__}" if user_class(kind) else repr(kind) if type(kind) in (
        str, int, bool, type(None), type(...)) else "..."


def _united(a: Any, b: Any) -> Any:
    if not all(isinstance(kind, TypeProxy) or kind is None or user_class(kind) for kind in (a, b)):
        return NotImplemented
    return GenericAlias(f"{alias_of(a)} | {alias_of(b)}", (*types_of(a), *types_of(b)))


@exposed()
class Sentinel:
    """What `object()` makes: a value that is equal to nothing but itself."""

    __slots__ = ("__weakref__",)


Sentinel.__name__ = Sentinel.__qualname__ = "object"
Sentinel.__module__ = "builtins"

STAND_INS: WeakKeyDictionary[type, TypeProxy] = WeakKeyDictionary()
"""The proxies of types that were created at run time, by type."""


def methods_of(kind: TypeProxy) -> Mapping[str, Callable[..., Any]]:
    """The methods that programs can name through `kind`."""
    try:
        methods: Mapping[str, Callable[..., Any]] = object.__getattribute__(kind, "_methods")
    except AttributeError:      # a proxy whose type has not been imported yet
        return {}
    return methods


def types_of(kind: Any) -> tuple[type, ...]:
    """The Python types that `kind`, or each of a tuple of kinds, stands for."""
    if isinstance(kind, TypeProxy):
        return kind._types
    if type(kind) is tuple:
        return tuple(t for member in kind for t in types_of(member))
    if user_class(kind):
        return (kind,)
    if kind is None:
        return (type(None),)
    raise TypeError("a type or a tuple of types is needed here, such as float or (int, float)")


def user_class(value: object) -> bool:
    """Whether `value` is a class that a program defined."""
    return isinstance(value, type) and PROGRAM_MADE in value.__dict__


def user_mark(value: object) -> str | None:
    """OWN or MIXED if `value` is an instance of a class that a program defined, else None."""
    mark: str | None = type(value).__dict__.get(PROGRAM_MADE)
    return mark
