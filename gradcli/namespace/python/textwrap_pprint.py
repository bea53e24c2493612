"""`textwrap` and `pprint`."""

from __future__ import annotations

import textwrap
from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import exposure_of
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget

LONGEST = 100_000       # characters that are brought into lines
DEEPEST = 100
BRACKETS: dict[type, str] = {list: "[]", tuple: "()", dict: "{}", set: "{}"}


def dedent(text: str, /) -> str:
    """`text` without the indentation that all its lines share."""
    return textwrap.dedent(_short(text, Budget.characters))


def indent(text: str, prefix: str, predicate: Any = None) -> str:
    """`text` with `prefix` before each line that is not blank, or that `predicate` chooses."""
    _short(text, Budget.characters)
    Budget().check_characters(len(text) + len(_short(prefix, LONGEST)) * (text.count("\n") + 1))
    return textwrap.indent(text, prefix, predicate)


def wrap(text: str, width: int = 70, **options: Any) -> list[str]:
    """The lines of a paragraph, at most `width` wide."""
    _check(width, options)
    return textwrap.wrap(_short(text, LONGEST), width, **options)


def fill(text: str, width: int = 70, **options: Any) -> str:
    """A paragraph in lines at most `width` wide."""
    return "\n".join(wrap(text, width, **options))


def shorten(text: str, width: int, placeholder: str = " [...]") -> str:
    """A paragraph cut to one line of at most `width`."""
    _check(width, {})
    return textwrap.shorten(_short(text, LONGEST), width, placeholder=_short(placeholder, LONGEST))


def _short(text: Any, most: int) -> str:
    if type(text) is not str:
        raise ArgumentFault(f"a text is needed here, not a {type(text).__name__}")
    Budget(characters=most).check_characters(len(text))
    return text


def _check(width: Any, options: dict[str, Any]) -> None:
    if type(width) is not int:
        raise ArgumentFault("the width is a whole number", "width=70")
    for name, value in options.items():
        if name in ("initial_indent", "subsequent_indent"):
            _short(value, 1000)
        elif name not in ("break_long_words", "break_on_hyphens", "drop_whitespace", "replace_whitespace"):
            raise ArgumentFault(f"wrap() has no option {name} here", "initial_indent='  '")


def pformat(object: Any, indent: int = 1, width: int = 80, depth: Any = None, *, sort_dicts: bool = True,
            **options: Any) -> str:
    """The text of a value, broken into lines where it is wider than `width`."""
    if not (type(indent) is int and 0 <= indent <= 20 and type(width) is int):
        raise ArgumentFault("indent and width of pprint are whole numbers", "pprint.pprint(x, width=60)")
    return "".join(_laid_out(object, indent, width, 0, 0, bool(sort_dicts)))


def _laid_out(value: Any, indent: int, width: int, column: int, after: int, ordered: bool, depth: int = 0) -> list[str]:
    text = DisplayHooks.text(_sorted(value) if ordered else value)
    kind = type(value)
    brackets = BRACKETS.get(kind)
    if brackets is None or len(text) + column + after < width + 1 or not value or depth > DEEPEST:
        return [text]
    members = (_sorted(value) if ordered else value).items() if kind is dict else sorted(
        value, key=DisplayHooks.text) if kind is set else value
    out = [brackets[0] + " " * (indent - 1)]
    inner, last = column + indent, len(value) - 1
    for number, member in enumerate(members):
        if number:
            out.append(",\n" + " " * inner)
        behind = after + 1 if number == last else 1
        if kind is dict:
            key = DisplayHooks.text(member[0]) + ": "
            out.append(key)
            out += _laid_out(member[1], indent, width, inner + len(key), behind, ordered, depth + 1)
        else:
            out += _laid_out(member, indent, width, inner, behind, ordered, depth + 1)
    return [*out, ",)" if kind is tuple and len(value) == 1 else brackets[1]]


def _sorted(value: Any) -> Any:
    """The items of a dict, sorted by key if the keys can be compared."""
    if type(value) is not dict or exposure_of(type(value)):
        return value
    kinds = set(map(type, value))
    by_value = kinds <= {int, float, bool} or kinds == {str}
    return {key: value[key] for key in sorted(value, key=None if by_value else DisplayHooks.text)}
