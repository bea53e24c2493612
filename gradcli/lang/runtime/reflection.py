"""getattr, hasattr, setattr, delattr, vars and the dunder names: checked as attributes in the text of a program are.

Special methods of values that are no objects of the program, such as `values.__getitem__`, are functions that do what
the operator or built-in of the language does, with its guards.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, Exposure, admit, closed_names, exposed, exposure_of, renamed
from gradcli.faults.attributes import MissingAttribute
from gradcli.faults.mistakes import UnderscoreRefused
from gradcli.faults.tree import AttributeFault
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.messages.python_words import python_error
from gradcli.lang.messages.value_names import describe
from gradcli.lang.policy import CHANGED, CHANGING, CLASS, INTROSPECTED, Policy, attribute_name, legal_name
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.containers import pairs
from gradcli.lang.runtime.special_methods import METHODS, OF_OBJECTS
from gradcli.lang.runtime.types import TypeProxy, types_of, user_class

FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)
UNSET = object()


def introspection(policy: Policy, attributes: Attributes) -> Callable[[Any, str], Any]:
    """The runtime helper `.introspect`: `f.__name__`, `x.__class__`, `x.__dict__`, `f.__doc__`, `torch.__version__`.

    It is called with "__class__" for the name of the class, with CLASS for the class; with CHANGED for `__dict__` where
    it is changed.
    """
    type_of = policy.type_of

    def introspect(value: Any, attribute: str) -> Any:
        if attribute == CLASS:
            if not of_program(value):
                legal_name("__class__", lambda: None)       # which refuses it
            return type_of(value)
        if attribute in ("__dict__", CHANGED):
            if not of_program(value) or not has_own_attributes(value):
                legal_name("__dict__", lambda: None)      # which refuses it
            return own_attributes(value) if attribute != CHANGED else OwnAttributes(attributes, own_attributes, value)
        if attribute == "__version__":
            version = getattr(value, ".version", None)      # only the torch namespace sets it
            if version is None:
                raise MissingAttribute(value, describe(value, policy), "__version__")
            return str(version())
        if attribute == "__doc__":
            return _text_of(value)
        if attribute == "__class__":
            value, attribute = type_of(value), "__name__"
        if isinstance(value, TypeProxy):
            return value._name.rpartition(".")[2]
        exposure = exposure_of(type(value)) or Exposure()
        if user_class(value) or isinstance(value, FUNCTIONS) or attribute in exposure.read:
            return str(getattr(value, attribute))
        raise MissingAttribute(value, describe(value, policy), attribute, ("type(x).__name__", "the name of its class"))

    return introspect


def _text_of(value: Any) -> str | None:
    """The docstring of a function or class of the program, or of the class of an instance; None for all else."""
    kind = value if user_class(value) else type(value)
    if PROGRAM_MADE in kind.__dict__:
        text = kind.__dict__.get("__doc__")
    else:
        function = getattr(value, "__func__", value)
        of_program = type(function) is FunctionType and (
            is_lowered(function.__code__) or PROGRAM_MADE in vars(function))
        text = function.__doc__ if of_program else None
    return text if type(text) is str else None


def set_function_attribute(new: Any, value: Any, name: str) -> None:
    """`f.__name__ = new`, of a function of the program."""
    if type(value) is not FunctionType or not is_lowered(value.__code__):
        raise AttributeFault(f"the attribute {name} of a {type(value).__name__} cannot be set")
    if type(new) is not str and (name != "__doc__" or new is not None):
        raise TypeError(f"{name} must be set to a string object")
    setattr(value, name, new)


def of_program(value: Any) -> bool:
    """Whether `value` is an instance of a class of the program."""
    return PROGRAM_MADE in type(value).__dict__


def has_own_attributes(value: Any) -> bool:
    """Whether programs may read the attributes of `value` as a dict."""
    exposure = exposure_of(type(value)) or Exposure()
    return type(getattr(value, "__dict__", None)) is dict and (
        PROGRAM_MADE in type(value).__dict__ or exposure.open_attributes)


def own_attributes(value: Any, /) -> dict[str, Any]:
    """`vars(value)`: the attributes of an object that programs may read."""
    if not has_own_attributes(value):
        raise TypeError("vars() argument must have __dict__ attribute")
    own, closed = value.__dict__, closed_names(type(value))
    return {name: admit(own[name]) for name in own if name[:1] != "." and name not in closed}


own_attributes.__name__ = own_attributes.__qualname__ = "vars"


def reflection(attributes: Attributes, introspect: Callable[[Any, str], Any],
               special: Callable[[Any, str], Any]) -> dict[str, Any]:
    """getattr, hasattr, setattr, delattr, issubclass, vars and callable as programs see them, by name.

    `introspect` and `special` answer the names with two underscores that the text of a program may read.
    """
    def read(value: Any, name: str) -> Any:
        if name in INTROSPECTED:
            return introspect(value, name)
        if name in METHODS and name != "__init__":
            try:
                return special(value, name)
            except UnderscoreRefused as refusal:    # the value has no such method, or none for programs
                there = callable(value) if name == "__call__" else builtin_hasattr(type(value), name)
                raise refusal if there else attributes.missing(value, name) from None
        return attributes.read(value, attribute_name(name))

    def getattr(value: Any, name: str, /, *default: Any) -> Any:
        if len(default) > 1:
            raise TypeError("getattr() takes a value, a name and at most a default")
        if not default:
            return read(value, name)
        try:
            return read(value, name)
        except AttributeError:
            return default[0]

    def hasattr(value: Any, name: str, /) -> bool:
        try:
            return getattr(value, name, UNSET) is not UNSET
        except UnderscoreRefused:
            if name not in METHODS or name == "__init__":
                raise
            return True     # the value has the method, but not for programs to take

    def setattr(value: Any, name: str, new: Any, /) -> None:
        attributes.write(new, value, attribute_name(name))

    def delattr(value: Any, name: str, /) -> None:
        attributes.delete(value, attribute_name(name))

    def dir(value: Any, /) -> list[str]:
        return sorted(name for name in attributes.readable_names(value) if type(name) is str and name[:1] not in "._")

    def issubclass(kind: Any, above: Any, /) -> bool:
        if not (isinstance(kind, TypeProxy) or user_class(kind)):
            raise python_error("a class is needed here, such as float", builtin_issubclass, 0, int)
        try:
            kinds = types_of(above)
        except TypeError as error:
            raise python_error(str(error), builtin_issubclass, int, 0) from None
        return all(builtin_issubclass(cls, kinds) for cls in types_of(kind))

    functions: dict[str, Any] = locals()
    names = ("getattr", "hasattr", "setattr", "delattr", "issubclass", "dir")
    return {"vars": own_attributes} | {name: functions[name] for name in names} | {"callable": callable}


builtin_issubclass, builtin_hasattr = issubclass, hasattr

UNGUARDED = {f"__{name.strip('_')}__": getattr(operator, name) for name in (
    "sub truediv floordiv and_ or_ xor matmul lt le gt ge eq ne getitem contains delitem neg pos invert").split()}
BY_BUILT_IN = {f"__{name}__": name for name in "len iter next repr str hash bool abs float int".split()}
GUARDED = {f"__{name}__": f".{helper}" for name, helper in (
    ("add", "add"), ("mul", "mul"), ("pow", "pow"), ("mod", "mod"), ("lshift", "shl"))}


def special_methods(helpers: Mapping[str, Any], names: Mapping[str, Any],
                    attributes: Attributes) -> Callable[[Any, str], Any]:
    """The runtime helper `.special`: `value.__add__`, of a program's class or of any value that has the operator."""
    def read(value: Any, name: str) -> Any:
        if isinstance(value, TypeProxy) or user_class(value) or attributes.defines(value, name):
            return attributes.read_special(value, name)
        if name in OF_OBJECTS:
            return _named(_of_object(attributes, value, name), name)
        work: Any = UNGUARDED.get(name) or helpers.get(GUARDED.get(name, "")) or names.get(BY_BUILT_IN.get(name, ""))
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
    if not of_program(value):
        legal_name(name, lambda: None)      # which refuses it
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

    return renamed(method, name)


@exposed(*CHANGING)
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
        for name, value in dict(*map(pairs(Budget()), new), **options).items():
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

    def popitem(self) -> Any:
        """The name and the value of the last attribute, which is deleted."""
        name = next(reversed(self._read(self._value)), None)
        if name is None:
            raise KeyError("popitem(): dictionary is empty")
        return name, self.pop(name)

    def clear(self) -> None:
        """Delete the attributes."""
        for name in self._read(self._value):
            del self[name]


OwnAttributes.__name__ = OwnAttributes.__qualname__ = "dict"     # as messages call it
for _method in CHANGING:
    getattr(OwnAttributes, _method).__qualname__ = f"dict.{_method}"
