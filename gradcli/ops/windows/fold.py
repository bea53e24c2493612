"""Windows as columns, and channels as places."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Int, Ints, Plain
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, Functional
from gradcli.ops.windows.convolution_arrays import columns
from gradcli.ops.windows.sliding import check_positive, crop, overlapped, per_dimension, window_counts
from gradcli.ops.windows.small_windows import spread_columns_of_few

GRID = [[[[1.0, -2.0, 3.0], [0.5, 5.0, -6.0], [0.2, 1.0, 4.0]]]]
COLUMNS = [[[1.0, -2.0, 3.0, 0.1], [0.5, 5.0, -6.0, 0.2], [0.2, 1.0, 4.0, 0.3], [0.7, 1.5, 2.0, 0.4]]]
FOUR = [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[7.0, 8.0]]]]


def fold_options(name, kernel_size, dilation, padding, stride):
    """The four options of fold and unfold as pairs."""
    kernel, dilation, padding, stride = (per_dimension(v, 2, name, w) for v, w in (
        (kernel_size, "kernel_size"), (dilation, "dilation"), (padding, "padding"), (stride, "stride")))
    check_positive(name, kernel_size=kernel, dilation=dilation, stride=stride)
    return kernel, dilation, padding, stride


class Unfold(ComplexOp):
    """unfold(input, kernel_size, dilation, padding, stride): the windows of the last two dimensions as columns."""

    home = "nn.functional"
    samples = [(GRID, 2), (GRID, 2, 2), (GRID, 2, 1, 1), (GRID, (2, 1), 1, 0, 2), (GRID[0], 2)]
    errors = [(GRID, 5), ([1.0], 1), (GRID, 2, 0)]

    def compose(F, input, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0, stride: Ints = 1):
        kernel, dilation, padding, stride = fold_options("unfold", kernel_size, dilation, padding, stride)
        if len(input.shape) not in (3, 4):
            for at in (1, 2):
                axis(at, len(input.shape))
            raise ShapeFault(f"Expected 3D or 4D (batch mode) tensor for input with possibly 0 batch size, but got: "
                             f"{list(input.shape)}")
        padded = [n + 2 * p for n, p in zip(input.shape[-2:], padding, strict=True)]
        count = window_counts(padded, kernel, stride, dilation)
        if min(count) < 1:
            raise ShapeFault(f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, "
                             f"dilation={dilation}, padding={padding}, calculated shape of the array of sliding blocks "
                             f"as {count}, but its components must be at least one.")
        return F.im2col(input, kernel, dilation, padding, stride)


class Im2col(ComplexKernel):
    """im2col(input, kernel, dilation, padding, stride): windows as columns, of one plane of channels or of several."""

    modern_names = "Im2ColBackward0"
    samples = [(GRID, (2, 2), (1, 1), (0, 0), (1, 1)), (GRID, (2, 1), (2, 1), (1, 0), (1, 2))]
    errors = [("text", (2, 2), (1, 1), (0, 0), (1, 1))]

    def forward(input: Array, kernel: Plain, dilation: Plain, padding: Plain, stride: Plain):
        if input.ndim == 3:
            return Im2col.forward(input[None], kernel, dilation, padding, stride)[0]
        blocks = columns(input, kernel, stride, padding, dilation, 1)[:, 0]
        return blocks.copy() if np.may_share_memory(blocks, input) else blocks

    def grad_input(F, g, kernel, dilation, padding, stride, input_shape):
        return F.col2im(g, tuple(input_shape[-2:]), kernel, dilation, padding, stride)


class Fold(Functional):
    """fold(input, output_size, kernel_size, dilation, padding, stride): columns put back as windows, added up where
    they overlap."""

    samples = [(COLUMNS, 3, 2), (COLUMNS, (4, 4), 2, 2), (COLUMNS, 2, 2, 2, 1, 1), (COLUMNS, 4, 2, 1, 0, 2),
               (COLUMNS[0], 3, 2),
               (COLUMNS, 2, 2, 1, 1, 2)]
    errors = [(COLUMNS, 5, 2), ([1.0], 1, 1), (COLUMNS, 3, 3)]

    def compose(F, input, output_size: Ints, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0,
                stride: Ints = 1):
        kernel, dilation, padding, stride = fold_options("fold", kernel_size, dilation, padding, stride)
        lengths = per_dimension(output_size, 2, "fold", "output_size")
        if len(input.shape) not in (2, 3):
            raise ShapeFault("Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero "
                             f"dimensions for input, but got: {list(input.shape)}")
        if input.shape[-2] % (kernel[0] * kernel[1]):
            raise ShapeFault("Expected size of input's dimension 1 to be divisible by the product of kernel_size, but "
                             f"got input.size(1)={input.shape[-2]} and kernel_size={tuple(kernel)}.")
        count = window_counts([n + 2 * p for n, p in zip(lengths, padding, strict=True)], kernel, stride, dilation)
        if min(count) < 1 or count[0] * count[1] != input.shape[-1]:
            raise ShapeFault(f"Given output_size={list(lengths)}, kernel_size={list(kernel)}, expected size of input's "
                             f"dimension 2 to match the calculated number of sliding blocks {count[0]} * {count[1]}, "
                             f"but got {input.shape[-1]}")
        return F.col2im(input, lengths, kernel, dilation, padding, stride)


class Col2im(ComplexKernel):
    """col2im(input, lengths, kernel, dilation, padding, stride): columns as windows in a plane of `lengths`, added."""

    modern_names = "Col2ImBackward0"
    samples = [(COLUMNS, (3, 3), (2, 2), (1, 1), (0, 0), (1, 1))]
    errors = [("text", (3, 3), (2, 2), (1, 1), (0, 0), (1, 1))]

    def forward(input: Array, lengths: Plain, kernel: Plain, dilation: Plain, padding: Plain, stride: Plain):
        if input.ndim == 2:
            return Col2im.forward(input[None], lengths, kernel, dilation, padding, stride)[0]
        padded = tuple(n + 2 * p for n, p in zip(lengths, padding, strict=True))
        count = window_counts(padded, kernel, stride, dilation)
        channels = input.shape[1] // math.prod(kernel)
        planes = spread_columns_of_few(input[:, None], channels, padded, kernel, stride, dilation, count)
        if planes is not None:
            return np.ascontiguousarray(crop(planes, padding, padding))
        windows = input.reshape(input.shape[0], channels, *kernel, *count).transpose(0, 1, 4, 5, 2, 3)
        return np.ascontiguousarray(crop(overlapped(windows, padded, kernel, stride, dilation), padding, padding))

    def grad_input(F, g, kernel, dilation, padding, stride):
        return F.im2col(g, kernel, dilation, padding, stride)


class PixelShuffle(ComplexOp):
    """pixel_shuffle(input, upscale_factor): channels dealt out as places, each place becoming a square of them."""

    one_call = "named"
    names = ("pixel_shuffle", "nn.functional.pixel_shuffle")
    method = False
    samples = [(FOUR, 2), (FOUR[0], 2)]
    errors = [(FOUR, 3), (FOUR, 0), ([1.0], 1)]

    def compose(F, input, upscale_factor: Int):
        r = upscale_factor
        if r <= 0 or len(input.shape) < 3 or input.shape[-3] % (r * r):
            raise ShapeFault(
                f"pixel_shuffle expects a positive upscale_factor, but got {r}" if r <= 0 and len(input.shape) > 2 else
                f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {len(input.shape)} "
                "dimension(s)" if len(input.shape) < 3 else
                "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
                f"upscale_factor, but input.size(-3)={input.shape[-3]} is not divisible by {r * r}")
        *lead, c, h, w = input.shape
        k = len(lead)
        split = F.reshape(input, (*lead, c // (r * r), r, r, h, w))
        moved = F.permute(split, (*range(k), k, k + 3, k + 1, k + 4, k + 2))
        return F.renamed(F.reshape(moved, (*lead, c // (r * r), h * r, w * r)), "PixelShuffleBackward0")


class PixelUnshuffle(ComplexOp):
    """pixel_unshuffle(input, downscale_factor): squares of places gathered as channels."""

    one_call = "named"
    names = ("pixel_unshuffle", "nn.functional.pixel_unshuffle")
    method = False
    samples = [([[[[1.0, 2.0], [3.0, 4.0]]]], 2)]
    errors = [(FOUR, 3), (FOUR, 0), ([1.0], 1)]

    def compose(F, input, downscale_factor: Int):
        r = downscale_factor
        if r <= 0 or len(input.shape) < 3 or input.shape[-1] % r or input.shape[-2] % r:
            raise ShapeFault(
                f"pixel_unshuffle expects a positive downscale_factor, but got {r}"
                if r <= 0 and len(input.shape) > 2 else
                f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {len(input.shape)} "
                "dimension(s)" if len(input.shape) < 3 else
                f"pixel_unshuffle expects {'height' if input.shape[-2] % r else 'width'} to be divisible by "
                f"downscale_factor, but input.size({-2 if input.shape[-2] % r else -1})="
                f"{input.shape[-2 if input.shape[-2] % r else -1]} is not divisible by {r}")
        if 0 in input.shape:
            return F.clone(input)       # PyTorch leaves the shape of what is empty as it is
        *lead, c, h, w = input.shape
        k = len(lead)
        split = F.reshape(input, (*lead, c, h // r, r, w // r, r))
        moved = F.permute(split, (*range(k), k, k + 2, k + 4, k + 1, k + 3))
        return F.renamed(F.reshape(moved, (*lead, c * r * r, h // r, w // r)), "PixelUnshuffleBackward0")


class ChannelShuffle(ComplexOp):
    """channel_shuffle(input, groups): channels dealt out so that those of one group come apart."""

    one_call = "named"
    names = ("channel_shuffle", "native_channel_shuffle", "nn.functional.channel_shuffle",
             "nn.functional.native_channel_shuffle")
    method = False
    samples = [(FOUR, 2)]
    errors = [(FOUR, 3), (FOUR, 0), ([1.0], 1)]

    def compose(F, input, groups: Int):
        if groups <= 0 or len(input.shape) < 3 or input.shape[1] % groups:
            raise ShapeFault(
                f"Number of groups to divide channels in must be positive. Value of groups:{groups}" if groups <= 0 else
                f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}"
                if len(input.shape) < 3 else
                f"Number of channels must be divisible by groups. Got {input.shape[1]} channels and {groups} groups.")
        n, c, *rest = input.shape
        split = F.reshape(input, (n, groups, c // groups, *rest))
        return F.renamed(F.reshape(F.transpose(split, 1, 2), tuple(input.shape)), "ChannelShuffleBackward0")
