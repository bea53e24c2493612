"""`enum`, as programs import it."""

from __future__ import annotations

from gradcli.lang.runtime import enumeration
from gradcli.lang.runtime.enumeration import Auto, unique
from gradcli.lang.runtime.types import TypeProxy

auto = TypeProxy("enum.auto", (Auto,), Auto)
Enum = TypeProxy("enum.Enum", (enumeration.Enum,))
IntEnum = TypeProxy("enum.IntEnum", (enumeration.IntEnum,))
StrEnum = TypeProxy("enum.StrEnum", (enumeration.TextEnum,))

__all__ = ["Enum", "IntEnum", "StrEnum", "auto", "unique"]
