"""Formulas of what moves a window along dimensions: convolution, pooling, unfolding, interpolation."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import ZERO, Expr, Index, IndexValue, number
from gradcli.symbolic.fold import add, mul, substitute, where
from gradcli.symbolic.formulas.rearrange import gather, gather_at, positions, scatter_add, scatter_at
from gradcli.symbolic.formulas.reductions import total
from gradcli.symbolic.formulas.shapes import permute, unsqueeze, view
from gradcli.symbolic.formulas.table import NoFormula, formula
from gradcli.symbolic.index_arithmetic import as_place
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

Lengths = tuple[int, ...]


def windows(x: SymbolicTensor, dim: int, count: int, length: int, stride: int = 1, dilation: int = 1, padding: int = 0
            ) -> SymbolicTensor:
    """The elements of `count` windows of a length along a dimension, which two replace: window and place in it."""
    x = x.fresh()
    size, old = x.shape[dim], x.axes[dim]
    window, inner = (Index(n) if n != 1 else None for n in (count, length))
    place = number(stride) * _value(window) + number(dilation) * _value(inner) - number(padding)
    body = x.body if old is None else substitute(x.body, {old: as_place(place)})
    if padding or (count - 1) * stride + (length - 1) * dilation >= size:
        in_range = condition("and", condition("ge", place, ZERO), condition("le", place, number(size - 1)))
        body = where(in_range, body, ZERO)
    return SymbolicTensor((*x.shape[:dim], count, length, *x.shape[dim + 1:]),
                          (*x.axes[:dim], window, inner, *x.axes[dim + 1:]), body)


def _value(index: Index | None) -> Expr:
    return ZERO if index is None else IndexValue(index)


def overlapped(x: SymbolicTensor, dim: int, size: int, stride: int = 1, dilation: int = 1, padding: int = 0
               ) -> SymbolicTensor:
    """`windows` undone by addition: a dimension of length `size` in the place of window and place in it."""
    count, length = x.shape[dim:dim + 2]
    tail = (1,) * (len(x.shape) - dim - 2)
    here = positions((size, 1, 1, *tail), 0)

    def added(at: Expr, window: Expr, inner: Expr, value: Expr) -> Expr:
        place = number(stride) * window + number(dilation) * inner - number(padding)
        return where(condition("eq", place, at), value, ZERO)

    spread = elementwise(added, here, positions((count, 1, *tail), 0), positions((length, *tail), 0),
                         unsqueeze(x, dim))
    return total(spread, (dim + 1, dim + 2))


def all_windows(x: SymbolicTensor, counts: Lengths, lengths: Lengths, stride: Lengths, dilation: Lengths,
                padding: Lengths) -> SymbolicTensor:
    """Windows along each of the last dimensions."""
    first = len(x.shape) - len(lengths)
    for at, parts in enumerate(zip(counts, lengths, stride, dilation, padding, strict=True)):
        x = windows(x, first + 2 * at, *parts)
    return x


def all_overlapped(x: SymbolicTensor, sizes: Lengths, stride: Lengths, dilation: Lengths, padding: Lengths
                   ) -> SymbolicTensor:
    """`all_windows` undone by addition."""
    first = len(x.shape) - 2 * len(sizes)
    for at, parts in enumerate(zip(sizes, stride, dilation, padding, strict=True)):
        x = overlapped(x, first + at, *parts)
    return x


def counts_of(sizes: Lengths, lengths: Lengths, stride: Lengths, dilation: Lengths, padding: Lengths) -> Lengths:
    """How many windows fit along each dimension."""
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1
                 for n, k, s, d, p in zip(sizes, lengths, stride, dilation, padding, strict=True))


def _with_unit_dims(x: SymbolicTensor, lead: int, inner: bool) -> SymbolicTensor:
    """A tensor with a dimension of length 1 after each behind the first `lead`, or with `inner` before each."""
    for at in range(len(x.shape) - lead):
        x = unsqueeze(x, lead + 2 * at + (0 if inner else 1))
    return x


def _with_trailing_unit_dims(x: SymbolicTensor, count: int) -> SymbolicTensor:
    """A tensor with `count` dimensions of length 1 at the end."""
    return SymbolicTensor((*x.shape, *(1,) * count), (*x.axes, *(None,) * count), x.body)


# convolution: N is the batch, O and C are channels of results and of inputs

@formula("conv_output")
def _conv_output(x: SymbolicTensor, weight: SymbolicTensor, bias: Any, stride: Lengths, padding: Lengths,
                 dilation: Lengths, groups: int) -> SymbolicTensor:
    _one_group(groups)
    lengths = weight.shape[2:]
    counts = counts_of(x.shape[2:], lengths, stride, dilation, padding)
    pieces = unsqueeze(all_windows(x, counts, lengths, stride, dilation, padding), 1)        # N, 1, C, windows
    products = elementwise(mul, pieces, _with_unit_dims(weight, 2, inner=True))
    out = total(products, (2, *range(4, 4 + 2 * len(lengths), 2)))
    return _with_bias(out, bias, len(lengths))


@formula("conv_transposed")
def _conv_transposed(g: SymbolicTensor, weight: SymbolicTensor, bias: Any, sizes: Lengths, stride: Lengths,
                     padding: Lengths, dilation: Lengths, groups: int) -> SymbolicTensor:
    _one_group(groups)
    spread = unsqueeze(_with_unit_dims(g, 2, inner=False), 2)                                # N, O, 1, windows
    product = total(elementwise(mul, spread, _with_unit_dims(weight, 2, inner=True)), 1)
    return _with_bias(all_overlapped(product, sizes, stride, dilation, padding), bias, len(sizes))


def _with_bias(out: SymbolicTensor, bias: Any, rank: int) -> SymbolicTensor:
    """Channels of results with their bias, where there is one."""
    return out if bias is None else elementwise(add, out, _with_trailing_unit_dims(bias, rank))


@formula("conv_weight_grad")
def _conv_weight_grad(x: SymbolicTensor, g: SymbolicTensor, lengths: Lengths, stride: Lengths, padding: Lengths,
                      dilation: Lengths, groups: int) -> SymbolicTensor:
    _one_group(groups)
    pieces = unsqueeze(all_windows(x, g.shape[2:], lengths, stride, dilation, padding), 1)
    spread = unsqueeze(_with_unit_dims(g, 2, inner=False), 2)
    return total(elementwise(mul, pieces, spread), (0, *range(3, 3 + 2 * len(lengths), 2)))


def _one_group(groups: int) -> None:
    if groups != 1:
        raise NoFormula("convolution in groups")


# pooling

@formula("avg_pool")
def _avg_pool(x: SymbolicTensor, kernel: Lengths, stride: Lengths, padding: Lengths, ceil: bool, pads_count: bool,
              divisor: Any) -> SymbolicTensor:
    share = _share(kernel, padding, ceil, pads_count, divisor)
    ones = (1,) * len(kernel)
    first = len(x.shape) - len(kernel)
    pieces = all_windows(x, counts_of(x.shape[first:], kernel, stride, ones, padding), kernel, stride, ones, padding)
    added = total(pieces, tuple(range(first + 1, len(pieces.shape), 2)))
    return elementwise(lambda v: share * v, added)


@formula("avg_pool_back")
def _avg_pool_back(g: SymbolicTensor, kernel: Lengths, stride: Lengths, padding: Lengths, ceil: bool, pads_count: bool,
                   divisor: Any, sizes: Lengths) -> SymbolicTensor:
    share = _share(kernel, padding, ceil, pads_count, divisor)
    first, ones = len(g.shape) - len(kernel), (1,) * len(kernel)
    spread = _with_unit_dims(g, first, inner=False)
    shape = (*g.shape[:first], *(n for pair in zip(g.shape[first:], kernel, strict=True) for n in pair))
    repeated = SymbolicTensor(shape, spread.axes, elementwise(lambda v: share * v, spread).body)
    return all_overlapped(repeated, sizes, stride, ones, padding)


def _share(kernel: Lengths, padding: Lengths, ceil: bool, pads_count: bool, divisor: Any) -> Expr:
    if ceil or any(padding) and not pads_count:
        raise NoFormula("avg_pool with windows of several sizes")
    return number(Fraction(1, divisor or prod(kernel)))


@formula("put_in_planes", "put_in_places")
def _put_in_planes(g: SymbolicTensor, which: SymbolicTensor, sizes: Lengths) -> SymbolicTensor:
    lead = g.shape[:len(g.shape) - len(sizes)]
    flat = (*lead, prod(g.shape[len(lead):]))
    zeros = SymbolicTensor.filled(ZERO, (*lead, prod(sizes)))
    return view(scatter_add(zeros, len(lead), view(which, flat), view(g, flat)), (*lead, *sizes))


@formula("take_from_planes")
def take_from_planes(x: SymbolicTensor, which: SymbolicTensor, sizes: Lengths) -> SymbolicTensor:
    lead = x.shape[:len(x.shape) - len(sizes)]
    places = view(which, (*lead, prod(which.shape[len(lead):])))
    return view(gather(view(x, (*lead, prod(sizes))), len(lead), places), which.shape)


# unfolding and interpolation

@formula("im2col")
def _im2col(x: SymbolicTensor, kernel: Lengths, dilation: Lengths, padding: Lengths, stride: Lengths
            ) -> SymbolicTensor:
    counts = counts_of(x.shape[2:], kernel, stride, dilation, padding)
    pieces = permute(all_windows(x, counts, kernel, stride, dilation, padding), (0, 1, 3, 5, 2, 4))
    return view(pieces, (x.shape[0], x.shape[1] * prod(kernel), prod(counts)))


@formula("col2im")
def _col2im(x: SymbolicTensor, sizes: Lengths, kernel: Lengths, dilation: Lengths, padding: Lengths, stride: Lengths
            ) -> SymbolicTensor:
    counts = counts_of(sizes, kernel, stride, dilation, padding)
    parts = view(x, (x.shape[0], x.shape[1] // prod(kernel), *kernel, *counts))
    return all_overlapped(permute(parts, (0, 1, 4, 2, 5, 3)), sizes, stride, dilation, padding)


@formula("resample_kernel", "averaged_parts")
def _resampled(x: SymbolicTensor, tables: tuple[Any, ...], *_: Any) -> SymbolicTensor:
    for at, (places, weights) in enumerate(tables):
        dim = len(x.shape) - len(tables) + at
        pieces = gather_at(x, dim, places)
        if weights is not None:
            pieces = elementwise(mul, pieces, _with_trailing_unit_dims(weights, len(x.shape) - dim - 1))
        x = total(pieces, dim + 1)
    return x


@formula("unsampled")
def _unsampled(g: SymbolicTensor, tables: tuple[Any, ...], sizes: Lengths, *_: Any) -> SymbolicTensor:
    for at, (places, weights) in enumerate(tables):
        dim = len(g.shape) - len(tables) + at
        share = SymbolicTensor.filled(number(1), places.shape) if weights is None else weights
        spread = elementwise(mul, unsqueeze(g, dim + 1), _with_trailing_unit_dims(share, len(g.shape) - dim - 1))
        g = scatter_at(spread, dim, places, sizes[at])
    return g
