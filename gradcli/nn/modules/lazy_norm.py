"""LazyBatchNorm and LazyInstanceNorm: the first input determines num_features."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import UninitializedBuffer, UninitializedParameter
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules import batchnorm
from gradcli.nn.modules.lazy import _Lazy, lazy_classes


class _LazyNorm(_Lazy):
    def __init__(self, eps: float = 1e-5, momentum: Any = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: DeviceLike = None, dtype: Any = None, *, bias: bool = True) -> None:
        Module.__init__(self)
        self.num_features, self.eps, self.momentum = 0, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, present in (("weight", self.affine), ("bias", self.affine and bias)):
            self.register_parameter(name, UninitializedParameter(dtype=dtype) if present else None)
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, UninitializedBuffer(dtype=dtype) if self.track_running_stats else None)
        self.register_buffer("num_batches_tracked", Tensor(np.array(0)) if self.track_running_stats else None)

    def _infer_sizes(self, shape: tuple[int, ...]) -> None:
        if len(shape) < 2:
            raise ValueFault(f"{type(self).__name__} needs an input with a dimension for its features")
        self.num_features = shape[1]
        for name in ("weight", "bias", "running_mean", "running_var"):
            self._materialize(name, self.num_features)
        layer: Any = self
        layer.reset_running_stats()


globals().update(lazy_classes(__name__, _LazyNorm, {
    name: getattr(batchnorm, name) for kind in ("BatchNorm", "InstanceNorm") for name in (f"{kind}{dims}d" for dims in (
        1, 2, 3))}))
