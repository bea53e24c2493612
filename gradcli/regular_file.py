"""Reading regular files only.

Opening a FIFO waits for a writer, and a device such as /dev/zero never ends. Both can stand where a
file is expected: in a cloned repository, in a cache directory that others can write to, as a history.
"""

from __future__ import annotations

import errno
import os
import stat

KINDS = {stat.S_IFIFO: "a named pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}
FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0) | \
    getattr(os, "O_BINARY", 0)


def opened(path: str, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file. Raises OSError for everything else, and never waits."""
    if os.path.exists(path):        # opening some devices already does something
        check_regular(path, os.stat(path))
    descriptor = os.open(path, flags | FLAGS, 0o600)
    try:
        check_regular(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def check_regular(path: str, status: os.stat_result) -> None:
    """Raise OSError unless `status` is that of a regular file."""
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"it is {KINDS.get(kind, 'something else')} and not a regular file", path)


def read(path: str, most: int = -1) -> bytes:
    """The bytes of a regular file, the first `most` of them if that is not negative."""
    with open(opened(path), "rb") as file:
        content = file.read(most)
    if content is None:     # a file of /proc that would make its reader wait
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)
    return content


def tail(path: str, most: int) -> bytes:
    """At most the last `most` bytes of a regular file."""
    with open(opened(path), "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read(most)
