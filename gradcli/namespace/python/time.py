"""`time` for programs that measure themselves: no clock (rule R8), only a count of how often one was asked."""

from __future__ import annotations

from typing import Any

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.namespace.python.datetime import EPOCH, stamped


def time() -> float:
    """A thousandth of a second for each time that anybody asked."""
    DisplayHooks.note("time", "there is no clock here: time.time() counts how often it is asked; "
                              "gradcli run --time FILE measures")
    Current.time_reads += 1
    return Current.time_reads / 1000


perf_counter = monotonic = process_time = time


def time_ns() -> int:
    """The same in billionths."""
    return int(time() * 1_000_000_000)


perf_counter_ns = monotonic_ns = time_ns


def strftime(format: str, t: Any = None, /) -> str:
    """The moment at which the clock stands still, in the form asked for."""
    return stamped(EPOCH, format)


def ctime(*moment: Any) -> str:
    """That moment as C writes it."""
    return "Thu Jan  1 00:00:00 1970"


asctime = ctime


def localtime(*moment: Any) -> tuple[int, ...]:
    """That moment in nine numbers."""
    return 1970, 1, 1, 0, 0, 0, 3, 1, 0


gmtime = localtime


def sleep(seconds: Any, /) -> None:
    """Nothing: nobody waits here."""
