"""Formulas of losses of each element, of activations that bend, of padding and of blocks."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import HALF, ONE, TWO, ZERO, Cases, Expr, number
from gradcli.symbolic.fold import add, call, mul, power, where
from gradcli.symbolic.formulas.rearrange import flip, positions, put_range, reindexed
from gradcli.symbolic.formulas.reductions import reduced_as, vector_norm
from gradcli.symbolic.formulas.shapes import transpose, view
from gradcli.symbolic.formulas.table import NoFormula, formula, of_elements, symbolic
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

of_elements("prelu_kernel")(lambda x, w: where(condition("gt", x, ZERO), x, w * x))
of_elements("prelu_slope")(lambda g, x, w: where(condition("gt", x, ZERO), g, g * w))
of_elements("prelu_weight_slope")(lambda g, x: where(condition("gt", x, ZERO), ZERO, g * x))
of_elements("bce_gradient")(lambda g, x, t: g * (x - t) / (x * (ONE - x)))


@formula("elu_slope", elements=True)
def _elu_slope(x: SymbolicTensor, low: Any, high: Any, steepness: Any) -> SymbolicTensor:
    def slope(v: Expr) -> Expr:
        return where(condition("gt", v, ZERO), exact(high), exact(low) * call("exp", exact(steepness) * v))

    return elementwise(slope, x)


@formula("huber_kernel")
def _huber(x: SymbolicTensor, target: SymbolicTensor, reduction: str, delta: Any) -> SymbolicTensor:
    bound = exact(delta)

    def loss(a: Expr, b: Expr) -> Expr:
        size = call("abs", a - b)
        return where(condition("le", size, bound), power(a - b, TWO) / TWO, bound * (size - HALF * bound))

    return reduced_as(reduction, elementwise(loss, x, target))


@formula("smooth_l1_kernel")
def _smooth_l1(x: SymbolicTensor, target: SymbolicTensor, reduction: str, beta: Any) -> SymbolicTensor:
    bound = exact(beta)

    def loss(a: Expr, b: Expr) -> Expr:
        size = call("abs", a - b)
        return where(condition("lt", size, bound), power(a - b, TWO) / (TWO * bound), size - HALF * bound)

    return reduced_as(reduction, elementwise(loss, x, target))


@formula("bce_kernel")
def _cross_entropy(x: SymbolicTensor, target: SymbolicTensor, weight: Any, reduction: str) -> SymbolicTensor:
    losses = elementwise(lambda v, t: -(t * call("log", v) + (ONE - t) * call("log", ONE - v)), x, target)
    return reduced_as(reduction, losses if weight is None else elementwise(mul, losses, weight))


@formula("bce_with_logits_kernel")
def _cross_entropy_of_logits(x: SymbolicTensor, target: SymbolicTensor, weight: Any, positive: Any, reduction: str
                             ) -> SymbolicTensor:
    def loss(v: Expr, t: Expr, p: Expr) -> Expr:
        return (ONE - t) * v + (ONE + (p - ONE) * t) * call("log", ONE + call("exp", -v))

    losses = elementwise(loss, x, target, SymbolicTensor.filled(ONE) if positive is None else positive)
    return reduced_as(reduction, losses if weight is None else elementwise(mul, losses, weight))


@formula("dist")
def _dist(x: SymbolicTensor, y: SymbolicTensor, p: Any = 2) -> SymbolicTensor:
    return vector_norm(elementwise(lambda a, b: a - b, x, y), p)


@formula("constant_pad_nd")
def _padded(x: SymbolicTensor, before: tuple[int, ...], after: tuple[int, ...], value: Any) -> SymbolicTensor:
    first = len(x.shape) - len(before)
    for at, (left, right) in enumerate(zip(before, after, strict=True)):
        x = _padded_along(x, first + at, left, right, symbolic(value))
    return x


def _padded_along(x: SymbolicTensor, dim: int, left: int, right: int, value: SymbolicTensor) -> SymbolicTensor:
    size = x.shape[dim]
    length = size + left + right
    if length < 1:
        raise NoFormula("padding that leaves nothing")
    moved = reindexed(x, dim, length, lambda k: k - number(left))

    def chosen(k: Expr, inside: Expr, outside: Expr) -> Expr:
        in_range = condition("and", condition("ge", k, number(left)), condition("le", k, number(left + size - 1)))
        return where(in_range, inside, outside)

    return elementwise(chosen, positions(moved.shape, dim), moved, value)


@formula("block_diag")
def _block_diag(matrices: tuple[SymbolicTensor, ...]) -> SymbolicTensor:
    """The sum of the matrices, each padded with zeros to the whole."""
    blocks = [view(x, (1,) * (2 - len(x.shape)) + x.shape) for x in matrices]
    rows, columns = (sum(block.shape[at] for block in blocks) for at in (0, 1))
    total_sum, row, column = SymbolicTensor.filled(ZERO, (rows, columns)), 0, 0
    for block in blocks:
        after = rows - row - block.shape[0], columns - column - block.shape[1]
        total_sum = elementwise(add, total_sum, _padded(block, (row, column), after, 0))
        row, column = row + block.shape[0], column + block.shape[1]
    return total_sum


@formula("slice_scatter")
def _slice_scatter(x: SymbolicTensor, source: SymbolicTensor, dim: int = 0, start: Any = None, end: Any = None,
                   step: int = 1) -> SymbolicTensor:
    dim %= len(x.shape)
    selection = range(x.shape[dim])[slice(start, end, step)]
    if not selection:
        raise NoFormula
    inside = put_range(SymbolicTensor.filled(ONE, source.shape), dim, selection, x.shape[dim])
    return elementwise(lambda a, b, n: where(_holds(n), b, a), x, put_range(source, dim, selection, x.shape[dim]),
                       inside)


def _holds(value: Expr) -> Expr:
    """Where a value that is 1 in some cases and 0 elsewhere is 1."""
    if isinstance(value, Cases) and value.otherwise == ZERO and len(value.branches) == 1:
        return value.branches[0][0]
    return condition("gt", value, ZERO)


@formula("rot90")
def _rot90(x: SymbolicTensor, k: int = 1, dims: tuple[int, int] = (0, 1)) -> SymbolicTensor:
    for _ in range(k % 4):
        x = flip(transpose(x, *dims), (dims[0] % len(x.shape),))
    return x
