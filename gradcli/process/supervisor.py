"""The process that was started waits; a child of it does the work.

Inside one process there is no wall against everything. Python's own C code can be made to go
round for ever without looking at a clock, or to overflow the machine's stack, and the system
ends what takes too much memory. Whatever becomes of the child, here it gets its diagnosis and
its documented status. Waiting costs a millisecond.

Here is what the child uses to speak with the one that waits; `waiting.py` is what that one does.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from gradcli.process.channel import Line
from gradcli.process.starting import fork
from gradcli.process.walls import sandbox

if TYPE_CHECKING:
    pass

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def supervise() -> int | None:
    """None in the child that is to do the work; for the one that waits, the exit status when it is done."""
    if not hasattr(os, "fork"):
        return None
    parent = os.getpid()
    ear, mouth = os.pipe()
    turn, call = os.pipe()
    answers, reply = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    child = fork()
    if not child:
        os.close(ear)
        os.close(call)
        os.close(reply)
        Line.to_parent, Line.parent, Line.answers = mouth, parent, answers
        sandbox.keep(mouth, turn, answers)
        Line.from_parent = turn if hasattr(os, "pidfd_open") else None      # what a copy needs: Linux
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        return None
    os.close(mouth)
    os.close(answers)
    try:
        from gradcli.process.waiting import Waiting  # while the child starts

        waiting = Waiting(child, ear, call, reply)
    except (OSError, ImportError):
        os.kill(child, signal.SIGKILL)      # nobody would watch over it
        raise
    for number in PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: waiting.signalled(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    return waiting.status()

