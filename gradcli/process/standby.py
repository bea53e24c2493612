"""A copy of this process stands by while a statement runs, with everything as it was before.

Ctrl-C is an exception here like any other, and waits for its turn: behind a product of large
matrices, behind the sorting of a long list, behind whatever C code does not look up. The process
that waits for this one (`commands/waiting.py`) does not wait that long: it ends this one, and
lets the copy go on at the prompt. So a session also outlives the time limit, a lack of memory and
an overflow of the machine's stack.

A copy costs a few milliseconds. Among quick statements of one text there is one for several; those
that succeeded since it was made are run once more before it goes on, with nothing shown. They do
again what they did, since a program has no clock, and its random numbers are part of the copy.
"""

from __future__ import annotations

import os
import signal
import sys
from time import perf_counter

from gradcli.console.progress import renew
from gradcli.process import channel
from gradcli.process.ended import fault_of
from gradcli.process.walls.sandbox import keep

WORTH = 20      # a new copy is made when statements have run this many times longer than making one takes


class Spoken(Exception):
    """The statement has ended, and why has been said."""


class Standby:
    """The copies of a session's process, one after the other."""

    def __init__(self) -> None:
        self._there = False
        self._since = self._cost = 0.0
        self._seed = 0
        self._finished: list[int] = []      # copies of no use any more, until they are gone
        self._again = 0                     # statements that this process, once a copy, runs once more
        self._why = ""
        self._seconds = 0.0
        self._streams: list[tuple[int, int]] = []
        self._nothing = os.open(os.devnull, os.O_RDWR)      # now: this process may be locked later
        keep(self._nothing)

    def stand(self, seed: int) -> None:
        """Make a copy if it is worth it. In the copy this returns, or raises, when it is its turn.

        `seed` began the random numbers: after one that nobody chose, statements cannot be run again.
        """
        if channel.Line.from_parent is None or self._again:
            return
        start = perf_counter()
        if self._there and seed == self._seed and start - self._since < WORTH * self._cost:
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
                self._wait(channel.Line.from_parent)
                if asyncio and loop:
                    asyncio._set_running_loop(loop)     # which a copy of the process forgets
            else:
                self._finished.append(copy)
                channel.say(f"copy {copy}")
                self._there, self._seed, self._since = True, seed, perf_counter()
                self._cost = self._since - start
        except OSError:
            self.dismiss()      # no process to be had: the statement runs all the same
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        if copy == 0:
            self._go_on()

    def done(self) -> None:
        """A statement has succeeded."""
        if self._there:
            channel.say("done")
        elif self._again:
            self._again -= 1
            if not self._again:
                self._go_on()

    def dismiss(self) -> None:
        """What was run is over: no copy is needed, and nothing is hidden any more."""
        if self._there:
            self._there = False
            channel.say("over")
        self._again = 0
        self._show()

    def _wait(self, turn: int) -> None:
        """In the copy: wait for its turn, or for the end of the one that gives it."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        told = os.read(turn, 4096).decode().split()
        if not told:
            os._exit(0)
        signal.signal(signal.SIGINT, before)
        self._there, self._finished = False, []
        self._why, self._again, self._seconds = told[0], int(told[1]), float(told[2])
        renew()

    def _go_on(self) -> None:
        """Hide what statements say that are run once more; after them, say why the last one has ended."""
        if self._again:
            self._hide()
            return
        self._show()
        if self._why == "interrupted":
            raise KeyboardInterrupt
        if self._why == "said":
            raise Spoken
        raise fault_of(self._why, self._seconds)

    def _hide(self) -> None:
        for stream in (1, 2):
            self._streams.append((stream, os.dup(stream)))
            os.dup2(self._nothing, stream)

    def _show(self) -> None:
        if self._streams:
            sys.stdout.flush()
            sys.stderr.flush()
        while self._streams:
            stream, kept = self._streams.pop()
            os.dup2(kept, stream)
            os.close(kept)
