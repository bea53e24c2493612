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

from gradcli.process.starting import fork
from gradcli.process.walls import sandbox

if TYPE_CHECKING:
    from gradcli.process.requests import Answer, Request

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Line:
    """The ways between the child and the one that waits; None where nobody does."""

    to_parent: int | None = None
    from_parent: int | None = None      # where the copy that stands by hears that it is its turn
    answers = -1                        # where answers to requests come in
    requests = 0                        # that have been made
    parent = 0

    @classmethod
    def close(cls) -> None:
        """In a process that is none of its business: forget them."""
        for end in (cls.to_parent, cls.from_parent):
            if end is not None:
                os.close(end)
        cls.to_parent = cls.from_parent = None


def forked() -> int | None:
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


def tell(until: float, seconds: float, errors: str, color: str) -> None:
    """Tell the one that waits, if anyone does, when to lose patience."""
    say(f"{until!r} {seconds!r} {errors} {color}")


def say(line: str) -> None:
    """A line to the one that waits, if anyone does."""
    if Line.to_parent is not None:
        os.write(Line.to_parent, f"{line}\n".encode())


def await_adoption() -> None:
    """Wait until the one that waits, told of a prompt, has seen to it that no copy can leave it."""
    if Line.to_parent is not None:
        os.read(Line.answers, 1)


def ask(request: Request) -> Answer:
    """What the one that waits answers to a request."""
    from gradcli.process import requests

    if Line.to_parent is None:
        return requests.Answer(0, error="nobody is there to do it")
    Line.requests += 1
    message = b"\nrequest " + requests.encoded(Line.requests, request)     # after whatever Ctrl-C has cut short
    while message:
        message = message[os.write(Line.to_parent, message):]
    heard = b""
    while piece := os.read(Line.answers, 1 << 20):
        *lines, heard = (heard + piece).split(b"\n") if b"\n" in piece else (heard + piece,)
        for line in filter(None, lines):
            answer = requests.answer_decoded(line)
            if answer.number == Line.requests:      # an earlier one was not waited for
                return answer
    return requests.Answer(0, error="nobody is there to do it")
