"""How modules printed in PyTorch 0.1.12, 0.3.0 and 0.4: after the name of the class, by that of PyTorch's own class.

The texts are templates over the attributes of a module. Besides, `extra` is what its `extra_repr` returns, `inplace` is
", inplace" or nothing, `alone` is "inplace" or nothing, and `NAME_each` has a number for each dimension. What is
in no table is younger than that version, and prints as today.
"""

from __future__ import annotations

import re
from typing import Any

from gradcli.faults.source import without_addresses

BLOCK = "block"     # the text of modules without options: their children, one a line
BLOCKS = """
    Module Sequential ModuleList ModuleDict Container DataParallel AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d
    FractionalMaxPool3d LPPool1d LPPool2d MaxUnpool1d MaxUnpool2d MaxUnpool3d PairwiseDistance CosineSimilarity
    ParameterList
    BCELoss BCEWithLogitsLoss CosineEmbeddingLoss CrossEntropyLoss HingeEmbeddingLoss KLDivLoss L1Loss MSELoss
    MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d PoissonNLLLoss
    SmoothL1Loss SoftMarginLoss TripletMarginLoss
"""
OPTIONS = """
    Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Embedding RNN LSTM GRU RNNCell LSTMCell GRUCell
"""
NOTHING = "Sigmoid Tanh LogSigmoid Softsign Tanhshrink Softmin Softmax Softmax2d LogSoftmax"
POOL = "kernel_size={kernel_size}, stride={stride}, padding={padding}"
NORM = "({num_features}, eps={eps}, momentum={momentum}, affine={affine})"


def _each(names: str, text: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), text)


TEXTS: dict[str, str] = {
    **_each(BLOCKS, BLOCK), **_each(OPTIONS, "({extra})"), **_each(NOTHING, " ()"),
    **_each("BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d", NORM),
    **_each("Dropout AlphaDropout", " (p = {p}{inplace})"), **_each("Dropout2d Dropout3d", " (p={p}{inplace})"),
    **_each("ReLU ReLU6", " ({alone})"),
    **_each("AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d", " (output_size={output_size})"),
    **_each("AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d", " (output_size={output_size})"),
    **_each("ReflectionPad1d ReflectionPad2d ReplicationPad1d ReplicationPad2d ReplicationPad3d ConstantPad1d "
            "ConstantPad2d ConstantPad3d ZeroPad2d", " {padding}"),
    "Linear": " ({in_features} -> {out_features})",
    "Bilinear": " (in1_features={in1_features}, in2_features={in2_features}, out_features={out_features})",
    **_each("MaxPool1d MaxPool3d", " (size={kernel_size}, stride={stride}, padding={padding}, dilation={dilation}, "
                                   "ceil_mode={ceil_mode})"),
    "MaxPool2d": " (size={kernel_size_each}, stride={stride_each}{padded}, dilation={dilation_each})",
    "ELU": " (alpha={alpha}{inplace})", "LeakyReLU": " ({negative_slope}{inplace})", "SELU": "{alone_or_none}",
    "RReLU": " ({lower}, {upper}{inplace})", "Threshold": " ({threshold}, {value}{inplace})",
    "Hardtanh": " (min_val={min_val}, max_val={max_val}{inplace})", "PReLU": " ({num_parameters})",
    "Hardshrink": " ({lambd})", "Softshrink": " ({lambd})", "Softplus": " (beta={beta}, threshold={threshold})",
    "GLU": " (dim={dim})", "EmbeddingBag": "({extra})", "PixelShuffle": " (upscale_factor={upscale_factor})",
    "Upsample": "({extra})", **_each("UpsamplingNearest2d UpsamplingBilinear2d", "({extra_but_mode})")}
