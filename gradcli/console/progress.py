"""How far a long evaluation has come: a line on the terminal's standard error, which leaves no trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

from gradcli.console.settings import Settings

PATIENCE, PERIOD = 1.0, 0.25        # seconds before the line appears, and between its changes
ERASED = "\r\x1b[K"


class Progress:
    """The line. A thread of its own draws it; whoever prints lifts it first."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        from threading import Event, Lock

        self._lock = Lock()
        self._busy = Event()
        self._shown = self._midline = self._started = False
        self._begun = 0.0
        self._last = 0.0, 0
        self._spent: Callable[[], tuple[int, int]] = lambda: (0, 0)

    def renew(self) -> None:
        """The thread is gone, and whatever it held; the line that it has drawn is not."""
        self._begin()
        _say(ERASED)

    def start(self, spent: Callable[[], tuple[int, int]]) -> None:
        """An evaluation begins; `spent` tells its loop turns and its operations at any time."""
        if not self._started:
            from threading import Thread

            Thread(target=self._watch, daemon=True).start()
            self._started = True
        self._spent, self._begun, self._midline = spent, perf_counter(), False
        self._last = self._begun, spent()[1]
        self._busy.set()

    def stop(self) -> None:
        """It has ended."""
        self._busy.clear()
        self.lift()

    def lift(self) -> None:
        """Erase the line, if it is there."""
        if self._shown:
            with self._lock:
                self._shown = False
                _say(ERASED)

    def printed(self, text: str) -> None:
        """Something is about to be printed."""
        self.lift()
        self._midline = not text.endswith("\n")

    def _watch(self) -> None:
        while self._busy.wait():
            sleep(PERIOD)
            with self._lock:
                if self._busy.is_set() and not self._midline and perf_counter() - self._begun > PATIENCE:
                    self._draw()

    def _draw(self) -> None:
        now, (turns, operations) = perf_counter(), self._spent()
        then, before = self._last
        self._last = now, operations
        parts = [f"{now - self._begun:.1f} s"]
        if turns:
            parts.append(f"{turns:,} loop turns")
        if operations > before:
            parts.append(f"{(operations - before) / (now - then):,.0f} operations/s")
        self._shown = True
        _say(ERASED + ", ".join(parts))


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass        # nobody is there to be told


def wanted(settings: Settings) -> bool:
    """Whether there is somebody to show progress to, on a terminal that can erase it."""
    return (settings.progress and not settings.quiet and sys.stderr is not None and sys.stderr.isatty()
            and os.environ.get("TERM", "dumb") not in ("dumb", ""))


class Line:
    """The one line of this process, once somebody has wanted it, and what it tells."""

    progress: Progress | None = None
    spent: Callable[[], tuple[int, int]] = staticmethod(lambda: (0, 0))


def lifting(write: Callable[[str], object], settings: Settings) -> Callable[[str], object]:
    """`write`, after the line has made room for what is written."""
    if not wanted(settings):
        return write
    progress = Line.progress = Line.progress or Progress()

    def writing(text: str) -> None:
        progress.printed(text)
        write(text)

    return writing


@contextmanager
def progressing() -> Iterator[None]:
    """Within, an evaluation that takes long says how far it has come."""
    progress = Line.progress
    if progress is None:
        yield
        return
    progress.start(Line.spent)
    try:
        yield
    finally:
        progress.stop()


def renew() -> None:
    """In a copy of the process: erase the line, and draw it by a thread of its own from now on."""
    if Line.progress is not None:
        Line.progress.renew()
