"""`typing`: names for annotations, which have no effect."""

from __future__ import annotations

from typing import Any as Value  # programs have a name `Any` of their own

from gradcli.lang.runtime.abstract_classes import Generic as Base
from gradcli.lang.runtime.types import TypeProxy

TYPE_CHECKING = False


def cast(typ: Value, val: Value) -> Value:
    """`val`."""
    return val


def TypeVar(name: str, *args: Value, **options: Value) -> TypeProxy:    # the name that programs know
    """A name for annotations."""
    return TypeProxy(f"~{name}" if type(name) is str else "typing.TypeVar", ())


def __getattr__(name: str) -> TypeProxy:
    return TypeProxy(f"typing.{name}", (Base,) if name in ("Generic", "Protocol") else ())


def NewType(name: str, tp: Value) -> TypeProxy:    # the name that programs know
    """A name for annotations; a call returns its argument."""
    return TypeProxy(f"__main__.{name}" if type(name) is str else "typing.NewType", (), lambda value: value)


def overload(func: Value) -> Value:
    """`func`."""
    return func


final = runtime_checkable = no_type_check = overload
