"""The class names of graph nodes: those of 0.1.12, of 0.3 and 0.4, and of today.

From 0.3 on an operation's node has a number where the operation has several forms, counted by version: with a number or
with a tensor, along a dimension or of all elements. Since 1.6 all have one.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.plain_numbers import BEFORE_04
from gradcli.engine.random.generators import OLDEST, Current

OF_OPERATORS = {f"{name}{form}": f"{name}Backward{number}" for name in ("Add", "Sub", "Mul", "Div", "Pow")
                for number, form in enumerate(("Constant", ""))}
NUMBERED = frozenset({"Sum", "Max", "Min", "Median", "Squeeze", "Fmod", "Remainder", "Scatter"})    # today's numbers
BY_MODERN_NAME = {
    "RsubBackward1": "AddBackward0", "PowBackward2": "PowBackward1", "MeanBackward0": "MeanBackward1",
    "MeanBackward1": "MeanBackward0", "MaximumBackward0": "MaxBackward2", "MinimumBackward0": "MinBackward2",
    "LinalgVectorNormBackward0": "NormBackward0", "MaxPool2DWithIndicesBackward0": "MaxPool2DBackward"}
ONLY_03 = {"ReluBackward0": "ThresholdBackward", "StackBackward0": "CatBackward",
           "NativeBatchNormBackward0": "BatchNormBackward", "ConvolutionBackward0": "ConvNdBackward"}
ONLY_04 = {"NativeBatchNormBackward0": "ThnnBatchNormBackward", "ConvolutionBackward0": "ThnnConv2DBackward"}


def legacy_node_name(node: Any) -> str:
    """The class name of a node in the tutorial's style: that of 0.1.12, or of the version that the program asks for."""
    name: str = node.modern_name
    if Current.age in (OLDEST, "today"):
        legacy: str = node.legacy_class_name
        return legacy
    if "." in name:         # of a program's Function
        return name
    special = (BY_MODERN_NAME | (ONLY_03 if Current.age in BEFORE_04 else ONLY_04)).get(name)
    operator = None if name == "MulBackward0" and "Div" in node.legacy_class_name else OF_OPERATORS.get(
        node.legacy_class_name.rpartition(".")[2])
    bare = name.rstrip("0123456789")
    numbered = bare.removesuffix("Backward") in NUMBERED or name == "MulBackward0"
    return special or operator or (name if numbered else bare)
