"""`enum`, as programs import it."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import admitting
from gradcli.lang.runtime import enumeration
from gradcli.lang.runtime.enumeration import Auto, unique
from gradcli.lang.runtime.types import TypeProxy


class Shown:
    """How the values of members show in the session that runs, for classes that a call makes."""

    def repr(self, value: Any) -> str:
        """repr(value)."""
        return DisplayHooks.text(value)

    def format(self, value: Any, spec: str) -> str:
        """format(value, spec)."""
        return DisplayHooks.format(value, spec)


def _base(name: str, kind: type) -> TypeProxy:
    """What programs inherit from, and call to make a class of it."""
    def make(value: Any, names: Any = None, **options: Any) -> Any:
        if names is None:
            raise TypeError(f"<enum {name!r}> has no members defined")
        return enumeration.enumeration(kind, Shown(), value, names, **options)

    return TypeProxy(f"enum.{name}", (kind,), admitting(make))


auto = TypeProxy("enum.auto", (Auto,), Auto)
Enum, IntEnum, StrEnum = map(_base, ("Enum", "IntEnum", "StrEnum"), (
    enumeration.Enum, enumeration.IntEnum, enumeration.TextEnum))

__all__ = ["Enum", "IntEnum", "StrEnum", "auto", "unique"]
