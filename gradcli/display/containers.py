"""Lists, tuples, dicts and sets as Python prints them, whatever they hold and however deep.

What a style has to say about a value inside is asked of the style; nothing recurses, and
a container inside itself shows as `[...]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from gradcli.exposure import exposure_of
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.source import Named as Named

SIMPLE = frozenset((int, float, bool, str, type(None)))     # Python's own text is the right one
EMPTY: dict[Any, Any] = {}
VIEWS = (type(EMPTY.keys()), type(EMPTY.values()), type(EMPTY.items()))


LONGEST = 50_000_000        # characters of one text: a few lists within each other can ask for any number
CONTAINERS = frozenset((list, tuple, dict, set, frozenset, *VIEWS))


def plain(value: Any, say: Callable[[Any], str] = repr) -> str:
    """Python's own text of a simple value, or of a container that holds nothing else."""
    try:
        return say(value)
    except ValueError:      # only whole numbers can fail
        raise SizeLimit("a whole number of more than 4300 digits cannot be printed") from None


class Literal(NamedTuple):
    """Text between values, as it stands."""

    text: str


class End(NamedTuple):
    """Where the container of this identity closes."""

    identity: int


class Opened(NamedTuple):
    """A container taken apart: its values with the text around them, and its text inside itself."""

    parts: list[Any]
    again: str


def written(value: Any, say: Callable[[Any], str], names_results: bool) -> str:
    """The text of `value` where `say` gives that of all that is no container.

    With `names_results` the results that operations return together are printed with their names.
    """
    out: list[str] = []
    inside: set[int] = set()
    waiting = [value]
    left = LONGEST
    while waiting:
        item = waiting.pop()
        if out:
            left -= len(out[-1])
            if left < 0:
                raise SizeLimit(f"that would be shown in more than {LONGEST} characters")
        if type(item) is Literal:
            out.append(item.text)
        elif type(item) is Named:
            waiting += (item.value, Literal(f"{item.name}="))
        elif type(item) is End:
            inside.discard(item.identity)
        elif (opened := locate(item, names_results)) is None:
            out.append(say(item))
        elif id(item) in inside:
            out.append(opened.again)
        else:
            inside.add(id(item))
            waiting += (End(id(item)), *reversed(opened.parts))
    return "".join(out)


def locate(value: Any, names_results: bool) -> Opened | None:
    """What `value` consists of, unless it is no container or holds nothing but plain Python."""
    kind = type(value)
    if kind is dict:
        return None if simple(value) and simple(value.values()) else Opened(_pairs(value), "{...}")
    exposure = exposure_of(kind)
    if exposure is not None and exposure.parts is not None:
        begin, members, end = exposure.parts(value)
        return Opened(_joined(begin, members, end), "...")
    fields = getattr(kind, "_fields", ()) if isinstance(value, tuple) else ()
    if fields and names_results:
        named = (part for name, item in zip(fields, value, strict=True) for part in (Literal(f"{name}="), item))
        if kind.__module__ == "gradcli.engine.transforms.forward_ad":      # a named tuple of Python's own making
            return Opened(_joined(f"{kind.__name__}(", named, ")", 2), "(...)")
        return Opened(_joined(f"torch.return_types.{kind.__name__}(\n", named, ")", 2, ",\n"), "(...)")
    if kind is tuple or fields:
        return None if simple(value) and kind is tuple else Opened(
            _joined("(", value, ",)" if len(value) == 1 else ")"), "(...)")
    if kind is list:
        return None if simple(value) else Opened(_joined("[", value, "]"), "[...]")
    if kind is set or kind is frozenset:
        braces = ("{", "}") if kind is set else ("frozenset({", "})")
        return None if simple(value) else Opened(_joined(braces[0], value, braces[1]), f"{kind.__name__}(...)")
    if kind in VIEWS:
        return Opened(_joined(f"{kind.__name__}([", value, "])"), "...")
    return None


def simple(values: Iterable[Any]) -> bool:
    """Whether Python's own text of all of `values` is the right one."""
    return SIMPLE.issuperset(map(type, values))


def _pairs(value: dict[Any, Any]) -> list[Any]:
    halves = (part for key, item in value.items() for part in (key, Literal(": "), item))
    return _joined("{", halves, "}", 3)


def _joined(opening: str, parts: Iterable[Any], closing: str, together: int = 1, comma: str = ", ") -> list[Any]:
    """The parts between brackets, with a comma after every `together` of them but the last."""
    joined: list[Any] = [Literal(opening)]
    for i, part in enumerate(parts):
        if i and i % together == 0:
            joined.append(Literal(comma))
        joined.append(part)
    joined.append(Literal(closing))
    return joined
