"""The functions of itertools for programs: one-pass iterators with a limit on their nesting (rule R12).

Each is a generator, so that the time limit interrupts it in every use.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import index
from typing import Any

from gradcli.exposure import exposed, named, renamed
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


class _Once:
    """An iterable whose iterator is asked for once, by whoever comes first, after `read` has read its values."""

    __slots__ = ("iterable", "iterator", "read")

    def __init__(self, iterable: Any, read: Callable[[Any], Any] | None = None) -> None:
        self.iterable, self.read = iterable, read
        self.iterator: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        if self.iterator is None:
            self.iterator = iter(self.read(self.iterable) if self.read else self.iterable)
        return self.iterator


def streamed(*iterables: int | str, sizes: tuple[int | str, ...] = ()) -> Callable[
        [Any], Callable[..., StreamIterator]]:
    """Make a generator function one that refuses what the function of itertools with its name refuses, and when.

    `iterables` are the places and names of the arguments that are iterables; of the place -1 are all by position.
    `sizes` are those of the whole numbers.
    """
    def converted(at: int | str, arg: Any) -> Any:
        if at in iterables or type(at) is int and -1 in iterables:
            return _Once(arg)
        return _as_index(arg) if at in sizes else arg

    def wrapped(generate: Callable[..., Iterator[Any]]) -> Callable[..., StreamIterator]:
        name = generate.__name__.strip("_")
        check, iterator_class = getattr(itertools, name), class_of(name)

        def stream(*args: Any, **options: Any) -> StreamIterator:
            deep = depth(name, *args, *options.values())
            args = tuple(converted(n, arg) for n, arg in enumerate(args))
            options = {key: converted(key, arg) for key, arg in options.items()}
            check(*args, **options)
            return iterator_class(generate(*args, **options), deep)

        return renamed(stream, name)

    return wrapped


def depth(name: str, *values: Any) -> int:
    """How deep an iterator over these values stands. Raises DepthLimit where that is too deep."""
    deep = 1 + nesting(*values)
    if deep > DEEPEST // 10:
        raise DepthLimit(f"{name} stands {deep} times within others of its kind",
                         ("list(x)", "goes through the values now"))
    return deep


def class_of(name: str, module: str = "itertools") -> type[StreamIterator]:
    """A class of iterators that is called as the class of a module is."""
    iterator_class = type(name, (StreamIterator,), {"__slots__": (), "__module__": module})
    return named(f"{module}.{name}")(exposed()(iterator_class))


def _buffered(values: Iterable[Any]) -> tuple[Any, ...]:
    buffer = tuple(itertools.islice(values, BUFFER_LIMIT + 1))
    if len(buffer) > BUFFER_LIMIT:
        raise SizeLimit(f"more than {BUFFER_LIMIT} values would have to be kept")
    return buffer


@streamed()
def count(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    if type(start) is bool and type(step) in (int, bool) and step == 1:
        start = int(start)      # as C code counts
    while True:
        yield start
        start = checked_sum(start, step)


@streamed(0)
def cycle(iterable: Iterable[Any], /) -> Iterator[Any]:
    saved = _buffered(iterable)
    while saved:
        yield from saved


@streamed(sizes=(1, "times"))
def repeat(object: Any, times: int | None = None) -> Iterator[Any]:
    while times is None or times > 0:
        yield object
        times = None if times is None else times - 1


@streamed(0, "iterable")
def accumulate(iterable: Iterable[Any], func: Any = None, *, initial: Any = None) -> Iterator[Any]:
    values = iter(iterable)
    for total in itertools.islice(values, 1) if initial is None else [initial]:
        yield total
        for value in values:
            total = checked_sum(total, value) if func is None else func(total, value)
            yield total


def _choosing(name: str) -> Callable[..., StreamIterator]:
    """A function that stores its iterables, at once, and chooses of their values."""
    choose, iterator_class = getattr(itertools, name), class_of(name)

    def chosen(*args: Any, **options: Any) -> StreamIterator:
        pools = len(args) if name == "product" else 1
        sizes = [_as_index(arg) for arg in args[pools:]]
        once = {key: _Once(arg, _buffered) if key == "iterable" else _as_index(arg) for key, arg in options.items()}
        if any(type(size) is int and max(size, size * pools) > BUFFER_LIMIT for size in (*sizes, *once.values())):
            raise SizeLimit(f"{name}() of so many")
        values = [_Once(arg, _buffered) for arg in args[:pools]]
        return iterator_class(_through(choose(*values, *sizes, **once)), 1)

    return renamed(chosen, name)


def _as_index(size: Any) -> Any:
    """A size as a number of Python's, where it is a whole number; anything else as it is, to be refused."""
    try:
        return index(size)
    except TypeError:
        return size


def _through(values: Iterable[Any]) -> Iterator[Any]:
    yield from values


product, permutations, combinations, combinations_with_replacement = map(
    _choosing, ("product", "permutations", "combinations", "combinations_with_replacement"))


@streamed(0, sizes=(1, 2, 3))
def islice(iterable: Iterable[Any], *bounds: Any) -> Iterator[Any]:
    yield from itertools.islice(iterable, *bounds)


@streamed(-1)
def zip_longest(*iterables: Iterable[Any], fillvalue: Any = None) -> Iterator[Any]:
    yield from itertools.zip_longest(*iterables, fillvalue=fillvalue)


@streamed(1)
def starmap(function: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for values in iterable:
        yield function(*iter(values))


@streamed(1)
def takewhile(predicate: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for value in iterable:
        if not predicate(value):
            return
        yield value


@streamed(1)
def filterfalse(function: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    for value in iterable:
        if not (value if function is None else function(value)):
            yield value


@streamed(0, 1, "data", "selectors")
def compress(data: Iterable[Any], selectors: Iterable[Any]) -> Iterator[Any]:
    for value, chosen in zip(data, selectors, strict=False):
        if chosen:
            yield value


def tee(iterable: Iterable[Any], n: int = 2, /) -> tuple[Any, ...]:
    """Several iterators over the same values, which are read at once."""
    count = index(n)
    if count < 0:
        raise ValueError("n must be >= 0")
    if count > DEEPEST:
        raise SizeLimit(f"tee() gives at most {DEEPEST} streams")
    values = _buffered(iterable) if count else ()
    return tuple(_TEE(_through(values), 1) for _ in range(count))


_TEE = class_of("_tee")


@streamed(1)
def dropwhile(predicate: Any, iterable: Iterable[Any], /) -> Iterator[Any]:
    values = iter(iterable)
    for value in values:
        if not predicate(value):
            yield value
            yield from values


@streamed(0)
def pairwise(iterable: Iterable[Any], /) -> Iterator[Any]:
    values = iter(iterable)
    for before in itertools.islice(values, 1):
        for value in values:
            yield before, value
            before = value


@streamed(0, "iterable")
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


def _chained(iterables: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


_CHAIN = class_of("chain")


@exposed("from_iterable")
class _Chain:
    """`chain`, and `chain.from_iterable`."""

    def __call__(self, *iterables: Iterable[Any]) -> StreamIterator:
        return _CHAIN(_chained(iterables), depth("chain", *iterables))

    def from_iterable(self, iterable: Iterable[Any], /) -> StreamIterator:
        """The values of all iterables in `iterable`, one after another."""
        return _CHAIN(_chained(iter(iterable)), depth("chain", iterable))

    def __display__(self, style: Any) -> str:
        return "<class 'itertools.chain'>"


chain = _Chain()
