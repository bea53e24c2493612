"""Formulas of what moves elements: transposition, views, expansion, subscripts."""

from __future__ import annotations

from math import prod
from typing import Any

from gradcli.symbolic.expression import ZERO, Expr, Index, Place, number
from gradcli.symbolic.fold import call, substitute
from gradcli.symbolic.formulas.reductions import reduced_dims
from gradcli.symbolic.formulas.table import NoFormula, formula
from gradcli.symbolic.index_arithmetic import as_place, value_of
from gradcli.symbolic.tensor import SymbolicTensor, axes_of


@formula("t")
def _t(x: SymbolicTensor) -> SymbolicTensor:
    return SymbolicTensor(x.shape[::-1], x.axes[::-1], x.body) if len(x.shape) > 1 else x


@formula("transpose")
def transpose(x: SymbolicTensor, a: int, b: int) -> SymbolicTensor:
    order = list(range(len(x.shape)))
    if order:
        order[a], order[b] = order[b], order[a]
    return permute(x, tuple(order))


@formula("T")
def _reversed(x: SymbolicTensor) -> SymbolicTensor:
    return permute(x, tuple(range(len(x.shape)))[::-1])


@formula("permute")
def permute(x: SymbolicTensor, dims: Any) -> SymbolicTensor:
    return SymbolicTensor(tuple(x.shape[at] for at in dims), tuple(x.axes[at] for at in dims), x.body)


@formula("unsqueeze")
def unsqueeze(x: SymbolicTensor, dim: int) -> SymbolicTensor:
    at = dim % (len(x.shape) + 1)
    return SymbolicTensor((*x.shape[:at], 1, *x.shape[at:]), (*x.axes[:at], None, *x.axes[at:]), x.body)


@formula("squeeze")
def squeeze(x: SymbolicTensor, dim: Any = None) -> SymbolicTensor:
    gone = reduced_dims(dim, len(x.shape))
    keep = [at for at, n in enumerate(x.shape) if n != 1 or at not in gone]
    return SymbolicTensor(tuple(x.shape[at] for at in keep), tuple(x.axes[at] for at in keep), x.body)


@formula("expand")
def _expand(x: SymbolicTensor, size: Any, *_: Any) -> SymbolicTensor:
    return x.expanded(expanded_shape(x.shape, size))


def expanded_shape(shape: tuple[int, ...], size: Any) -> tuple[int, ...]:
    """The shape that `expand` is asked for: -1 is the length that a dimension has."""
    lead = len(size) - len(shape)
    return tuple(shape[at - lead] if n == -1 else n for at, n in enumerate(size))


def view_shape(shape: tuple[int, ...], size: Any) -> tuple[int, ...]:
    """The shape that `view` is asked for: -1 is the length that is left."""
    wanted = tuple(size) if isinstance(size, tuple | list) else (size,)
    rest = prod(n for n in wanted if n != -1)
    return tuple(prod(shape) // rest if n == -1 else n for n in wanted)


@formula("view", "reshape")
def view(x: SymbolicTensor, size: Any = (-1,), *_: Any) -> SymbolicTensor:
    shape = view_shape(x.shape, size)
    if prod(shape) != prod(x.shape):
        raise NoFormula("view")
    if all(index is None for index in x.axes):
        return SymbolicTensor.filled(x.body, shape)
    long = [(n, index) for n, index in zip(x.shape, x.axes, strict=True) if n != 1]
    if [n for n, _ in long] == [n for n in shape if n != 1]:
        left = iter(index for _, index in long)
        return SymbolicTensor(shape, tuple(None if n == 1 else next(left) for n in shape), x.body)
    return regrouped(x, shape)


def regrouped(x: SymbolicTensor, shape: tuple[int, ...]) -> SymbolicTensor:
    """A view that joins or splits dimensions: places by division and remainder, group by group."""
    x = x.fresh()
    axes = list(axes_of(shape))
    places: dict[Index, Place] = {}
    old = new = 0
    while old < len(x.shape) or new < len(shape):
        first_old, first_new = old, new
        have = want = 1
        old, new = old + 1, new + 1
        have, want = prod(x.shape[first_old:old]), prod(shape[first_new:new])
        while have != want:
            if have < want:
                old += 1
            else:
                new += 1
            have, want = prod(x.shape[first_old:old]), prod(shape[first_new:new])
        if all(index is None for index in x.axes[first_old:old]):
            axes[first_new:new] = [None] * len(axes[first_new:new])
            continue
        flat: Expr = ZERO
        for n, index in zip(shape[first_new:new], axes[first_new:new], strict=True):
            flat = flat * number(n) + (ZERO if index is None else value_of(index))
        stride = have
        for n, index in zip(x.shape[first_old:old], x.axes[first_old:old], strict=True):
            stride //= n
            if index is not None:
                places[index] = as_place(call("mod", call("floordiv", flat, number(stride)), number(n)))
    return SymbolicTensor(shape, tuple(axes), substitute(x.body, places))
