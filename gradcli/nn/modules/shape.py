"""Modules that reshape, pad, resize, shuffle, fold or unfold their input."""

from __future__ import annotations

from typing import Any, ClassVar

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.module import Module


class _ModernModule(Module):
    """A module that 0.1.12 does not have: it prints in the modern style only."""

    _modern_only = True


class Flatten(_ModernModule):
    """Flattens the dimensions from start_dim to end_dim into one."""

    _module_path = "torch.nn.modules.flatten"

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Any) -> Any:
        return traced.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(_ModernModule):
    """Splits dimension `dim` into the sizes unflattened_size."""

    _module_path = "torch.nn.modules.flatten"

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        if not isinstance(unflattened_size, tuple | list):
            raise ArgumentFault("unflattened_size is a tuple of whole numbers", "nn.Unflatten(1, (2, 2))").saying(
                f"unflattened_size must be a tuple of ints, but found type {type_name(unflattened_size)}")
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: Any) -> Any:
        return traced.unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Upsample(_ModernModule):
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


class PixelShuffle(_ModernModule):
    """(*, C r^2, H, W) to (*, C, H r, W r), with r = upscale_factor."""

    _module_path = "torch.nn.modules.pixelshuffle"

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Any) -> Any:
        return traced.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(_ModernModule):
    """(*, C, H r, W r) to (*, C r^2, H, W), with r = downscale_factor."""

    _module_path = "torch.nn.modules.pixelshuffle"

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Any) -> Any:
        return traced.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(_ModernModule):
    """Reorders channels: (groups, C / groups) transposed."""

    _module_path = "torch.nn.modules.channelshuffle"

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Any) -> Any:
        return traced.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(_ModernModule):
    """The windows of images, as columns: (N, C, *spatial) to (N, C prod(kernel_size), L)."""

    _module_path = "torch.nn.modules.fold"

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Any) -> Any:
        return traced.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
                f"stride={self.stride}")


class Fold(_ModernModule):
    """The sum of columns as overlapping windows: (N, C prod(kernel_size), L) to (N, C, *output_size)."""

    _module_path = "torch.nn.modules.fold"

    def __init__(self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0,
                 stride: Any = 1) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Any) -> Any:
        return traced.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
                f"padding={self.padding}, stride={self.stride}")


class _Pad(_ModernModule):
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


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _CircularPad(_Pad):
    def forward(self, input: Any) -> Any:
        dims = input.array.ndim if isinstance(input, Tensor) else None
        if dims is not None and dims not in (self._dims + 1, self._dims + 2):
            raise ValueFault(f"expected {self._dims + 1}D or {self._dims + 2}D input (got {dims}D input)")
        return super().forward(input)


def _pads() -> dict[str, type[Module]]:
    """The padding classes by name, such as "ReflectionPad2d"."""
    kinds: dict[str, tuple[type[_Pad], str, str]] = {
        "ConstantPad": (_ConstantPad, "constant", "a number"), "ZeroPad": (_ZeroPad, "constant", "zeros"),
        "ReflectionPad": (_Pad, "reflect", "its mirror image"),
        "ReplicationPad": (_Pad, "replicate", "the outermost numbers"),
        "CircularPad": (_CircularPad, "circular", "what stands at the other end")}
    return {f"{name}{dims}d": type(f"{name}{dims}d", (base,), {
        "__slots__": (), "_dims": dims, "_mode": mode, "__module__": __name__,
        "__doc__": f"More of {what} at the ends of the last {dims} dimensions."})
        for name, (base, mode, what) in kinds.items() for dims in (1, 2, 3)}


globals().update(_pads())
