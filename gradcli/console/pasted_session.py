"""Pasted sessions become programs again: prompts and old output go, text inside strings stays."""

from __future__ import annotations

import re

from gradcli.console.continuation import ContinuationState
from gradcli.console.ipython_lines import as_code

PROMPT = re.compile(r"[ \t]*(?:>>>|In ?\[[\d ]*\]:)(?: |$)?")
NUMBERED = re.compile(r"[ \t]*In ?\[", re.MULTILINE)
CONTINUED = re.compile(r"[ \t]*\.\.\.(?: |$)|[ \t]*\.{3,}:(?: |$)?")
BANNER = re.compile(r"(?:I?Python \d|Type \"help\"|Type 'copyright'|IPython \d|gradcli \d)")
FAILED = re.compile(r"\s*(?:error\[\w+\]|Traceback \(most recent|[\w.]*[A-Z]\w*(?:Error|Exception|Interrupt)\b)")


def is_session(text: str) -> bool:
    """Whether `text` is a pasted session: whether a line outside strings begins with a prompt."""
    if ">>>" not in text and "In [" not in text and "In[" not in text:
        return False
    reader = ContinuationState()
    for line in text.splitlines():
        if not reader.quote and PROMPT.match(line):
            return True
        reader.feed(line)
    return False


def code_lines(text: str) -> list[str | None]:
    """For each line of a pasted session its code, or None where it was output.

    Lines above the first prompt are code too, unless they greet: selecting with the mouse
    often misses the first prompt. A line without a prompt also stays where a string or a
    bracket is still open, since no output can come before the statement is finished.
    """
    codes: list[str | None] = []
    reader, prompted, continuing, margin = ContinuationState(), False, True, ""
    for line in text.splitlines():
        code: str | None
        if not reader.quote and (prompt := PROMPT.match(line)):
            reader.depth = 0    # a bracket left open by a line that was an error
            code, prompted, continuing = line[prompt.end():], True, True
            margin = _margin(code) if NUMBERED.match(line) else ""      # IPython drops it
            code = code[len(margin):]
        elif continuing and prompted and (prompt := CONTINUED.match(line)):
            code = line[prompt.end():]
            code = code if reader.quote else code.removeprefix(margin)
        elif (reader.is_open and continuing) or (not prompted and not BANNER.match(line)):
            code = line
        else:       # a blank line may stand between any two, as pages show sessions
            code, continuing = None, continuing and not line.strip()
        if code is not None:
            reader.feed(code)
        codes.append(code)
    return _without_commands(codes) if NUMBERED.search(text) else codes


def _without_commands(codes: list[str | None]) -> list[str | None]:
    """The code of a session of IPython's, its commands left out."""
    code = iter(as_code([line for line in codes if line is not None]))
    return [None if line is None else next(code) for line in codes]


def failures(text: str) -> set[str]:
    """The statements of a pasted session below which it shows that they failed."""
    failed: set[str] = set()
    statement: list[str] = []
    lines = text.splitlines()
    for line, code in zip(lines, code_lines(text) if is_session(text) else lines, strict=True):
        if code is None:
            if statement and FAILED.match(line):
                failed.add("\n".join(statement).strip())
        elif PROMPT.match(line):
            statement = [code]
        else:
            statement.append(code)
    return failed


def commands(text: str) -> set[str]:
    """The commands of the prompt in a pasted text, by their lines."""
    lines = (line.strip() for line in clean_paste(text).split("\n"))
    return {line for line in lines if line.startswith(":")}


def clean(text: str) -> str:
    """The program in a text, with every line where it was; a text that is no session is returned as it is."""
    if not is_session(text):
        return text
    return "\n".join(line or "" for line in code_lines(text)) + "\n"


def _unfenced(text: str) -> str:
    """What stands between the first and the last line, where these are the fence of a block of Markdown."""
    lines = text.strip().split("\n")
    fence = lines[0][:3]
    fenced = (len(lines) > 2 and fence in ("```", "~~~") and fence[0] not in lines[0][3:]
              and lines[-1].strip() == fence)
    return "\n".join(lines[1:-1]) if fenced else text


def _margin(line: str) -> str:
    """The blanks and tabs that a line begins with."""
    return line[:len(line) - len(line.lstrip(" \t"))]


def without_margin(text: str) -> str:
    """A text without the margin of its first line, if every line outside strings and brackets has it."""
    lines = text.split("\n")
    margin = next((_margin(line) for line in lines if line.strip()), "")
    reader = ContinuationState()
    out = []
    for line in lines if margin else ():
        if line.startswith(margin):
            line = "" if not line.strip() else line if reader.quote else line.removeprefix(margin)
        elif line.strip() and not reader.is_open:
            return text
        reader.feed(line)
        out.append(line)
    return "\n".join(out) if margin else text


def clean_paste(text: str) -> str:
    """What bracketed paste puts into the buffer: the program alone, with plain line ends."""
    text = _unfenced(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not is_session(text):
        return text
    return "\n".join(line for line in code_lines(text) if line is not None)