"""Of 0.1.12; what came in 0.2 as it printed then."""
CHANGED = {
    **_each("Dropout Dropout2d Dropout3d AlphaDropout", "(p={p}{inplace})"),
    **{name: f" {TEXTS[name]}" for name in OPTIONS.split() if name.startswith("Conv")},
    **{name: f"({TEXTS[name].strip()})" for name in TEXTS if name.endswith(("Pad1d", "Pad2d", "Pad3d"))},
    **_each("UpsamplingNearest2d UpsamplingBilinear2d", "({extra})"),
    **_each("MaxPool1d MaxPool3d", f"({POOL}, dilation={{dilation}}, ceil_mode={{ceil_mode}})"),
    **_each("AvgPool1d AvgPool2d AvgPool3d",
            f"({POOL}, ceil_mode={{ceil_mode}}, count_include_pad={{count_include_pad}})"),
    **_each("LPPool1d LPPool2d", "({norm_type}, {kernel_size}, stride={stride}, ceil_mode={ceil_mode})"),
    **_each("MaxUnpool1d MaxUnpool2d MaxUnpool3d", "({extra})"),
    "MaxPool2d": "(kernel_size={kernel_size_each}, stride={stride_each}{padded}, dilation={dilation_each})",
    "Linear": "(in_features={in_features}, out_features={out_features})", "Threshold": TEXTS["Threshold"],
    "PReLU": "(num_parameters={num_parameters})"}
"""Those of 0.3.0 that differ by more than the space before the parenthesis."""
WITHOUT_OPTIONS = {*NOTHING.split(), "PairwiseDistance", "CosineSimilarity"}      # in 0.4
WHOLE = {"Softplus": {"beta": 1.0, "threshold": 20.0}, "Hardtanh": {"min_val": -1.0, "max_val": 1.0},
         "LocalResponseNorm": {"k": 1.0}}
"""Defaults that are floating numbers today, and were whole ones."""


def legacy_text(module: Any, base: type, age: str) -> str | None:
    """The text of a module after the name of its class, which is `base` or derived from it, in a version before 0.4.

    BLOCK where it lists the children; None for what that version had not.
    """
    name = base.__name__
    changed = CHANGED.get(name) if age == "0.3" else None
    template = TEXTS.get(name) if changed is None else changed
    if template is None or template == BLOCK:
        return template
    text = without_addresses(template.format_map(_Attributes(module, name)))
    return text.removeprefix(" ") if age == "0.3" and changed is None else text


def extra_of_04(module: Any, base: type) -> str:
    """The `extra_repr` of a module in PyTorch 0.4."""
    name = base.__name__
    if name in WITHOUT_OPTIONS:
        return ""
    if name == "ZeroPad2d":
        return f"padding={module.padding}, value=0"
    extra = re.sub(r"(^|, )inplace=False", "", module.extra_repr()).replace("inplace=True", "inplace")
    if "Norm" in name:
        extra = re.sub(r", bias=\w+", "", re.sub(r"^\(([\d, ]*?),?\)", r"torch.Size([\1])", extra))
    for option, default in WHOLE.get(name, {}).items():
        extra = extra.replace(f"{option}={default}", f"{option}={default:.0f}")
    return _as_before_10(extra)


def _as_before_10(extra: str) -> str:
    """Options whose texts 1.0 changed: modes in quotes, scales as floating numbers."""
    return re.sub(r"(mode)='(\w+)'", r"\1=\2", re.sub(r"(scale_factor=\d+)\.0\b", r"\1", extra))


class _Attributes(dict[str, Any]):
    """The values of a module that the templates name."""

    def __init__(self, module: Any, name: str) -> None:
        self.module, self.name = module, name

    def __missing__(self, key: str) -> Any:
        module = self.module
        if key == "extra":
            return _as_before_10(module.extra_repr())
        if key == "extra_but_mode":
            return re.sub(r", mode=\w+", "", self["extra"])
        if key in ("inplace", "alone", "alone_or_none"):
            frame = {"inplace": ", inplace", "alone": "inplace", "alone_or_none": " (inplace)"}[key]
            return frame if vars(module).get("inplace") else ""
        if key == "padded":
            padding = self["padding_each"]
            return f", padding={padding}" if any(padding) else ""
        if key.endswith("_each"):
            value = getattr(module, key.removesuffix("_each"))
            return tuple(value) if isinstance(value, tuple | list) else (value,) * module._dims
        value = getattr(module, key)
        default = WHOLE.get(self.name, {}).get(key)
        return int(value) if type(value) is float and value == default else value
