"""Numbers worked out from words before the twister gives them, for who draws few at a time again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli.engine.random.mersenne_twister import WORDS, Twister

FURTHEST = 8 * WORDS        # words looked ahead at most


class Lookahead:
    """Numbers made of words that come next.

    make    makes numbers of words: an array or list of as many, or of half as many where two words make one
    unit    how many words make the smallest piece that is made by itself, a divisor of WORDS; all draws are of such

    The arithmetic for one piece costs nearly what that for many does. Who draws once gets no answer; who draws again
    where the last draw ended is served from the words of a refill, then from those of four times as many.
    """

    def __init__(self, make: Callable[[NDArray[np.uint64]], Any], unit: int) -> None:
        self.make, self.unit = make, unit
        self.seeded = self.start = self.span = 0    # of which seed and from which place on
        self.numbers: Any = ()

    def take(self, twister: Twister, words: int, count: int) -> Any:
        """The next `count` numbers, which stand for that many words; None, and nothing taken, if they are not to be
        had this way."""
        start = twister.place
        at = start - self.start
        if twister.seeded != self.seeded or not 0 <= at <= self.span or at % self.unit:
            self.seeded, self.start, self.span, self.numbers = twister.seeded, start + words, 0, ()
            return None
        if at + words > self.span:
            if words > FURTHEST // 4:
                self.start, self.span = start + words, 0
                return None
            self.span = min(max(4 * self.span, WORDS, 4 * words), FURTHEST)
            self.start, self.numbers, at = start, self.make(twister.ahead(self.span)), 0
        twister.skip(words)
        first = at * count // words if words else 0
        return self.numbers[first:first + count]
