"""Functions of nn.functional that `torch` has as well, some with another order, form or default of arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from gradcli.engine.autograd.op import flat_name, traced
from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault

REDUCTIONS = ("none", "mean", "sum")    # which torch counts
ORDERS = {
    "adaptive_avg_pool1d": "input output_size",
    "alpha_dropout": "input p training",
    "avg_pool1d": "input kernel_size stride padding ceil_mode count_include_pad",
    "binary_cross_entropy_with_logits": "input target weight pos_weight reduction",
    "celu": "input alpha",
    "ctc_loss": "log_probs targets input_lengths target_lengths blank reduction zero_infinity",
    "cosine_embedding_loss": "input1 input2 target margin reduction",
    "dropout": "input p training",
    "embedding": "weight input padding_idx scale_grad_by_freq sparse",
    "feature_alpha_dropout": "input p training",
    "grid_sample": "input grid mode padding_mode align_corners",
    "hinge_embedding_loss": "input target margin reduction",
    "kl_div": "input target reduction log_target",
    "margin_ranking_loss": "input1 input2 target margin reduction",
    "max_pool1d": "input kernel_size stride padding dilation ceil_mode",
    "max_pool2d": "input kernel_size stride padding dilation ceil_mode",
    "max_pool3d": "input kernel_size stride padding dilation ceil_mode",
    "pad": "input pad value",
    "poisson_nll_loss": "input target log_input full eps reduction",
    "rrelu": "input lower upper training",
    "selu": "input",
    "threshold": "input threshold value",
    "triplet_margin_loss": "anchor positive negative margin p eps swap reduction",
}
NAMES = {name: name for name in ORDERS} | {"pad": "constant_pad_nd", "grid_sample": "grid_sampler"}
SPELLINGS = {"train": "training", "indices": "input", "interpolation_mode": "mode", "self": "input"}
WITHOUT_DEFAULTS = {"poisson_nll_loss"}
CHOICES = {"reduction": REDUCTIONS, "mode": ("bilinear", "nearest", "bicubic"),
           "padding_mode": ("zeros", "border", "reflection")}
INPLACE = ("celu", "dropout", "rrelu", "selu", "threshold", "alpha_dropout", "feature_alpha_dropout")


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """These functions by the names they have in torch."""
    return {NAMES[name]: reordered(NAMES[name], name, order.split()) for name, order in ORDERS.items()} | {
        f"{name}_": reordered(f"{name}_", name, ORDERS[name].split(), inplace=True) for name in INPLACE}


def reordered(name: str, full: str, order: list[str], **fixed: Any) -> Callable[..., Any]:
    """The function `nn.functional.<full>` under the name `name`, with positional arguments in `order`."""
    def call(*args: Any, **options: Any) -> Any:
        if len(args) > len(order):
            raise ArgumentFault(f"{name}() takes at most {len(order)} arguments, and was given {len(args)}",
                                notes=(f"it is called {name}({', '.join(order)})",))
        spelled = {SPELLINGS.get(option, option): value for option, value in options.items()}
        for option, value in zip(order, args, strict=False):
            if option in spelled:
                raise ArgumentFault(f"{name}() was given {option} twice")
            spelled[option] = value
        if full in WITHOUT_DEFAULTS and (missing := [f'"{option}"' for option in order if option not in spelled]):
            raise ArgumentFault(f"{name}() missing {len(missing)} required positional argument: {', '.join(missing)}",
                                (f"F.{full}({order[0]}, {order[1]})", "has defaults for them"))
        if "reduction" in order:
            spelled.setdefault("reduction", "none")     # not the mean that nn.functional takes
        for option, choices in CHOICES.items():
            number = spelled.get(option)
            if type(number) is int and 0 <= number < len(choices):
                spelled[option] = choices[number]
        if full == "embedding" and spelled.get("padding_idx") == -1:
            del spelled["padding_idx"]      # here -1 is no row
        return getattr(traced, flat_name(full))(**spelled, **fixed)

    return renamed(call, name)
