"""BatchNorm1d to 3d, InstanceNorm1d to 3d, SyncBatchNorm."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.inplace import rewriting
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.init import legacy, ones_, uniform_, zeros_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import checked_count, empty_parameter


@exposed("reset_parameters", "reset_running_stats")
class _NormBase(Module):
    """A learnt scale and shift for each feature, and running mean and variance."""

    _module_path = "torch.nn.modules.batchnorm"
    _first_shape = ("num_features",)
    _input_dims: ClassVar[tuple[int, ...]]

    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: Any = 0.1, affine: bool = True,
                 track_running_stats: bool = True, device: DeviceLike = None, dtype: Any = None, *,
                 bias: bool = True) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = checked_count(num_features, "num_features", 0), eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, present in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(name, empty_parameter((num_features,), dtype) if present else None)
        zeros = empty_parameter((num_features,), dtype).array
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, Tensor(np.zeros_like(zeros)) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", Tensor(np.array(0)) if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running mean to 0, the running variance to 1, and the count of batches to 0."""
        if self.track_running_stats:
            for buffer, value in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
                rewriting(buffer, "reset_running_stats")[...] = value

    def reset_parameters(self) -> None:
        """Set the scale to 1, in 0.1.12 to uniform numbers from 0 to 1, the shift to 0, and the running statistics."""
        self.reset_running_stats()
        if self.affine:
            uniform_(self.weight) if legacy() else ones_(self.weight)
            if self.bias is not None:
                zeros_(self.bias)

    def _check_dims(self, input: Any) -> None:
        if not isinstance(input, Tensor):
            raise ArgumentFault(f"{type(self).__name__} needs a tensor, not {described(input)}")
        if input.array.ndim not in self._input_dims:
            expected = " or ".join(f"{n}D" for n in self._input_dims)
            raise ValueFault(f"expected {expected} input (got {input.array.ndim}D input)")

    def extra_repr(self) -> str:
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}")


class _BatchNorm(_NormBase):
    def forward(self, input: Any) -> Any:
        self._check_dims(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            batches = rewriting(self.num_batches_tracked, "batch_norm")
            np.add(batches, 1, batches)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked.array)
        use_batch_stats = self.training or self.running_mean is None
        use_running_stats = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if use_running_stats else (None, None)
        return traced.batch_norm(input, mean, variance, self.weight, self.bias, use_batch_stats, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """Each feature of (batch, features) or (batch, features, length), over the batch."""

    _input_dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Each channel of (batch, channels, height, width), over the batch and all places."""

    _input_dims = (4,)


class BatchNorm3d(_BatchNorm):
    """Each channel of (batch, channels, depth, height, width), over the batch and all places."""

    _input_dims = (5,)


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation over several processes, of which there is one: it is for graphics cards, and evaluation."""

    _input_dims = (2, 3, 4, 5)

    def forward(self, input: Any) -> Any:
        if self.training:
            raise ValueFault("SyncBatchNorm expected input tensor to be on GPU", "nn.BatchNorm2d(3)")
        return super().forward(input)


class _InstanceNorm(_NormBase):
    _module_path = "torch.nn.modules.instancenorm"

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: DeviceLike = None, dtype: Any = None, *,
                 bias: bool = True) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Any) -> Any:
        self._check_dims(input)
        unbatched = input.array.ndim == self._input_dims[0]
        output = traced.instance_norm(traced.unsqueeze(input, 0) if unbatched else input, self.running_mean,
                                      self.running_var, self.weight, self.bias,
                                      self.training or not self.track_running_stats, self.momentum, self.eps)
        return traced.squeeze(output, 0) if unbatched else output


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each member of (batch, channels, length)."""

    _input_dims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each member of (batch, channels, height, width)."""

    _input_dims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Each channel of each member of (batch, channels, depth, height, width)."""

    _input_dims = (4, 5)
