"""Formulas of layers that subtract the mean and divide by the deviation."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import HALF, MINUS_ONE, TWO
from gradcli.symbolic.fold import add, mul, power
from gradcli.symbolic.formulas.reductions import average
from gradcli.symbolic.formulas.table import FORMULAS, formula
from gradcli.symbolic.tensor import SymbolicTensor, elementwise


@formula("standardised", "layer_standardised")
def _standardised(x: SymbolicTensor, weight: Any, bias: Any, shape: Any, axes: Any, eps: Any, *_: Any
                  ) -> tuple[SymbolicTensor, ...]:
    view = FORMULAS["view"]
    grouped = view(x, tuple(shape))
    mean = average(grouped, axes, True)
    centred = elementwise(lambda v, m: v - m, grouped, mean)
    spread = average(elementwise(lambda v: power(v, TWO), centred), axes, True)
    scale = elementwise(lambda v: power(v + exact(eps), mul(MINUS_ONE, HALF)), spread)
    unit = elementwise(mul, centred, scale)
    out = unit if weight is None else elementwise(mul, unit, weight)
    return view(out if bias is None else elementwise(add, out, bias), x.shape), mean, scale, unit


@formula("centred_back")
def _centred_back(g: SymbolicTensor, unit: SymbolicTensor, scale: SymbolicTensor, axes: Any) -> SymbolicTensor:
    means = average(g, axes, True), average(elementwise(mul, g, unit), axes, True)
    return elementwise(lambda v, m, u, p, s: (v - m - u * p) * s, g, means[0], unit, means[1], scale)
