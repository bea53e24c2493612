"""The process that was started waits; a child of it does the work.

Inside one process there is no wall against everything. Python's own C code can be made to go
round for ever without looking at a clock, or to overflow the machine's stack, and the system
ends what takes too much memory. Whatever becomes of the child, here it gets its diagnosis and
its documented status. Waiting costs a millisecond.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
GRACE = 1.5     # seconds after the time limit in which the child may still speak for itself


class Line:
    """The way from the child to the one that waits; None where nobody does."""

    to_parent: int | None = None
    parent = 0


class Told(NamedTuple):
    """What the child has told: when its time is up, the limit that says so, and the form of diagnostics."""

    until: float = float("inf")
    seconds: float = 0.0
    errors: str = "rich"
    color: str = "auto"


def forked() -> int | None:
    """None in the child that is to do the work; for the one that waits, the exit status when it is done."""
    if not hasattr(os, "fork"):
        return None
    parent = os.getpid()
    ear, mouth = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    child = os.fork()
    if not child:
        os.close(ear)
        Line.to_parent, Line.parent = mouth, parent
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        return None
    os.close(mouth)
    for number in PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: _pass_on(number, child))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    return _waited(child, ear)


def tell(until: float, seconds: float, errors: str, color: str) -> None:
    """Tell the one that waits, if anyone does, when to lose patience."""
    if Line.to_parent is not None:
        os.write(Line.to_parent, f"{until!r} {seconds!r} {errors} {color}\n".encode())


def orphaned() -> bool:
    """Whether the one that waited is gone."""
    return Line.to_parent is not None and os.getppid() != Line.parent


def _pass_on(number: int, child: int) -> None:
    """Hand a signal to the child, unless the terminal has given it to both."""
    if number in (signal.SIGINT, signal.SIGQUIT) and _in_foreground():
        return
    os.kill(child, number)


def _in_foreground() -> bool:
    for stream in (0, 1, 2):
        try:
            if os.tcgetpgrp(stream) == os.getpgrp():
                return True
        except OSError:
            continue    # no terminal
    return False


def _waited(child: int, ear: int) -> int:
    told = Told()
    ends = [ear] if not hasattr(os, "pidfd_open") else [ear, os.pidfd_open(child)]
    while True:
        patience = None if told.until == float("inf") else max(0.0, told.until + GRACE - monotonic())
        ready = select.select(ends, [], [], patience)[0]
        if not ready:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return _said(told, "time")
        line = os.read(ear, 65536) if ear in ready else b""
        if not line:
            break
        until, seconds, errors, color = line.decode().splitlines()[-1].split(" ")
        told = Told(float(until), float(seconds), errors, color)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else _ended(told, -code)


def _ended(told: Told, number: int) -> int:
    """The status for a child that a signal has ended."""
    if number == signal.SIGINT:
        return 130
    if number == signal.SIGXCPU:
        return _said(told, "time")
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
        return _said(told, "depth")
    if number == signal.SIGKILL:
        return _said(told, "memory")
    signal.signal(number, signal.SIG_DFL)       # told to end, from outside: end in the same way
    os.kill(os.getpid(), number)
    return 128 + number


def _said(told: Told, what: str) -> int:
    """Give the diagnosis for a child that cannot; its status."""
    from gradcli.commands.limiting import OUT_OF_TIME, out_of_time
    from gradcli.commands.outcome import complain, manner
    from gradcli.errors import LimitFault, MemoryFault
    from gradcli.mistakes import DepthLimit, TimeLimit

    manner.errors, manner.color = told.errors, told.color
    faults: dict[str, Callable[[], LimitFault]] = {
        "time": lambda: out_of_time(told.seconds) if told.seconds else TimeLimit(OUT_OF_TIME),
        "depth": lambda: DepthLimit("something in the program is nested too deeply for this machine",
                                    notes=("a tuple within a tuple, a hundred thousand deep, cannot be seen through",)),
        "memory": lambda: MemoryFault("the system ended the program, most likely for the memory it took",
                                      ("--memory-limit 1G", "a limit that is met before that happens")),
    }
    fault = faults[what]()
    complain(fault)
    return fault.status
