"""What Ctrl-C does within a block of code: wait, nothing, or stop what runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from typing import Any

AGAIN = 0.001       # seconds after which a Ctrl-C that was swallowed is given once more


@contextmanager
def deferred() -> Iterator[None]:
    """Within, Ctrl-C waits until the end: a half-done restoration would be worse than none."""
    if current_thread() is not main_thread():
        yield
        return
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if waiting:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def ignored() -> Iterator[None]:
    """Within, Ctrl-C is ignored: the prompt is still being set up and has no line to clear."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def stopping() -> Iterator[None]:
    """Within, Ctrl-C stops what runs, also while the prompt's own handler is in force or in the midst of a clean-up.

    Python drops an exception that is raised where an object is being let go; a Ctrl-C dropped
    there is given again.
    """
    if current_thread() is not main_thread():
        yield
        return
    hook, before = sys.unraisablehook, signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, before)    # what cleans up after the first is not interrupted by a second
        raise KeyboardInterrupt

    def raise_again(reference: Any) -> None:
        if reference.exc_type is None:       # C code told of an exception that it had not raised
            return
        if issubclass(reference.exc_type, KeyboardInterrupt):
            signal.signal(signal.SIGINT, interrupt)
            Timer(AGAIN, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
        else:
            hook(reference)

    main = main_thread().ident or 0
    sys.unraisablehook = raise_again
    woken = signal.set_wakeup_fd(-1)        # or the prompt would clear the line being typed as well
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(woken)
        sys.unraisablehook = hook
