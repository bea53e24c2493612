"""What operations do to matrix terms: a function for each that is more than a call by its name.

Each takes the arguments of the operation's `forward`, terms in the place of arrays, and returns a term, or a tuple of
terms for several results. It raises NoMatrixForm for uses that it does not cover.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import HALF, MINUS_ONE, ONE, TWO, ZERO, number
from gradcli.symbolic.formulas.reductions import dim_and_correction, reduced_dims
from gradcli.symbolic.formulas.shapes import expanded_shape, view_shape
from gradcli.symbolic.matrices.arithmetic import apply, common_shape, divide, expanded, filled, multiply, power, scaled
from gradcli.symbolic.matrices.arrange import on_diagonal, reduced, reshaped, summed_to
from gradcli.symbolic.matrices.dims import lifted, lowered
from gradcli.symbolic.matrices.products import (
    added,
    matmul,
    outer,
    row_of,
    summed,
    transposed,
    unit,
)
from gradcli.symbolic.matrices.terms import (
    Diagonal,
    Expanded,
    Filled,
    Function,
    NoMatrixForm,
    Product,
    Shape,
    Term,
    Transposed,
)

Rule = Callable[..., Any]
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Enter a function into RULES under these names of operations."""
    def enter(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return enter


def term_of(value: Any) -> Term:
    """A term, or a plain number as one."""
    return value if isinstance(value, Term) else filled(exact(value))


@rule("alias", "clone", "contiguous", "cast", "link_with_zeros", "link", "copied", "positive", "renamed",
      "renamed_keeping")
def _same(x: Term, *_: Any) -> Term:
    return x


rule("mm", "mv", "dot")(matmul)
rule("t", "T", "mT")(transposed)


@rule("stacked_mm")
def _stacked_mm(a: Term, b: Term) -> Term:
    if len(a.shape) > 2 or len(b.shape) > 2:
        raise NoMatrixForm
    return matmul(a, b)


@rule("addmm", "addmv")
def _addmm(x: Term, a: Term, b: Term, beta: Any = 1, alpha: Any = 1) -> Term:
    return added(multiply(term_of(beta), x), multiply(term_of(alpha), matmul(a, b)))


@rule("linear")
def _linear(x: Term, weight: Term, bias: Any = None) -> Term:
    if len(x.shape) > 2 or len(weight.shape) > 2:
        raise NoMatrixForm
    product = matmul(weight, x) if len(x.shape) == 1 else matmul(x, transposed(weight))
    return product if bias is None else added(product, bias)


@rule("transpose")
def _transpose(x: Term, a: int, b: int) -> Term:
    order = list(range(len(x.shape)))
    order[a], order[b] = order[b], order[a]
    return _permute(x, order)


@rule("permute")
def _permute(x: Term, dims: Any) -> Term:
    order = [at % len(x.shape) for at in dims]
    if order == sorted(order):
        return x
    if len(order) == 2:
        return transposed(x)
    core, long = x, [at for at in order if x.shape[at] != 1]
    for at in reversed(range(len(x.shape))):
        core = lowered(core, at) if x.shape[at] == 1 else core
    if len(long) > 2:
        raise NoMatrixForm
    core = transposed(core) if long != sorted(long) else core
    for at, old in enumerate(order):
        core = lifted(core, at) if x.shape[old] == 1 else core
    return core


@rule("bmm")
def _bmm(a: Term, b: Term) -> Term:
    if a.shape[0] != 1:
        raise NoMatrixForm
    return lifted(matmul(lowered(a, 0), lowered(b, 0)), 0)


@rule("unsqueeze")
def _unsqueeze(x: Term, dim: int) -> Term:
    return lifted(x, dim % (len(x.shape) + 1))


@rule("squeeze")
def _squeeze(x: Term, dim: Any = None) -> Term:
    gone = [at for at in reduced_dims(dim, len(x.shape)) if x.shape[at] == 1]
    for at in reversed(gone):
        x = lowered(x, at)
    return x


@rule("expand")
def _expand(x: Term, size: Any, *_: Any) -> Term:
    return expanded(x, expanded_shape(x.shape, size))


@rule("view", "reshape")
def _view(x: Term, size: Any = (-1,), *_: Any) -> Term:
    return reshaped(x, view_shape(x.shape, size))


@rule("sum")
def total(x: Term, dim: Any = None, keepdim: bool = False, *_: Any) -> Term:
    dims = reduced_dims(dim, len(x.shape))
    if isinstance(x, Product) and len(x.shape) == 1 and dims and not keepdim:      # sum(a*b) is a . b
        vectors = [power(factor, exponent) for factor, exponent in x.factors if factor.shape]
        if len(vectors) == 2 and all(vector.shape == x.shape for vector in vectors):
            scalars = [power(factor, exponent) for factor, exponent in x.factors if not factor.shape]
            return multiply(filled(x.number), *scalars, matmul(*vectors))
    return summed(x, dims, bool(keepdim))


@rule("mean")
def _mean(x: Term, dim: Any = None, keepdim: bool = False, *_: Any) -> Term:
    return reduced("mean", x, reduced_dims(dim, len(x.shape)), bool(keepdim))


@rule("sum_to")
def _sum_to(x: Term, shape: Any) -> Term:
    shape = tuple(shape)
    if len(x.shape) == 2 and shape == x.shape[1:]:
        return summed(x, (0,))
    if len(x.shape) == 2 and shape == (x.shape[0], 1):
        return lifted(summed(x, (1,)), 1)
    return summed_to(x, shape)


@rule("trace")
def _trace(x: Term) -> Term:
    return Function((), "trace", (x,))


@rule("diagonal_scatter")
def _diagonal_scatter(x: Term, vector: Term, offset: int = 0, *_: Any) -> Term:
    if offset:
        raise NoMatrixForm
    return on_diagonal(x, vector)


@rule("diag")
def _diag(x: Term, offset: int = 0) -> Term:
    if offset:
        raise NoMatrixForm
    if len(x.shape) == 1:
        return on_diagonal(Filled((*x.shape, *x.shape), ZERO), x)
    if isinstance(x, Expanded) and x.shape[0] == x.shape[1]:        # equal rows, or equal columns
        source = x.source
        return expanded(lowered(source, source.shape.index(1)) if len(source.shape) == 2 else source, x.shape[:1])
    return x.vector if isinstance(x, Diagonal) else Function((min(x.shape),), "diag", (x,))


@rule("diagonal")
def _diagonal(x: Term, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Term:
    if len(x.shape) != 2:
        raise NoMatrixForm
    return _diag(x, offset)


@rule("linalg_vector_norm")
def norm(x: Term, p: Any = 2, dim: Any = None, keepdim: bool = False, *_: Any) -> Term:
    if dim is not None and len(reduced_dims(dim, len(x.shape))) < len(x.shape) or keepdim:
        dims = reduced_dims(dim, len(x.shape))
        if p == 2:
            return power(reduced("sum", power(x, TWO), dims, keepdim), HALF)
        raise NoMatrixForm
    if isinstance(x, Filled | Expanded):
        raise NoMatrixForm
    return Function((), ".norm", (x,) if p in (2, None) else (x, p))


@rule("squared_loss")
def _squared_loss(x: Term, y: Term, reduction: str = "mean", *_: Any) -> Term:
    squares = power(added(x, scaled(MINUS_ONE, y)), TWO)
    if reduction == "none":
        return squares
    return reduced(reduction, squares, tuple(range(len(squares.shape))), False)


@rule("linalg_inv")
def _inverse(x: Term) -> Term:
    if len(x.shape) != 2:
        raise NoMatrixForm
    if isinstance(x, Transposed):
        return transposed(_inverse(x.matrix))
    return Function(x.shape, "inverse", (x,))


@rule("linalg_det")
def _det(x: Term) -> Term:
    if len(x.shape) != 2:
        raise NoMatrixForm
    return Function((), "det", (x,))


@rule("linalg_slogdet", "slogdet")
def _slogdet(x: Term) -> tuple[Term, Term]:
    if len(x.shape) != 2:
        raise NoMatrixForm
    return (Function((), "torch.slogdet", (x,), result=0), Function((), "torch.slogdet", (x,), result=1))


@rule("solved")
def _solved(a: Term, b: Term) -> Term:
    """The X with A X = B: the inverse of A times B."""
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise NoMatrixForm
    return matmul(_inverse(a), b)


@rule("softplus_steepness")
def _softplus_steepness(x: Term, beta: Any, threshold: Any) -> Term:
    if threshold < 20:      # beyond 20 the sigmoid is 1 but for 2e-9
        raise NoMatrixForm
    return apply("sigmoid", multiply(term_of(beta), x))


@rule("getitem")
def _getitem(x: Term, items: tuple[Any, ...], picks: Any = ()) -> Term:
    """What a subscript names: a dimension of length 1 more, or a part."""
    if picks:
        raise NoMatrixForm
    if all(item is None or item == slice(None) for item in items):
        for at, item in enumerate(items):
            x = lifted(x, at) if item is None else x
        return x
    if any(type(item) not in (int, slice) for item in items):
        raise NoMatrixForm
    if len(x.shape) == 2 and len(items) == 1 and type(items[0]) is int:
        return row_of(x, items[0] % x.shape[0])
    return Function(np.broadcast_to(0, x.shape)[items].shape, "[]", (x, *map(_subscript, items)))


def _subscript(item: int | slice) -> str:
    """A subscript as a program writes it."""
    if isinstance(item, int):
        return str(item)
    start, stop, step = ("" if part is None else str(part) for part in (item.start, item.stop, item.step))
    return f"{start}:{stop}" + (f":{step}" if step else "")


@rule("unindex")
def _unindex(g: Term, items: tuple[Any, ...], picks: Any, shape: Shape) -> Term:
    """A part in its place among zeros: elements, rows and columns as products with rows of the identity."""
    if picks or len(shape) > 2 and any(type(item) is int for item in items):
        raise NoMatrixForm
    if any(type(item) is int for item in items):
        return _placed(g, [*items, slice(None)][:len(shape)], shape)
    if not all(item is None or item == slice(None) for item in items):
        raise NoMatrixForm
    for at in reversed(range(len(items))):
        g = lowered(g, at) if items[at] is None else g
    return g


def _placed(g: Term, items: list[Any], shape: Shape) -> Term:
    if any(item != slice(None) and type(item) is not int for item in items) or len(items) != len(shape):
        raise NoMatrixForm
    units = [unit(item % size, size) if type(item) is int else None for item, size in zip(items, shape, strict=True)]
    if len(units) == 1 and units[0] is not None:
        return multiply(g, units[0])
    row, column = units
    if row is not None and column is not None:
        return multiply(g, outer(row, column))
    return outer(g if row is None else row, g if column is None else column)


@rule("narrow")
def _narrow(x: Term, dim: int, start: int, length: int) -> Term:
    dim %= len(x.shape)
    if length == x.shape[dim]:
        return x
    start %= x.shape[dim]
    return _getitem(x, (*[slice(None)] * dim, slice(start, start + length)))


rule("zeros_like")(lambda x, *_: Filled(x.shape, ZERO))
rule("ones_like")(lambda x, *_: Filled(x.shape, ONE))


@rule("var")
def _var(x: Term, dim: Any = None, unbiased: Any = None, keepdim: bool = False, correction: Any = None) -> Term:
    dim, correction = dim_and_correction(dim, unbiased, correction)
    dims = reduced_dims(dim, len(x.shape))
    if len(dims) == len(x.shape) and not keepdim and correction in (0, 1):
        return Function((), ".var", (x,) if correction else (x, False))
    count = prod(x.shape[at] for at in dims) - correction
    if count <= 0:
        raise NoMatrixForm
    centred = added(x, scaled(MINUS_ONE, reduced("mean", x, dims, len(dims) < len(x.shape))))
    return divide(reduced("sum", power(centred, TWO), dims, keepdim), filled(number(count)))


@rule("std")
def _std(x: Term, *arguments: Any) -> Term:
    variance = _var(x, *arguments)
    if isinstance(variance, Function):
        return Function((), ".std", variance.arguments)
    return power(variance, HALF)


@rule("pow")
def _pow(base: Any, exponent: Any) -> Term:
    base, exponent = term_of(base), term_of(exponent)
    if isinstance(exponent, Filled):
        return expanded(power(base, exponent.value), common_shape(base, exponent))
    if isinstance(exponent, Expanded) and isinstance(exponent.source, Filled):
        return power(base, exponent.source.value)
    return apply("pow", base, exponent)
