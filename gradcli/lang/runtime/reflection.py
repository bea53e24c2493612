"""getattr, hasattr, setattr, delattr, vars and the dunder names: checked as attributes in the text of a program are."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, Exposure, admit, closed_names, exposure_of
from gradcli.faults.attributes import MissingAttribute
from gradcli.faults.tree import AttributeFault
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.messages.value_names import describe
from gradcli.lang.policy import CHANGED, CLASS, Policy, attribute_name, legal_name
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.special_attributes import OwnAttributes
from gradcli.lang.runtime.types import TypeProxy, types_of, user_class

FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)
UNSET = object()


def introspection(policy: Policy, attributes: Attributes) -> Callable[[Any, str], Any]:
    """The runtime helper `.introspect`: `f.__name__`, `x.__class__`, `x.__dict__`, `f.__doc__`, `torch.__version__`.

    It is called with "__class__" for the name of the class, with CLASS for the class; with CHANGED for `__dict__` where
    it is changed.
    """
    own_attributes = reflection(attributes)["vars"]

    def introspect(value: Any, attribute: str) -> Any:
        if attribute == CLASS:
            return policy.names["type"](value)   # type: ignore[operator]  # the built-in of that name
        if attribute in ("__dict__", CHANGED):
            if not has_own_attributes(value):
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
            value, attribute = policy.names["type"](value), "__name__"   # type: ignore[operator]  # the built-in of that name
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


def has_own_attributes(value: Any) -> bool:
    """Whether programs may read the attributes of `value` as a dict."""
    exposure = exposure_of(type(value)) or Exposure()
    return type(getattr(value, "__dict__", None)) is dict and (
        PROGRAM_MADE in type(value).__dict__ or exposure.open_attributes)


def reflection(attributes: Attributes) -> dict[str, Any]:
    """getattr, hasattr, setattr, delattr, issubclass, vars and callable as programs see them, by name."""
    def getattr(value: Any, name: str, /, *default: Any) -> Any:
        attribute_name(name)
        if len(default) > 1:
            raise TypeError("getattr() takes a value, a name and at most a default")
        if not default:
            return attributes.read(value, name)
        try:
            return attributes.read(value, name)
        except AttributeError:
            return default[0]

    def hasattr(value: Any, name: str, /) -> bool:
        return getattr(value, name, UNSET) is not UNSET

    def setattr(value: Any, name: str, new: Any, /) -> None:
        attributes.write(new, value, attribute_name(name))

    def delattr(value: Any, name: str, /) -> None:
        attributes.delete(value, attribute_name(name))

    def issubclass(kind: Any, above: Any, /) -> bool:
        return all(builtin_issubclass(cls, types_of(above)) for cls in types_of(kind))

    def vars(value: Any, /) -> dict[str, Any]:
        if not has_own_attributes(value):
            raise TypeError("vars() argument must have __dict__ attribute")
        own, closed = value.__dict__, closed_names(type(value))
        return {name: admit(own[name]) for name in own if name[:1] != "." and name not in closed}

    functions = locals()
    return {name: functions[name] for name in ("getattr", "hasattr", "setattr", "delattr", "issubclass", "vars")} | {
        "callable": callable}


builtin_issubclass = issubclass
