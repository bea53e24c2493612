"""The numbers that functions under `vmap` read of tensors: the same for every slice, or refused as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms.levels import Level
from gradcli.engine.transforms.stack import Transforms
from gradcli.faults.tree import GradFault

READS = frozenset({".item()", ".tolist()", ".numpy()", "bool()", "int()", "float()", "complex()", "format()"})
READ_REPAIR = ("torch.where(c, a, b)", "a choice that is made for every slice")


class SliceReads:
    """The plain numbers that the slices of one call of `vmap` read of their tensors; a fault if they differ.

    PyTorch runs one function for all slices, so that a number of one slice can be neither read nor branched on.
    """

    MOST = 1 << 16      # how many are compared

    def __init__(self, around: Callable[[str, Any], None] | None) -> None:
        self.around = around        # the reader of the call of `vmap` that this one is in
        self.first: list[Any] = []
        self.at = self.slice = 0

    def begin(self, at: int) -> None:
        """Begin with a slice, by its number."""
        self.at, self.slice = 0, at
        if not at:
            self.first.clear()

    def __call__(self, cause: str, value: Any) -> None:
        if self.around is not None:
            self.around(cause, value)
        if cause not in READS:
            return
        if isinstance(value, Tensor):
            value = value.array.copy()
        at, self.at = self.at, self.at + 1
        if not self.slice:
            self.first += [value] * (at < self.MOST)
        elif at < len(self.first) and not np.array_equal(value, self.first[at], equal_nan=type(value) is not bool):
            raise GradFault(_refused_read(cause, value), READ_REPAIR)


def _refused_read(cause: str, value: Any) -> str:
    """PyTorch's words for what a function under vmap reads of a tensor."""
    if cause in (".tolist()", ".numpy()"):
        return "Cannot access data pointer of Tensor that doesn't have storage"
    if Transforms.stack and isinstance(Transforms.stack[-1], Level):
        return ("vmap: It looks like you're either (1) calling .item() on a Tensor or (2) attempting to use a Tensor "
                "in some data-dependent control flow or (3) encountering this error in PyTorch internals. For (1): we "
                "don't support vmap over calling .item() on a Tensor, please try to rewrite what you're doing with "
                "other operations. For (2): we don't support data-dependent control flow in vmap yet, please file an "
                "issue at https://github.com/pytorch/pytorch/issues . For (3): please file an issue.")
    if cause == "bool()":
        return ("vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
                "support that yet, please file an issue at https://github.com/pytorch/pytorch/issues .")
    return ("vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
            "Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere "
            "inside PyTorch internals, please file a bug report.")
