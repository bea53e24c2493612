"""Values computed from the package's own files (parser tables, the index of operations), cached for quick starts.

A wheel contains them; a checkout computes them on first use and writes them to the user's cache directory. Each file
begins with a key, which names everything the value was computed from, so that a stale file is never used; a checksum
detects damage. A cache file that another user owns or can write to is ignored, because its content becomes code.
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


def load_or_make(name: str, key: bytes, make: Callable[[], Any], packed: str = "") -> Any:
    """The value that `make` computes, from the file `packed` or from the cache if either has this key."""
    value = read_artifact(packed, key) if packed else None
    if value is None:
        value = read_artifact(path_of(name), key, private=True)
    if value is not None:
        return value
    value = make()
    write_artifact(path_of(name), key, value)
    return value


def is_current(name: str, packed: str, *sources: str) -> bool:
    """Whether a value is packed, or cached in a file that is newer than all its source files and folders."""
    if os.path.exists(packed):
        return True
    try:
        since = os.stat(path_of(name)).st_mtime_ns
        return all(os.stat(os.path.join(folder, name)).st_mtime_ns < since
                   for source in sources for folder, _, names in os.walk(source) for name in names
                   if name.endswith((".py", ".lark")))
    except OSError:
        return False


def home_folder() -> str:
    """The user's home: on POSIX that of the password database where HOME is empty or, as nobody's home is, relative."""
    if os.name != "posix" or os.path.isabs(os.environ.get("HOME", "")):
        return os.path.expanduser("~")
    from pwd import getpwuid

    try:
        return getpwuid(os.getuid()).pw_dir
    except KeyError:        # a user without an entry
        return os.sep


def path_of(name: str) -> str:
    """The path of the cache file, which depends on the package's directory and the Python version."""
    folder = os.environ.get("XDG_CACHE_HOME", "")       # one that is relative may be anybody's, and counts as none
    home = folder if os.path.isabs(folder) else os.path.join(home_folder(), ".cache")
    here = crc32(os.path.abspath(__file__).encode())
    return os.path.join(home, "gradcli", f"{name}-{sys.version_info.major}.{sys.version_info.minor}-{here:08x}.bin")


def pack(key: bytes, value: Any) -> bytes:
    """The content of a file: the key, a checksum and the marshalled value."""
    content = marshal.dumps(value, FORMAT)
    return key + crc32(content).to_bytes(CHECKSUM, "big") + content


def read_artifact(path: str, key: bytes, private: bool = False) -> Any:
    """The value in a file; None if the key differs, or the file is damaged or absent.

    A `private` file must be the user's own, with nobody else allowed to write to it.
    """
    try:
        with open(regular_file.opened(path), "rb") as file:
            if private and not _is_trusted(os.fstat(file.fileno())):
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
    except (EOFError, ValueError, TypeError):       # an empty content has the right checksum
        return None


def _is_trusted(status: os.stat_result) -> bool:
    """Whether nobody but this user, or the system's administrator, can have written a file."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def write_artifact(path: str, key: bytes, value: Any) -> None:
    """Write a value to `path`, whole or not at all. An OSError is ignored: this is only a cache."""
    from tempfile import mkstemp

    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as file:
            file.write(pack(key, value))
        os.replace(temporary, path)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
