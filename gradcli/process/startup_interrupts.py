"""What Ctrl-C does before a program runs, and from then on.

Until then it ends the process at once. Python would raise KeyboardInterrupt amid an import, where C code
may print it, or make another error of it. Nothing is imported here that takes time: that time would be
one in which Ctrl-C gives a traceback.
"""

from __future__ import annotations

import os
from _signal import SIGINT, default_int_handler, getsignal, signal  # type: ignore[import-not-found]  # below signal.py

from gradcli.faults.exit_codes import INTERRUPTED


def leave_at_interrupts() -> None:
    """Let Ctrl-C end the process, unless it is ignored, as in a job that a shell runs in the background."""
    if getsignal(SIGINT) is default_int_handler:
        signal(SIGINT, _leave)


def raise_at_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on: what a program has begun can then be cleaned up."""
    if getsignal(SIGINT) is _leave:
        signal(SIGINT, default_int_handler)


def _leave(number: int, frame: object) -> None:
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(INTERRUPTED)
