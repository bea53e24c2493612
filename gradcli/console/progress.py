"""The progress of a long evaluation: a line on the terminal's standard error, erased when it ends."""

from __future__ import annotations

import os
import sys
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

from gradcli.console.settings import Settings

PATIENCE, PERIOD = 1.0, 0.25        # seconds before the line appears, and between its changes
ERASED = "\r\x1b[K"


class Progress:
    """The line. A thread of its own draws it; what prints erases it first."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        from threading import Event, Lock

        self._lock = Lock()
        self._busy = Event()
        self._visible = self._midline = self._started = False
        self._start = 0.0
        self._last = 0.0, 0
        self._counts: Callable[[], tuple[int, int]] = lambda: (0, 0)

    def restart_in_fork(self) -> None:
        """Call in a forked child, which has lost the thread: recreate lock and event, and erase the parent's line."""
        self._reset()
        _say(ERASED)

    def start(self, counts: Callable[[], tuple[int, int]]) -> None:
        """An evaluation begins; `counts` returns its loop turns and its operations at any time."""
        if not self._started:
            start_new_thread(self._watch, ())
            self._started = True
        self._counts, self._start, self._midline = counts, perf_counter(), False
        self._last = self._start, counts()[1]
        self._busy.set()

    def stop(self) -> None:
        """It has ended."""
        self._busy.clear()
        self.erase()

    def erase(self) -> None:
        """Erase the line, if it is there."""
        if self._visible:
            with self._lock:
                self._visible = False
                _say(ERASED)

    def printed(self, text: str) -> None:
        """Something is about to be printed."""
        self.erase()
        self._midline = not text.endswith("\n")

    def _watch(self) -> None:
        while self._busy.wait():
            sleep(PERIOD)
            with self._lock:
                if self._busy.is_set() and not self._midline and perf_counter() - self._start > PATIENCE:
                    self._draw()

    def _draw(self) -> None:
        now, (turns, operations) = perf_counter(), self._counts()
        then, before = self._last
        self._last = now, operations
        parts = [f"{now - self._start:.1f} s"]
        if turns:
            parts.append(f"{turns:,} loop turns")
        if operations > before:
            parts.append(f"{(operations - before) / (now - then):,.0f} operations/s")
        self._visible = True
        _say(ERASED + ", ".join(parts))


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass        # nobody reads it


def is_visible(settings: Settings) -> bool:
    """Whether progress can be shown: standard error is a terminal that can erase a line."""
    return (settings.progress and not settings.quiet and sys.stderr is not None and sys.stderr.isatty()
            and os.environ.get("TERM", "dumb") not in ("dumb", ""))


class Active:
    """The progress line of this process, once a session needs one, and the counts it shows: turns and operations."""

    progress: Progress | None = None
    counts: Callable[[], tuple[int, int]] = staticmethod(lambda: (0, 0))


def erasing_line(write: Callable[[str], object], settings: Settings) -> Callable[[str], object]:
    """`write`, preceded by erasing the line; `write` itself where none is shown."""
    if not is_visible(settings):
        return write
    progress = Active.progress = Active.progress or Progress()

    def writing(text: str) -> None:
        progress.printed(text)
        write(text)

    return writing


@contextmanager
def progressing() -> Iterator[None]:
    """Within, an evaluation runs, and the line shows its progress if it takes long."""
    progress = Active.progress
    if progress is None:
        yield
        return
    progress.start(Active.counts)
    try:
        yield
    finally:
        progress.stop()


def restart_in_fork() -> None:
    """In a forked copy of the process: restart the progress line, if there is one."""
    if Active.progress is not None:
        Active.progress.restart_in_fork()
