"""`tqdm`: the loop it stands in shows its progress by itself, so this goes through the values and is silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.exposure import exposed
from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.iterators import DEEPEST, Nested, nesting
from gradcli.namespace.no_effect import Context


@exposed(*"update close set_description set_postfix set_postfix_str set_description_str refresh reset clear n total "
         "write".split(), copied=True)
class Bar(Nested, Context):
    """What `tqdm(values)` gives: the values, and methods that show nothing."""

    __slots__ = ("_values", "deep", "n", "total")

    def __init__(self, iterable: Iterable[Any] = (), desc: Any = None, total: Any = None, **options: Any) -> None:
        self.n: float = 0
        self._values, self.deep = iterable, 1 + nesting(iterable)
        if self.deep > DEEPEST // 10:
            raise DepthLimit(f"tqdm stands {self.deep} times within others of its kind", "list(x)")
        self.total = len(iterable) if total is None and isinstance(iterable, Sized) else total

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return int(self.total or 0)

    def update(self, n: Any = 1) -> None:
        """Count on."""
        if not isinstance(n, int | float):
            raise ArgumentFault(f"update() counts on by a number, not {described(n)}")
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
