"""Data sets: `torch.utils.data`."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import FailedAssertion, Unimplemented
from gradcli.faults.tree import ArgumentFault, AttributeFault, IndexFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.nn.init import legacy
from gradcli.nn.module.container import checked_index
from gradcli.nn.module.printing import object_text

LEGACY_NAMES = ("data_tensor", "target_tensor")


def bounded_list(values: Any) -> list[Any]:
    """The values of an iterable of the program as a list; a fault beyond the limit on the size of lists."""
    return list(Budget().bounded(values))


@exposed(base=True, copied=True)
class Dataset:
    """The base of map-style data sets: `__getitem__` and `__len__`."""

    __slots__ = ("__dict__", "__weakref__")

    _module_path = "torch.utils.data.dataset"

    def __getitem__(self, at: Any) -> Any:
        raise Unimplemented(f"{type(self).__name__} has no members that could be taken by number",
                            ("def __getitem__(self, i):", "in the class, returns member i")).saying(
            "Subclasses of Dataset should implement __getitem__.")

    def __len__(self) -> int:
        raise ArgumentFault(f"{type(self).__name__} has no length", ("def __len__(self):", "in the class")).saying(
            f"object of type '{type(self).__name__}' has no len()")

    def __add__(self, other: Any) -> Any:
        return ConcatDataset([self, other])

    __repr__ = __display__ = object_text


@exposed("tensors", "data_tensor", "target_tensor")
class TensorDataset(Dataset):
    """Tensors of one length; member i is the tuple of their entries i."""

    def __init__(self, *tensors: Any, **named: Any) -> None:
        if named:
            if not legacy() or tensors or set(named) != set(LEGACY_NAMES):
                wrong = next((name for name in named if not legacy() or name not in LEGACY_NAMES), next(iter(named)))
                raise ArgumentFault(f"TensorDataset() has no option {wrong}", "TensorDataset(x, y)").saying(
                    f"TensorDataset.__init__() got an unexpected keyword argument '{wrong}'")
            tensors = tuple(named[name] for name in LEGACY_NAMES)
        if not tensors:
            raise ArgumentFault("TensorDataset is made of at least one tensor", "TensorDataset(x, y)")
        for t in tensors:
            if not isinstance(t, Tensor) or not t.array.ndim:
                raise NoTensor(f"TensorDataset is made of tensors, not of {described(t)}",
                               "TensorDataset(x, y)").saying(f"'{type_name(t)}' object has no attribute 'size'")
        if len({len(t.array) for t in tensors}) > 1:
            raise FailedAssertion("Size mismatch between tensors: TensorDataset needs the same length of all").saying(
                "Size mismatch between tensors")
        self.tensors = tensors

    data_tensor = property(lambda self: self._named(0))
    target_tensor = property(lambda self: self._named(1))

    def _named(self, at: int) -> Any:
        """The first or second tensor, as 0.1.12 called them."""
        if not legacy() or at >= len(self.tensors):
            raise AttributeFault(f"'TensorDataset' object has no attribute '{LEGACY_NAMES[at]}'",
                                 (f"data.tensors[{at}]", "that tensor"))
        return self.tensors[at]

    def __getitem__(self, at: Any) -> Any:
        return tuple([t[at] for t in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0].array)


@exposed("dataset", "indices")
class Subset(Dataset):
    """The members of a data set at `indices`."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        indexable = isinstance(indices, list | tuple | range | Tensor)
        self.dataset, self.indices = dataset, indices if indexable else bounded_list(indices)

    def __getitem__(self, at: Any) -> Any:
        if type(at) is list:
            return self.dataset[[self.indices[checked_index(one, len(self))] for one in at]]
        return self.dataset[self.indices[checked_index(at, len(self))]]

    def __len__(self) -> int:
        return len(self.indices)


@exposed("datasets", "cumulative_sizes")
class ConcatDataset(Dataset):
    """The members of several data sets, one after another."""

    def __init__(self, datasets: Any) -> None:
        self.datasets = bounded_list(datasets)
        if not self.datasets:
            raise FailedAssertion("datasets should not be an empty iterable")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise ValueFault("ConcatDataset does not support IterableDataset", "ChainDataset(datasets)")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, at: Any) -> Any:
        if type(at) is int and -at > len(self):
            raise ValueFault("absolute value of index should not exceed dataset length")
        if type(at) is int and at >= len(self):
            raise IndexFault(f"index {at} is out of range").saying("list index out of range")
        at = checked_index(at, len(self))
        which = bisect_right(self.cumulative_sizes, at)
        return self.datasets[which][at - self.cumulative_sizes[which - 1] if which else at]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


@exposed("datasets")
class StackDataset(Dataset):
    """Data sets of one length side by side; member i is the tuple, or with names the dict, of their members i."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueFault("Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like "
                             "input/output, but both types are given.")
        if not args and not kwargs:
            raise ValueFault("At least one dataset should be passed", "StackDataset(images, texts)")
        if len({len(dataset) for dataset in args or kwargs.values()}) > 1:
            raise ValueFault("Size mismatch between datasets")
        self.datasets: Any = args or kwargs

    def __getitem__(self, at: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[at] for name, dataset in self.datasets.items()}
        return tuple(dataset[at] for dataset in self.datasets)

    def __len__(self) -> int:
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))


class IterableDataset(Dataset):
    """The base of data sets with `__iter__` and without `__getitem__`."""

    def __iter__(self) -> Iterator[Any]:
        raise AttributeFault(f"{type(self).__name__} has no __iter__", ("def __iter__(self):", "in the class"))

    def __add__(self, other: Any) -> Any:
        return ChainDataset([self, other])


@exposed("datasets")
class ChainDataset(IterableDataset):
    """Iterable data sets, one after another."""

    def __init__(self, datasets: Any) -> None:
        self.datasets = datasets

    def _iterable_datasets(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise ValueFault("ChainDataset only supports IterableDataset")
            yield dataset

    def __iter__(self) -> Iterator[Any]:
        for dataset in self._iterable_datasets():
            yield from dataset

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self._iterable_datasets())


def random_split(dataset: Any, lengths: Any, generator: Any = None) -> list[Subset]:
    """Subsets of a random permutation; `lengths` are counts, or fractions that sum to 1."""
    total = len(dataset)
    sizes = bounded_list(lengths)
    for length in sizes:
        if type(length) not in (int, float):
            raise ArgumentFault(f"the lengths of random_split() are numbers, not {described(length)}")
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        wrong = next((i for i, share in enumerate(sizes) if not 0 <= share <= 1), None)
        if wrong is not None:
            raise ValueFault(f"Fraction at index {wrong} is not between 0 and 1")
        sizes = [math.floor(total * share) for share in sizes]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != total or not all(type(size) is int for size in sizes):
        raise ValueFault("Sum of input lengths does not equal the length of the input dataset!")
    order = traced.randperm(total, generator=generator).tolist()
    ends = list(accumulate(sizes))
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
