"""Other spellings of calls: other names of options, and the order of factors in 0.1.12 and of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.engine.tensor.tensor import Tensor

ALIASES = {"axis": "dim", "keepdims": "keepdim", "self": "input", "x": "input", "x2": "other", "tensor": "input",
           "k": "diagonal", "value": "alpha", "means": "mean", "dimension": "dim", "sequence": "tensors",
           "seq": "tensors", "split_size": "split_size_or_sections", "dtype": "shape", "size": "shape",
           "axis0": "dim0", "axis1": "dim1", "input": "A", "b": "B", "other": "src", "element": "elements",
           "test_element": "test_elements", "sections": "indices_or_sections", "indices": "indices_or_sections",
           "tensor_indices_or_sections": "indices_or_sections"}


def factors_last(args: Sequence[Any], options: dict[str, Any], tensors_needed: int,
                 factor_names: Sequence[str]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments of a call with factors in front as those of a call with factors by name; others as they are.

    tensors_needed   how many tensors the operation takes
    factor_names     the names of its factors, in the order of a call

    `addcmul(t, 0.5, a, b)` is `addcmul(t, a, b, value=0.5)`; `addmm(0.5, m, 2, a, b)`, or `m.addmm(0.5, 2, a, b)`, is
    `addmm(m, a, b, beta=0.5, alpha=2)`.
    `add(t, 1, 2)`, of a number and its factor, is `add(t, 1, alpha=2)`.
    """
    single = len(factor_names) == 1
    if single and len(args) == 3 and tensors_needed == 2 and all(type(a) in (int, float) for a in args[1:]):
        return args[:2], {factor_names[0]: args[2], **options}
    tensors = [a for a in args if isinstance(a, Tensor)]
    numbers = [a for a in args if type(a) in (int, float)]
    if len(tensors) != tensors_needed or len(tensors) + len(numbers) != len(args) or (
            len(numbers) > len(factor_names)) or not isinstance(args[-1], Tensor) or (
            single and not isinstance(args[0], Tensor)):
        return args, options
    factors = dict(zip(factor_names, numbers, strict=False))
    return (args, options) if factors.keys() & options.keys() else (tensors, options | factors)
