"""Rules of decompositions: sorted singular values, and the triangles of Cholesky factors."""

from __future__ import annotations

from gradcli.symbolic.expression import ONE, ZERO
from gradcli.symbolic.matrices.arithmetic import multiply, power
from gradcli.symbolic.matrices.dims import lifted, without_scalars
from gradcli.symbolic.matrices.products import are_singular_values, is_lower, matmul, place_of_unit, transposed
from gradcli.symbolic.matrices.rules import RULES, rule
from gradcli.symbolic.matrices.terms import Diagonal, Filled, Function, NoMatrixForm, Outer, Product, Term

rule("amax")(lambda x, dim=None, keepdim=False: _in_order(x, 0, keepdim))
rule("amin")(lambda x, dim=None, keepdim=False: _in_order(x, -1, keepdim))


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
    if unitriangular or len(a.shape) != 2 or len(b.shape) != 2 or not is_lower(transposed(a) if upper else a):
        raise NoMatrixForm      # of a whole matrix it reads one triangle
    inverse = RULES["linalg_inv"](a)
    return matmul(inverse, b) if left else matmul(b, inverse)


@rule("tril")
def _tril(x: Term, diagonal: int = 0) -> Term:
    """The lower triangle; of an upper one times a vector, column by column, its diagonal."""
    if isinstance(x, Diagonal):
        return x if diagonal >= 0 else Filled(x.shape, ZERO)
    if isinstance(x, Product) and diagonal == 0:
        upper = [factor for factor, exponent in x.factors if exponent == ONE and is_lower(transposed(factor))]
        rest = [power(factor, exponent) for factor, exponent in x.factors if factor not in upper]
        if len(upper) == 1 and len(upper[0].shape) == 2 and all(len(factor.shape) < 2 for factor in rest):
            diagonals = RULES["diagonal"](transposed(upper[0]))
            return Diagonal(x.shape, multiply(Filled((), x.number), diagonals, *rest))
    ratio, scalars, matrix = without_scalars(x)
    if matrix is not None and (ratio != ONE or scalars):
        return multiply(Filled((), ratio), *scalars, _tril(matrix, diagonal))
    if is_lower(x) and diagonal == 0:
        return x
    if isinstance(x, Function) and x.name == "tril" and len(x.arguments) == 1 and diagonal < 0:
        return _tril(x.arguments[0], diagonal)
    if isinstance(x, Outer) and place_of_unit(x.right) == 0:        # all of it stands in the first column
        if diagonal == 0:
            return x
        if place_of_unit(x.left) == 0 and diagonal < 0:
            return Filled(x.shape, ZERO)
    return Function(x.shape, "tril", (x, diagonal) if diagonal else (x,))
