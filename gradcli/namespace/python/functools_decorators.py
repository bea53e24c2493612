"""The decorators of functools: wraps, lru_cache, cache, cached_property and total_ordering."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, admit, exposed, named, renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.runtime.attributes import attributes_of
from gradcli.lang.runtime.types import TypeProxy, user_class
from gradcli.namespace.python.collections import namedtuple

CACHE_LIMIT = 1 << 20          # results that a cache without a limit of its own remembers
FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)
CacheInfo = namedtuple("CacheInfo", ["hits", "misses", "maxsize", "currsize"])


def wraps(wrapped: Any, *assigned: Any, **options: Any) -> Callable[[Any], Any]:
    """A decorator that gives a function the name and docstring of `wrapped`."""
    return lambda wrapper: update_wrapper(wrapper, wrapped)


def update_wrapper(wrapper: Any, wrapped: Any, *assigned: Any, **options: Any) -> Any:
    """`wrapper`, which is a function of the program, called as `wrapped` is."""
    of_program = type(wrapper) is FunctionType and (is_lowered(wrapper.__code__) or PROGRAM_MADE
                                                    in vars(wrapper))
    if of_program and (isinstance(wrapped, (*FUNCTIONS, Cached)) or user_class(wrapped)):
        wrapper.__name__, wrapper.__qualname__ = str(wrapped.__name__), str(wrapped.__qualname__)
        wrapper.__doc__ = wrapped.__doc__ if is_lowered(getattr(wrapped, "__code__", None)) else None
        vars(wrapper).update(attributes_of(wrapped))
    return wrapper


@named("functools._lru_cache_wrapper")
@exposed("cache_info", "cache_clear", "__name__", "__qualname__")
class Cached:
    """A function with a cache of its results: a dict, the results that were used last at its end.

    The dict is the program's to change through calls alone, but a prompt restores it as any other dict, which
    Python's own cache would not survive.
    """

    __slots__ = ("__name__", "__qualname__", "_function", "_hits", "_maxsize", "_misses", "_most", "_results", "_typed")

    def __init__(self, function: Any, maxsize: int | None, typed: bool) -> None:
        self._function, self._maxsize, self._typed = function, maxsize, typed
        self._most = CACHE_LIMIT if maxsize is None else min(maxsize, CACHE_LIMIT)
        self._results: dict[Any, Any] = {}
        self._hits = self._misses = 0
        self.__name__ = str(getattr(function, "__name__", "function"))
        self.__qualname__ = str(getattr(function, "__qualname__", "function"))

    def __call__(self, /, *args: Any, **options: Any) -> Any:
        key: Any
        if not options and len(args) == 1 and type(args[0]) in ALONE and not self._typed:
            key, = args     # as in Python, where 1 and 1.0 are told apart, but not 1.0 and True
        elif not self._most:
            self._misses += 1
            return self._function(*args, **options)
        else:
            key = _call_key(args, options, self._typed)
        results = self._results
        result = results.get(key, UNCACHED)
        if result is not UNCACHED:
            self._hits += 1
            if self._maxsize is not None:
                results[key] = results.pop(key, result)
            return result
        self._misses += 1
        result = self._function(*args, **options)
        if self._most and key not in results:      # a call within this one may have the same arguments
            if len(results) >= self._most:
                del results[next(iter(results))]
            results[key] = result
        return result

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def cache_info(self) -> Any:
        """The hits, misses, limit and size of the cache."""
        return CacheInfo(self._hits, self._misses, self._maxsize, len(self._results))

    def cache_clear(self) -> None:
        """Empty the cache."""
        self._results.clear()
        self._hits = self._misses = 0

    def __display__(self, style: Any) -> str:
        return f"<functools._lru_cache_wrapper object at {style.address(self)}>"


PLAIN = frozenset({int, float, str, bool, type(None)})     # types whose hashes no program computes
ALONE = frozenset({int, str})       # types of an argument that stands for itself
UNCACHED = object()
KEYWORDS = object()        # stands between the arguments by position and those by name


def _call_key(args: tuple[Any, ...], options: dict[str, Any], typed: bool) -> Any:
    """What tells the calls of a cached function apart."""
    key = (*args, KEYWORDS, *[part for option in options.items() for part in option]) if options else args
    if typed:
        key = (*key, *map(type, args), *map(type, options.values()))
    return key if PLAIN.issuperset(map(type, key)) else HashedKey(key)


class HashedKey:
    """The arguments of a call, whose hashes are asked for once."""

    __slots__ = ("_hash", "key")

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key, self._hash = key, hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HashedKey) and self.key == other.key


def lru_cache(maxsize: Any = 128, typed: Any = False) -> Any:
    """A decorator that caches the results of a function for the most recent arguments."""
    if callable(maxsize) and typed is False:
        return Cached(maxsize, 128, False)
    if maxsize is not None and type(maxsize) is not int:
        raise TypeError("Expected first argument to be an integer, a callable, or None")

    def remembering(function: Any) -> Cached:
        if not callable(function):
            raise TypeError("the first argument must be callable")
        return Cached(function, maxsize if maxsize is None else max(maxsize, 0), bool(typed))

    return remembering


def cache(user_function: Any, /) -> Cached:
    """`user_function` with a cache without a limit, up to CACHE_LIMIT results."""
    if not callable(user_function):
        raise TypeError("the first argument must be callable")
    return Cached(user_function, None, False)


@exposed()
class CachedProperty:
    """An attribute that a method computes on first access."""

    __slots__ = ("_function", "_name")

    def __init__(self, func: Any) -> None:
        if type(func) is not FunctionType:
            raise ArgumentFault("cached_property stands before a function")
        self._function, self._name = func, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        if not self._name:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        owner = next((kind for kind in type(instance).__mro__ if self._name in vars(kind)), None)
        if owner is None or vars(owner)[self._name] is not self:      # another name could be one that a base keeps
            raise TypeError(f"Cannot assign the same cached_property to two different names, such as {self._name!r}.")
        value = vars(instance)[self._name] = admit(self._function(instance))
        return value


WAYS: dict[str, dict[str, Callable[[Any, bool], Any]]] = {     # what a comparison tells of the others, best first
    "__lt__": {"__gt__": lambda same, holds: not holds and not same(), "__le__": lambda same, holds: holds or same(),
               "__ge__": lambda same, holds: not holds},
    "__le__": {"__ge__": lambda same, holds: not holds or same(), "__lt__": lambda same, holds: holds and not same(),
               "__gt__": lambda same, holds: not holds},
    "__gt__": {"__lt__": lambda same, holds: not holds and not same(), "__ge__": lambda same, holds: holds or same(),
               "__le__": lambda same, holds: not holds},
    "__ge__": {"__le__": lambda same, holds: not holds or same(), "__gt__": lambda same, holds: holds and not same(),
               "__lt__": lambda same, holds: not holds}}


def total_ordering(cls: Any) -> Any:
    """A class of the program with all comparisons, derived from `==` and the one that it defines."""
    if not user_class(cls):
        raise ArgumentFault("total_ordering stands before a class of the program")
    defined = [name for name in WAYS if any(name in vars(kind) and PROGRAM_MADE in vars(kind) for kind in cls.__mro__)]
    if not defined:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    for name, derive in WAYS[defined[0]].items():
        if name not in defined:
            type.__setattr__(cls, name, _comparison(name, defined[0], derive))
    return cls


def _comparison(name: str, defined: str, derive: Callable[[Any, bool], Any]) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        result = getattr(type(self), defined)(self, other)
        return result if result is NotImplemented else derive(lambda: self == other, result)

    return renamed(compare, name)


cached_property = TypeProxy("functools.cached_property", (CachedProperty,), CachedProperty)
CachedProperty.__name__ = "cached_property"
