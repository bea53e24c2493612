"""The process that was started waits; a child of it does the work.

Inside one process there is no wall against everything. Python's own C code can be made to go
round for ever without looking at a clock, or to overflow the machine's stack, and the system
ends what takes too much memory. Whatever becomes of the child, here it gets its diagnosis and
its documented status. Waiting costs a millisecond.

At a prompt, a copy of the child stands by while a statement runs (`repl/standby.py`). When the
child does not come back from a Ctrl-C, or is ended, it is the copy's turn: it has everything as it
was before the statement. Who of the two goes on is decided here, and nowhere else.

The child is not trusted once it has locked itself (`process/sandbox.py`): a line that is none of those
it may send is passed over, and a copy is taken for one only if it is the child's own.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from gradcli.commands.starting import fork
from gradcli.process import sandbox

if TYPE_CHECKING:
    from gradcli.errors import LimitFault
    from gradcli.process.broker import Broker
    from gradcli.process.requests import Answer, Request

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
GRACE = 1.5     # seconds after the time limit in which the child may still speak for itself
PROMPTLY = 0.2  # seconds after Ctrl-C in which it may still end a statement by itself, where a copy stands by
NEVER = float("inf")
LONGEST = 1 << 24   # bytes of a line from the child
UNREAD = 30.0   # seconds after which a child that does not read an answer is ended
REAPER = 36     # PR_SET_CHILD_SUBREAPER: the copy becomes a child of the one that waits


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


class Told(NamedTuple):
    """What the child has told: when its time is up, the limit that says so, and the form of diagnostics."""

    until: float = NEVER
    seconds: float = 0.0
    errors: str = "rich"
    color: str = "auto"


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
        waiting = Waiting(child, ear, call, reply)
    except OSError:
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
        for line in lines:
            answer = requests.answer_decoded(line)
            if answer.number == Line.requests:      # an earlier one was not waited for
                return answer
    return requests.Answer(0, error="nobody is there to do it")


def _in_foreground() -> bool:
    for stream in (0, 1, 2):
        try:
            if os.tcgetpgrp(stream) == os.getpgrp():
                return True
        except OSError:
            continue    # no terminal
    return False


class Waiting:
    """What the one that waits knows of its child, and of the copy that stands by."""

    def __init__(self, child: int, ear: int, call: int, reply: int) -> None:
        self._ear, self._call, self._reply = ear, call, reply
        self._broker: Broker | None = None      # once the child has asked for something
        self._heard = b""           # the beginning of a line
        self._told = Told()
        self._spoken = 0            # the status of the diagnosis that the child has given
        self._copy = 0              # the copy that stands by
        self._hold = -1             # of that copy, whatever becomes of its number
        self._locked = ""           # how the child has locked itself
        self._done = 0              # statements that have succeeded since it was made
        self._patience = NEVER      # when a Ctrl-C must have been obeyed
        self._woken = -1            # tells that a signal has come in
        self._follow(child)

    def _follow(self, child: int) -> None:
        self._child = child
        self._death = os.pidfd_open(child) if hasattr(os, "pidfd_open") else -1

    def signalled(self, number: int) -> None:
        """Hand a signal to the child, unless the terminal has given it to both."""
        if number == signal.SIGINT and self._copy and self._patience == NEVER:
            self._patience = monotonic() + PROMPTLY
        if number in (signal.SIGINT, signal.SIGQUIT) and _in_foreground():
            return
        with suppress(ProcessLookupError):      # it has just ended
            os.kill(self._child, number)

    def status(self) -> int:
        """Wait; the exit status when the child is done, or the copy that has taken its place."""
        while True:
            late = self._wait()
            if late:
                os.kill(self._child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
            if self._broker is not None:
                self._broker.close()
            ended = late or (_reason(-code) if code < 0 else "said")
            if ended and self._copy and self._succeeded(ended):
                continue
            if late:
                return self._spoken or _said(self._told, late)
            return code if code >= 0 else _ended(self._told, -code)

    def _wait(self) -> str:
        """Wait until the child has ended, and return nothing; or until it ought to have, and return why."""
        while True:
            limit = self._told.until + GRACE
            patience = min(limit, self._patience)
            ends = [end for end in (self._ear, self._death, self._woken) if end >= 0]
            ready = select.select(ends, [], [], None if patience == NEVER else max(0.0, patience - monotonic()))[0]
            if self._woken in ready:
                os.read(self._woken, 64)
            there = self._ear not in ready or self._listen()
            if self._death in ready or not there:
                while there and select.select([self._ear], [], [], 0)[0]:
                    there = self._listen()
                return ""
            late = monotonic() - min(self._told.until + GRACE, self._patience)
            if not ready and late > GRACE:      # this process had been stopped, as by Ctrl-Z, and the child with it
                self._told = self._told._replace(until=max(self._told.until, monotonic()))
                self._patience = max(self._patience, monotonic() + PROMPTLY)
            elif not ready and late >= 0:
                return "time" if self._told.until + GRACE <= self._patience else "interrupted"

    def _listen(self) -> bool:
        """Take in what the child says; False if nobody is there to say anything."""
        heard = os.read(self._ear, 65536)
        *lines, self._heard = (self._heard + heard).split(b"\n") if b"\n" in heard else (self._heard + heard,)
        if len(self._heard) > LONGEST:
            self._heard = b""
        for line in lines:
            with suppress(ValueError, OSError):
                self._take_in(line)
        return bool(heard)

    def _take_in(self, line: bytes) -> None:
        """Act on one line; ValueError for one that nobody would say who can be trusted."""
        word, _, rest = line.partition(b" ")
        if word == b"request":
            self._serve(rest)
        elif word == b"locked":
            self._locked = self._locked or rest.decode()
        elif word == b"copy":
            self._stand_by(int(rest))
        elif word == b"done":
            self._done += 1
        elif word == b"over":
            self._dismiss()
        elif word == b"spoken":
            self._spoken = int(rest)
        else:
            seconds, errors, color = rest.decode().split(" ")
            until = float(word)
            if until != until or errors not in ("rich", "short", "json"):
                raise ValueError(line)
            self._spoken, self._told = 0, Told(until, float(seconds), errors, color)

    def _serve(self, request: bytes) -> None:
        """Do what the child asks for, and answer."""
        if self._broker is None:
            from gradcli.process.broker import Broker

            self._broker = Broker()
            os.set_blocking(self._reply, False)
        if self._locked:
            self._broker.locked(prompt=self._locked == "prompt")
        answer = self._broker.serve(self._child, request)
        while answer:
            ready = select.select([end for end in (self._death,) if end >= 0], [self._reply], [], UNREAD)
            if self._death in ready[0]:
                return
            if not ready[1]:
                os.kill(self._child, signal.SIGKILL)
                return
            answer = answer[os.write(self._reply, answer):]

    def _stand_by(self, copy: int) -> None:
        """From now on this copy of the child, which must be its own, can take its place."""
        hold = os.pidfd_open(copy)
        if not _is_child(copy, self._child):
            os.close(hold)
            raise ValueError(copy)
        if self._woken < 0:
            import ctypes

            ctypes.CDLL(None).prctl(REAPER, 1, 0, 0, 0)
            self._woken, wake = os.pipe()
            os.set_blocking(wake, False)
            signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._dismiss()
        self._copy, self._hold, self._done, self._patience = copy, hold, 0, NEVER

    def _dismiss(self) -> None:
        """The statement is over: the copy is of no use any more."""
        self._patience = NEVER
        if self._copy:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._hold, signal.SIGKILL)    # the child waits for its end
            os.close(self._hold)
            self._copy = 0

    def _succeeded(self, why: str) -> bool:
        """Let the copy go on in the place of the child, which has ended; False if it is gone too."""
        os.close(self._death)
        os.close(self._hold)
        copy, self._copy, self._patience = self._copy, 0, NEVER
        seconds = self._told.seconds
        self._told = Told(errors=self._told.errors, color=self._told.color)
        try:
            self._follow(copy)
            os.write(self._call, f"{why} {self._done} {seconds!r}\n".encode())
        except OSError:
            return False
        return True


def _is_child(process: int, parent: int) -> bool:
    """Whether a process was made by this one."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1]) == parent
    except OSError:
        return False


