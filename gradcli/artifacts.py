"""Things worked out from the package's own files, kept so that a start need not work them out again.

A wheel carries them; a checkout makes them on first use and keeps them in the user's cache
directory. Each begins with a key, which is everything it was made from, so what does not
belong to the files as they stand is never used; a checksum finds out what is damaged. A cache
that somebody else owns or can write to is ignored, since what it holds becomes code.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
from collections.abc import Callable
from typing import Any
from zlib import crc32

from gradcli import regular_file

CHECKSUM = 4        # bytes
FORMAT = 4          # of marshal: understood by every Python since 3.4


def kept(name: str, key: bytes, make: Callable[[], Any], packed: str = "") -> Any:
    """What `make` gives, from the file `packed` or from the cache if either was made with this key."""
    found = read(packed, key) if packed else None
    if found is None:
        found = read(path_of(name), key, private=True)
    if found is not None:
        return found
    made = make()
    write(path_of(name), key, made)
    return made


def is_current(name: str, packed: str, *sources: str) -> bool:
    """Whether a thing is packed, or kept in a file that is newer than the files and folders it is made from."""
    if os.path.exists(packed):
        return True
    try:
        since = os.stat(path_of(name)).st_mtime_ns
        return all(os.stat(os.path.join(folder, name)).st_mtime_ns < since
                   for source in sources for folder, _, names in os.walk(source) for name in names
                   if name.endswith((".py", ".lark")))
    except OSError:
        return False


def path_of(name: str) -> str:
    """Where this copy of the package, under this Python, keeps a made thing."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    here = crc32(os.path.abspath(__file__).encode())
    return os.path.join(home, "gradcli", f"{name}-{sys.version_info.major}.{sys.version_info.minor}-{here:08x}.bin")


def pack(key: bytes, made: Any) -> bytes:
    """What a file holds: the key, a checksum, and the thing."""
    content = marshal.dumps(made, FORMAT)
    return key + crc32(content).to_bytes(CHECKSUM, "big") + content


def read(path: str, key: bytes, private: bool = False) -> Any:
    """The thing in a file; None if it was made from something else, or is damaged or absent.

    A `private` file must be the user's own, with nobody else allowed to write to it.
    """
    try:
        with open(regular_file.opened(path), "rb") as file:
            if private and not _trusted(os.fstat(file.fileno())):
                return None
            data = memoryview(file.read())
    except OSError:
        return None
    start = len(key) + CHECKSUM
    content = data[start:]
    if data[: len(key)] != key or crc32(content) != int.from_bytes(data[len(key) : start], "big"):
        return None
    try:
        return marshal.loads(content)
    except (EOFError, ValueError, TypeError):       # the checksum of nothing is right
        return None


def _trusted(status: os.stat_result) -> bool:
    """Whether nobody but this user, or the system's administrator, can have written a file."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def write(path: str, key: bytes, made: Any) -> None:
    """Keep a thing at `path`, whole or not at all. That it cannot be written is no fault: it is a cache."""
    from tempfile import mkstemp

    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as file:
            file.write(pack(key, made))
        os.replace(temporary, path)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
