"""The state that operations share: whose random numbers they draw.

A session puts its own generators here before its programs run; until then, and for
whoever uses the engine alone, they start from a seed nobody chose.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

"""What programs use of Python's own module `random`."""


class Generators:
    """One session's random numbers: a tensor stream and Python's own, seeded together."""

    __slots__ = ("_arrays", "_python", "_tensors", "seed", "stream")

    def __init__(self, stream: str = "legacy", seed: int | None = None) -> None:
        self.stream = stream
        self.seed = int.from_bytes(os.urandom(4)) if seed is None else seed
        self._tensors: Any = None       # made when first asked for: most programs draw nothing
        self._python: Any = None
        self._arrays: Any = None

    @property
    def arrays(self) -> Any:
        """The stream behind the module `numpy.random`."""
        if self._arrays is None:
            self._arrays = np.random.RandomState(self.seed % 2**32)
        return self._arrays

    @property
    def tensors(self) -> Any:
        """The generator that rand, randn and the like take their numbers from."""
        if self._tensors is None:
            from gradcli.engine.random.select import generator

            self._tensors = generator(self.stream, self.seed)
        return self._tensors

    @property
    def python(self) -> Any:
        """The generator behind the module `random`."""
        if self._python is None:
            from gradcli.engine.random.python_stream import PythonRandom

            self._python = PythonRandom(self.seed)
        return self._python

    def manual_seed(self, seed: int) -> None:
        """Start both streams again from `seed`."""
        self.seed = seed
        if self._tensors is not None:
            self._tensors.seed(seed)
        if not (self._python and self._python.seeded):      # a program that seeds each by itself means it
            self._python = None

    def save(self) -> tuple[Any, ...]:
        """The states of both streams, for `restore`."""
        return (self.stream, self.seed, self._tensors and self._tensors.state(),
                self._python and self._python.state(), self._arrays and self._arrays.get_state())

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a state; a state of the other age's stream is passed over."""
        stream, seed, tensors, python, arrays = state
        if stream != self.stream:
            return
        self.seed = seed
        if tensors is None:
            self._tensors = None
        else:
            self.tensors.set_state(tensors)
        if python is None:
            self._python = None
        else:
            self.python.set_state(python)
        if arrays is None:
            self._arrays = None
        else:
            self.arrays.set_state(arrays)

    def use(self, stream: str) -> None:
        """Draw from the other age's stream from now on, as freshly seeded."""
        if stream != self.stream:
            self.stream, self._tensors = stream, None


OLDEST = "0.1.12"       # the oldest version whose programs run here


class Current:
    """The generators and the age in force while a program runs."""

    generators = Generators()
    legacy = True       # whether values look, and stand for plain numbers, as in 0.1.12
    age = OLDEST        # the version that a program asks for: that, "0.3", "0.4" or "today"
    time_reads = 0           # how often a program has asked for the time


def draw() -> Any:
    """The generator that tensors are drawn from now."""
    return Current.generators.tensors
