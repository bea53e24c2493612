"""The limit on memory, and the reserve that leaves room to say that it was reached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gradcli.console.settings import Settings

LARGEST = 1 << 62     # bytes that the system can still count


class Reserve:
    """How to get at memory beyond the limit, so that there is room to say that it was reached."""

    release: Callable[[], None] = staticmethod(lambda: None)


def wall_memory(settings: Settings) -> None:
    """Let the system refuse memory beyond the limit until the reserve is released."""
    if settings.no_limits or not settings.memory_limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = min(settings.memory_limit, LARGEST if hard == resource.RLIM_INFINITY else hard)
    Reserve.release = partial(resource.setrlimit, resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
