"""`DataLoader`, and how it collates members into batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.deep_copy import Copies
from gradcli.engine.messages.arguments import type_name, type_text
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.conversion import array_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault, ValueFault
from gradcli.nn.init import legacy
from gradcli.nn.module.printing import object_text
from gradcli.nn.utils.data import Dataset, IterableDataset, bounded_list
from gradcli.nn.utils.samplers import BatchSampler, RandomSampler, SequentialSampler


@exposed("dataset", "batch_size", "drop_last", "sampler", "batch_sampler", "num_workers", "collate_fn", "generator",
         "pin_memory", "worker_init_fn", copied=True)
class DataLoader:
    """The members of a data set in batches, in random order with `shuffle`, or as a sampler says."""

    __slots__ = ("batch_sampler", "batch_size", "collate_fn", "dataset", "drop_last", "generator", "num_workers",
                 "pin_memory", "sampler", "worker_init_fn")

    _module_path = "torch.utils.data.dataloader"

    def __init__(self, dataset: Any, batch_size: Any = 1, shuffle: bool | None = None, sampler: Any = None,
                 batch_sampler: Any = None, num_workers: int = 0,
                 collate_fn: Callable[[list[Any]], Any] | None = None, pin_memory: bool = False,
                 drop_last: bool = False, timeout: float = 0, worker_init_fn: Any = None,
                 multiprocessing_context: Any = None, generator: Any = None, *, prefetch_factor: Any = None,
                 persistent_workers: bool = False, pin_memory_device: str = "", in_order: bool = True) -> None:
        if not isinstance(dataset, Dataset | list | tuple | range | dict | str | Tensor) and (
                PROGRAM_MADE not in type(dataset).__dict__):
            raise ArgumentFault(f"DataLoader needs a data set, not {described(dataset)}",
                                "DataLoader(TensorDataset(x, y), batch_size=4)").saying(
                f"object of type '{type_name(dataset)}' has no len()" if not isinstance(dataset, set | frozenset) else
                f"'{type_name(dataset)}' object is not subscriptable")
        if num_workers < 0:
            raise ValueFault("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueFault("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueFault("prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to "
                             "enable multiprocessing, otherwise set prefetch_factor to None.", "num_workers=2")
        if num_workers == 0 and persistent_workers:
            raise ValueFault("persistent_workers option needs num_workers > 0", "num_workers=2")
        self.dataset: Any = dataset
        self.num_workers, self.pin_memory, self.generator = num_workers, pin_memory, generator
        self.worker_init_fn = worker_init_fn
        flows = isinstance(dataset, IterableDataset)
        self._check_options(flows, batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.drop_last = bool(drop_last)
        self.batch_size = None if batch_sampler is not None else batch_size
        if sampler is None and not flows:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None and not flows:
            batch_sampler = BatchSampler(sampler, batch_size, self.drop_last)
        self.sampler, self.batch_sampler = sampler, batch_sampler
        alone = self.batch_size is None and batch_sampler is None
        self.collate_fn: Any = collate_fn or (default_convert if alone else default_collate)

    def _check_options(self, flows: bool, batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any,
                       drop_last: Any) -> None:
        """Refuse options that exclude each other."""
        if flows:
            for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
                if value is not None:
                    raise ValueFault(f"DataLoader with IterableDataset: expected unspecified {name} option, but got "
                                     f"{name}={brief(value)}")
        if sampler is not None and shuffle:
            raise ValueFault("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueFault("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
                                 "drop_last")
        elif batch_size is None:
            if drop_last:
                raise ValueFault("batch_size=None option disables auto-batching and is mutually exclusive with "
                                 "drop_last")
        elif type(batch_size) is not int or batch_size < 1:
            raise ValueFault(f"batch_size should be a positive integer value, but got batch_size={brief(batch_size)}")

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            count = len(self.dataset)
            size = self.batch_size or 1
            return count // size if self.drop_last else -(-count // size)
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)

    def __iter__(self) -> Iterator[Any]:
        seed = 0
        if not legacy():        # torch draws a seed for its workers, even if there are none
            if self.generator is None:
                seed = int(draw().random((), np.int64))
            else:
                seed = traced.random_(Tensor(np.zeros((), np.int64)), generator=self.generator).array.item()
        if isinstance(self.dataset, IterableDataset):
            if self.num_workers:
                return self._by_workers(seed)
            return map(self.collate_fn, self._iterate_stream(self.dataset))
        if self.batch_sampler is None:
            return map(self._single, iter(self.sampler))
        return map(self._batch, iter(self.batch_sampler))

    def _by_workers(self, seed: int) -> Iterator[Any]:
        """The batches of all workers in turn, each with a copy of the data set; all of them run in this process."""
        streams: deque[Any] = deque()
        for number in range(self.num_workers):
            info = WorkerInfo(number, self.num_workers, seed + number, Copies.deep(self.dataset))
            streams.append((info, map(self.collate_fn, self._iterate_stream(info.dataset))))
            if self.worker_init_fn is not None:
                with info:
                    self.worker_init_fn(number)
        end = object()
        while streams:
            info, stream = streams.popleft()
            with info:
                batch = next(stream, end)
            if batch is not end:
                streams.append((info, stream))
                yield batch

    def _iterate_stream(self, dataset: Any) -> Iterator[Any]:
        """The members of an iterable data set, in lists of batch_size or one by one."""
        members = iter(dataset)
        if self.batch_size is None:
            yield from members
            return
        while batch := bounded_list(islice(members, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def _single(self, number: Any) -> Any:
        return self.collate_fn(self.dataset[number])

    def _batch(self, numbers: Any) -> Any:
        return self.collate_fn([self.dataset[number] for number in numbers])

    __repr__ = __display__ = object_text


@exposed("id", "num_workers", "seed", "dataset")
class WorkerInfo:
    """One of the workers among whom a loader of an iterable data set divides its work, as a context while it works."""

    __slots__ = ("_before", "dataset", "id", "num_workers", "seed")
    _module_path = "torch.utils.data._utils.worker"
    current: ClassVar[Any] = None

    def __init__(self, number: int, num_workers: int, seed: int, dataset: Any) -> None:
        self.id, self.num_workers, self.seed, self.dataset = number, num_workers, seed, dataset

    def __enter__(self) -> None:
        self._before, WorkerInfo.current = WorkerInfo.current, self

    def __exit__(self, *error: object) -> None:
        WorkerInfo.current = self._before

    def __repr__(self) -> str:
        return f"WorkerInfo(id={self.id}, num_workers={self.num_workers}, seed={self.seed}, dataset={self.dataset!r})"


def get_worker_info() -> Any:
    """The WorkerInfo of the running worker of a loader; None outside, and for data sets with indices."""
    return WorkerInfo.current


def default_collate(batch: Any) -> Any:
    """Members of a data set as one batch: tensors stacked, numbers in a tensor, tuples and dicts part by part."""
    members = bounded_list(batch)
    if not members:
        raise IndexFault("default_collate() needs at least one member").saying("list index out of range")
    first = members[0]
    if isinstance(first, Tensor):
        plain = [Tensor(m.array) for m in members] if isinstance(first, Array) else members
        return traced.stack(plain, 0)
    if type(first) in NUMBERS:
        return Tensor(array_of(members, np.float64 if type(first) is float else None))
    if type(first) is str:
        return batch
    if isinstance(first, dict):
        return {name: default_collate([member[name] for member in members]) for name in first}
    if isinstance(first, tuple | list):
        if any(len(member) != len(first) for member in members):
            raise ShapeFault("each element in list of batch should be of equal size")
        parts = [default_collate(part) for part in zip(*members, strict=True)]
        return type(first)(*parts) if isinstance(first, tuple) and type(first) is not tuple else parts
    raise ArgumentFault("default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
                        f"{described(first)}", ("collate_fn=lambda batch: batch", "takes members as they are")).saying(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type_text(first)}")


def default_convert(data: Any) -> Any:
    """A member without batching: numpy arrays become tensors, tuples lists."""
    if isinstance(data, Array):
        return Tensor(data.array)
    if type(data) is dict:
        return {name: default_convert(value) for name, value in data.items()}
    if type(data) in (tuple, list):
        return [default_convert(value) for value in data]
    return data
