"""A copy of the worker stands by while a statement runs, with everything as it was before.

Python raises KeyboardInterrupt only between bytecodes: not within a product of large matrices, the sorting of a
long list, or other C code that does not check for signals. The supervisor (`supervisor.py`) does not wait that
long: it kills the worker and lets the copy go on at the prompt. So a session also outlives the time limit, a lack
of memory and an overflow of the machine's stack.

A copy costs a few milliseconds. Among quick statements of one text one copy serves several; it runs those that
succeeded since it was made again, with their output hidden, before it goes on. They do the same again, since a
program has no clock and its random numbers are part of the copy.
"""

from __future__ import annotations

import os
import signal
import sys
from time import perf_counter

from gradcli.console.progress import restart_in_fork
from gradcli.process import channel
from gradcli.process.ended_worker import fault_of
from gradcli.process.messages import TakeOver
from gradcli.process.walls.sandbox import keep

WORTH = 20      # a new copy is forked when statements have run this many times longer than a fork takes


class AlreadyReported(Exception):
    """The statement has ended, and its diagnosis is written."""


class Standby:
    """The standby copies of a session's process, one after the other."""

    def __init__(self) -> None:
        self._has_copy = False              # whether a copy stands by
        self._since = self._cost = 0.0
        self._seed = 0
        self._finished: list[int] = []      # process ids of released copies, until they are collected
        self._to_rerun = 0                  # statements that this process, once it has taken over, runs again
        self._take_over: TakeOver | None = None
        self._streams: list[tuple[int, int]] = []
        self._devnull = os.open(os.devnull, os.O_RDWR)      # now: this process may be locked later
        keep(self._devnull)

    def prepare(self, seed: int) -> None:
        """Fork a copy, if the last one is too old. In the copy this returns, or raises, once it takes over.

        `seed` is the seed of the random numbers: where it has changed since the last copy, perhaps to one that
        nobody chose, that copy could not run the statements again.
        """
        if channel.Pipes.from_parent is None or self._to_rerun:
            return
        start = perf_counter()
        if self._has_copy and seed == self._seed and start - self._since < WORTH * self._cost:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        self._finished = [copy for copy in self._finished if not os.waitpid(copy, os.WNOHANG)[0]]
        asyncio = sys.modules.get("asyncio")    # a command at a continuation prompt runs within a loop of it
        loop = asyncio and asyncio._get_running_loop()
        copy = -1
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            copy = os.fork()
            if copy == 0:
                self._wait(channel.Pipes.from_parent)
                if asyncio and loop:
                    asyncio._set_running_loop(loop)     # which asyncio forgets in a forked process
            else:
                self._finished.append(copy)
                channel.send(f"copy {copy}")
                self._has_copy = channel.Pipes.has_copy = True
                self._seed, self._since = seed, perf_counter()
                self._cost = self._since - start
        except OSError:
            self.release()      # no process to be had: the statement runs all the same
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        if copy == 0:
            self._go_on()

    def statement_succeeded(self) -> None:
        """A statement has succeeded: report it, or count down those that are run again."""
        if self._has_copy:
            channel.send("done")
        elif self._to_rerun:
            self._to_rerun -= 1
            if not self._to_rerun:
                self._go_on()

    def release(self) -> None:
        """The submitted text has ended: no copy is needed, and output is no longer hidden."""
        if self._has_copy:
            self._has_copy = channel.Pipes.has_copy = False
            channel.send("over")
        self._to_rerun = 0
        self._show()

    def _wait(self, descriptor: int) -> None:
        """In the copy: wait for `TakeOver`, or for the end of the supervisor."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        line = os.read(descriptor, 4096)
        if not line:
            os._exit(0)
        signal.signal(signal.SIGINT, before)
        self._has_copy = channel.Pipes.has_copy = False
        self._finished = []
        self._take_over = TakeOver.decode(line)
        self._to_rerun = self._take_over.statements
        restart_in_fork()

    def _go_on(self) -> None:
        """After taking over: hide the output of statements that are run again; then raise why the worker has ended."""
        if self._to_rerun:
            self._hide()
            return
        self._show()
        reason, _, seconds = self._take_over or TakeOver("said", 0, 0.0)
        if reason == "interrupted":
            raise KeyboardInterrupt
        if reason == "said":
            raise AlreadyReported
        raise fault_of(reason, seconds)

    def _hide(self) -> None:
        for stream in (1, 2):
            self._streams.append((stream, os.dup(stream)))
            os.dup2(self._devnull, stream)

    def _show(self) -> None:
        if self._streams:
            sys.stdout.flush()
            sys.stderr.flush()
        while self._streams:
            stream, copy = self._streams.pop()
            os.dup2(copy, stream)
            os.close(copy)
