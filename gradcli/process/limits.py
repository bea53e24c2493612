"""The outer walls around a running program: wall clock, memory and output.

What a program may do inside them -- turns, sizes, depth -- is the language's own budget.

The clock has four hands. A timer interrupts the program, and goes on interrupting it should it
have been in the middle of something that does not listen. Where numpy computes for long without
Python, a thread gives the diagnosis in its place and ends the process. Where even threads do not
run, the process that waits for this one does (`supervising.py`). Should that be gone, the system
counts the seconds of the processor.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, inf
from time import monotonic, sleep
from types import FrameType

from gradcli.console.settings import Settings
from gradcli.faults.mistakes import TimeLimit, WallMissing
from gradcli.process import channel
from gradcli.process.memory_limit import Reserve, wall_memory
from gradcli.process.walls import sandbox
from gradcli.process.walls.sandbox import walls

AGAIN = 0.05        # seconds until the timer interrupts once more
PATIENCE = 0.4      # seconds in which the program may end itself, before the thread does
SLACK = 5           # seconds of the processor beyond the limit
LONGEST = 1e9       # seconds that the system can still count
OUT_OF_TIME = "the program ran for longer than it may"


def out_of_time(seconds: float) -> TimeLimit:
    """The fault of a program whose time is up."""
    return TimeLimit(f"the program ran for longer than {seconds:g} seconds",
                      (f"--time-limit {seconds * 10:g}", "more time"), ("--no-limits", "no limit at all"))


@contextmanager
def walled(settings: Settings) -> Iterator[None]:
    """Within, programs run: this process is locked from then on, and limited as `limited` says."""
    die_with_parent()
    lock_worker(settings)
    with limited(settings):
        yield


def lock_worker(settings: Settings, prompt: bool = False) -> None:
    """Lock this process for good (`process/sandbox.py`), if it was made for programs; `prompt` says for typed ones."""
    if channel.Pipes.to_parent is not None and not sandbox.Lock.locked:
        later = _prepared() if prompt else []
        if not later:
            prepare()
        channel.send(f"locked {'prompt' if prompt else 'programs'}")
        sandbox.lock(forks=prompt, readable=later)
        if prompt:
            channel.await_adoption()
    require_walls(settings)


def prepare() -> None:
    """Load what is worked out once and kept in files, which a locked process could not write."""
    import gradcli.ops.index  # noqa: F401
    from gradcli.lang.syntax.parser import parse

    parse("", "<prepared>")


def _prepared() -> list[str]:
    """These files, if they are there: a prompt does not wait until they are read. None if one must be made."""
    from gradcli import artifacts
    from gradcli.lang.syntax import tables

    grammar, top = tables.grammar_path(), sandbox.PACKAGE
    ready = (artifacts.is_current("tables", tables.PACKED, f"{top}/lang/syntax", os.path.dirname(grammar))
             and artifacts.is_current("directory", f"{top}/ops/directory.bin", f"{top}/ops", f"{top}/engine"))
    return [grammar, artifacts.path_of("tables"), artifacts.path_of("directory")] if ready else []


def require_walls(settings: Settings) -> None:
    """A fault where a wall of the system is missing, if all of them were asked for."""
    if not settings.require_walls:
        return
    missing = sandbox.missing_walls()
    if channel.Pipes.to_parent is None and not sandbox.Lock.locked:
        missing = ["programs have no process of their own here"]
    if missing:
        raise WallMissing(f"--require-walls: {'; '.join(missing)}", ("gradcli limits", "tells which walls stand"))


@contextmanager
def limited(settings: Settings) -> Iterator[None]:
    """Within, memory is limited and the clock runs: when the time is up a fault stops what runs."""
    wall_memory(settings)
    die_with_parent()
    seconds = 0.0 if settings.no_limits else min(settings.time_limit or 0.0, LONGEST)
    if not seconds:
        yield
        return
    import signal

    interrupted = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted or _in_program(frame):
            interrupted = True
            raise out_of_time(seconds)

    end = Watchdog(seconds)
    before = signal.signal(signal.SIGALRM, stop)
    until = monotonic() + seconds
    channel.report_status(until, seconds, settings.errors, settings.color)
    wall_processor(seconds + SLACK)
    try:
        end.watch()
    except RuntimeError:    # its stack has no room within the limit on memory, or there can be no more threads
        if channel.Pipes.to_parent is None:      # nobody else would end a program that does not listen
            raise MemoryError from None
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
        _flush()        # a reader that does not read counts as the program's time
    finally:
        interrupted = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        end.reached()
        signal.signal(signal.SIGALRM, before)
        wall_processor(inf)
        if monotonic() < until:     # afterwards the diagnosis has to be out before the one that waits acts
            unwatched(settings)


def unwatched(settings: Settings) -> None:
    """No program runs: the one that waits does so without an end."""
    channel.report_status(inf, settings.time_limit or 0.0, settings.errors, settings.color)


def _flush() -> None:
    """Hand over everything printed so far."""
    import sys

    if sys.stdout is not None:
        sys.stdout.flush()


def _in_program(frame: FrameType | None) -> bool:
    """Whether a program is running, and not what comes after it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<gradcli "):
            return True
        frame = frame.f_back
    return False


class Watchdog:
    """The end of a program, by itself or by the thread that gives the diagnosis in its place; never by both."""

    def __init__(self, seconds: float) -> None:
        from threading import Event

        self.seconds = seconds
        self._over = Event()
        self._diagnosing = False     # whether the thread is about to end the process

    def watch(self) -> None:
        """Start the thread."""
        from threading import Thread

        self._thread = Thread(target=self._wait, daemon=True)
        self._thread.start()

    def reached(self) -> None:
        """The program has ended by itself; if it is too late for that, wait for the end of the process."""
        self._over.set()
        while self._diagnosing:
            sleep(0.01)
        if self._thread.ident is not None:      # None where there was no thread to be had
            self._thread.join()

    def _wait(self) -> None:
        if self._over.wait(self.seconds + PATIENCE):
            return
        self._diagnosing = True
        if self._over.is_set():
            self._diagnosing = False
            return
        from gradcli.console.diagnostics import complain

        Reserve.release()
        fault = out_of_time(self.seconds)
        complain(fault)
        os._exit(fault.status)


def wall_processor(seconds: float) -> None:
    """Let the system end the process when it has used up the processor for `seconds` more."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = hard
    if seconds < inf:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = ceil(used.ru_utime + used.ru_stime + seconds)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def die_with_parent() -> None:
    """Have the system end this process with the one that waits for it: nobody else could stop a program then."""
    if channel.Pipes.to_parent is not None:
        die_with(channel.Pipes.parent)


def die_with(parent: int) -> None:
    """Have the system end this process with its parent, whose number that is; at once if it is gone already."""
    import sys

    if sys.platform != "linux":
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(128 + signal.SIGKILL)


def limits_of(settings: Settings) -> dict[str, str]:
    """The limits in force, in the words of the options, and the walls of the system."""
    if settings.no_limits:
        return dict.fromkeys(("time-limit", "memory-limit", "max-output"), "none") | walls()
    return {"time-limit": f"{settings.time_limit:g} s" if settings.time_limit else "none",
            "memory-limit": _size(settings.memory_limit), "max-output": _size(settings.max_output), **walls()}


def _size(count: int | None) -> str:
    """A number of bytes as a person says it."""
    if not count:
        return "none"
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count % factor == 0:
            return f"{count // factor} {unit}"
    return f"{count} bytes"
