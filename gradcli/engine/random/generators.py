"""The state that operations share: whose random numbers they draw.

A session puts its own generators here before its programs run; until then, and for
whoever uses the engine alone, they start from a seed nobody chose.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault

DRAWING = ("random", "uniform", "gauss", "normalvariate", "expovariate", "betavariate", "triangular", "randint",
           "randrange", "choice", "choices", "shuffle", "sample", "seed", "getrandbits", "getstate", "setstate",
           "gammavariate", "lognormvariate", "paretovariate", "vonmisesvariate", "weibullvariate")
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
        """The generator behind the module `numpy.random`."""
        if self._arrays is None:
            from gradcli.engine.random.numpy_stream import ArrayRandom

            self._arrays = ArrayRandom(self.seed)
        return self._arrays

    @property
    def tensors(self) -> Any:
        """The generator of rand, randn and their kin."""
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

    def moment(self) -> tuple[Any, ...]:
        """Where both streams are, to come back to with `rewind`."""
        return (self.stream, self.seed, self._tensors and self._tensors.state(),
                self._python and self._python.state(), self._arrays and self._arrays.state())

    def rewind(self, moment: tuple[Any, ...]) -> None:
        """Go back to a moment; a moment of the other age's stream is passed over."""
        stream, seed, tensors, python, arrays = moment
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


class Current:
    """What is in force while a program runs."""

    generators = Generators()
    legacy = True       # whether values look, and stand for plain numbers, as in 0.1.12
    asked = 0           # how often a program has asked for the time


@exposed("initial_seed", "manual_seed", "seed", "get_state", "set_state", "device")
class Generator:
    """`torch.Generator`: random numbers of its own, for the operations it is given to as `generator`."""

    __module__, __qualname__ = "torch._C", "Generator"
    __slots__ = ("numbers",)

    FIRST = 67280421310721      # the seed that PyTorch starts one from

    def __init__(self, device: Any = None) -> None:
        self.numbers = Generators(Current.generators.stream, self.FIRST)

    @classmethod
    def around(cls, numbers: Generators) -> Generator:
        """The generator that a program seeds and draws from where it names none."""
        generator = cls.__new__(cls)
        generator.numbers = numbers
        return generator

    def manual_seed(self, seed: int) -> Generator:
        """Start again from `seed`; this generator."""
        if type(seed) is not int:
            raise ArgumentFault("manual_seed() needs a whole number", "torch.Generator().manual_seed(0)")
        self.numbers.manual_seed(seed)
        return self

    def seed(self) -> int:
        """Start from a seed nobody chose, and tell it."""
        self.numbers.manual_seed(Generators().seed)
        return self.numbers.seed

    def initial_seed(self) -> int:
        """The seed it started from."""
        return self.numbers.seed

    def get_state(self) -> Any:
        """This moment of it, as bytes."""
        from gradcli.engine.tensor.tensor import Tensor

        return Tensor(self.numbers.tensors.state_bytes())

    def set_state(self, new_state: Any) -> None:
        """Go back to a moment that get_state told."""
        from gradcli.engine.tensor.tensor import Tensor

        if not isinstance(new_state, Tensor):
            raise ArgumentFault("set_state() needs what get_state() gave", "generator.get_state()")
        self.numbers.tensors.set_state_bytes(new_state.array)

    @property
    def device(self) -> Any:
        """Where it is: on the processor."""
        from gradcli.engine.tensor.device import CPU

        return CPU


def drawing(generator: Any, call: Callable[[], Any]) -> Any:
    """What `call` gives while random numbers come from `generator`."""
    if generator is None:
        return call()
    if not isinstance(generator, Generator):
        raise ArgumentFault("generator must be a torch.Generator", "torch.Generator().manual_seed(0)")
    before, Current.generators = Current.generators, generator.numbers
    try:
        return call()
    finally:
        Current.generators = before


def draw() -> Any:
    """The generator that tensors are drawn from now."""
    return Current.generators.tensors
