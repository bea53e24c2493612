"""The closed set of rule R3, by exact type: what a program may hold, looked into as deep as it goes."""

from __future__ import annotations

import builtins
import collections
import re
import types
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import gradcli
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.exposure import ProgramClass
from gradcli.faults.tree import Fault
from gradcli.lang.runtime.builtins import EXCEPTION_NAMES, METHODS
from gradcli.lang.runtime.exceptions import ExitRequest, InterruptRequest
from gradcli.lang.runtime.iterators import LAZY
from gradcli.lang.runtime.types import user_class
from gradcli.nn.utils.data import Dataset
from safety.walk import OURS, PLAIN

SOURCE = str(Path(gradcli.__file__).parent)
DEPTH, ITEMS = 5, 12        # levels and values of one level that are looked into
TEXT = frozenset({str, int, float, complex, bool, type(None), type(...), type(NotImplemented)})
MIXABLE = {collections.deque: METHODS[list] | {"appendleft", "popleft", "extendleft", "rotate", "maxlen"},
           collections.Counter: METHODS[dict] | {"most_common", "elements", "subtract", "total"}}
LISTED = frozenset(getattr(builtins, name) for name in EXCEPTION_NAMES)
REQUESTS = frozenset({ExitRequest, InterruptRequest})
ADDRESS = re.compile(r"0x([0-9a-f]{6,16})\b")
COUNTED = range(0x7F2A5C000010, 0x7F2A5C000010 + (1 << 28))      # the pseudo-addresses that programs see


def _subclasses(kind: type) -> Iterator[type]:
    yield kind
    for below in type.__subclasses__(kind):
        yield from _subclasses(below)


def class_dict(kind: type) -> Any:
    """The names of a class, read past whatever the class says of itself."""
    return type.__dict__["__dict__"].__get__(kind)


