"""The limits on a running program that its worker enforces: time, and by `memory_limit.py` memory.

What a program may do within them (loop turns, sizes, depth) is limited by the language's own budget.

Four clocks enforce the time limit. A timer raises TimeLimit in the program, and again if the program was in a place
that drops exceptions. Where numpy computes for long without Python, a thread gives the diagnosis and ends the process.
Where no thread can run, or a standby copy can give the diagnosis, the supervisor kills the worker (`supervisor.py`).
Should the supervisor be gone, the kernel counts the seconds of the processor.
"""

from __future__ import annotations

import os
from _thread import allocate_lock, start_new_thread
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, inf
from time import monotonic, sleep
from types import FrameType

from gradcli.console.settings import Settings
from gradcli.faults.mistakes import TimeLimit, WallMissing
from gradcli.lang.messages.locate import is_lowered
from gradcli.process import channel
from gradcli.process.memory_limit import Reserve, wall_memory
from gradcli.process.walls import sandbox
from gradcli.process.walls.sandbox import walls

AGAIN = 0.05        # seconds until the timer interrupts once more
PATIENCE = 0.4      # seconds in which the program may end itself, before the thread does
SLACK = 5           # seconds of the processors beyond the limit, which each thread may use up
LONGEST = 1e9       # seconds that the system can still count
OUT_OF_TIME = "the program ran for longer than it may"


def out_of_time(seconds: float) -> TimeLimit:
    """The fault of a program that has run for its time limit, in seconds."""
    return TimeLimit(f"the program ran for longer than {seconds:g} seconds",
                     (f"--time-limit {seconds * 10:g}", "more time"), ("--no-limits", "no limit at all"))


@contextmanager
def walled(settings: Settings) -> Iterator[None]:
    """Within, programs run: lock this process for good, then limit it as `limited` does."""
    die_with_parent()
    lock_worker(settings)
    with limited(settings):
        yield


def lock_worker(settings: Settings, prompt: bool = False) -> None:
    """Lock this process for good (`walls/sandbox.py`) if it is a worker; `prompt` says whether it serves a prompt."""
    if channel.Pipes.to_parent is not None and not sandbox.Lock.locked:
        later = _prepared() if prompt else []
        if not later:
            prepare()
        channel.send(f"locked {'prompt' if prompt else 'programs'}")
        sandbox.lock_process(forks=prompt, readable=later)
        if prompt:
            channel.await_adoption()
    require_walls(settings)


def prepare() -> None:
    """Load the tables that are computed once and stored in files, which a locked process could not write."""
    import gradcli.ops.index  # noqa: F401  # loaded before the process is locked
    from gradcli.lang.syntax.parser import parse

    parse("", "<prepared>")


def _prepared() -> list[str]:
    """The files of these tables, which a prompt reads when it needs them; [] if one is missing or out of date."""
    from gradcli import artifacts
    from gradcli.lang.syntax import tables

    grammar, top = tables.grammar_path(), sandbox.PACKAGE
    ready = (artifacts.is_current("tables", tables.PACKED, f"{top}/lang/syntax", os.path.dirname(grammar))
             and artifacts.is_current("directory", f"{top}/ops/directory.bin", f"{top}/ops", f"{top}/engine"))
    return [grammar, artifacts.path_of("tables"), artifacts.path_of("directory")] if ready else []


def require_walls(settings: Settings) -> None:
    """With --require-walls, raise WallMissing if a wall of the operating system does not stand."""
    if not settings.require_walls:
        return
    missing = sandbox.missing_walls()
    if channel.Pipes.to_parent is None and not sandbox.Lock.locked:
        missing = ["programs have no process of their own here"]
    if missing:
        raise WallMissing(f"--require-walls: {'; '.join(missing)}", ("gradcli limits", "tells which walls stand"))


@contextmanager
def limited(settings: Settings) -> Iterator[None]:
    """Within, memory is limited and the clock runs; TimeLimit is raised when the time is up."""
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
        if not interrupted or _is_in_program(frame):
            interrupted = True
            raise out_of_time(seconds)

    end = Watchdog(seconds)
    before = signal.signal(signal.SIGALRM, stop)
    until = monotonic() + seconds
    channel.report_status(until, seconds, settings.errors, settings.color)
    wall_processor(seconds + SLACK)
    try:
        end.watch()
    except RuntimeError:    # its stack does not fit the memory limit, or no thread can be started
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
        if monotonic() < until:     # else the diagnosis must be written before the supervisor acts
            unwatched(settings)


def unwatched(settings: Settings) -> None:
    """No program runs any more: the supervisor is to wait without a limit."""
    channel.report_status(inf, settings.time_limit or 0.0, settings.errors, settings.color)


def _flush() -> None:
    """Hand over everything printed so far."""
    import sys

    if sys.stdout is not None:
        sys.stdout.flush()


def _is_in_program(frame: FrameType | None) -> bool:
    """Whether a program is running, and not what comes after it."""
    while frame is not None:
        if is_lowered(frame.f_code):
            return True
        frame = frame.f_back
    return False


class Watchdog:
    """A thread that ends the process with a diagnosis when a program does not end in time.

    `reached` and the thread exclude each other: the program ends by itself, or by the thread, never by both.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._over = allocate_lock()    # held until the program has ended
        self._over.acquire()
        self._diagnosing = False     # whether the thread is about to give its diagnosis and end the process

    def watch(self) -> None:
        """Start the thread; RuntimeError if none can be started.

        `threading.Thread.start` would wait forever for a thread that has too little memory left to begin.
        """
        start_new_thread(self._wait, ())

    def reached(self) -> None:
        """Stop the thread, as the program has ended by itself; if it is ending the process already, wait for that."""
        self._over.release()
        while self._diagnosing:
            sleep(0.01)

    def _wait(self) -> None:
        if self._over.acquire(timeout=self.seconds + PATIENCE) or channel.Pipes.has_copy:
            return      # the program has ended, or the supervisor will end it, and the copy say where it was
        self._diagnosing = True
        if not self._over.locked():
            self._diagnosing = False
            return
        from gradcli.console.diagnostics import complain

        Reserve.release()
        fault = out_of_time(self.seconds)
        complain(fault)
        os._exit(fault.status)


def threads_at_most() -> int:
    """How many threads may use the processors at once: each second of the clock is as many of theirs."""
    from gradcli.engine.large import MOST_THREADS

    return min(os.cpu_count() or 1, MOST_THREADS)


def wall_processor(seconds: float) -> None:
    """Let the kernel end the process once each of its threads has used a processor for `seconds` more; inf lifts the
    limit."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = hard
    if seconds < inf:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = ceil(used.ru_utime + used.ru_stime + seconds * threads_at_most())
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def die_with_parent() -> None:
    """Let the kernel kill this worker together with its supervisor: nobody else could stop a program then."""
    if channel.Pipes.to_parent is not None:
        die_with(channel.Pipes.parent)


def die_with(parent: int) -> None:
    """Let the kernel kill this process together with its parent, whose process id this is; at once if it is gone."""
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
    """A number of bytes as text, in the largest unit that divides it."""
    if not count:
        return "none"
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count % factor == 0:
            return f"{count // factor} {unit}"
    return f"{count} bytes"
