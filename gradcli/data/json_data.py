"""Numbers in JSON files: nested lists, what --format json and jsonl write, objects and records with members by name."""

from __future__ import annotations

import json
from typing import Any

from gradcli.data.data_format import finite_number
from gradcli.faults.tree import ValueFault

SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
DEEP = "its lists are nested deeper than any tensor has dimensions"
MOST_NAMES = 8      # members that are offered where none is called as asked


def from_json(text: str, member: str) -> Any:
    """The numbers, or texts, of one JSON value, or of a member of it: `grad.x`."""
    if not text.strip():
        raise ValueFault("it is empty, and no JSON")
    try:
        value = json.loads(text, parse_float=finite_number)
    except RecursionError:
        raise ValueFault(DEEP) from None
    except ValueFault:
        raise
    except ValueError as error:
        raise ValueFault(f"not JSON: {error}") from None
    return _select(value, member)


def from_jsonl(text: str, member: str) -> Any:
    """The data of a text with one JSON value in each line; faults name the line."""
    values = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line, parse_float=finite_number))
        except RecursionError:
            raise ValueFault(f"line {number}: {DEEP}") from None
        except ValueFault as fault:
            raise ValueFault(f"line {number}: {fault.message}") from None
        except ValueError as error:
            raise ValueFault(f"line {number} is not JSON: {error}") from None
    if not values:
        raise ValueFault("there are no lines")
    return _select(values[0] if len(values) == 1 and isinstance(values[0], dict) and "data" in values[0] else values,
                  member)


def _select(value: Any, member: str) -> Any:
    path = ""       # as far as it has been followed, with a dot behind it
    for name in member.split(".") if member else ():
        value = _member(value, name, path)
        path += f"{name}."
    if isinstance(value, dict) and isinstance(value.get("results"), list) and len(value["results"]) == 1:
        value = value["results"][0]
    elif isinstance(value, dict) and isinstance(value.get("results"), list):
        count = len(value["results"])
        raise ValueFault(f"it holds {count} results", *(f"@FILE:{number}" for number in range(min(count, MOST_NAMES))))
    if isinstance(value, dict) and "data" in value:
        return _stored_data(value)
    if isinstance(value, dict):
        raise _choose(value, "it is an object" if not member else f"{member} is an object", path)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        records = value
        value = [_stored_data(item) if "data" in item else _row(item, value, path) for item in value]
        try:
            return _checked(value)
        except ValueFault as fault:
            offered = _common(records)[:MOST_NAMES]
            raise ValueFault(fault.message, *(f"@FILE:{path}{name}" for name in offered)) from None
    return _checked(value)


def _member(value: Any, name: str, path: str) -> Any:
    """What an object calls `name`, a list has at that place, or every one of a list of records calls so.

    `path` is the way to the value, which repairs begin with.
    """
    if isinstance(value, dict) and isinstance(value.get("results"), list) and name not in value:
        value = value["results"]
    if isinstance(value, dict):
        if name not in value:
            raise _choose(value, f"there is no member {name!r}", path)
        return value[name]
    if isinstance(value, list) and name.isascii() and name.isdecimal() and len(name) < 10 and int(name) < len(value):
        return value[int(name)]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            if name not in item:
                raise _choose(item, f"there is no member {name!r} at [{number}]", path, _common(value))
        return [item[name] for item in value]
    raise ValueFault(f"there is no member {name!r}")


def _choose(value: dict[str, Any], reason: str, path: str, offered: list[str] | None = None) -> ValueFault:
    names = list(value)
    return ValueFault(f"{reason}, whose members are {', '.join(names[:MOST_NAMES]) or 'none'}",
                      *(f"@FILE:{path}{name}" for name in (names if offered is None else offered)[:MOST_NAMES]))


def _common(items: list[dict[str, Any]]) -> list[str]:
    """The names of the members that all objects have."""
    return [name for name in items[0] if all(name in item for item in items)]


def _row(item: dict[str, Any], items: list[dict[str, Any]], path: str) -> list[Any]:
    if item.keys() != items[0].keys():
        raise _choose(items[0], "its objects have members of other names, and not all are like the first", path,
                      _common(items))
    return [item[name] for name in items[0]]


def _stored_data(value: dict[str, Any]) -> Any:
    """A value as --format json writes it, with its dtype and shape."""
    from gradcli.data.array_files import from_stored

    data, dtype, shape = value["data"], value.get("dtype"), value.get("shape")
    data = _checked(data) if dtype or isinstance(data, list) else _number(data, "")
    return from_stored(data, dtype, shape) if isinstance(data, list) and isinstance(dtype, str) else data


def _checked(value: Any) -> Any:
    """Nested lists of nothing but numbers, or of nothing but texts; a number or a text."""
    if not isinstance(value, list):
        return _text(value) if isinstance(value, str) and value not in SPECIAL else _number(value, "")
    flat = [("", value)]
    texts = True
    for place, items in flat:
        for number, item in enumerate(items):
            if isinstance(item, list):
                flat.append((f"{place}[{number}]", item))
            else:
                texts = texts and isinstance(item, str) and item not in SPECIAL
    if texts and any(not isinstance(item, list) for _, items in flat for item in items):
        for _, items in flat:
            for item in items:
                if isinstance(item, str):
                    _text(item)
        return value
    return _numbers(value, "")


def _text(value: str) -> str:
    """A text, which half a character, as JSON can spell it, is not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueFault(f"{value[:40]!r} holds half a character, and is no text") from None
    return value


def _numbers(value: Any, place: str) -> Any:
    if isinstance(value, list):
        return [_numbers(item, f"{place}[{number}]") for number, item in enumerate(value)]
    return _number(value, place)


def _number(value: Any, place: str) -> Any:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) and value in SPECIAL:
        return SPECIAL[value]
    at = f" at {place}" if place else ""
    if value is None:
        raise ValueFault(f"null{at} is no number", '"nan" in its place: a number that is missing')
    raise ValueFault(f"{str(value)[:40]!r}{at} is no number")
