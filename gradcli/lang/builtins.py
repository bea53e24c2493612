"""The names of plain Python that every program sees, and the attributes of Python's own values.

Types are stand-ins (`kinds.py`); functions are Python's own where nothing can leak or grow
through them, and thin wrappers where it could. The facade merges its tensor-aware versions over
these.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from gradcli.errors import ArgumentFault
from gradcli.lang import lazy
from gradcli.lang.budget import Budget
from gradcli.lang.format import WIDTH, Formatter
from gradcli.lang.iterating import iter_, next_
from gradcli.lang.kinds import Kind, types_of
from gradcli.mistakes import SizeLimit

EXCEPTIONS = (
    "Exception", "ArithmeticError", "AssertionError", "AttributeError", "FloatingPointError", "ImportError",
    "IndexError", "KeyError", "LookupError", "NameError", "NotImplementedError", "OverflowError", "RuntimeError",
    "StopIteration", "SyntaxError", "TypeError", "UnboundLocalError", "ValueError", "ZeroDivisionError", "Warning",
    "UserWarning", "DeprecationWarning", "RuntimeWarning")

_SEQUENCE = frozenset({"index", "count"})
_WHOLE = frozenset(
    "bit_length bit_count real imag numerator denominator conjugate is_integer as_integer_ratio".split())
METHODS: dict[type, frozenset[str]] = {
    str: _SEQUENCE | frozenset(
        "upper lower strip lstrip rstrip split rsplit splitlines startswith endswith find rfind rindex title "
        "capitalize swapcase casefold isdigit isalpha isalnum isspace isupper islower isnumeric isdecimal "
        "isidentifier istitle isascii isprintable partition rpartition removeprefix removesuffix".split()),
    list: _SEQUENCE | frozenset("append extend insert pop remove sort reverse copy clear".split()),
    tuple: _SEQUENCE,
    range: _SEQUENCE | frozenset("start stop step".split()),
    slice: frozenset("start stop step".split()),
    dict: frozenset("get keys values items pop popitem update setdefault copy clear".split()),
    set: frozenset(
        "add discard remove pop clear copy update union intersection difference symmetric_difference issubset "
        "issuperset isdisjoint intersection_update difference_update symmetric_difference_update".split()),
    int: _WHOLE,
    bool: _WHOLE,
    float: frozenset("is_integer as_integer_ratio hex real imag conjugate".split()),
    property: frozenset({"setter"}),
    type({}.keys()): frozenset({"isdisjoint"}),
    type({}.items()): frozenset({"isdisjoint"}),
}

PLAIN = frozenset(
    "append insert pop remove sort reverse upper lower strip lstrip rstrip split rsplit splitlines startswith "
    "endswith keys values items popitem setdefault title capitalize isdigit isalpha isalnum isspace isupper islower "
    "partition rpartition discard issubset issuperset isdisjoint".split())
"""What may be read plainly as far as Python's own values go: on no type here does it give more than a method."""


