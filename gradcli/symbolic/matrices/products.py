"""Builders of matrix products, transposes and outer products: numbers stand before them, transposes at the names."""

from __future__ import annotations

from math import prod

from gradcli.symbolic.expression import MINUS_ONE, ONE, ZERO
from gradcli.symbolic.matrices.arithmetic import add, expanded, filled, multiply, power, scaled, split
from gradcli.symbolic.matrices.arrange import reduced
from gradcli.symbolic.matrices.dims import lifted, lowered, map_parts, without_scalars
from gradcli.symbolic.matrices.terms import (
    Diagonal,
    Expanded,
    Filled,
    Function,
    Lifted,
    MatMul,
    Name,
    NoMatrixForm,
    Outer,
    Product,
    Sum,
    Term,
    Transposed,
)


def _chain(factors: tuple[Term, ...]) -> Term:
    """Factors of matrices as one term."""
    if len(factors) == 1:
        return factors[0]
    first, last = factors[0].shape, factors[-1].shape
    shape = (*(first[:1] if len(first) == 2 else ()), *(last[1:] if len(last) == 2 else ()))
    if not shape and _transposes(factors) > _transposes(turned := tuple(map(transposed, factors[::-1]))):
        factors = turned
    return MatMul(shape, factors)


def _transposes(factors: tuple[Term, ...]) -> int:
    return sum(isinstance(factor, Transposed) for factor in factors)


def sums(term: Term, dim: int) -> Term:
    """The sums of a matrix along a dimension, or that of a vector: of a product by its end."""
    if isinstance(term, MatMul) and len(term.shape) == 2:
        if dim == 1:
            return matmul(_chain(term.factors[:-1]), sums(term.factors[-1], 1))
        return matmul(transposed(_chain(term.factors[1:])), sums(term.factors[0], 0))
    return summed(term, (dim,))


def are_singular_values(term: Term) -> bool:
    """Whether a term is the vector of the singular values of a matrix, the greatest first."""
    return isinstance(term, Function) and term.name == "torch.linalg.svd" and term.result == 1 and len(term.shape) == 1


def summed(term: Term, dims: tuple[int, ...], keep: bool = False) -> Term:
    """The sum over dimensions; of a matrix times a row or a column, element by element, the product with a vector."""
    if place_of_unit(term) is not None and dims == (0,):
        return Filled((1,) if keep else (), ONE)
    if len(dims) == 1 and not keep and isinstance(term, Transposed):
        return summed(term.matrix, (1 - dims[0],))
    if len(dims) == 1 and not keep and len(term.shape) == 2 and isinstance(term, Product):
        vectors = [power(factor.source if isinstance(factor, Lifted) else factor, e) for factor, e in term.factors
                   if _runs_along(factor, dims[0])]
        rest = [power(factor, e) for factor, e in term.factors if not _runs_along(factor, dims[0])]
        matrix = multiply(filled(term.number), *rest)
        if vectors and matrix.shape == term.shape and not isinstance(matrix, Expanded | Filled):
            return matmul(matrix, multiply(*vectors)) if dims[0] else matmul(transposed(matrix), multiply(*vectors))
    return reduced("sum", term, dims, keep)


def _runs_along(factor: Term, dim: int) -> bool:
    """Whether a factor of a matrix is a vector along the dimension that is summed over."""
    if dim:
        return len(factor.shape) == 1
    return isinstance(factor, Lifted) and factor.dim == 1 and len(factor.shape) == 2


def matmul(a: Term, b: Term) -> Term:
    """The product of two matrices or vectors."""
    shape = (*a.shape[:-1], *(b.shape[1:] if len(b.shape) == 2 else ()))
    for one in (a, b):
        if isinstance(one, Filled) and one.value == ZERO:
            return Filled(shape, ZERO)
    number_a, scalars_a, rest_a = without_scalars(a)
    number_b, scalars_b, rest_b = without_scalars(b)
    if rest_a is None or rest_b is None:
        raise NoMatrixForm
    if scalars_a or scalars_b or number_a != ONE or number_b != ONE:
        return expanded(multiply(filled(number_a), filled(number_b), *scalars_a, *scalars_b, matmul(rest_a, rest_b)),
                        shape)
    return _matmul(rest_a, rest_b, shape)


