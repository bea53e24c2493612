"""Special methods of values that are no objects of the program, read by name: `values.__getitem__`, `x.__len__`.

Each becomes a function that does what the operator or built-in of the language does, with its guards.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from gradcli.exposure import admit, exposed
from gradcli.lang.policy import attribute_name, legal_name
from gradcli.lang.runtime.special_methods import OF_OBJECTS
from gradcli.lang.runtime.types import TypeProxy, user_class

UNGUARDED = {f"__{name.strip('_')}__": getattr(operator, name) for name in (
    "sub truediv floordiv and_ or_ xor matmul lt le gt ge eq ne getitem contains delitem neg pos invert").split()}
BY_BUILT_IN = {f"__{name}__": name for name in "len iter next repr str hash bool abs float int".split()}
GUARDED = {f"__{name}__": f".{helper}" for name, helper in (
    ("add", "add"), ("mul", "mul"), ("pow", "pow"), ("mod", "mod"), ("lshift", "shl"))}


def special_methods(helpers: Mapping[str, Any], names: Mapping[str, Any], attributes: Any) -> Callable[[Any, str], Any]:
    """The runtime helper `.special`: `value.__add__`, of a program's class or of any value that has the operator."""
    def read(value: Any, name: str) -> Any:
        if isinstance(value, TypeProxy) or user_class(value) or attributes.defines(value, name):
            return attributes.read_special(value, name)
        if name in OF_OBJECTS:
            return _named(_of_object(attributes, value, name), name)
        work = UNGUARDED.get(name) or helpers.get(GUARDED.get(name, "")) or names.get(BY_BUILT_IN.get(name, ""))
        if name == "__setitem__":
            work = _set_item(helpers[".setitem"])
        if name == "__call__" and callable(value):
            return _named(value, name)
        if work is None or not hasattr(type(value), name):
            legal_name(name, lambda: None)      # which refuses it
        return _named(lambda *args: work(value, *args), name)

    return read


def _set_item(put: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
    return lambda holder, key, new: put(new, holder, key)


def _of_object(attributes: Any, value: Any, name: str) -> Callable[..., Any]:
    if name == "__setattr__":
        return lambda key, new, /: attributes.write(new, value, attribute_name(key))
    if name == "__delattr__":
        return lambda key, /: attributes.delete(value, attribute_name(key))
    if name == "__getattr__" and not attributes.mixed_kind(value):
        legal_name(name, lambda: None)
    return lambda key, /: attributes.read(value, attribute_name(key))


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def method(*args: Any, **options: Any) -> Any:
        return admit(function(*args, **options))

    method.__name__ = method.__qualname__ = name
    return method


@exposed("update", "setdefault", "pop", "get")
class OwnAttributes:
    """`x.__dict__` where a program changes it: each change is a checked change of the attribute."""

    __slots__ = ("_attributes", "_read", "_value")

    def __init__(self, attributes: Any, read: Callable[[Any], dict[str, Any]], value: Any) -> None:
        read(value)     # which raises TypeError for a value without such attributes
        self._attributes, self._read, self._value = attributes, read, value

    def __getitem__(self, name: Any) -> Any:
        return self._read(self._value)[name]

    def __setitem__(self, name: Any, new: Any) -> None:
        self._attributes.write(new, self._value, attribute_name(name))

    def __delitem__(self, name: Any) -> None:
        self.__getitem__(name)
        self._attributes.delete(self._value, attribute_name(name))

    def update(self, *new: Any, **options: Any) -> None:
        """Set the attributes in a dict, or in pairs, and those in keywords."""
        for name, value in dict(*new, **options).items():
            self[name] = value

    def setdefault(self, name: Any, default: Any = None, /) -> Any:
        """The attribute, which is set to `default` if it is not there."""
        if name not in self._read(self._value):
            self[name] = default
        return self[name]

    def pop(self, name: Any, *default: Any) -> Any:
        """The attribute, which is deleted; the default if it is not there."""
        if default and name not in self._read(self._value):
            return default[0]
        value = self[name]
        del self[name]
        return value

    def get(self, name: Any, default: Any = None, /) -> Any:
        """The attribute, or the default."""
        return self._read(self._value).get(name, default)
