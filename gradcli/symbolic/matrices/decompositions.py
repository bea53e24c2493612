"""Rules of decompositions: sorted singular values, and the triangles of Cholesky factors."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.expression import ONE, ZERO
from gradcli.symbolic.matrices.arithmetic import multiply, power, scaled
from gradcli.symbolic.matrices.dims import lifted
from gradcli.symbolic.matrices.products import are_singular_values, matmul, transposed
from gradcli.symbolic.matrices.rules import RULES, rule
from gradcli.symbolic.matrices.terms import Diagonal, Filled, Function, NoMatrixForm, Product, Term


@rule("amax")
def _amax(x: Term, dim: Any = None, keepdim: bool = False) -> Term:
    return _in_order(x, 0, keepdim)


@rule("amin")
def _amin(x: Term, dim: Any = None, keepdim: bool = False) -> Term:
    return _in_order(x, -1, keepdim)


def _in_order(x: Term, at: int, keepdim: bool) -> Term:
    """The first or the last of singular values, which are sorted."""
    if not are_singular_values(x):
        raise NoMatrixForm
    element = Function((), "[]", (x, str(at % x.shape[0])))
    return lifted(element, 0) if keepdim else element


@rule("linalg_cholesky")
def _cholesky(x: Term, upper: bool = False) -> Term:
    if upper or len(x.shape) != 2:
        raise NoMatrixForm
    return Function(x.shape, "torch.linalg.cholesky", (x,))


@rule("linalg_solve_triangular")
def _solve_triangular(a: Term, b: Term, upper: bool, left: bool = True, unitriangular: bool = False) -> Term:
    if unitriangular or len(a.shape) != 2 or len(b.shape) != 2 or not _is_lower(transposed(a) if upper else a):
        raise NoMatrixForm      # of a whole matrix it reads one triangle
    inverse = RULES["linalg_inv"](a)
    return matmul(inverse, b) if left else matmul(b, inverse)


def _is_lower(x: Term) -> bool:
    """Whether a term is a lower triangle."""
    return isinstance(x, Function) and (x.name == "torch.linalg.cholesky" or x.name == "tril" and not any(
        offset > 0 for offset in x.arguments[1:]))


@rule("tril")
def _tril(x: Term, diagonal: int = 0) -> Term:
    """The lower triangle; of an upper one times a vector, column by column, its diagonal."""
    if isinstance(x, Diagonal):
        return x if diagonal >= 0 else Filled(x.shape, ZERO)
    if isinstance(x, Product) and diagonal == 0:
        upper = [factor for factor, exponent in x.factors if exponent == ONE and _is_lower(transposed(factor))]
        rest = [power(factor, exponent) for factor, exponent in x.factors if factor not in upper]
        if len(upper) == 1 and len(upper[0].shape) == 2 and all(len(factor.shape) < 2 for factor in rest):
            diagonals = RULES["diagonal"](transposed(upper[0]))
            return Diagonal(x.shape, multiply(Filled((), x.number), diagonals, *rest))
    if isinstance(x, Product) and x.number != ONE:
        return scaled(x.number, _tril(multiply(*(power(factor, exponent) for factor, exponent in x.factors)), diagonal))
    if _is_lower(x) and diagonal == 0:
        return x
    return Function(x.shape, "tril", (x, diagonal) if diagonal else (x,))
