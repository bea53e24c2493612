"""Small functions and constants of functools, operator and string."""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Iterable
from typing import Any

from gradcli.errors import ArgumentFault

ascii_letters, ascii_lowercase, ascii_uppercase = string.ascii_letters, string.ascii_lowercase, string.ascii_uppercase
digits, hexdigits, punctuation = string.digits, string.hexdigits, string.punctuation
whitespace, printable = string.whitespace, string.printable


def partial(function: Callable[..., Any], /, *first: Any, **given: Any) -> Callable[..., Any]:
    """`function` with some of its arguments already given."""
    if not callable(function):
        raise ArgumentFault("partial() needs a function", "partial(f, 2.0)")

    def partly(*args: Any, **options: Any) -> Any:
        return function(*first, *args, **{**given, **options})

    return partly


def reduce(function: Callable[[Any, Any], Any], iterable: Iterable[Any], /, *initial: Any) -> Any:
    """The values put together two by two, from the left."""
    values = iter(iterable)
    if initial:
        result, = initial
    else:
        for result in values:   # noqa: B007  # the first, if there is one
            break
        else:
            raise TypeError("reduce() of empty iterable with no initial value")
    for value in values:
        result = function(result, value)
    return result


def itemgetter(*items: Any) -> Callable[[Any], Any]:
    """A function that takes these items of a value."""
    if not items:
        raise TypeError("itemgetter expected at least 1 argument, got 0")

    def taken(value: Any) -> Any:
        return value[items[0]] if len(items) == 1 else tuple(value[item] for item in items)

    return taken


def _plain(name: str) -> Callable[..., Any]:
    """An operator that neither allocates nor formats text on any value a program can hold."""
    sign: Callable[..., Any] = getattr(operator, name)

    def operate(a: Any, b: Any, /) -> Any:
        return sign(a, b)

    operate.__name__ = operate.__qualname__ = name
    return operate


def _of_numbers(name: str) -> Callable[..., Any]:
    """One that would put texts and lists together: for numbers and tensors."""
    sign: Callable[..., Any] = getattr(operator, name)

    def operate(a: Any, b: Any, /) -> Any:
        if any(isinstance(value, str | list | tuple) or (type(value) is int and value.bit_length() > 10_000)
               for value in (a, b)):
            raise ArgumentFault(f"operator.{name}() is for numbers and tensors", ("lambda a, b: a + b", "for the rest"))
        return sign(a, b)

    operate.__name__ = operate.__qualname__ = name
    return operate


truediv, floordiv, matmul, sub, eq, ne, lt, le, gt, ge = map(
    _plain, ("truediv", "floordiv", "matmul", "sub", "eq", "ne", "lt", "le", "gt", "ge"))
add, mul = map(_of_numbers, ("add", "mul"))


def neg(a: Any, /) -> Any:
    """-a."""
    return -a
