"""Texts that could stand between the brackets of a call, as `--at 'x=2, y=ones(2,2)'` has them."""

from __future__ import annotations

from gradcli.commands.source import from_argument
from gradcli.errors import Fault, UsageFault

HEAD = "at(\n"      # the text keeps a line of its own, so a comment in it ends before the bracket


def points(text: str, option: str = "--at") -> list[tuple[str, str]]:
    """The names in `text`, each with the expression it is given."""
    from gradcli.lang.parse import parse

    text = from_argument(text)
    try:
        tree = parse(f"{HEAD}{text}\n)", option)
    except Fault as fault:
        span = fault.span
        if span and span.line - 1 <= text.count("\n") + 1:
            fault.source = text
            fault.span = span._replace(line=span.line - 1, end_line=span.end_line - 1)
        else:
            fault.span = None
        raise
    if len(tree[3]) != 1 or tree[3][0][0] != "expression":
        raise _unfit(text, option)
    call = tree[3][0][3][0]
    if call[0] != "call" or call[3][0][3] != "at":
        raise _unfit(text, option)
    found = []
    for argument in call[3][1][3] if len(call[3]) > 1 else ():
        if argument[0] != "keyword":
            raise _unfit(text, option)
        name, value = argument[3]
        found.append((name[3], text[value[1] - len(HEAD) : value[2] - len(HEAD)]))
    return found


def _unfit(text: str, option: str) -> UsageFault:
    return UsageFault(f"{option} takes NAME=EXPR, NAME=EXPR, not {text!r}", f"{option} 'x=2, y=ones(2,2)'")
