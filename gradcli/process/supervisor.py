"""The supervisor: it waits for the worker, and decides when it, or a standby copy of it, is to end.

At a prompt, a copy of the worker stands by while a statement runs (`standby.py`). When the worker does not
come back from a Ctrl-C, or is ended, the copy takes over: it has everything as it was before the statement.
Who of the two goes on is decided here, and nowhere else.

The worker is not trusted once it has locked itself (`walls/sandbox.py`): its lines are read by `messages.py` alone,
a line that is no report is passed over, and a process counts as a copy only if it is the worker's own child.
A signal that asks this process to end is handed on to the worker, which is killed if it does not obey.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from gradcli.process.ended_worker import diagnose_ended, reason_of, status_after_signal
from gradcli.process.messages import (
    NEVER,
    CopyReady,
    Diagnosed,
    Locked,
    Report,
    RequestReceived,
    StatementSucceeded,
    SubmissionEnded,
    TakeOver,
    WorkerStatus,
    report_of,
)

if TYPE_CHECKING:
    from gradcli.process.broker import Broker

GRACE = 1.5     # seconds after the time limit in which the worker may still give its diagnosis
PROMPTLY = 0.2  # seconds after Ctrl-C in which it may still end a statement by itself, where a copy stands by
OBEYED = 2.0    # seconds after a signal that asks for the end in which the worker must end
LONGEST = 1 << 24   # bytes of a line from the worker
FULL = 2        # pieces that a full pipe is read in
UNREAD = 30.0   # seconds after which a worker that does not read an answer is killed


class Supervisor:
    """What the supervisor knows of its worker, and of the copy that stands by."""

    def __init__(self, child: int, reports: int, to_copy: int, to_worker: int) -> None:
        """`child` is the worker's process id; the others are pipe descriptors: one to read, two to write."""
        self._reports, self._to_copy, self._to_worker = reports, to_copy, to_worker
        self._broker: Broker | None = None      # once the worker has asked for something
        self._partial_line = b""    # a report whose end has not been read yet
        self._worker_status = WorkerStatus()
        self._diagnosed = 0         # the status of the diagnosis that the worker has written
        self._copy = 0              # the process id of the copy that stands by; 0 for none
        self._copy_pidfd = -1       # refers to that copy even when its id is used again
        self._locked = False        # whether the worker has locked itself
        self._prompt = False        # whether it then serves a prompt
        self._terminal: list[Any] | None = None     # the attributes of the prompt's terminal
        self._ending = 0            # the signal that asks for the end; 0 for none
        self._must_end = NEVER      # when the worker must have obeyed it
        self._succeeded_count = 0   # statements that have succeeded since the copy was made
        self._must_obey = NEVER     # when the worker must have obeyed a Ctrl-C
        self._woken, wake = os.pipe()           # readable once a signal has come in
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._watch(child)

    def _watch(self, child: int) -> None:
        self._child = child
        self._child_pidfd = os.pidfd_open(child) if hasattr(os, "pidfd_open") else -1

    def signalled(self, number: int) -> None:
        """Hand a signal to the worker, unless the terminal has sent it to both."""
        if number == signal.SIGINT and self._copy and self._must_obey == NEVER:
            self._must_obey = monotonic() + PROMPTLY
        # a prompt does not end with a Ctrl-C, and before a worker is locked nobody knows whether it will serve one
        if number != signal.SIGINT or self._locked and not self._prompt:
            self._ending = self._ending or number
            self._must_end = min(self._must_end, monotonic() + OBEYED)
        if number in (signal.SIGINT, signal.SIGQUIT) and _is_in_foreground():
            return
        with suppress(ProcessLookupError):      # it has just ended
            os.kill(self._child, number)

    def status(self) -> int:
        """Wait until the worker, or the copy that has taken over, has ended; its exit status."""
        try:
            while True:
                late = self._wait()
                if late:
                    os.kill(self._child, signal.SIGKILL)
                code = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
                if self._broker is not None:
                    self._broker.close()
                reason = late or (reason_of(-code) if code < 0 else "said")
                if reason and self._copy and not self._ending and self._promote_copy(reason):
                    continue
                return self._status(late, code)
        finally:
            self._restore_terminal()

    def _status(self, late: str, code: int) -> int:
        """The exit status after a worker that was killed for the reason `late`, or has ended by itself with `code`."""
        if late == "ended":
            return status_after_signal(self._worker_status, self._ending)
        if late:
            return self._diagnosed or diagnose_ended(self._worker_status, late)
        return code if code >= 0 else status_after_signal(self._worker_status, -code)

    def _wait(self) -> str:
        """Wait until the worker has ended, and return ""; or until it ought to have, and return why."""
        while True:
            limit = min(self._worker_status.until + GRACE, self._must_obey, self._must_end)
            ends = [end for end in (self._reports, self._child_pidfd, self._woken) if end >= 0]
            ready = select.select(ends, [], [], None if limit == NEVER else max(0.0, limit - monotonic()))[0]
            if self._woken in ready:
                os.read(self._woken, 64)
            is_open = self._reports not in ready or self._listen()
            if self._child_pidfd in ready or not is_open:
                for _ in range(FULL):       # a copy that still has the pipe may never stop writing
                    if is_open and select.select([self._reports], [], [], 0)[0]:
                        is_open = self._listen()
                return ""
            late = self._late(monotonic())
            if late:        # also if it never stops writing
                return late

    def _late(self, now: float) -> str:
        """Why the worker ought to have ended by `now`: ended, time or interrupted; "" if it need not have."""
        limit = min(self._worker_status.until + GRACE, self._must_obey, self._must_end)
        if now < limit:
            return ""
        if now - limit > GRACE:     # this process had been stopped, as by Ctrl-Z, and the worker with it
            self._worker_status = self._worker_status._replace(until=max(self._worker_status.until, now))
            self._must_obey = max(self._must_obey, now + PROMPTLY)
            self._must_end = max(self._must_end, now + PROMPTLY)
            return ""
        if limit == self._must_end:
            return "ended"
        return "time" if limit < self._must_obey else "interrupted"

    def _listen(self) -> bool:
        """Read reports and act on them; False once every process that could send one has ended."""
        piece = os.read(self._reports, 65536)
        text = self._partial_line + piece
        *lines, self._partial_line = text.split(b"\n") if b"\n" in piece else (text,)
        if len(self._partial_line) > LONGEST:
            self._partial_line = b""
        for line in lines:
            report = report_of(line)
            if report is not None:
                with suppress(Exception):       # whatever it is: the worker must not end this process
                    self._take_in(report)
        return bool(piece)

    def _take_in(self, report: Report) -> None:
        """Act on a report of the worker."""
        match report:
            case WorkerStatus():
                self._diagnosed, self._worker_status = 0, report
            case RequestReceived(content):
                self._serve(content)
            case Locked(prompt) if not self._locked:
                self._locked, self._prompt = True, prompt
                if prompt:
                    self._watch_over_prompt()
            case CopyReady(process) if self._prompt:
                self._stand_by(process)
            case StatementSucceeded():
                self._succeeded_count += 1
            case SubmissionEnded():
                self._end_copy()
            case Diagnosed(status):
                self._diagnosed = status

    def _watch_over_prompt(self) -> None:
        """Adopt every copy of the worker, and remember how the terminal is to be set once the prompt has ended."""
        from gradcli.process.descendants import adopt

        if self._ending == signal.SIGINT:
            self._ending, self._must_end = 0, NEVER
        try:
            adopt()
            if os.isatty(0):
                import termios

                self._terminal = termios.tcgetattr(0)
        finally:
            os.write(self._to_worker, b"\n")        # `await_adoption` waits for it

    def _restore_terminal(self) -> None:
        if self._terminal is not None:
            from gradcli.process.confirmation import set_attributes

            with suppress(Exception):
                os.set_blocking(0, True)
                set_attributes(0, self._terminal)

    def _serve(self, content: bytes) -> None:
        """Do what a request asks for, and answer it."""
        if self._broker is None:
            from gradcli.process.broker import Broker

            self._broker = Broker()
            os.set_blocking(self._to_worker, False)
        if self._locked:
            self._broker.locked(self._prompt)
        answer = self._broker.serve(self._child, content)
        while answer:
            ready = select.select([end for end in (self._child_pidfd,) if end >= 0], [self._to_worker], [], UNREAD)
            if self._child_pidfd in ready[0]:
                return
            if not ready[1]:
                os.kill(self._child, signal.SIGKILL)
                return
            answer = answer[os.write(self._to_worker, answer):]

    def _stand_by(self, copy: int) -> None:
        """Let this copy be the one that can take over, if it is a child of the worker."""
        from gradcli.process.descendants import is_child

        pidfd = os.pidfd_open(copy)
        if not is_child(copy, self._child):
            os.close(pidfd)
            return
        self._end_copy()
        self._copy, self._copy_pidfd, self._succeeded_count, self._must_obey = copy, pidfd, 0, NEVER

    def _end_copy(self) -> None:
        """Kill the copy that stands by, if there is one."""
        self._must_obey = NEVER
        if self._copy:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._copy_pidfd, signal.SIGKILL)    # the worker collects it
            os.close(self._copy_pidfd)
            self._copy = 0

    def _promote_copy(self, reason: str) -> bool:
        """Let the copy take over from the worker, which has ended; False if the copy has ended too."""
        os.close(self._child_pidfd)
        os.close(self._copy_pidfd)
        copy, self._copy, self._must_obey = self._copy, 0, NEVER
        seconds = self._worker_status.seconds
        self._worker_status = self._worker_status._replace(until=NEVER, seconds=0.0)
        try:
            self._watch(copy)
            os.write(self._to_copy, TakeOver(reason, self._succeeded_count, seconds).encode())
        except OSError:
            return False
        return True


def _is_in_foreground() -> bool:
    for stream in (0, 1, 2):
        try:
            if os.tcgetpgrp(stream) == os.getpgrp():
                return True
        except OSError:
            continue    # no terminal
    return False
