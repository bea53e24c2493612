"""Letting big arrays reuse memory.

The C library gives every block above 128 KiB back to the system when it is freed, and the
next one costs a page fault for each 4 KiB: at a million elements that is nine tenths of
the time of an addition. Blocks up to 32 MiB are kept for reuse instead (glibc only; nothing
happens elsewhere).
"""

from __future__ import annotations

import ctypes
import sys

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1     # the parameters' numbers in malloc.h
LARGEST, KEPT = 32 << 20, 256 << 20


def reuse() -> None:
    """Keep freed blocks of up to 32 MiB, as long as the unused memory at the end stays below 256 MiB."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGEST)
        mallopt(TRIM_THRESHOLD, KEPT)
