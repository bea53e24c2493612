"""Formulas of sums, means, norms and what is built of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import HALF, MINUS_ONE, ONE, TWO, ZERO, Condition, Expr, Index, IndexValue, number
from gradcli.symbolic.fold import call, mul, power, substitute, where
from gradcli.symbolic.formulas.table import FORMULAS, NoFormula, formula
from gradcli.symbolic.sums import sum_over
from gradcli.symbolic.tensor import SymbolicTensor, elementwise


def reduced_dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that a reduction goes over, counted from the front."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    return tuple(sorted(at % ndim for at in ((dim,) if isinstance(dim, int) else dim))) if ndim else ()


def _reduced(x: SymbolicTensor, dim: Any, keepdim: bool, body: Callable[[Expr, list[Index], int], Expr]
             ) -> SymbolicTensor:
    """A reduction: `body` of the element, the indices of the dimensions that go, and the count of equal elements."""
    gone = reduced_dims(dim, len(x.shape))
    x = x.fresh()
    bound = [index for at in gone if (index := x.axes[at]) is not None]
    repeats = prod(x.shape[at] for at in gone if x.axes[at] is None)
    keep = [at for at in range(len(x.shape)) if at not in gone]
    result = body(x.body, bound, repeats)
    if keepdim:
        return SymbolicTensor(tuple(1 if at in gone else n for at, n in enumerate(x.shape)),
                              tuple(None if at in gone else index for at, index in enumerate(x.axes)), result)
    return SymbolicTensor(tuple(x.shape[at] for at in keep), tuple(x.axes[at] for at in keep), result)


def _summed(body: Expr, bound: list[Index], repeats: int) -> Expr:
    if isinstance(body, Condition):     # the count of what holds
        body = where(body, ONE, ZERO)
    for index in reversed(bound):
        body = sum_over(index, body)
    return number(repeats) * body


@formula("sum", "nansum")
def total(x: SymbolicTensor, dim: Any = None, keepdim: bool = False, *_: Any) -> SymbolicTensor:
    return _reduced(x, dim, keepdim, _summed)


@formula("mean")
def average(x: SymbolicTensor, dim: Any = None, keepdim: bool = False, *_: Any) -> SymbolicTensor:
    return _reduced(x, dim, keepdim, _averaged)


def _averaged(body: Expr, bound: list[Index], repeats: int) -> Expr:
    count = repeats * prod(index.size for index in bound)
    return number(Fraction(1, count)) * _summed(body, bound, repeats)


@formula("prod")
def _prod(x: SymbolicTensor, dim: Any = None, keepdim: bool = False, *_: Any) -> SymbolicTensor:
    def product(body: Expr, bound: list[Index], repeats: int) -> Expr:
        for index in bound:
            if index.size > MOST_FACTORS:
                raise NoFormula(f"a product of {index.size} elements")
            body = mul(*(substitute(body, {index: at}) for at in range(index.size)))
        return power(body, number(repeats))

    return _reduced(x, dim, keepdim, product)


MOST_FACTORS = 8


@formula("logsumexp")
def _logsumexp(x: SymbolicTensor, dim: Any, keepdim: bool = False) -> SymbolicTensor:
    return _reduced(x, dim, keepdim, lambda body, bound, n: call("log", _summed(call("exp", body), bound, n)))


def dim_of_classes(ndim: int, dim: Any) -> int:
    """The dimension of softmax; without one, that of 0.1.12: the first of 0, 1 or 3, else the second."""
    return (0 if ndim in (0, 1, 3) else 1) if dim is None else int(dim) % max(ndim, 1)


@formula("softmax", "nn_functional_softmax")
def _softmax(x: SymbolicTensor, dim: Any = None, *_: Any) -> SymbolicTensor:
    dim = dim_of_classes(len(x.shape), dim)
    powers = elementwise(lambda v: call("exp", v), x)
    return elementwise(lambda a, b: a / b, powers, total(powers, dim, True))


@formula("log_softmax", "nn_functional_log_softmax")
def _log_softmax(x: SymbolicTensor, dim: Any = None, *_: Any) -> SymbolicTensor:
    dim = dim_of_classes(len(x.shape), dim)
    return elementwise(lambda a, b: a - b, x, _logsumexp(x, dim, True))


@formula("softmax_back")
def _softmax_back(g: SymbolicTensor, out: SymbolicTensor, dim: Any = -1, *_: Any) -> SymbolicTensor:
    weighted = total(elementwise(mul, g, out), dim_of_classes(len(out.shape), dim), True)
    return elementwise(lambda a, s, y: y * (a - s), g, weighted, out)


@formula("sum_to")
def _sum_to(x: SymbolicTensor, shape: tuple[int, ...]) -> SymbolicTensor:
    """Undo broadcasting: the sum over what was expanded."""
    extra = len(x.shape) - len(shape)
    if extra:
        x = total(x, tuple(range(extra)))
    ones = tuple(at for at, (n, want) in enumerate(zip(x.shape, shape, strict=True)) if want == 1 and n != 1)
    return total(x, ones, True) if ones else x


@formula("linalg_vector_norm")
def vector_norm(x: SymbolicTensor, p: Any = 2, dim: Any = None, keepdim: bool = False, *_: Any) -> SymbolicTensor:
    if p in (None, "fro"):
        p = 2
    if isinstance(p, str) or p in (0, float("inf"), float("-inf")):
        raise NoFormula(f"the norm of order {p}")
    base = x if p == 2 else elementwise(lambda v: call("abs", v), x)
    summed = total(elementwise(lambda v: power(v, exact(p)), base), dim, keepdim)
    return elementwise(lambda v: power(v, power(exact(p), MINUS_ONE)), summed)


@formula("squared_loss")
def _squared_loss(x: SymbolicTensor, y: SymbolicTensor, reduction: Any = "mean", *_: Any) -> SymbolicTensor:
    squares = elementwise(lambda a, b: power(a - b, TWO), x, y)
    return reduced_as(reduction, squares)


def reduced_as(reduction: str, losses: SymbolicTensor) -> SymbolicTensor:
    """Losses as their "mean", their "sum", or each by itself."""
    return average(losses) if reduction == "mean" else total(losses) if reduction == "sum" else losses


def dim_and_correction(dim: Any, unbiased: Any, correction: Any) -> tuple[Any, Any]:
    """The dimensions of a variance, and what is subtracted from the count; var(False) is the variance of all."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return dim, (1 if unbiased is None else int(unbiased)) if correction is None else correction


