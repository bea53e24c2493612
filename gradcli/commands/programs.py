"""What a whole program differentiates, as the words of a command that takes an expression at a point."""

from __future__ import annotations

import re
from shlex import quote

SWEEP = re.compile(r"(\w+)\.backward\(")
WRAPPED = re.compile(r"(\w+)\s*=\s*(?:torch\.autograd\.)?Variable\((.*),\s*requires_grad\s*=\s*True\s*\)", re.DOTALL)
LEAF = re.compile(r"(\w+)\s*=\s*(.*),\s*requires_grad\s*=\s*True\s*\)", re.DOTALL)
ASSIGNED = re.compile(r"(\w+)\s*=(?!=)")
WORD = re.compile(r"\w+")


def words_for(text: str, command: str) -> str | None:
    """The command that does what the program's first backward() does, where its lines before it are assignments."""
    from gradcli.commands.transcript import statements

    leaves: dict[str, str] = {}
    made: dict[str, str] = {}
    for _, statement in statements(text, "<expr>"):
        statement = statement.strip()
        if swept := SWEEP.match(statement):
            return _put_together(swept[1], leaves, made, command)
        if leaf := WRAPPED.fullmatch(statement) or LEAF.fullmatch(statement):
            leaves[leaf[1]] = leaf[2] if WRAPPED.fullmatch(statement) else f"{leaf[2]})"
        elif (assigned := ASSIGNED.match(statement)) and "\n" not in statement:
            made[assigned[1]] = statement
    return None


def _put_together(result: str, leaves: dict[str, str], made: dict[str, str], command: str) -> str | None:
    needed, pending = set[str](), [result]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += WORD.findall(made.get(name, ""))
    used = {name: value for name, value in leaves.items() if name in needed}
    if not used:
        return None
    lines = [statement for name, statement in made.items() if name in needed]
    at = ", ".join(f"{name}={value}" for name, value in used.items())
    return f"gradcli {command} {quote('; '.join([*lines, result]))} --at {quote(at)}"
