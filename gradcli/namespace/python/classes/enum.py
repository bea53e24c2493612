"""`enum`, as programs import it."""

from __future__ import annotations

from gradcli.lang.runtime import enumeration
from gradcli.lang.runtime.enumeration import Auto, unique
from gradcli.lang.runtime.types import Kind

auto = Kind("enum.auto", (Auto,), Auto)
Enum = Kind("enum.Enum", (enumeration.Enum,))
IntEnum = Kind("enum.IntEnum", (enumeration.IntEnum,))
StrEnum = Kind("enum.StrEnum", (enumeration.TextEnum,))

__all__ = ["Enum", "IntEnum", "StrEnum", "auto", "unique"]
