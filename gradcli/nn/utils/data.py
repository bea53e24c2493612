"""Data sets in memory: `torch.utils.data`."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, AttributeFault, ShapeFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.nn.init import legacy
from gradcli.nn.module.container import place

ERA_NAMES = ("data_tensor", "target_tensor")


def listed(values: Any) -> list[Any]:
    """What a program gives one by one in a list, unless it is too much to stand together."""
    return list(Budget().bounded(values))


@exposed(base=True, copied=True)
class Dataset:
    """The base of all data sets: their members by number."""

    __slots__ = ("__dict__",)

    _module_path = "torch.utils.data.dataset"

    def __getitem__(self, at: Any) -> Any:
        raise AttributeFault(f"{type(self).__name__} has no members that could be taken by number")

    def __len__(self) -> int:
        raise AttributeFault(f"{type(self).__name__} has no length")

    def __add__(self, other: Any) -> Any:
        return ConcatDataset([self, other])

    def __repr__(self) -> str:
        return f"<{self._module_path}.{type(self).__name__} object>"

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<{self._module_path}.{type(self).__name__} object at {style.address(self)}>"


@exposed("tensors", "data_tensor", "target_tensor")
class TensorDataset(Dataset):
    """Tensors of one length; member i is the tuple of their entries i."""

    __slots__ = ()

    def __init__(self, *tensors: Any, **named: Any) -> None:
        if named:
            if not legacy() or tensors or set(named) != set(ERA_NAMES):
                wrong = next((name for name in named if not legacy() or name not in ERA_NAMES), next(iter(named)))
                raise ArgumentFault(f"TensorDataset() has no option {wrong}", "TensorDataset(x, y)").saying(
                    f"TensorDataset.__init__() got an unexpected keyword argument '{wrong}'")
            tensors = tuple(named[name] for name in ERA_NAMES)
        if not tensors:
            raise ArgumentFault("TensorDataset is made of at least one tensor", "TensorDataset(x, y)")
        for t in tensors:
            if not isinstance(t, Tensor) or not t.array.ndim:
                raise ArgumentFault(f"TensorDataset is made of tensors, not of {described(t)}", "TensorDataset(x, y)")
        if len({len(t.array) for t in tensors}) > 1:
            raise ShapeFault("Size mismatch between tensors: TensorDataset needs the same length of all")
        self.tensors = tensors

    data_tensor = property(lambda self: self._named(0))
    target_tensor = property(lambda self: self._named(1))

    def _named(self, at: int) -> Any:
        """The first or second tensor, as 0.1.12 called them."""
        if not legacy() or at >= len(self.tensors):
            raise AttributeFault(f"'TensorDataset' object has no attribute '{ERA_NAMES[at]}'",
                                 (f"data.tensors[{at}]", "that tensor"))
        return self.tensors[at]

    def __getitem__(self, at: Any) -> Any:
        return tuple(t[at] for t in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0].array)


@exposed("dataset", "indices")
class Subset(Dataset):
    """Some members of a data set."""

    __slots__ = ()

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices if isinstance(indices, list | tuple | range | Tensor) else listed(
            indices)

    def __getitem__(self, at: Any) -> Any:
        if type(at) is list:
            return self.dataset[[self.indices[place(one, len(self))] for one in at]]
        return self.dataset[self.indices[place(at, len(self))]]

    def __len__(self) -> int:
        return len(self.indices)


@exposed("datasets", "cumulative_sizes")
class ConcatDataset(Dataset):
    """The members of several data sets, one after another."""

    __slots__ = ()

    def __init__(self, datasets: Any) -> None:
        self.datasets = listed(datasets)
        if not self.datasets:
            raise ValueFault("datasets should not be an empty iterable")
        if any(isinstance(each, IterableDataset) for each in self.datasets):
            raise ValueFault("ConcatDataset does not support IterableDataset", "ChainDataset(datasets)")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, at: Any) -> Any:
        at = place(at, len(self))
        which = bisect_right(self.cumulative_sizes, at)
        return self.datasets[which][at - self.cumulative_sizes[which - 1] if which else at]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


@exposed("datasets")
class StackDataset(Dataset):
    """Data sets of one length side by side; member i is the tuple, or with names the dict, of their members i."""

    __slots__ = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueFault("Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like "
                             "input/output, but both types are given.")
        if not args and not kwargs:
            raise ValueFault("At least one dataset should be passed", "StackDataset(images, texts)")
        if len({len(each) for each in args or kwargs.values()}) > 1:
            raise ValueFault("Size mismatch between datasets")
        self.datasets: Any = args or kwargs

    def __getitem__(self, at: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: each[at] for name, each in self.datasets.items()}
        return tuple(each[at] for each in self.datasets)

    def __len__(self) -> int:
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))


class IterableDataset(Dataset):
    """The base of data sets that are gone through, and have no members by number."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        raise AttributeFault(f"{type(self).__name__} has no __iter__", ("def __iter__(self):", "in the class"))

    def __add__(self, other: Any) -> Any:
        return ChainDataset([self, other])


@exposed("datasets")
class ChainDataset(IterableDataset):
    """Data sets that are gone through, one after another."""

    __slots__ = ()

    def __init__(self, datasets: Any) -> None:
        self.datasets = datasets

    def _each(self) -> Iterator[Any]:
        for each in self.datasets:
            if not isinstance(each, IterableDataset):
                raise ValueFault("ChainDataset only supports IterableDataset")
            yield each

    def __iter__(self) -> Iterator[Any]:
        for each in self._each():
            yield from each

    def __len__(self) -> int:
        return sum(len(each) for each in self._each())


def random_split(dataset: Any, lengths: Any, generator: Any = None) -> list[Subset]:
    """Parts of a data set, each of so many members, or of such a share of them, drawn without putting back."""
    whole = len(dataset)
    sizes = listed(lengths)
    for length in sizes:
        if type(length) not in (int, float):
            raise ArgumentFault(f"the lengths of random_split() are numbers, not {described(length)}")
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        wrong = next((i for i, share in enumerate(sizes) if not 0 <= share <= 1), None)
        if wrong is not None:
            raise ValueFault(f"Fraction at index {wrong} is not between 0 and 1")
        sizes = [math.floor(whole * share) for share in sizes]
        for i in range(whole - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != whole or not all(type(size) is int for size in sizes):
        raise ValueFault("Sum of input lengths does not equal the length of the input dataset!")
    order = traced.randperm(whole, generator=generator).tolist()
    ends = list(accumulate(sizes))
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
