"""LayerNorm, RMSNorm, GroupNorm, LocalResponseNorm, CrossMapLRN2d."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.nn.init import ones_, zeros_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import checked_count, empty_parameter


@exposed("reset_parameters")
class _Scaled(Module):
    """A normalisation with a learnt scale and, unless it was left out, a learnt shift."""

    _module_path = "torch.nn.modules.normalization"

    weight: Any
    bias: Any

    def _add(self, shape: tuple[int, ...], weight: bool, bias: bool | None, dtype: Any) -> None:
        self.register_parameter("weight", empty_parameter(shape, dtype) if weight else None)
        if bias is not None:
            self.register_parameter("bias", empty_parameter(shape, dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the scale to 1 and the shift to 0."""
        if self.weight is not None:
            ones_(self.weight)
        if self.__dict__.get("bias") is not None:
            zeros_(self.bias)


def _shape(value: Any) -> tuple[int, ...]:
    return (value,) if type(value) is int else tuple(value)


class LayerNorm(_Scaled):
    """Normalises over the last dimensions, whose sizes are normalized_shape."""

    def __init__(self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        self.normalized_shape, self.eps, self.elementwise_affine = _shape(normalized_shape), eps, elementwise_affine
        self._add(self.normalized_shape, elementwise_affine, elementwise_affine and bias, dtype)

    def forward(self, input: Any) -> Any:
        return traced.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
                f"bias={self.bias is not None}")


class RMSNorm(_Scaled):
    """x over its root mean square over the last dimensions (Zhang and Sennrich, 2019)."""

    def __init__(self, normalized_shape: Any, eps: Any = None, elementwise_affine: bool = True,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        self.normalized_shape, self.eps, self.elementwise_affine = _shape(normalized_shape), eps, elementwise_affine
        self._add(self.normalized_shape, elementwise_affine, None, dtype)

    def forward(self, input: Any) -> Any:
        return traced.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(_Scaled):
    """Normalises each of num_groups groups of channels (Wu and He, 2018)."""

    _first_use = {"num_groups": "unsupported operand type(s) for %: 'int' and '{type}'",
                  "num_channels": "unsupported operand type(s) for %: '{type}' and 'int'"}

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True,
                 device: DeviceLike = None, dtype: Any = None, *, bias: bool = True) -> None:
        super().__init__()
        if checked_count(num_channels, "num_channels") % checked_count(num_groups, "num_groups"):
            raise ValueFault(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._add((num_channels,), affine, affine and bias, dtype)

    def forward(self, input: Any) -> Any:
        return traced.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
                f"bias={self.bias is not None}")


class LocalResponseNorm(Module):
    """x / (k + alpha * mean of squares over `size` neighbouring channels) ** beta."""

    _first_use = {"size": "unsupported operand type(s) for //: '{type}' and 'int'"}

    _module_path = "torch.nn.modules.normalization"

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Any) -> Any:
        return traced.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(Module):
    """Local response normalisation over neighbouring channels of images."""

    _module_path = "torch.nn.modules.normalization"

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = checked_count(size, "size"), alpha, beta, k

    def forward(self, input: Any) -> Any:
        if not isinstance(input, Tensor) or input.array.ndim != 4:
            raise ShapeFault(f"CrossMapLRN2d: Expected input to be 4D, got {described(input)} instead")
        band = Tensor(self._near(input.array.shape[1]).astype(input.array.dtype))
        squares = traced.einsum("dc,nchw->ndhw", band, traced.square(input))
        return traced.mul(input, (squares * (self.alpha / self.size) + self.k) ** -self.beta)

    def _near(self, channels: int) -> Any:
        """Which channels each sum reads, (channels, channels); as in torch channel 0 never leaves the window."""
        reach = int((self.size - 1) / 2 + 1)
        at, other = np.arange(channels)[:, None], np.arange(channels)
        return (other < at + reach) & ((other > at - reach) | (other == 0))

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
