"""Replaying sessions as a reader would see them."""

import re

from gradcli.errors import Fault, render
from gradcli.session import Session

PROMPT, MORE = ">>> ", "... "


def replayed(text, **options):
    """The transcript `text`, with its inputs run again and what they print now."""
    out = []
    session = Session(write=out.append, **options)
    for entry in entries(text):
        if entry[0] is None:
            out.append(entry[1] + "\n")
            continue
        shown, source = entry
        out.append(shown)
        try:
            session.run(source, "<stdin>")
        except Fault as fault:
            out.append(render(fault) + "\n")
    return "".join(out)


def entries(text):
    """The inputs of a transcript as (lines as shown, source), and its comment lines as (None, line)."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(PROMPT):
            shown, source = [line], [line[len(PROMPT):]]
            while at + 1 < len(lines) and re.match(r"\.\.\.( |$)", lines[at + 1]):
                at += 1
                shown.append(lines[at])
                source.append(lines[at][len(MORE):])
            yield "\n".join(shown) + "\n", "\n".join(source)
        elif line.startswith("# "):
            yield None, line
        at += 1
