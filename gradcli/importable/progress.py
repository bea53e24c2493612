"""`tqdm`: the loop it stands in shows its progress by itself, so this goes through the values and is silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Any

from gradcli.exposure import exposed


@exposed(*"update close set_description set_postfix set_postfix_str set_description_str refresh reset clear n total "
         "write".split(), copied=True)
class Bar:
    """What `tqdm(values)` gives: the values, and methods that show nothing."""

    __slots__ = ("_values", "n", "total")

    def __init__(self, iterable: Iterable[Any] = (), desc: Any = None, total: Any = None, **options: Any) -> None:
        self._values, self.n = iterable, 0
        self.total = len(iterable) if total is None and isinstance(iterable, Sized) else total

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return int(self.total or 0)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *what: Any) -> None:
        pass

    def update(self, n: Any = 1) -> None:
        """Count on."""
        self.n += n

    def close(self, *args: Any, **options: Any) -> None:
        """Nothing: nothing is shown."""

    set_description = set_postfix = set_postfix_str = set_description_str = refresh = reset = clear = close

    def __display__(self, style: Any) -> str:
        return f"{self.n}it"


def tqdm(*args: Any, **options: Any) -> Bar:
    """The values of an iterable."""
    return Bar(*args, **options)


def trange(*bounds: int, **options: Any) -> Bar:
    """tqdm(range(...))."""
    return Bar(range(*bounds), **options)
