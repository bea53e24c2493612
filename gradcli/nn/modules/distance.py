"""CosineSimilarity and PairwiseDistance."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.nn.module.module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between vectors that lie along dim."""

    _module_path = "torch.nn.modules.distance"

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Any, x2: Any) -> Any:
        return traced.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of x1 - x2 + eps over the last dimension."""

    _module_path = "torch.nn.modules.distance"

    _first_use = {"p": "pairwise_distance(): argument 'p' (position 3) must be float, not {type}"}

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        return traced.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
