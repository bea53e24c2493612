"""What of itertools programs may use, as streams: gone through once, nested only so deep (rule R12).

Each is a generator, so that time limits reach it however it is gone through.
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

KEPT = 1_000_000        # values that one of these may keep to itself


@exposed()
class Drawn(IteratorProxy, Nested):
    """A stream that knows how many of its kind it stands on."""

    __slots__ = ("deep",)

    def __init__(self, source: Iterator[Any], deep: int) -> None:
        super().__init__(source)
        self.deep = deep


def streamed(generate: Callable[..., Iterator[Any]]) -> Callable[..., Drawn]:
    def stream(*args: Any, **options: Any) -> Drawn:
        deep = 1 + nesting(*args, *options.values())
        if deep > DEEPEST // 10:
            raise DepthLimit(f"{generate.__name__} stands {deep} times within others of its kind",
                             ("list(x)", "goes through the values now"))
        return Drawn(generate(*args, **options), deep)

    stream.__name__ = stream.__qualname__ = generate.__name__
    return stream


def _kept(values: Iterable[Any]) -> tuple[Any, ...]:
    found = tuple(itertools.islice(values, KEPT + 1))
    if len(found) > KEPT:
        raise SizeLimit(f"more than {KEPT} values would have to be kept")
    return found


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
    seen = _kept(iterable)
    while seen:
        yield from seen


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
    if repeat > KEPT or len(iterables) * repeat > KEPT:
        raise SizeLimit("product() of so many")
    yield from itertools.product(*map(_kept, iterables), repeat=repeat)


def _choosing(name: str) -> Callable[..., Drawn]:
    choose = getattr(itertools, name)

    def generate(iterable: Iterable[Any], *r: Any, **options: Any) -> Iterator[Any]:
        if options.keys() - {"r"}:
            raise TypeError(f"{name}() got an unexpected keyword argument '{min(options)}'")
        size = [None if each is None else index(each) for each in (*r, *options.values())]
        if len(size) == 1 and size[0] is not None and size[0] > KEPT:
            raise SizeLimit(f"{name}() of so many")
        yield from choose(_kept(iterable), *size)

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
    """Several streams of the same values, which are gone through now."""
    values = _kept(iterable)
    if type(n) is not int or not 0 <= n <= DEEPEST:
        raise SizeLimit(f"tee() gives at most {DEEPEST} streams")
    return tuple(_each(values) for _ in range(n))


@streamed
def _each(values: Iterable[Any]) -> Iterator[Any]:
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
    mark: Any = None
    for value in iterable:
        found = value if key is None else key(value)
        if group and found != mark:
            yield mark, iter(group)
            group = []
        mark = found
        group.append(value)
    if group:
        yield mark, iter(group)


@streamed
def _chained(iterables: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


@exposed("from_iterable")
class _Chain:
    """`chain`, and `chain.from_iterable`."""

    def __call__(self, *iterables: Iterable[Any]) -> Drawn:
        made = _chained(iterables)
        made.deep = 1 + nesting(*iterables)
        if made.deep > DEEPEST // 10:
            raise DepthLimit(f"chain stands {made.deep} times within others of its kind",
                             ("list(x)", "goes through the values now"))
        return made

    def from_iterable(self, iterable: Iterable[Any], /) -> Drawn:
        """The values of all that `iterable` gives, one after another."""
        return _chained(iterable)

    def __display__(self, style: Any) -> str:
        return "<class 'itertools.chain'>"


chain = _Chain()
