"""A worker that has ended without a diagnosis of its own: the diagnosis in its place, and the exit status."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from gradcli.faults.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from gradcli.faults.tree import LimitFault
    from gradcli.process.messages import WorkerStatus


def reason_of(number: int) -> str:
    """The limit that a signal which ended a worker stands for; "" for a signal that asked it to end."""
    if number == signal.SIGXCPU:
        return "time"
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
        return "depth"
    return "memory" if number == signal.SIGKILL else ""


def status_after_signal(status: WorkerStatus, number: int) -> int:
    """The exit status for a worker that a signal has ended; a signal from outside ends this process as well."""
    if number == signal.SIGINT:
        return INTERRUPTED
    reason = reason_of(number)
    if reason:
        return diagnose_ended(status, reason)
    signal.signal(number, signal.SIG_DFL)       # from outside: end in the same way
    os.kill(os.getpid(), number)
    return 128 + number


def diagnose_ended(status: WorkerStatus, reason: str) -> int:
    """Write the diagnosis for a worker that cannot; the exit status."""
    from gradcli.console.diagnostics import complain, mode

    mode.errors, mode.color = status.errors, status.color
    fault = fault_of(reason, status.seconds)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(fault.status))
    signal.alarm(1)     # nobody may read the diagnosis either
    complain(fault)
    signal.alarm(0)
    return fault.status


def fault_of(reason: str, seconds: float) -> LimitFault:
    """The fault of a program ended for this reason: time, depth or memory; `seconds` is its time limit, or 0."""
    from gradcli.faults.mistakes import DepthLimit, TimeLimit
    from gradcli.faults.tree import MemoryFault
    from gradcli.process.limits import OUT_OF_TIME, out_of_time

    if reason == "time":
        return out_of_time(seconds) if seconds else TimeLimit(OUT_OF_TIME)
    if reason == "depth":
        return DepthLimit("something in the program is nested too deeply for this machine",
                          notes=("a tuple within a tuple, a hundred thousand deep, cannot be seen through",))
    return MemoryFault("the system ended the program, most likely for the memory it took",
                       ("--memory-limit 1G", "a limit that is met before that happens"))
