"""The automaton of a pattern: threads in order of priority, at most one a state, so that time is linear in the text.

A state is a tuple (kind, next state, more). Threads stop at states that take a character; what lies between is
followed at once, states of higher priority first, so that the first thread to reach MATCH is the match that CPython's
backtracking finds. A loop whose body can match the empty text needs one bit for each thread: CPython leaves such a
loop after a turn that has taken no character, and the bit says that the present turn has not.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gradcli.faults.mistakes import SizeLimit
from gradcli.namespace.python.patterns.syntax import Union, refusal

TAKE, SPLIT, SAVE, PLACE, ENTER, TURN, LEAVE, MATCH = range(8)
MOST_STATES, MOST_NESTED = 4000, 6
EMPTY_HAS_NO_WORDS = re.search(r"\B", "") is None   # whether \B fails in the empty text, which depends on CPython's age

Captures = tuple[Any, ...]


class Automaton(NamedTuple):
    """The states of a pattern; `first`: the characters that a match can begin with, None if it can be empty."""

    states: list[Any]
    entry: int
    groups: int
    first: Union | None


def automaton(tree: Any, groups: int) -> Automaton:
    """The automaton of a tree of `gradcli/namespace/python/patterns/syntax.py`."""
    builder = _Builder()
    entry = builder.add(tree, builder.state(MATCH))
    return Automaton(builder.states, entry, groups, _first(builder.states, entry))


def too_large() -> SizeLimit:
    """The fault of a pattern that repeats too much."""
    return SizeLimit(f"the pattern would need more than {MOST_STATES} states: repeat fewer characters at a time")


class _Builder:
    """Makes states from the end of the pattern to its beginning: `add` returns the state where a tree is entered."""

    def __init__(self) -> None:
        self.states: list[Any] = []
        self.nested = 0
        self.calls = 0      # of `add`: parts that match nothing make no states

    def state(self, kind: int, following: int = 0, more: Any = None) -> int:
        if len(self.states) >= MOST_STATES:
            raise too_large()
        self.states.append((kind, following, more))
        return len(self.states) - 1

    def add(self, tree: Any, following: int) -> int:
        self.calls += 1
        if self.calls > 10 * MOST_STATES:
            raise too_large()
        kind = tree[0]
        if kind == "set":
            return self.state(TAKE, following, tree[1])
        if kind == "at":
            return self.state(PLACE, following, tree[1:])
        if kind == "group":
            end = self.state(SAVE, following, 2 * tree[1] + 1)
            return self.state(SAVE, self.add(tree[2], end), 2 * tree[1])
        if kind == "cat":
            for part in reversed(tree[1]):
                following = self.add(part, following)
            return following
        if kind == "alt":
            entries = [self.add(branch, following) for branch in tree[1]]
            last = entries.pop()
            for entry in reversed(entries):
                last = self.state(SPLIT, entry, last)
            return last
        _, body, least, most, lazy = tree
        return self.repeat(body, least, most, lazy, following)

    def repeat(self, tree: Any, least: int, most: int | None, lazy: bool, following: int) -> int:
        if nullable(tree):
            entry = self.checked(tree, None if most is None else most - least, lazy, following)
        elif most is None:
            entry = self.split(0, following, lazy)
            self.states[entry] = self.order(self.add(tree, entry), following, lazy)
        else:
            entry = following
            for _ in range(most - least):
                entry = self.split(self.add(tree, entry), following, lazy)
        for _ in range(least):
            entry = self.add(tree, entry)
        return entry

    def checked(self, tree: Any, times: int | None, lazy: bool, following: int) -> int:
        """A loop whose body can match the empty text; `times` is the most of its turns."""
        if self.nested == MOST_NESTED:
            raise refusal(f"more than {MOST_NESTED} loops within each other that can match nothing", "(a+b?)*")
        bit = 1 << self.nested
        self.nested += 1
        if times is None:
            entry = self.split(0, following, lazy)
            leave = self.state(LEAVE, following, (bit, entry))
            turn = self.state(TURN, self.add(tree, leave), bit)
            self.states[entry] = self.order(turn, following, lazy)
        else:
            entry = following
            for _ in range(times):
                leave = self.state(LEAVE, following, (bit, entry))
                entry = self.split(self.state(TURN, self.add(tree, leave), bit), following, lazy)
        self.nested -= 1
        return self.state(ENTER, entry, bit)

    def split(self, turn: int, following: int, lazy: bool) -> int:
        entry = self.state(SPLIT)
        self.states[entry] = self.order(turn, following, lazy)
        return entry

    @staticmethod
    def order(turn: int, following: int, lazy: bool) -> tuple[int, int, int]:
        return (SPLIT, following, turn) if lazy else (SPLIT, turn, following)


def nullable(tree: Any) -> bool:
    """Whether a tree can match the empty text."""
    kind = tree[0]
    if kind == "repeat":
        return tree[2] == 0 or nullable(tree[1])
    if kind in ("cat", "alt"):
        return (all if kind == "cat" else any)(nullable(part) for part in tree[1])
    return kind == "at" or (kind == "group" and nullable(tree[2]))


def _first(states: list[Any], entry: int) -> Union | None:
    pending, visited, sets = [entry], set(), []
    while pending:
        at = pending.pop()
        if at in visited:
            continue
        visited.add(at)
        kind, following, more = states[at]
        if kind == MATCH:
            return None
        if kind == TAKE:
            sets.append(more)
            continue
        pending.append(following)
        if kind == SPLIT:
            pending.append(more)
        elif kind == LEAVE:
            pending.append(more[1])
    return Union(sets)


def _holds(place: Any, text: str, at: int, end: int) -> bool:
    """Whether a place of the pattern, such as `^`, is at index `at` of the text, which ends at `end`."""
    kind, more = place
    if kind == "A":
        return at == 0
    if kind == "Z":
        return at == end
    if kind == "^":
        return at == 0 or text[at - 1] == "\n"
    if kind == "$":
        return at == end or (text[at] == "\n" and (bool(more) or at == end - 1))
    if kind in ("=", "!"):
        return (at < end and more[text[at]]) == (kind == "=")
    if kind in ("<=", "<!"):
        return (at > 0 and more[text[at - 1]]) == (kind == "<=")
    if end == 0 and EMPTY_HAS_NO_WORDS:
        return False
    return ((at > 0 and more[text[at - 1]]) != (at < end and more[text[at]])) == (kind == "b")


def find(machine: Automaton, text: str, start: int, end: int, anchored: bool = False, full: bool = False,
         advance: bool = False) -> Captures | None:
    """The first match in `text[:end]` from `start` on: the ends of its groups and the group that closed last.

    anchored    the match begins at `start`
    whole       the match ends at `end`
    advance     the match is not the empty one at `start`
    """
    states, _, groups, first = machine
    blank: Captures = (None,) * (2 * groups + 2) + (None,)
    threads: list[Any] = []
    best: Captures | None = None
    at = start
    while True:
        if best is None and (at == start or not anchored):
            if not threads and first is not None and not anchored:
                while at < end and not first[text[at]]:
                    at += 1
            threads.append((machine.entry, (at, *blank[1:])))
        takers, match = _followed(states, threads, text, at, end, full, advance and at == start)
        if match is not None:
            best = match
        if at >= end or (not takers and (best is not None or anchored)):
            return best
        sign = text[at]
        threads = [(following, captures) for members, following, captures in takers if members[sign]]
        at += 1


def _followed(states: list[Any], threads: list[Any], text: str, at: int, end: int, full: bool,
              advance: bool) -> tuple[list[Any], Captures | None]:
    """The threads at states that take a character, in order of priority, up to the first that matches; its captures."""
    takers: list[Any] = []
    visited: set[int] = set()
    size = len(states)
    for entry, entered in threads:
        stack = [(entry, entered, 0)]
        while stack:
            state, captures, bits = stack.pop()
            kind, following, more = states[state]
            key = state if kind == TAKE else bits * size + state
            if key in visited:
                continue
            visited.add(key)
            if kind == TAKE:
                takers.append((more, following, captures))
            elif kind == SPLIT:
                stack.append((more, captures, bits))
                stack.append((following, captures, bits))
            elif kind == SAVE:
                captures = (*captures[:more], at, *captures[more + 1:])
                stack.append((following, (*captures[:-1], more >> 1) if more & 1 else captures, bits))
            elif kind == PLACE:
                if _holds(more, text, at, end):
                    stack.append((following, captures, bits))
            elif kind == ENTER:
                stack.append((following, captures, bits & ~more))
            elif kind == TURN:
                stack.append((following, captures, bits | more))
            elif kind == LEAVE:
                stack.append((following if bits & more[0] else more[1], captures, bits & ~more[0]))
            elif (not full or at == end) and not advance:
                return takers, (*captures[:1], at, *captures[2:])
    return takers, None
