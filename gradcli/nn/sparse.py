"""Tables of learnt vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.op import traced
from gradcli.engine.tensor import Tensor
from gradcli.engine.variable import Parameter
from gradcli.engine.writing import writing
from gradcli.errors import ShapeFault, ValueFault
from gradcli.exposure import exposed
from gradcli.nn.init import normal_
from gradcli.nn.linear import count, fresh
from gradcli.nn.module import Module


@exposed("reset_parameters")
class Embedding(Module):
    """For each index its row of `weight`, which is (num_embeddings, embedding_dim)."""

    __slots__ = ()
    _home = "torch.nn.modules.sparse"

    weight: Parameter

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: Any = None, max_norm: Any = None,
                 norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
                 _weight: Any = None, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_embeddings = count(num_embeddings, "num_embeddings", 0)
        self.embedding_dim = count(embedding_dim, "embedding_dim", 0)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueFault("Padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.padding_idx, self.max_norm, self.norm_type = padding_idx, max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if isinstance(_weight, Tensor):
            if _weight.array.shape != (num_embeddings, embedding_dim):
                raise ShapeFault("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight.array, True)
        else:
            self.weight = fresh((num_embeddings, embedding_dim), dtype)
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start again with normal numbers, and zeros for the padding."""
        normal_(self.weight)
        if self.padding_idx is not None:
            writing(self.weight.array)[self.padding_idx] = np.zeros(self.embedding_dim)

    def forward(self, input: Any) -> Any:
        return traced.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                                self.scale_grad_by_freq, self.sparse)

    def extra_repr(self) -> str:
        said = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.padding_idx is not None:
            said += f", padding_idx={self.padding_idx}"
        if self.max_norm is not None:
            said += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            said += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            said += f", scale_grad_by_freq={self.scale_grad_by_freq}"
        return said + (", sparse=True" if self.sparse else "")

    def _era(self) -> str:
        return f"({self.extra_repr()})"
