"""Check repairs by pasting them: a repair stays one if the parser then gets further than the place of the fault."""

from __future__ import annotations

import re
from collections.abc import Callable

from gradcli.faults.tree import Fault, LimitFault, SyntaxFault

LINE_PLACE = re.compile(r"(in|before|after) line (\d+)(.*)")
SHELL = ("gradcli ", "--", "pip ", "python ")      # what is typed at the shell and goes into no program
OUTDENTED = ": at the level"        # what follows the place where a repair brings its own indentation


def pasted(text: str, fault: Fault, repair: str, why: str) -> str:
    """Return `text` with a repair inserted at the line that `why` names, or else in place of the marked span."""
    lines = text.split("\n")
    where = LINE_PLACE.match(why)
    if where:
        how, at = where[1], int(where[2]) - 1
        line = lines[at]
        own = repair.startswith(" ") or where[3].startswith(OUTDENTED)
        first, last = {"in": (at, at + 1), "before": (at, at), "after": (at + 1, at + 1)}[how]
        lines[first:last] = [("" if own else line[: len(line) - len(line.lstrip())]) + repair]
        return "\n".join(lines)
    assert fault.span is not None
    first, column, end_line, end = fault.span
    before, after = lines[first - 1][: column - 1], lines[end_line - 1][end - 1 :]
    return "\n".join([*lines[: first - 1], before + repair + after, *lines[end_line:]])


def keep_pasteable(fault: Fault, read: Callable[[str], object]) -> None:
    """Turn repairs that cannot be pasted but have an explanation into notes, and drop the others that cannot.

    `read` parses and lowers a program without running it; it raises the fault of a text that is no program.
    """
    if isinstance(fault, LimitFault) or not fault.span or not fault.source:
        return
    pasteable = []
    for repair, why in fault.hints:
        if repair.startswith(SHELL) or _readable(fault, repair, why, read):
            pasteable.append((repair, why))
        elif why:
            fault.notes.append(f"{repair}{'' if repair.endswith(':') else ':'} {why}")
    fault.hints = pasteable


def _readable(fault: Fault, repair: str, why: str, read: Callable[[str], object]) -> bool:
    """Whether the program with the repair parses, or parses further than the place of the fault."""
    try:
        read(pasted(fault.source, fault, repair, why) + "\n")     # a block at the end ends on the line after it
    except LimitFault:
        return True
    except SyntaxFault as after:
        return isinstance(fault, SyntaxFault) and _later(after, fault)
    except Fault as after:
        return fault.status == after.status and _later(after, fault)
    return True


def _later(after: Fault, fault: Fault) -> bool:
    return after.span is not None and fault.span is not None and after.span[:2] > fault.span[:2]
