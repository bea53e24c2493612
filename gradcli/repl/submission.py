"""Whether a person has typed what is submitted.

A terminal that marks pasted text as such leaves no doubt. Elsewhere several lines that come in at once
were fed or pasted: when a person ends a line, there is nothing after it yet.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import NamedTuple

PROMPT, CONTINUED = ">>> ", "... "


class Submission(NamedTuple):
    """A text that is submitted, and whether a person has typed it."""

    text: str
    typed: bool


Reader = Callable[[], Submission]


def waiting(descriptor: int = 0) -> bool:
    """Whether there is input that nobody has read yet; by default on standard input."""
    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):       # closed
        return True


class Pace:
    """Whether lines come in faster than anybody types them."""

    def __init__(self) -> None:
        self.typed = True       # the line that was ended last
        self._together = False  # whether the next one has come in with it

    def ended(self, more: bool) -> bool:
        """A line has ended, with `more` input there at once; whether a person has typed it."""
        self.typed = not (more or self._together)
        self._together = more
        return self.typed
