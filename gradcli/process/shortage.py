"""A machine that has nothing to spare: no memory, no descriptor, no process, no thread."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.faults.tree import LimitFault

FEW = {errno.EMFILE: "files at once than it may: ulimit -n", errno.ENFILE: "files at once than the system has",
       errno.ENOMEM: "memory than it may: --memory-limit, ulimit -v"}
LOADING = 184 << 20     # bytes that numpy, its libraries and the arena of a thread take at most
UNLOADABLE = ("failed to map segment", "cannot allocate memory", "cannot enable executable stack")  # of the loader


def fork() -> int:
    """`os.fork`, or the fault of a user who may start no more processes."""
    try:
        return os.fork()
    except OSError as error:
        from gradcli.faults.tree import LimitFault

        raise LimitFault("gradcli runs programs in processes of their own, and no more can be started: "
                         f"{error.strerror}", ("ulimit -u", "how many processes you may have")) from None


def require_memory() -> None:
    """Raise MemoryError where numpy cannot be loaded: its library of linear algebra would end the process, wordless."""
    import resource

    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        from mmap import mmap

        try:
            mmap(-1, LOADING).close()
        except OSError:
            raise MemoryError from None


def shortage(error: BaseException | None) -> LimitFault | None:
    """The fault of a machine that lacks memory, descriptors, processes or threads, if that is what `error` says."""
    from gradcli.faults.tree import LimitFault, MemoryFault

    while error is not None:
        message = _exhausted(error)
        if message:
            return (MemoryFault if message == FEW[errno.ENOMEM] else LimitFault)(f"gradcli needs more {message}")
        error = error.__cause__ or error.__context__
    return None


def _exhausted(error: BaseException) -> str:
    """What there is too little of; empty if `error` says nothing of the kind."""
    if isinstance(error, OSError):
        return FEW.get(error.errno or 0, "")
    if isinstance(error, RuntimeError):
        return "threads than it may: ulimit -u" if "can't start new thread" in str(error) else ""
    if isinstance(error, ImportError):
        text = str(error).lower()
        if "too many open files" in text:
            return FEW[errno.EMFILE]
        return FEW[errno.ENOMEM] if any(message in text for message in UNLOADABLE) else ""
    return FEW[errno.ENOMEM] if isinstance(error, MemoryError) else ""
