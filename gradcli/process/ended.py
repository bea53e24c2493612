"""A child that has ended without a word: the diagnosis in its place, and the exit status."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.faults.tree import LimitFault
    from gradcli.process.status_reports import Told


def reason_of(number: int) -> str:
    """Which limit a signal stands for that has ended a child; nothing for one that asked it to end."""
    if number == signal.SIGXCPU:
        return "time"
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
        return "depth"
    return "memory" if number == signal.SIGKILL else ""


def ended(told: Told, number: int) -> int:
    """The status for a child that a signal has ended."""
    if number == signal.SIGINT:
        return 130
    reason = reason_of(number)
    if reason:
        return said(told, reason)
    signal.signal(number, signal.SIG_DFL)       # told to end, from outside: end in the same way
    os.kill(os.getpid(), number)
    return 128 + number


def said(told: Told, what: str) -> int:
    """Give the diagnosis for a child that cannot; its status."""
    from gradcli.console.diagnostics import complain, manner

    manner.errors, manner.color = told.errors, told.color
    fault = fault_of(what, told.seconds)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(fault.status))
    signal.alarm(1)     # where nobody reads the diagnosis either
    complain(fault)
    signal.alarm(0)
    return fault.status


def fault_of(what: str, seconds: float) -> LimitFault:
    """The fault of a program that could not be asked."""
    from gradcli.faults.mistakes import DepthLimit, TimeLimit
    from gradcli.faults.tree import MemoryFault
    from gradcli.process.limits import OUT_OF_TIME, out_of_time

    if what == "time":
        return out_of_time(seconds) if seconds else TimeLimit(OUT_OF_TIME)
    if what == "depth":
        return DepthLimit("something in the program is nested too deeply for this machine",
                          notes=("a tuple within a tuple, a hundred thousand deep, cannot be seen through",))
    return MemoryFault("the system ended the program, most likely for the memory it took",
                       ("--memory-limit 1G", "a limit that is met before that happens"))
