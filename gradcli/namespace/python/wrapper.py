"""What the wrappers of CPython's own objects have in common: dates, paths, exact numbers."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import exposed


@exposed()
class Wrapper:
    """An object of CPython's in `_own`, which programs cannot reach: how it compares, hashes and prints."""

    __slots__ = ("_own",)

    _own: Any

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._own == other._own

    def __hash__(self) -> int:
        return hash(self._own)

    def __lt__(self, other: Any) -> Any:
        return self._own < other._own if type(other) is type(self) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return self._own <= other._own if type(other) is type(self) else NotImplemented

    def __display__(self, style: Any) -> str:
        return str(self._own)

    def __quoted__(self, style: Any) -> str:
        return repr(self._own)

    def __formatted__(self, specification: str) -> str:
        return format(self._own, specification)


def expose_own(cls: type[Wrapper], *names: str) -> None:
    """Give a wrapper properties that are the attributes of these names of the object in it."""
    for name in names:
        setattr(cls, name, _own_attribute(name))


def _own_attribute(name: str) -> Any:
    return property(lambda self: getattr(self._own, name))
