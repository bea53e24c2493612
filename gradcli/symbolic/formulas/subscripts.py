"""Formulas of subscripts: whole numbers, slices, None, ..., and tensors of whole numbers."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.expression import ZERO
from gradcli.symbolic.formulas.rearrange import gather_at, put_range, scatter_at, take_range
from gradcli.symbolic.formulas.shapes import squeeze, unsqueeze
from gradcli.symbolic.formulas.table import NoFormula, formula
from gradcli.symbolic.tensor import SymbolicTensor


@formula("getitem")
def getitem(x: SymbolicTensor, items: tuple[Any, ...], picks: tuple[Any, ...] = ()) -> SymbolicTensor:
    """The part that a subscript names: what whole numbers, slices, None and ... take, and of that what tensors pick."""
    at = 0
    for item, _ in _aligned(items, len(x.shape)):
        if item is None:
            x = unsqueeze(x, at)
        elif isinstance(item, slice):
            selection = range(x.shape[at])[item]
            if selection != range(x.shape[at]):
                x = take_range(x, at, selection)
        else:
            place = item % x.shape[at]
            x = squeeze(take_range(x, at, range(place, place + 1)), at)
            at -= 1
        at += 1
    dim, which = _pick(picks)
    return x if which is None else gather_at(x, dim, which)


def _pick(picks: tuple[Any, ...]) -> tuple[int, SymbolicTensor | None]:
    """The dimension along which a tensor of whole numbers picks elements, and that tensor."""
    tensors = [(at, pick) for at, pick in enumerate(picks) if isinstance(pick, SymbolicTensor)]
    if not picks:
        return 0, None
    if len(tensors) != 1 or any(pick != slice(None) for pick in picks if not isinstance(pick, SymbolicTensor)):
        raise NoFormula("indexing with several tensors")
    return tensors[0]


def _aligned(items: tuple[Any, ...], ndim: int) -> list[tuple[Any, int]]:
    """Each item of a subscript with the dimension it is for, Ellipsis and what is missing filled in with slices."""
    used = sum(item is not None and item is not Ellipsis for item in items)
    slices = [slice(None)] * (ndim - used)
    if Ellipsis in items:
        at = items.index(Ellipsis)
        items = (*items[:at], *slices, *items[at + 1:])
    else:
        items = (*items, *slices)
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
    if 0 in g.shape:
        return SymbolicTensor.filled(ZERO, tuple(shape))
    pairs = _aligned(items, len(shape))
    dim, which = _pick(picks)
    if which is not None:
        lengths = [1 if item is None else len(range(shape[at])[item]) for item, at in pairs
                   if item is None or isinstance(item, slice)]
        g = scatter_at(g, dim, which, lengths[dim])
    at = 0
    for item, old in pairs:
        if item is None:
            g = squeeze(g, at)
            continue
        if isinstance(item, slice):
            selection = range(shape[old])[item]
            if selection != range(shape[old]):
                g = put_range(g, at, selection, shape[old])
        else:
            place = item % shape[old]
            g = unsqueeze(g, at)
            if shape[old] != 1:
                g = put_range(g, at, range(place, place + 1), shape[old])
        at += 1
    return g
