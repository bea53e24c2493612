"""`%`, str.format, and the string methods that can make long strings (rules R5 and R11)."""

from __future__ import annotations

import re
from _string import formatter_field_name_split, formatter_parser  # type: ignore[import-not-found]  # string's own
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from operator import index, mod
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import COUNTED
from gradcli.lang.messages.python_words import python_error
from gradcli.lang.messages.value_names import describe
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.format import HASHED, SMALL, Formatter

PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?"
                     r"[hlL]?(?P<type>.|$)", re.DOTALL | re.ASCII)
CONVERSIONS = ("r", "s", "a")
KINDS = "diouxXeEfFgGcrsa"
NUMERIC = frozenset({"__int__", "__index__", "__float__"})
QUICK, QUICK_TEXT = frozenset({int, float, bool}), frozenset({str, float})     # values of fields that Python fills in
LONG = 10_000


def percent(f: Formatter, template: str, values: Any) -> str:
    """`template % values`, as Python does it."""
    if len(template) < LONG:
        kinds = _ready_kinds(template)
        operands = values if type(values) is tuple else (values,)
        if kinds is not None and len(kinds) == len(operands) and all(map(_is_short, operands, kinds)):
            return f.budget.checked_length(template % operands)
    filling, left = _Percent(f, values), f.budget.characters
    pieces: list[str] = []
    for part in _known_parts(template) if len(template) < LONG else _parts(template):
        pieces.append(part if type(part) is str else filling.field(*part))
        left -= len(pieces[-1])
        if left < 0:
            break           # the check below refuses it
    filling.end()
    return f.budget.checked_length("".join(pieces))


def _parts(template: str) -> list[Any]:
    """The template in pieces: literal text, and fields as (specification or "", match); see `_ready`."""
    parts: list[Any] = []
    at = 0
    for match in PERCENT.finditer(template):
        parts += [template[at : match.start()], (_ready(match), match)]
        at = match.end()
    return [*parts, template[at:]]


_known_parts = lru_cache(500)(_parts)


def _is_short(value: Any, text: bool) -> bool:
    """Whether Python itself may fill a value into a field: many such fields together are no long string."""
    kind = type(value)
    if text:
        return kind is float or kind is str and len(value) < LONG
    return kind is float or kind is int and (-0x3fffffff < value < 0x3fffffff or -SMALL < value < SMALL)


@lru_cache(500)
def _ready_kinds(template: str) -> tuple[bool, ...] | None:
    """For each field of a template that Python can fill in at once, whether it is one of text; None for others."""
    fields = [part for part in _known_parts(template) if type(part) is not str]
    if not all(ready and ready[-1] not in "ra" for ready, _ in fields):
        return None
    return tuple([ready[-1] == "s" for ready, _ in fields])


def _ready(match: re.Match[str]) -> str:
    """The specification of a field that takes one value; empty if it has a key, a `*` or an unknown type."""
    width, precision = match["width"] or "", match["precision"]
    if match["key"] is not None or "*" in (width, precision) or match["type"] not in KINDS:
        return ""
    if max(len(width), len(precision or "")) > 4:       # to be looked at, each time
        return ""
    return "%" + match["flags"] + width + ("" if precision is None else "." + precision) + match["type"]


