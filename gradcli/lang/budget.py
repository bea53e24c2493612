"""How much a program may do: loop turns, steps of a range, items, characters, digits.

Every loop iterates over its values and over one shared C iterator of turns in parallel, so that counting a turn
costs a few nanoseconds. The iterator raises TurnLimit after the last turn; every other limit raises SizeLimit.
Depth is limited where it arises; time and memory are limited by the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, repeat
from operator import length_hint
from typing import Any, NoReturn

from gradcli.faults.mistakes import SizeLimit, TurnLimit


class Budget:
    """The limits of one run."""

    turns: int = 1_000_000_000      # of all loops together
    steps: int = 100_000_000        # in one range
    items: int = 50_000_000         # in one list or tuple
    characters: int = 100_000_000   # in one string
    bits: int = 1_000_000           # in one whole number

    def __init__(self, **limits: int) -> None:
        """Set the limits that differ from the defaults, by name."""
        if limits:
            if not limits.keys() <= Budget.__annotations__.keys():
                raise TypeError(f"a budget has no {', '.join(limits.keys() - Budget.__annotations__.keys())}")
            vars(self).update(limits)
        self._left = repeat(True, self.turns)

    def ticks(self) -> Iterator[bool]:
        """An iterator that yields True once for every turn of the budget, and then raises TurnLimit."""
        self._left = repeat(True, self.turns)
        return chain(self._left, _Exhausted(self.turns))

    def turns_used(self) -> int:
        """How many turns of the current iterator have been used."""
        return self.turns - length_hint(self._left, self.turns)

    def check_steps(self, count: int) -> None:
        if count > self.steps:
            raise SizeLimit(f"the range has {count} steps; the limit is {self.steps}")

    def check_items(self, count: int) -> None:
        if count > self.items:
            raise SizeLimit(f"that would make {count} values; at most {self.items} can stand together")

    def check_characters(self, count: int) -> None:
        if count > self.characters:
            raise SizeLimit(f"that would make a string of {count} characters; the limit is {self.characters}")

    def checked_size(self, values: Any) -> Any:
        """`values`; SizeLimit if it is a list or tuple of more than `items` values."""
        if type(values) is list or type(values) is tuple:
            self.check_items(len(values))
        return values

    def checked_length(self, text: str) -> str:
        """`text`; SizeLimit if it has more than `characters` characters."""
        if len(text) > self.characters:
            self.check_characters(len(text))
        return text

    def bounded(self, values: Any) -> Iterable[Any]:
        """An iterable over `values` that raises SizeLimit beyond `items` of them.

        Containers are checked by their length and returned as they are; the values of any other iterable are
        counted as they are taken. TypeError if `values` is not iterable.
        """
        if type(values) in COUNTED:
            if len(values) > self.items:
                self.check_items(len(values))
            return values
        if issubclass(type(values), tuple) and type(values).__iter__ is tuple.__iter__:     # a size, a named tuple
            self.check_items(tuple.__len__(values))
            return values
        return at_most(values, self.items, self._too_many)

    def bounded_if_iterable(self, values: Any) -> Any:
        """`bounded(values)`; anything that is not iterable is returned unchanged, for Python to refuse in its words."""
        try:
            return self.bounded(values)
        except TypeError:
            kind = type(values)
            if getattr(kind, "__iter__", None) is None and not hasattr(kind, "__getitem__"):
                return values
            raise       # what its own __iter__ has raised: it is not called again

    def _too_many(self, surplus: Any) -> NoReturn:
        raise SizeLimit(f"that would make more than {self.items} values; no more can stand together")

    def check_bits(self, count: int) -> None:
        if count > self.bits:
            raise SizeLimit(f"the result would have more than {self.bits} binary digits")

    def checked_bits(self, value: Any) -> Any:
        """`value`; SizeLimit if it is an int of more than `bits` binary digits."""
        if type(value) is int:
            self.check_bits(value.bit_length())
        return value


COUNTED: frozenset[type] = frozenset({list, tuple, set, frozenset, dict, range, str, type({}.keys()), type({}.values()),
                                      type({}.items())})


def at_most(values: Iterable[Any], most: int, refuse: Callable[[Any], NoReturn]) -> Iterator[Any]:
    """An iterator over `values` that passes to `refuse`, which raises, the first beyond `most` of them."""
    source = iter(values)
    return chain(islice(source, most), map(refuse, source))     # C code, which calls nothing where there are fewer


class _Exhausted:
    """The end of the budget's turns: asking it for another one raises TurnLimit."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    def __iter__(self) -> _Exhausted:
        return self

    def __next__(self) -> bool:
        raise TurnLimit(f"the loops of this program have turned {self.turns} times")
