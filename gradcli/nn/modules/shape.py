"""Modules that reshape, pad, resize, shuffle, fold or unfold their input."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.functional_module import FunctionalModule, classes_by_rank, define_module

_shape_module = partial(define_module, FunctionalModule, __name__)
Flatten = _shape_module(
    "Flatten", "flatten", "start_dim: int = 1, end_dim: int = -1",
    "Flattens the dimensions from start_dim to end_dim into one.", _module_path="torch.nn.modules.flatten")
PixelShuffle = _shape_module(
    "PixelShuffle", "pixel_shuffle", "upscale_factor: int",
    "(*, C r^2, H, W) to (*, C, H r, W r), with r = upscale_factor.", _module_path="torch.nn.modules.pixelshuffle")
PixelUnshuffle = _shape_module(
    "PixelUnshuffle", "pixel_unshuffle", "downscale_factor: int",
    "(*, C, H r, W r) to (*, C r^2, H, W), with r = downscale_factor.", _module_path="torch.nn.modules.pixelshuffle")
ChannelShuffle = _shape_module(
    "ChannelShuffle", "channel_shuffle", "groups: int", "Reorders channels: (groups, C / groups) transposed.",
    _module_path="torch.nn.modules.channelshuffle")
Unfold = _shape_module(
    "Unfold", "unfold", "kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1",
    "The windows of images, as columns: (N, C, *spatial) to (N, C prod(kernel_size), L).",
    _module_path="torch.nn.modules.fold")
Fold = _shape_module(
    "Fold", "fold", "output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1",
    "The sum of columns as overlapping windows: (N, C prod(kernel_size), L) to (N, C, *output_size).",
    _module_path="torch.nn.modules.fold")


class Unflatten(FunctionalModule):
    """Splits dimension `dim` into the sizes unflattened_size."""

    _module_path = "torch.nn.modules.flatten"
    _operation, _option_names = "unflatten", ("dim", "unflattened_size")

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        if not isinstance(unflattened_size, tuple | list):
            raise ArgumentFault("unflattened_size is a tuple of whole numbers", "nn.Unflatten(1, (2, 2))").saying(
                f"unflattened_size must be a tuple of ints, but found type {type_name(unflattened_size)}")
        position = next((at for at, size in enumerate(unflattened_size) if type(size) is not int), None)
        if position is not None:
            raise ArgumentFault("unflattened_size is a tuple of whole numbers", "nn.Unflatten(1, (2, 2))").saying(
                "unflattened_size must be tuple of ints, but found element of type "
                f"{type_name(unflattened_size[position])} at pos {position}")
        self.dim, self.unflattened_size = dim, unflattened_size


class Upsample(FunctionalModule):
    """Interpolates to `size`, or by scale_factor."""

    _module_path = "torch.nn.modules.upsampling"

    def __init__(self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None,
                 recompute_scale_factor: Any = None) -> None:
        super().__init__()
        self.size, self.mode, self.align_corners = size, mode, align_corners
        self.scale_factor = tuple(float(f) for f in scale_factor) if isinstance(scale_factor, tuple) else (
            float(scale_factor) if scale_factor else None)
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Any) -> Any:
        return traced.interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners,
                                  self.recompute_scale_factor)

    def extra_repr(self) -> str:
        by = f"scale_factor={self.scale_factor!r}" if self.scale_factor is not None else f"size={self.size!r}"
        return f"{by}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Nearest-neighbour interpolation of images."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """Bilinear interpolation of images, with aligned corners."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, "bilinear", True)


class _Pad(FunctionalModule):
    """A padding of the last `_dims` dimensions."""

    _module_path = "torch.nn.modules.padding"
    _dims: ClassVar[int]
    _mode: ClassVar[str]

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self._dims) if type(padding) is int else tuple(padding)

    def forward(self, input: Any) -> Any:
        return traced.pad(input, self.padding, mode=self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Any:
        return traced.pad(input, self.padding, mode="constant", value=self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


def _pad_zeros(self: Any, padding: Any) -> None:
    _ConstantPad.__init__(self, padding, 0.0)


class _CircularPad(_Pad):
    def forward(self, input: Any) -> Any:
        dims = input.array.ndim if isinstance(input, Tensor) else None
        if dims is not None and dims not in (self._dims + 1, self._dims + 2):
            raise ValueFault(f"expected {self._dims + 1}D or {self._dims + 2}D input (got {dims}D input)")
        return super().forward(input)


def _pads() -> dict[str, type[Module]]:
    """The padding classes by name, such as "ReflectionPad2d"."""
    kinds: dict[str, tuple[type[_Pad], str, str]] = {
        "ConstantPad": (_ConstantPad, "constant", "a number"),
        "ReflectionPad": (_Pad, "reflect", "its mirror image"),
        "ReplicationPad": (_Pad, "replicate", "the outermost numbers"),
        "CircularPad": (_CircularPad, "circular", "what stands at the other end")}
    classes: dict[str, type[Module]] = {}
    for name, (base, mode, filling) in kinds.items():
        classes |= classes_by_rank(__name__, base, name, {
            dims: f"More of {filling} at the ends of the last {dims} dimensions." for dims in (1, 2, 3)}, _mode=mode)
    for dims in (1, 2, 3):
        classes |= classes_by_rank(__name__, classes[f"ConstantPad{dims}d"], "ZeroPad", {
            dims: f"More of zeros at the ends of the last {dims} dimensions."}, __init__=_pad_zeros,
            extra_repr=_Pad.extra_repr)
    return classes


globals().update(_pads())
