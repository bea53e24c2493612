"""The names of plain Python that every program sees, and the attributes of Python's own values.

Types are proxies (`types.py`). Functions are Python's own where nothing can leak or grow without bound through them,
and thin wrappers elsewhere. The tensor-aware versions of some are laid over these by `gradcli/namespace/torch.py`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import index
from types import FunctionType
from typing import Any

from gradcli.exposure import EXCEPTIONS, PROGRAM_MADE, expose_functions, renamed
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.messages.python_words import in_pythons_words, python_error
from gradcli.lang.runtime import containers, iterators
from gradcli.lang.runtime.classes import super_
from gradcli.lang.runtime.exceptions import ExitRequest, InterruptRequest, args_of
from gradcli.lang.runtime.format import WIDTH, Formatter
from gradcli.lang.runtime.generators import ProgramGenerator
from gradcli.lang.runtime.iteration import iter_, next_
from gradcli.lang.runtime.streams import writer
from gradcli.lang.runtime.types import Sentinel, TypeProxy, types_of

EXCEPTION_NAMES = sorted(kind.__name__ for kind in EXCEPTIONS if kind not in (RecursionError, MemoryError))
"""The names of exceptions of Python's that programs have."""

_SEQUENCE = frozenset({"index", "count"})
_INT_ATTRIBUTES = frozenset(
    "bit_length bit_count real imag numerator denominator conjugate is_integer as_integer_ratio".split())
METHODS: dict[type, frozenset[str]] = {
    str: _SEQUENCE | frozenset(
        "upper lower strip lstrip rstrip split rsplit splitlines startswith endswith find rfind rindex title "
        "capitalize swapcase casefold isdigit isalpha isalnum isspace isupper islower isnumeric isdecimal "
        "isidentifier istitle isascii isprintable partition rpartition removeprefix removesuffix translate "
        "maketrans".split()),
    list: _SEQUENCE | frozenset("append extend insert pop remove sort reverse copy clear".split()),
    tuple: _SEQUENCE,
    range: _SEQUENCE | frozenset("start stop step".split()),
    slice: frozenset("start stop step".split()),
    dict: frozenset("get keys values items pop popitem update setdefault copy clear".split()),
    set: frozenset(
        "add discard remove pop clear copy update union intersection difference symmetric_difference issubset "
        "issuperset isdisjoint intersection_update difference_update symmetric_difference_update".split()),
    frozenset: frozenset(
        "copy union intersection difference symmetric_difference issubset issuperset isdisjoint".split()),
    int: _INT_ATTRIBUTES,
    bool: _INT_ATTRIBUTES,
    float: frozenset("is_integer as_integer_ratio hex real imag conjugate".split()),
    complex: frozenset("real imag conjugate".split()),
    property: frozenset({"getter", "setter", "deleter"}),
    type({}.keys()): frozenset({"isdisjoint"}),
    type({}.items()): frozenset({"isdisjoint"}),
    ProgramGenerator: frozenset({"send", "throw", "close"}),
}

PLAIN = frozenset(
    "append insert pop remove sort reverse strip lstrip rstrip startswith endswith keys values items popitem "
    "get setdefault isdigit isalpha isalnum isspace isupper islower partition rpartition discard issuperset "
    "isdisjoint".split())
"""Attributes that lowered code reads without `.attr`: on every type of Python's own they are harmless methods."""


