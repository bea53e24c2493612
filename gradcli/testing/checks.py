"""What a test file says: its checks, each an input with the text it should print.

However a file is written -- transcript, Markdown, reStructuredText, script, notebook -- it is
read into a Document: checks in order, and the knowledge of where their expected texts stand,
so that they can be rewritten without touching anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gradcli.commands.transcript import ended
from gradcli.errors import UsageFault

Lines = tuple[str, ...]

_OPTION = r"(?:skip|random|approx(?:[ \t]+[\d.]+(?:[eE][-+]?\d+)?)?|error[ \t]+G\d{4})"
OPTIONS = re.compile(rf"(?:^|[ \t])#[ \t]*({_OPTION}(?:[ \t]*,[ \t]*{_OPTION})*)[ \t]*$")
ORDER = re.compile(r"[ \t]*#[ \t]*gradcli:[ \t]*(.*)$")
UNCOMPARED = ("program", "unrun")
SKIP = "..."            # a line that stands for any lines
TOLERANCE = 1e-4        # of `# approx` without a number


class Options(NamedTuple):
    """What the comment at the end of an input asks for."""

    skip: bool = False              # not run at all
    random: bool = False            # type and size are compared, numbers are not
    approx: float | None = None     # numbers may differ by this much, relative to those above one
    error: str = ""                 # the code of the fault that must be raised, in whatever words


PLAIN = Options()


class Check(NamedTuple):
    """One input and what it should print.

    `kind` is how it is run: "prompt" as typed at the prompt, "script" as `gradcli run` does,
    "program" likewise but with nothing to compare, "cell" as a notebook does, "unrun" likewise but with
    nothing stored to compare, "numbered" as typed at IPython's prompt.
    """

    line: int                       # where the input begins in the file, from 1
    source: str
    expected: Lines = ()            # without ends of line
    at: int = 0                     # the file's line, from 0, on which the expected text begins
    options: Options = PLAIN
    orders: Lines = ()              # what `# gradcli:` asked for between the check before and this one
    kind: str = "prompt"
    prefix: str = ""                # what stands before each line of the block
    loose: bool = False             # blank lines at the end cannot be told from the block's own
    number: str = ""                # of the input, at IPython's prompt

    @property
    def is_compared(self) -> bool:
        """Whether there is an expected text."""
        return self.kind not in UNCOMPARED

    @property
    def head(self) -> str:
        """The first line of code, to call the check by."""
        lines = [line for line in self.source.split("\n") if line.strip()]
        code = [line for line in lines if not line.lstrip().startswith("#")]
        return (code or lines or [""])[0].strip()


class Parts(NamedTuple):
    """What a check printed: while it ran, as its value, and as the diagnostic of its fault."""

    stream: str = ""
    result: str | None = None
    fault: str | None = None
    code: str = ""                  # of the fault
    message: str = ""

    @property
    def lines(self) -> Lines:
        """All of it, as it would stand in a transcript."""
        return split("".join(ended(part) for part in (self.stream, self.result, self.fault) if part is not None))


class Document:
    """One test file as it was read."""

    def __init__(self, path: str, content: bytes, checks: Sequence[Check]) -> None:
        self.path = path
        self.content = content      # of the file that `rewritten` makes anew
        self.checks = list(checks)

    @property
    def target(self) -> str:
        """The file that holds the expected text."""
        return self.path

    def rewritten(self, changes: Mapping[int, tuple[Lines, Parts]]) -> bytes:
        """The file with new expected text for some checks, by index: the lines, and the parts they came from."""
        raise NotImplementedError


def options_of(source: str) -> Options:
    """The options in the comment that ends the first or the last line of an input."""
    if "#" not in source:
        return PLAIN
    lines = source.rstrip().split("\n")
    found = OPTIONS.search(lines[0]) or OPTIONS.search(lines[-1])
    if not found:
        return PLAIN
    made = Options()
    for word, *value in (option.split() for option in found[1].split(",")):
        if word == "approx":
            made = made._replace(approx=_tolerance(value[0]) if value else TOLERANCE)
        elif word == "error":
            made = made._replace(error=value[0])
        elif word == "random":
            made = made._replace(random=True)
        else:
            made = made._replace(skip=True)
    return made


def _tolerance(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageFault(f"# approx {text}: {text!r} is not a number", "# approx 1e-4") from None


def orders_in(text: str) -> list[str]:
    """The single orders of `# gradcli: new session, style modern`."""
    return [" ".join(order.split()) for order in text.split(",") if order.strip()]


def split(text: str) -> Lines:
    """The lines of a printed text."""
    if not text:
        return ()
    text = text.removesuffix("\n")
    return tuple(line.removesuffix("\r") for line in text.split("\n"))