def prelude(formatter: Formatter, budget: Budget, write: Callable[[str], None]) -> dict[str, Any]:
    """The plain names, printing through `write`."""
    text = formatter.text

    def print(*values: Any, sep: str | None = " ", end: str | None = "\n", **options: Any) -> None:
        for name in options:
            if name not in ("file", "flush"):
                raise ArgumentFault(f"print() has no option {name}", "print(x, sep=' ', end='\\n')")
        if options.get("file") is not None:
            raise ArgumentFault("print() writes to the output only; there are no files here")
        between, last = " " if sep is None else sep, "\n" if end is None else end
        if type(between) is not str or type(last) is not str:
            raise ArgumentFault("sep and end of print() are strings")
        texts = [text(value) for value in values]
        if len(texts) > 1:
            budget.check_characters(sum(map(len, texts)) + len(between) * len(texts))
        write(between.join(texts) + last)

    def limited_range(*bounds: Any) -> range:
        made = range(*bounds)
        first, last, step = made.start, made.stop, made.step
        budget.check_steps((last - first) // step)      # len() fails beyond 2**63
        return made

    gathered = budget.gathered

    def whole(*args: Any, **options: Any) -> int:
        return int(*args, **options)

    kinds = [
        Kind("int", (int,), whole), Kind("float", (float,), float), Kind("bool", (bool,), bool),
        Kind("str", (str,), lambda value="": text(value)),
        Kind("list", (list,), lambda values=(): list(gathered(values))),
        Kind("tuple", (tuple,), lambda values=(): tuple(gathered(values))),
        Kind("set", (set,), lambda values=(): set(gathered(values))),
        Kind("dict", (dict,), dict), Kind("slice", (slice,), _slice), Kind("range", (range,), limited_range),
        Kind("object", (object,), None),
        Kind("property", (property,), _property), Kind("staticmethod", (staticmethod,), _staticmethod),
        *(_exception(name) for name in EXCEPTIONS),
    ]

    def ordered(values: Iterable[Any], /, *, key: Any = None, reverse: bool = False) -> list[Any]:
        return sorted(gathered(values), key=key, reverse=reverse)

    def isinstance(value: Any, kind: Any, /) -> bool:
        return builtins.isinstance(value, types_of(kind))

    def super(kind: Any = None, value: Any = None, /) -> Any:
        from gradcli.lang.guard import super_

        return super_(kind, value)

    def rounded(value: Any, digits: int | None = None, /) -> Any:
        if digits is None:
            return round(value)
        if type(digits) is int and abs(digits) > WIDTH:     # of a whole number Python would make 10**digits
            raise SizeLimit(f"round() counts at most {WIDTH} digits")
        return round(value, digits)

    from gradcli.lang.arith import operators

    power = operators(formatter, budget)[".pow"]

    def powered(base: Any, exponent: Any, mod: Any = None) -> Any:
        if mod is None:
            return power(base, exponent)
        for number in (base, exponent, mod):
            if type(number) is int and number.bit_length() > 10_000:
                raise SizeLimit("pow(base, exponent, mod) takes numbers of at most 10000 binary digits")
        return pow(base, exponent, mod)

    functions: dict[str, Any] = {
        "print": print, "sorted": ordered, "isinstance": isinstance, "super": super, "repr": formatter.repr,
        "len": len, "abs": abs, "min": min, "max": max, "sum": _summing(budget), "any": any, "all": all,
        "divmod": divmod,
        "round": rounded, "pow": powered, "next": next_, "iter": iter_,
        "NotImplemented": NotImplemented, "Ellipsis": ...,
    }
    kinds += [*lazy.kinds(), Kind("reversed", (reversed,), reversed)]
    return {kind._name: kind for kind in kinds} | functions


def _exception(name: str) -> Kind:
    kind = getattr(builtins, name)
    return Kind(name, (kind,), kind)


def _summing(budget: Budget) -> Callable[..., Any]:
    def added(values: Iterable[Any], /, start: Any = 0) -> Any:
        if type(start) is str:
            raise TypeError("strings are put together with ''.join(parts), not with sum")
        if not isinstance(start, list | tuple):
            return sum(values, start)
        total: Any = start + start[:0]  # type: ignore[operator]  # as sum does it, only that a list is not copied for each value
        for value in values:
            if type(value) is not type(start):
                return total + value
            budget.check_items(len(total) + len(value))
            total += value
        return total

    return added


def _slice(*bounds: Any) -> slice:
    if any(type(bound) is slice for bound in bounds):
        raise TypeError("the bounds of a slice are whole numbers or None")
    return slice(*bounds)


def _property(*functions: Any, **options: Any) -> property:
    if any(type(f) in (property, staticmethod) for f in (*functions, *options.values())):
        raise TypeError("a property is made of functions")
    return property(*functions, **options)


def _staticmethod(function: Any) -> staticmethod[Any, Any]:
    if type(function) in (property, staticmethod):
        raise TypeError("a staticmethod is made of a function")
    return staticmethod(function)
