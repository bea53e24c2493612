"""Symbolic expressions: exact numbers, names with indices, sums over an index, piecewise definitions.

Expressions are immutable and compare by structure. `fold.py` builds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeGuard

_serial = count()
_set = object.__setattr__


class Record:
    """An immutable object, which compares by its attributes.

    A frozen dataclass would write the text of six methods and compile it, for each class at each start.
    """

    __slots__: tuple[str, ...] = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()      # the attributes in the order in which `__init__` takes them
    _values: ClassVar[Callable[[Any], Any]]             # their values; of a single one that value

    def __init_subclass__(cls) -> None:
        if cls.__slots__:
            type.__setattr__(cls, "__match_args__", tuple(cls.__annotations__))
            cls._values = attrgetter(*cls.__match_args__)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        values = type(self)._values
        return type(other) is type(self) and bool(values(self) == values(other))

    def __hash__(self) -> int:
        return hash(type(self)._values(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(getattr(self, name)) for name in self.__match_args__)})"


class Index(Record):
    """A dimension's running index: it takes the values 0 to `size` - 1. Two are equal if they are the same object."""

    __slots__ = ("serial", "size")
    size: int
    serial: int         # by which texts of expressions tell them apart

    def __init__(self, size: int) -> None:
        _set(self, "size", size)
        _set(self, "serial", next(_serial))

    __eq__, __hash__ = object.__eq__, object.__hash__


class Expr(Record):
    """The base class of expressions. Its operators fold, and are set by `fold.py`."""

    __slots__ = ()

    if TYPE_CHECKING:
        def __add__(self, other: Expr) -> Expr: ...
        def __sub__(self, other: Expr) -> Expr: ...
        def __mul__(self, other: Expr) -> Expr: ...
        def __truediv__(self, other: Expr) -> Expr: ...
        def __neg__(self) -> Expr: ...


Place = Index | int | Expr      # a position along a dimension: any, one, or what index arithmetic gives


class Number(Expr):
    """An exact rational number."""

    __slots__ = ("value",)
    value: Fraction

    def __init__(self, value: Fraction) -> None:
        _set(self, "value", value)