def unit(at: int, size: int) -> Term:
    """A row of the identity: a vector with 1 at a place and 0 elsewhere."""
    return Function((size,), "[]", (Function((size, size), "torch.eye", (size,)), str(at)))


def place_of_unit(term: Term) -> int | None:
    """The place of the 1 in a row of the identity; None for any other term."""
    if isinstance(term, Function) and term.name == "[]" and len(term.arguments) == 2:
        source, at = term.arguments
        if isinstance(source, Function) and source.name == "torch.eye":
            return int(at)
    return None


def _as_diagonal(term: Term) -> Term:
    """The identity times a vector, element by element, as a diagonal; one that has a single 1 as an outer product."""
    if isinstance(term, Product) and term.number == ONE and len(term.factors) == 2:
        for (one, e), (other, f) in (term.factors, term.factors[::-1]):
            vector = other.source if isinstance(other, Lifted) else other
            if e == f == ONE and len(vector.shape) == 1 and isinstance(one, Diagonal) and (
                    isinstance(one.vector, Filled) and one.vector.value == ONE):
                term = Diagonal(term.shape, vector)
                break
    if isinstance(term, Diagonal) and place_of_unit(term.vector) is not None:
        return outer(term.vector, term.vector)
    return term


def is_lower(term: Term) -> bool:
    """Whether a term is a lower triangle."""
    return isinstance(term, Function) and (term.name == "torch.linalg.cholesky" or term.name == "tril" and not any(
        offset > 0 for offset in term.arguments[1:]))


def row_of(matrix: Term, at: int) -> Term:
    """A row of a matrix; of a product that of its first factor, times the others; the first one of a lower triangle
    has one element that is not 0, and so has that of its inverse."""
    inner = inverse_of(matrix)
    if at == 0 and is_lower(inner or matrix):
        element = Function((), "[]", (inner or matrix, "0", "0"))
        return multiply(power(element, MINUS_ONE) if inner else element, unit(0, matrix.shape[1]))
    if isinstance(matrix, Transposed):
        return _column_of(matrix.matrix, at)
    if isinstance(matrix, MatMul) and len(matrix.shape) == 2:
        return matmul(transposed(_chain(matrix.factors[1:])), row_of(matrix.factors[0], at))
    return Function(matrix.shape[1:], "[]", (matrix, str(at)))


def _column_of(matrix: Term, at: int) -> Term:
    """A column of a matrix, or the element of a vector."""
    if isinstance(matrix, Transposed):
        return row_of(matrix.matrix, at)
    if isinstance(matrix, MatMul) and len(matrix.shape) == 2:
        return matmul(_chain(matrix.factors[:-1]), _column_of(matrix.factors[-1], at))
    return Function(matrix.shape[:-1], "[]", (matrix, *[":"] * (len(matrix.shape) - 1), str(at)))


def _matmul(a: Term, b: Term, shape: tuple[int, ...]) -> Term:
    at = place_of_unit(b)
    if at is not None and len(a.shape) <= 2 and not isinstance(a, Expanded | Filled | Diagonal | Outer | Lifted):
        return _column_of(a, at)
    if isinstance(a, Expanded | Filled) or isinstance(b, Expanded | Filled):
        return _of_repeated(a, b, shape)
    a, b = _as_diagonal(a), _as_diagonal(b)
    for one, other, left in ((a, b, True), (b, a, False)):
        if isinstance(one, Diagonal) and isinstance(one.vector, Filled):
            return scaled(one.vector.value, other)
        if isinstance(one, Diagonal) and len(other.shape) == 2:
            return multiply(lifted(one.vector, 1) if left else one.vector, other)
        if isinstance(one, Diagonal):
            return multiply(one.vector, other)
    if isinstance(a, Outer):
        product = matmul(transposed(b), a.right)
        return multiply(product, a.left) if len(b.shape) == 1 else outer(a.left, product)
    if isinstance(b, Outer):
        product = matmul(a, b.left)
        return multiply(product, b.right) if len(a.shape) == 1 else outer(product, b.right)
    if isinstance(a, Lifted) and len(a.shape) == 2 and a.dim == 0:      # a row from the left
        return lifted(matmul(a.source, b), 0)
    if isinstance(b, Lifted) and len(b.shape) == 2 and b.dim == 1:
        return lifted(matmul(a, b.source), len(a.shape) - 1)
    if isinstance(a, Lifted) and len(a.shape) == 2 and isinstance(b, Lifted):
        return outer(a.source, b.source)
    if len(a.shape) == 1 and len(b.shape) == 2:
        return matmul(transposed(b), a)
    return _joined(a, b)


