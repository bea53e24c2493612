"""From the text of a pattern to a tree of tuples.

CPython's own `re.compile` judges the syntax first, so that errors have its words; this reader meets valid patterns.
Sets of characters keep their text: `Members` asks CPython about one character at a time.

    ("set", members)                    one character out of a set
    ("at", kind, members)               a place: "^", "$", "A", "Z", "b", "B", or "=", "!", "<=", "<!" of one character
    ("group", number, tree)             a capturing group
    ("cat", trees), ("alt", trees)      one after the other; the first that fits
    ("repeat", tree, least, most, lazy) a tree several times; `most` is None where nothing bounds it
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.mistakes import DepthLimit, SizeLimit
from gradcli.faults.tree import ValueFault

LONGEST, DEEPEST = 4000, 60
FLAGS = {"A": re.A, "I": re.I, "M": re.M, "S": re.S, "U": re.U, "X": re.X}
ALLOWED = sum(FLAGS.values())
OF_SETS = re.A | re.I | re.S
QUANTIFIER = re.compile(r"[*+?]|\{(\d*),(\d*)\}|\{(\d+)\}")
ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|0[0-7]{0,2}|[0-3][0-7]{2}|.)",
                    re.DOTALL)
CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
INLINE = re.compile(r"\?([aimsux]*)(?:-([imsx]+))?([:)])")
COMMENTS = re.compile(r"(?:\(\?#[^)]*\))*")
BLANK = re.compile(r"(?:[ \t\n\r\v\f]|#[^\n]*(?:\n|\Z)|\(\?#[^)]*\))*")


@exposed("msg", "pattern", "pos", "lineno", "colno")
class PatternFault(ValueFault):
    """re.error: the text is no pattern."""

    def __init__(self, error: re.error) -> None:
        super().__init__(str(error))
        self.msg, self.pattern, self.pos, self.lineno, self.colno = (
            error.msg, error.pattern, error.pos, error.lineno, error.colno)


PatternFault.__name__ = PatternFault.__qualname__ = "error"


class Members(dict[str, bool]):
    """Whether a character belongs to a set such as `[a-z]`, `\\d` or `.`, by character, as CPython answers."""

    __slots__ = ("_fits",)

    def __init__(self, source: str, flags: int) -> None:
        self._fits = compiled(source, flags & OF_SETS).fullmatch

    def __missing__(self, character: str) -> bool:
        answer = self[character] = self._fits(character) is not None
        return answer


def compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """CPython's own compiled form of a pattern; PatternFault where it is none."""
    if len(pattern) > LONGEST:
        raise SizeLimit(f"a pattern has at most {LONGEST} characters here")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern, flags)
    except re.error as error:
        raise PatternFault(error) from None
    except (RecursionError, OverflowError):
        raise DepthLimit("the groups of this pattern stand within each other too deeply") from None
    except ValueError as error:
        raise ValueFault(str(error)) from None


def refusal(construct: str, instead: str) -> ValueFault:
    """The fault for a construct of Python's that needs backtracking, for which there is no bound of time."""
    return ValueFault(f"patterns have no {construct} here: the time that they take would have no bound",
                      ("a|b, (...), (?:...), *, +, ?, {2,5}, [a-z], \\w, \\d, \\s, \\b, ^, $", instead))


