"""What completion offers at places of their own: behind `import`, and for the arguments of a call."""

from __future__ import annotations

import re

from gradcli.repl.core import Repl

FROM = re.compile(r"\s*from\s+([\w.]+)\s+import\s+(?:\(\s*)?(?:\w+(?:\s+as\s+\w+)?\s*,\s*)*(\w*)")
MODULE = re.compile(r"\s*(?:from|import(?:\s+[\w.]+(?:\s+as\s+\w+)?\s*,)*)\s+([\w.]*)")
CALLED = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*$")
ARGUMENT = re.compile(r"[(,]\s*(\w*)$")
FAR = 2000      # characters before the cursor in which the beginning of a call is looked for


def import_candidates(repl: Repl, line: str) -> tuple[str, list[str]] | None:
    """The beginning of a name that is to be imported, and what it may become; None elsewhere."""
    modules = repl.session.modules
    if match := FROM.fullmatch(line):
        path, start = match.groups()
        inner = [name.rpartition(".")[2] for name in modules if name.rpartition(".")[0] == path]
        names = repl.session.attributes(modules[path]) if path in modules else []
        return start, sorted({*inner, *names})
    if match := MODULE.fullmatch(line):
        start = match[1]
        return start, sorted(name for name in modules if name.count(".") <= start.count("."))
    return None


def argument_candidates(repl: Repl, before: str) -> dict[str, str]:
    """What may be given by name at the cursor, if it stands in a call where an argument begins."""
    from gradcli.reference.describe import parameters_of

    argument = ARGUMENT.search(before)
    if not argument or not argument[1]:
        return {}
    depth = 0
    for at in range(len(before) - 1, max(-1, len(before) - FAR), -1):
        if before[at] in ")]}":
            depth += 1
        elif before[at] in "([{":
            depth -= 1
        if depth < 0:
            called = CALLED.search(before[max(0, at - 200):at]) if before[at] == "(" else None
            defaults = parameters_of(called[1], repl.session) if called else {}
            return {f"{name}=": f"argument{default}" for name, default in defaults.items()}
    return {}
