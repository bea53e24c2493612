"""Samplers: the order in which a DataLoader takes the members of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, AttributeFault, ValueFault
from gradcli.nn.init import legacy
from gradcli.nn.module.printing import object_text
from gradcli.nn.utils.data import bounded_list

AT_ONCE = 32        # so many numbers torch draws together when members may come again


def positive_int(value: Any, name: str) -> int:
    """`value`, if it is a whole number of at least one."""
    if type(value) is not int or value <= 0:
        raise ValueFault(f"{name} should be a positive integer value, but got {name}={brief(value)}")
    return value


@exposed("data_source", "replacement", "num_samples", "generator", "indices", "weights", "sampler", "batch_size",
         "drop_last", base=True, copied=True)
class Sampler:
    """The base of samplers: iterables of indices."""

    __slots__ = ("__dict__", "__weakref__")
    _module_path = "torch.utils.data.sampler"

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        raise AttributeFault(f"{type(self).__name__} has no __iter__", ("def __iter__(self):", "in the class"))

    __repr__ = __display__ = object_text


class SequentialSampler(Sampler):
    """The indices in order."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """Indices in random order, or `num_samples` of them; with `replacement` they may repeat."""

    def __init__(self, data_source: Any, replacement: bool = False, num_samples: int | None = None,
                 generator: Any = None) -> None:
        if type(replacement) is not bool:
            raise ArgumentFault(f"replacement should be a boolean value, but got replacement={brief(replacement)}")
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self.__dict__["_count"] = num_samples
        positive_int(self.num_samples, "num_samples")

    @property
    def num_samples(self) -> int:
        """The number of samples drawn."""
        count = self.__dict__["_count"]
        return len(self.data_source) if count is None else count

    def __iter__(self) -> Iterator[int]:
        size, count = len(self.data_source), self.num_samples
        source = self.generator
        if source is None and not legacy():
            source = Generator()
            source.manual_seed(int(draw().random((), np.int64)))
        if self.replacement:
            for start in range(0, count - count % AT_ONCE + 1, AT_ONCE):
                chunk = min(AT_ONCE, count - start)
                yield from traced.randint(0, size, (chunk,), generator=source).tolist()
            return
        for _ in range(count // size):
            yield from traced.randperm(size, generator=source).tolist()
        if not legacy() or count % size:
            yield from traced.randperm(size, generator=source).tolist()[: count % size]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """A random permutation of `indices`."""

    def __init__(self, indices: Any, generator: Any = None) -> None:
        if not isinstance(indices, list | tuple | range | Tensor):
            raise ArgumentFault(f"indices must be a list of whole numbers, not {described(indices)}")
        self.indices: Any = indices
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        for at in traced.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[at]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with probabilities proportional to `weights`."""

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True, generator: Any = None) -> None:
        positive_int(num_samples, "num_samples")
        if type(replacement) is not bool:
            raise ValueFault(f"replacement should be a boolean value, but got replacement={brief(replacement)}")
        self.weights = Tensor(traced.as_tensor(weights).array.astype(np.float64))
        if self.weights.array.ndim != 1:
            raise ValueFault(f"weights should be a 1d sequence but given weights have shape {self.weights.array.shape}")
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        yield from traced.multinomial(self.weights, self.num_samples, self.replacement,
                                      generator=self.generator).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler in lists of batch_size."""

    def __init__(self, sampler: Any, batch_size: Any, drop_last: Any) -> None:
        positive_int(batch_size, "batch_size")
        if type(drop_last) is not bool:
            raise ValueFault(f"drop_last should be a boolean value, but got drop_last={brief(drop_last)}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        numbers = iter(self.sampler)
        while batch := bounded_list(islice(numbers, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        count: int = len(self.sampler)
        size: int = self.batch_size
        return count // size if self.drop_last else -(-count // size)