def python_names(formatter: Formatter, budget: Budget, write: Callable[[str], None]) -> dict[str, Any]:
    """The plain names, printing through `write`."""
    text = formatter.text

    def print(*values: Any, sep: str | None = " ", end: str | None = "\n", **options: Any) -> None:
        for name in options:
            if name not in ("file", "flush"):
                raise in_pythons_words(ArgumentFault(f"print() has no option {name}", "print(x, sep=' ', end='\\n')"),
                                       lambda: builtins.print(**options))
        out = writer(options.get("file"), write)
        between, last = " " if sep is None else sep, "\n" if end is None else end
        if type(between) is not str or type(last) is not str:
            raise in_pythons_words(ArgumentFault("sep and end of print() are strings"),
                                   lambda: builtins.print(sep=sep, end=end))
        texts = [text(value) for value in values]
        if len(texts) > 1:
            budget.check_characters(sum(map(len, texts)) + len(between) * len(texts))
        out(between.join(texts) + last)

    def limited_range(*bounds: Any) -> range:
        if len(bounds) == 1 and type(bounds[0]) is int and bounds[0] <= budget.steps:
            return range(bounds[0])
        values = range(*bounds)
        first, last, step = values.start, values.stop, values.step
        budget.check_steps((last - first) // step)      # len() fails beyond 2**63
        return values

    bounded = budget.bounded
    methods = special(formatter)

    def kind(plain: type, call: Callable[..., Any] | None = None) -> TypeProxy:
        return TypeProxy(plain.__name__, (plain,), call or plain, unbound(plain, methods))

    def from_keys(values: Iterable[Any], *default: Any) -> dict[Any, Any]:
        return dict.fromkeys(bounded(values), *default)

    kinds = [
        kind(int, _int_constructor(budget)), kind(float), kind(complex), kind(bool),
        kind(str, _text_maker(text)), *(kind(plain, _collection_constructor(plain, bounded)) for plain in (
            list, tuple, set, frozenset)),
        TypeProxy("dict", (dict,), lambda *values, **options: dict(*map(containers.pairs(budget), values), **options),
             unbound(dict, methods) | {"fromkeys": renamed(from_keys, "fromkeys", "builtins")}),
        TypeProxy("slice", (slice,), _slice), TypeProxy("range", (range,), limited_range),
        TypeProxy("object", (object,), lambda: Sentinel()),
        TypeProxy("property", (property,), _property), TypeProxy("staticmethod", (staticmethod,), _staticmethod),
        TypeProxy("classmethod", (classmethod,), _classmethod),
        *(_exception(name, getattr(builtins, name)) for name in EXCEPTION_NAMES),
        *(_exception(kind.__name__, kind) for kind in (ExitRequest, InterruptRequest)),
    ]

    def ordered(*args: Any, **options: Any) -> list[Any]:
        if len(args) == 1 and type(args[0]) is list and len(args[0]) <= budget.items:
            return sorted(args[0], **options)
        return sorted(*map(bounded, args), **options) if len(args) == 1 else sorted(*args, **options)

    def isinstance(*args: Any) -> bool:
        if len(args) != 2:
            return builtins.isinstance(*args)
        try:
            kinds = types_of(args[1])
        except TypeError as error:
            raise python_error(str(error), builtins.isinstance, args[0], 0) from None
        return builtins.isinstance(args[0], kinds)

    def super(kind: Any = None, value: Any = None, /) -> Any:
        return super_(kind, value)

    def rounded(*args: Any, **options: Any) -> Any:
        if len(args) == 2 and not options and type(args[0]) is float and type(args[1]) is int and (
                -WIDTH < args[1] < WIDTH):
            return round(*args)
        digits = args[1] if len(args) == 2 else options.get("ndigits")
        if digits is None or not args or type(args[0]) not in (int, float, bool):
            return budget.checked_bits(round(*args, **options))
        if abs(digits := index(digits)) > WIDTH:   # of a whole number Python would make 10**digits
            raise SizeLimit(f"round() counts at most {WIDTH} digits")
        return budget.checked_bits(round(*args[:1], **{**options, "ndigits": digits}))

    from gradcli.lang.runtime.operators import operators

    power = operators(formatter, budget)[".pow"]

    def powered(*args: Any, **options: Any) -> Any:
        numbers = dict(zip(("base", "exp", "mod"), args, strict=False)) | options
        if numbers.get("mod") is None and {*numbers} - {"mod"} == {"base", "exp"} and len(args) + len(options) < 4:
            return power(numbers["base"], numbers["exp"])
        for number in numbers.values():
            if type(number) is int and number.bit_length() > 10_000:
                raise SizeLimit("pow(base, exponent, mod) takes numbers of at most 10000 binary digits")
        return pow(*args, **options)

    functions: dict[str, Any] = {
        "print": print, "sorted": ordered, "isinstance": isinstance, "super": super,
        "repr": lambda *args: formatter.repr(*args) if len(args) == 1 else repr(*args),
        "hash": lambda value, /: formatter.hash_of(value),
        "len": len, "abs": abs, "min": min, "max": max, "sum": _summing(budget), "any": any, "all": all,
        "ascii": lambda value, /: budget.checked_length(
            formatter.repr(value).encode("ascii", "backslashreplace").decode("ascii")),
        "divmod": divmod, "ord": ord, "chr": chr, "hex": hex, "oct": oct, "bin": bin,
        "format": lambda value, spec="", /: formatter.field(value, "", spec),
        "round": rounded, "pow": powered, "next": next_, "iter": iter_,
        "NotImplemented": NotImplemented, "Ellipsis": ...,
    }
    kinds += [*iterators.type_proxies(), TypeProxy("reversed", (reversed,), reversed)]
    own = {name: renamed(function, name, "builtins") for name, function in functions.items()
           if type(function) is FunctionType}
    expose_functions(functions.values())
    return {kind._name: kind for kind in kinds} | functions | own


def _exception(name: str, kind: type[Exception]) -> TypeProxy:
    def make(*args: Any, **options: Any) -> Exception:
        if options:
            raise TypeError(f"{name}() takes no keyword arguments")
        error: Exception = kind(*args)
        vars(error)[PROGRAM_MADE] = True        # made by the program, with its own values
        return error

    return TypeProxy(name, (kind,), make)


def special(formatter: Formatter) -> dict[tuple[type, str], Callable[[Any], Any]]:
    """The methods that are not Python's own: by type and name, what makes one for an object."""
    from gradcli.lang.runtime import templates

    return {**templates.string_methods(formatter), **containers.container_methods(formatter.budget),
            **{(property, name): partial(_changed, name) for name in METHODS[property]},
            (StopIteration, "value"): lambda end: (*args_of(end), None)[0]}


def unbound(plain: type, special: Mapping[tuple[type, str], Callable[[Any], Any]]) -> dict[str, Callable[..., Any]]:
    """The methods of one of Python's types as they are named without an object: `str.lower`, `list.append`."""
    def guarded(name: str, bind: Callable[[Any], Any]) -> Callable[..., Any]:
        def method(*args: Any, **options: Any) -> Any:
            if args and isinstance(args[0], plain):
                return bind(args[0])(*args[1:], **options)
            return getattr(plain, name)(*args, **options)       # which Python refuses, in its own words

        return renamed(method, name, "builtins")

    own = {name: method for name in METHODS[plain] if callable(method := getattr(plain, name, None))}
    methods = own | {name: guarded(name, bind) for (kind, name), bind in special.items() if kind is plain}
    if plain is str:
        make = special[str, "maketrans"]("")
        methods["maketrans"] = renamed(lambda *args: make(*args), "maketrans", "builtins")
    return methods


def _collection_constructor(plain: type, bounded: Callable[[Iterable[Any]], Iterable[Any]]) -> Callable[..., Any]:
    """What makes a list, a tuple or a set of other values."""
    return lambda *args, **options: (plain(bounded(args[0])) if len(args) == 1 and not options
                                     else plain(*args, **options))


def _int_constructor(budget: Budget) -> Callable[..., int]:
    """`int` as programs call it: of a string in a base, digits are counted before they are read."""
    def int_of(*args: Any, **options: Any) -> int:
        if len(args) == 1 and not options and type(args[0]) is float and -MOST < args[0] < MOST:
            return int(args[0])
        base = args[1] if len(args) == 2 else options.get("base")
        if args and base is not None and type(args[0]) is str:
            base = index(base)
            budget.check_bits(_least_bits(args[0], base))
            number = int(args[0], base) if len(args) == 2 else int(*args, **{**options, "base": base})
            return budget.checked_bits(number)
        return budget.checked_bits(int(*args, **options))

    return int_of


def _least_bits(text: str, base: int) -> int:
    """The fewest binary digits of the number that `text` stands for in a base, or 0 if it stands for none."""
    digits = text.strip().lstrip("+-")
    if digits[:2].lower() in PREFIXES:
        base, digits = (base or PREFIXES[digits[:2].lower()]), digits[2:]
    digits = digits.replace("_", "").lstrip("0")
    return (len(digits) - 1) * (base.bit_length() - 1) if digits and 2 <= base <= 36 else 0


MOST = 1e9          # numbers below it have few digits
PREFIXES = {"0x": 16, "0o": 8, "0b": 2}


def _text_maker(text: Callable[[Any], str]) -> Callable[..., str]:
    """`str` as programs call it."""
    def make_text(*args: Any, **options: Any) -> str:
        if len(args) == 1 and not options:
            return text(args[0])
        return text(options["object"]) if not args and {*options} == {"object"} else str(*args, **options)

    return make_text


def _summing(budget: Budget) -> Callable[..., Any]:
    def added(*args: Any, **options: Any) -> Any:
        if len(args) == 1 and not options:
            return sum(args[0])
        start = args[1] if len(args) == 2 else options.get("start", 0)
        if type(start) is str:
            raise python_error("strings are put together with ''.join(parts), not with sum", sum, [], start)
        if len(args) not in (1, 2) or not isinstance(start, list | tuple):
            return sum(*args, **options)
        values: Iterable[Any] = args[0]
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
    if any(type(f) in DESCRIPTORS for f in (*functions, *options.values())):
        raise TypeError("a property is made of functions")
    return property(*functions, **options)


def _changed(name: str, value: property) -> Callable[[Any], property]:
    """`value.setter` and its like, which take functions: properties within properties would overflow the stack."""
    def change(function: Any, /) -> property:
        parts = {"getter": value.fget, "setter": value.fset, "deleter": value.fdel} | {name: function}
        return _property(*parts.values())

    return renamed(change, name, "builtins")


def _staticmethod(function: Any) -> staticmethod[Any, Any]:
    if type(function) in DESCRIPTORS:
        raise TypeError("a staticmethod is made of a function")
    return staticmethod(function)


def _classmethod(function: Any) -> classmethod[Any, Any, Any]:
    if type(function) is not FunctionType:
        raise TypeError("a classmethod is made of a function")
    return classmethod(function)


DESCRIPTORS = (property, staticmethod, classmethod)
