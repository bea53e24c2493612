"""What the wrappers of CPython's exact numbers have in common."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import exposed


@exposed()
class ExactNumber:
    """A number of CPython's in `_own`, which programs cannot reach: how it converts and how it prints."""

    __slots__ = ("_own",)

    _own: Any

    def __hash__(self) -> int:
        return hash(self._own)

    def __bool__(self) -> bool:
        return bool(self._own)

    def __float__(self) -> float:
        return float(self._own)

    def __int__(self) -> int:
        return int(self._own)

    __trunc__ = __int__

    def __floor__(self) -> int:
        return int(self._own.__floor__())

    def __ceil__(self) -> int:
        return int(self._own.__ceil__())

    def __display__(self, style: Any) -> str:
        return str(self._own)

    def __quoted__(self, style: Any) -> str:
        return repr(self._own)

    def __formatted__(self, specification: str) -> str:
        return format(self._own, specification)
