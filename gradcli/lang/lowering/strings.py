"""Strings, and f-strings field by field."""

from __future__ import annotations

import ast
from typing import Any, cast

from gradcli.lang.lowering.context import LoweringContext, lowers
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.literals import unescape

JOINED = 25         # CPython compiles more than 30 parts to str.join


@lowers("strings")
def _strings(c: LoweringContext, node: Node) -> ast.expr:
    """Strings side by side, f-strings among them, as one."""
    parts: list[ast.expr] = []
    for piece in node[3]:
        if piece[0] == "FSTRING":
            parts += _fields(c, piece[3])
        else:
            parts.append(c.constant(_string(c, piece), piece))
    if all(isinstance(part, ast.Constant) for part in parts):
        return c.constant("".join(cast(str, part.value) for part in parts if isinstance(part, ast.Constant)), node)
    string = _join(c, parts, node)
    several = sum(isinstance(part, ast.FormattedValue) for part in parts) > 1
    return c.call(".checked_length", [string], node) if several else string


def _fields(c: LoweringContext, parts: tuple[Any, ...]) -> list[ast.expr]:
    """The parts of an f-string as values of a JoinedStr; the runtime helper `.format` formats each field."""
    from gradcli.lang.lowering.functions import mangle_private

    pieces: list[ast.expr] = []
    for part in parts:
        if part[0] == "literal":
            pieces.append(c.constant(part[3], part))
            continue
        node, conversion, spec = part[3]
        args = [c.expression(mangle_private(c, node))]
        if conversion or spec:
            args.append(c.constant(conversion, part))
        if spec:
            args.append(_join(c, _fields(c, spec), part))
        pieces.append(c.at(ast.FormattedValue(c.call(".format", args, part), -1), part))
    return pieces


def _join(c: LoweringContext, parts: list[ast.expr], node: Node) -> ast.expr:
    """A JoinedStr of `parts`, nested by JOINED: for many parts CPython compiles a call of str.join instead."""
    while len(parts) > JOINED:
        stretches = (parts[i : i + JOINED] for i in range(0, len(parts), JOINED))
        parts = [c.at(ast.FormattedValue(c.at(ast.JoinedStr(stretch), node), -1), node) for stretch in stretches]
    return c.at(ast.JoinedStr(parts), node)


def _string(c: LoweringContext, node: Node) -> str:
    """The value of a STRING."""
    text: str = node[3]
    prefix = text[: text.index(text[-1])]
    quotes = 3 if text[len(prefix):].startswith(text[-1] * 3) else 1
    body = text[len(prefix) + quotes : -quotes].replace("\r\n", "\n")
    if "\\" not in body or "r" in prefix.lower():
        return body
    try:
        return unescape(body)
    except ValueError as error:
        raise c.wrong(str(error), node) from None
