"""What a program may name, read, write, import and inherit from.

The language knows Python's own values (`builtins.py`). All else it is told here: the session
makes one `Policy` out of the facade's names and the engine's types, and hands it over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any

from gradcli.mistakes import UnderscoreRefused, WordRefused
from gradcli.text import Span

METHODS = frozenset({"__init__", "__call__", "__repr__"})      # the only ones a class may define

GONE = object()     # the value `assign` is asked about when an attribute is to be deleted


def _nothing(*_: object) -> bool:
    return False


def _no_names(_: object) -> Iterable[str]:
    return ()


def _no_base(_: object) -> type | None:
    return None


@dataclass
class Policy:
    """The door between programs and everything that is not plain Python."""

    names: Mapping[str, object] = field(default_factory=dict)
    """The prelude: names that programs see without importing, over those of `builtins.py`."""

    plain: frozenset[str] = frozenset()
    """Attribute names harmless on every type a program can hold; reading one costs nothing extra."""

    modules: Mapping[str, object] = field(default_factory=dict)
    """What can be imported: dotted name to facade."""

    attribute: Callable[[object, str], bool] = _nothing
    """Whether a program may read this attribute of this foreign value."""

    assign: Callable[[object, str, object], Any] = _nothing
    """Whether a program may set this attribute of this foreign value to this; GONE means to delete it.

    The answer may be the function that sets it, called with the value and what it is set to.
    """

    known: Callable[[object], Iterable[str]] = _no_names
    """The attributes of a foreign value or module that programs may read: for hints and `import *`."""

    base: Callable[[object], type | None] = _no_base
    """The class that a program's class may inherit from when it names this value as its base."""

    closed: frozenset[str] = frozenset()
    """Names that a program's class derived from a foreign base may neither define nor touch."""

    decorators: frozenset[str] = frozenset()
    """Decorators allowed besides staticmethod and property, as dotted names: `torch.no_grad`."""

    text: Callable[[object], str] | None = None
    """How print and str show a foreign value; None shows its type's name and address."""

    repr: Callable[[object], str] | None = None
    """How a foreign value shows inside a container."""

    format: Callable[[object, str], str] | None = None
    """How a foreign value answers a format specification, once that has been checked."""

    number: Callable[[object], int | float | None] = lambda value: None
    """The plain number that a foreign value of one element stands for in `%d` and `%.3f`."""

    address: Callable[[object], int] = id
    """The number shown where Python would show where a value lies in memory."""

    kind: Callable[[object], str] | None = None
    """What messages call a foreign value: "a Variable"."""


def legal_name(name: str, span: Callable[[], Span], method: bool = False) -> None:
    """Refuse `name` unless a program may use it: as a name, attribute, parameter, keyword, alias or target.

    `method` allows the few special methods that a class may define and `super()` may call.
    """
    if name.startswith("__"):
        if method and name in METHODS:
            return
        allowed = ", ".join(sorted(METHODS))
        raise UnderscoreRefused(f"names that begin with two underscores are closed: {name}", span=span(),
                          notes=(f"a class may define {allowed}, and call them through super()",))
    if iskeyword(name):
        raise WordRefused(_REFUSED.get(name, f"{name} is not part of the language"), span=span())


_REFUSED = {
    "yield": "yield is not part of the language: build a list and return it",
    "async": "async is not part of the language: a program runs one step after another",
    "await": "await is not part of the language: call the function directly",
}
