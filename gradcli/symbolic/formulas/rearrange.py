"""Formulas of what takes elements from other places: slices, parts, joins, diagonals, triangles, picked elements."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import ONE, ZERO, Expr, Index, IndexValue, Place, number
from gradcli.symbolic.fold import add, call, cases, mul, substitute, where
from gradcli.symbolic.formulas.reductions import MOST_FACTORS, total
from gradcli.symbolic.formulas.shapes import squeeze, unsqueeze, view
from gradcli.symbolic.formulas.table import NoFormula, formula, symbolic
from gradcli.symbolic.index_arithmetic import as_place
from gradcli.symbolic.sums import sum_over
from gradcli.symbolic.tensor import SymbolicTensor, axes_of, elementwise

Shift = Callable[[Expr], Expr]


def reindexed(x: SymbolicTensor, dim: int, length: int, place: Shift) -> SymbolicTensor:
    """A tensor of another length along one dimension, each of whose elements is that of `x` at `place`."""
    x, dim = x.fresh(), dim % len(x.shape)
    shape = (*x.shape[:dim], length, *x.shape[dim + 1:])
    old = x.axes[dim]
    if old is None:
        return SymbolicTensor(shape, x.axes, x.body)
    new = Index(length) if length != 1 else None
    there = as_place(place(IndexValue(new) if new is not None else ZERO))
    return SymbolicTensor(shape, (*x.axes[:dim], new, *x.axes[dim + 1:]), substitute(x.body, {old: there}))


def positions(shape: tuple[int, ...], dim: int) -> SymbolicTensor:
    """The position of each element along a dimension, for tensors of a shape."""
    dim %= len(shape)
    index = Index(shape[dim])
    body = IndexValue(index) if index.size != 1 else ZERO
    return SymbolicTensor(tuple(n if at == dim else 1 for at, n in enumerate(shape)),
                          tuple(index if at == dim and index.size != 1 else None for at in range(len(shape))), body)


def _shifted(x: SymbolicTensor, dim: int, length: int, start: int) -> SymbolicTensor:
    """A tensor of another length along a dimension, in which `x` begins at `start`; valid where `x` has elements."""
    return reindexed(x, dim, length, lambda k: k - number(start))


def _cyclic(x: SymbolicTensor, dim: int, length: int, shift: int = 0) -> SymbolicTensor:
    """The elements along a dimension over and over, up to `length`, from `shift` on."""
    size = x.shape[dim]
    return reindexed(x, dim, length, lambda k: call("mod", k - number(shift % size), number(size)))


@formula("narrow", "narrow_copy")
def narrow(x: SymbolicTensor, dim: int, start: int, length: int) -> SymbolicTensor:
    start %= max(x.shape[dim], 1)
    return reindexed(x, dim, length, lambda k: k + number(start))


@formula("flip")
def flip(x: SymbolicTensor, dims: Any) -> SymbolicTensor:
    for dim in dims if isinstance(dims, tuple | list) else (dims,):
        x = take_range(x, dim, range(x.shape[dim])[::-1])
    return x


@formula("roll")
def roll(x: SymbolicTensor, shifts: Any, dims: Any = None) -> SymbolicTensor:
    if dims is None or dims == ():
        raise NoFormula("roll without dims")
    pairs = zip(shifts, dims, strict=True) if isinstance(shifts, tuple) else [(shifts, dims[0] if isinstance(
        dims, tuple) else dims)]
    for shift, dim in pairs:
        x = _cyclic(x, dim, x.shape[dim], shift)
    return x


@formula("repeat")
def _repeat(x: SymbolicTensor, repeats: Any) -> SymbolicTensor:
    repeats = tuple(repeats)
    repeats = (1,) * (len(x.shape) - len(repeats)) + repeats
    for _ in range(len(repeats) - len(x.shape)):
        x = unsqueeze(x, 0)
    for dim, times in enumerate(repeats):
        x = _cyclic(x, dim, x.shape[dim] * times)
    return x


@formula("cat")
def cat(tensors: tuple[SymbolicTensor, ...], dim: int = 0) -> SymbolicTensor:
    if any(0 in x.shape for x in tensors) or len({len(x.shape) for x in tensors}) > 1:
        raise NoFormula("cat with an empty tensor")
    dim %= len(tensors[0].shape)
    ends = [sum(x.shape[dim] for x in tensors[:at + 1]) for at in range(len(tensors))]
    parts = [_shifted(x, dim, ends[-1], end - x.shape[dim]) for x, end in zip(tensors, ends, strict=True)]
    where = positions(parts[0].shape, dim)

    def chosen(k: Expr, *bodies: Expr) -> Expr:
        tests = [condition("lt", k, number(end)) if end - size != 1 else condition("eq", k, number(end - 1))
                 for size, end in zip((0, *ends), ends, strict=False)]
        return cases(tuple(zip(tests[:-1], bodies[:-1], strict=True)), bodies[-1])

    return elementwise(chosen, where, *parts)


@formula("stack")
def _stack(tensors: tuple[SymbolicTensor, ...], dim: int = 0) -> SymbolicTensor:
    return cat(tuple(unsqueeze(x, dim) for x in tensors), dim % (len(tensors[0].shape) + 1))


@formula("split")
def _split(x: SymbolicTensor, size: Any, dim: int = 0) -> tuple[SymbolicTensor, ...]:
    length = x.shape[dim]
    sizes = list(size) if isinstance(size, tuple | list) else [
        min(size, length - start) for start in range(0, length, size)] if size else [length]
    return tuple(narrow(x, dim, sum(sizes[:at]), n) for at, n in enumerate(sizes))


@formula("chunk")
def _chunk(x: SymbolicTensor, chunks: int, dim: int = 0) -> tuple[SymbolicTensor, ...]:
    return _split(x, -(-x.shape[dim] // chunks), dim)


@formula("unbind")
def _unbind(x: SymbolicTensor, dim: int = 0) -> tuple[SymbolicTensor, ...]:
    dim %= len(x.shape)
    return tuple(squeeze(narrow(x, dim, at, 1), dim) for at in range(x.shape[dim]))


@formula("glu")
def _glu(x: SymbolicTensor, dim: int = -1) -> SymbolicTensor:
    a, b = _split(x, x.shape[dim] // 2, dim)
    return elementwise(lambda v, w: v * call("sigmoid", w), a, b)


def _triangle(name: str) -> Callable[..., SymbolicTensor]:
    def apply(x: SymbolicTensor, diagonal: int = 0) -> SymbolicTensor:
        def chosen(value: Expr, row: Expr, column: Expr) -> Expr:
            return where(condition(name, column, row + number(diagonal)), value, ZERO)

        return elementwise(chosen, x, positions(x.shape, -2), positions(x.shape, -1))

    return apply


formula("tril")(_triangle("le"))
formula("triu")(_triangle("ge"))


@formula("diagonal")
def diagonal(x: SymbolicTensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> SymbolicTensor:
    dim1, dim2 = dim1 % len(x.shape), dim2 % len(x.shape)
    down, right = max(0, -offset), max(0, offset)
    length = max(0, min(x.shape[dim1] - down, x.shape[dim2] - right))
    if not length:
        raise NoFormula("an empty diagonal")
    x = narrow(narrow(x, dim1, down, length), dim2, right, length)
    row, column = x.axes[dim1], x.axes[dim2]
    body = x.body if row is None or column is None else substitute(x.body, {column: row})
    batch = [at for at in range(len(x.shape)) if at not in (dim1, dim2)]
    return SymbolicTensor((*(x.shape[at] for at in batch), length), (*(x.axes[at] for at in batch), row or column),
                          body)


@formula("trace")
def _trace(x: SymbolicTensor) -> SymbolicTensor:
    return total(diagonal(x))


@formula("diagonal_scatter")
def diagonal_scatter(x: SymbolicTensor, source: SymbolicTensor, offset: int = 0, dim1: int = 0, dim2: int = 1
                     ) -> SymbolicTensor:
    if len(x.shape) != 2 or (dim1 % 2, dim2 % 2) != (0, 1):
        raise NoFormula("diagonals of more than one matrix")
    down, rows = max(0, -offset), x.shape[0]
    spread = unsqueeze(_shifted(source, 0, rows, down), 1)

    def chosen(before: Expr, value: Expr, row: Expr, column: Expr) -> Expr:
        return where(condition("eq", column, row + number(offset)), value, before)

    return elementwise(chosen, x, spread, positions(x.shape, 0), positions(x.shape, 1))


@formula("diag")
def _diag(x: SymbolicTensor, offset: int = 0) -> SymbolicTensor:
    if len(x.shape) == 2:
        return diagonal(x, offset)
    size = x.shape[0] + abs(offset)
    return diagonal_scatter(SymbolicTensor.filled(ZERO, (size, size)), x, offset)


@formula("diag_embed")
def _diag_embed(x: SymbolicTensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> SymbolicTensor:
    if len(x.shape) != 1 or (dim1 % 2, dim2 % 2) != (0, 1):
        raise NoFormula("diag_embed of more than one diagonal")
    return _diag(x, offset)


@formula("cumsum")
def cumsum(x: SymbolicTensor, dim: int, *_: Any) -> SymbolicTensor:
    if not x.shape:
        return x
    x, dim = x.fresh(), dim % len(x.shape)
    size = x.shape[dim]
    if size == 1:
        return x
    upto, inner = Index(size), x.axes[dim]
    axes = (*x.axes[:dim], upto, *x.axes[dim + 1:])
    if inner is None:
        return SymbolicTensor(x.shape, axes, (IndexValue(upto) + ONE) * x.body)
    in_range = condition("le", IndexValue(inner), IndexValue(upto))
    return SymbolicTensor(x.shape, axes, sum_over(inner, where(in_range, x.body, ZERO)))


@formula("cumprod")
def _cumprod(x: SymbolicTensor, dim: int, *_: Any) -> SymbolicTensor:
    if not x.shape:
        return x
    size = x.shape[dim]
    if size > MOST_FACTORS:
        raise NoFormula(f"a product of {size} elements")
    factors = [narrow(x, dim, at, 1) for at in range(size)]

    def chosen(k: Expr, *bodies: Expr) -> Expr:
        upto = [mul(*bodies[:at + 1]) for at in range(size)]
        return cases(tuple((condition("eq", k, number(at)), value) for at, value in enumerate(upto[:-1])), upto[-1])

    return elementwise(chosen, positions(x.shape, dim), *factors)


# what a tensor of whole numbers picks

@formula("index_select")
def gather_at(x: SymbolicTensor, dim: int, which: SymbolicTensor) -> SymbolicTensor:
    """The elements of `x` along a dimension at the places that `which` holds; its dimensions replace that one."""
    x, which, dim = x.fresh(), which.fresh(), dim % len(x.shape)
    index = x.axes[dim]
    body = x.body if index is None else substitute(x.body, {index: as_place(which.body)})
    axes = which.axes if index is not None else (None,) * len(which.shape)
    return SymbolicTensor((*x.shape[:dim], *which.shape, *x.shape[dim + 1:]),
                          (*x.axes[:dim], *axes, *x.axes[dim + 1:]), body)


def scatter_at(g: SymbolicTensor, dim: int, which: SymbolicTensor, size: int) -> SymbolicTensor:
    """Zeros of length `size` along a dimension, with what `gather_at` took from there added."""
    if not which.shape:
        g, which = unsqueeze(g, dim), unsqueeze(which, 0)
    count = len(which.shape)
    tail = len(g.shape) - dim - count
    places = SymbolicTensor((*which.shape, *(1,) * tail), (*which.axes, *(None,) * tail), which.body)
    here = positions((size, *(1,) * (count + tail)), 0)
    spread = elementwise(lambda k, at, v: where(condition("eq", at, k), v, ZERO), here, places, unsqueeze(g, dim))
    return total(spread, tuple(range(dim + 1, dim + 1 + count)))


@formula("index_add")
def _index_add(x: SymbolicTensor, dim: int, which: SymbolicTensor, source: SymbolicTensor, alpha: Any = 1
               ) -> SymbolicTensor:
    if alpha != 1:
        raise NoFormula("index_add with alpha")
    return elementwise(add, x, scatter_at(source, dim % len(x.shape), which, x.shape[dim]))


@formula("embedding_rows")
def _embedding_rows(weight: SymbolicTensor, which: SymbolicTensor, *_: Any) -> SymbolicTensor:
    return gather_at(weight, 0, which)


@formula("rows_back")
def _rows_back(g: SymbolicTensor, which: SymbolicTensor, count: int, padding: int, by_frequency: bool
               ) -> SymbolicTensor:
    if padding != -1 or by_frequency:
        raise NoFormula("embedding with padding_idx or scale_grad_by_freq")
    return scatter_at(g, 0, which, count)


@formula("gather")
def gather(x: SymbolicTensor, dim: int, which: SymbolicTensor, *_: Any) -> SymbolicTensor:
    x, dim = x.fresh(), dim % max(len(x.shape), 1)
    axes = axes_of(which.shape)
    which = which.renamed(axes)
    places: dict[Index, Place] = {}
    for at, (old, new) in enumerate(zip(x.axes, axes, strict=True)):
        if old is not None:
            places[old] = as_place(which.body) if at == dim else 0 if new is None else new
    merged = tuple(new if old is not None or which.axes[at] is not None else None
                 for at, (old, new) in enumerate(zip(x.axes, axes, strict=True)))
    return SymbolicTensor(which.shape, merged, substitute(x.body, places))


@formula("scatter_add")
def scatter_add(x: SymbolicTensor, dim: int, which: SymbolicTensor, source: SymbolicTensor) -> SymbolicTensor:
    dim %= max(len(x.shape), 1)
    same = all(at == dim or n == m for at, (n, m) in enumerate(zip(x.shape, which.shape, strict=True)))
    if not same or source.shape != which.shape:
        raise NoFormula("scatter_add of parts")
    here = positions(x.shape, dim)
    added = total(elementwise(lambda k, at, v: where(condition("eq", at, k), v, ZERO), unsqueeze(here, dim),
                              unsqueeze(which, dim + 1), unsqueeze(source, dim + 1)), dim)
    return elementwise(add, x, added)


@formula("take")
def _take(x: SymbolicTensor, which: SymbolicTensor) -> SymbolicTensor:
    return gather_at(view(x, (-1,)), 0, which)


@formula("put")
def _put(x: SymbolicTensor, which: SymbolicTensor, source: SymbolicTensor, accumulate: bool = False) -> SymbolicTensor:
    if not accumulate:
        raise NoFormula("put without accumulate")
    flat = (prod(which.shape),)
    added = scatter_at(view(source, flat), 0, view(which, flat), prod(x.shape))
    return elementwise(add, x, view(added, x.shape))


@formula("select_scatter")
def _select_scatter(x: SymbolicTensor, source: SymbolicTensor, dim: int, index: int) -> SymbolicTensor:
    dim %= len(x.shape)
    here = condition_at(number(index % x.shape[dim]))
    return elementwise(here, x, unsqueeze(source, dim), positions(x.shape, dim))


def condition_at(place: Expr) -> Callable[..., Expr]:
    """A function that gives its second value at a place, else its first."""
    return lambda outside, inside, k: where(condition("eq", k, place), inside, outside)


@formula("index_fill")
def _index_fill(x: SymbolicTensor, dim: int, which: SymbolicTensor, value: Any) -> SymbolicTensor:
    dim %= len(x.shape)
    ones = SymbolicTensor.filled(ONE, (*x.shape[:dim], *which.shape, *x.shape[dim + 1:]))
    return _replaced(x, symbolic(value), scatter_at(ones, dim, which, x.shape[dim]))


def _replaced(x: SymbolicTensor, value: SymbolicTensor, times: SymbolicTensor) -> SymbolicTensor:
    """The elements of `value` where `times`, how often a place was picked, is not 0; those of `x` elsewhere."""
    return elementwise(lambda v, w, n: where(condition("gt", n, ZERO), w, v), x, value, times)


@formula("index_copy")
def _index_copy(x: SymbolicTensor, dim: int, which: SymbolicTensor, source: SymbolicTensor) -> SymbolicTensor:
    dim %= len(x.shape)
    times = scatter_at(SymbolicTensor.filled(ONE, source.shape), dim, which, x.shape[dim])
    return _replaced(x, scatter_at(source, dim, which, x.shape[dim]), times)


@formula("scatter")
def _scatter(x: SymbolicTensor, dim: int, which: SymbolicTensor, source: Any, *options: Any) -> SymbolicTensor:
    if x.body != ZERO or not isinstance(source, SymbolicTensor) or any(option is not None for option in options):
        raise NoFormula("scatter, but to zeros,")
    return scatter_add(x, dim, which, source) if x.shape else source


def take_range(x: SymbolicTensor, dim: int, selection: range) -> SymbolicTensor:
    """The elements along a dimension that a slice takes."""
    return reindexed(x, dim, len(selection), lambda k: k * number(selection.step) + number(selection.start))


def put_range(g: SymbolicTensor, dim: int, selection: range, size: int) -> SymbolicTensor:
    """Zeros of length `size` along a dimension, with `g` at the elements that a slice takes."""
    step, start = selection.step, selection.start
    spread = reindexed(g, dim, size, lambda k: call("floordiv", k - number(start) if step > 0 else number(start) - k,
                                                number(abs(step))))

    def chosen(k: Expr, value: Expr) -> Expr:
        ends = sorted((selection[0], selection[-1]))
        tests = [condition("ge", k, number(ends[0])), condition("le", k, number(ends[1]))]
        if abs(step) != 1 and len(selection) != 1:
            tests.append(condition("eq", call("mod", k - number(start), number(abs(step))), ZERO))
        if len(selection) == 1:
            tests = [condition("eq", k, number(start))]
        return where(condition("and", *tests), value, ZERO)

    return elementwise(chosen, positions((*g.shape[:dim], size, *g.shape[dim + 1:]), dim), spread)
