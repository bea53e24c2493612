"""Threads that share the pieces of one large computation.

numpy lets go of the interpreter while it computes, so that threads run at once. The pieces of a job depend on
nothing but themselves and are the same for any number of threads; whoever is free takes the next one, and what a
helper has not begun, the caller does itself. So no result depends on the number of threads, a helper that the system
refuses or does not schedule delays no call: the caller waits only for pieces that a helper has begun.

Helpers start when a job first pays for them. They end before the process forks, and with the process.
"""

from __future__ import annotations

import os
from _thread import LockType, allocate_lock, stack_size, start_new_thread
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from gradcli.engine.large import MOST_THREADS
from gradcli.engine.tensor.memory import share_arena

STACK = 512 << 10       # bytes, of a helper
ENDING = 1.0            # seconds to wait for helpers before a fork

Piece = tuple[int, int]


class Job:
    """A function to call with each of several pieces, by as many threads as are free."""

    def __init__(self, do: Callable[[int, int], Any], pieces: list[Piece]) -> None:
        self.do = do
        self.pieces = pieces                # not begun; list.pop is atomic

    def work(self) -> None:
        """Take pieces until there are none."""
        pieces = self.pieces
        while pieces:
            try:
                first, last = pieces.pop()
            except IndexError:              # another thread was faster
                return
            self.do(first, last)


class JobPart:
    """A helper's part in a job: it begins unless the caller has taken the part back before."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.context: Context = copy_context()      # which numpy's error state belongs to
        self.owner: dict[str, str] = {}     # by whom; dict.setdefault is atomic, and may be repeated
        self.ended = False
        self.error: BaseException | None = None     # of the helper, which the caller raises again
        self.end = allocate_lock()          # held until the helper has ended
        self.end.acquire()

    def run(self) -> None:
        """In the helper: work, and leave errors to the caller."""
        if self.owner.setdefault("by", "helper") != "helper":
            return
        try:
            self.context.run(self.job.work)
        except BaseException as error:      # even one for lack of memory
            self.error = error
            self.job.pieces.clear()
        finally:
            self.ended = True
            self.end.release()

    def settle(self) -> None:
        """In the caller: return once the helper has ended its part or will never begin."""
        if self.owner.setdefault("by", "caller") == "helper":
            while not self.ended:
                self.end.acquire(timeout=1)


class Helper:
    """One more thread, which waits for its part of jobs."""

    def __init__(self) -> None:
        self.wake: LockType = allocate_lock()
        self.wake.acquire()
        self.running: LockType = allocate_lock()    # held while the thread runs
        self.part: JobPart | None = None
        self.quit = False
        before = stack_size(STACK)
        try:
            start_new_thread(self._serve, ())
        finally:
            stack_size(before)

    def offer(self, part: JobPart | None) -> None:
        """Let the thread look at its part, unless it is about to do that anyway."""
        self.part = part
        if self.wake.locked():
            self.wake.release()

    def _serve(self) -> None:
        self.running.acquire()
        try:
            while not self.quit:
                self.wake.acquire()
                part = self.part
                if part is not None:
                    part.run()
                del part
        finally:
            self.running.release()


class Pool:
    """The helpers of this process, and what they are at work on.

    An interrupt may come with any call, and never between an assignment and what is next to it: hence no lock.
    """

    helpers: list[Helper] = []
    job: Job | None = None
    threads = 0             # that jobs may have, the caller's included; 0 before it was worked out
    refused = False         # whether the system has refused a thread

    @classmethod
    def started(cls) -> list[Helper]:
        """The helpers, started if they are not; fewer where the system refuses them."""
        if not cls.threads:
            cls.threads = allowed_threads()
            share_arena()
        while len(cls.helpers) < cls.threads - 1 and not cls.refused:
            try:
                cls.helpers.append(Helper())
            except (RuntimeError, MemoryError, OSError):
                cls.refused = True
        return cls.helpers

    @classmethod
    def end(cls) -> None:
        """End the helpers; a fork would not copy them."""
        helpers, cls.helpers = cls.helpers, []
        for helper in helpers:
            helper.quit = True
            helper.offer(None)
        for helper in helpers:
            if helper.running.acquire(timeout=ENDING):
                helper.running.release()

    @classmethod
    def forget(cls) -> None:
        """In a forked process: none of the threads exists."""
        cls.helpers, cls.job = [], None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=Pool.end, after_in_child=Pool.forget)


def allowed_threads() -> int:
    """As many threads as there are processors for this process, and as OMP_NUM_THREADS allows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wish = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    most = min(cores, MOST_THREADS)
    return min(most, int(wish)) if wish.isdecimal() and int(wish) else most


def run_in_threads(do: Callable[[int, int], Any], pieces: list[Piece]) -> None:
    """Call `do(first, last)` for every piece, in any order, by several threads; raise what one of the calls raises."""
    job = Job(do, pieces[::-1])
    del do
    if Pool.threads == 1 or len(pieces) < 2 or Pool.job is not None:
        job.work()
        return
    parts: list[JobPart] = []
    interrupt: BaseException | None = None
    try:
        Pool.job = job
        for helper in Pool.started():
            parts.append(JobPart(job))
            helper.offer(parts[-1])
        job.work()
    finally:
        try:
            interrupt = _await_helpers(job, parts)
        finally:
            Pool.job = None
    for error in (interrupt, *[part.error for part in parts]):
        if error is not None:
            raise error


def _await_helpers(job: Job, parts: list[JobPart]) -> BaseException | None:
    """Return once no helper works on a job; an interrupt, if one came meanwhile."""
    interrupt: BaseException | None = None
    while True:
        try:
            job.pieces.clear()              # there are some after an error, or an interrupt
            for part in parts:
                part.settle()
            for helper in Pool.helpers:
                helper.part = None
            return interrupt
        except BaseException as error:      # an interrupt: what a helper has begun takes a moment
            interrupt = error
