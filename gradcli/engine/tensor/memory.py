"""Memory: how much one result may take, and letting big arrays reuse it.

The C library gives every block above 128 KiB back to the system when it is freed, and the
next one costs a page fault for each 4 KiB: at a million elements that is nine tenths of
the time of an addition. Blocks up to 32 MiB are kept for reuse instead (glibc only; nothing
happens elsewhere).
"""

from __future__ import annotations

import ctypes
import sys

from gradcli.faults.tree import MemoryFault

MMAP_THRESHOLD, TRIM_THRESHOLD, ARENA_MAX = -3, -1, -8      # the parameters' numbers in malloc.h
LARGEST, RETAINED = 32 << 20, 256 << 20


class MemoryLimit:
    """The limit on the memory of one result, which the session sets."""

    most: float = 4 << 30

    @classmethod
    def check(cls, name: str, size: int, subject: str = "a tensor") -> None:
        """A fault if `name` is about to make something of more bytes than there is room for."""
        if size > cls.most:
            unit, word = (1 << 30, "GiB") if size >= 1 << 30 else (1 << 20, "MiB")
            raise MemoryFault(f"{name.rsplit('.', 1)[-1]}() would make {subject} of {size / unit:,.1f} {word}",
                              ("--memory-limit 64G", "more memory"), ("--no-limits", "no limit at all"))


def reuse() -> None:
    """Keep freed blocks of up to 32 MiB, as long as the unused memory at the end stays below 256 MiB."""
    _set(MMAP_THRESHOLD, LARGEST)
    _set(TRIM_THRESHOLD, RETAINED)


def share_arena() -> None:
    """Let all threads take memory from one place: each would reserve 64 MiB of addresses, which the limit counts."""
    _set(ARENA_MAX, 1)


def _set(parameter: int, value: int) -> None:
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(parameter, value)
