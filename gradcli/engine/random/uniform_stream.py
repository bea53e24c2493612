"""Uniform random numbers for the program's own checks, apart from the streams that programs draw from.

They come from Python's Mersenne Twister: `numpy.random` takes a tenth of the time of a short command to import.
"""

from __future__ import annotations

from math import prod
from random import Random

import numpy as np
from numpy import ndarray

WORD = np.dtype("<u8")
UNUSED = np.uint64(11)      # bits of a word that a double has no room for
STEP = 2.0**-53


class UniformStream:
    """Random numbers that depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def uniform(self, low: float, high: float, shape: tuple[int, ...] = ()) -> ndarray:
        """Doubles, evenly spread from `low` up to `high`, which is not reached but by rounding."""
        words = np.frombuffer(self._random.randbytes(WORD.itemsize * prod(shape)), WORD).reshape(shape)
        return low + (high - low) * ((words >> UNUSED) * STEP)
