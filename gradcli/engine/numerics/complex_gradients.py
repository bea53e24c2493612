"""Gradients of complex numbers, by PyTorch's convention: that of z = x + iy is dL/dx + i dL/dy, where L is real.

The rule of a holomorphic operation is that of real numbers, g f'(z), at the conjugates of the values that it needs; of
a real input the real part of that. Operations whose rules are the gradient as they stand, such as those of abs and
view_as_real, say so by `complex_rules = "own"`, and those without any by `complex_rules = ""`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.op import Op, Rule, raw
from gradcli.engine.tensor.tensor import ComplexTensor, Tensor
from gradcli.faults.mistakes import ComplexDerivative

KEPT_RULES = 1024


def applies(values: Sequence[Any], out: Tensor) -> bool:
    """Whether a call has complex numbers, in its result or in what it was made of."""
    return isinstance(out, ComplexTensor) or any(
        isinstance(v, ComplexTensor) or type(v) is complex
        or type(v) is tuple and any(isinstance(x, ComplexTensor) for x in v) for v in values)


def rules_of(cls: type[Op], edges: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """The edges of a call with complex numbers, with their rules as those of complex numbers; ComplexDerivative for an
    operation that has none."""
    if not cls.complex_rules:
        raise ComplexDerivative(cls.names[0])
    conjugated = cls.complex_rules == "holomorphic"
    return [(parent, rule_of(rule, conjugated, not _is_complex(values, rule)), saved) for parent, rule, saved in edges]


def _is_complex(values: Sequence[Any], rule: Rule) -> bool:
    value = values[rule.at] if rule.item is None else values[rule.at][rule.item]
    return isinstance(value, ComplexTensor)


@lru_cache(KEPT_RULES)
def rule_of(rule: Rule, conjugated: bool, real: bool) -> Rule:
    """The rule of an input of an operation on complex numbers; `real` tells that the input is of real numbers."""
    return Rule(partial(_gradient, rule.grad, conjugated, real), rule.at, rule.needs, rule.many, rule.item, rule.saves)


def _gradient(grad: Callable[..., Any], conjugated: bool, real: bool, F: Any, g: Any, *values: Any) -> Any:
    result = grad(F, g, *[_conjugate(F, value) for value in values] if conjugated else values)
    return F.real(result) if real and _of_complex_type(result) else result


def _conjugate(F: Any, value: Any) -> Any:
    if type(value) is tuple:
        return tuple([_conjugate(F, x) for x in value])
    if type(value) is complex:
        return value.conjugate()
    if not _of_complex_type(value):
        return value
    return np.asarray(np.conjugate(value)) if F is raw else F.conj(value)


def _of_complex_type(value: Any) -> bool:
    return isinstance(value, ComplexTensor) or isinstance(value, ndarray | np.generic) and value.dtype.kind == "c"
