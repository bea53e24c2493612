"""Exponentials, logarithms, circular and hyperbolic functions of arrays, as exact as PyTorch's.

numpy's functions of single precision are off by one or two units in the last place, PyTorch's hardly ever: they are
rounded from double precision here, as long as there are few numbers. Of more, numpy's own are several times as fast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import multiply, ndarray, subtract

from gradcli.engine.tensor.dtypes import float32, float64

FEW = 1024


ONE_DOUBLE = np.array(1.0)


def elementary(ufunc: Any) -> Any:
    """The function of a float or complex array, or of a number of numpy's; many results go to `room`."""

    def apply(x: Any, room: ndarray | None = None) -> Any:
        if x.dtype is float32 and x.size <= FEW:
            wide = x.astype(float64)
            if x.ndim:
                return ufunc(wide, wide).astype(float32)
            result = ufunc(wide).astype(float32)
            return result if room is None else np.asarray(result)
        return ufunc(x, room)

    return apply


exp, exp2, expm1 = elementary(np.exp), elementary(np.exp2), elementary(np.expm1)
log, log1p, log2, log10 = elementary(np.log), elementary(np.log1p), elementary(np.log2), elementary(np.log10)
sin, cos, arccos, arctan = elementary(np.sin), elementary(np.cos), elementary(np.arccos), elementary(np.arctan)
tanh, sinh, cosh = elementary(np.tanh), elementary(np.sinh), elementary(np.cosh)
arcsinh, arccosh, arctanh = elementary(np.arcsinh), elementary(np.arccosh), elementary(np.arctanh)


def power(base: Any, exponent: Any) -> Any:
    """np.power(base, exponent)."""
    if base.dtype is float32 and exponent.dtype is float32 and base.size <= FEW and exponent.size <= FEW:
        return np.power(base.astype(float64), exponent.astype(float64)).astype(float32)
    return np.power(base, exponent)


def one_minus_square(x: Any) -> Any:
    """1 - x * x, rounded once in single precision of few numbers, as processors do it."""
    if x.dtype is float32 and x.size <= FEW:
        wide = x.astype(float64)
        if not x.ndim:
            return np.subtract(ONE_DOUBLE, wide * wide).astype(float32)
        multiply(wide, wide, wide)
        return subtract(ONE_DOUBLE, wide, wide).astype(float32)
    return 1 - x * x
