"""Generators as programs hold them: generator functions and expressions of their own, and streams of the package.

A generator that is let go of in the midst runs nothing more of the program: no limit could stop what runs there. What
the program closes itself runs its `finally` as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from types import FrameType, GeneratorType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.mistakes import DepthLimit
from gradcli.lang.runtime.exceptions import raised

CO_GENERATOR = 0x20     # the flag of code that is a generator; importing inspect costs more than it

DEEPEST = 1000          # generators that stand in each other's `yield from` and can be closed together

_closing: set[FrameType] = set()    # of the generators that programs are closing


class GeneratorValues(chain):      # type: ignore[type-arg]  # Python has no brackets for it
    """The values of a generator, for C code that goes through them.

    A hundred thousand generators, each in the midst of a loop over the next, would overflow the machine's stack when
    they are let go of. Python takes objects of classes such as this one apart in rounds, so none holds the next itself.
    """

    __slots__ = ()


class Delegated(map):   # type: ignore[type-arg]  # Python has no brackets for it
    """A generator that another one's `yield from` goes through, held apart for the same reason."""

    __slots__ = ("source",)

    source: Any

    def send(self, value: Any) -> Any:
        """Go on with `value`."""
        return self.source.send(value)

    def throw(self, *error: Any) -> Any:
        """Go on as if the `yield` it stands at had raised this: a call of Python's, so that depth is counted."""
        return self.source.throw(*error)

    def close(self) -> None:
        """Close the generator if the program wishes it; else it is closed when it is let go of."""
        if self.source.gi_frame in _closing:
            self.source.close()


@exposed()
class IteratorProxy:
    """Values that come one by one, and nothing else."""

    __slots__ = ("_source",)

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        return GeneratorValues(self._source)       # which only C code sees

    def __next__(self) -> Any:
        return next(self._source)


@exposed("send", "throw", "close")
class ProgramGenerator(IteratorProxy):
    """A generator of the program's own."""

    __slots__ = ()

    _source: Any

    def send(self, value: Any, /) -> Any:
        """Go on with `value` as that of the `yield` it stands at."""
        try:
            return self._source.send(value)
        except StopIteration as end:
            raise program_stop(end) from None

    def throw(self, error: Any, /) -> Any:
        """Go on as if the `yield` it stands at had raised this."""
        try:
            raising = raised(error)
        except TypeError:
            raise TypeError("exceptions must be classes or instances deriving from BaseException, not "
                            f"{type(error).__name__}") from None
        try:
            return self._source.throw(raising() if isinstance(raising, type) else raising)
        except StopIteration as end:
            raise program_stop(end) from None

    def close(self) -> None:
        """Leave it where it stands."""
        close_generator(self._source)


IteratorProxy.__name__ = ProgramGenerator.__name__ = "generator"       # as Python's messages call them


def close_generator(source: Any) -> None:
    """Close a generator of the program, with the ones it stands in: what it does at its end is the program's wish."""
    frames = []
    inner = source
    while type(inner) is GeneratorType:
        if inner.gi_frame is not None:
            frames.append(inner.gi_frame)
        inner = getattr(inner.gi_yieldfrom, "source", None)
    if len(frames) > DEEPEST:
        raise DepthLimit(f"more than {DEEPEST} generators stand in each other's yield from")
    _closing.update(frames)
    try:
        source.close()
    finally:
        _closing.difference_update(frames)


def closed_by_program(frame: FrameType) -> bool:
    """Whether the program itself closes the generator that runs in `frame`."""
    return frame in _closing


def abandoned_by(error: GeneratorExit, frame: FrameType) -> bool:
    """Whether the generator in `frame` is being left by `error`, and not by the program's wish."""
    if not frame.f_code.co_flags & CO_GENERATOR or frame in _closing:
        return False
    step = error.__traceback__
    while step is not None and step.tb_frame is not frame:
        step = step.tb_next
    return step is not None


def program_stop(end: StopIteration) -> StopIteration:
    """The end of a generator of the program, which carries what it returned."""
    vars(end)[PROGRAM_MADE] = True
    return end


def generator_function(function: Callable[..., Any]) -> Callable[..., ProgramGenerator]:
    """A generator function of the program, whose generators are handed out wrapped."""
    def generate(*args: Any, **options: Any) -> ProgramGenerator:
        return ProgramGenerator(function(*args, **options))

    generate.__name__, generate.__qualname__ = function.__name__, function.__qualname__
    vars(generate)[PROGRAM_MADE] = True
    generate.__doc__ = function.__doc__
    generate.__module__ = None      # type: ignore[assignment]  # as functions of programs have it
    return generate


def delegate_source(values: Any) -> Any:
    """What `yield from` goes through: only generators are sent values, thrown errors and closed."""
    source = values if isinstance(values, IteratorProxy) else iter(values)
    raw = source._source if isinstance(source, IteratorProxy) else None
    if type(raw) is not GeneratorType:
        return _through(iter(source))
    delegate = Delegated(raw.send, repeat(None))
    delegate.source = raw
    return delegate


def _through(source: Iterator[Any]) -> Any:
    while True:
        try:
            value = next(source)
        except StopIteration as end:
            return end.value
        yield value
