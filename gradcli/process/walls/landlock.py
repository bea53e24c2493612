"""Landlock: the files, ports, devices and processes that the kernel lets this process reach.

A ruleset names the rights that are taken away, and the exceptions. The rights that exist depend on
the kernel's ABI, which Linux counts from 1 (kernel 5.13) on; linux/landlock.h defines the numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from stat import S_ISDIR

from gradcli.process.walls.kernel import machine, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446     # on every architecture
ASK_VERSION = 1             # LANDLOCK_CREATE_RULESET_VERSION
PATH_BENEATH = 1            # LANDLOCK_RULE_PATH_BENEATH
ALL_THREADS = 8             # LANDLOCK_RESTRICT_SELF_TSYNC, from ABI 8 on

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
FILE_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}      # by the first ABI that has them
TCP_RIGHTS = 3              # binding and connecting, from ABI 4 on
SCOPES = 3                  # abstract sockets and signals, from ABI 6 on

UNRESTRICTED = {1: "moving files between folders", 2: "truncating files", 3: "TCP ports", 4: "devices",
                5: "signals and abstract sockets"}
"""What an ABI does not yet hold a process to."""


def abi_version() -> int:
    """The kernel's ABI; 0 where there is no Landlock."""
    if machine() is None:
        return 0
    try:
        return syscall(CREATE_RULESET, None, 0, ASK_VERSION)
    except OSError:
        return 0


def unrestricted(abi: int) -> list[str]:
    """What a kernel of this ABI leaves open."""
    return [text for version, text in UNRESTRICTED.items() if abi <= version]


def restrict(abi: int, readable: Iterable[str], writable: Iterable[str] = ()) -> None:
    """Take every right away but reading beneath the paths `readable`, and writing to the files `writable`.

    This holds for the calling thread and those that it starts; from ABI 8 on for all threads.
    """
    rights = FILE_RIGHTS[max(version for version in FILE_RIGHTS if version <= abi)]
    handled = (rights, TCP_RIGHTS if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = b"".join(value.to_bytes(8, "little") for value in handled)[:size]
    ruleset = syscall(CREATE_RULESET, attributes, size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for path in writable:
            _allow(ruleset, path, READ_FILE | WRITE_FILE)
        syscall(RESTRICT_SELF, ruleset, ALL_THREADS if abi >= 8 else 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Except what stands at a path from the ruleset; what is not there needs no exception."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError):
        return
    try:
        if not S_ISDIR(os.fstat(place).st_mode):
            rights &= ~READ_DIR
        syscall(ADD_RULE, ruleset, PATH_BENEATH, rights.to_bytes(8, "little") + place.to_bytes(4, "little"), 0)
    finally:
        os.close(place)
