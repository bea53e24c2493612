"""What a program may use of `numpy.random`: numpy's own stream for the same calls, apart from its hidden global one."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.conversion import array_of
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_view import as_numpy_result, numpy_operand
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.variable import Array
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault


class ArrayRandom:
    """One program's random arrays."""

    def __init__(self, source: np.random.RandomState) -> None:
        self._source = source

    def state(self) -> Any:
        return self._source.get_state()

    def set_state(self, state: Any) -> None:
        self._source.set_state(state)

    def seed(self, seed: int | None = None) -> None:
        if seed is not None and (type(seed) is not int or not 0 <= seed < 2**32):
            raise ArgumentFault("np.random.seed() needs a whole number below 2**32", "np.random.seed(0)")
        self._source.seed(seed)

    def rand(self, *sizes: int) -> Any:
        self._checked("rand", sizes)
        return as_numpy_result(self._source.rand(*sizes))

    def randn(self, *sizes: int) -> Any:
        self._checked("randn", sizes)
        return as_numpy_result(self._source.randn(*sizes))

    def random(self, size: Any = None) -> Any:
        return self._sample("random", size, lambda: self._source.random_sample(size))

    random_sample = ranf = sample = random

    def standard_normal(self, size: Any = None) -> Any:
        return self._sample("standard_normal", size, lambda: self._source.standard_normal(size))

    def randint(self, low: int, high: int | None = None, size: Any = None) -> Any:
        return self._sample("randint", size, lambda: self._source.randint(
            _number(low), None if high is None else _number(high), size))

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
        """Some of the values of `a`, or of the numbers below it."""
        chances = None if p is None else _values(p)
        if type(a) is int or isinstance(a, Tensor):
            values = numpy_operand(a)
            return self._sample("choice", size, lambda: self._source.choice(values, size, bool(replace), chances))
        places = self._sample("choice", size, lambda: self._source.choice(len(a), size, bool(replace), chances))
        if type(places) is int:
            return a[places]
        members = [a[i] for i in places.array.ravel().tolist()]
        if all(type(member) in NUMBERS for member in members):
            return Array(np.asarray(_values(members)).reshape(places.array.shape))
        return [a[i] for i in places.tolist()]

    def permutation(self, x: Any) -> Any:
        """The numbers below `x`, or the rows of it, in random order."""
        self._checked("permutation", x if type(x) is int else 0)
        return as_numpy_result(self._source.permutation(numpy_operand(x) if type(x) is int else _values(x)))

    def shuffle(self, x: Any) -> None:
        """Bring the values of a list or the rows of an array in random order."""
        if not isinstance(x, list | Tensor):
            raise ArgumentFault(f"shuffle() changes a list or an array, not {described(x)}")
        if isinstance(x, Tensor):
            if x.requires_grad:
                raise ArgumentFault("shuffle() would move values of a tensor without its history",
                                    ("x[torch.randperm(len(x))]", "a tensor in random order, which keeps it"))
            order = self._source.permutation(len(x.array))
            writing(x.array, "shuffle")[:] = x.array[order]
            note_write(x, "shuffle", here())
        else:
            order = np.arange(len(x))
            self._source.shuffle(order)
            x[:] = [x[i] for i in order.tolist()]

    def _sample(self, name: str, size: Any, draw: Any) -> Any:
        self._checked(name, size)
        return as_numpy_result(draw())

    def _checked(self, name: str, size: Any) -> None:
        sizes = size if isinstance(size, tuple | list) else (0 if size is None else size,)
        for length in sizes:
            if type(length) is not int or length < 0:
                raise ArgumentFault(f"np.random.{name}() needs whole numbers as sizes, not {described(size)}",
                                    "np.random.rand(3, 2)")
        MemoryLimit.check(name, 8 * math.prod(sizes))


def _values(values: Any) -> Any:
    """A list of numbers, or a tensor, as an array: of whole numbers, or of double precision."""
    if isinstance(values, Tensor):
        return values.array
    if not isinstance(values, Sequence) or type(values) is str:
        raise ArgumentFault(f"a list of numbers is needed here, not {described(values)}")
    array = array_of(values)
    return array if array.dtype.kind in "iub" else array_of(values, np.float64)


def _by_parameters(name: str, count: int) -> Any:
    """A draw from a distribution of so many parameters, behind which the size may stand."""
    def sample(self: ArrayRandom, *parameters: Any, **options: Any) -> Any:
        if len(parameters) > count + 1:
            raise ArgumentFault(f"np.random.{name}() takes at most {count + 1} values")
        size = parameters[count] if len(parameters) > count else options.get("size")
        self._checked(name, size)
        numbers = {key: _number(value) for key, value in options.items() if key != "size"}
        draw = getattr(self._source, name)
        return as_numpy_result(draw(*map(_number, parameters[:count]), **numbers, size=size))

    sample.__name__ = sample.__qualname__ = name
    return sample


def _number(value: Any) -> Any:
    return numpy_operand(value) if type(value) in NUMBERS else _values(value)


PARAMETERS = {0: "standard_cauchy standard_exponential",
              1: "poisson exponential chisquare geometric standard_t weibull rayleigh pareto power dirichlet "
                 "standard_gamma",
              2: "uniform normal binomial beta gamma multivariate_normal gumbel laplace logistic lognormal multinomial",
              3: "triangular"}
"""The distributions by how many parameters they have; those are left out whose loops need not end."""
for _count, _names in PARAMETERS.items():
    for _name in _names.split():
        setattr(ArrayRandom, _name, _by_parameters(_name, _count))


NAMES = ("seed", "rand", "randn", "random", "random_sample", "ranf", "sample", "standard_normal", "randint", "choice",
         "permutation", "shuffle", *(name for names in PARAMETERS.values() for name in names.split()))


@named("numpy.random.mtrand.RandomState")
@exposed(*NAMES)
class SeededRandom(ArrayRandom):
    """`np.random.RandomState`: random arrays of its own seed."""

    def __init__(self, seed: Any = None) -> None:
        if seed is not None and (type(seed) is not int or not 0 <= seed < 2**32):
            raise ArgumentFault("RandomState() needs a whole number below 2**32", "np.random.RandomState(0)")
        super().__init__(np.random.RandomState(int.from_bytes(os.urandom(4)) if seed is None else seed))

    def __display__(self, style: Any) -> str:
        return "RandomState(MT19937)"


@named("numpy.random._generator.Generator")
@exposed("random", "standard_normal", "integers", "choice", "permutation", "shuffle", *(
    name for names in PARAMETERS.values() for name in names.split()))
class NewRandom(ArrayRandom):
    """`np.random.default_rng()`: random arrays in numpy's newer stream."""

    def __init__(self, seed: Any = None) -> None:
        if seed is not None and (type(seed) is not int or not 0 <= seed < 2**64):
            raise ArgumentFault("default_rng() needs a whole number", "np.random.default_rng(0)")
        self._source: Any = np.random.default_rng(seed)

    def state(self) -> Any:
        return self._source.bit_generator.state

    def set_state(self, state: Any) -> None:
        self._source.bit_generator.state = state

    def random(self, size: Any = None) -> Any:
        return self._sample("random", size, lambda: self._source.random(size))

    def integers(self, low: int, high: int | None = None, size: Any = None, *, endpoint: bool = False) -> Any:
        """Whole numbers from low up to high."""
        return self._sample("integers", size, lambda: self._source.integers(
            _number(low), None if high is None else _number(high), size, endpoint=endpoint is True))

    def __display__(self, style: Any) -> str:
        return "Generator(PCG64)"
