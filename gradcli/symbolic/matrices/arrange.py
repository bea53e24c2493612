"""Builders of sums and means over dimensions, of views, and of matrices from diagonals."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from gradcli.symbolic.expression import ONE, ZERO, number
from gradcli.symbolic.matrices.arithmetic import add, expanded, filled, multiply, scaled, split
from gradcli.symbolic.matrices.dims import lifted, lowered, without_scalars
from gradcli.symbolic.matrices.terms import (
    Diagonal,
    Expanded,
    Filled,
    Function,
    Lifted,
    NoMatrixForm,
    Outer,
    Reduced,
    Shape,
    Sum,
    Term,
    Transposed,
)


def reduced(name: str, term: Term, dims: tuple[int, ...], keep: bool) -> Term:
    """The "sum" or "mean" over dimensions: factors that stay the same along these stand before it."""
    shape = tuple(1 if at in dims else n for at, n in enumerate(term.shape) if keep or at not in dims)
    count = prod(term.shape[at] for at in dims) if name == "sum" else 1
    if isinstance(term, Filled):
        return Filled(shape, number(count) * term.value)
    if not dims:
        return term
    if keep:
        inner = reduced(name, term, dims, False)
        for dim in sorted(dims):
            inner = lifted(inner, dim)
        return inner
    factor, scalars, rest = without_scalars(term)
    if factor != ONE or scalars:
        return multiply(filled(factor), *scalars, _sum_of(name, rest, dims, shape))
    return _sum_of(name, term, dims, shape)


def _sum_of(name: str, term: Term | None, dims: tuple[int, ...], shape: Shape) -> Term:
    if term is None:
        raise NoMatrixForm
    if isinstance(term, Expanded):
        return _of_repeated(name, term, dims, shape)
    complete = len(dims) == len(term.shape)
    if isinstance(term, Transposed):
        return Reduced(shape, name, term.matrix, dims if complete else (1 - dims[0],))
    if isinstance(term, Diagonal) and name == "sum":
        return reduced("sum", term.vector, (0,), False) if complete else term.vector
    if isinstance(term, Sum) and name == "sum" and _is_centred(term, dims):
        return Filled(shape, ZERO)
    if isinstance(term, Lifted) and name == "sum":
        rest = tuple(at - (at > term.dim) for at in dims if at != term.dim)
        inner = reduced(name, term.source, rest, False)
        return inner if term.dim in dims else lifted(inner, term.dim - sum(at < term.dim for at in dims))
    if isinstance(term, Outer) and name == "sum":
        left, right = reduced("sum", term.left, (0,), False), reduced("sum", term.right, (0,), False)
        return multiply(left, right) if complete else multiply(left, term.right) if dims == (0,) else multiply(
            right, term.left)
    if isinstance(term, Function) and term.name == "F.one_hot" and dims == (len(term.shape) - 1,) and name == "sum":
        return Filled(shape, ONE)
    if isinstance(term, Function) and term.name == "softmax" and dims == (term.arguments[1] % len(term.shape),) and (
            name == "sum"):
        return Filled(shape, ONE)
    return Reduced(shape, name, term, dims)


def _is_centred(term: Sum, dims: tuple[int, ...]) -> bool:
    """Whether terms are what is left when a mean is subtracted: their sum is 0."""
    count = number(prod(term.shape[at] for at in dims))
    parts: list[Term] = []
    for part in term.terms:
        if len(part.shape) == len(term.shape):
            factor, rest = split(part)
            parts.append(scaled(factor * count, Reduced((), "mean", rest, dims)))
        elif isinstance(split(part)[1], Reduced):
            factor, rest = split(part)
            parts.append(scaled(factor * count, replace(rest, shape=())))
        else:
            return False
    total = add(*parts)
    return isinstance(total, Filled) and total.value == ZERO


def _of_repeated(name: str, term: Expanded, dims: tuple[int, ...], shape: Shape) -> Term:
    """The sum of a repeated tensor: its length along what is repeated, times the sum over the rest."""
    source = term.source
    lead = len(term.shape) - len(source.shape)
    equal = [at for at in dims if at < lead or source.shape[at - lead] == 1]
    inner = tuple(at - lead for at in dims if at not in equal)
    times = prod(term.shape[at] for at in equal) if name == "sum" else 1
    result = reduced(name, source, inner, True)
    result = multiply(filled(number(times)), result)
    for at in sorted(dims, reverse=True):
        if at >= lead:
            result = lowered(result, at - lead)
    return expanded(result, shape)


def summed_to(term: Term, shape: Shape) -> Term:
    """Undo broadcasting: the sum over what was repeated."""
    lead = len(term.shape) - len(shape)
    if lead:
        term = reduced("sum", term, tuple(range(lead)), False)
    ones = tuple(at for at, (n, want) in enumerate(zip(term.shape, shape, strict=True)) if want == 1 and n != 1)
    return reduced("sum", term, ones, True) if ones else term


def reshaped(term: Term, shape: Shape) -> Term:
    """A view of another shape."""
    if term.shape == shape:
        return term
    if isinstance(term, Filled):
        return Filled(shape, term.value)
    long = [n for n in term.shape if n != 1]
    if long == [n for n in shape if n != 1]:
        while 1 in term.shape:
            term = lowered(term, term.shape.index(1))
        for at, n in enumerate(shape):
            if n == 1:
                term = lifted(term, at)
        return term
    if isinstance(term, Expanded) and prod(term.source.shape) == 1:
        return expanded(reshaped(term.source, ()), shape)
    factor, scalars, rest = without_scalars(term)
    if (factor != ONE or scalars) and rest is not None:
        return multiply(filled(factor), *scalars, reshaped(rest, shape))
    if isinstance(term, Function) and term.name == ".reshape":
        return reshaped(term.arguments[0], shape)
    return Function(shape, ".reshape", (term, *shape))


def on_diagonal(base: Term, vector: Term) -> Term:
    """Zeros with a vector on the main diagonal."""
    if not (isinstance(base, Filled) and base.value == ZERO) or len(set(base.shape)) != 1 or len(base.shape) != 2:
        raise NoMatrixForm
    factor, scalars, rest = without_scalars(vector)
    if isinstance(vector, Expanded):
        ones = Diagonal(base.shape, Filled(vector.shape, ONE))
        return multiply(reshaped(vector.source, ()), ones)
    if rest is None:
        raise NoMatrixForm
    return multiply(filled(factor), *scalars, Diagonal(base.shape, rest))
