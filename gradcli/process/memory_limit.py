"""The limit on memory, and the reserve for the diagnostic that says it was reached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gradcli.console.settings import Settings

LARGEST = 1 << 62     # bytes that the system can still count


class Reserve:
    """`release` lifts the soft RLIMIT_AS, so that the out-of-memory diagnostic has memory to run in."""

    release: Callable[[], None] = staticmethod(lambda: None)


def wall_memory(settings: Settings) -> None:
    """Let the system refuse memory beyond --memory-limit until `Reserve.release` is called."""
    if settings.no_limits or not settings.memory_limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = min(settings.memory_limit, LARGEST if hard == resource.RLIM_INFINITY else hard)
    Reserve.release = partial(resource.setrlimit, resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
