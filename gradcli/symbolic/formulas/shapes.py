"""Formulas of what moves elements: transposition, views, expansion, subscripts."""

from __future__ import annotations

from math import prod
from typing import Any

from gradcli.symbolic.expression import ZERO, Expr, Index, IndexValue, Place, number
from gradcli.symbolic.fold import cases, condition, substitute
from gradcli.symbolic.formulas.reductions import reduced_dims
from gradcli.symbolic.formulas.table import NoFormula, formula
from gradcli.symbolic.tensor import SymbolicTensor, axes_of


@formula("t")
def _t(x: SymbolicTensor) -> SymbolicTensor:
    return SymbolicTensor(x.shape[::-1], x.axes[::-1], x.body) if len(x.shape) > 1 else x


@formula("transpose", "swapaxes", "swapdims")
def _transpose(x: SymbolicTensor, a: int, b: int) -> SymbolicTensor:
    order = list(range(len(x.shape)))
    if order:
        order[a], order[b] = order[b], order[a]
    return _permute(x, tuple(order))


@formula("transposed", "mT", "adjoint")
def _transposed(x: SymbolicTensor) -> SymbolicTensor:
    return _transpose(x, -1, -2) if len(x.shape) > 1 else x


@formula("T", "numpy_T")
def _reversed(x: SymbolicTensor) -> SymbolicTensor:
    return _permute(x, tuple(range(len(x.shape)))[::-1])


@formula("permute")
def _permute(x: SymbolicTensor, dims: Any) -> SymbolicTensor:
    return SymbolicTensor(tuple(x.shape[at] for at in dims), tuple(x.axes[at] for at in dims), x.body)


@formula("unsqueeze")
def unsqueeze(x: SymbolicTensor, dim: int) -> SymbolicTensor:
    at = dim % (len(x.shape) + 1)
    return SymbolicTensor((*x.shape[:at], 1, *x.shape[at:]), (*x.axes[:at], None, *x.axes[at:]), x.body)


@formula("squeeze")
def _squeeze(x: SymbolicTensor, dim: Any = None) -> SymbolicTensor:
    gone = reduced_dims(dim, len(x.shape))
    keep = [at for at, n in enumerate(x.shape) if n != 1 or at not in gone]
    return SymbolicTensor(tuple(x.shape[at] for at in keep), tuple(x.axes[at] for at in keep), x.body)


@formula("expand", "broadcast_to")
def _expand(x: SymbolicTensor, size: Any, *_: Any) -> SymbolicTensor:
    lead = len(size) - len(x.shape)
    return x.expanded(tuple(x.shape[at - lead] if n == -1 else n for at, n in enumerate(size)))


@formula("expand_as", "view_as", "reshape_as")
def _like(x: SymbolicTensor, other: SymbolicTensor) -> SymbolicTensor:
    return _expand(x, other.shape) if prod(other.shape) != prod(x.shape) else _view(x, other.shape)


@formula("view", "reshape", "flatten", "ravel", "unflatten")
def _view(x: SymbolicTensor, size: Any = (-1,), *_: Any) -> SymbolicTensor:
    shape = tuple(size) if isinstance(size, tuple | list) else (size,)
    if -1 in shape:
        rest = prod(n for n in shape if n != -1)
        shape = tuple(prod(x.shape) // rest if n == -1 else n for n in shape)
    if prod(shape) != prod(x.shape):
        raise NoFormula("view")
    if all(index is None for index in x.axes):
        return SymbolicTensor.filled(x.body, shape)
    long = [(n, index) for n, index in zip(x.shape, x.axes, strict=True) if n != 1]
    if [n for n, _ in long] == [n for n in shape if n != 1]:
        left = iter(index for _, index in long)
        return SymbolicTensor(shape, tuple(None if n == 1 else next(left) for n in shape), x.body)
    raise NoFormula("view, where it joins or splits dimensions,")


@formula("getitem")
def getitem(x: SymbolicTensor, items: tuple[Any, ...], picks: tuple[Any, ...] = ()) -> SymbolicTensor:
    """The part that whole numbers, slices, None and ... name."""
    if picks:
        raise NoFormula("indexing with a tensor or a list")
    shape: list[int] = []
    axes: list[Index | None] = []
    places: dict[Index, Place] = {}
    x = x.fresh()
    for item, at in _aligned(items, len(x.shape)):
        if item is None:
            shape, axes = [*shape, 1], [*axes, None]
        elif isinstance(item, slice):
            taken = range(x.shape[at])[item]
            index = x.axes[at]
            if index is not None and len(taken) != index.size:
                if len(taken) != 1:
                    raise NoFormula("a slice that leaves out elements")
                places[index], index = taken[0], None
            elif taken and taken.step != 1 and index is not None:
                raise NoFormula("a slice with a step")
            shape, axes = [*shape, len(taken)], [*axes, index]
        else:
            index = x.axes[at]
            if index is not None:
                places[index] = item % x.shape[at]
    return SymbolicTensor(tuple(shape), tuple(axes), substitute(x.body, places))


def _aligned(items: tuple[Any, ...], ndim: int) -> list[tuple[Any, int]]:
    """Each item of a subscript with the dimension it is for, Ellipsis and what is missing filled in with slices."""
    used = sum(item is not None and item is not Ellipsis for item in items)
    whole = [slice(None)] * (ndim - used)
    if Ellipsis in items:
        at = items.index(Ellipsis)
        items = (*items[:at], *whole, *items[at + 1:])
    else:
        items = (*items, *whole)
    pairs, at = [], 0
    for item in items:
        pairs.append((item, at))
        at += item is not None
    return pairs


@formula("select")
def _select(x: SymbolicTensor, dim: int, index: int) -> SymbolicTensor:
    return getitem(x, (slice(None),) * (dim % len(x.shape)) + (index,))


@formula("unindex")
def _unindex(g: SymbolicTensor, items: tuple[Any, ...], picks: tuple[Any, ...], shape: Any) -> SymbolicTensor:
    """The gradient of a subscript: `g` at the places that it took, 0 elsewhere."""
    if picks:
        raise NoFormula("indexing with a tensor or a list")
    axes = list(axes_of(tuple(shape)))
    tests: list[Expr] = []
    g = g.fresh()
    places: dict[Index, Place] = {}
    at_g = 0
    for item, at in _aligned(items, len(shape)):
        if item is None:
            at_g += 1
            continue
        index = axes[at]
        if isinstance(item, slice):
            taken = range(shape[at])[item]
            if index is not None and len(taken) != index.size:
                if len(taken) != 1:
                    raise NoFormula("a slice that leaves out elements")
                tests.append(condition("eq", IndexValue(index), number(taken[0])))
            elif g.axes[at_g] is None:
                axes[at] = None
            elif index is not None:
                places[g.axes[at_g]] = index    # type: ignore[index]  # an Index here
            at_g += 1
        elif index is not None:
            tests.append(condition("eq", IndexValue(index), number(item % shape[at])))
    body = substitute(g.body, places)
    if tests:
        body = cases(((condition("and", *tests), body),), ZERO)
    return SymbolicTensor(tuple(shape), tuple(axes), body)


