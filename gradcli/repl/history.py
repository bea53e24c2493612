"""What was typed, kept from one session to the next.

An entry is appended in one write as soon as it is submitted, so several REPLs can share
the file and a killed one loses nothing. Each of its lines begins with `+`; an empty line
separates entries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from prompt_toolkit.history import History

from gradcli import regular

KEPT = 10_000       # entries offered; the file itself is never cut
NEWEST = 4 << 20    # bytes of it that are read, from its end
LONGEST = 100_000   # characters of an entry that is offered: more is no pleasure to edit


class FileHistory(History):
    """The entries of a file, newest first, growing with the session."""

    def __init__(self, path: str, note: Callable[[str], None]) -> None:
        """`note` is told once if the file cannot be written."""
        super().__init__()
        self.path = path
        self.note = note
        self.works = True

    def load_history_strings(self) -> Iterable[str]:
        try:
            content = regular.tail(self.path, NEWEST)
        except OSError:
            return      # if it cannot be written either, that will be noted
        blocks = content.decode("utf-8", "replace").split("\n\n")
        for block in blocks[: -KEPT - 1 : -1]:
            entry = "\n".join(line[1:] for line in block.split("\n") if line.startswith("+"))
            if 0 < len(entry) <= LONGEST:
                yield entry

    def store_string(self, string: str) -> None:
        if not self.works:
            return
        block = "".join(f"+{line}\n" for line in string.split("\n")) + "\n"
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            file = regular.opened(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            try:
                os.fchmod(file, 0o600)      # also if something else has made it
                os.write(file, block.encode("utf-8", "replace"))
            finally:
                os.close(file)
        except OSError as error:
            self.works = False
            self.note(f"the history is not kept: {self.path}: {error.strerror}")
