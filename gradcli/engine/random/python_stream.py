"""What a program may use of Python's own `random` module, over a generator of its own."""

from __future__ import annotations

import random
from collections.abc import MutableSequence, Sequence
from typing import Any, TypeVar

from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, Fault, IndexFault, ValueFault

Item = TypeVar("Item")


BITS = 1_000_000        # of one number that getrandbits draws


def _with_python_message(fault: Fault, *call: Any) -> Fault:
    """`fault` with the arguments of the exception that Python's own method raises; `call` is (name, *arguments)."""
    name, *args = call
    try:
        getattr(random.Random(0), name)(*args)
    except Exception as error:
        fault.args = error.args
    return fault

DRAWING = ("random", "uniform", "gauss", "normalvariate", "expovariate", "betavariate", "triangular", "randint",
           "randrange", "choice", "choices", "shuffle", "sample", "seed", "getrandbits", "getstate", "setstate",
           "gammavariate", "lognormvariate", "paretovariate", "vonmisesvariate", "weibullvariate")


@exposed(*DRAWING)
class PythonRandom:
    """CPython's stream for the same calls, apart from the module's hidden global one.

    Only numbers and text seed it: what CPython would take from any object's hash is refused.
    """

    def __init__(self, seed: int | float | str | None = None) -> None:
        self._source = random.Random()
        self.seed(seed)
        self.seeded = False     # by the program itself

    def seed(self, a: Any = None) -> None:
        if not isinstance(a, int | float | str | None):
            fault = ArgumentFault(f"random.seed takes a number or a text, got {type(a).__name__}")
            raise _with_python_message(fault, "seed", ())
        self._source.seed(a)
        self.seeded = True

    def state(self) -> tuple[Any, ...]:
        return self._source.getstate(), self.seeded

    def set_state(self, state: tuple[Any, ...]) -> None:
        inner, self.seeded = state
        self._source.setstate(inner)

    def random(self) -> float:
        return self._source.random()

    def uniform(self, a: float, b: float) -> float:
        return self._source.uniform(a, b)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return self._source.gauss(mu, sigma)

    def randint(self, a: int, b: int) -> int:
        """An integer from a to b, both included."""
        if type(a) is int and type(b) is int and a > b:
            raise _with_python_message(ValueFault(f"random.randint needs bounds in order, got {a} and {b}"),
                                       "randint", a, b)
        return self._source.randint(a, b)

    def choice(self, seq: Sequence[Item]) -> Item:
        if not len(seq):
            raise _with_python_message(IndexFault("random.choice cannot choose from an empty sequence"), "choice", [])
        return self._source.choice(seq)

    def shuffle(self, x: MutableSequence[Any]) -> None:
        self._source.shuffle(x)

    def sample(self, population: Sequence[Item], k: int) -> list[Item]:
        if isinstance(population, Sequence) and not 0 <= k <= len(population):
            raise _with_python_message(ValueFault(f"random.sample cannot take {k} of {len(population)}"),
                                       "sample", [], 1)
        return self._source.sample(population, k)

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        if not all(type(bound) in (int, bool, type(None)) for bound in (start, stop, step)):
            raise _with_python_message(ArgumentFault("random.randrange takes whole numbers", "random.randrange(10)"),
                                       "randrange", *[bound for bound in (start, stop) if bound is not None])
        return self._source.randrange(start, stop, step)

    def choices(self, population: Sequence[Item], weights: Sequence[float] | None = None, *,
                cum_weights: Sequence[float] | None = None, k: int = 1) -> list[Item]:
        if k > 10_000_000:
            raise ValueFault("random.choices makes at most ten million choices")
        return self._source.choices(population, weights, cum_weights=cum_weights, k=k)

    def normalvariate(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return self._source.normalvariate(mu, sigma)

    def expovariate(self, lambd: float = 1.0) -> float:
        return self._source.expovariate(lambd)

    def betavariate(self, alpha: float, beta: float) -> float:
        return self._source.betavariate(alpha, beta)

    def triangular(self, low: float = 0.0, high: float = 1.0, mode: float | None = None) -> float:
        return self._source.triangular(low, high, mode)

    def lognormvariate(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return self._source.lognormvariate(mu, sigma)

    def vonmisesvariate(self, mu: float, kappa: float) -> float:
        return self._source.vonmisesvariate(mu, kappa)

    def gammavariate(self, alpha: float, beta: float) -> float:
        return self._source.gammavariate(alpha, beta)

    def paretovariate(self, alpha: float) -> float:
        return self._source.paretovariate(alpha)

    def weibullvariate(self, alpha: float, beta: float) -> float:
        return self._source.weibullvariate(alpha, beta)

    def getrandbits(self, k: int, /) -> int:
        """A whole number of k binary digits."""
        if type(k) is int and k > BITS:
            raise ValueFault(f"random.getrandbits makes numbers of at most {BITS} binary digits")
        return self._source.getrandbits(k)

    def getstate(self) -> tuple[Any, ...]:
        """The state of the stream as a tuple of numbers."""
        return self._source.getstate()

    def setstate(self, state: tuple[Any, ...]) -> None:
        """Go back to where the stream was."""
        self._source.setstate(state)


PythonRandom.__name__ = "Random"     # as messages call it