class ClosedSet:
    """Which values are members, and why others are not.

    `functions` are functions of C modules that stand in the prelude: they are known by identity.
    """

    def __init__(self, functions: Callable[[], Iterator[Any]] = lambda: iter(())) -> None:
        self.functions = {id(item): item for item in functions() if type(item) is types.BuiltinFunctionType}
        self.kinds: dict[type, str] = {}     # "" for members, else why not
        self.met: collections.Counter[type] = collections.Counter()

    def strangers(self, value: Any, way: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str, Any]]:
        """(where, why, value) for all in `value` that no program may hold."""
        kind = type(value)
        self.met[kind] += 1
        if kind in TEXT:
            if kind is str and "0x" in value and (place := real_address(value)):
                yield way, "a true address in a text", place
            return
        why = self.reason(value, kind)
        if why:
            yield way, why, value
            return
        if depth:
            for name, part in self.parts(value, kind):
                yield from self.strangers(part, way + name, depth - 1)

    def reason(self, value: Any, kind: type) -> str:
        """Why `value` is no member; empty if it is one."""
        if isinstance(value, type):
            return "" if isinstance(value, ProgramClass) and user_class(value) else f"a type of Python's: {name_of(value)}"
        if kind is types.BuiltinFunctionType:
            return self.of_c(value)
        if kind is types.FunctionType:
            return self.of_python(value)
        if kind is types.MethodType:
            return (self.of_python(value.__func__) if type(value.__func__) is types.FunctionType
                    else "a method of what is no function") or self.reason(value.__self__, type(value.__self__))
        if kind is types.MethodDescriptorType:
            known = METHODS.get(value.__objclass__, ())
            return "" if value.__name__ in known else f"a method of Python's: {value.__name__}"
        why = self.kinds.get(kind)
        if why is None:
            why = self.kinds[kind] = "" if self.member(kind) else f"a value of type {name_of(kind)}"
        return why or (of_dtype(value) if Tensor in kind.__mro__ else "")

    def member(self, kind: type) -> bool:
        """Whether values of exactly this type are members."""
        if kind in PLAIN or kind in LAZY or kind in OURS or kind in LISTED or kind in REQUESTS or user_class(kind):
            return True
        if kind.__mro__[1:] == (tuple, object) and "_known_as" in class_dict(kind):     # a namedtuple of the program
            return True
        if any(base in kind.__mro__ for base in (*OURS, Fault, Dataset)):
            return True     # a class of ours: programs make none without the mark of user_class, as they hold no `type`
        return tuple in kind.__mro__ and kind.__module__.startswith("gradcli.")      # named results

    def of_c(self, value: Any) -> str:
        bearer = value.__self__
        if bearer is None or isinstance(bearer, types.ModuleType):
            return "" if id(value) in self.functions else f"a function of C: {value.__name__}"
        known = METHODS.get(type(bearer), MIXABLE.get(type(bearer)))
        if known is None:
            known = next((METHODS[item] for item in (dict, list, str, tuple) if item in type(bearer).__mro__), ())
        return "" if value.__name__ in known else f"a method of C: {value.__name__} of {name_of(type(bearer))}"

    def of_python(self, value: Any) -> str:
        file = value.__code__.co_filename
        if not file.startswith("/"):
            return ""       # lowered from the program's text
        if not file.startswith(SOURCE):
            return f"a function of Python's: {value.__qualname__}"
        name = value.__code__.co_name
        private = name.startswith("_") and not name.startswith("__")
        if private and "<locals>" not in value.__qualname__:
            return f"a private function of ours: {value.__qualname__}"
        return ""

    def parts(self, value: Any, kind: type) -> Iterator[tuple[str, Any]]:
        """What a member holds, without running anything of the program's."""
        if isinstance(value, dict):
            for key, part in islice(list(dict.items(value)), ITEMS):
                yield ".key", key
                yield "[...]", part
        elif isinstance(value, list | tuple | set | frozenset):
            base = next(item for item in (list, tuple, set, frozenset) if item in kind.__mro__)
            for part in islice(list(base.__iter__(value)), ITEMS):
                yield "[...]", part
        elif isinstance(value, BaseException):
            yield from exception_parts(value)
        elif user_class(kind):
            yield from ((f".{name}", part) for name, part in _own_attributes(value).items() if not name.startswith("_"))
        elif kind.__name__ == "deque" and kind.__module__.startswith("gradcli."):
            yield from (("[...]", part) for part in islice(list(value._items), ITEMS))
        elif kind is types.MethodType:
            yield ".bearer", value.__self__


def of_dtype(value: Any) -> str:
    """Why the array of a tensor is none that programs may hold."""
    if isinstance(value, Uninitialized):
        return ""
    array = value.array
    if type(array) is not np.ndarray:
        return f"a tensor of a {name_of(type(array))}"
    return "" if array.dtype in OF else f"an array of {array.dtype.kind!r}"


def _own_attributes(value: Any) -> dict[str, Any]:
    try:
        return dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        return {}


def exception_parts(error: BaseException) -> Iterator[tuple[str, Any]]:
    """What an exception carries: what programs read, and what they would if one more wall fell."""
    yield ".args", BaseException.__dict__["args"].__get__(error)
    for note in _own_attributes(error).get("__notes__", ()):
        yield ".note", note
    if error.__cause__ is not None:
        yield ".cause", error.__cause__
    if error.__context__ is not None:
        yield ".context", error.__context__


def name_of(kind: type) -> str:
    return f"{type.__dict__['__module__'].__get__(kind)}.{type.__dict__['__qualname__'].__get__(kind)}"


def real_address(text: str) -> str:
    """A number in a text that is an address in this process, if there is one."""
    for digits in ADDRESS.findall(text):
        if int(digits, 16) not in COUNTED and in_memory(int(digits, 16)):
            return f"0x{digits}"
    return ""


def in_memory(number: int) -> bool:
    """Whether something of this process lies there."""
    with open("/proc/self/maps") as file:
        spans = (line.split(" ", 1)[0].split("-") for line in file)
        return any(int(first, 16) <= number < int(last, 16) for first, last in spans)
