"""Generators and iterators as programs hold them.

A generator that is garbage-collected before its end runs no more code of the program, since no limit could stop that
code. One that the program closes runs its `finally` as in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from sys import _getframe
from types import FrameType, GeneratorType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, RESUMED, exposed, named_by_program
from gradcli.faults.mistakes import DepthLimit
from gradcli.lang.runtime.exceptions import raised

CO_GENERATOR = 0x20     # the flag of code that is a generator; importing inspect costs more than it

DEEPEST = 1000          # generators that delegate to one another and can be closed together

_closing: set[FrameType] = set()    # of the generators that programs are closing


class GeneratorValues(chain):      # type: ignore[type-arg]  # Python has no brackets for it
    """The values of a generator, for C code that iterates over it.

    A hundred thousand generators, each suspended in a loop over the next, would overflow the C stack when they are
    deallocated. Python deallocates subclasses like this one iteratively, so no generator refers to the next directly.
    """

    __slots__ = ()


class Delegated(map):   # type: ignore[type-arg]  # Python has no brackets for it
    """The generator that another one's `yield from` delegates to, behind a subclass for the same reason."""

    __slots__ = ("source",)

    source: Any

    def send(self, value: Any) -> Any:
        """Resume with `value`."""
        return self.source.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise at the `yield` where it is suspended; a Python function, so that recursion depth is counted."""
        return self.source.throw(*error)

    def close(self) -> None:
        """Close the generator if the program is closing the outer one; otherwise its deallocation closes it."""
        if self.source.gi_frame in _closing:
            self.source.close()


@exposed()
class IteratorProxy:
    """An iterator that exposes nothing but its values."""

    __slots__ = ("_source",)

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        return GeneratorValues(self._source)       # which only C code sees

    def __next__(self) -> Any:
        return next(self._source)


@exposed("send", "throw", "close")
class ProgramGenerator(IteratorProxy):
    """A generator of a generator function or expression of the program."""

    __slots__ = ()

    _source: Any

    def __repr__(self) -> str:      # within texts of ours: what programs write is written by the formatter
        return "<generator object>"

    def send(self, value: Any, /) -> Any:
        """Resume, with `value` as the result of the `yield` where it is suspended."""
        try:
            return self._source.send(value)
        except StopIteration as end:
            raise program_stop(end) from None

    def throw(self, error: Any, /) -> Any:
        """Raise an exception at the `yield` where it is suspended."""
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
        """Raise GeneratorExit at the `yield` where it is suspended."""
        close_generator(self._source)


IteratorProxy.__name__ = ProgramGenerator.__name__ = "generator"       # as Python's messages call them


def generator(name: str, values: Iterable[Any]) -> ProgramGenerator:
    """A generator of these values, shown as that of a generator function with this qualified name."""
    source: Any = (value for value in values)
    source.__name__, source.__qualname__ = name.rpartition(".")[2], name
    return ProgramGenerator(source)


def close_generator(source: Any) -> None:
    """Close a generator of the program and those that it delegates to, whose `finally` blocks run."""
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
    """Whether the program is closing the generator that runs in `frame`."""
    return frame in _closing


def abandoned_by(error: GeneratorExit, frame: FrameType) -> bool:
    """Whether `error` ends the generator in `frame` because it is deallocated, and not closed by the program."""
    if not frame.f_code.co_flags & CO_GENERATOR or frame in _closing:
        return False
    step = error.__traceback__
    while step is not None and step.tb_frame is not frame:
        step = step.tb_next
    return step is not None


def program_stop(end: StopIteration) -> StopIteration:
    """The StopIteration that ends a generator of the program, marked as the program's; its value is returned."""
    vars(end)[PROGRAM_MADE] = True
    return end


def generator_function(function: Callable[..., Any]) -> Callable[..., ProgramGenerator]:
    """A decorator that lowering puts on generator functions: their generators are wrapped in ProgramGenerator."""
    def generate(*args: Any, **options: Any) -> ProgramGenerator:
        return ProgramGenerator(function(*args, **options))

    vars(generate)[PROGRAM_MADE] = True
    vars(generate)[RESUMED] = lambda context: generator_function(_resumed_within(function, context))
    generate.__doc__ = function.__doc__
    return named_by_program(generate, function.__name__, function.__qualname__)


def _resumed_within(function: Callable[..., Any], context: Callable[[], Any]) -> Callable[..., Any]:
    """A generator function like this, whose generators enter a context each time they are resumed."""
    def generate(*args: Any, **options: Any) -> Any:
        source = function(*args, **options)
        step: Callable[[Any], Any] = source.send
        argument: Any = None
        while True:
            try:
                with context():
                    value = step(argument)
            except StopIteration as end:
                return end.value
            try:
                argument = yield value
                step = source.send
            except GeneratorExit:
                if closed_by_program(_getframe()):
                    with context():
                        close_generator(source)
                raise
            except BaseException as error:
                step, argument = source.throw, error

    generate.__name__, generate.__qualname__, generate.__doc__ = (
        function.__name__, function.__qualname__, function.__doc__)
    return generate


def delegate_source(values: Any) -> Any:
    """The iterator that `yield from values` delegates to; send, throw and close reach generators only."""
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
