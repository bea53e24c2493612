"""Small functions and constants of functools, operator and string."""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Iterable
from typing import Any

from gradcli.exposure import admitting, exposed, named, renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.operators import checked_sum

ascii_letters, ascii_lowercase, ascii_uppercase = string.ascii_letters, string.ascii_lowercase, string.ascii_uppercase
digits, hexdigits, punctuation = string.digits, string.hexdigits, string.punctuation
whitespace, printable, octdigits = string.whitespace, string.printable, string.octdigits


def partial(function: Callable[..., Any], /, *first: Any, **keywords: Any) -> Callable[..., Any]:
    """`function` with some of its arguments bound."""
    if not callable(function):
        raise ArgumentFault("partial() needs a function", "partial(f, 2.0)")

    def partly(*args: Any, **options: Any) -> Any:
        return function(*first, *args, **{**keywords, **options})

    return partly


def reduce(*args: Any) -> Any:
    """reduce(function, iterable, initial): the values combined by a function of two arguments, from the left."""
    if not 2 <= len(args) <= 3:
        bound = "least 2" if len(args) < 2 else "most 3"
        raise TypeError(f"reduce expected at {bound} arguments, got {len(args)}")
    function, iterable, *initial = args
    try:
        values = iter(iterable)
    except TypeError:
        raise TypeError("reduce() arg 2 must support iteration") from None
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
    """A function that returns these items of its argument."""
    if not items:
        raise TypeError("itemgetter expected at least 1 argument, got 0")

    def get(value: Any) -> Any:
        return value[items[0]] if len(items) == 1 else tuple(value[item] for item in items)

    return renamed(get, "itemgetter")


def by_name(read: Callable[[Any, str], Any]) -> dict[str, Callable[..., Any]]:
    """`attrgetter` and `methodcaller`, which read attributes by `read`, the `getattr` of programs."""
    def attrgetter(*attrs: Any) -> Callable[[Any], Any]:
        if not attrs:
            raise TypeError("attrgetter expected at least 1 argument, got 0")
        if not all(type(attr) is str for attr in attrs):
            raise TypeError("attribute name must be a string")

        def get(value: Any) -> Any:
            values = tuple(reduce(read, attr.split("."), value) for attr in attrs)
            return values if len(values) > 1 else values[0]

        return renamed(get, "attrgetter")

    def methodcaller(name: Any, /, *args: Any, **options: Any) -> Callable[[Any], Any]:
        if type(name) is not str:
            raise TypeError("method name must be a string")
        return lambda value: read(value, name)(*args, **options)

    return {"attrgetter": admitting(attrgetter), "methodcaller": admitting(methodcaller)}


def _plain_operator(name: str) -> Callable[..., Any]:
    """An operator that neither allocates nor formats text on any value a program can hold."""
    sign: Callable[..., Any] = getattr(operator, name)

    def operate(a: Any, b: Any, /) -> Any:
        return sign(a, b)

    return renamed(operate, name)


def _number_operator(name: str) -> Callable[..., Any]:
    """The operator `name` for numbers and tensors; it refuses sequences, which it would concatenate or repeat."""
    sign: Callable[..., Any] = getattr(operator, name)

    def operate(a: Any, b: Any, /) -> Any:
        if any(isinstance(value, str | list | tuple) or (type(value) is int and value.bit_length() > 10_000)
               for value in (a, b)):
            raise ArgumentFault(f"operator.{name}() is for numbers and tensors", ("lambda a, b: a + b", "for the rest"))
        return sign(a, b)

    return renamed(operate, name)


truediv, floordiv, matmul, sub, eq, ne, lt, le, gt, ge = map(
    _plain_operator, ("truediv", "floordiv", "matmul", "sub", "eq", "ne", "lt", "le", "gt", "ge"))
add, mul = map(_number_operator, ("add", "mul"))
mod, and_, or_, xor = map(_number_operator, ("mod", "and_", "or_", "xor"))
isub, itruediv = map(_plain_operator, ("isub", "itruediv"))
iadd, imul = map(_number_operator, ("iadd", "imul"))


def pow(a: Any, b: Any, /) -> Any:      # Python's name
    """a ** b, of whole numbers only where the result stays within the budget."""
    if isinstance(a, int) and isinstance(b, int) and b > 1 and not -2 < a < 2:
        Budget().check_bits((a.bit_length() - 1) * b)
    return a ** b


def abs(a: Any, /) -> Any:      # Python's name
    """The magnitude of a."""
    return operator.abs(a)


def invert(a: Any, /) -> Any:
    """~a."""
    return ~a


inv = invert


def neg(a: Any, /) -> Any:
    """-a."""
    return -a


def pos(a: Any, /) -> Any:
    """+a."""
    return +a


def not_(a: Any, /) -> bool:
    """Whether a is false."""
    return not a


def truth(a: Any, /) -> bool:
    """Whether a is true."""
    return bool(a)


def is_(a: Any, b: Any, /) -> bool:
    """Whether both are the same object."""
    return a is b


def is_not(a: Any, b: Any, /) -> bool:
    """Whether they are two objects."""
    return a is not b


def contains(a: Any, b: Any, /) -> bool:
    """Whether b is in a."""
    return b in a


def getitem(a: Any, b: Any, /) -> Any:
    """a[b]."""
    return a[b]


def setitem(a: Any, b: Any, c: Any, /) -> None:
    """a[b] = c, where b is no slice."""
    if isinstance(b, slice):
        raise ArgumentFault("operator.setitem() sets one item", "a[1:3] = values")
    a[b] = c


def delitem(a: Any, b: Any, /) -> None:
    """del a[b]."""
    del a[b]


def concat(a: Any, b: Any, /) -> Any:
    """Two texts, lists or tuples as one."""
    if not isinstance(a, str | list | tuple):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    return checked_sum(a, b)


def countOf(a: Iterable[Any], b: Any, /) -> int:     # the name that programs know
    """The number of times that b occurs in a."""
    return sum(1 for value in a if value is b or value == b)


def cmp_to_key(mycmp: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """A key for sorting, from a function that compares two values."""
    if not callable(mycmp):
        raise ArgumentFault("cmp_to_key() needs a function of two values", "cmp_to_key(lambda a, b: a - b)")

    def key(value: Any) -> Compared:
        return Compared(mycmp, value)

    return key


@named("functools.KeyWrapper")
@exposed()
class Compared:
    """A value whose order a comparison function of the program defines."""

    __slots__ = ("_compare", "_value")

    def __init__(self, compare: Callable[[Any, Any], Any], value: Any) -> None:
        self._compare, self._value = compare, value

    def __lt__(self, other: Any) -> Any:
        return self._compare(self._value, other._value) < 0 if type(other) is Compared else NotImplemented


def capwords(s: str, sep: Any = None) -> str:
    """The text with every word capitalised."""
    if type(s) is not str or type(sep) not in (str, type(None)):
        raise TypeError("capwords() takes texts")
    capitalised: str = string.capwords(s, sep)
    return capitalised


def collect(generation: Any = 2) -> int:
    """Do nothing: memory is freed automatically."""
    return 0


enable = disable = collect
