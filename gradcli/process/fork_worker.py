"""Fork the worker, which does the work; the process that was started becomes its supervisor and waits.

Inside one process there is no wall against everything. Python's own C code can be made to loop for ever without
checking for signals, or to overflow the machine's stack, and the system kills what takes too much memory. Whatever
becomes of the worker, the supervisor gives its diagnosis and the documented status. Waiting costs a millisecond.

Here the two part and are joined by pipes; `supervisor.py` is what the supervisor does from then on.
"""

from __future__ import annotations

import os
import signal

from gradcli.process.channel import Pipes
from gradcli.process.shortage import fork
from gradcli.process.walls import sandbox

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def fork_worker() -> int | None:
    """Fork: returns None in the worker, and in the supervisor the exit status once the worker has ended."""
    if not hasattr(os, "fork"):
        return None
    parent = os.getpid()
    reports, to_parent = os.pipe()
    from_parent, to_copy = os.pipe()
    answers, to_worker = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    child = fork()
    if not child:
        os.close(reports)
        os.close(to_copy)
        os.close(to_worker)
        Pipes.to_parent, Pipes.parent, Pipes.answers = to_parent, parent, answers
        sandbox.keep(to_parent, from_parent, answers)
        Pipes.from_parent = from_parent if hasattr(os, "pidfd_open") else None      # what a copy needs: Linux
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        return None
    os.close(to_parent)
    os.close(answers)
    try:
        from gradcli.process.supervisor import Supervisor  # while the worker starts

        supervisor = Supervisor(child, reports, to_copy, to_worker)
    except (OSError, ImportError):
        os.kill(child, signal.SIGKILL)      # nobody would watch over it
        raise
    for number in PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: supervisor.signalled(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    return supervisor.status()
