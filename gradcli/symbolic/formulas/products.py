"""Formulas of products of matrices and vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.symbolic.expression import number
from gradcli.symbolic.fold import add, mul, substitute
from gradcli.symbolic.formulas.reductions import total
from gradcli.symbolic.formulas.shapes import unsqueeze
from gradcli.symbolic.formulas.table import FORMULAS, NoFormula, formula, symbolic
from gradcli.symbolic.sums import sum_over
from gradcli.symbolic.tensor import SymbolicTensor, elementwise


def _contracted(a: SymbolicTensor, b: SymbolicTensor, place_a: int, place_b: int) -> SymbolicTensor:
    """The sum over one dimension of each of a product; the others of `a` come first, then those of `b`."""
    a, b = a.fresh(), b.fresh()
    index_a, index_b = a.axes[place_a], b.axes[place_b]
    shared = index_a or index_b
    if index_a is not None and index_b is not None:
        b = SymbolicTensor(b.shape, b.axes, substitute(b.body, {index_b: index_a}))
    body = mul(a.body, b.body)
    size = a.shape[place_a]
    body = number(size) * body if shared is None else sum_over(shared, body)
    place_a, place_b = place_a % len(a.shape), place_b % len(b.shape)
    return SymbolicTensor((*a.shape[:place_a], *a.shape[place_a + 1:], *b.shape[:place_b], *b.shape[place_b + 1:]),
                          (*a.axes[:place_a], *a.axes[place_a + 1:], *b.axes[:place_b], *b.axes[place_b + 1:]), body)


@formula("mm", "mv", "dot")
def _mm(a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor:
    return _contracted(a, b, -1, 0)


def outer_product(a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor:
    """The products of each element of one tensor with each of another."""
    a, b = a.fresh(), b.fresh()
    return SymbolicTensor((*a.shape, *b.shape), (*a.axes, *b.axes), mul(a.body, b.body))


@formula("bmm", "stacked_mm")
def stacked_product(a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor:
    if len(a.shape) == 1 or len(b.shape) == 1:
        raise NoFormula("matmul of stacked matrices with a vector")
    left = unsqueeze(a, len(a.shape))                             # ..., i, k, 1
    right = unsqueeze(b, len(b.shape) - 2)                        # ..., 1, k, j
    return total(FORMULAS["mul"](left, right), -2)


def _enter_sum(*names: str, product: Callable[..., SymbolicTensor]) -> None:
    """Enter beta*x + alpha*product(a, b) under these names of operations."""
    def apply(x: SymbolicTensor, a: SymbolicTensor, b: SymbolicTensor, beta: Any = 1, alpha: Any = 1) -> SymbolicTensor:
        return elementwise(lambda v, p, c, d: c * v + d * p, x, product(a, b), symbolic(beta), symbolic(alpha))

    formula(*names)(apply)


_enter_sum("addmm", "addmv", product=_mm)
_enter_sum("addr", product=outer_product)
_enter_sum("baddbmm", product=stacked_product)
_enter_sum("addbmm", product=lambda a, b: total(stacked_product(a, b), 0))


@formula("linear")
def _linear(x: SymbolicTensor, weight: SymbolicTensor, bias: Any = None) -> SymbolicTensor:
    product = _contracted(x, weight, -1, -1)
    return product if bias is None else elementwise(add, product, bias)
