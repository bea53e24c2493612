"""The history of the prompt, saved from one session to the next: prompt_toolkit's file, with limits.

An entry is appended in one write as soon as it is submitted, so several REPLs can share
the file and a killed one loses nothing. Each of its lines begins with `+`; an empty line
separates entries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

from prompt_toolkit import history

from gradcli import regular_file
from gradcli.process.walls.sandbox import keep

MOST_ENTRIES = 10_000   # entries offered; the file itself is never cut
NEWEST = 4 << 20    # bytes of it that are read, from its end
LONGEST = 100_000   # characters of an entry that is offered: more is no pleasure to edit


class FileHistory(history.FileHistory):
    """A history file that is opened once, before the process is locked, and read and appended within limits."""

    def __init__(self, path: str, note: Callable[[str], None]) -> None:
        """`note` is called once if the file cannot be written."""
        super().__init__(path)
        self.path = path
        self.note = note
        self._file = -1         # reads what was there
        self._end = -1          # appends, and can do nothing else: this process may be taken over later
        self._works = True

    def open(self) -> None:
        """Open the file, and make it if need be: later this process may be locked."""
        if self._file >= 0 or not self._works:
            return
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            self._end = self._opened(os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.fchmod(self._end, 0o600)     # also if something else has made it
        except OSError as error:
            self._fail(error)
        with suppress(OSError):
            self._file = self._opened(os.O_RDONLY)      # can be offered all the same if it cannot be written

    def _opened(self, flags: int) -> int:
        file = regular_file.opened(self.path, flags)
        keep(file)
        return file

    def load_history_strings(self) -> Iterable[str]:
        """At most MOST_ENTRIES from the last NEWEST bytes of the file, newest first; none if it cannot be read."""
        if self._file < 0 and not os.path.exists(self.path):
            return []
        self.open()
        try:
            os.lseek(self._file, max(0, os.fstat(self._file).st_size - NEWEST), os.SEEK_SET)
            self.filename = os.dup(self._file)  # type: ignore[assignment]  # open() takes descriptors, and closes them
            entries = super().load_history_strings()
        except OSError:
            return []   # if it cannot be written either, that will be noted
        return islice((entry for entry in entries if 0 < len(entry) <= LONGEST), MOST_ENTRIES)

    def store_string(self, string: str) -> None:
        """Append an entry."""
        self.open()
        if self._works:
            block = "".join(f"+{line}\n" for line in string.split("\n")) + "\n"
            try:
                os.write(self._end, block.encode("utf-8", "replace"))
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._works = False
        self.note(f"the history is not kept: {self.path}: {error.strerror}")
