"""`json`: dumps and loads for plain values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from gradcli.engine.plain_numbers import plain_number
from gradcli.exposure import exposed, exposure_of, named
from gradcli.faults.mistakes import DepthLimit, SizeLimit
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.enumeration import IntEnum, TextEnum
from gradcli.lang.runtime.types import STAND_INS, TypeProxy
from gradcli.namespace.python.system.sys import refusing

DEEPEST, WIDEST = 200, 20
MEMBERS = (IntEnum, TextEnum)
PLAIN = (str, int, float, bool, type(None))
OPTIONS = ("skipkeys", "ensure_ascii", "check_circular", "allow_nan", "cls", "indent", "separators", "default",
           "sort_keys")


def dumps(obj: Any, **options: Any) -> str:
    """The text of a value in JSON."""
    for name in options:
        if name not in OPTIONS or name == "cls":
            raise ArgumentFault(f"json.dumps() has no option {name} here", "json.dumps(x, indent=2, sort_keys=True)")
    default = options.pop("default", None)
    _check_layout(options.get("indent"), options.get("separators"))
    room = [Budget.characters // (1 + DEEPEST * WIDEST if options.get("indent") else 1)]
    return json.dumps(_plain(obj, default, 0, room, bool(options.get("sort_keys"))), **options)


def _check_layout(indent: Any, separators: Any) -> None:
    width = len(indent) if type(indent) is str else indent
    if width is not None and (type(width) not in (int, bool) or width > WIDEST):
        raise ArgumentFault(f"the indent of json.dumps() is a number up to {WIDEST}, or None", "indent=2")
    if separators is not None and not (type(separators) is tuple and len(separators) == 2 and all(
            type(separator) is str and len(separator) <= WIDEST for separator in separators)):
        raise ArgumentFault("the separators of json.dumps() are two short texts", "separators=(',', ':')")


def _plain(value: Any, default: Callable[[Any], Any] | None, depth: int, room: list[int], sort: bool) -> Any:
    """A copy of `value` of plain types, for json.dumps; `room[0]` counts down the characters that are left.

    `sort` sorts the items of dicts before they are looked into, as Python does.
    """
    value = plain_number(value)
    kind = type(value)
    room[0] -= 8 + (len(value) if kind is str else 0)
    if room[0] < 0:
        raise SizeLimit("that would be too long a text")
    if kind in PLAIN:
        return value
    if isinstance(value, MEMBERS):
        return value.value
    if depth > DEEPEST:
        raise DepthLimit(f"the value goes deeper than {DEEPEST} lists and dicts, or holds itself")
    if kind is list or kind is tuple or (isinstance(value, tuple) and exposure_of(kind)):
        return [_plain(member, default, depth + 1, room, sort) for member in value]
    if kind is dict or (isinstance(value, dict) and exposure_of(kind)):
        items = sorted(dict.items(value)) if sort else dict.items(value)
        return {_key(key): _plain(member, default, depth + 1, room, sort) for key, member in items}
    if default is None:
        raise TypeError(f"Object of type {kind.__name__} is not JSON serializable")
    return _plain(default(value), default, depth + 1, room, sort)


def _key(key: Any) -> Any:
    key = plain_number(key)
    if type(key) not in PLAIN:
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")
    return key


def loads(s: str, /) -> Any:
    """The value of a JSON text."""
    if type(s) is not str:
        raise TypeError(f"the JSON object must be str, bytes or bytearray, not {type(s).__name__}")
    if s.count("[") + s.count("{") > DEEPEST and _depth(s) > DEEPEST:
        raise DepthLimit(f"the text goes deeper than {DEEPEST} lists and dicts")
    try:
        return json.loads(s)
    except json.JSONDecodeError as error:
        raise Undecodable(error) from None


@named("JSONDecodeError")
@exposed("msg", "doc", "pos", "lineno", "colno")
class Undecodable(ValueFault):
    """JSONDecodeError: the text is no JSON."""

    def __init__(self, error: json.JSONDecodeError) -> None:
        super().__init__(str(error))
        self.msg, self.doc, self.pos, self.lineno, self.colno = (
            error.msg, error.doc, error.pos, error.lineno, error.colno)


STAND_INS[Undecodable] = JSONDecodeError = TypeProxy("json.decoder.JSONDecodeError", (Undecodable,))


def _depth(text: str) -> int:
    """The nesting depth of brackets, those in strings counted too."""
    depth = deepest = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


dump, load = refusing("json.dump", ("print(json.dumps(x))", "the text itself")), refusing(
    "json.load", ("gradcli run --var x=@data.json FILE", "gives a program data from a file"))
