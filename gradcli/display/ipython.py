"""Values as IPython and Jupyter print them: containers within 79 columns, classes and objects by their names.

A container is a group. What does not fit on a line breaks the outermost group that can still be broken, at each of
its commas; a text of several lines, such as a tensor's, is indented as far as the brackets around it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, signature
from itertools import islice
from types import FunctionType
from typing import Any, NamedTuple

from gradcli.display.containers import LONGEST, Literal, NamedValue
from gradcli.exposure import PROGRAM_MADE, Parts, exposure_of
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import Fault
from gradcli.lang.runtime.types import TypeProxy

WIDTH = 79
MOST = 1000     # values of one container that are shown
CLASS = re.compile(r"<class '(.*)'>")
OBJECT = re.compile(r"<([\w.]+) object at (0x[0-9a-f]+)>")
FUNCTION = re.compile(r"<function ([\w.<>]+) at 0x[0-9a-f]+>")
BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"), tuple: ("(", ")"), dict: ("{", "}"), set: ("{", "}"), frozenset: ("frozenset({", "})")}
STARS: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}

Say = Callable[[Any], str]


class Open(NamedTuple):
    """The start of a group, with its bracket."""

    text: str


class Close(NamedTuple):
    """The end of a group: its bracket, how far it was indented, and the identity of its container."""

    text: str
    indent: int
    identity: int


class Comma(NamedTuple):
    """A comma after which the line may end."""


class Group:
    """A container that is being written: whether its commas end lines, and how many commas wait to be written."""

    __slots__ = ("broken", "waiting")

    def __init__(self) -> None:
        self.broken = False
        self.waiting = 0


class Gap(NamedTuple):
    """A place where the line may end, not written yet."""

    group: Group
    indent: int


class Page:
    """Writes pieces of text and breaks lines between them.

    `early` is whether a text of several lines leaves the commas around it as they are, as IPython did until 2015.
    """

    def __init__(self, early: bool) -> None:
        self.early = early
        self.out: list[str] = []
        self.column = 0
        self.indent = 0
        self.length = 0
        self.groups = [Group()]
        self.breakable: list[list[Group]] = [self.groups[:]]      # by depth, those that may still be broken
        self.pending: deque[str | Gap] = deque()
        self.pending_width = 0

    def text(self, text: str) -> None:
        """Write text without an end of line. Raises SizeLimit where the page gets too long."""
        self.length += len(text)
        if self.length > LONGEST:
            raise SizeLimit(f"that would be shown in more than {LONGEST} characters")
        if not self.pending:
            self._put(text)
            return
        self._wait(text, len(text))

    def comma(self) -> None:
        """Write a comma, and then a blank or a new line."""
        self.text(",")
        group = self.groups[-1]
        if group.broken:
            self._new_line()
        else:
            group.waiting += 1
            self._wait(Gap(group, self.indent), 1)

    def lines(self, text: str) -> None:
        """Write text of any number of lines."""
        for number, line in enumerate(text.splitlines()):
            if number:
                if not self.early and (group := self._outermost()):
                    self._break(group)
                self._new_line()
            self.text(line)

    def open(self, bracket: str) -> None:
        """Start a group."""
        self.text(bracket)
        depth = len(self.groups)
        self.groups.append(Group())
        if depth == len(self.breakable):
            self.breakable.append([])
        self.breakable[depth].append(self.groups[-1])
        self.indent += len(bracket)

    def close(self, bracket: str, indent: int) -> None:
        """End a group."""
        self.indent -= indent
        group = self.groups.pop()
        if not group.waiting:
            self._settle(group)
        self.text(bracket)

    def finished(self) -> str:
        """The whole text."""
        self._flush()
        return "".join(self.out)

    def _wait(self, piece: str | Gap, width: int) -> None:
        self.pending.append(piece)
        self.pending_width += width
        while self.column + self.pending_width > WIDTH and (group := self._outermost()):
            self._break(group)

    def _outermost(self) -> Group | None:
        """The outermost group with a comma that waits; what lies further out is broken from now on."""
        for level in self.breakable:
            for place, group in enumerate(reversed(level)):
                if group.waiting:
                    del level[place]        # counted from the other end: IPython's texts depend on that
                    group.broken = True
                    return group
            for group in level:
                group.broken = True
            level.clear()
        return None

    def _break(self, group: Group) -> None:
        """Write what waits up to the last comma of a group and the text after it."""
        while group.waiting:
            self._emit(self.pending.popleft())
        while self.pending and isinstance(self.pending[0], str):
            self._emit(self.pending.popleft())

    def _emit(self, piece: str | Gap) -> None:
        if isinstance(piece, str):
            self.pending_width -= len(piece)
            self._put(piece)
            return
        self.pending_width -= 1
        piece.group.waiting -= 1
        if piece.group.broken:
            self.out.append("\n" + " " * piece.indent)
            self.column = piece.indent
            return
        if not piece.group.waiting:
            self._settle(piece.group)
        self._put(" ")

    def _put(self, text: str) -> None:
        self.out.append(text)
        self.column += len(text)

    def _settle(self, group: Group) -> None:
        """A group is whole on its line: it is not broken any more."""
        for level in self.breakable:
            if group in level:
                level.remove(group)

    def _flush(self) -> None:
        while self.pending:
            self._emit(self.pending.popleft())

    def _new_line(self) -> None:
        self._flush()
        self.out.append("\n" + " " * self.indent)
        self.column = self.indent


def layouts(value: Any, say: Say, early: bool = False) -> Iterator[str]:
    """The texts that versions of IPython print for a value, the usual one first; `say` returns Python's own `repr`.

    Until version 7 keys were sorted. With `early` the oldest layout is the usual one.
    """
    yield ipython_text(value, say, early, early)
    yield ipython_text(value, say, not early, early)
    yield ipython_text(value, say, early, not early)
    yield ipython_text(value, say, not early, not early)


def ipython_text(value: Any, say: Say, ordered: bool = False, early: bool = False) -> str:
    """The text of a value; `ordered` sorts the keys of dicts."""
    page = Page(early)
    inside: set[int] = set()
    pending: list[Any] = [value]
    while pending:
        item = pending.pop()
        if type(item) is Literal:
            page.text(item.text)
        elif type(item) is Comma:
            page.comma()
        elif type(item) is Open:
            page.open(item.text)
        elif type(item) is Close:
            page.close(item.text, item.indent)
            inside.discard(item.identity)
        elif (brackets := _brackets(item)) is None:
            page.lines(item_text(item, say))
        elif id(item) in inside:
            page.text("...".join(brackets))
        else:
            inside.add(id(item))
            opening, closing = brackets
            if type(item) is tuple and len(item) == 1:
                closing = ",)"
            pending.append(Close(closing, len(opening), id(item)))
            pending += [*_separated_members(item, say, ordered)][::-1]
            pending.append(Open(opening))
    return page.finished()


def _brackets(value: Any) -> tuple[str, str] | None:
    """The brackets of a container; None for a value that is printed as a whole."""
    kind = type(value)
    if kind in BRACKETS:
        return BRACKETS[kind] if value or kind not in (set, frozenset) else None
    if _plain_exception(kind):
        return f"{'__main__.' if PROGRAM_MADE in vars(kind) else ''}{kind.__name__}(", ")"
    exposure = exposure_of(kind)
    if exposure is None or exposure.parts is None:
        return None
    begin, members, end = exposure.parts(value)
    if any(type(part) in (Literal, NamedValue) for part in members):
        return None
    begin, members, end = _split(value, exposure.parts)
    return (begin, end) if begin.endswith("(") and end == ")" else None


def _plain_exception(kind: type) -> bool:
    """Whether a class is one of Python's exceptions, or derived from one, without a `__repr__` of its own."""
    if not issubclass(kind, BaseException) or issubclass(kind, Fault):
        return False
    return not any("__repr__" in vars(base) for base in kind.__mro__ if PROGRAM_MADE in vars(base))


