"""`collections` for programs: deque, Counter, defaultdict, ChainMap and namedtuple."""

from __future__ import annotations

import collections
import itertools
from collections.abc import ItemsView, Iterable, Iterator, KeysView, MutableSequence, ValuesView
from operator import index
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import admitting, expose_named_tuple, exposed, named, seal
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.builtins import METHODS
from gradcli.lang.runtime.ordered import OrderedDict as Ordered
from gradcli.lang.runtime.ordered import view_class
from gradcli.lang.runtime.types import STAND_INS, TypeProxy, stand_in

DICT = METHODS[dict]
SEQUENCES = (str, list, tuple)
DEQUE = frozenset("append appendleft pop popleft extend extendleft clear rotate reverse count index remove insert "
                  "maxlen".split())


@exposed(*DEQUE, "copy")
class Deque:
    """collections.deque, as a list."""

    __slots__ = ("_items",)

    def __init__(self, iterable: Iterable[Any] = (), maxlen: int | None = None) -> None:
        self._items: collections.deque[Any] = collections.deque(iterable, maxlen)

    def __flatten__(self) -> tuple[tuple[()], list[Any], int | None]:
        return (), list(self._items), self._items.maxlen

    @staticmethod
    def __unflatten__(_: tuple[()], values: list[Any], maxlen: int | None) -> Deque:
        return Deque(values, maxlen)

    @property
    def maxlen(self) -> int | None:
        """The most values that it holds, or None."""
        return self._items.maxlen

    def index(self, value: Any, *bounds: int) -> int:
        """The index of the first occurrence of the value."""
        try:
            return self._items.index(value, *bounds)
        except ValueError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
                raise       # a comparison of the program's own has failed
        raise ValueError(f"{DisplayHooks.text(value)} is not in deque")

    def copy(self) -> Deque:
        """A shallow copy."""
        return Deque(self._items, self._items.maxlen)

    def __getitem__(self, at: Any) -> Any:
        return self._items[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        self._items[at] = value

    def __delitem__(self, at: Any) -> None:
        del self._items[at]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._items))

    def __reversed__(self) -> Iterator[Any]:
        return iter(list(reversed(self._items)))

    def __contains__(self, value: Any) -> bool:
        return value in self._items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deque) and self._items == other._items

    __hash__ = None     # type: ignore[assignment]  # as Python's own

    def __iadd__(self, more: Iterable[Any]) -> Deque:
        self._items.extend(more)
        return self

    def __parts__(self) -> tuple[str, list[Any], str]:
        most = self._items.maxlen
        return "deque([", list(self._items), "])" if most is None else f"], maxlen={most})"


MutableSequence.register(Deque)


def _method_of_deque(name: str) -> Any:
    plain = getattr(collections.deque, name)

    def method(self: Deque, *args: Any) -> Any:
        return plain(self._items, *args)

    method.__name__, method.__qualname__ = name, f"deque.{name}"
    return method


for _name in DEQUE.difference(vars(Deque)):
    setattr(Deque, _name, _method_of_deque(_name))
seal(Deque)


@exposed(*DICT, "most_common", "elements", "subtract", "total")
class Tally(collections.Counter[Any]):
    """collections.Counter."""

    _module_path = "collections"

    def elements(self) -> Any:
        """The values, each repeated by its count."""
        counts = [(value, index(times)) for value, times in self.items()]
        if sum(times for _, times in counts if times > 0) > Budget.items:
            raise SizeLimit(f"elements() would make more than {Budget.items} values")
        return [value for value, times in counts for _ in range(times)]

    def __parts__(self) -> tuple[str, list[Any], str]:
        return ("Counter(", [dict(self.most_common())], ")") if self else ("Counter(", [], ")")


def _counting(name: str) -> Any:
    plain = getattr(collections.Counter, name)

    def operate(self: Tally, *other: Any, **options: Any) -> Any:
        for counts in (self, options, *other):
            if isinstance(counts, dict) and counts and [
                    count for count in counts.values() if isinstance(count, SEQUENCES)]:
                raise ArgumentFault(f"Counter.{name}() adds up counts, and a count is a number")
        result = plain(self, *other, **options)
        return result if result is NotImplemented or type(result) is not collections.Counter else Tally(dict(result))

    return operate


for _name in ("__add__", "__sub__", "__and__", "__or__", "__pos__", "__neg__", "__iadd__", "__isub__", "__iand__",
              "__ior__", "update", "subtract"):
    setattr(Tally, _name, _counting(_name))
seal(Tally)


