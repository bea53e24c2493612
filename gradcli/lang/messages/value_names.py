"""What messages call a value."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.types import TypeProxy, user_class

PLAIN = {
    "NoneType": "None", "bool": "a bool", "int": "an int", "float": "a float", "str": "a string",
    "list": "a list", "tuple": "a tuple", "dict": "a dict", "set": "a set", "slice": "a slice",
    "range": "a range", "function": "a function", "builtin_function_or_method": "a function",
    "method": "a method", "generator": "a generator", "ellipsis": "...", "NotImplementedType": "NotImplemented",
    "enumerate": "an enumeration", "zip": "a zip", "map": "a map", "filter": "a filter",
    "dict_keys": "the keys of a dict", "dict_values": "the values of a dict", "dict_items": "the items of a dict",
    "super": "super()", "property": "a property",
}


def describe(value: Any, policy: Policy) -> str:
    """`value` in a sentence, by what it is: "a list", "an object of class Net"."""
    kind = type(value)
    if user_class(value):
        return f"the class {value.__name__}"
    if PROGRAM_MADE in kind.__dict__:
        return f"an object of class {kind.__name__}"
    if kind.__module__ == "builtins" or kind.__name__ == "generator":
        if isinstance(value, BaseException):
            return f"the exception {kind.__name__}"
        return PLAIN.get(kind.__name__, f"a {kind.__name__}")
    if isinstance(value, TypeProxy):
        return f"the type {value._name}"
    return policy.kind(value) if policy.kind else f"a {kind.__name__.rpartition('.')[2]}"


OF_C = ("torch.dtype", "torch.Size", "torch.device")     # classes of C code, which messages call by their whole names


def holder_of(value: Any, policy: Policy) -> str:
    """What CPython and PyTorch call a value that lacks an attribute: `'Linear' object`, `module 'torch.nn'`."""
    if policy.module_type is not None and isinstance(value, policy.module_type):
        return f"module {module_name(value)!r}"
    if isinstance(value, TypeProxy) or user_class(value):
        return f"type object {short_type_name(value)!r}"
    return f"{short_type_name(policy.type_of(value))!r} object"


def module_name(module: Any) -> str:
    """The dotted name of a module of programs."""
    return str(vars(module)[".name"])


def short_type_name(kind: Any) -> str:
    """The name of a type in such messages."""
    name: str = kind._name if isinstance(kind, TypeProxy) else kind.__name__
    return name if name in OF_C else name.rpartition(".")[2]


def words_of_closed(value: Any, name: str, action: str, exists: bool) -> str:
    """What PyTorch and CPython say where `action`, "set" or "deleted", is refused; empty if they differ."""
    kind = type(value)
    owner = next((home["__readonly__"] for home in map(vars, kind.__mro__) if "__readonly__" in home), "")
    if owner and exists and PROGRAM_MADE not in vars(kind):
        return f"attribute {name!r} of {owner!r} objects is not writable"
    if type(next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)) is property:
        return f"property {name!r} of {kind.__name__!r} object has no {'setter' if action == 'set' else 'deleter'}"
    return ""
