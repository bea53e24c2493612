"""The addresses that `<... object at 0x...>` shows: counted, so that nothing of the machine is seen."""

from __future__ import annotations

FIRST, STEP = 0x7F2A5C000010, 0x40
REMEMBERED = 1024


class Addresses:
    """One program's addresses: the same object keeps its own, and the same program gets the same ones.

    An object is held while it is remembered, or its identity could pass to another one;
    the oldest are let go, so that printing calls in a loop does not keep every graph alive.
    """

    def __init__(self) -> None:
        self._given: dict[int, tuple[object, str]] = {}
        self._count = 0

    def moment(self) -> tuple[dict[int, tuple[object, str]], int]:
        """What has been given so far, to come back to with `rewind`."""
        return dict(self._given), self._count

    def rewind(self, moment: tuple[dict[int, tuple[object, str]], int]) -> None:
        """Forget what was given since."""
        given, self._count = moment
        self._given = dict(given)

    def __call__(self, value: object) -> str:
        known = self._given.get(id(value))
        if known:
            return known[1]
        text = f"0x{FIRST + STEP * self._count:x}"
        self._count += 1
        self._given[id(value)] = value, text
        if len(self._given) > REMEMBERED:
            del self._given[next(iter(self._given))]
        return text
