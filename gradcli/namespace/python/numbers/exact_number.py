"""What the wrappers of CPython's exact numbers have in common: how they convert."""

from __future__ import annotations

from gradcli.exposure import exposed
from gradcli.namespace.python.wrapper import Wrapper


@exposed()
class ExactNumber(Wrapper):
    """A wrapper of a number."""

    __slots__ = ()

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