@exposed(*DICT, "default_factory")
class DefaultDict(collections.defaultdict[Any, Any]):
    """collections.defaultdict."""

    __slots__ = ()

    def __flatten__(self) -> tuple[tuple[Any, ...], list[Any], Any]:
        return tuple(self), list(self.values()), self.default_factory

    @staticmethod
    def __unflatten__(keys: tuple[Any, ...], values: list[Any], factory: Any) -> DefaultDict:
        return DefaultDict(factory, zip(keys, values, strict=True))

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "defaultdict(", [self.default_factory, dict(self)], ")"


@exposed(*DICT, "maps", "new_child", "parents")
class Chain(collections.ChainMap[Any, Any]):
    """collections.ChainMap, of dicts alone: what programs define could go on without an end."""

    _module_path = "collections"

    @property
    def maps(self) -> Any:
        """The list of the dicts. ArgumentFault if the program has put anything else into it."""
        for part in self._maps:
            if not isinstance(part, dict | Chain):
                raise ArgumentFault(f"a ChainMap is made of dicts, not of {described(part)}", "ChainMap({}, defaults)")
        return self._maps

    @maps.setter
    def maps(self, maps: Any) -> None:
        self._maps = maps

    def keys(self) -> Any:
        """A view of its keys."""
        return VIEWS["KeysView"](self)

    def values(self) -> Any:
        """A view of its values."""
        return VIEWS["ValuesView"](self)

    def items(self) -> Any:
        """A view of its (key, value) pairs."""
        return VIEWS["ItemsView"](self)

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "ChainMap(", self._maps, ")"


seal(Chain)


VIEWS = {base.__name__: view_class(base, base.__name__, __name__, lambda view: (
    f"{type(view).__name__}(", [view._mapping], ")")) for base in (KeysView, ValuesView, ItemsView)}


def _replaced(self: Any, /, **changes: Any) -> Any:
    values = [changes.pop(name, value) for name, value in zip(self._fields, self, strict=True)]
    if changes:
        raise ValueError(f"Got unexpected field names: {list(changes)!r}")
    return type(self)(*values)


def _make(kind: type, iterable: Any, /) -> Any:
    """The method `_make` of named tuples: an instance with the values of `iterable`."""
    expected: int = len(kind._fields)     # type: ignore[attr-defined]  # a named tuple
    values = tuple(itertools.islice(iterable, expected + 1))
    if len(values) != expected:
        count = len(iterable) if isinstance(iterable, list | tuple | str | range | dict | set) else len(values)
        raise TypeError(f"Expected {expected} arguments, got {count}")
    return kind(*values)


def _as_dict(self: Any, /) -> dict[str, Any]:
    return dict(zip(self._fields, self, strict=True))


_replaced.__name__ = _replaced.__qualname__ = "_replace"
_make.__name__ = _make.__qualname__ = "_make"
_as_dict.__name__ = _as_dict.__qualname__ = "_asdict"


def tuple_class(name: str, fields: list[str], defaults: Any) -> Any:
    """A class of named tuples; Python's own methods for them have globals that programs must not reach."""
    make: Any = collections.namedtuple
    cls = make(checked_name(name), fields, defaults=defaults)
    cls._replace, cls._asdict, cls._make = _replaced, _as_dict, classmethod(_make)
    expose_named_tuple(cls, "_fields", "_replace", "_asdict", "count", "index",
                       class_read=("_fields", "_field_defaults", "_make"))
    seal(cls)
    return cls


def namedtuple(typename: Any, field_names: Any, *, rename: bool = False, defaults: Any = None) -> TypeProxy:
    """collections.namedtuple."""
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = [checked_name(name) for name in field_names]
    if rename or any(name.startswith("_") for name in names):
        raise ArgumentFault("the fields of a namedtuple have plain names", "namedtuple('Point', ['x', 'y'])")
    cls = tuple_class(typename, names, defaults)

    def make(*args: Any, **options: Any) -> Any:
        try:
            return cls(*args, **options)
        except TypeError as error:
            raise TypeError(str(error)) from None       # without the frames of Python's own constructor

    STAND_INS[cls] = kind = TypeProxy(f"__main__.{typename}", (cls,), make, {
        "_fields": cls._fields, "_field_defaults": cls._field_defaults,
        "_make": admitting(lambda iterable, /: _make(cls, iterable))})
    return kind


OrderedDict = stand_in("collections.OrderedDict", Ordered, Ordered, {
    "fromkeys": lambda iterable, value=None: Ordered.fromkeys(Budget().bounded(iterable), value)})
deque = stand_in("collections.deque", Deque, Deque)
defaultdict = stand_in("collections.defaultdict", DefaultDict, DefaultDict)
Counter = stand_in("collections.Counter", Tally, Tally)
ChainMap = stand_in("collections.ChainMap", Chain, Chain)
for _kind, _name in ((Chain, "ChainMap"), (Deque, "collections.deque"), (Tally, "Counter"),
                     (DefaultDict, "collections.defaultdict")):
    named(_name)(_kind)
