"""Generators as programs hold them: generator functions and expressions of their own, and streams of the package.

A generator that is let go of in the midst runs nothing more of the program: no limit could stop what runs there. What
the program closes itself runs its `finally` as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FrameType, GeneratorType
from typing import Any

from gradcli.exposure import MARK, exposed

CO_GENERATOR = 0x20     # the flag of code that is a generator; importing inspect costs more than it

_closing: set[FrameType] = set()    # of the generators that programs are closing


@exposed()
class Stream:
    """Values that come one by one, and nothing else."""

    __slots__ = ("_source",)

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        return self._source     # which only C code sees

    def __next__(self) -> Any:
        return next(self._source)


@exposed("send", "throw", "close")
class Generator(Stream):
    """A generator of the program's own."""

    __slots__ = ()

    _source: Any

    def send(self, value: Any, /) -> Any:
        """Go on with `value` as that of the `yield` it stands at."""
        try:
            return self._source.send(value)
        except StopIteration as end:
            raise ended(end) from None

    def throw(self, error: Any, /) -> Any:
        """Go on as if the `yield` it stands at had raised this."""
        from gradcli.lang.guard import raised

        try:
            raising = raised(error)
        except TypeError:
            raise TypeError("exceptions must be classes or instances deriving from BaseException, not "
                            f"{type(error).__name__}") from None
        try:
            return self._source.throw(raising() if isinstance(raising, type) else raising)
        except StopIteration as end:
            raise ended(end) from None

    def close(self) -> None:
        """Leave it where it stands."""
        close(self._source)


Stream.__name__ = Generator.__name__ = "generator"       # as Python's messages call them


def close(source: Any) -> None:
    """Close a generator of the program, with the ones it stands in: what it does at its end is the program's wish."""
    frames = []
    inner = source
    while type(inner) is GeneratorType:
        if inner.gi_frame is not None:
            frames.append(inner.gi_frame)
        inner = inner.gi_yieldfrom
    _closing.update(frames)
    try:
        source.close()
    finally:
        _closing.difference_update(frames)


def closed_by_program(frame: FrameType) -> bool:
    """Whether the program itself closes the generator that runs in `frame`."""
    return frame in _closing


def leaves(error: GeneratorExit, frame: FrameType) -> bool:
    """Whether the generator in `frame` is being left by `error`, and not by the program's wish."""
    if not frame.f_code.co_flags & CO_GENERATOR or frame in _closing:
        return False
    step = error.__traceback__
    while step is not None and step.tb_frame is not frame:
        step = step.tb_next
    return step is not None


def ended(end: StopIteration) -> StopIteration:
    """The end of a generator of the program, which carries what it returned."""
    vars(end)[MARK] = True
    return end


def generating(function: Callable[..., Any]) -> Callable[..., Generator]:
    """A generator function of the program, whose generators are handed out wrapped."""
    def generate(*args: Any, **options: Any) -> Generator:
        return Generator(function(*args, **options))

    generate.__name__, generate.__qualname__ = function.__name__, function.__qualname__
    vars(generate)[MARK] = True
    generate.__doc__ = function.__doc__
    generate.__module__ = None      # type: ignore[assignment]  # as functions of programs have it
    return generate


def delegated(values: Any) -> Any:
    """What `yield from` goes through: only generators are sent values, thrown errors and closed."""
    source = iter(values)
    if isinstance(source, Stream):
        source = iter(source)
    return source if type(source) is GeneratorType else _through(source)


def _through(source: Iterator[Any]) -> Any:
    while True:
        try:
            value = next(source)
        except StopIteration as end:
            return end.value
        yield value
