"""IPython's own commands in a text: `%matplotlib inline`, `!ls`, `x?`. Statements alone begin with one.

Within brackets, within a string and after a backslash such a line is code: a `%` there takes a remainder
or fills in a format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradcli.console.continuation import ContinuationState

COMMAND = re.compile(r"([ \t]*)(?:[%!]|\?{1,2}[\w.]|[A-Za-z_][\w.]*\?{1,2}[ \t]*$)")
TIMED = re.compile(r"([ \t]*)%time[ \t]+(?=\S)")        # runs the statement behind it
ASSIGNED = re.compile(r"([ \t]*)([A-Za-z_][\w, \t]*=[ \t]*)(?:%time[ \t]+(?=\S)|([%!]))")    # its result is kept
SILENT = re.compile(r"[ \t]*%(?:matplotlib|load_ext|reload_ext|autoreload|config)\b")     # commands that print nothing
NOTED = re.compile(r"%[A-Za-z]")                         # the language itself says that it leaves this out
CELL = re.compile(r"[ \t\n]*%%(\w*)[^\n]*")
RUNNING = ("time", "capture", "prun")       # commands of a whole cell that run its body in the notebook's names
INSTEAD = "pass"


def without_magic(source: str) -> str:
    """A cell without IPython's commands; each line stays where it was."""
    head = CELL.match(source)
    if head:
        source = "\n" * head[0].count("\n") + source[head.end():]
    if not any(mark in source for mark in "%!?"):
        return source
    return "\n".join(as_code(source.split("\n")))


def as_code(lines: Sequence[str]) -> list[str]:
    """Lines of code in which a statement that is a command of IPython's does nothing."""
    code: list[str] = []
    reader = ContinuationState()
    commanding = False       # whether the command of the line before goes on in this one
    for line in lines:
        if commanding:
            commanding = line.endswith("\\")
            code.append("")
            continue
        if not reader.is_open:
            if timed := TIMED.match(line):
                line = timed[1] + line[timed.end():]
            elif command := COMMAND.match(line):
                commanding = line.endswith("\\")
                if not NOTED.match(line):
                    line = command[1] and command[1] + INSTEAD
                code.append(line)
                continue
            elif assigned := ASSIGNED.match(line):
                if assigned[3]:
                    commanding = line.endswith("\\")
                    code.append(assigned[1] and assigned[1] + INSTEAD)
                    continue
                line = assigned[1] + assigned[2] + line[assigned.end():]
        reader.feed(line)
        code.append(line)
    return code


def untimed(text: str) -> str:
    """A line that is typed with %time before its statement or its value, without it."""
    match = TIMED.match(text) or ASSIGNED.match(text)
    if not match or match.re is ASSIGNED and match[3]:
        return text
    return match[1] + (match[2] if match.re is ASSIGNED else "") + text[match.end():]


def is_foreign(source: str) -> bool:
    """Whether a cell is for another program, such as a shell: nothing of it is the notebook's."""
    magic = _cell_magic(source)
    return magic is not None and magic not in RUNNING


def is_captured(source: str) -> bool:
    """Whether a cell keeps what it prints and shows to itself: one that begins with %%capture."""
    return _cell_magic(source) == "capture"


def _cell_magic(source: str) -> str | None:
    """The word after %% at the head of a cell; None where there is none."""
    head = CELL.match(source)
    return head[1] if head else None


def prints_of_its_own(source: str) -> bool:
    """Whether a cell has a command of IPython's that prints what is not known here: times, files, what a shell says."""
    if CELL.match(source):
        return True
    reader = ContinuationState()
    for line in source.split("\n"):
        if not reader.is_open and (line.lstrip()[:1] in ("%", "!") and not SILENT.match(line) or untimed(line) != line):
            return True
        reader.feed(line)
    return False
