"""The limit on the bytes that a program prints, and the loss of the output they go to."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from gradcli.console.settings import Settings
from gradcli.faults.mistakes import OutputLimit


class OutputLost(BaseException):
    """Printing failed with `error`. No `except` of a program catches it, since it is not the program's fault."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


class Allowance:
    """The bytes that a program may still write, to standard output and standard error together."""

    def __init__(self, settings: Settings) -> None:
        self.most = 0 if settings.no_limits else settings.max_output or 0
        self.remaining: float = self.most or inf

    def spend(self, text: str) -> None:
        """Count `text`, or raise OutputLimit where it is more than may be written."""
        self.remaining -= len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if self.remaining < 0:
            raise OutputLimit(f"the program printed more than {self.most} bytes",
                             (f"--max-output {self.most * 10}", "more output"), ("--no-limits", "no limit at all"))


def counting_output(write: Callable[[str], object], allowance: Allowance) -> Callable[[str], None]:
    """`write`, counted towards the allowance; raises OutputLimit beyond it and OutputLost where writing fails."""
    def counting(text: str) -> None:
        allowance.spend(text)
        try:
            write(text)
        except OSError as error:
            raise OutputLost(error) from None

    return counting
