"""Matrix terms: expressions of whole tensors, each with its shape.

Terms are immutable and compare by structure. `arithmetic.py`, `products.py` and `arrange.py` build them; there
everything broadcasts as in a program: a vector is a row beside a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from gradcli.symbolic.expression import Expr

Shape = tuple[int, ...]


class NoMatrixForm(Exception):
    """An operation, or a use of it, has no matrix form."""


@dataclass(frozen=True, slots=True)
class Term:
    """The base class of terms."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Filled(Term):
    """A tensor whose elements are all one exact number."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Name(Term):
    """A tensor of the program, or a constant that has a name of ours."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Sum(Term):
    """A sum of at least two terms that broadcast, whatever their order."""

    terms: tuple[Term, ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is Sum and self.shape == other.shape and frozenset(self.terms) == frozenset(other.terms)

    def __hash__(self) -> int:
        return hash((self.shape, frozenset(self.terms)))


@dataclass(frozen=True, slots=True, eq=False)
class Product(Term):
    """A number times powers of terms that broadcast, element by element, whatever their order: `factors` holds terms
    and exponents."""

    number: Expr
    factors: tuple[tuple[Term, Expr], ...]

    def __eq__(self, other: object) -> bool:
        return type(other) is Product and (self.shape, self.number, frozenset(self.factors)) == (
            other.shape, other.number, frozenset(other.factors))

    def __hash__(self) -> int:
        return hash((self.shape, self.number, frozenset(self.factors)))


@dataclass(frozen=True, slots=True)
class MatMul(Term):
    """A chain of products of matrices; a vector may stand at either end."""

    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Outer(Term):
    """The matrix of the products of two vectors' elements."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Transposed(Term):
    """A matrix transposed."""

    matrix: Term


@dataclass(frozen=True, slots=True)
class Lifted(Term):
    """A tensor with a dimension of length 1 more, at `dim`."""

    source: Term
    dim: int


@dataclass(frozen=True, slots=True)
class Expanded(Term):
    """A tensor repeated to a larger shape."""

    source: Term


@dataclass(frozen=True, slots=True)
class Diagonal(Term):
    """A square matrix with a vector on its diagonal and 0 elsewhere."""

    vector: Term


@dataclass(frozen=True, slots=True)
class Reduced(Term):
    """The "sum" or the "mean" of a tensor over dimensions, counted from the front."""

    name: str
    source: Term
    dims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Compared(Term):
    """1 where a comparison (lt, le, gt, ge, eq, ne) holds, 0 elsewhere."""

    name: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Function(Term):
    """A function of tensors by the name that programs call it by.

    arguments   terms, tuples of terms, and plain values
    options     plain values by name
    elements    whether it is applied to each element by itself
    result      which of several results; None where there is one
    """

    name: str
    arguments: tuple[Any, ...]
    options: tuple[tuple[str, Any], ...] = ()
    elements: bool = False
    result: int | None = None


def parts(term: Term) -> tuple[Term, ...]:
    """The direct parts of a term."""
    match term:
        case Sum(_, terms) | MatMul(_, terms):
            return terms
        case Product(_, _, factors):
            return tuple(factor for factor, _ in factors)
        case Outer(_, left, right) | Compared(_, _, left, right):
            return left, right
        case Transposed(_, source) | Lifted(_, source, _) | Expanded(_, source) | Diagonal(_, source):
            return (source,)
        case Reduced(_, _, source, _):
            return (source,)
        case Function(_, _, arguments):
            listed = [value for argument in arguments for value in (
                argument if isinstance(argument, tuple) else (argument,))]
            return tuple(value for value in listed if isinstance(value, Term))
    return ()


def with_parts(term: Term, change: Callable[[Term], Term]) -> Term:
    """A term with a function applied to its direct parts, in the same structure: nothing is simplified."""
    match term:
        case Sum(_, terms):
            return replace(term, terms=tuple(map(change, terms)))
        case MatMul(_, factors):
            return replace(term, factors=tuple(map(change, factors)))
        case Product(_, _, factors):
            return replace(term, factors=tuple((change(factor), exponent) for factor, exponent in factors))
        case Outer(_, left, right) | Compared(_, _, left, right):
            return replace(term, left=change(left), right=change(right))
        case Transposed(_, matrix):
            return replace(term, matrix=change(matrix))
        case Diagonal(_, vector):
            return replace(term, vector=change(vector))
        case Lifted(_, source, _) | Expanded(_, source) | Reduced(_, _, source, _):
            return replace(term, source=change(source))
        case Function(_, _, arguments):
            return replace(term, arguments=tuple(
                tuple(change(value) if isinstance(value, Term) else value for value in argument)
                if isinstance(argument, tuple) else change(argument) if isinstance(argument, Term) else argument
                for argument in arguments))
    return term


def walk(term: Term) -> Iterator[Term]:
    """A term and all its parts."""
    pending = [term]
    while pending:
        part = pending.pop()
        yield part
        pending += parts(part)


def names_of(term: Term) -> set[str]:
    """The names of the tensors in a term."""
    return {part.name for part in walk(term) if isinstance(part, Name)}
