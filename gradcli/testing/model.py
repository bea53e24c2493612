"""The model of a test file: its checks, each an input with its expected output.

However a file is written -- transcript, Markdown, reStructuredText, script, notebook -- it is
read into a Document: checks in order, and the knowledge of where their expected texts stand,
so that they can be rewritten without touching anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from gradcli.data.transcript import with_newline

Lines = tuple[str, ...]

_OPTION = r"(?:skip|random|approx(?:[ \t]+[\d.]+(?:[eE][-+]?\d+)?)?|error[ \t]+G\d{4})"
OPTIONS = re.compile(rf"(?:^|[ \t])#[ \t]*({_OPTION}(?:[ \t]*,[ \t]*{_OPTION})*)[ \t]*$")
COMMENT = re.compile(r"(?:^|[ \t])#[ \t]*([A-Za-z]+)(?:(?:[ \t]+|[ \t]*[:=][ \t]*)(\S+))?[ \t]*$")
EXCEPTION = re.compile(r"[A-Z]\w+(?:Error|Exception)")
WORDS = ("skip", "random", "approx", "error")
DIRECTIVE = re.compile(r"[ \t]*#[ \t]*gradcli:[ \t]*(.*)$")
UNCOMPARED = ("program", "unrun")
SKIP = "..."            # a line that stands for any lines
TOLERANCE = 1e-4        # of `# approx` without a number


class CheckOptions(NamedTuple):
    """The options in the comment at the end of an input."""

    skip: bool = False              # not run at all
    random: bool = False            # type and size are compared, numbers are not
    approx: float | None = None     # numbers may differ by this much, relative to those above one
    error: str = ""                 # the code of the fault that must be raised, in whatever words
    problem: str = ""               # why the comment, which resembles an option, is none


PLAIN = CheckOptions()


class Check(NamedTuple):
    """One input and its expected output.

    `kind` is how it is run: "prompt" as typed at the prompt, "script" as `gradcli run` does,
    "program" likewise but with nothing to compare, "cell" as a notebook does, "unrun" likewise but with
    nothing stored to compare, "numbered" as typed at IPython's prompt, "command" as typed at a shell's.
    """

    line: int                       # where the input begins in the file, from 1
    source: str
    expected: Lines = ()            # without ends of line
    at: int = 0                     # the file's line, from 0, on which the expected text begins
    options: CheckOptions = PLAIN
    directives: Lines = ()              # what `# gradcli:` asked for between the check before and this one
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


class OutputParts(NamedTuple):
    """The output of a check: the stream while it ran, the text of its value, the diagnostic of its fault."""

    stream: str = ""
    result: str | None = None
    fault: str | None = None
    code: str = ""                  # of the fault
    message: str = ""
    exception: str = ""             # the name of Python's exception, or the program's own, that the fault is

    @property
    def lines(self) -> Lines:
        """All of the output, as the lines of a transcript."""
        return split("".join(with_newline(part) for part in (self.stream, self.result, self.fault) if part is not None))


class Document:
    """One test file as it was read."""

    def __init__(self, path: str, content: bytes, checks: Sequence[Check]) -> None:
        self.path = path
        self.content = content      # of the file that `rewritten` produces anew
        self.checks = list(checks)
        self.notes: list[str] = []  # on blocks that may have been meant as tests

    @property
    def target(self) -> str:
        """The file that holds the expected text."""
        return self.path

    def rewritten(self, changes: Mapping[int, tuple[Lines, OutputParts]]) -> bytes:
        """The file with new expected text for some checks, by index: the lines, and the parts they came from."""
        raise NotImplementedError


NO_CODE = ": the code of a fault belongs there"


def options_of(source: str) -> CheckOptions:
    """The options in the comment that ends the first or the last line of an input."""
    if "#" not in source:
        return PLAIN
    lines = source.rstrip().split("\n")
    match = OPTIONS.search(lines[0]) or OPTIONS.search(lines[-1])
    if not match:
        return _misspelt(lines[0]) or _misspelt(lines[-1]) or PLAIN
    options = CheckOptions()
    for word, *value in (option.split() for option in match[1].split(",")):
        if word == "approx":
            try:
                options = options._replace(approx=float(value[0]) if value else TOLERANCE)
            except ValueError:
                return CheckOptions(problem=f"# approx {value[0]}: {value[0]!r} is not a number; write # approx 1e-4")
        elif word == "error":
            options = options._replace(error=value[0])
        elif word == "random":
            options = options._replace(random=True)
        else:
            options = options._replace(skip=True)
    return options


def _misspelt(line: str) -> CheckOptions | None:
    """Options with the problem of a comment that nearly is an option; None for any other comment."""
    comment = COMMENT.search(line)
    if comment is None:
        return None
    word, value, written = comment[1], comment[2] or "", comment[0].strip()
    if OPTIONS.search(meant := f"# {word.lower()} {value.upper() if word.lower() == 'error' else value}".rstrip()):
        return CheckOptions(problem=f"{written} is no option; write {meant}")
    if word.lower() == "error" and (not value or any(map(str.isdigit, value)) or EXCEPTION.fullmatch(value)):
        return CheckOptions(problem=written + NO_CODE)
    if word == "approx" and (value[:1] in tuple("0123456789.-+") or value in ("nan", "inf")):
        return CheckOptions(problem=f"# approx {value}: {value!r} is no tolerance; write # approx 1e-4")
    if word in WORDS or word.startswith(WORDS) or (value and not any(map(str.isdigit, value))):
        return None
    suggestions = get_close_matches(word, WORDS, 1, 0.8)
    return CheckOptions(problem=f"# {word} is no option; did you mean # {suggestions[0]}?") if suggestions else None


def directives_in(text: str) -> list[str]:
    """The single directives of `# gradcli: new session, style modern`."""
    return [" ".join(directive.split()) for directive in text.split(",") if directive.strip()]


def split(text: str) -> Lines:
    """The lines of a printed text."""
    if not text:
        return ()
    text = text.removesuffix("\n")
    return tuple(line.removesuffix("\r") for line in text.split("\n"))