class _Percent:
    """The values after a `%`, consumed field by field."""

    def __init__(self, f: Formatter, values: Any) -> None:
        self.f, self.values = f, values
        self.remaining = list(values) if type(values) is tuple else [values]
        self.remaining.reverse()
        self.mapping = hasattr(type(values), "__getitem__") and type(values) not in (tuple, str)

    def field(self, ready: str, match: re.Match[str]) -> str:
        """One field, filled in."""
        if ready and self.remaining:
            value = self.remaining.pop()
            if type(value) in (QUICK_TEXT if ready[-1] == "s" else QUICK) and ready[-1] not in "ra":
                return ready % (value,)
            return _field(self.f, ready[:-1], ready[-1], value)
        return self._slowly(match)

    def _slowly(self, match: re.Match[str]) -> str:
        kind, flags, width, precision = match["type"], match["flags"], match["width"], match["precision"]
        if kind == "%" and match["key"] is None:
            return "%"
        if match["key"] is not None:
            if not self.mapping:
                raise python_error("fields with names need a dict after %", mod, "%(a)s", 0)
            self.remaining = [self.values[match["key"]]]
        if width == "*":
            wide = self._size()
            width, flags = str(abs(wide)), flags + ("-" if wide < 0 else "")
        if precision == "*":
            precision = str(max(self._size(), 0))
        if not kind:
            raise python_error(f"the text ends within the field {match[0]!r}", mod, "%", ())
        if kind == "%":
            return "%"
        value = self._take()
        if kind not in KINDS:
            raise _unknown(match)
        self.f._cap(width)
        self.f._cap(precision)
        return _field(self.f, "%" + flags + (width or "") + ("" if precision is None else "." + precision), kind, value)

    def _take(self) -> Any:
        if not self.remaining:
            raise python_error("there are fewer values than fields in the text", mod, "%s", ())
        return self.remaining.pop()

    def _size(self) -> int:
        number = self._take()
        if not isinstance(number, int):
            raise python_error("the width of a field is a whole number", mod, "%*d", ("", 0))
        return number

    def end(self) -> None:
        """TypeError if a value has not been used."""
        if self.remaining and not self.mapping:
            raise python_error("there are more values than fields in the text", mod, "", (0,))


def _unknown(match: re.Match[str]) -> Exception:
    """The error for a field of an unknown type."""
    kind, before = match["type"], match.end() - 2
    field = "%(" if kind == "(" else " " * min(before, LONG) + "%" + kind
    return python_error(f"the text has an unknown field {match[0]!r}", mod, field, {})


def _field(f: Formatter, shape: str, kind: str, value: Any) -> str:
    """One field; `shape` is made of flags and digits alone."""
    if kind in "sra":
        return (shape + "s") % (f.field(value, kind),)
    if kind == "c" and type(value) is str:
        return (shape + "c") % (value,)
    if (PROGRAM_MADE in type(value).__dict__ or type(value) in HASHED) and NUMERIC.intersection(dir(type(value))):
        return (shape + kind) % (value,)
    if type(value) not in (int, float, bool):
        plain = None if PROGRAM_MADE in type(value).__dict__ else f.policy.number(value)
        if plain is None:
            text = f.repr(value)[:60] if type(value) is str else describe(value, f.policy)
            raise python_error(f"%{kind} needs a number, not {text}", mod, "%" + kind, (value,))
        value = plain
    return (shape + kind) % (value,)


def brace(f: Formatter, template: str, /, *args: Any, **options: Any) -> str:
    """`template.format(...)`."""
    if len(template) < LONG and (plain := _plain_fields(template)) is not None and plain[1] <= len(args):
        if f.are_short(plain[0], args):
            return f.budget.checked_length(template.format(*args))
        pieces: list[str] = []
        left = f.budget.characters
        for literal, at, spec in plain[0]:
            pieces += (literal, f.field(args[at], "", spec))
            if (left := left - len(pieces[-1])) < 0:
                break       # the check below refuses it
        return f.budget.checked_length("".join(pieces) + plain[2])
    return _Braces(f, args, options).fill(template, 2)


@lru_cache(500)
def _plain_fields(template: str) -> tuple[list[tuple[str, int, str]], int, str] | None:
    """Its fields as (text before it, place of the value, specification), how many values they take, and the text after.

    None where more is to be done than to format a value for each field, or something is to be refused.
    """
    fields: list[tuple[str, int, str]] = []
    kinds, last = set(), ""
    try:
        for literal, first, rest, spec, conversion in _known_fields(template):
            last += literal
            if first is not None:
                if rest or conversion is not None or "{" in spec or "}" in spec or (first and type(first) is str):
                    return None
                fields.append((last, len(fields) if first == "" else first, spec))
                kinds.add(type(first))
                last = ""
    except ValueError:
        return None
    return (fields, max((at + 1 for _, at, _ in fields), default=0), last) if len(kinds) < 2 else None