@formula("var")
def variance(x: SymbolicTensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, correction: Any = None
         ) -> SymbolicTensor:
    dim, correction = dim_and_correction(dim, unbiased, correction)
    gone = reduced_dims(dim, len(x.shape))
    count = prod(x.shape[at] for at in gone)
    centred = elementwise(lambda v, m: power(v - m, TWO), x, average(x, dim, True))
    if count - correction <= 0:
        raise NoFormula("the variance of one element")
    return elementwise(lambda v: v / number(count - correction), total(centred, dim, keepdim))


@formula("std")
def deviation(x: SymbolicTensor, *arguments: Any) -> SymbolicTensor:
    return elementwise(lambda v: power(v, HALF), variance(x, *arguments))


@formula("log_softmax_back")
def _log_softmax_back(g: SymbolicTensor, logs: SymbolicTensor, dim: Any) -> SymbolicTensor:
    sums = total(g, dim_of_classes(len(logs.shape), dim), True)
    return elementwise(lambda a, b, s: a - call("exp", b) * s, g, logs, sums)


# losses over classes

@formula("nll_kernel")
def _nll(logs: SymbolicTensor, target: SymbolicTensor, weight: Any, ignored: int, reduction: str) -> SymbolicTensor:
    """Minus the entries that `target` names: sum_c [c == y_n] -x_nc."""
    chosen, at = _chosen(logs.shape, target, weight)
    picked = total(elementwise(lambda a, b: mul(MINUS_ONE, a, b), chosen, logs), at)
    if reduction == "mean" and weight is not None:
        return elementwise(lambda a, b: a / b, reduced_as("sum", picked), reduced_as("sum", chosen))
    return reduced_as(reduction, picked)


def _chosen(shape: tuple[int, ...], target: SymbolicTensor, weight: SymbolicTensor | None
            ) -> tuple[SymbolicTensor, int]:
    """The weight of its class, or 1, at the class of each target, and 0 elsewhere; and the dimension of classes."""
    at = min(1, len(shape) - 1)
    axes = tuple(None if size == 1 else Index(size) for size in target.shape)
    column = Index(shape[at])
    value = ONE if weight is None else weight.renamed((column,)).body
    target = target.renamed(axes)
    test = condition("eq", IndexValue(column), target.body)
    return SymbolicTensor(shape, (*target.axes[:at], column, *target.axes[at:]), where(test, value, ZERO)), at


@formula("nll_back")
def _nll_back(g: SymbolicTensor, target: SymbolicTensor, weight: Any, ignored: int, reduction: str, shape: Any
              ) -> SymbolicTensor:
    chosen, at = _chosen(tuple(shape), target, weight)
    if reduction == "none":
        g = FORMULAS["unsqueeze"](g, at)
    count = SymbolicTensor.filled(number(prod(target.shape) if reduction == "mean" else 1))
    if reduction == "mean" and weight is not None:
        count = reduced_as("sum", chosen)
    return elementwise(lambda a, b, n: -(a * b) / n, g, chosen, count)