def _joined(a: Term, b: Term) -> Term:
    """A chain of what is not simpler; products of two vectors begin with the vector of the left one."""
    if len(a.shape) == 1 and isinstance(a, MatMul):     # (A x) . b  is  x . (A' b)
        vector, matrices = a.factors[-1], _chain(a.factors[:-1])
        if not isinstance(b, MatMul):
            return _chain((b, *a.factors))
        turned = transposed(matrices)
        return _chain((vector, *(turned.factors if isinstance(turned, MatMul) else (turned,)), *b.factors))
    left = a.factors if isinstance(a, MatMul) and len(a.shape) == 2 else (a,)
    right = b.factors if isinstance(b, MatMul) and len(b.factors[0].shape) == 2 and len(b.shape) <= 2 and not (
        len(b.shape) == 1 and len(b.factors[0].shape) == 1) else (b,)
    factors = (*left, *right)
    for at in range(len(factors) - 1):
        if inverse_of(factors[at]) == factors[at + 1] or inverse_of(factors[at + 1]) == factors[at]:
            rest = (*factors[:at], *factors[at + 2:])
            return _chain(rest) if rest else Diagonal((a.shape[0], a.shape[0]), Filled((a.shape[0],), ONE))
    return _chain(factors)


def inverse_of(term: Term) -> Term | None:
    """The matrix whose inverse a term is, or None."""
    if isinstance(term, Transposed):
        inner = inverse_of(term.matrix)
        return None if inner is None else transposed(inner)
    if isinstance(term, Function) and term.name == "inverse" and isinstance(term.arguments[0], Term):
        return term.arguments[0]
    return None


def _of_repeated(a: Term, b: Term, shape: tuple[int, ...]) -> Term:
    """A product with a tensor whose rows, columns or elements are all equal: sums of the other one."""
    for one, other in ((b, a), (a, b)):
        if one.shape == (1, 1) and isinstance(one, Expanded | Filled):
            return expanded(multiply(plain_scalar(one), other), shape)
    if isinstance(b, Expanded | Filled) and len(b.shape) == 2 and _repeats_rows(b):
        row = _row(b)       # A (1 r') = (A 1) r'
        return _spread(sums(a, len(a.shape) - 1), row, shape)
    if isinstance(a, Expanded | Filled) and len(a.shape) == 2 and _repeats_columns(a):
        column = _column(a)
        return _spread(column, sums(b, 0), shape)
    if isinstance(a, Expanded | Filled) and (len(a.shape) == 1 or _repeats_rows(a)):
        if len(a.shape) == 1:
            return multiply(plain_scalar(a), sums(b, 0))
        return expanded(matmul(_row(a), b), shape)
    if len(b.shape) == 1:
        inner = plain_scalar(b)
        return multiply(inner, sums(a, len(a.shape) - 1))
    column = _column(b)     # A (c 1') = (A c) 1'
    return expanded(lifted(matmul(a, column), 1) if len(a.shape) == 2 else matmul(a, column), shape)


def plain_scalar(term: Term) -> Term:
    """The element that a vector repeats."""
    if isinstance(term, Filled):
        return Filled((), term.value)
    if isinstance(term, Expanded) and prod(term.source.shape) == 1:
        source = term.source
        while source.shape:
            source = lowered(source, 0)
        return source
    raise NoMatrixForm


def _spread(column: Term, row: Term, shape: tuple[int, ...]) -> Term:
    """The outer product of a vector, or one number, with another."""
    if len(shape) == 1:
        return multiply(column, row)
    return expanded(multiply(lifted(column, 1) if column.shape else column, row), shape)


def _repeats_rows(term: Term) -> bool:
    """Whether all rows of a repeated matrix are equal."""
    return isinstance(term, Filled) or isinstance(term, Expanded) and (
        len(term.source.shape) < 2 or term.source.shape[0] == 1)


def _repeats_columns(term: Term) -> bool:
    return isinstance(term, Filled) or isinstance(term, Expanded) and (
        not term.source.shape or term.source.shape[-1] == 1)


