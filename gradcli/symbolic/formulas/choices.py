"""Formulas of what chooses elements by their values: maxima, medians, sorting.

Where the elements stand depends on the point; their places are constants of its formula: numbers, or a tensor of whole
numbers that gets a name. At points with another order the program has another formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from gradcli.engine.tensor.tensor import Tensor
from gradcli.symbolic.expression import ZERO
from gradcli.symbolic.formulas.rearrange import gather, gather_at, narrow, scatter_at
from gradcli.symbolic.formulas.reductions import reduced_dims
from gradcli.symbolic.formulas.shapes import squeeze, unsqueeze, view
from gradcli.symbolic.formulas.subscripts import getitem
from gradcli.symbolic.formulas.table import NoFormula
from gradcli.symbolic.formulas.windows import take_from_planes
from gradcli.symbolic.tensor import SymbolicTensor

Naming = Callable[[np.ndarray], SymbolicTensor]      # the formula of a constant tensor
WITH_PLACES = frozenset({"sort", "topk", "max_dim", "min_dim", "kthvalue", "mode", "median_dim", "cummax", "cummin"})
OF_ALL = frozenset({"max_all", "min_all", "median_all"})
EXTREME = frozenset({"amax", "amin", "aminmax"})
IN_PLANES = frozenset({"max_pool", "adaptive_max", "fractional_max"})
MASKED = frozenset({"masked_select", "masked_scatter"})
CHOICES = WITH_PLACES | OF_ALL | EXTREME | IN_PLANES | MASKED


def chosen(name: str, arguments: dict[str, Any], arrays: dict[str, np.ndarray], outputs: Sequence[Tensor],
           named: Naming) -> list[SymbolicTensor]:
    """The formulas of what an operation chooses of its input.

    arguments   by parameter, symbolic tensors in the place of tensors
    arrays      by parameter, the tensors' numbers
    named       gives a constant tensor its formula
    """
    formula, x = arguments["input"], arrays["input"]
    if name in MASKED:
        return [_masked(formula, arrays["mask"], arguments.get("source"), named)]
    if name in OF_ALL:
        return [_element(formula, x, outputs[0].array)]
    if name in EXTREME:
        return [_extreme(formula, x, output.array, arguments, named) for output in outputs]
    places = named(outputs[1].array)
    if name in IN_PLANES:
        rank = len(arguments["kernel" if "kernel" in arguments else "lengths"])
        return [take_from_planes(formula, places, formula.shape[len(formula.shape) - rank:]), places]
    return [_gathered(formula, arguments["dim"], places), places]


def _masked(formula: SymbolicTensor, mask: np.ndarray, source: SymbolicTensor | None, named: Naming) -> SymbolicTensor:
    """The elements where a mask holds; with `source`, zeros with the elements of that there."""
    shape = np.broadcast_shapes(formula.shape, mask.shape)
    places = np.flatnonzero(np.broadcast_to(mask, shape))
    if not places.size or source is not None and formula.body != ZERO:
        raise NoFormula
    which = named(places)
    if source is None:
        full = formula.expanded(shape)
        return gather_at(view(SymbolicTensor(shape, full.axes, full.body), (-1,)), 0, which)
    values = narrow(view(source, (-1,)), 0, 0, places.size)
    return view(scatter_at(values, 0, which, prod(shape)), shape)


def _element(formula: SymbolicTensor, x: np.ndarray, value: np.ndarray) -> SymbolicTensor:
    """The first element that has a value."""
    places = np.argwhere(x == value)
    if not len(places):
        raise NoFormula("the choice of nan")
    return getitem(formula, tuple(map(int, places[0])))


def _extreme(formula: SymbolicTensor, x: np.ndarray, value: np.ndarray, arguments: dict[str, Any], named: Naming
             ) -> SymbolicTensor:
    dims, keep = reduced_dims(arguments["dim"], x.ndim), arguments["keepdim"]
    if len(dims) == x.ndim:
        element = _element(formula, x, value.reshape(()))
        return SymbolicTensor.filled(element.body, value.shape)
    if len(dims) != 1:
        raise NoFormula("the greatest or least of several dimensions")
    [dim] = dims
    equal = x == (value if keep else np.expand_dims(value, dim))
    return _gathered(formula, dim, named(equal.argmax(dim, keepdims=bool(keep))))


def _gathered(formula: SymbolicTensor, dim: int, places: SymbolicTensor) -> SymbolicTensor:
    """The elements along a dimension at places, which have that dimension or go without it."""
    if not formula.shape:
        return formula
    dim %= len(formula.shape)
    if len(places.shape) == len(formula.shape):
        return gather(formula, dim, places)
    return squeeze(gather(formula, dim, unsqueeze(places, dim)), dim)
