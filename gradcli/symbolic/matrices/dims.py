"""Builders of dimensions of length 1, and terms without the numbers before them."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.symbolic.expression import ONE, Expr
from gradcli.symbolic.matrices.arithmetic import add, expanded, filled, multiply, power
from gradcli.symbolic.matrices.terms import Expanded, Filled, Function, Lifted, NoMatrixForm, Product, Sum, Term


def lifted(term: Term, dim: int) -> Term:
    """A term with a dimension of length 1 more."""
    shape = (*term.shape[:dim], 1, *term.shape[dim:])
    if isinstance(term, Filled) or not term.shape:
        return expanded(term, shape)
    number, scalars, rest = without_scalars(term)
    if (number != ONE or scalars) and rest is not None and not isinstance(rest, Filled):
        return multiply(filled(number), *scalars, lifted(rest, dim))
    if isinstance(term, Expanded):
        source = term.source
        lead = len(term.shape) - len(source.shape)
        return expanded(lifted(source, dim - lead) if dim >= lead else source, shape)
    return Lifted(shape, term, dim)


def lowered(term: Term, dim: int) -> Term:
    """A term without a dimension of length 1."""
    shape = (*term.shape[:dim], *term.shape[dim + 1:])
    number, scalars, rest = without_scalars(term)
    if isinstance(term, Filled):
        return Filled(shape, term.value)
    if (number != ONE or scalars) and rest is not None:
        return multiply(filled(number), *scalars, lowered(rest, dim))
    if isinstance(term, Lifted) and term.dim == dim:
        return term.source
    if isinstance(term, Lifted):
        return lifted(lowered(term.source, dim - (dim > term.dim)), term.dim - (dim < term.dim))
    if isinstance(term, Expanded):
        lead = len(term.shape) - len(term.source.shape)
        return expanded(term.source if dim < lead else lowered(term.source, dim - lead), shape)
    if isinstance(term, Sum | Product) and len(term.shape) == 2:
        return map_parts(term, lambda part: lowered(part, dim) if len(part.shape) == 2 and part.shape[dim] == 1 else
                     _only_other_dim(part, dim))
    return Function(shape, ".squeeze", (term, dim))


def _only_other_dim(part: Term, dim: int) -> Term:
    """A part that broadcasts to a matrix, of which only the other dimension stays."""
    if not part.shape or dim == 0 and len(part.shape) == 1:
        return part
    raise NoMatrixForm


def map_parts(term: Term, change: Callable[[Term], Term]) -> Term:
    """A sum or a product with a function applied to each term or factor."""
    if isinstance(term, Sum):
        return add(*map(change, term.terms))
    assert isinstance(term, Product)
    return multiply(filled(term.number), *(power(change(factor), exponent) for factor, exponent in term.factors))


def without_scalars(term: Term) -> tuple[Expr, list[Term], Term | None]:
    """A term as a number, factors of one element each, and the rest; None where there is no rest."""
    if isinstance(term, Filled):
        return term.value, [], Filled(term.shape, ONE)
    if not isinstance(term, Product):
        return ONE, [], term
    scalars = [power(factor, exponent) for factor, exponent in term.factors if not factor.shape]
    rest = [power(factor, exponent) for factor, exponent in term.factors if factor.shape]
    return term.number, scalars, multiply(*rest) if rest else None
