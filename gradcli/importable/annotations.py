"""`typing`: names for annotations, which have no effect."""

from __future__ import annotations

from typing import Any as Value  # programs have a name `Any` of their own

from gradcli.lang.kinds import Kind

TYPE_CHECKING = False


def cast(typ: Value, val: Value) -> Value:
    """`val`."""
    return val


def TypeVar(name: str, *args: Value, **options: Value) -> Kind:    # the name that programs know
    """A name for annotations."""
    return Kind("typing.TypeVar", ())


def __getattr__(name: str) -> Kind:
    return Kind(f"typing.{name}", ())
