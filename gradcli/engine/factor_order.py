"""The order of arguments in 0.1.12: factors before the tensors that they multiply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.engine.tensor.tensor import Tensor


def factors_last(args: Sequence[Any], options: dict[str, Any], tensors_needed: int,
                 factor_names: Sequence[str]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments of a call with factors in front as those of a call with factors by name; others as they are.

    tensors_needed   how many tensors the operation takes
    factor_names     the names of its factors, in the order of a call

    `addcmul(t, 0.5, a, b)` is `addcmul(t, a, b, value=0.5)`; `addmm(0.5, m, 2, a, b)`, or `m.addmm(0.5, 2, a, b)`, is
    `addmm(m, a, b, beta=0.5, alpha=2)`.
    """
    tensors = [a for a in args if isinstance(a, Tensor)]
    numbers = [a for a in args if type(a) in (int, float)]
    single = len(factor_names) == 1
    if len(tensors) != tensors_needed or len(tensors) + len(numbers) != len(args) or (
            len(numbers) > len(factor_names)) or not isinstance(args[-1], Tensor) or (
            single and not isinstance(args[0], Tensor)):
        return args, options
    factors = dict(zip(factor_names, numbers, strict=False))
    return (args, options) if factors.keys() & options.keys() else (tensors, options | factors)
