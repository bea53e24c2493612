"""`heapq` and `bisect`: heaps and sorted lists."""

from __future__ import annotations

import bisect as bisection
import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.namespace.python.itertools import StreamIterator, class_of, depth


def _on_list(module: Any, name: str) -> Callable[..., Any]:
    work = getattr(module, name)

    def ordered(heap: Any, *args: Any, **options: Any) -> Any:
        if type(heap) is not list and not (type(heap) in (tuple, str, range) and "insort" not in name
                                           and module is bisection):
            raise ArgumentFault(f"{name}() works on a list", f"{name}([1, 2, 3])")
        return work(heap, *args, **options)

    return renamed(ordered, name)


heappush, heappop, heapify, heappushpop, heapreplace = (
    _on_list(heapq, name) for name in ("heappush", "heappop", "heapify", "heappushpop", "heapreplace"))
bisect, bisect_left, bisect_right, insort, insort_left, insort_right = (
    _on_list(bisection, name) for name in (
        "bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right"))


def nlargest(n: int, iterable: Iterable[Any], key: Any = None) -> list[Any]:
    """The n largest values, in descending order."""
    return heapq.nlargest(n, [*Budget().bounded(iterable)], key)


def nsmallest(n: int, iterable: Iterable[Any], key: Any = None) -> list[Any]:
    """The n smallest values, in ascending order."""
    return heapq.nsmallest(n, [*Budget().bounded(iterable)], key)


def merge(*iterables: Iterable[Any], key: Any = None, reverse: bool = False) -> StreamIterator:
    """The values of sorted iterables in order, one at a time."""
    return _MERGE(_merged(iterables, key, bool(reverse)), depth("merge", *iterables))


def _merged(iterables: tuple[Iterable[Any], ...], key: Any, reverse: bool) -> Iterator[Any]:
    yield from heapq.merge(*iterables, key=key, reverse=reverse)


_MERGE = class_of("merge", "heapq")
