"""`time` for programs that measure themselves: no clock (rule R8), only a count of how often one was asked."""

from __future__ import annotations

from typing import Any

from gradcli.engine.current import Current
from gradcli.engine.tensor import Shown


def time() -> float:
    """A thousandth of a second for each time that anybody asked."""
    Shown.note("time", "there is no clock here: time.time() counts how often it is asked; "
                       "gradcli run --time FILE measures")
    Current.asked += 1
    return Current.asked / 1000


perf_counter = monotonic = process_time = time


def sleep(seconds: Any, /) -> None:
    """Nothing: nobody waits here."""
