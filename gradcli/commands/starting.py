"""What can go wrong before a program runs: Ctrl-C while modules are imported, and a machine with nothing to spare."""

from __future__ import annotations

import errno
import os
import signal
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.errors import LimitFault

INTERRUPTED = 130
FEW = {errno.EMFILE: "files at once than it may: ulimit -n", errno.ENFILE: "files at once than the system has",
       errno.ENOMEM: "memory than it may: ulimit -v"}
UNLOADABLE = ("failed to map segment", "cannot allocate memory", "cannot enable executable stack")  # of the loader


def leave_at_interrupts() -> None:
    """Let Ctrl-C end the process at once.

    Python would raise KeyboardInterrupt amid an import, where C code may print it or make another error of it.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:      # and not ignored, as in a background job
        signal.signal(signal.SIGINT, _leave)


def raise_at_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on. Only the main thread can say so."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(INTERRUPTED)


def fork() -> int:
    """`os.fork`, or the fault of a user who may start no more processes."""
    try:
        return os.fork()
    except OSError as error:
        from gradcli.errors import LimitFault

        raise LimitFault("gradcli runs programs in processes of their own, and no more can be started: "
                         f"{error.strerror}", ("ulimit -u", "how many processes you may have")) from None


def shortage(error: BaseException | None) -> LimitFault | None:
    """The fault of a machine that lacks memory, descriptors, processes or threads, if that is what `error` says."""
    from gradcli.errors import LimitFault, MemoryFault

    while error is not None:
        lacking = _lacking(error)
        if lacking.startswith("memory"):
            return MemoryFault(f"gradcli needs more {lacking}")
        if lacking:
            return LimitFault(f"gradcli needs more {lacking}")
        error = error.__cause__ or error.__context__
    return None


def _lacking(error: BaseException) -> str:
    """What there is too little of; empty if `error` says nothing of the kind."""
    if isinstance(error, OSError):
        return FEW.get(error.errno or 0, "")
    if isinstance(error, RuntimeError):
        return "threads than it may: ulimit -u" if "can't start new thread" in str(error) else ""
    if isinstance(error, ImportError):
        text = str(error).lower()
        if "too many open files" in text:
            return FEW[errno.EMFILE]
        return FEW[errno.ENOMEM] if any(words in text for words in UNLOADABLE) else ""
    return FEW[errno.ENOMEM] if isinstance(error, MemoryError) else ""


def cannot_start(error: BaseException) -> int:
    """Say why nothing runs, also where there is not even room to load what diagnoses; the exit status."""
    try:
        from gradcli.commands.outcome import complain, internal
        from gradcli.errors import Fault

        fault = error if isinstance(error, Fault) else shortage(error)
        if fault is None:
            return internal(error)
        complain(fault)
        return fault.status
    except Exception:
        os.write(2, b"error[G0601]: the machine has too little memory, or too few files, for gradcli to start\n")
        return 5