def brace_map(f: Formatter, template: str, mapping: Mapping[str, Any], /) -> str:
    """`template.format_map(mapping)`."""
    return _Braces(f, None, mapping).fill(template, 2)


def _fields(template: str) -> Iterator[tuple[str, Any, Any, str, str | None]]:
    """The template in pieces: literal text and the field after it: name, attributes and items, spec, conversion."""
    for literal, name, spec, conversion in formatter_parser(template):
        if name is None:
            yield literal, None, None, "", None
        else:
            first, rest = formatter_field_name_split(name)
            yield literal, first, tuple(rest), spec, conversion


_known_fields = lru_cache(500)(lambda template: tuple(_fields(template)))


def _parsed_fields(template: str) -> Iterable[tuple[str, Any, Any, str, str | None]]:
    if len(template) < LONG:
        try:
            return _known_fields(template)
        except ValueError:      # which comes in its turn, after the fields before it
            pass
    return _fields(template)


class _Braces:
    """One template being formatted: Python's parser splits it; values are looked up and formatted here."""

    def __init__(self, f: Formatter, args: tuple[Any, ...] | None, options: Mapping[str, Any]) -> None:
        self.f, self.args, self.options = f, args, options
        self.next: int | None = None    # where automatic numbers go on; -1 where fields carry their own

    def fill(self, template: str, deep: int) -> str:
        """The template with its fields formatted; `deep` is how far specifications may still nest."""
        if deep < 0:
            raise python_error("the fields of the text are nested too deeply", str.format, "{:{:{}}}", 0, 0, 0)
        pieces: list[str] = []
        left = self.f.budget.characters
        for literal, name, rest, spec, conversion in _parsed_fields(template):
            pieces.append(literal)
            if name is not None:
                value = self.value(name, rest) if rest else self.first(name)
                if conversion is not None and conversion not in CONVERSIONS:
                    raise python_error(f"no conversion is called {conversion}", str.format, "{!" + conversion + "}", 0)
                spec = self.fill(spec, deep - 1) if "{" in spec or "}" in spec else spec
                pieces.append(self.f.field(value, conversion or "", spec))
            left -= len(literal) + len(pieces[-1])
            if left < 0:
                break       # the check below refuses it
        return self.f.budget.checked_length("".join(pieces))

    def value(self, first: int | str, rest: tuple[tuple[bool, Any], ...]) -> Any:
        """The value that a field names: `0[key]`, `name.attribute`."""
        value = self.first(first)
        for attribute, key in rest:
            if attribute:
                value = self.f.read(value, checked_name(key))
            else:
                value = value[key]
        return value

    def first(self, name: int | str) -> Any:
        if type(name) is str and name:
            return self.options[name]
        automatic = name == ""
        if self.next is not None and automatic == (self.next < 0):
            raise python_error("fields with numbers and fields without cannot be mixed",
                               str.format, "{0}{}" if automatic else "{}{0}", 0)
        at: int = (self.next or 0) if automatic else name    # type: ignore[assignment]  # a number, then
        self.next = at + 1 if automatic else -1
        if self.args is None:
            raise python_error("the fields have no names to be looked up", str.format_map, "{}", {})
        if at >= len(self.args):
            raise python_error("there are fewer values than fields in the text", str.format, f"{{{at}}}")
        return self.args[at]


def _padding(f: Formatter, name: str) -> Callable[..., str]:
    """A method that pads a string; like those below it checks the length of the result first (SizeLimit)."""
    method = getattr(str, name)
    return lambda text, /, *args: method(text, *_padded(f, args))


def _padded(f: Formatter, args: tuple[Any, ...]) -> tuple[Any, ...]:
    if args:
        f.budget.check_characters(width := index(args[0]))
        args = (width, *args[1:])
    return args


def expandtabs(f: Formatter, text: str, *args: Any, **options: Any) -> str:
    size = index(args[0] if args else options.get("tabsize", 8))
    f.budget.check_characters(len(text) + text.count("\t") * size)
    return text.expandtabs(*args, **options) if len(args) > 1 or {*options} - {"tabsize"} else text.expandtabs(size)


