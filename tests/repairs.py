"""Paste the first repair of a diagnosis into its program, as a person would who follows it to the letter."""

import re

from gradcli.errors import Fault
from gradcli.session import Session


def fault_of(text, style="modern", notes=None):
    """The fault that ends a program, or None."""
    try:
        Session(style=style, seed=0, note=notes.append if notes is not None else None).run(text)
    except Fault as fault:
        return fault
    return None


def pasted(text, fault):
    """`text` with the first repair where it says that it belongs, or in place of what the carets mark."""
    repair, why = fault.hints[0]
    lines = text.split("\n")
    where = re.match(r"(in|before|after) line (\d+)", why)
    if where:
        how, at = where[1], int(where[2]) - 1
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())] if not repair.startswith(" ") else ""
        first, last = {"in": (at, at + 1), "before": (at, at), "after": (at + 1, at + 1)}[how]
        lines[first:last] = [indent + repair]
        return "\n".join(lines)
    line, column, end_line, end = fault.span
    before, after = lines[line - 1][: column - 1], lines[end_line - 1][end - 1:]
    return "\n".join([*lines[: line - 1], before + repair + after, *lines[end_line:]])
