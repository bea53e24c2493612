"""What programs see as `re`: functions, Pattern and Match."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import index
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import STAND_INS, TypeProxy
from gradcli.namespace.python.patterns.automaton import Automaton, automaton, find
from gradcli.namespace.python.patterns.syntax import ALLOWED, PatternFault, PatternReader, compiled
from gradcli.namespace.python.patterns.template import parsed

NOFLAG = 0
A = ASCII = int(re.A)
I = IGNORECASE = int(re.I)      # noqa: E741  # the name that programs know
M = MULTILINE = int(re.M)
S = DOTALL = int(re.S)
U = UNICODE = int(re.U)
X = VERBOSE = int(re.X)


@exposed("group", "groups", "groupdict", "start", "end", "span", "expand", "string", "re", "pos", "endpos", "lastindex",
         "lastgroup")
class PatternMatch:
    """re.Match: where a pattern fits."""

    __slots__ = ("_ends", "endpos", "pos", "re", "string")

    def __init__(self, pattern: CompiledPattern, text: str, ends: tuple[Any, ...], pos: int, endpos: int) -> None:
        self.re, self.string, self._ends, self.pos, self.endpos = pattern, text, ends, pos, endpos

    @property
    def lastindex(self) -> int | None:
        """The number of the group that closed last."""
        number: int | None = self._ends[-1]
        return number

    @property
    def lastgroup(self) -> str | None:
        """The name of the group that closed last."""
        return next((name for name, number in self.re._names.items() if number == self.lastindex), None)

    def _number(self, group: Any) -> int:
        if type(group) is str:
            if group in self.re._names:
                return self.re._names[group]
        elif type(group) in (int, bool) and 0 <= group <= self.re.groups:
            return int(group)
        raise IndexError("no such group")

    def _text(self, number: int, default: Any = None) -> Any:
        start, end = self._ends[2 * number], self._ends[2 * number + 1]
        return default if end is None else self.string[start:end]

    def group(self, *groups: Any) -> Any:
        """The text of a group, by number or name; of several groups a tuple."""
        texts = tuple(self._text(self._number(group)) for group in groups or (0,))
        return texts if len(groups) > 1 else texts[0]

    __getitem__ = group

    def groups(self, default: Any = None) -> tuple[Any, ...]:
        """The texts of all groups; `default` for those that took no part."""
        return tuple(self._text(number, default) for number in range(1, self.re.groups + 1))

    def groupdict(self, default: Any = None) -> dict[str, Any]:
        """The texts of the named groups, by name."""
        return {name: self._text(number, default) for name, number in self.re._names.items()}

    def span(self, group: Any = 0) -> tuple[int, int]:
        """Where a group begins and ends; (-1, -1) if it took no part."""
        number = self._number(group)
        start, end = self._ends[2 * number], self._ends[2 * number + 1]
        return (-1, -1) if end is None else (start, end)

    def start(self, group: Any = 0) -> int:
        """Where a group begins."""
        return self.span(group)[0]

    def end(self, group: Any = 0) -> int:
        """Where a group ends."""
        return self.span(group)[1]

    def expand(self, template: Any) -> str:
        """A replacement text with the groups of this match."""
        return self._filled(parsed(_text(template), self.re.groups, self.re._names))

    def _filled(self, parts: list[str | int]) -> str:
        texts: list[str] = [self._text(part, "") if isinstance(part, int) else part for part in parts]
        Budget().check_characters(sum(map(len, texts)))
        return "".join(texts)

    def __display__(self, style: Any) -> str:
        return f"<re.Match object; span={self.span()}, match={repr(self.group())[:50]}>"


@exposed("pattern", "flags", "groups", "groupindex", "match", "fullmatch", "search", "findall", "finditer", "split",
         "sub", "subn")
class CompiledPattern:
    """re.Pattern: a pattern whose automaton has been built."""

    __slots__ = ("_machine", "_names", "flags", "groups", "pattern")

    def __init__(self, pattern: str, flags: int) -> None:
        plain = compiled(pattern, flags)
        reader = PatternReader(pattern, plain.flags)
        self._machine: Automaton = automaton(reader.tree(), reader.groups)
        self.pattern, self.flags, self.groups = pattern, plain.flags, plain.groups
        self._names = dict(plain.groupindex)

    @property
    def groupindex(self) -> dict[str, int]:
        """The numbers of the named groups."""
        return dict(self._names)

    def _one(self, text: Any, pos: Any, endpos: Any, **options: Any) -> PatternMatch | None:
        start, end = _bounds(_text(text), pos, endpos)
        ends = find(self._machine, text, start, end, **options) if start <= end else None
        return None if ends is None else PatternMatch(self, text, ends, start, end)

    def match(self, string: Any, pos: Any = 0, endpos: Any = None) -> PatternMatch | None:
        """The match that begins at `pos`, or None."""
        return self._one(string, pos, endpos, anchored=True)

    def fullmatch(self, string: Any, pos: Any = 0, endpos: Any = None) -> PatternMatch | None:
        """The match of the whole text, or None."""
        return self._one(string, pos, endpos, anchored=True, full=True)

    def search(self, string: Any, pos: Any = 0, endpos: Any = None) -> PatternMatch | None:
        """The first match, or None."""
        return self._one(string, pos, endpos)

    def _all(self, text: Any, pos: Any = 0, endpos: Any = None) -> Iterator[PatternMatch]:
        start, end = first, _ = _bounds(_text(text), pos, endpos)
        advance = False
        while start <= end and (ends := find(self._machine, text, start, end, advance=advance)) is not None:
            yield PatternMatch(self, text, ends, first, end)
            start = ends[1]
            advance = ends[0] == ends[1]

    def findall(self, string: Any, pos: Any = 0, endpos: Any = None) -> list[Any]:
        """The texts of all matches: of the group if there is one, of the groups if there are more."""
        return [*Budget().bounded(
            match.group() if not self.groups else match._text(1, "") if self.groups == 1 else match.groups("")
            for match in self._all(string, pos, endpos))]

    def finditer(self, string: Any, pos: Any = 0, endpos: Any = None) -> Iterator[PatternMatch]:
        """All matches."""
        return iter([*Budget().bounded(self._all(string, pos, endpos))])

    def split(self, string: Any, maxsplit: Any = 0) -> list[Any]:
        """The text between the matches, and the groups of each match."""
        parts: list[Any] = []
        at = splits = 0
        most = index(maxsplit)
        if most < 0:
            return [_text(string)]
        for match in self._all(string):
            if most and splits == most:
                break
            parts += [string[at:match.start()], *match.groups()]
            Budget().check_items(len(parts))
            at, splits = match.end(), splits + 1
        return [*parts, string[at:]]

    def sub(self, repl: Any, string: Any, count: Any = 0) -> str:
        """The text with `repl`, a text or a function of the match, in place of the matches."""
        return self.subn(repl, string, count)[0]

    def subn(self, repl: Any, string: Any, count: Any = 0) -> tuple[str, int]:
        """As `sub`, with the number of replacements."""
        if callable(repl):
            replace: Callable[[PatternMatch], Any] = repl
        else:
            template = parsed(_text(repl), self.groups, self._names)

            def replace(match: PatternMatch) -> str:
                return match._filled(template)
        parts: list[str] = []
        at = times = length = 0
        most = index(count)
        for match in self._all(string) if most >= 0 else ():
            if most and times == most:
                break
            text = replace(match)
            if text is not None and type(text) is not str:
                raise TypeError(f"sequence item {len(parts) + 1}: expected str instance, {type(text).__name__} found")
            parts += [string[at:match.start()], text or ""]
            length += len(parts[-1]) + len(parts[-2])
            Budget().check_characters(length)
            at, times = match.end(), times + 1
        return "".join([*parts, _text(string)[at:]]), times

    def __eq__(self, other: object) -> bool:
        return type(other) is CompiledPattern and (self.pattern, self.flags) == (other.pattern, other.flags)

    def __hash__(self) -> int:
        return hash((self.pattern, self.flags))

    def __display__(self, style: Any) -> str:
        return repr(re.compile(self.pattern, self.flags))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"expected string or bytes-like object, got '{type(value).__name__}'")
    return value


def _bounds(text: str, pos: Any, endpos: Any) -> tuple[int, int]:
    """The indices at which a search begins and ends, as Python clips them."""
    start = max(0, index(pos))
    end = len(text) if endpos is None else max(0, min(len(text), index(endpos)))
    return min(start, len(text)), end


@lru_cache(maxsize=128)
def _cached(pattern: str, flags: int) -> CompiledPattern:
    return CompiledPattern(pattern, flags)


def compile(pattern: Any, flags: Any = 0) -> CompiledPattern:      # the name that programs know
    """The automaton of a pattern."""
    if type(flags) not in (int, bool) or flags & ~ALLOWED:
        raise ArgumentFault("the flags of a pattern are re.I, re.M, re.S, re.X and re.A here", "re.compile('a', re.I)")
    if type(pattern) is CompiledPattern:
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if type(pattern) is not str:
        raise TypeError("first argument must be string or compiled pattern")
    return _cached(pattern, int(flags))


def match(pattern: Any, string: Any, flags: Any = 0) -> PatternMatch | None:
    """The match at the beginning of the text, or None."""
    return compile(pattern, flags).match(string)


def fullmatch(pattern: Any, string: Any, flags: Any = 0) -> PatternMatch | None:
    """The match of the whole text, or None."""
    return compile(pattern, flags).fullmatch(string)


def search(pattern: Any, string: Any, flags: Any = 0) -> PatternMatch | None:
    """The first match, or None."""
    return compile(pattern, flags).search(string)


def findall(pattern: Any, string: Any, flags: Any = 0) -> list[Any]:
    """The texts of all matches."""
    return compile(pattern, flags).findall(string)


def finditer(pattern: Any, string: Any, flags: Any = 0) -> Iterator[PatternMatch]:
    """All matches."""
    return compile(pattern, flags).finditer(string)


def split(pattern: Any, string: Any, maxsplit: Any = 0, flags: Any = 0) -> list[Any]:
    """The text between the matches."""
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0) -> str:
    """The text with `repl` in place of the matches."""
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0) -> tuple[str, int]:
    """As `sub`, with the number of replacements."""
    return compile(pattern, flags).subn(repl, string, count)


def escape(pattern: Any) -> str:
    """The text with a backslash before every sign that means something in a pattern."""
    if 2 * len(_text(pattern)) > Budget.characters:
        raise SizeLimit("that would be too long a text")
    return re.escape(pattern)


def purge() -> None:
    """Nothing: a session keeps few patterns."""


CompiledPattern.__name__, PatternMatch.__name__ = "re.Pattern", "re.Match"     # as messages call them
STAND_INS[PatternFault] = error = TypeProxy("re.error", (PatternFault,))
Pattern = TypeProxy("re.Pattern", (CompiledPattern,))
Match = TypeProxy("re.Match", (PatternMatch,))
