"""The order of arguments in 0.1.12: factors before the tensors that they multiply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.engine.tensor.tensor import Tensor


def factors_last(args: Sequence[Any], options: dict[str, Any], positional: int,
                 free: Sequence[str]) -> tuple[Sequence[Any], dict[str, Any]]:
    """A call in that order, in that of today: the names of the factors are `free`, before them stand `positional` more.

    `addcmul(t, 0.5, a, b)` is `addcmul(t, a, b, value=0.5)`; `addmm(0.5, m, 2, a, b)`, or `m.addmm(0.5, 2, a, b)`, is
    `addmm(m, a, b, beta=0.5, alpha=2)`.
    """
    tensors = [a for a in args if isinstance(a, Tensor)]
    numbers = [a for a in args if type(a) in (int, float)]
    if len(tensors) != positional or len(tensors) + len(numbers) != len(args) or len(numbers) > len(free) or (
            not isinstance(args[-1], Tensor)) or (len(free) == 1 and not isinstance(args[0], Tensor)):
        return args, options
    factors = dict(zip(free, numbers, strict=False))
    return (args, options) if factors.keys() & options.keys() else (tensors, options | factors)
