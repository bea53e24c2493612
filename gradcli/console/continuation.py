"""What is still open at the end of a line of code: a string, brackets, or the line itself."""

from __future__ import annotations

OPEN, CLOSE = "([{", ")]}"


class ContinuationState:
    """Reads lines of code one by one, and tracks what is open at the end: a string, brackets, a backslash."""

    __slots__ = ("depth", "joined", "quote")

    def __init__(self) -> None:
        self.quote = ""     # the delimiter of the string we are inside
        self.depth = 0      # how many brackets are open
        self.joined = False     # whether a backslash at the end takes the next line in

    @property
    def is_open(self) -> bool:
        return bool(self.quote) or self.depth > 0 or self.joined

    def feed(self, line: str) -> None:
        """Read one line of code."""
        i = 0
        self.joined = False
        while i < len(line):
            c = line[i]
            if self.quote:
                if c == "\\":
                    i += 1
                elif line.startswith(self.quote, i):
                    i += len(self.quote) - 1
                    self.quote = ""
            elif c == "#":
                return
            elif c in "'\"":
                self.quote = c * 3 if line.startswith(c * 3, i) else c
                i += len(self.quote) - 1
            elif c in OPEN:
                self.depth += 1
            elif c in CLOSE:
                self.depth = max(0, self.depth - 1)
            i += 1
        if len(self.quote) == 1 and not line.endswith("\\"):
            self.quote = ""     # a plain string ends with its line
        self.joined = not self.quote and line.endswith("\\")
