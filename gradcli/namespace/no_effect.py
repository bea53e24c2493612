"""Functions and contexts of torch and numpy that have no effect on what programs compute here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Self

from gradcli.exposure import exposed, renamed


@cache
def idle(name: str) -> Callable[..., None]:
    """A function of this name that takes any arguments, and does nothing."""
    def do_nothing(*args: Any, **options: Any) -> None:
        """Do nothing: it has no effect on what programs compute here."""

    return renamed(do_nothing, name)


class Context:
    """A context in which everything is as outside it."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        pass


@exposed()
class Idle(Context):
    """A context, and a decorator, without an effect: `record_function`, `sdpa_kernel`, `np.errstate`."""

    __slots__ = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def __call__(self, function: Any) -> Any:
        return function
