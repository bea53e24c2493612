"""Things worked out from the package's own files, kept so that a start need not work them out again.

A wheel carries them; a checkout makes them on first use and keeps them in the user's cache
directory. Each begins with a key, which is everything it was made from, so what does not
belong to the files as they stand is never used.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable
from typing import Any
from zlib import crc32

FORMAT = 4          # of marshal: understood by every Python since 3.4


def kept(name: str, key: bytes, make: Callable[[], Any], packed: str = "") -> Any:
    """What `make` gives, from the file `packed` or from the cache if either was made with this key."""
    for path in (packed, path_of(name)):
        found = read(path, key) if path else None
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
        return all(file.stat().st_mtime_ns < since
                   for source in sources for file in os.scandir(source) if file.name.endswith((".py", ".lark")))
    except OSError:
        return False


def path_of(name: str) -> str:
    """Where this copy of the package, under this Python, keeps a made thing."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    here = crc32(os.path.abspath(__file__).encode())
    return os.path.join(home, "gradcli", f"{name}-{sys.version_info.major}.{sys.version_info.minor}-{here:08x}.bin")


def pack(key: bytes, made: Any) -> bytes:
    """What a file holds: the key, then the thing."""
    return key + marshal.dumps(made, FORMAT)


def read(path: str, key: bytes) -> Any:
    """The thing in a file; None if it was made from something else, or is damaged or absent."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if not data.startswith(key):
        return None
    try:
        return marshal.loads(memoryview(data)[len(key):])
    except (EOFError, ValueError, TypeError):       # cut short or damaged
        return None


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
