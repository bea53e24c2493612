"""Random numbers computed in advance, for programs that draw few at a time again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli.engine.random.mersenne_twister import WORDS, Twister

FURTHEST = 32 * WORDS       # words looked ahead at most


class Lookahead:
    """The numbers that a stream computes from the words that come next.

    make    computes numbers from words
    unit    how many words the smallest block of numbers takes, a divisor of WORDS; draws are of whole blocks

    Computing one block costs nearly what computing many does. A first draw is not served; one that begins where the
    last draw ended is served from the words of a refill, then from those of four times as many.
    """

    def __init__(self, make: Callable[[NDArray[np.uint64]], Any], unit: int) -> None:
        self.make, self.unit = make, unit
        self.seeded = self.start = self.span = 0    # of which seed and from which place on
        self.values: Any = None                     # made of the words of the span

    def take(self, twister: Twister, words: int) -> int:
        """Skip the next words, and return the place among the words of `values` where they begin; -1, without skipping
        any, for a draw that is not served."""
        if not words:
            return -1
        start = twister.place
        at = start - self.start
        if twister.seeded != self.seeded or not 0 <= at <= self.span or at % self.unit:
            self.seeded, self.start, self.span, self.values = twister.seeded, start + words, 0, None
            return -1
        if at + words > self.span:
            if words > FURTHEST // 4:
                self.start, self.span = start + words, 0
                return -1
            self.span = min(max(4 * self.span, WORDS, 4 * words), FURTHEST)
            self.start, self.values, at = start, self.make(twister.ahead(self.span)), 0
        if twister.position + words <= WORDS:
            twister.position += words
        else:
            twister.skip(words)
        return at
