"""`typing`: names for annotations, which have no effect."""

from __future__ import annotations

from typing import Any

from gradcli.lang.kinds import Kind

TYPE_CHECKING = False


def cast(typ: Any, val: Any) -> Any:
    """`val`."""
    return val


def TypeVar(name: str, *args: Any, **options: Any) -> Kind:    # the name that programs know
    """A name for annotations."""
    return Kind("typing.TypeVar", ())


def __getattr__(name: str) -> Kind:
    return Kind(f"typing.{name}", ())
