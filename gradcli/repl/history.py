"""What was typed, kept from one session to the next.

An entry is appended in one write as soon as it is submitted, so several REPLs can share
the file and a killed one loses nothing. Each of its lines begins with `+`; an empty line
separates entries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from prompt_toolkit.history import History

from gradcli.process.sandbox import keep

KEPT = 10_000       # entries offered; the file itself is never cut


class FileHistory(History):
    """The entries of a file, newest first, growing with the session."""

    def __init__(self, path: str, note: Callable[[str], None]) -> None:
        """`note` is told once if the file cannot be written."""
        super().__init__()
        self.path = path
        self.note = note
        self._file = -1         # appends, and reads what was there
        self._works = True

    def open(self) -> None:
        """Open the file, and make it if need be: later this process may be locked."""
        if self._file >= 0 or not self._works:
            return
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            keep(file)
            self._file = file
            os.fchmod(file, 0o600)      # also if something else has made it
        except OSError as error:
            self._fail(error)

    def load_history_strings(self) -> Iterable[str]:
        if self._file < 0 and not os.path.exists(self.path):
            return
        self.open()
        try:
            blocks = self._content().decode("utf-8", "replace").split("\n\n")
        except OSError:
            return
        for block in blocks[: -KEPT - 1 : -1]:
            entry = "\n".join(line[1:] for line in block.split("\n") if line.startswith("+"))
            if entry:
                yield entry

    def store_string(self, string: str) -> None:
        self.open()
        if self._works:
            block = "".join(f"+{line}\n" for line in string.split("\n")) + "\n"
            try:
                os.write(self._file, block.encode("utf-8", "replace"))
            except OSError as error:
                self._fail(error)

    def _content(self) -> bytes:
        pieces: list[bytes] = []
        at = 0
        while piece := os.pread(self._file, 1 << 20, at):
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)

    def _fail(self, error: OSError) -> None:
        self._works = False
        self.note(f"the history is not kept: {self.path}: {error.strerror}")
