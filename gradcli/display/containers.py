"""The text of lists, tuples, dicts and sets as Python prints them, at any depth.

A style renders the values inside that are no containers. Nothing recurses, and a container inside itself prints as
`[...]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from gradcli.exposure import exposure_of
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.source import NamedValue as NamedValue

SIMPLE = frozenset((int, float, complex, bool, str, type(None)))     # types whose own `repr` is what is printed
EMPTY: dict[Any, Any] = {}
VIEWS = (type(EMPTY.keys()), type(EMPTY.values()), type(EMPTY.items()))


LONGEST = 50_000_000        # characters of one text: a few lists within each other can ask for any number
CONTAINERS = frozenset((list, tuple, dict, set, frozenset, *VIEWS))


def simple_text(value: Any, render_item: Callable[[Any], str] = repr) -> str:
    """Python's own text of a simple value, or of a container of simple values. Raises SizeLimit for a huge int."""
    try:
        return render_item(value)
    except ValueError:      # only whole numbers can fail
        raise SizeLimit("a whole number of more than 4300 digits cannot be printed") from None


class Literal(NamedTuple):
    """Text between values, printed as it is."""

    text: str


class ContainerEnd(NamedTuple):
    """The end of the container with this `id`."""

    identity: int


class Expansion(NamedTuple):
    """A container as a list of values and of the text between them, and its text where it is inside itself."""

    parts: list[Any]
    recursive: str


def render_container(value: Any, render_item: Callable[[Any], str], names_results: bool) -> str:
    """The text of `value`; `render_item` returns the text of everything that is no container.

    With `names_results`, the named tuples that operations return print with the names of their fields.
    """
    out: list[str] = []
    inside: set[int] = set()
    pending = [value]
    remaining = LONGEST
    while pending:
        item = pending.pop()
        if out:
            remaining -= len(out[-1])
            if remaining < 0:
                raise SizeLimit(f"that would be shown in more than {LONGEST} characters")
        if type(item) is Literal:
            out.append(item.text)
        elif type(item) is NamedValue:
            pending += (item.value, Literal(f"{item.name}="))
        elif type(item) is ContainerEnd:
            inside.discard(item.identity)
        elif (expansion := expand(item, names_results)) is None:
            out.append(render_item(item))
        elif id(item) in inside:
            out.append(expansion.recursive)
        else:
            inside.add(id(item))
            pending += (ContainerEnd(id(item)), *reversed(expansion.parts))
    return "".join(out)


def expand(value: Any, names_results: bool) -> Expansion | None:
    """The parts of a container; None for any other value, and for containers that Python's own `repr` prints right."""
    kind = type(value)
    if kind is dict:
        return None if is_simple(value) and is_simple(value.values()) else Expansion(_pairs(value), "{...}")
    exposure = exposure_of(kind)
    if exposure is not None and exposure.parts is not None:
        begin, members, end = exposure.parts(value)
        return Expansion(_joined(begin, members, end), "...")
    fields = getattr(kind, "_fields", ()) if isinstance(value, tuple) else ()
    if fields and names_results:
        labelled = (part for name, item in zip(fields, value, strict=True) for part in (Literal(f"{name}="), item))
        if kind.__module__ == "gradcli.engine.transforms.forward_ad":      # a named tuple of Python's own making
            return Expansion(_joined(f"{kind.__name__}(", labelled, ")", 2), "(...)")
        return Expansion(_joined(f"torch.return_types.{kind.__name__}(\n", labelled, ")", 2, ",\n"), "(...)")
    if kind is tuple or fields:
        return None if is_simple(value) and kind is tuple else Expansion(
            _joined("(", value, ",)" if len(value) == 1 else ")"), "(...)")
    if kind is list:
        return None if is_simple(value) else Expansion(_joined("[", value, "]"), "[...]")
    if kind is set or kind is frozenset:
        braces = ("{", "}") if kind is set else ("frozenset({", "})")
        return None if is_simple(value) else Expansion(_joined(braces[0], value, braces[1]), f"{kind.__name__}(...)")
    if kind in VIEWS:
        return Expansion(_joined(f"{kind.__name__}([", value, "])"), "...")
    return None


def is_simple(values: Iterable[Any]) -> bool:
    """Whether Python's own `repr` prints all of `values` right."""
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