def _row(term: Term) -> Term:
    """The vector that each row of a repeated matrix is."""
    if isinstance(term, Filled):
        return Filled(term.shape[-1:], term.value)
    assert isinstance(term, Expanded)
    source = lowered(term.source, 0) if len(term.source.shape) == 2 else term.source
    return expanded(source, term.shape[-1:])


def _column(term: Term) -> Term:
    """The vector that each column of a repeated matrix is."""
    if isinstance(term, Filled):
        return Filled(term.shape[:1], term.value)
    assert isinstance(term, Expanded)
    source = lowered(term.source, len(term.source.shape) - 1) if term.source.shape else term.source
    return expanded(source, term.shape[:1])


def outer(left: Term, right: Term) -> Term:
    """The matrix of the products of two vectors' elements."""
    return multiply(lifted(left, 1), right)


def transposed(term: Term) -> Term:
    """A matrix transposed; a vector or a number is its own transpose."""
    if len(term.shape) < 2:
        return term
    if len(term.shape) > 2:
        raise NoMatrixForm
    shape = term.shape[::-1]
    match term:
        case Filled():
            return Filled(shape, term.value)
        case Transposed():
            return term.matrix
        case MatMul():
            return _chain(tuple(transposed(factor) for factor in term.factors[::-1]))
        case Outer():
            return Outer(shape, term.right, term.left)
        case Diagonal():
            return term
        case Lifted():
            return Lifted(shape, term.source, 1 - term.dim)
        case Expanded():
            return expanded(_transposed_part(term.source), shape)
        case Sum() if all(map(_is_short, term.terms)):
            return map_parts(term, _transposed_part)
        case Product():
            number, scalars, rest = without_scalars(term)
            if rest is not None and (scalars or number != ONE):
                return multiply(filled(number), *scalars, transposed(rest))
            if all(_is_short(factor) for factor, _ in term.factors):
                return map_parts(term, _transposed_part)
        case Function(_, "inverse", (matrix,)) if transposed(matrix) == matrix:
            return term
    return Transposed(shape, term)


def _is_short(term: Term) -> bool:
    """Whether a term is a name, or the transpose or the inverse of one, perhaps with a number before it."""
    base = split(term)[1]
    if isinstance(base, Transposed):
        base = base.matrix
    if isinstance(base, Function) and base.name == "inverse" and isinstance(base.arguments[0], Term):
        base = base.arguments[0]
    return isinstance(base, Name | Diagonal)


def _transposed_part(part: Term) -> Term:
    """What a part that broadcasts to a matrix becomes where this is transposed."""
    return lifted(part, 1) if len(part.shape) == 1 else _row_of(part) if len(part.shape) == 2 else part


def _row_of(part: Term) -> Term:
    turned = transposed(part)
    return turned.source if isinstance(turned, Lifted) and turned.dim == 0 else turned


def added(*terms: Term) -> Term:
    """The sum of terms that broadcast, products of matrices with a common factor joined."""
    total = add(*terms)
    if isinstance(total, Sum):
        return add(*_with_common_factor(list(total.terms)))
    if isinstance(total, Product) and len(total.factors) == 1:
        [(base, exponent)] = total.factors
        if isinstance(base, Sum) and exponent == ONE:
            return scaled(total.number, add(*_with_common_factor(list(base.terms))))
    return total


def _with_common_factor(summands: list[Term]) -> list[Term]:
    """Sums of matrix products with the same last or first factor as one product: A x + B x is (A + B) x."""
    for at in (-1, 0):
        groups: dict[tuple[Term, Term], list[Term]] = {}
        unmatched: list[Term] = []
        for term in summands:
            factor, scalars, chain = without_scalars(term)
            end = chain.factors[at] if isinstance(chain, MatMul) else None
            rest = (chain.factors[:-1] if at else chain.factors[1:]) if isinstance(chain, MatMul) else ()
            if end is None or len(rest) != 1:
                unmatched.append(term)
            else:
                groups.setdefault((end, multiply(filled(ONE), *scalars)), []).append(scaled(factor, rest[0]))
        joined = [multiply(scalar, _with_end(end, rests, at)) for (end, scalar), rests in groups.items()]
        summands = [*joined, *unmatched]
    return summands


def _with_end(end: Term, rests: list[Term], at: int) -> Term:
    """The product of a sum with the factor that ends, or begins, each product."""
    total = add(*sorted(rests, key=lambda rest: isinstance(split(rest)[1], Transposed)))
    return matmul(total, end) if at else matmul(end, total)
