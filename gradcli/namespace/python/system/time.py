"""`time` without a clock (rule R8): every call of time() returns a millisecond more."""

from __future__ import annotations

from typing import Any

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.namespace.python.system.datetime import EPOCH, stamped


def time() -> float:
    """The number of calls so far in milliseconds, as seconds."""
    DisplayHooks.note("time", "there is no clock here: time.time() counts how often it is asked; "
                              "gradcli run --time FILE measures")
    Current.time_reads += 1
    return Current.time_reads / 1000


perf_counter = monotonic = process_time = time


def time_ns() -> int:
    """The time in nanoseconds."""
    return int(time() * 1_000_000_000)


perf_counter_ns = monotonic_ns = time_ns


def strftime(format: str, t: Any = None, /) -> str:
    """The constant date and time, formatted as by strftime."""
    return stamped(EPOCH, format)


def ctime(*moment: Any) -> str:
    """The constant date and time as C formats it."""
    return "Thu Jan  1 00:00:00 1970"


asctime = ctime


def localtime(*moment: Any) -> tuple[int, ...]:
    """The constant date and time as a tuple of nine numbers."""
    return 1970, 1, 1, 0, 0, 0, 3, 1, 0


gmtime = localtime


def sleep(seconds: Any, /) -> None:
    """Do nothing: there is no clock to wait for."""
