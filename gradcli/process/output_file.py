"""Files that are written whole or not at all.

The content is written to a file without a name, which the kernel removes with the last process that has
it open. Where the file system knows none it has a name beside the target, with the number of the process
in it, and what a killed one has left is removed by the next that writes to this target. A link stays a
link and a file keeps its permissions; a device or a pipe is written to, never replaced.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from stat import S_IMODE, S_ISREG


class Unplaced:
    """A file that is being written and is not in its place yet. Errors are OSError."""

    def __init__(self, path: str) -> None:
        """Opens it, or the device or pipe at `path`, which is in its place already."""
        self.target = os.path.realpath(path)
        self.part = ""
        mode = _mode(path)
        self.direct = mode is not None and not S_ISREG(mode)
        if self.direct:
            self.descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            return
        self._open()
        if mode is not None:
            os.fchmod(self.descriptor, S_IMODE(mode) & 0o777)

    def _open(self) -> None:
        folder, name = os.path.split(self.target)
        _remove_abandoned(folder, name)
        unnamed = getattr(os, "O_TMPFILE", 0)
        if unnamed and os.path.isdir("/proc/self/fd"):
            with suppress(OSError):     # this file system may know none
                self.descriptor = os.open(folder, unnamed | os.O_WRONLY | os.O_CLOEXEC, 0o666)
                return
        self.part = f"{self.target}.{os.getpid()}.part"
        self.descriptor = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)

    def write(self, content: bytes) -> None:
        """Write all of `content`."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self.descriptor, rest):]

    def place(self, new: bool = False) -> None:
        """Put it in place; where it must be `new`, fail if something stands there."""
        if not self.direct:
            put_in_place(self.descriptor, self.part, self.target, new)
        self.part = ""

    def discard(self) -> None:
        """Close it; what is not in its place is removed."""
        os.close(self.descriptor)
        if self.part:
            with suppress(OSError):
                os.unlink(self.part)


def write_whole(path: str, content: bytes, new: bool = False) -> None:
    """Write a file in one step; where it must be `new`, fail if something stands there."""
    file = Unplaced(path)
    try:
        file.write(content)
        file.place(new)
    finally:
        file.discard()


def put_in_place(descriptor: int, part: str, target: str, new: bool = False) -> None:
    """Give an open file, whose name so far is `part` if it has one, the name `target`."""
    folder = os.open(os.path.dirname(target), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if new:
            _link(descriptor, part, os.path.basename(target), folder)
            if part:
                os.unlink(part)
            return
        if not part:
            part = f"{target}.{os.getpid()}.part"
            with suppress(FileNotFoundError):
                os.unlink(part)
            _link(descriptor, "", os.path.basename(part), folder)
        os.replace(part, target)
    finally:
        os.close(folder)


def _link(descriptor: int, part: str, name: str, folder: int) -> None:
    os.link(part or f"/proc/self/fd/{descriptor}", name, dst_dir_fd=folder, follow_symlinks=True)


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _remove_abandoned(folder: str, name: str) -> None:
    """Remove what processes have left that were killed while they wrote this file."""
    with suppress(OSError):
        for there in os.listdir(folder or "."):
            match = re.fullmatch(re.escape(name) + r"\.(\d+)\.part", there)
            if match and not _is_alive(int(match[1])):
                os.unlink(os.path.join(folder, there))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
