"""The addresses in `<... object at 0x...>`: counted, so that output is reproducible and shows no real address."""

from __future__ import annotations

FIRST, STEP = 0x7F2A5C000010, 0x40
REMEMBERED = 1024


class Addresses:
    """The addresses of one program's objects: constant for an object, and equal in every run of the program.

    The last REMEMBERED objects are kept alive, because a freed object's `id` could pass to another object. Older ones
    are dropped, so that printing nodes in a loop does not keep every graph alive.
    """

    def __init__(self) -> None:
        self._addresses: dict[int, tuple[object, str]] = {}
        self._count = 0

    def save(self) -> tuple[dict[int, tuple[object, str]], int]:
        """Return the addresses assigned so far, for `restore`."""
        return dict(self._addresses), self._count

    def restore(self, state: tuple[dict[int, tuple[object, str]], int]) -> None:
        """Return to a state that `save` returned: later addresses are forgotten."""
        addresses, self._count = state
        self._addresses = dict(addresses)

    def __call__(self, value: object) -> str:
        address = self._addresses.get(id(value))
        if address:
            return address[1]
        text = f"0x{FIRST + STEP * self._count:x}"
        self._count += 1
        self._addresses[id(value)] = value, text
        if len(self._addresses) > REMEMBERED:
            del self._addresses[next(iter(self._addresses))]
        return text
