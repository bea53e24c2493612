"""Losses as modules: each calls an operation with the options it was constructed with."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.distance import PairwiseDistance
from gradcli.nn.modules.functional_module import define_module


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


REDUCTION = 'reduction: str = "mean"'
REDUCTIONS = f"size_average: Any = None, reduce: Any = None, {REDUCTION}"
_plain_loss = partial(define_module, _PlainLoss, __name__)
L1Loss = _plain_loss("L1Loss", "l1_loss", REDUCTIONS, "|input - target|.")
MSELoss = _plain_loss("MSELoss", "mse_loss", REDUCTIONS, "(input - target)^2.")
SoftMarginLoss = _plain_loss("SoftMarginLoss", "soft_margin_loss", REDUCTIONS,
                             "log(1 + exp(-target input)), for targets 1 and -1.")
MultiLabelMarginLoss = _plain_loss("MultiLabelMarginLoss", "multilabel_margin_loss", REDUCTIONS,
                                   "Margins between the right classes, listed in the target, and all others.")
_loss = partial(define_module, _Loss, __name__)
KLDivLoss = _loss("KLDivLoss", "kl_div", f"{REDUCTIONS}, log_target: bool = False",
                  "target (log(target) - input), for log-probabilities.")
SmoothL1Loss = _loss("SmoothL1Loss", "smooth_l1_loss", f"{REDUCTIONS}, beta: float = 1.0",
                     "Squared differences below beta, absolute ones above.")
HuberLoss = _loss("HuberLoss", "huber_loss", f"{REDUCTION}, delta: float = 1.0",
                  "Squared differences below delta, delta times absolute ones above.")
HingeEmbeddingLoss = _loss("HingeEmbeddingLoss", "hinge_embedding_loss", f"margin: float = 1.0, {REDUCTIONS}",
                           "input where the target is 1, max(0, margin - input) where it is -1.")
MarginRankingLoss = _loss("MarginRankingLoss", "margin_ranking_loss", f"margin: float = 0.0, {REDUCTIONS}",
                          "max(0, margin - target (input1 - input2)).")
CosineEmbeddingLoss = _loss("CosineEmbeddingLoss", "cosine_embedding_loss", f"margin: float = 0.0, {REDUCTIONS}",
                            "1 - cosine where the target is 1, max(0, cosine - margin) where it is -1.")
PoissonNLLLoss = _loss(
    "PoissonNLLLoss", "poisson_nll_loss", "log_input: bool = True, full: bool = False, size_average: Any = None, "
    f"eps: float = 1e-8, reduce: Any = None, {REDUCTION}", "exp(input) - target input, for counts.")
GaussianNLLLoss = _loss(
    "GaussianNLLLoss", "gaussian_nll_loss", f"*, full: bool = False, eps: float = 1e-6, {REDUCTION}",
    "(log(var) + (input - target)^2 / var) / 2.")
CTCLoss = _loss(
    "CTCLoss", "ctc_loss", f"blank: int = 0, {REDUCTION}, zero_infinity: bool = False",
    "How unlikely a sequence of labels is, wherever in the input it stands (Graves and others, 2006).")


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


class BCEWithLogitsLoss(_Weighted):
    """BCELoss of sigmoid(input)."""

    _operation, _option_names = "binary_cross_entropy_with_logits", ("weight", "pos_weight")

    def __init__(self, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
                 pos_weight: Any = None) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self._buffer("pos_weight", pos_weight)


IGNORING = f"weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None, {REDUCTION}"
BCELoss = define_module(
    _Weighted, __name__, "BCELoss", "binary_cross_entropy", f"weight: Any = None, {REDUCTIONS}",
    "-(target log(input) + (1 - target) log(1 - input)).")
MultiLabelSoftMarginLoss = define_module(
    _Weighted, __name__, "MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss",
    f"weight: Any = None, {REDUCTIONS}", "The mean over classes of BCEWithLogitsLoss.")
NLLLoss = define_module(
    _Weighted, __name__, "NLLLoss", "nll_loss", IGNORING, "-input at the target's class, for log-probabilities.")
NLLLoss2d = define_module(
    NLLLoss, __name__, "NLLLoss2d", "nll_loss", IGNORING,
    "NLLLoss of images, as it was called before NLLLoss took them.")
CrossEntropyLoss = define_module(
    _Weighted, __name__, "CrossEntropyLoss", "cross_entropy", f"{IGNORING}, label_smoothing: float = 0.0",
    "NLLLoss of log_softmax(input).")


class MultiMarginLoss(_Loss):
    """Margins between the right class and every other."""

    _operation, _option_names = "multi_margin_loss", ("p", "margin", "weight")

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None, size_average: Any = None,
                 reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self.p, self.margin = p, margin
        self._buffer("weight", weight)


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
