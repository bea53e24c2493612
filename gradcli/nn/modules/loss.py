"""Losses as modules: each calls an operation with the options it was constructed with."""

from __future__ import annotations

from typing import Any, ClassVar

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.warned import warn
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.distance import PairwiseDistance


class _Loss(Module):
    """A loss operation with the options of its construction and a reduction: "mean", "sum" or "none".

    `size_average` and `reduce` are the older spelling of `reduction`.
    """

    # _operation is called with the attributes that _option_names lists, by keyword.

    _module_path = "torch.nn.modules.loss"
    _operation: ClassVar[str]
    _option_names: ClassVar[tuple[str, ...]] = ()

    reduction: str

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__()
        if isinstance(size_average, Tensor) or isinstance(reduce, Tensor):
            name = type(self).__name__
            raise ArgumentFault(f"nn.{name}() makes a loss function, which is then called with tensors",
                                (f"nn.{name}()(input, target)", "makes it and calls it"))
        if size_average is not None or reduce is not None:
            averaged = size_average is None or size_average
            reduction = "none" if reduce is not None and not reduce else "mean" if averaged else "sum"
            warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
        self.reduction = reduction

    def _buffer(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise ArgumentFault(f"{name} must be a tensor, not {described(value)}", "torch.tensor([1.0, 2.0])").saying(
                f"cannot assign '{type_name(value)}' object to buffer '{name}' (torch Tensor or None required)")
        self.register_buffer(name, value)

    def forward(self, *tensors: Any) -> Any:
        options = {name: getattr(self, name) for name in self._option_names}
        return getattr(traced, self._operation)(*tensors, **options, reduction=self.reduction)


class _PlainLoss(_Loss):
    """Without options of its own."""

    def forward(self, input: Any, target: Any) -> Any:
        return getattr(traced, self._operation)(input, target, reduction=self.reduction)


class L1Loss(_PlainLoss):
    """|input - target|."""

    _operation = "l1_loss"


class MSELoss(_PlainLoss):
    """(input - target)^2."""

    _operation = "mse_loss"


class SoftMarginLoss(_PlainLoss):
    """log(1 + exp(-target input)), for targets 1 and -1."""

    _operation = "soft_margin_loss"


class MultiLabelMarginLoss(_PlainLoss):
    """Margins between the right classes, listed in the target, and all others."""

    _operation = "multilabel_margin_loss"


class _Weighted(_Loss):
    """With weights, for classes or for members of the batch."""

    _option_names: ClassVar[tuple[str, ...]] = ("weight",)
    weight: Any

    def __init__(self, weight: Any = None, size_average: Any = None, reduce: Any = None,
                 reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self._buffer("weight", weight)

    def forward(self, input: Any, target: Any) -> Any:
        return super().forward(input, target)


class BCELoss(_Weighted):
    """-(target log(input) + (1 - target) log(1 - input))."""

    _operation = "binary_cross_entropy"


class MultiLabelSoftMarginLoss(_Weighted):
    """The mean over classes of BCEWithLogitsLoss."""

    _operation = "multilabel_soft_margin_loss"


class BCEWithLogitsLoss(_Weighted):
    """BCELoss of sigmoid(input)."""

    _operation, _option_names = "binary_cross_entropy_with_logits", ("weight", "pos_weight")

    def __init__(self, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
                 pos_weight: Any = None) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self._buffer("pos_weight", pos_weight)


class NLLLoss(_Weighted):
    """-input at the target's class, for log-probabilities."""

    _operation, _option_names = "nll_loss", ("weight", "ignore_index")

    def __init__(self, weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None,
                 reduction: str = "mean") -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index


class NLLLoss2d(NLLLoss):
    """NLLLoss of images, as it was called before NLLLoss took them."""

class CrossEntropyLoss(_Weighted):
    """NLLLoss of log_softmax(input)."""

    _operation, _option_names = "cross_entropy", ("weight", "ignore_index", "label_smoothing")

    def __init__(self, weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None,
                 reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing


class MultiMarginLoss(_Loss):
    """Margins between the right class and every other."""

    _operation, _option_names = "multi_margin_loss", ("p", "margin", "weight")

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None, size_average: Any = None,
                 reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self.p, self.margin = p, margin
        self._buffer("weight", weight)


class KLDivLoss(_Loss):
    """target (log(target) - input), for log-probabilities."""

    _operation, _option_names = "kl_div", ("log_target",)

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
                 log_target: bool = False) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target


class SmoothL1Loss(_Loss):
    """Squared differences below beta, absolute ones above."""

    _operation, _option_names = "smooth_l1_loss", ("beta",)

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
                 beta: float = 1.0) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta


class HuberLoss(_Loss):
    """Squared differences below delta, delta times absolute ones above."""

    _operation, _option_names = "huber_loss", ("delta",)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta


class _Margin(_Loss):
    """With a margin."""

    _option_names = ("margin",)

    def __init__(self, margin: float = 0.0, size_average: Any = None, reduce: Any = None,
                 reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class HingeEmbeddingLoss(_Margin):
    """input where the target is 1, max(0, margin - input) where it is -1."""

    _operation = "hinge_embedding_loss"

    def __init__(self, margin: float = 1.0, size_average: Any = None, reduce: Any = None,
                 reduction: str = "mean") -> None:
        super().__init__(margin, size_average, reduce, reduction)


class MarginRankingLoss(_Margin):
    """max(0, margin - target (input1 - input2))."""

    _operation = "margin_ranking_loss"


class CosineEmbeddingLoss(_Margin):
    """1 - cosine where the target is 1, max(0, cosine - margin) where it is -1."""

    _operation = "cosine_embedding_loss"


class TripletMarginLoss(_Loss):
    """max(0, margin + distance to the positive - distance to the negative)."""

    _operation, _option_names = "triplet_margin_loss", ("margin", "p", "eps", "swap")

    def __init__(self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False,
                 size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueFault(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap


class TripletMarginWithDistanceLoss(_Loss):
    """max(0, margin + distance to the positive - distance to the negative), with a function as the distance."""

    _operation = "triplet_margin_with_distance_loss"
    _option_names = ("distance_function", "margin", "swap")

    def __init__(self, *, distance_function: Any = None, margin: float = 1.0, swap: bool = False,
                 reduction: str = "mean") -> None:
        super().__init__()
        if margin <= 0:
            raise ValueFault(f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} "
                             "instead")
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap, self.reduction = margin, swap, reduction


class PoissonNLLLoss(_Loss):
    """exp(input) - target input, for counts."""

    _operation, _option_names = "poisson_nll_loss", ("log_input", "full", "eps")

    def __init__(self, log_input: bool = True, full: bool = False, size_average: Any = None, eps: float = 1e-8,
                 reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps


class GaussianNLLLoss(_Loss):
    """(log(var) + (input - target)^2 / var) / 2."""

    _operation, _option_names = "gaussian_nll_loss", ("full", "eps")

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__()
        self.full, self.eps, self.reduction = full, eps, reduction


class CTCLoss(_Loss):
    """How unlikely a sequence of labels is, wherever in the input it stands (Graves and others, 2006)."""

    _operation, _option_names = "ctc_loss", ("blank", "zero_infinity")

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.blank, self.reduction, self.zero_infinity = blank, reduction, zero_infinity
