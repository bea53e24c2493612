"""The outer walls around a running program: wall clock, memory and output.

What a program may do inside them -- turns, sizes, depth -- is the language's own budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import NoReturn

from gradcli.commands.settings import Settings
from gradcli.errors import LimitFault


@contextmanager
def walled(settings: Settings) -> Iterator[None]:
    """Within, memory is limited and the clock runs: when the time is up the program stops with a fault."""
    wall_memory(settings)
    seconds = 0.0 if settings.no_limits else settings.time_limit or 0.0
    if not seconds:
        yield
        return
    import signal

    def stop(number: int, frame: object) -> NoReturn:
        raise LimitFault(f"the program ran for longer than {seconds:g} seconds",
                         (f"--time-limit {seconds * 10:g}", "more time"), ("--no-limits", "no limit at all"))

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Reserve:
    """How to get at memory beyond the limit, so that there is room to say that it was reached."""

    release: Callable[[], None] = staticmethod(lambda: None)


def wall_memory(settings: Settings) -> None:
    """Let the system refuse memory beyond the limit until the reserve is released."""
    if settings.no_limits or not settings.memory_limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = settings.memory_limit if hard == resource.RLIM_INFINITY else min(settings.memory_limit, hard)
    Reserve.release = partial(resource.setrlimit, resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


class OutputLost(BaseException):
    """Printing failed. No `except` of a program catches it, since it is none of the program's doing."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


def counted(write: Callable[[str], object], settings: Settings) -> Callable[[str], None]:
    """`write`, until a program has printed more than it may, or nobody takes it any more."""
    most = settings.max_output
    left = inf if settings.no_limits or not most else most

    def counting(text: str) -> None:
        nonlocal left
        left -= len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if left < 0:
            raise LimitFault(f"the program printed more than {most} bytes",
                             (f"--max-output {(most or 0) * 10}", "more output"), ("--no-limits", "no limit at all"))
        try:
            write(text)
        except OSError as error:
            raise OutputLost(error) from None

    return counting
