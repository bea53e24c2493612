"""Layers that multiply by a matrix."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import REFUSED, Type, described
from gradcli.engine.messages.arguments import sizes_message, type_name
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.dtypes import INEXACT, OF, Default
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.exposure import exposed
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault, IntegerLeaf, ValueFault
from gradcli.nn.init import init_weight_and_bias, uniform_
from gradcli.nn.module.module import Module


def empty_parameter(shape: tuple[int, ...], dtype: Any = None) -> Parameter:
    """A Parameter of this shape, not initialised. A fault unless `dtype` is floating or complex (None: the default)."""
    element_type = Default.floating if dtype is None else Type.take(dtype)
    if element_type is REFUSED:
        raise ArgumentFault(f"parameters are of a floating type, not {described(dtype)}", "dtype=torch.float64").saying(
            f"empty(): argument 'dtype' must be torch.dtype, not {type_name(dtype)}")
    if element_type.kind not in INEXACT:
        raise IntegerLeaf(f"parameters are of a floating type, not {OF[element_type].name}", "dtype=torch.float64"
                          ).saying("Only Tensors of floating point and complex dtype can require gradients")
    odd_size = next((size for size in shape if type(size) not in (int, bool)), None)
    if odd_size is not None:
        raise ArgumentFault(f"sizes are whole numbers, not {described(odd_size)}").saying(
            sizes_message("empty", "size", " (position 1)", shape))
    return Parameter(np.zeros(tuple(map(int, shape)), element_type), True)


def checked_count(value: Any, name: str, least: int = 1, sizes: tuple[Any, ...] = ()) -> int:
    """`value`, if it is a whole number of at least `least`; `name`: its parameter, `sizes`: the shape it is part of."""
    if type(value) not in (int, bool):
        raise ArgumentFault(f"{name} must be a whole number, not {described(value)}")
    if value < least:
        message = f"{name} must be at least {least}, not {value}"
        if sizes and {*map(type, sizes)} == {int}:
            raise UnfitValue(message).saying(
                f"Trying to create tensor with negative dimension {min(sizes)}: {list(sizes)}")
        raise ValueFault(message).saying(
            f"{name} must be greater than zero" if name in ("hidden_size", "num_layers") else
            "groups must be a positive integer" if name == "groups" else message)
    return value


def checked_tensor(value: Any, name: str) -> Tensor:
    """`value`; ArgumentFault unless it is a tensor. `name` is what it is called."""
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"{name} must be a tensor, not {described(value)}")
    return value


@exposed("reset_parameters")
class Layer(Module):
    """A module with a weight and, unless it was left out, a bias."""

    weight: Parameter
    bias: Parameter | None

    def _add_parameters(self, weight: tuple[int, ...], bias: int | None, dtype: Any) -> None:
        self.weight = empty_parameter(weight, dtype)
        self.register_parameter("bias", None if bias is None else empty_parameter((bias,), dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        raise NotImplementedError


class Linear(Layer):
    """x A^T + b, for x of shape (..., in_features)."""

    _module_path = "torch.nn.modules.linear"
    _first_shape = ("out_features", "in_features")

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self.in_features = checked_count(in_features, "in_features", 0, (out_features, in_features))
        self.out_features = checked_count(out_features, "out_features", 0, (out_features, in_features))
        self._add_parameters((out_features, in_features), out_features if bias else None, dtype)

    def reset_parameters(self) -> None:
        init_weight_and_bias(self.weight, self.bias, self.in_features)

    def forward(self, input: Any) -> Any:
        return traced.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Layer):
    """x1^T A x2 + b, with a matrix for each output feature."""

    _module_path = "torch.nn.modules.linear"
    _first_shape = ("out_features", "in1_features", "in2_features")

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        self.in1_features = checked_count(in1_features, "in1_features")
        self.in2_features = checked_count(in2_features, "in2_features", 0)
        self.out_features = checked_count(out_features, "out_features", 0)
        self._add_parameters((out_features, in1_features, in2_features), out_features if bias else None, dtype)

    def reset_parameters(self) -> None:
        bound = 1 / math.sqrt(self.in1_features)
        uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            uniform_(self.bias, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Any:
        return traced.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
                f"out_features={self.out_features}, bias={self.bias is not None}")


class Identity(Module):
    """Returns its input."""

    _module_path = "torch.nn.modules.linear"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input
