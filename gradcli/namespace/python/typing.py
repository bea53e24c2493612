"""`typing`: names for annotations, which have no effect."""

from __future__ import annotations

import collections.abc as abstract
from typing import Any as Value  # programs have a name `Any` of their own

from gradcli.lang.runtime.abstract_classes import Generic as Base
from gradcli.lang.runtime.types import TypeProxy, types_of
from gradcli.namespace.python import collections
from gradcli.namespace.python_modules import ABSTRACT

TYPE_CHECKING = False


def cast(typ: Value, val: Value) -> Value:
    """`val`."""
    return val


def TypeVar(name: str, *args: Value, **options: Value) -> TypeProxy:    # the name that programs know
    """A name for annotations."""
    return TypeProxy(f"~{name}" if type(name) is str else "typing.TypeVar", ())


BUILT_IN: dict[str, type] = {"List": list, "Dict": dict, "Tuple": tuple, "Set": set, "FrozenSet": frozenset}
COLLECTIONS = {"Counter": "Counter", "DefaultDict": "defaultdict", "Deque": "deque", "OrderedDict": "OrderedDict"}


def __getattr__(name: str) -> TypeProxy:
    """The class of that name: it answers isinstance as the one it stands for, and some make instances."""
    full = f"typing.{name}"
    if name in BUILT_IN:
        return TypeProxy(full, (BUILT_IN[name],), _refused(name, BUILT_IN[name].__name__))
    if name in COLLECTIONS:
        kind: TypeProxy = getattr(collections, COLLECTIONS[name])
        return TypeProxy(full, types_of(kind), kind)
    if name in ABSTRACT.split() or name == "AbstractSet":
        return TypeProxy(full, (getattr(abstract, "Set" if name == "AbstractSet" else name),))
    return TypeProxy(full, (Base,) if name in ("Generic", "Protocol") else ())


def _refused(name: str, instead: str) -> abstract.Callable[..., Value]:
    def refuse(*args: Value, **options: Value) -> Value:
        raise TypeError(f"Type {name} cannot be instantiated; use {instead}() instead")

    return refuse


def NewType(name: str, tp: Value) -> TypeProxy:    # the name that programs know
    """A name for annotations; a call returns its argument."""
    return TypeProxy(f"__main__.{name}" if type(name) is str else "typing.NewType", (), lambda value: value)


def overload(func: Value) -> Value:
    """`func`."""
    return func


final = runtime_checkable = no_type_check = overload
