"""Symbolic expressions: exact numbers, names with indices, sums over an index, piecewise definitions.

Expressions are immutable and compare by structure. `fold.py` builds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, TypeGuard

_serial = count()


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A dimension's running index: it takes the values 0 to `size` - 1. Two are equal if they are the same object."""

    size: int
    serial: int = field(default_factory=lambda: next(_serial))       # by which texts of expressions tell them apart


class Expr:
    """The base class of expressions. Its operators fold, and are set by `fold.py`."""

    __slots__ = ()

    if TYPE_CHECKING:
        def __add__(self, other: Expr) -> Expr: ...
        def __sub__(self, other: Expr) -> Expr: ...
        def __mul__(self, other: Expr) -> Expr: ...
        def __truediv__(self, other: Expr) -> Expr: ...
        def __neg__(self) -> Expr: ...


Place = Index | int | Expr      # a position along a dimension: any, one, or what index arithmetic gives


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant(Expr):
    """A real number with a name: pi, e, inf, nan."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol(Expr):
    """A name of the program, or one element of it: x, x_i, W_ij, x[0]."""

    name: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexValue(Expr):
    """The value of an index, in conditions."""

    index: Index


@dataclass(frozen=True, slots=True, eq=False)
class Add(Expr):
    """A sum of at least two terms, whatever their order."""

    terms: tuple[Expr, ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is Add and (self.terms == other.terms or frozenset(self.terms) == frozenset(other.terms))

    def __hash__(self) -> int:
        return hash((Add, frozenset(self.terms)))


@dataclass(frozen=True, slots=True, eq=False)
class Mul(Expr):
    """A product of at least two factors, whatever their order; a number comes first."""

    factors: tuple[Expr, ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is Mul and (self.factors == other.factors or (
            frozenset(self.factors) == frozenset(other.factors)))

    def __hash__(self) -> int:
        return hash((Mul, frozenset(self.factors)))


@dataclass(frozen=True, slots=True)
class Power(Expr):
    """A base to an exponent."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A function of numbers by the name that programs call it by."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Condition(Expr):
    """A comparison or a logical operation: `name` is lt, le, gt, ge, eq, ne, and, or, not."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Cases(Expr):
    """The value of the first branch whose condition holds, else `otherwise`."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """The sum of `body` over all values of `index`; `depth` is more than that of the sums within.

    `Sum.over` builds it folded, and is set by `sums.py`.
    """

    index: Index
    body: Expr
    depth: int = 1

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
