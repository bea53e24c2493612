"""Check repairs by pasting them: a repair stays one if the parser then gets further than the place of the fault, and
all names that it brings along are there.
"""

from __future__ import annotations

import dis
import re
from collections.abc import Callable, Collection
from types import CodeType

from gradcli.faults.tree import Fault, LimitFault, SyntaxFault

LINE_PLACE = re.compile(r"(in|before|after) line (\d+)(.*)")
SHELL = ("gradcli ", "--", "pip ", "python ")      # what is typed at the shell and goes into no program
OUTDENTED = ": at the level"        # what follows the place where a repair brings its own indentation


def pasted(text: str, fault: Fault, repair: str, why: str) -> str:
    """Return `text` with a repair inserted at the line that `why` names, or else in place of the marked span."""
    lines = text.split("\n")
    where = LINE_PLACE.match(why)
    if where:
        relation, at = where[1], int(where[2]) - 1
        line = lines[at]
        own = repair.startswith(" ") or where[3].startswith(OUTDENTED)
        first, last = {"in": (at, at + 1), "before": (at, at), "after": (at + 1, at + 1)}[relation]
        lines[first:last] = [("" if own else line[: len(line) - len(line.lstrip())]) + repair]
        return "\n".join(lines)
    assert fault.span is not None
    first, column, end_line, end = fault.span
    before, after = lines[first - 1][: column - 1], lines[end_line - 1][end - 1 :]
    return "\n".join([*lines[: first - 1], before + repair + after, *lines[end_line:]])


def keep_pasteable(fault: Fault, read: Callable[[str], object], defined: Collection[str] | None = None) -> None:
    """Turn repairs that cannot be pasted but have an explanation into notes, and drop the others that cannot.

    `read` parses and lowers a program without running it, and may return its code object; it raises the fault of a
    text that is no program. `defined` are the names that have a value where the fault is: a repair with any other name
    that the program does not set is an example, which belongs into a note.
    """
    if isinstance(fault, LimitFault) or not fault.span or not fault.source:
        return
    pasteable = []
    missing = _unset_names(fault.source, read, defined) if defined is not None and fault.hints else None
    for repair, why in fault.hints:
        if repair.startswith(SHELL) or _readable(fault, repair, why, read, defined, missing):
            pasteable.append((repair, why))
        elif why:
            fault.notes.append(f"{repair}{'' if repair.endswith(':') else ':'} {why}")
    fault.hints = pasteable


def _readable(fault: Fault, repair: str, why: str, read: Callable[[str], object], defined: Collection[str] | None,
              missing: Collection[str] | None) -> bool:
    """Whether the program with the repair parses, or parses further than the place of the fault, without names that
    neither are known nor are `missing` in the program as it stands."""
    text = pasted(fault.source, fault, repair, why)
    try:
        code = read(text + "\n")     # a block at the end ends on the line after it
    except LimitFault:
        return True
    except SyntaxFault as after:
        return isinstance(fault, SyntaxFault) and _later(after, fault)
    except Fault as after:
        return fault.status == after.status and _later(after, fault)
    return defined is None or missing is None or not isinstance(code, CodeType) or (
        global_reads(code).difference(defined) <= set(missing))


def _unset_names(text: str, read: Callable[[str], object], defined: Collection[str]) -> set[str] | None:
    """The names that a program reads although they are neither known nor set by it; None if it cannot be read."""
    try:
        code = read(text + "\n")
    except Fault:
        return None
    return global_reads(code).difference(defined) if isinstance(code, CodeType) else None


def global_reads(code: CodeType) -> set[str]:
    """The global names that a program's code reads and sets nowhere, without the runtime's own."""
    read: set[str] = set()
    stored: set[str] = set()
    pending = [code]
    while pending:
        code = pending.pop()
        pending += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
                read.add(step.argval)
            elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
                stored.add(step.argval)
    return {name for name in read - stored if not name.startswith((".", "__"))}


def _later(after: Fault, fault: Fault) -> bool:
    return after.span is not None and fault.span is not None and after.span[:2] > fault.span[:2]
