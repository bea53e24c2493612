"""Data sets in memory, and the batches a program goes through: `torch.utils.data`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from gradcli.engine.conversion import array_of
from gradcli.engine.current import draw
from gradcli.engine.op import traced
from gradcli.engine.random import ModernGenerator
from gradcli.engine.signature import NUMBERS, brief, described
from gradcli.engine.tensor import Tensor
from gradcli.errors import ArgumentFault, AttributeFault, ShapeFault, ValueFault
from gradcli.exposure import MARK, exposed
from gradcli.nn.container import place
from gradcli.nn.init import legacy


@exposed(base=True, copied=True)
class Dataset:
    """The base of all data sets: their members by number."""

    __slots__ = ("__dict__",)

    _home = "torch.utils.data.dataset"

    def __getitem__(self, at: Any) -> Any:
        raise AttributeFault(f"{type(self).__name__} has no members that could be taken by number")

    def __len__(self) -> int:
        raise AttributeFault(f"{type(self).__name__} has no length")

    def __repr__(self) -> str:
        return f"<{self._home}.{type(self).__name__} object>"

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<{self._home}.{type(self).__name__} object at {style.address(self)}>"


@exposed("tensors")
class TensorDataset(Dataset):
    """Tensors of one length; member i is the tuple of their entries i."""

    __slots__ = ()

    def __init__(self, *tensors: Any) -> None:
        if not tensors:
            raise ArgumentFault("TensorDataset is made of at least one tensor", "TensorDataset(x, y)")
        for t in tensors:
            if not isinstance(t, Tensor) or not t.array.ndim:
                raise ArgumentFault(f"TensorDataset is made of tensors, not of {described(t)}", "TensorDataset(x, y)")
        if len({len(t.array) for t in tensors}) > 1:
            raise ShapeFault("Size mismatch between tensors: TensorDataset needs the same length of all")
        self.tensors = tensors

    def __getitem__(self, at: Any) -> Any:
        return tuple(t[at] for t in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0].array)


@exposed("dataset", "indices")
class Subset(Dataset):
    """Some members of a data set."""

    __slots__ = ()

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, list(indices)

    def __getitem__(self, at: Any) -> Any:
        return self.dataset[self.indices[place(at, len(self.indices))]]

    def __len__(self) -> int:
        return len(self.indices)


@exposed("datasets")
class ConcatDataset(Dataset):
    """The members of several data sets, one after another."""

    __slots__ = ()

    def __init__(self, datasets: Any) -> None:
        self.datasets = list(datasets)

    def __getitem__(self, at: Any) -> Any:
        at = place(at, len(self))
        for each in self.datasets:
            if at < len(each):
                break
            at -= len(each)
        return each[at]

    def __len__(self) -> int:
        return sum(map(len, self.datasets))


def random_split(dataset: Any, lengths: Any, generator: Any = None) -> list[Subset]:
    """Parts of a data set, each of so many members, or of such a share of them, drawn without putting back."""
    whole = len(dataset)
    sizes = list(lengths)
    for length in sizes:
        if type(length) not in (int, float):
            raise ArgumentFault(f"the lengths of random_split() are numbers, not {described(length)}")
    if any(type(length) is float for length in sizes):
        if abs(sum(sizes) - 1) > 1e-9 or min(sizes) < 0:
            raise ValueFault("the shares of random_split() must be positive and sum to one")
        sizes = [math.floor(whole * share) for share in sizes]
        for i in range(whole - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != whole:
        raise ValueFault("Sum of input lengths does not equal the length of the input dataset!")
    order = traced.randperm(whole, generator=generator).tolist()
    ends = list(accumulate(sizes))
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


@exposed("dataset", "batch_size", "drop_last", copied=True)
class DataLoader:
    """The members of a data set in batches, in random order with `shuffle`."""

    __slots__ = ("_collate", "batch_size", "dataset", "drop_last", "shuffle")

    _home = "torch.utils.data.dataloader"

    def __init__(self, dataset: Any, batch_size: Any = 1, shuffle: bool = False, num_workers: int = 0,
                 collate_fn: Callable[[list[Any]], Any] | None = None, pin_memory: bool = False,
                 drop_last: bool = False) -> None:
        own = MARK in type(dataset).__dict__ and hasattr(type(dataset), "__getitem__")
        if not own and not isinstance(dataset, Dataset | list | tuple | Tensor):
            raise ArgumentFault(f"DataLoader needs a data set, not {described(dataset)}",
                                "DataLoader(TensorDataset(x, y), batch_size=4)")
        if type(batch_size) is not int or batch_size < 1:
            raise ValueFault(f"batch_size should be a positive integer value, but got batch_size={brief(batch_size)}")
        self.dataset: Any = dataset
        self.batch_size, self.shuffle, self.drop_last = batch_size, shuffle, drop_last
        self._collate = collate_fn or together

    def __len__(self) -> int:
        count = len(self.dataset)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        order = self._order()
        starts = range(0, len(self) * self.batch_size, self.batch_size)
        return map(self._batch, [order[at : at + self.batch_size] for at in starts])

    def _batch(self, numbers: list[int]) -> Any:
        return self._collate([self.dataset[i] for i in numbers])

    def _order(self) -> list[int]:
        """The numbers of all members, as random as torch would have them for the seed."""
        count = len(self.dataset)
        if not legacy():
            draw().random((), np.int64)         # torch draws a seed for its workers, even if there are none
        if not self.shuffle:
            return list(range(count))
        source = draw() if legacy() else ModernGenerator(int(draw().random((), np.int64)))
        return [int(i) for i in source.randperm(count)]

    def __repr__(self) -> str:
        return f"<{self._home}.DataLoader object>"

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<{self._home}.DataLoader object at {style.address(self)}>"


def together(members: list[Any]) -> Any:
    """Members of a data set as one batch: tensors stacked, numbers in a tensor, tuples part by part."""
    first = members[0]
    if isinstance(first, Tensor):
        return traced.stack(members, 0)
    if isinstance(first, tuple | list):
        return [together(list(parts)) for parts in zip(*members, strict=True)]
    if isinstance(first, dict):
        return {name: together([member[name] for member in members]) for name in first}
    if type(first) in NUMBERS:
        return Tensor(array_of(members, np.float64 if type(first) is float else None))
    return members
