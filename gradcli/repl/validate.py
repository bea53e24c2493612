"""Whether Enter submits or continues, and how far the next line is indented."""

from __future__ import annotations

INDENT = 4
LEAVING = ("return", "break", "continue", "pass", "raise")


def ready(text: str) -> bool:
    """Whether a text can be submitted: a command, a finished program, or one that no more text can mend."""
    if text.lstrip().startswith(":") or not text.strip() or text.rstrip().endswith("?"):
        return True
    from gradcli.lang.parse import completeness

    return completeness(text) != "incomplete"


def indentation(text: str) -> str:
    """The blanks that the line after `text` begins with."""
    lines = text.split("\n")
    last = lines[-1]
    blanks = last[: len(last) - len(last.lstrip())]
    words = last.split()
    if last.rstrip().endswith(":"):
        return blanks + " " * INDENT
    if words and words[0] in LEAVING:
        return blanks[:-INDENT]
    return blanks
