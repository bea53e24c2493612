"""AdaptiveLogSoftmaxWithLoss and LinearCrossEntropyLoss: losses that contain linear layers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described, sized
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.source import NamedValue
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.module.container import ModuleList, Sequential
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import Linear, checked_count
from gradcli.nn.modules.loss import _Loss


@exposed("output", "loss")
class ASMoutput(NamedTuple):
    """The log-probability of each target, (batch,), and the mean loss."""

    output: Any
    loss: Any

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "_ASMoutput(", [NamedValue(*field) for field in self._asdict().items()], ")"


@exposed("reset_parameters", "log_prob", "predict")
class AdaptiveLogSoftmaxWithLoss(Module):
    """The likelihood of classes of which few are frequent: rare ones share a place in the head (Grave and others 2017).

    `cutoffs` are the numbers of the classes at which the clusters of ever rarer ones begin.
    """

    _module_path = "torch.nn.modules.adaptive"

    def __init__(self, in_features: int, n_classes: int, cutoffs: Any, div_value: float = 4.0,
                 head_bias: bool = False, device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        if not isinstance(cutoffs, list | tuple):
            raise ArgumentFault(f"cutoffs must be a list of whole numbers, not {described(cutoffs)}", "cutoffs=[2, 5]")
        starts = list(cutoffs)
        if not starts:
            raise ValueFault("cutoffs should be a sequence of length larger than 0")
        if not all(type(c) is int for c in starts) or starts != sorted(set(starts)) or not (
                0 < starts[0] and starts[-1] <= n_classes - 1):
            raise ValueFault("cutoffs should be a sequence of unique, positive integers sorted in an increasing "
                             "order, where each value is between 1 and n_classes-1")
        self.in_features = checked_count(in_features, "in_features")
        self.n_classes = checked_count(n_classes, "n_classes")
        self.cutoffs, self.div_value, self.head_bias = [*starts, n_classes], div_value, head_bias
        self.shortlist_size, self.n_clusters = starts[0], len(starts)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, dtype=dtype)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            between = int(in_features // div_value ** (i + 1))
            self.tail.append(Sequential(Linear(in_features, between, False, dtype=dtype),
                                        Linear(between, high - low, False, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster:
                layer.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> Any:
        input, target, batched = self._fitting(input_, target_)
        least, most = (int(target.array.min()), int(target.array.max())) if target.array.size else (0, 0)
        if least < 0 or most >= self.n_classes:
            raise ShapeFault(f"Target values should be in [0, {self.n_classes - 1}], but values in range [{least}, "
                             f"{most}] were found. ")
        places, output = target, traced.zeros((len(target.array),), dtype=input.dtype)
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            members = traced.nonzero((target >= low) & (target < high))
            if not members.array.size:
                continue
            rows = traced.squeeze(members, 1)
            scores = traced.log_softmax(self.tail[i](traced.index_select(input, 0, rows)), 1)
            in_cluster = traced.unsqueeze(traced.index_select(target, 0, rows) - low, 1)
            output = traced.index_copy(output, 0, rows, traced.squeeze(traced.gather(scores, 1, in_cluster), 1))
            places = traced.index_fill(places, 0, rows, self.shortlist_size + i)
        head = traced.log_softmax(self.head(input), 1)
        output = output + traced.squeeze(traced.gather(head, 1, traced.unsqueeze(places, 1)), 1)
        loss = traced.mean(-output)
        return ASMoutput(output if batched else traced.squeeze(output, 0), loss)

    def _fitting(self, input: Any, target: Any) -> tuple[Any, Any, bool]:
        """Input (batch, features), target (batch,), and whether they had a batch dimension. ShapeFault otherwise."""
        for value, name in ((input, "input"), (target, "target")):
            if not isinstance(value, Tensor):
                raise ArgumentFault(f"the {name} must be a tensor, not {described(value)}")
        dims = target.array.ndim
        if dims > 1:
            raise ShapeFault("0D or 1D target tensor expected, multi-target not supported")
        if dims == 1 and len(input.array) != len(target.array):
            raise ShapeFault("Input and target should have the same size in the batch dimension.")
        if input.array.ndim != dims + 1:
            raise ShapeFault(f"{dims}D target tensor expects {dims + 1}D input tensors, but found inputs with size "
                             f"torch.Size({list(input.array.shape)})")
        return (input, target, True) if dims else (traced.unsqueeze(input, 0), traced.unsqueeze(target, 0), False)

    def log_prob(self, input: Any) -> Any:
        """The log-probabilities of all classes, (batch, n_classes)."""
        head = traced.log_softmax(self.head(input), 1)
        parts = [traced.narrow(head, 1, 0, self.shortlist_size)]
        parts += [traced.log_softmax(cluster(input), 1) + traced.narrow(head, 1, self.shortlist_size + i, 1)
                  for i, cluster in enumerate(self.tail)]
        return traced.cat(parts, 1)

    def predict(self, input: Any) -> Any:
        """The most probable class of each row, (batch,)."""
        best = traced.argmax(self.head(input), 1)
        return traced.where(best >= self.shortlist_size, traced.argmax(self.log_prob(input), 1), best)


class _Options(NamedTuple):
    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None


@exposed(*_Options._fields)
class LinearCrossEntropyOptions(_Options):
    """In how many pieces torch computes a LinearCrossEntropyLoss; here it is computed in one."""

    __slots__ = ()
    _module_path = "torch.nn.modules.linear_cross_entropy_options"

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "LinearCrossEntropyOptions(", [NamedValue(*field) for field in self._asdict().items()], ")"


class LinearCrossEntropyLoss(_Loss):
    """CrossEntropyLoss of the output of a linear layer."""

    _operation = "linear_cross_entropy"

    def __init__(self, in_features: int, num_classes: int, *, out_features: Any = (), bias: bool = False,
                 device: DeviceLike = None, dtype: Any = None, reduction: str = "mean", weight: Any = None,
                 ignore_index: int | None = None, label_smoothing: float = 0.0, options: Any = None) -> None:
        super().__init__()
        if isinstance(weight, Tensor) and weight.array.shape != (num_classes,):
            raise ShapeFault(f"expected weight shape to be {(num_classes,)}, got {sized(weight.array.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise ShapeFault(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        if not isinstance(out_features, tuple | list) or not all(type(n) is int for n in out_features):
            raise ArgumentFault(f"out_features must be a tuple of whole numbers, not {brief(out_features)}")
        self._buffer("weight", weight)
        self.num_classes, self.out_features = checked_count(num_classes, "num_classes"), tuple(out_features)
        self.ignore_index, self.label_smoothing, self.reduction = ignore_index, label_smoothing, reduction
        self.linear = Linear(in_features, math.prod(out_features, start=num_classes), bias, dtype=dtype)
        self.options = options

    def forward(self, input: Any, target: Any) -> Any:
        sizes = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return traced.linear_cross_entropy(
            input, traced.reshape(self.linear.weight, (*sizes, self.linear.in_features)), target,
            linear_bias=None if bias is None else traced.reshape(bias, sizes), weight=self._buffer_dict["weight"],
            reduction=self.reduction, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing)

    def extra_repr(self) -> str:
        options = {"in_features": self.linear.in_features, "num_classes": self.num_classes,
                   "out_features": self.out_features, "bias": self.linear.bias is not None}
        options |= {name: getattr(self, name) for name in ("reduction", "ignore_index", "label_smoothing", "options")}
        return ", ".join(f"{name}={value}" for name, value in options.items())
