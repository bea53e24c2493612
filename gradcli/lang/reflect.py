"""What a program may ask about values by name at run time: through the same gates as what stands in its text."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from gradcli.errors import AttributeFault
from gradcli.lang.attributes import Attributes
from gradcli.lang.kinds import Kind, types_of, user_class
from gradcli.lang.names import describe
from gradcli.lang.policy import Policy, checked

FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)
UNSET = object()


def teller(policy: Policy) -> Callable[[Any, str], str]:
    """The helper behind `f.__name__`, `x.__class__.__name__` and `torch.__version__`."""
    def told(value: Any, what: str) -> str:
        if what == "__version__":
            version = getattr(value, ".version", None)      # a name that only the facade can have given
            if version is None:
                raise AttributeFault(f"{describe(value, policy)} has no attribute __version__")
            return str(version())
        if what == "__class__":
            value = policy.names["type"](value)     # type: ignore[operator]  # the built-in of that name
        if isinstance(value, Kind):
            return value._name.rpartition(".")[2]
        if user_class(value) or isinstance(value, FUNCTIONS):
            return str(value.__name__)
        raise AttributeFault(f"{describe(value, policy)} has no attribute __name__",
                             ("type(x).__name__", "the name of its class"))

    return told


def reflection(attributes: Attributes) -> dict[str, Any]:
    """The built-ins that take the name of an attribute, and those that ask what a value is."""
    def getattr(value: Any, name: str, /, *default: Any) -> Any:
        checked(name)
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
        attributes.write(new, value, checked(name))

    def delattr(value: Any, name: str, /) -> None:
        attributes.delete(value, checked(name))

    def issubclass(kind: Any, above: Any, /) -> bool:
        return all(_within(each, types_of(above)) for each in types_of(kind))

    found = locals()
    return {name: found[name] for name in ("getattr", "hasattr", "setattr", "delattr", "issubclass")} | {
        "callable": callable}


_within = issubclass