class Constant(Expr):
    """A real number with a name: pi, e, inf, nan."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        _set(self, "name", name)


class Symbol(Expr):
    """A name of the program, or one element of it: x, x_i, W_ij, x[0]."""

    __slots__ = ("name", "places")
    name: str
    places: tuple[Place, ...]

    def __init__(self, name: str, places: tuple[Place, ...] = ()) -> None:
        _set(self, "name", name)
        _set(self, "places", places)


class IndexValue(Expr):
    """The value of an index, in conditions."""

    __slots__ = ("index",)
    index: Index

    def __init__(self, index: Index) -> None:
        _set(self, "index", index)


class Add(Expr):
    """A sum of at least two terms, whatever their order."""

    __slots__ = ("terms",)
    terms: tuple[Expr, ...]

    def __init__(self, terms: tuple[Expr, ...]) -> None:
        _set(self, "terms", terms)

    def __eq__(self, other: object) -> bool:
        return type(other) is Add and (self.terms == other.terms or frozenset(self.terms) == frozenset(other.terms))

    def __hash__(self) -> int:
        return hash((Add, frozenset(self.terms)))


class Mul(Expr):
    """A product of at least two factors, whatever their order; a number comes first."""

    __slots__ = ("factors",)
    factors: tuple[Expr, ...]

    def __init__(self, factors: tuple[Expr, ...]) -> None:
        _set(self, "factors", factors)

    def __eq__(self, other: object) -> bool:
        return type(other) is Mul and (self.factors == other.factors or (
            frozenset(self.factors) == frozenset(other.factors)))

    def __hash__(self) -> int:
        return hash((Mul, frozenset(self.factors)))


class Power(Expr):
    """A base to an exponent."""

    __slots__ = ("base", "exponent")
    base: Expr
    exponent: Expr

    def __init__(self, base: Expr, exponent: Expr) -> None:
        _set(self, "base", base)
        _set(self, "exponent", exponent)


class NamedExpr(Expr):
    """A name with the expressions that it is applied to."""

    __slots__ = ("arguments", "name")
    name: str
    arguments: tuple[Expr, ...]

    def __init__(self, name: str, arguments: tuple[Expr, ...]) -> None:
        _set(self, "name", name)
        _set(self, "arguments", arguments)


class Call(NamedExpr):
    """A function of numbers by the name that programs call it by."""

    __slots__ = ()


class Condition(NamedExpr):
    """A comparison or a logical operation: `name` is lt, le, gt, ge, eq, ne, and, or, not."""

    __slots__ = ()


class Cases(Expr):
    """The value of the first branch whose condition holds, else `otherwise`."""

    __slots__ = ("branches", "otherwise")
    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr

    def __init__(self, branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr) -> None:
        _set(self, "branches", branches)
        _set(self, "otherwise", otherwise)


class Sum(Expr):
    """The sum of `body` over all values of `index`; `depth` is more than that of the sums within.

    `Sum.over` builds it folded, and is set by `sums.py`.
    """

    __slots__ = ("body", "depth", "index")
    index: Index
    body: Expr
    depth: int

    def __init__(self, index: Index, body: Expr, depth: int = 1) -> None:
        _set(self, "index", index)
        _set(self, "body", body)
        _set(self, "depth", depth)

    if TYPE_CHECKING:
        @staticmethod
        def over(index: Index, body: Expr) -> Expr: ...


@cache
def bound_index(size: int, depth: int) -> Index:
    """The index of sums of a length and a depth."""
    return Index(size)


def number(value: int | Fraction) -> Number:
    """An exact number."""
    return Number(Fraction(value))


ZERO, ONE, TWO, MINUS_ONE, HALF = number(0), number(1), number(2), number(-1), number(Fraction(1, 2))
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b}
NEGATIONS = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}
MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}      # comparisons with their sides exchanged
PI, E = Constant("pi"), Constant("e")
TRUE, FALSE = Condition("and", ()), Condition("or", ())


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of an expression."""
    match expr:
        case Add(parts) | Mul(parts):
            return parts
        case Power(base, exponent):
            return base, exponent
        case Call(_, parts) | Condition(_, parts):
            return parts
        case Cases(branches, otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case Sum(_, body, _):
            return (body,)
        case Symbol(_, places):
            return tuple(place for place in places if isinstance(place, Expr))
    return ()


def terms_of(expr: Expr) -> tuple[Expr, ...]:
    """The terms of a sum; any other expression is the only one."""
    return expr.terms if isinstance(expr, Add) else (expr,)


def factors_of(expr: Expr) -> tuple[Expr, ...]:
    """The factors of a product; any other expression is the only one."""
    return expr.factors if isinstance(expr, Mul) else (expr,)


def base_and_exponent(factor: Expr) -> tuple[Expr, Expr]:
    """The base and the exponent of a power; any other expression is one to the power of 1."""
    return (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, ONE)


def is_integer(expr: Expr) -> TypeGuard[Number]:
    """Whether an expression is a whole number."""
    return isinstance(expr, Number) and expr.value.denominator == 1


def walk(expr: Expr) -> Iterator[Expr]:
    """An expression and all its parts, outermost first."""
    pending = [expr]
    while pending:
        part = pending.pop()
        yield part
        pending += reversed(children(part))


def indices(expr: Expr) -> dict[Index, None]:
    """The indices that an expression depends on, in the order of their first use; those of inner sums are bound."""
    free: dict[Index, None] = {}
    match expr:
        case Symbol(_, places):
            for place in places:
                free.update({place: None} if isinstance(place, Index) else
                            indices(place) if isinstance(place, Expr) else {})
        case IndexValue(index):
            free[index] = None
        case _:
            for part in children(expr):
                free.update(indices(part))
    if isinstance(expr, Sum):
        free.pop(expr.index, None)
    return free
