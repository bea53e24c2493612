"""`%`, str.format, and the string methods that can make long strings (rules R5 and R11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gradcli.lang.kinds import MARK
from gradcli.lang.policy import checked

if TYPE_CHECKING:
    from gradcli.lang.format import Formatter

PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?"
                     r"[hlL]?(?P<type>.|$)", re.DOTALL)


def percent(f: Formatter, template: str, values: Any) -> str:
    """`template % values`, as Python does it."""
    given = list(values) if type(values) is tuple else [values]
    used = 0
    keyed = False

    def take() -> Any:
        nonlocal used
        if used >= len(given):
            raise TypeError("there are fewer values than fields in the text")
        used += 1
        return given[used - 1]

    def fill(match: re.Match[str]) -> str:
        nonlocal keyed
        kind, flags = match["type"], match["flags"]
        if kind == "%":
            return "%"
        if not kind or kind not in "diouxXeEfFgGcrsa":
            raise ValueError(f"the text has an unknown field {match[0]!r}")
        width, precision = match["width"], match["precision"]
        if match["key"] is not None:
            keyed = True
            value = None
        if width == "*":
            size = take()
            width, flags = str(abs(size)), flags + ("-" if size < 0 else "")
        if precision == "*":
            precision = str(max(take(), 0))
        value = values[match["key"]] if match["key"] is not None else take()
        f._cap(width)
        f._cap(precision)
        shape = "%" + flags + (width or "") + ("" if precision is None else "." + precision)
        return _one(f, shape, kind, value)

    made = f.budget.short(PERCENT.sub(fill, template))
    if not keyed and used < len(given) and not (len(given) == 1 and type(values) is dict):
        raise TypeError("there are more values than fields in the text")
    return made


def _one(f: Formatter, shape: str, kind: str, value: Any) -> str:
    """One field; `shape` is made of flags and digits alone."""
    if kind in "sra":
        return (shape + "s") % (f.field(value, kind),)
    if kind == "c" and type(value) is str:
        return (shape + "c") % (value,)
    if type(value) not in (int, float, bool):
        plain = None if MARK in type(value).__dict__ else f.policy.number(value)
        if plain is None:
            raise TypeError(f"%{kind} needs a number, not {f.repr(value)[:60]}")
        value = plain
    return (shape + kind) % (value,)


def brace(f: Formatter, template: str, /, *args: Any, **options: Any) -> str:
    """`template.format(...)`."""
    return f.budget.short("".join(_braces(f, template, args, options, [0], 2)))


def brace_map(f: Formatter, template: str, mapping: Mapping[str, Any], /) -> str:
    return f.budget.short("".join(_braces(f, template, (), mapping, [0], 2)))


def _braces(f: Formatter, template: str, args: tuple[Any, ...], options: Mapping[str, Any], count: list[int],
            deep: int) -> Iterable[str]:
    """The pieces of a template with its fields filled in; `count` is the next field without a number."""
    if deep == 0 and ("{" in template or "}" in template):
        raise ValueError("the fields of the text are nested too deeply")
    at = 0
    while at < len(template):
        c = template[at]
        if c not in "{}":
            end = next((i for i in range(at, len(template)) if template[i] in "{}"), len(template))
            yield template[at:end]
            at = end
        elif template[at : at + 2] in ("{{", "}}"):
            yield c
            at += 2
        elif c == "}":
            raise ValueError("the text has a single } that closes nothing")
        else:
            end = _closing(template, at)
            name, conversion, spec = _split(template[at + 1 : end])
            value = _look_up(f, name, args, options, count)
            spec = "".join(_braces(f, spec, args, options, count, deep - 1))
            yield f.field(value, conversion, spec)
            at = end + 1


def _closing(template: str, at: int) -> int:
    depth = 0
    for i in range(at, len(template)):
        depth += (template[i] == "{") - (template[i] == "}")
        if depth == 0:
            return i
    raise ValueError("the text has a { that is never closed")


def _split(inner: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"((?:\[[^\]]*\]|[^!:\[])*)(?:!([^:]*))?(?::(.*))?", inner, re.DOTALL)
    if match is None or (match[2] is not None and match[2] not in ("r", "s", "a")):
        raise ValueError(f"the field {{{inner[:40]}}} cannot be read")
    return match[1], match[2] or "", match[3] or ""


def _look_up(f: Formatter, name: str, args: tuple[Any, ...], options: Mapping[str, Any], count: list[int]) -> Any:
    match = re.fullmatch(r"(\w*)((?:\.\w+|\[[^\]]+\])*)", name)
    if match is None:
        raise ValueError(f"the field name {name[:40]!r} cannot be read: only numbers, names, attributes and items "
                         "can be shown")
    first = match[1]
    if not first:
        first = str(count[0])
        count[0] += 1
    if first.isdigit():
        if int(first) >= len(args):
            raise IndexError("there are fewer values than fields in the text")
        value = args[int(first)]
    else:
        value = options[first]
    for attribute, key in re.findall(r"\.(\w+)|\[([^\]]+)\]", match[2]):
        if attribute:
            if f.read is None:
                raise ValueError("attributes cannot be read here")
            value = f.read(value, checked(attribute))
        else:
            value = value[int(key) if key.isdigit() else key]
    return value


def ljust(f: Formatter, text: str, width: int, fill: str = " ", /) -> str:
    f.budget.check_characters(width)
    return text.ljust(width, fill)


def rjust(f: Formatter, text: str, width: int, fill: str = " ", /) -> str:
    f.budget.check_characters(width)
    return text.rjust(width, fill)


def center(f: Formatter, text: str, width: int, fill: str = " ", /) -> str:
    f.budget.check_characters(width)
    return text.center(width, fill)


def zfill(f: Formatter, text: str, width: int, /) -> str:
    f.budget.check_characters(width)
    return text.zfill(width)


def expandtabs(f: Formatter, text: str, tabsize: int = 8) -> str:
    f.budget.check_characters(len(text) + text.count("\t") * tabsize)
    return text.expandtabs(tabsize)


def replace(f: Formatter, text: str, old: str, new: str, count: int = -1, /) -> str:
    if len(new) > len(old):
        f.budget.check_characters(len(text) + text.count(old) * len(new))
    return text.replace(old, new, count)


def join(f: Formatter, text: str, parts: Iterable[str], /) -> str:
    parts = list(f.budget.gathered(parts))
    if all(type(part) is str for part in parts):
        f.budget.check_characters(sum(map(len, parts)) + len(text) * len(parts))
    return text.join(parts)
