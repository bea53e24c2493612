"""How much a program may do: loop turns, sizes, depth.

Turns are handed out by one C iterator that every loop of a program is zipped with, so that
counting them costs a few nanoseconds; behind its last turn stands a fault. Time and memory are
watched from outside, by the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from gradcli.errors import LimitFault


@dataclass
class Budget:
    """The limits of one run."""

    turns: int = 1_000_000_000      # of all loops together
    steps: int = 100_000_000        # in one range
    items: int = 50_000_000         # in one list or tuple
    characters: int = 100_000_000   # in one string
    bits: int = 1_000_000           # in one whole number

    def ticks(self) -> Iterator[None]:
        """As many values as loops may turn, then a fault."""
        return chain(repeat(None, self.turns), _Spent(self.turns))

    def check_steps(self, count: int) -> None:
        if count > self.steps:
            raise LimitFault(f"the range has {count} steps; the limit is {self.steps}")

    def check_items(self, count: int) -> None:
        if count > self.items:
            raise LimitFault(f"that would make {count} values; at most {self.items} can stand together")

    def check_characters(self, count: int) -> None:
        if count > self.characters:
            raise LimitFault(f"that would make a string of {count} characters; the limit is {self.characters}")

    def check_bits(self, count: int) -> None:
        if count > self.bits:
            raise LimitFault(f"the result would have more than {self.bits} binary digits")


class _Spent:
    """What comes after the last turn."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    def __iter__(self) -> _Spent:
        return self

    def __next__(self) -> None:
        raise LimitFault(f"the loops of this program have turned {self.turns} times")
