"""Embedding and EmbeddingBag."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.nn.init import normal_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import checked_count, empty_parameter


class _Rows(Module):
    """A table whose rows indices name."""

    _module_path = "torch.nn.modules.sparse"
    _first_shape = ("num_embeddings", "embedding_dim")

    weight: Parameter
    padding_idx: Any
    num_embeddings: int
    embedding_dim: int

    def _set_weight(self, weight: Any, dtype: Any) -> None:
        """Take `weight`, (num_embeddings, embedding_dim), as the table; where there is none, a random one."""
        shape = self.num_embeddings, self.embedding_dim
        if isinstance(weight, Tensor):
            if weight.array.shape != shape:
                raise ShapeFault("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(detached_for(weight, "from_pretrained()").array, True)
        else:
            self.weight = empty_parameter(shape, dtype)
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights from the standard normal distribution; the row of padding_idx is zero."""
        normal_(self.weight)
        if self.padding_idx is not None:
            writing(self.weight.array)[self.padding_idx] = np.zeros(self.embedding_dim)


@exposed("reset_parameters", "from_pretrained", class_read=("from_pretrained",))
class Embedding(_Rows):
    """For each index its row of `weight`, which is (num_embeddings, embedding_dim)."""

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: Any = None, max_norm: Any = None,
                 norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
                 _weight: Any = None, device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_embeddings = checked_count(num_embeddings, "num_embeddings", 0, (num_embeddings, embedding_dim))
        self.embedding_dim = checked_count(embedding_dim, "embedding_dim", 0, (num_embeddings, embedding_dim))
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise FailedAssertion("Padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.padding_idx, self.max_norm, self.norm_type = padding_idx, max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self._set_weight(_weight, dtype)

    def forward(self, input: Any) -> Any:
        return traced.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                                self.scale_grad_by_freq, self.sparse)

    def extra_repr(self) -> str:
        options = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.padding_idx is not None:
            options += f", padding_idx={self.padding_idx}"
        if self.max_norm is not None:
            options += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            options += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            options += f", scale_grad_by_freq={self.scale_grad_by_freq}"
        return options + (", sparse=True" if self.sparse else "")

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, padding_idx: Any = None, max_norm: Any = None,
                        norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False) -> Any:
        """An Embedding whose weight is `embeddings`; it does not require grad if `freeze`."""
        module = cls(*table_shape(embeddings), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings)
        module.weight.requires_grad = not freeze
        return module


def table_shape(embeddings: Any) -> tuple[int, int]:
    """num_embeddings and embedding_dim of pretrained `embeddings`. ShapeFault unless they are a matrix."""
    if not isinstance(embeddings, Tensor):
        raise NoTensor(f"from_pretrained() takes a tensor, not {described(embeddings)}",
                       "nn.Embedding.from_pretrained(torch.eye(2))").saying(
            f"'{type_name(embeddings)}' object has no attribute 'dim'")
    if embeddings.array.ndim != 2:
        raise FailedAssertion("Embeddings parameter is expected to be 2-dimensional")
    rows, columns = embeddings.array.shape
    return rows, columns


@exposed("reset_parameters", "from_pretrained", class_read=("from_pretrained",))
class EmbeddingBag(_Rows):
    """For each bag of indices the sum, mean or maximum of the rows of `weight` that they name."""

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: Any = None, norm_type: float = 2.0,
                 scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False, _weight: Any = None,
                 include_last_offset: bool = False, padding_idx: Any = None, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self.num_embeddings = checked_count(num_embeddings, "num_embeddings", 0, (num_embeddings, embedding_dim))
        self.embedding_dim = checked_count(embedding_dim, "embedding_dim", 0, (num_embeddings, embedding_dim))
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        if padding_idx is not None:
            if type(padding_idx) is not int or not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueFault("padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.padding_idx = padding_idx
        self._set_weight(_weight, dtype)
        self.mode, self.sparse, self.include_last_offset = mode, sparse, include_last_offset

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Any:
        return traced.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type,
                                    self.scale_grad_by_freq, self.mode, self.sparse, per_sample_weights,
                                    self.include_last_offset, self.padding_idx)

    def extra_repr(self) -> str:
        options = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, usual in (("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False), ("mode", ...),
                            ("padding_idx", None)):
            value = getattr(self, name)
            options += f", {name}={value!r}" if value != usual else ""
        return options

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, max_norm: Any = None, norm_type: float = 2.0,
                        scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
                        include_last_offset: bool = False, padding_idx: Any = None) -> Any:
        """An EmbeddingBag whose weight is `embeddings`; it does not require grad if `freeze`."""
        module = cls(*table_shape(embeddings), max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings,
                     include_last_offset, padding_idx)
        module.weight.requires_grad = not freeze
        return module
