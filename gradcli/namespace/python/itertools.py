"""The functions of itertools for programs: one-pass iterators with a limit on their nesting (rule R12).

Each is a generator, so that the time limit interrupts it in every use.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import index
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.mistakes import DepthLimit, SizeLimit
from gradcli.lang.runtime.generators import IteratorProxy
from gradcli.lang.runtime.iterators import DEEPEST, Nested, nesting
from gradcli.lang.runtime.operators import checked_sum

BUFFER_LIMIT = 1_000_000        # the most values that one of these functions stores


@exposed()
class StreamIterator(IteratorProxy, Nested):
    """The iterator that these functions return; `deep` is the number of such iterators nested in it."""

    __slots__ = ("deep",)

    def __init__(self, source: Iterator[Any], deep: int) -> None:
        super().__init__(source)
        self.deep = deep


def streamed(generate: Callable[..., Iterator[Any]]) -> Callable[..., StreamIterator]:
    def stream(*args: Any, **options: Any) -> StreamIterator:
        deep = 1 + nesting(*args, *options.values())
        if deep > DEEPEST // 10:
            raise DepthLimit(f"{generate.__name__} stands {deep} times within others of its kind",
                             ("list(x)", "goes through the values now"))
        return StreamIterator(generate(*args, **options), deep)

    stream.__name__ = stream.__qualname__ = generate.__name__
    return stream


def _buffered(values: Iterable[Any]) -> tuple[Any, ...]:
    buffer = tuple(itertools.islice(values, BUFFER_LIMIT + 1))
    if len(buffer) > BUFFER_LIMIT:
        raise SizeLimit(f"more than {BUFFER_LIMIT} values would have to be kept")
    return buffer


@streamed
def count(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    for number in (start, step):
        if not any(hasattr(type(number), name) for name in ("__index__", "__int__", "__float__")):
            raise TypeError("a number is required")
    if type(start) is bool and type(step) in (int, bool) and step == 1:
        start = int(start)      # as C code counts
    while True:
        yield start
        start = checked_sum(start, step)


@streamed
def cycle(iterable: Iterable[Any], /) -> Iterator[Any]:
    saved = _buffered(iterable)
    while saved:
        yield from saved


@streamed
def repeat(object: Any, times: int | None = None) -> Iterator[Any]:
    while times is None or times > 0:
        yield object
        times = None if times is None else times - 1


@streamed
def accumulate(iterable: Iterable[Any], func: Any = None, *, initial: Any = None) -> Iterator[Any]:
    values = iter(iterable)
    for total in itertools.islice(values, 1) if initial is None else [initial]:
        yield total
        for value in values:
            total = checked_sum(total, value) if func is None else func(total, value)
            yield total


@streamed
def product(*iterables: Iterable[Any], repeat: int = 1) -> Iterator[Any]:
    if repeat > BUFFER_LIMIT or len(iterables) * repeat > BUFFER_LIMIT:
        raise SizeLimit("product() of so many")
    yield from itertools.product(*map(_buffered, iterables), repeat=repeat)


def _choosing(name: str) -> Callable[..., StreamIterator]:
    choose = getattr(itertools, name)

    def generate(iterable: Iterable[Any], *r: Any, **options: Any) -> Iterator[Any]:
        if options.keys() - {"r"}:
            raise TypeError(f"{name}() got an unexpected keyword argument '{min(options)}'")
        size = [None if value is None else index(value) for value in (*r, *options.values())]
        if len(size) == 1 and size[0] is not None and size[0] > BUFFER_LIMIT:
            raise SizeLimit(f"{name}() of so many")
        yield from choose(_buffered(iterable), *size)

    generate.__name__ = generate.__qualname__ = name
    return streamed(generate)


permutations, combinations, combinations_with_replacement = map(
    _choosing, ("permutations", "combinations", "combinations_with_replacement"))


@streamed
def islice(iterable: Iterable[Any], *bounds: Any) -> Iterator[Any]:
    yield from itertools.islice(iterable, *bounds)


@streamed
def zip_longest(*iterables: Iterable[Any], fillvalue: Any = None) -> Iterator[Any]:
    yield from itertools.zip_longest(*iterables, fillvalue=fillvalue)


@streamed
def starmap(function: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for values in iterable:
        yield function(*values)


@streamed
def takewhile(predicate: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for value in iterable:
        if not predicate(value):
            return
        yield value


@streamed
def filterfalse(function: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for value in iterable:
        if not (value if function is None else function(value)):
            yield value


@streamed
def compress(data: Iterable[Any], selectors: Iterable[Any]) -> Iterator[Any]:
    for value, chosen in zip(data, selectors, strict=False):
        if chosen:
            yield value


def tee(iterable: Iterable[Any], n: int = 2, /) -> tuple[Any, ...]:
    """Several iterators over the same values, which are read at once."""
    values = _buffered(iterable)
    if type(n) is not int or not 0 <= n <= DEEPEST:
        raise SizeLimit(f"tee() gives at most {DEEPEST} streams")
    return tuple(_generate(values) for _ in range(n))


@streamed
def _generate(values: Iterable[Any]) -> Iterator[Any]:
    yield from values


@streamed
def dropwhile(predicate: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    values = iter(iterable)
    for value in values:
        if not predicate(value):
            yield value
            yield from values


@streamed
def pairwise(iterable: Iterable[Any], /) -> Iterator[Any]:
    values = iter(iterable)
    for before in itertools.islice(values, 1):
        for value in values:
            yield before, value
            before = value


@streamed
def groupby(iterable: Iterable[Any], key: Any = None) -> Iterator[Any]:
    group: list[Any] = []
    current_key: Any = None
    for value in iterable:
        group_key = value if key is None else key(value)
        if group and group_key != current_key:
            yield current_key, iter(group)
            group = []
        current_key = group_key
        group.append(value)
    if group:
        yield current_key, iter(group)


@streamed
def _chained(iterables: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


@exposed("from_iterable")
class _Chain:
    """`chain`, and `chain.from_iterable`."""

    def __call__(self, *iterables: Iterable[Any]) -> StreamIterator:
        chain = _chained(iterables)
        chain.deep = 1 + nesting(*iterables)
        if chain.deep > DEEPEST // 10:
            raise DepthLimit(f"chain stands {chain.deep} times within others of its kind",
                             ("list(x)", "goes through the values now"))
        return chain

    def from_iterable(self, iterable: Iterable[Any], /) -> StreamIterator:
        """The values of all iterables in `iterable`, one after another."""
        return _chained(iterable)

    def __display__(self, style: Any) -> str:
        return "<class 'itertools.chain'>"


chain = _Chain()
