"""Conv1d to Conv3d, and ConvTranspose1d to ConvTranspose3d."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.messages.arguments import sizes_message
from gradcli.engine.tensor.device import DeviceLike
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.init import init_weight_and_bias
from gradcli.nn.modules.functional_module import classes_by_rank
from gradcli.nn.modules.linear import Layer, checked_count


def ntuple(value: Any, dims: int, name: str) -> tuple[int, ...]:
    """A number for each of `dims` dimensions: `value` repeated, or its members."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * dims
    if len(values) != dims or not all(type(v) is int for v in values):
        fault = ArgumentFault(f"{name} must be a whole number or {dims} of them, not {described(value)}")
        sizes = name == "kernel_size" and len(values) == dims
        raise fault.saying(sizes_message("empty", "size", "", (1, 1, *values))) if sizes else fault
    return values


class _ConvNd(Layer):
    """The base of convolutions and transposed convolutions."""

    _module_path = "torch.nn.modules.conv"
    _dims: ClassVar[int]
    _transposed: ClassVar[bool] = False
    _first_shape = ("out_channels", "in_channels")
    _min_in_channels: ClassVar[int] = 1      # lazy layers start with 0 input channels

    def _set_options(self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any,
                     dilation: Any, groups: int, bias: bool, dtype: Any, output_padding: Any = 0) -> None:
        checked_count(in_channels, "in_channels", self._min_in_channels)
        for value, name in ((out_channels, "out_channels"), (groups, "groups")):
            checked_count(value, name)
        for value, name in ((in_channels, "in_channels"), (out_channels, "out_channels")):
            if value % groups:
                raise ValueFault(f"{name} must be divisible by groups")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = ntuple(kernel_size, self._dims, "kernel_size")
        self.stride = ntuple(stride, self._dims, "stride")
        self.padding = padding if isinstance(padding, str) else ntuple(padding, self._dims, "padding")
        self.dilation = ntuple(dilation, self._dims, "dilation")
        self.output_padding = ntuple(output_padding, self._dims, "output_padding")
        self._add_parameters(self._weight_shape(), out_channels if bias else None, dtype)

    def _weight_shape(self) -> tuple[int, ...]:
        ends = self.in_channels, self.out_channels // self.groups
        if not self._transposed:
            ends = self.out_channels, self.in_channels // self.groups
        return (*ends, *self.kernel_size)

    def reset_parameters(self) -> None:
        init_weight_and_bias(self.weight, self.bias, self.in_channels * math.prod(self.kernel_size))

    def extra_repr(self) -> str:
        return self._options_repr(", bias=False")

    def _options_repr(self, without_bias: str) -> str:
        zeros, ones = (0,) * self._dims, (1,) * self._dims
        options = (f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}")
        for name, usual in (("padding", zeros), ("dilation", ones), ("output_padding", zeros), ("groups", 1)):
            value = getattr(self, name)
            options += f", {name}={value}" if value != usual else ""
        return options + (without_bias if self.bias is None else "")


class _Convolution(_ConvNd):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
                 dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros",
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueFault("padding_mode must be one of zeros, reflect, replicate, circular").saying(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got "
                f"padding_mode='{brief(padding_mode)}'")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueFault(f"Invalid padding string {brief(padding)!r}, should be one of {{'valid', 'same'}}")
            if padding == "same" and any(s != 1 for s in ntuple(stride, self._dims, "stride")):
                raise ValueFault("padding='same' is not supported for strided convolutions", "padding=1")
        self.padding_mode = padding_mode
        self._set_options(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, dtype)

    def forward(self, input: Any) -> Any:
        padding = self.padding
        if self.padding_mode != "zeros":
            input = traced.pad(input, self._padding_widths(), mode=self.padding_mode)
            padding = (0,) * self._dims
        convolve = getattr(traced, f"conv{self._dims}d")
        return convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _padding_widths(self) -> tuple[int, ...]:
        """The padding as pad() takes it: before and after each dimension, the last one first."""
        if not isinstance(self.padding, str):
            return tuple(p for p in reversed(self.padding) for _ in range(2))
        if self.padding == "valid":
            return (0,) * (2 * self._dims)
        spare = [d * (k - 1) for d, k in zip(reversed(self.dilation), reversed(self.kernel_size), strict=True)]
        return tuple(p for total in spare for p in (total // 2, total - total // 2))

    def _options_repr(self, without_bias: str) -> str:
        padding_mode = f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else ""
        return super()._options_repr(without_bias) + padding_mode


class _ConvTransposeNd(_ConvNd):
    _transposed = True

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
                 output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1,
                 padding_mode: str = "zeros", device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ValueFault(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        if isinstance(padding, str):
            raise ArgumentFault(f"{type(self).__name__} takes its padding as a number")
        self._set_options(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, dtype,
                          output_padding)

    def forward(self, input: Any, output_size: Any = None) -> Any:
        convolve = getattr(traced, f"conv_transpose{self._dims}d")
        extra = self.output_padding if output_size is None else self._output_padding(input, output_size)
        return convolve(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    def _output_padding(self, input: Any, output_size: Any) -> tuple[int, ...]:
        """The output padding that yields `output_size`, (..., *spatial). ValueFault if none does."""
        sizes = tuple(output_size)[-self._dims:]
        padding: Any = self.padding
        smallest = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in zip(
            input.array.shape[-self._dims:], self.stride, padding, self.dilation, self.kernel_size, strict=True)]
        extra = tuple(w - n for w, n in zip(sizes, smallest, strict=False))
        if len(extra) != self._dims or not all(0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            largest = [n + s - 1 for n, s in zip(smallest, self.stride, strict=True)]
            raise ValueFault(f"requested an output size of {sizes}, but valid sizes range from {smallest} to {largest} "
                             f"(for an input of torch.Size({list(input.array.shape[-self._dims:])}))")
        return extra


SPATIAL = {1: "length", 2: "height, width", 3: "depth, height, width"}

globals().update(
    classes_by_rank(__name__, _Convolution, "Conv", {
        dims: f"A convolution of (batch, in_channels, {sizes})." for dims, sizes in SPATIAL.items()})
    | classes_by_rank(__name__, _ConvTransposeNd, "ConvTranspose", {
        dims: f"The transpose of Conv{dims}d: its gradient by the input, as a layer." for dims in SPATIAL}))
