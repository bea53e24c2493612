"""The LALR automaton: words to a tree, by the tables that Lark computed, without Lark.

Nothing here recurses over the text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.faults.tree import Fault
from gradcli.lang.syntax.lexer import Lexer, Node, Word

TAKE, NODE, NODE_SPLICED, NODE_OR_CHILD, LIST = range(5)     # the mode of a reduction, see build.py

Complaint = Callable[["Driver", list[Word], Word, list[int], str], Fault]
"""Returns the fault for a word without an action: of the automaton, all words, the word, the state stack, the text."""


class Driver:
    """The automaton. One serves all programs."""

    def __init__(self, tables: dict[str, Any], complaint: Complaint) -> None:
        self.complaint = complaint
        self.lexer = Lexer(tables)
        self.actions: list[dict[str, int]] = tables["actions"]
        self.gotos: list[dict[str, int]] = tables["gotos"]
        self.rules: list[Any] = tables["rules"]
        self.units: int = tables["units"]
        self.starts: dict[str, int] = tables["starts"]
        self.ends: dict[str, int] = tables["ends"]
        self.renamed: dict[tuple[int, int, str], int] = {}

    def run(self, words: list[Word], start: str, text: str) -> Node:
        """The tree of `words`, which end with `$END`, under the rule `start`.

        Half of all reductions are unit reductions (an atom is a power is a factor ...). The state after a chain of
        them depends on two states and the next word only, and is cached.
        """
        actions, gotos, rules, units, renamed = self.actions, self.gotos, self.rules, self.units, self.renamed
        accept = self.ends[start]
        state = self.starts[start]
        states = [state]
        values: list[Any] = []
        end = 0
        for word in words:
            kind = word[0]
            while True:
                code = actions[state].get(kind)
                if code is None:
                    raise self.complaint(self, words, word, states, text)
                if code > 0:
                    states.append(code)
                    values.append(word)
                    state = code
                    end = word[2]
                    break
                elif code <= units:
                    key = (states[-2], state, kind)
                    after = renamed.get(key)
                    if after is None:
                        after = renamed[key] = self._rename(*key)
                    states[-1] = state = after
                else:
                    size, origin, mode, label, positions, spliced = rules[-code]
                    if size:
                        popped = values[-size:]
                        del values[-size:], states[-size:]
                        begin = popped[0][1] if type(popped[0]) is tuple else _begin(popped)
                    else:
                        popped, begin = [], end
                    if mode == NODE:
                        values.append((label, begin, end, tuple([popped[i] for i in positions])))
                    elif mode == TAKE:
                        values.append(popped[positions[0]])
                    else:
                        children = _children(popped, positions, spliced)
                        if mode == LIST:
                            values.append(children)
                        elif mode == NODE_OR_CHILD and len(children) == 1:
                            values.append(children[0])
                        else:
                            values.append((label, begin, end, tuple(children)))
                    state = gotos[states[-1]][origin]
                    states.append(state)
                    if kind == "$END" and state == accept:
                        root: Node = values[-1]
                        return root
        raise AssertionError("words do not end with $END")

    def _rename(self, below: int, state: int, kind: str) -> int:
        """The state after all unit reductions on the lookahead `kind`, starting from `state` above `below`."""
        while (code := self.actions[state].get(kind, 0)) <= self.units:
            state = self.gotos[below][self.rules[-code][1]]
        return state


def _begin(popped: list[Any]) -> int:
    """Where the first of `popped` begins that is not an empty list."""
    for value in popped:
        if type(value) is tuple:
            return value[1]
        if value:
            return _begin(value)
    return 0


def _children(popped: list[Any], positions: tuple[int, ...], spliced: tuple[int, ...]) -> list[Any]:
    """The children at `positions`, with the lists at `spliced` flattened; a first list is extended in place."""
    if spliced and spliced[0] == positions[0]:
        children = popped[positions[0]]
        positions = positions[1:]
    else:
        children = []
    for i in positions:
        if i in spliced:
            children += popped[i]
        else:
            children.append(popped[i])
    return children