class PatternReader:
    """Reads one pattern; `flags` hold for what comes next."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags, self.at, self.groups, self.depth = pattern, flags, 0, 0, 0
        self.sets: dict[tuple[str, int], Members] = {}

    def tree(self) -> Any:
        """The tree of alternatives up to the end or to a closing parenthesis."""
        if self.depth > DEEPEST:
            raise DepthLimit(f"the groups of a pattern stand at most {DEEPEST} deep within each other here")
        branches, flags = [self.sequence()], self.flags
        while self.pattern.startswith("|", self.at):
            self.at += 1
            self.flags = flags
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self) -> Any:
        items: list[Any] = []
        while self.skip_blank() and self.pattern[self.at] not in "|)":
            item = self.item()
            if item is not None:
                items.append(self.repeated(item))
        return items[0] if len(items) == 1 else ("cat", items)

    def part(self, expression: re.Pattern[str]) -> str:
        """What matches here; something does, for CPython has compiled the pattern."""
        match = expression.match(self.pattern, self.at)
        assert match is not None
        return match.group()

    def skip_blank(self) -> bool:
        """Skip comments, and blanks where the flag `X` allows them; whether anything is left."""
        blank = BLANK if self.flags & re.X else COMMENTS
        self.at += len(self.part(blank))
        return self.at < len(self.pattern)

    def item(self) -> Any:
        """The next character, set, place or group; None for what matches nothing by itself."""
        sign = self.pattern[self.at]
        if sign == "(":
            return self.parenthesis()
        if sign in "^$":
            self.at += 1
            return ("at", sign if self.flags & re.M or sign == "$" else "A", self.flags & re.M)
        if sign == "\\":
            return self.escape()
        source = self.part(CLASS) if sign == "[" else sign
        self.at += len(source)
        return self.set(source if sign in "[." else re.escape(sign))

    def set(self, source: str) -> Any:
        key = source, self.flags & OF_SETS
        if key not in self.sets:
            self.sets[key] = Members(*key)
        return ("set", self.sets[key])

    def escape(self) -> Any:
        source = self.part(ESCAPE)
        if source[1] in "AZz" or source[1] in "bB":
            self.at += 2
            return ("at", source[1].upper() if source[1] == "z" else source[1], self.set(r"\w")[1])
        if source[1] in "123456789" and len(source) == 2:
            raise refusal("backreferences", "m.group(1) == m.group(2): compare the groups of the match")
        self.at += len(source)
        return self.set(source)

    def parenthesis(self) -> Any:
        pattern, start = self.pattern, self.at + 1
        if not pattern.startswith("?", start):
            return self.group(start)
        if pattern.startswith("?P<", start):
            return self.group(pattern.index(">", start) + 1)
        if (inline := INLINE.match(pattern, start)) is not None:
            return self.inline(inline)
        for sign in ("=", "!", "<=", "<!"):
            if pattern.startswith(f"?{sign}", start):
                return self.beside(sign, start + 1 + len(sign))
        raise refusal("backreferences, conditions or atomic groups",
                      "m.group(1) == m.group(2): compare the groups of the match")

    def group(self, start: int) -> Any:
        self.groups += 1
        number = self.groups
        return ("group", number, self.within(start))

    def within(self, start: int) -> Any:
        """The tree between `start` and the parenthesis that closes it; flags set there end there."""
        flags, self.at = self.flags, start
        self.depth += 1
        tree = self.tree()
        self.depth -= 1
        self.flags = flags
        self.at += 1
        return tree

    def inline(self, inline: re.Match[str]) -> Any:
        add = sum(FLAGS[letter.upper()] for letter in set(inline[1] or ""))
        drop = sum(FLAGS[letter.upper()] for letter in set(inline[2] or ""))
        if inline[3] == ")":        # at the start: the flags of the whole pattern, which CPython has counted
            self.at = inline.end()
            return None
        outer = self.flags
        self.flags = ((outer & ~re.A if add & re.U else outer) | add) & ~drop
        tree = self.within(inline.end())
        self.flags = outer
        return tree

    def beside(self, sign: str, start: int) -> Any:
        """A look ahead or back at one character."""
        groups = self.groups
        tree = self.within(start)
        trees = tree[1] if tree[0] == "alt" else [tree]
        if self.groups != groups or any(branch[0] != "set" for branch in trees):
            raise refusal("looks ahead or back at more than one character", "(?=[a-z]), (?<!\\w): at one character")
        return ("at", sign, trees[0][1] if len(trees) == 1 else Union([branch[1] for branch in trees]))

    def repeated(self, item: Any) -> Any:
        """`item` with the quantifier that follows, if one does."""
        while self.skip_blank() and (quantifier := QUANTIFIER.match(self.pattern, self.at)):
            if quantifier.group() == "{,}":
                least, most = 0, None
            else:
                least, most = _bounds(quantifier)
            self.at = quantifier.end()
            lazy = self.pattern.startswith("?", self.at)
            if self.pattern.startswith("+", self.at):
                raise refusal("possessive quantifiers", "a*, a+, a?: without the second +")
            self.at += lazy
            item = ("repeat", item, least, most, lazy)
        return item


def _bounds(quantifier: re.Match[str]) -> tuple[int, int | None]:
    sign, (least, most, exactly) = quantifier.group(), quantifier.groups()
    if sign in ("*", "+", "?"):
        return int(sign == "+"), 1 if sign == "?" else None
    if exactly is not None:
        return int(exactly), int(exactly)
    return int(least or 0), int(most) if most else None


class Union(dict[str, bool]):
    """Whether a character belongs to one of several sets, by character."""

    __slots__ = ("_sets",)

    def __init__(self, sets: list[Any]) -> None:
        self._sets = sets

    def __missing__(self, character: str) -> bool:
        answer = self[character] = any(members[character] for members in self._sets)
        return answer
