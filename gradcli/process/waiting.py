"""What the process that waits does: it follows its child, and decides when it, or a copy of it, is to end.

At a prompt, a copy of the child stands by while a statement runs (`repl/standby.py`). When the
child does not come back from a Ctrl-C, or is ended, it is the copy's turn: it has everything as it
was before the statement. Who of the two goes on is decided here, and nowhere else.

The child is not trusted once it has locked itself (`process/sandbox.py`): what it says is read by
`process/reports.py` alone, a line that is no report is passed over, and a copy is taken for one only if it
is the child's own. A signal that asks this process to end is handed on to the child, which is ended if it
does not obey.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from gradcli.process.ended import ended, reason_of, said
from gradcli.process.status_reports import NEVER, Asked, Copied, Done, Locked, Over, Report, Spoken, Told, report_of

if TYPE_CHECKING:
    from gradcli.process.broker import Broker

GRACE = 1.5     # seconds after the time limit in which the child may still speak for itself
PROMPTLY = 0.2  # seconds after Ctrl-C in which it may still end a statement by itself, where a copy stands by
OBEYED = 2.0    # seconds after a signal that asks for the end in which the child must end
LONGEST = 1 << 24   # bytes of a line from the child
FULL = 2        # pieces that a full pipe is read in
UNREAD = 30.0   # seconds after which a child that does not read an answer is ended


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
        self._locked = False        # whether the child has locked itself
        self._prompt = False        # whether it then serves a prompt
        self._terminal: list[Any] | None = None     # the attributes of the prompt's terminal
        self._ending = 0            # the signal that asks for the end
        self._end = NEVER           # when it must have been obeyed
        self._done = 0              # statements that have succeeded since it was made
        self._patience = NEVER      # when a Ctrl-C must have been obeyed
        self._woken, wake = os.pipe()           # tells that a signal has come in
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._follow(child)

    def _follow(self, child: int) -> None:
        self._child = child
        self._death = os.pidfd_open(child) if hasattr(os, "pidfd_open") else -1

    def signalled(self, number: int) -> None:
        """Hand a signal to the child, unless the terminal has given it to both."""
        if number == signal.SIGINT and self._copy and self._patience == NEVER:
            self._patience = monotonic() + PROMPTLY
        if number != signal.SIGINT or not self._prompt:     # a prompt does not end with a Ctrl-C
            self._ending = self._ending or number
            self._end = min(self._end, monotonic() + OBEYED)
        if number in (signal.SIGINT, signal.SIGQUIT) and _in_foreground():
            return
        with suppress(ProcessLookupError):      # it has just ended
            os.kill(self._child, number)

    def status(self) -> int:
        """Wait; the exit status when the child is done, or the copy that has taken its place."""
        try:
            while True:
                late = self._wait()
                if late:
                    os.kill(self._child, signal.SIGKILL)
                code = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
                if self._broker is not None:
                    self._broker.close()
                why = late or (reason_of(-code) if code < 0 else "said")
                if why and self._copy and not self._ending and self._succeeded(why):
                    continue
                return self._status(late, code)
        finally:
            self._restore_terminal()

    def _status(self, late: str, code: int) -> int:
        """The exit status when all is over, for a child that was ended for being `late`, or has ended."""
        if late == "ended":
            return ended(self._told, self._ending)
        if late:
            return self._spoken or said(self._told, late)
        return code if code >= 0 else ended(self._told, -code)

    def _wait(self) -> str:
        """Wait until the child has ended, and return nothing; or until it ought to have, and return why."""
        while True:
            limit = min(self._told.until + GRACE, self._patience, self._end)
            ends = [end for end in (self._ear, self._death, self._woken) if end >= 0]
            ready = select.select(ends, [], [], None if limit == NEVER else max(0.0, limit - monotonic()))[0]
            if self._woken in ready:
                os.read(self._woken, 64)
            there = self._ear not in ready or self._listen()
            if self._death in ready or not there:
                for _ in range(FULL):       # a copy that has kept the way here may never stop talking
                    if there and select.select([self._ear], [], [], 0)[0]:
                        there = self._listen()
                return ""
            late = self._late(monotonic())
            if late:        # also if it never stops talking
                return late

    def _late(self, now: float) -> str:
        """Why the child ought to have ended by `now`, if it ought to."""
        limit = min(self._told.until + GRACE, self._patience, self._end)
        if now < limit:
            return ""
        if now - limit > GRACE:     # this process had been stopped, as by Ctrl-Z, and the child with it
            self._told = self._told._replace(until=max(self._told.until, now))
            self._patience = max(self._patience, now + PROMPTLY)
            self._end = max(self._end, now + PROMPTLY)
            return ""
        if limit == self._end:
            return "ended"
        return "time" if limit < self._patience else "interrupted"

    def _listen(self) -> bool:
        """Take in what the child says; False if nobody is there to say anything."""
        heard = os.read(self._ear, 65536)
        *lines, self._heard = (self._heard + heard).split(b"\n") if b"\n" in heard else (self._heard + heard,)
        if len(self._heard) > LONGEST:
            self._heard = b""
        for line in lines:
            report = report_of(line)
            if report is not None:
                with suppress(Exception):       # whatever it is: the child must not end this process
                    self._take_in(report)
        return bool(heard)

    def _take_in(self, report: Report) -> None:
        """Act on what the child has reported."""
        match report:
            case Told():
                self._spoken, self._told = 0, report
            case Asked(request):
                self._serve(request)
            case Locked(prompt) if not self._locked:
                self._locked, self._prompt = True, prompt
                if prompt:
                    self._watch_over_prompt()
            case Copied(process) if self._prompt:
                self._stand_by(process)
            case Done():
                self._done += 1
            case Over():
                self._dismiss()
            case Spoken(status):
                self._spoken = status

    def _watch_over_prompt(self) -> None:
        """Let no copy get away, and the terminal be as it is once the prompt has ended."""
        from gradcli.process.family import adopt

        if self._ending == signal.SIGINT:
            self._ending, self._end = 0, NEVER
        try:
            adopt()
            if os.isatty(0):
                import termios

                self._terminal = termios.tcgetattr(0)
        finally:
            os.write(self._reply, b"\n")        # for which the child waits

    def _restore_terminal(self) -> None:
        if self._terminal is not None:
            from gradcli.process.question import set_attributes

            with suppress(Exception):
                os.set_blocking(0, True)
                set_attributes(0, self._terminal)

    def _serve(self, request: bytes) -> None:
        """Do what the child asks for, and answer."""
        if self._broker is None:
            from gradcli.process.broker import Broker

            self._broker = Broker()
            os.set_blocking(self._reply, False)
        if self._locked:
            self._broker.locked(self._prompt)
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
        from gradcli.process.family import is_child

        hold = os.pidfd_open(copy)
        if not is_child(copy, self._child):
            os.close(hold)
            return
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
        self._told = self._told._replace(until=NEVER, seconds=0.0)
        try:
            self._follow(copy)
            os.write(self._call, f"{why} {self._done} {seconds!r}\n".encode())
        except OSError:
            return False
        return True


def _in_foreground() -> bool:
    for stream in (0, 1, 2):
        try:
            if os.tcgetpgrp(stream) == os.getpgrp():
                return True
        except OSError:
            continue    # no terminal
    return False