def _split(value: Any, parts: Parts) -> tuple[str, list[Any], str]:
    """The brackets and members of a container; `deque([1])` as the call `deque(` of a list."""
    begin, members, end = parts(value)
    if not (begin.endswith("([") and end[0] == "]" and end[-1] == ")"):
        return begin, members, end
    option = end[1:-1].removeprefix(", ")
    return begin[:-1], [members, *([Literal(option)] if option else [])], ")"


def _separated_members(value: Any, say: Say, ordered: bool) -> Iterator[Any]:
    """The members of a container, with commas and colons."""
    kind = type(value)
    members: Iterable[Any] = value
    if issubclass(kind, BaseException):
        members = value.args
    elif kind not in BRACKETS:
        exposure = exposure_of(kind)
        members = _split(value, exposure.parts)[1] if exposure and exposure.parts else ()
    elif kind in (set, frozenset) or (ordered and kind is dict):
        members = _sorted(value, say)
    for number, member in enumerate(islice(members, MOST + 1)):
        if number:
            yield Comma()
        if number == MOST:
            yield Literal("...")
        elif kind is dict:
            yield from (member, Literal(": "), value[member])
        else:
            yield member


def _sorted(members: Any, say: Say) -> list[Any]:
    """Keys in order, unless there are too many: by value if they are numbers or strings, else by their text."""
    if len(members) >= MOST:
        return list(members)
    kinds = set(map(type, members))
    by_value = kinds <= {int, float, bool} or kinds == {str}
    return sorted(members, key=None if by_value else say)


def item_text(value: Any, say: Say) -> str:
    """The text of what is no container."""
    text = say(value)
    if isinstance(value, (type, TypeProxy)) and (kind := CLASS.fullmatch(text)):
        return kind[1]
    if text.startswith("<"):
        if plain := OBJECT.fullmatch(text):
            return f"<{plain[1]} at {plain[2]}>"
        if type(value) is FunctionType and (name := FUNCTION.fullmatch(text)):
            return f"<function __main__.{name[1]}({_parameters(value, say)})>"
    return text


def _parameters(function: FunctionType, say: Say) -> str:
    texts: list[str] = []
    for name, parameter in signature(function).parameters.items():
        if parameter.kind is Parameter.KEYWORD_ONLY and not any(text.startswith("*") for text in texts):
            texts.append("*")
        default = "" if parameter.default is Parameter.empty else f"={say(parameter.default)}"
        texts.append(f"{STARS.get(parameter.kind, '')}{name}{default}")
    return ", ".join(texts)
