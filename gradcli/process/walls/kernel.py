"""System calls that Python has no function for. Linux, x86-64 and aarch64."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any, NamedTuple


class Machine(NamedTuple):
    """The numbers of an architecture: what seccomp calls it, and the calls that this package makes."""

    audit: int
    seccomp: int
    capset: int


X86_64 = Machine(0xC000003E, 317, 126)
AARCH64 = Machine(0xC00000B7, 277, 91)
MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}

NO_NEW_PRIVS = 38               # PR_SET_NO_NEW_PRIVS
CAPABILITIES = 0x20080522       # _LINUX_CAPABILITY_VERSION_3


def machine() -> Machine | None:
    """The architecture of this process; None where its system calls are not known here."""
    if sys.platform != "linux" or sys.maxsize < 1 << 32 or sys.byteorder != "little":
        return None
    return MACHINES.get(os.uname().machine)


@cache
def libc() -> Any:
    """The C library of this process."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """The result of a system call; OSError where the kernel refuses."""
    import ctypes

    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result: int = libc().syscall(ctypes.c_long(number), *converted)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def give_up_privileges(machine: Machine) -> None:
    """Gain no rights by executing a file, and drop all capabilities that root has."""
    if libc().prctl(NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError("PR_SET_NO_NEW_PRIVS is refused")
    syscall(machine.capset, CAPABILITIES.to_bytes(4, "little") + bytes(4), bytes(24))
