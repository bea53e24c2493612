"""16-bit floating numbers: stored rounded, computed with as float32, and rounded once, as PyTorch's kernels do.

A plain number that multiplies or divides such a tensor keeps the precision of float32; others are rounded. A gradient
that PyTorch computes in one kernel (`GeluBackward`) is rounded once, too; others step by step, as their formulas go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.op import Op, Rule, raw
from gradcli.engine.tensor.dtypes import HALVES, INEXACT, float16, float32

KEPT_RULES = 1024


def type_of_numbers(cls: type[Op], dtype: Any) -> Any:
    """The type of plain numbers beside tensors of `dtype`."""
    return float32 if cls.opmath_numbers and dtype in HALVES else dtype


def half_of(cls: type[Op], arrays: Sequence[Any]) -> Any:
    """The 16-bit floating type of an operation that is on such numbers alone, and whose result is to be of that type;
    None of others, as of those that are told an element type."""
    half = next((a.dtype for a in arrays if type(a) is ndarray and a.itemsize == 2 and a.dtype in HALVES), None)
    if half is None or half is float16 and not cls.opmath:
        return None
    if any(isinstance(a, np.dtype) for a in arrays):
        return None
    alone = cls.opmath_numbers or all(a.dtype is half for a in arrays if type(a) is ndarray and a.dtype.kind in INEXACT)
    return half if alone else None


def widened(value: Any) -> Any:
    """A value with 16-bit floating numbers as float32."""
    if type(value) in (tuple, list):       # a list: the gradients of several results
        return [widened(x) for x in value] if type(value) is list else tuple([widened(x) for x in value])
    return value.astype(float32) if type(value) is ndarray and value.dtype in HALVES else value


def rounded(value: Any, half: Any) -> Any:
    """A value with float32 numbers as those of the 16-bit type `half`."""
    if type(value) is tuple:
        return tuple([rounded(x, half) for x in value])
    return value.astype(half) if isinstance(value, ndarray | np.generic) and value.dtype == float32 else value


def forward(cls: type[Op], arrays: Sequence[Any], half: Any) -> Any:
    """The result of an operation on 16-bit floating numbers of the type `half`."""
    if cls.check_half is not None:
        cls.check_half(*arrays)
    if not cls.opmath:      # numpy's results of bfloat16 and Python's numbers are float32
        return rounded(cls.forward(*arrays), half)
    result = cls.forward(*[widened(a) for a in arrays])
    count = cls.opmath_outputs
    return (*rounded(result[:count], half), *result[count:]) if count else rounded(result, half)


@lru_cache(KEPT_RULES)
def rule_of(rule: Rule, fused: bool, half: Any) -> Rule:
    """The rule of a gradient of 16-bit floating numbers; `fused` tells that PyTorch computes it in one kernel."""
    return Rule(partial(_gradient, rule.grad, fused, half), rule.at, rule.needs, rule.many, rule.item, rule.saves,
                rule.vanishes)


def _gradient(grad: Callable[..., Any], fused: bool, half: Any, F: Any, g: Any, *values: Any) -> Any:
    if F is raw:
        return rounded(grad(F, widened(g), *map(widened, values)) if fused else grad(F, g, *values), half)
    wide = [_cast(F, v, half, float32) for v in (g, *values)] if fused else [g, *values]
    return _cast(F, grad(F, *wide), float32, half)


def _cast(F: Any, value: Any, source: Any, target: Any) -> Any:
    """A tensor of the type `source` as one of `target`; a recorded call."""
    if type(value) in (tuple, list):
        cast = [_cast(F, x, source, target) for x in value]
        return cast if type(value) is list else tuple(cast)
    return F.cast(value, target) if getattr(getattr(value, "array", None), "dtype", None) is source else value