def _reason(number: int) -> str:
    """Which limit a signal stands for that has ended a child; nothing for one that asked it to end."""
    if number == signal.SIGXCPU:
        return "time"
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
        return "depth"
    return "memory" if number == signal.SIGKILL else ""


def _ended(told: Told, number: int) -> int:
    """The status for a child that a signal has ended."""
    if number == signal.SIGINT:
        return 130
    reason = _reason(number)
    if reason:
        return _said(told, reason)
    signal.signal(number, signal.SIG_DFL)       # told to end, from outside: end in the same way
    os.kill(os.getpid(), number)
    return 128 + number


def _said(told: Told, what: str) -> int:
    """Give the diagnosis for a child that cannot; its status."""
    from gradcli.commands.outcome import complain, manner

    manner.errors, manner.color = told.errors, told.color
    fault = fault_of(what, told.seconds)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(fault.status))
    signal.alarm(1)     # where nobody reads the diagnosis either
    complain(fault)
    signal.alarm(0)
    return fault.status


def fault_of(what: str, seconds: float) -> LimitFault:
    """The fault of a program that could not be asked."""
    from gradcli.commands.limiting import OUT_OF_TIME, out_of_time
    from gradcli.errors import MemoryFault
    from gradcli.mistakes import DepthLimit, TimeLimit

    if what == "time":
        return out_of_time(seconds) if seconds else TimeLimit(OUT_OF_TIME)
    if what == "depth":
        return DepthLimit("something in the program is nested too deeply for this machine",
                          notes=("a tuple within a tuple, a hundred thousand deep, cannot be seen through",))
    return MemoryFault("the system ended the program, most likely for the memory it took",
                       ("--memory-limit 1G", "a limit that is met before that happens"))
