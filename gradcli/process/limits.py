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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import ceil, inf
from time import monotonic, sleep
from types import FrameType

from gradcli.console.settings import Settings
from gradcli.faults.mistakes import OutputLimit, TimeLimit, WallMissing
from gradcli.process import supervisor
from gradcli.process.walls import sandbox

AGAIN = 0.05        # seconds until the timer interrupts once more
PATIENCE = 0.4      # seconds in which the program may end itself, before the thread does
SLACK = 5           # seconds of the processor beyond the limit
LONGEST, LARGEST = 1e9, 1 << 62     # seconds and bytes that the system can still count
OUT_OF_TIME = "the program ran for longer than it may"


def out_of_time(seconds: float) -> TimeLimit:
    """The fault of a program whose time is up."""
    return TimeLimit(f"the program ran for longer than {seconds:g} seconds",
                      (f"--time-limit {seconds * 10:g}", "more time"), ("--no-limits", "no limit at all"))


@contextmanager
def walled(settings: Settings) -> Iterator[None]:
    """Within, programs run: this process is locked from then on, and limited as `limited` says."""
    die_with_parent()
    lock(settings)
    with limited(settings):
        yield


def lock(settings: Settings, prompt: bool = False) -> None:
    """Lock this process for good (`process/sandbox.py`), if it was made for programs; `prompt` says for typed ones."""
    if supervisor.Line.to_parent is not None and not sandbox.Lock.locked:
        later = _prepared() if prompt else []
        if not later:
            prepare()
        supervisor.say(f"locked {'prompt' if prompt else 'programs'}")
        sandbox.lock(forks=prompt, readable=later)
        if prompt:
            supervisor.await_adoption()
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
    missing = sandbox.missing()
    if supervisor.Line.to_parent is None and not sandbox.Lock.locked:
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

    end = End(seconds)
    before = signal.signal(signal.SIGALRM, stop)
    until = monotonic() + seconds
    supervisor.tell(until, seconds, settings.errors, settings.color)
    wall_processor(seconds + SLACK)
    try:
        end.watch()
    except RuntimeError:    # its stack has no room within the limit on memory, or there can be no more threads
        if supervisor.Line.to_parent is None:      # nobody else would end a program that does not listen
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
    supervisor.tell(inf, settings.time_limit or 0.0, settings.errors, settings.color)


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


class End:
    """The end of a program, by itself or by the thread that gives the diagnosis in its place; never by both."""

    def __init__(self, seconds: float) -> None:
        from threading import Event

        self.seconds = seconds
        self._over = Event()
        self._taken = False     # whether the thread is about to end the process

    def watch(self) -> None:
        """Start the thread."""
        from threading import Thread

        self._thread = Thread(target=self._wait, daemon=True)
        self._thread.start()

    def reached(self) -> None:
        """The program has ended by itself; if it is too late for that, wait for the end of the process."""
        self._over.set()
        while self._taken:
            sleep(0.01)
        if self._thread.ident is not None:      # None where there was no thread to be had
            self._thread.join()

    def _wait(self) -> None:
        if self._over.wait(self.seconds + PATIENCE):
            return
        self._taken = True
        if self._over.is_set():
            self._taken = False
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
    wanted = hard
    if seconds < inf:
        used = resource.getrusage(resource.RUSAGE_SELF)
        wanted = ceil(used.ru_utime + used.ru_stime + seconds)
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


class Reserve:
    """How to get at memory beyond the limit, so that there is room to say that it was reached."""

    release: Callable[[], None] = staticmethod(lambda: None)


def wall_memory(settings: Settings) -> None:
    """Let the system refuse memory beyond the limit until the reserve is released."""
    if settings.no_limits or not settings.memory_limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = min(settings.memory_limit, LARGEST if hard == resource.RLIM_INFINITY else hard)
    Reserve.release = partial(resource.setrlimit, resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def die_with_parent() -> None:
    """Have the system end this process with the one that waits for it: nobody else could stop a program then."""
    if supervisor.Line.to_parent is not None:
        die_with(supervisor.Line.parent)


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


class OutputLost(BaseException):
    """Printing failed. No `except` of a program catches it, since it is none of the program's doing."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


class Allowance:
    """The bytes that a program may still write, to standard output and standard error together."""

    def __init__(self, settings: Settings) -> None:
        self.most = 0 if settings.no_limits else settings.max_output or 0
        self.left: float = self.most or inf

    def spend(self, text: str) -> None:
        """Count `text`, or raise OutputLimit where it is more than may be written."""
        self.left -= len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if self.left < 0:
            raise OutputLimit(f"the program printed more than {self.most} bytes",
                             (f"--max-output {self.most * 10}", "more output"), ("--no-limits", "no limit at all"))


def counted(write: Callable[[str], object], allowance: Allowance) -> Callable[[str], None]:
    """`write`, until a program has written more than it may, or nobody takes it any more."""
    def counting(text: str) -> None:
        allowance.spend(text)
        try:
            write(text)
        except OSError as error:
            raise OutputLost(error) from None

    return counting
