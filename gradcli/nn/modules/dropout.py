"""Dropout modules: while training, zeros with probability p, the rest scaled by 1 / (1 - p)."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.inplace import store, writable
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.functional_module import define_module


class _Dropout(Module):
    _module_path = "torch.nn.modules.dropout"
    _operation: ClassVar[str]
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


_dropout = partial(define_module, _Dropout, __name__, options="p: float = 0.5, inplace: bool = False")
Dropout = _dropout("Dropout", "dropout", text="Zeros elements with probability p while training.")
Dropout1d = _dropout("Dropout1d", "dropout1d", text="Zeros whole channels of (batch, channels, length).")
Dropout2d = _dropout("Dropout2d", "dropout2d", text="Zeros whole channels of (batch, channels, height, width).")
Dropout3d = _dropout("Dropout3d", "dropout3d", text="Zeros whole channels of (batch, channels, depth, height, width).")
AlphaDropout = _dropout("AlphaDropout", "alpha_dropout", text=(
    "Dropout that preserves mean and variance behind SELU (Klambauer and others, 2017)."))
FeatureAlphaDropout = _dropout("FeatureAlphaDropout", "feature_alpha_dropout", text="AlphaDropout of whole channels.")
