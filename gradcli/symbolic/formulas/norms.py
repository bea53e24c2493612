"""Formulas of layers that subtract the mean and divide by the deviation."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import HALF, MINUS_ONE, TWO, Expr
from gradcli.symbolic.fold import add, call, mul, power, where
from gradcli.symbolic.formulas.rearrange import cat, cumsum, narrow, roll
from gradcli.symbolic.formulas.reductions import average, deviation, variance, vector_norm
from gradcli.symbolic.formulas.shapes import view
from gradcli.symbolic.formulas.table import NoFormula, formula
from gradcli.symbolic.tensor import SymbolicTensor, broadcast, elementwise


@formula("standardised", "layer_standardised")
def _standardised(x: SymbolicTensor, weight: Any, bias: Any, shape: Any, axes: Any, eps: Any, *_: Any
                  ) -> tuple[SymbolicTensor, ...]:
    grouped = view(x, tuple(shape))
    mean = average(grouped, axes, True)
    centred = elementwise(lambda v, m: v - m, grouped, mean)
    spread = average(elementwise(lambda v: power(v, TWO), centred), axes, True)
    scale = elementwise(lambda v: power(v + exact(eps), mul(MINUS_ONE, HALF)), spread)
    unit = elementwise(mul, centred, scale)
    out = unit if weight is None else elementwise(mul, unit, weight)
    return view(out if bias is None else elementwise(add, out, bias), x.shape), mean, scale, unit


@formula("distances", "pair_norm")
def _distances(x: SymbolicTensor, p: Any, dim: Any = -1, keepdim: Any = False, *_: Any) -> SymbolicTensor:
    """The norms of the differences of points, along the last dimension."""
    return vector_norm(x, p, -1, keepdim is True)


@formula("renorm")
def _renorm(x: SymbolicTensor, p: Any, dim: int, most: Any) -> SymbolicTensor:
    """Parts of a tensor, those with a norm of more than `most` divided by it."""
    rest = tuple(at for at in range(len(x.shape)) if at != dim % len(x.shape))
    norms = vector_norm(x, p, rest, True)

    def scaled(value: Expr, norm: Expr) -> Expr:
        above = condition("gt", norm, exact(most))
        return where(above, exact(most) * value / (norm + exact(1e-7)), value)

    return elementwise(scaled, x, norms)


@formula("var_mean")
def _var_mean(x: SymbolicTensor, *arguments: Any) -> tuple[SymbolicTensor, ...]:
    return variance(x, *arguments), _mean_as(x, *arguments)


@formula("std_mean")
def _std_mean(x: SymbolicTensor, *arguments: Any) -> tuple[SymbolicTensor, ...]:
    return deviation(x, *arguments), _mean_as(x, *arguments)


def _mean_as(x: SymbolicTensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *_: Any
             ) -> SymbolicTensor:
    return average(x, None if isinstance(dim, bool) else dim, keepdim)


@formula("logcumsumexp")
def _logcumsumexp(x: SymbolicTensor, dim: int) -> SymbolicTensor:
    sums = cumsum(elementwise(lambda v: call("exp", v), x), dim)
    return elementwise(lambda v: call("log", v), sums)


@formula("recurrence")
def _recurrence(factor: SymbolicTensor, term: SymbolicTensor, dim: int) -> SymbolicTensor:
    """y with y[k] = term[k] + factor[k]*y[k - 1] along a dimension, written out."""
    dim %= len(term.shape)
    size = term.shape[dim]
    if size > MOST_STEPS:
        raise NoFormula(f"a recurrence of {size} steps")
    steps = [narrow(term, dim, 0, 1)]
    for at in range(1, size):
        steps.append(elementwise(lambda t, f, y: t + f * y, narrow(term, dim, at, 1), narrow(factor, dim, at, 1),
                                 steps[-1]))
    return cat(tuple(steps), dim)


MOST_STEPS = 5


@formula("linalg_cross")
def _cross(a: SymbolicTensor, b: SymbolicTensor, dim: int = -1) -> SymbolicTensor:
    """The cross product: along `dim`, a[k + 1]*b[k + 2] - a[k + 2]*b[k + 1], counted modulo 3."""
    shape = broadcast((a, b))[0]
    dim %= len(shape)
    a1, a2, b1, b2 = (roll(x.expanded(shape), -step, dim) for x in (a, b) for step in (1, 2))
    return elementwise(lambda p, q, r, s: p * s - q * r, a1, a2, b1, b2)


@formula("centred_back")
def _centred_back(g: SymbolicTensor, unit: SymbolicTensor, scale: SymbolicTensor, axes: Any) -> SymbolicTensor:
    means = average(g, axes, True), average(elementwise(mul, g, unit), axes, True)
    return elementwise(lambda v, m, u, p, s: (v - m - u * p) * s, g, means[0], unit, means[1], scale)
