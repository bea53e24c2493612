"""Formulas of what chooses elements by their values: maxima, medians, sorting.

Where the elements stand depends on the point; their places are constants of its formula: numbers, or a tensor of whole
numbers that gets a name. At points with another order the program has another formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.tensor.tensor import Tensor
from gradcli.symbolic.formulas.reductions import reduced_dims
from gradcli.symbolic.formulas.shapes import unsqueeze
from gradcli.symbolic.formulas.subscripts import getitem
from gradcli.symbolic.formulas.table import FORMULAS, NoFormula
from gradcli.symbolic.formulas.windows import taken_from_planes
from gradcli.symbolic.tensor import SymbolicTensor

Naming = Callable[[np.ndarray], SymbolicTensor]      # the formula of a constant tensor
WITH_PLACES = frozenset({"sort", "topk", "max_dim", "min_dim", "kthvalue", "mode", "median_dim", "cummax", "cummin"})
OF_ALL = frozenset({"max_all", "min_all", "median_all"})
EXTREME = frozenset({"amax", "amin", "aminmax"})
IN_PLANES = frozenset({"max_pool", "adaptive_max", "fractional_max"})
CHOICES = WITH_PLACES | OF_ALL | EXTREME | IN_PLANES


def chosen(name: str, arguments: dict[str, Any], x: np.ndarray, outputs: Sequence[Tensor], named: Naming
           ) -> list[SymbolicTensor]:
    """The formulas of what an operation chooses of `x`.

    arguments   by parameter, symbolic tensors in the place of tensors
    named       gives a constant tensor its formula
    """
    formula = arguments["input"]
    if name in OF_ALL:
        return [_element(formula, x, outputs[0].array)]
    if name in EXTREME:
        return [_extreme(formula, x, output.array, arguments, named) for output in outputs]
    places = named(outputs[1].array)
    if name in IN_PLANES:
        rank = len(arguments["kernel" if "kernel" in arguments else "lengths"])
        return [taken_from_planes(formula, places, formula.shape[len(formula.shape) - rank:]), places]
    return [_along(formula, arguments["dim"], places), places]


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
    return _along(formula, dim, named(equal.argmax(dim, keepdims=bool(keep))))


def _along(formula: SymbolicTensor, dim: int, places: SymbolicTensor) -> SymbolicTensor:
    """The elements along a dimension at places, which have that dimension or go without it."""
    if not formula.shape:
        return formula
    dim %= len(formula.shape)
    if len(places.shape) == len(formula.shape):
        result: SymbolicTensor = FORMULAS["gather"](formula, dim, places)
        return result
    result = FORMULAS["gather"](formula, dim, unsqueeze(places, dim))
    return getitem(result, (slice(None),) * dim + (0,))
