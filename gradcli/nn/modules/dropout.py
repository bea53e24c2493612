"""Dropout modules: while training, zeros with probability p, the rest scaled by 1 / (1 - p)."""

from __future__ import annotations

from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.inplace import store, writable
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module


class Dropout(Module):
    """Zeros elements with probability p while training."""

    _module_path = "torch.nn.modules.dropout"
    _operation: ClassVar[str] = "dropout"
    _first_use = {"p": "'<' not supported between instances of '{type}' and 'int'"}

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not isinstance(p, int | float) or not 0 <= p <= 1:
            raise ValueFault(f"dropout probability has to be between 0 and 1, but got {described(p)}")
        self.p, self.inplace = p, inplace

    def forward(self, input: Any) -> Any:
        if self.inplace and self.training:
            writable(input, self._operation)
            return store(input, getattr(traced, self._operation)(traced.clone(input), self.p, True), self._operation)
        return getattr(traced, self._operation)(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1d(Dropout):
    """Zeros whole channels of (batch, channels, length)."""

    _operation = "dropout1d"


class Dropout2d(Dropout):
    """Zeros whole channels of (batch, channels, height, width)."""

    _operation = "dropout2d"


class Dropout3d(Dropout):
    """Zeros whole channels of (batch, channels, depth, height, width)."""

    _operation = "dropout3d"


class AlphaDropout(Dropout):
    """Dropout that preserves mean and variance behind SELU (Klambauer and others, 2017)."""

    _operation = "alpha_dropout"


class FeatureAlphaDropout(Dropout):
    """AlphaDropout of whole channels."""

    _operation = "feature_alpha_dropout"