def _replacing(f: Formatter) -> Callable[..., str]:
    def replace(text: str, /, *args: Any, **options: Any) -> str:
        if len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], str) and len(args[1]) > len(args[0]):
            f.budget.check_characters(len(text) + text.count(args[0]) * len(args[1]))
        return text.replace(*args, **options)

    return replace


def _joining(f: Formatter) -> Callable[..., str]:
    def join(text: str, /, *args: Any) -> str:
        if len(args) != 1 or type(args[0]) is not list and not (
                hasattr(type(args[0]), "__iter__") or hasattr(type(args[0]), "__getitem__")):
            return text.join(*args)
        parts: list[str] = args[0] if type(args[0]) is list else list(f.budget.bounded(_gone_through(args[0])))
        try:
            f.budget.check_characters(sum(map(len, parts)) + len(text) * len(parts))
        except TypeError:       # not all of them are strings, which Python will say
            pass
        return text.join(parts)

    return join


def _gone_through(values: Any) -> Any:
    """An iterable of the values to join; str.join's TypeError if there is none."""
    if type(values) in COUNTED:
        return values
    try:
        return iter(values)
    except TypeError:
        raise TypeError("can only join an iterable") from None


def translate(f: Formatter, text: str, *args: Any) -> str:
    if len(args) != 1 or type(args[0]) not in (dict, list, tuple, str):
        if len(args) == 1 and hasattr(type(args[0]), "__getitem__"):
            raise ArgumentFault("translate() takes a dict, as str.maketrans() makes it",
                                "text.translate(str.maketrans('', '', '.,!'))")
        return text.translate(*args)
    table = args[0]
    texts = table.values() if type(table) is dict else table
    longest = max((len(value) for value in texts if type(value) is str), default=1)
    f.budget.check_characters(len(text) * max(1, longest))
    return text.translate(table)


def maketrans(f: Formatter, text: str, *args: Any) -> dict[int, Any]:
    """The table for translate(); a static method, for which it does not matter of which string it is read."""
    return str.maketrans(*args)


def _cased(f: Formatter, name: str) -> Callable[..., str]:
    """A method that changes case, which can lengthen a string: the capital of ß is SS."""
    method = getattr(str, name)

    def change(text: str, /, *args: Any) -> str:
        changed: str = method(text, *args)
        return changed if text.isascii() else f.budget.checked_length(changed)

    return change


def _divided(f: Formatter, name: str) -> Callable[..., list[str]]:
    """A method that splits a string; only those of a long one need to be counted."""
    method = getattr(str, name)

    def divide(text: str, /, *args: Any, **options: Any) -> list[str]:
        if len(text) >= f.budget.items:
            between = args[0] if args else options.get("sep")
            most = args[1] if len(args) > 1 else options.get("maxsplit", -1)
            parts = text.count(between) if type(between) is str and between else len(text) // 2
            f.budget.check_items(1 + (min(parts, most) if type(most) is int and most >= 0 else parts))
        parts_of_text: list[str] = method(text, *args, **options)
        return parts_of_text

    return divide


MAKERS: dict[Callable[[Formatter, str], Callable[..., Any]], tuple[str, ...]] = {
    _cased: ("upper", "lower", "title", "capitalize", "swapcase", "casefold"),
    _divided: ("split", "rsplit", "splitlines"), _padding: ("ljust", "rjust", "center", "zfill")}


def string_methods(f: Formatter) -> dict[tuple[type, str], Callable[[Any], Any]]:
    """(type, name) -> a function that binds the method: those that format or can make strings without bound."""
    def formatting(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda text, /, *args, **options: method(f, text, *args, **options)

    functions = {"format": formatting(brace), "format_map": formatting(brace_map), "replace": _replacing(f),
                 "join": _joining(f), "expandtabs": formatting(expandtabs), "translate": formatting(translate),
                 "maketrans": formatting(maketrans)}
    functions |= {name: make(f, name) for make, names in MAKERS.items() for name in names}
    for name, function in functions.items():
        function.__name__, function.__qualname__, function.__module__ = name, f"str.{name}", "builtins"
    return {(str, name): function.__get__ for name, function in functions.items()} | {(list, "index"): f._index}
