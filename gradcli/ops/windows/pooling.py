"""Pooling: neighbourhoods summed up by their greatest, their mean or their norm."""

from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, Flag, Int, Ints, Number, sized
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import Functional, Kernel, define_by_rank
from gradcli.ops.dtype_checks import numpy_dtype
from gradcli.ops.windows.pooling_arrays import GRID
from gradcli.ops.windows.sliding import BATCH, per_dimension

ROW = [[[1.0, -2.0, 3.0, 0.5, 2.5]]]
BLOCK = [[[[[1.0, -2.0], [3.0, 0.5]], [[1.5, 4.0], [-1.0, 0.2]]]]]
CUBE = [[[[[(9 * i + 3 * j + k) % 7 + 0.1 * i - 0.2 * j + 1 for k in range(3)] for j in range(3)] for i in range(3)]]]
MAX_CASES = [(2,), (2, 1), (2, 2, 1), (2, 1, 0, 2), (2, 2, 0, 1, True), (2, 2, 0, 1, False, True)]
AVG_CASES = [(2,), (2, 1), (2, 2, 1), (2, 2, 0, True), (2, 2, 1, False, False)]


class Pooling(Functional, abstract=True):
    """A pooling over the last dimensions of (batch, channels, ...), or of (channels, ...)."""


def _of_dimensions(name, shape, rank):
    """PyTorch's words for inputs of other dimensions than a pooling has."""
    if name == "max_pool1d":
        return (f"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
                f"got:{shape}")
    if rank == 1 and name != "lp_pool1d":
        return (f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while "
                f"checking arguments for {name})")
    if name in ("adaptive_avg_pool2d", "adaptive_max_pool2d"):
        return f"{name}(): Expected 3D or 4D tensor, but got{':' * ('max' in name)} {shape}"
    return f"non-empty {rank + 1}D or {rank + 2}D (batch mode) tensor expected for input"


def check_planes(F, name, input, rank):
    """Refuse inputs of other dimensions than the pooling has."""
    shape = input.shape
    if len(shape) not in (rank + 1, rank + 2):
        raise ShapeFault(f"{name}() Expected {rank + 1}D or {rank + 2}D input tensor, but got {sized(shape)}",
                         *([BATCH] if len(shape) == rank else ())).saying(
            _of_dimensions(name, list(shape), rank))
    if 0 in shape and (0 in shape[1:] or len(shape) == rank + 1):
        raise ShapeFault(f"{name}(): Expected input to have non-zero size for non-batch dimensions, but got "
                         f"{list(shape)}")


@lru_cache(256)
def pooling_options(name, rank, kernel_size, stride, padding, dilation=1):
    """The options of a pooling, whole numbers or tuples of them, each as a tuple of `rank`."""
    kernel = per_dimension(kernel_size, rank, name, "kernel_size")
    stride = kernel if stride in (None, ()) else per_dimension(stride, rank, name, "stride")
    return kernel, stride, per_dimension(padding, rank, name, "padding"), per_dimension(
        dilation, rank, name, "dilation")


def check_max_pool1d(kernel, stride, padding, dilation):
    """Refuse the options that PyTorch refuses in words of max_pool1d's own."""
    for option, value in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
        if value <= 0:
            raise UnfitValue(f"max_pool1d() {option} must be greater than zero, but got {value}")
    if not 0 <= 2 * padding <= dilation * (kernel - 1) + 1:
        raise UnfitValue("max_pool1d() padding must be non-negative, but got "
                         f"{padding}" if padding < 0 else "max_pool1d() padding should be at most half of kernel size, "
                         f"but got padding={padding} and kernel_size={kernel}")


def max_pool(F, rank, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    """The result of max_pool<rank>d; for rank 1 the input gets a first spatial dimension of length 1."""
    name = f"max_pool{rank}d"
    check_planes(F, name, input, rank)
    kernel, stride, padding, dilation = pooling_options(name, rank, kernel_size, stride, padding, dilation)
    if rank == 1:
        check_max_pool1d(kernel[0], stride[0], padding[0], dilation[0])
        values, indices = F.max_pool(F.unsqueeze(input, -2), (1, *kernel), (1, *stride), (0, *padding), (1, *dilation),
                                     ceil_mode)
        values, indices = F.squeeze(values, -2), F.squeeze(indices, -2)
    else:
        values, indices = F.max_pool(input, kernel, stride, padding, dilation, ceil_mode)
    return (values, indices) if return_indices else values


def _max_pool(rank):
    def compose(F, input, kernel_size: Ints, stride: Ints = None, padding: Ints = 0, dilation: Ints = 1,
                ceil_mode: Flag = False, return_indices: Flag = False):
        return max_pool(F, rank, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)

    return compose


define_by_rank(
    Pooling, __name__, "max_pool", "MaxPool",
    "(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices): the greatest in each window of the "
    "{last}; with return_indices also their places, counted row by row.", _max_pool,
    samples={1: [(ROW, *case) for case in MAX_CASES],
             2: [(GRID, *case) for case in MAX_CASES] + [(GRID, (2, 3), (1, 2))],
             3: [(BLOCK, 2), (BLOCK, 2, 1, 1), (BLOCK, 2, 1, 1, 2), (BLOCK, 2, 2, 0, 1, False, True),
                 (BLOCK, 1, 2, 0, 1, True), (BLOCK, (2, 1, 1), 1), (CUBE, 2, 2, 0, 1, True)]},
    errors={1: [(ROW, 9), (ROW, 2, 1, 2), ([1.0], 1)], 2: [(GRID, 9), (GRID, 2, 1, 2), ([1.0], 1), (GRID, (1, 1, 1))],
            3: [(BLOCK, 9), ([1.0], 1)]})


def mean_pool(F, rank, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor):
    """The result of avg_pool<rank>d."""
    name = f"avg_pool{rank}d"
    check_planes(F, name, input, rank)
    if numpy_dtype(input).kind not in FLOAT_KINDS and numpy_dtype(input) != np.int64:
        raise TypeFault(f"{name}() is not implemented for {numpy_dtype(input).name} tensors",
                        ("x.float()", "a floating copy"))
    kernel, stride, padding, _ = pooling_options(name, rank, kernel_size, stride, padding)
    if divisor == 0:
        raise ShapeFault("divisor must be not zero")
    if rank == 1:
        out = F.avg_pool(F.unsqueeze(input, -2), (1, *kernel), (1, *stride), (0, *padding), ceil_mode,
                         count_include_pad, divisor)
        return F.squeeze(out, -2)
    return F.avg_pool(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor)


class AvgPool1d(Pooling):
    """avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad): the mean of each window of the
    last dimension; padding counts as zeros unless count_include_pad is False."""

    samples = [(ROW, *case) for case in AVG_CASES]
    errors = [(ROW, 9), (ROW, 2, 1, 2), ([1.0], 1)]

    def compose(F, input, kernel_size: Ints, stride: Ints = None, padding: Ints = 0, ceil_mode: Flag = False,
                count_include_pad: Flag = True):
        return mean_pool(F, 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def _avg_pool(rank):
    def compose(F, input, kernel_size: Ints, stride: Ints = None, padding: Ints = 0, ceil_mode: Flag = False,
                count_include_pad: Flag = True, divisor_override: Int = None):
        return mean_pool(F, rank, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)

    return compose


define_by_rank(
    Pooling, __name__, "avg_pool", "AvgPool",
    "(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override): the mean of each window of "
    "the {last}; padding counts as zeros unless count_include_pad is False.", _avg_pool,
    samples={2: [(GRID, *case) for case in AVG_CASES] + [(GRID, 2, 2, 0, True, True, 3)],
             3: [(BLOCK, 2), (BLOCK, 2, 1, 1), (BLOCK, 2, 1, 1, False, False), (BLOCK, 2, 1, 0, False, True, 3),
                 (CUBE, 2, 2, 0, True)]},
    errors={2: [(GRID, 9), (GRID, 2, 1, 2), ([1.0], 1), (GRID, 2, 2, 0, False, True, 0)], 3: [(BLOCK, 9), ([1.0], 1)]})


def lp_pool(F, rank, input, norm_type, kernel_size, stride, ceil_mode):
    """The p-norm of each window: the mean of powers, taken back to a sum; the sign of a negative sum stays."""
    kernel = per_dimension(kernel_size, rank, f"lp_pool{rank}d", "kernel_size")
    count = 1
    for k in kernel:
        count *= k
    out = mean_pool(F, rank, input ** norm_type, kernel_size, stride, 0, ceil_mode, True, None)
    return (F.sign(out) * F.relu(F.abs(out)) * count) ** (1.0 / norm_type)


def _lp_pool(rank):
    def compose(F, input, norm_type: Number, kernel_size: Ints, stride: Ints = None, ceil_mode: Flag = False):
        return lp_pool(F, rank, input, norm_type, kernel_size, stride, ceil_mode)

    return compose


define_by_rank(
    Pooling, __name__, "lp_pool", "LpPool",
    "(input, norm_type, kernel_size, stride, ceil_mode): the norm of each window of the {last}.", _lp_pool,
    samples={1: [(ROW, 2, 2), (ROW, 4, 3, 1), (ROW, 2, 2, 2, True)],
             2: [(GRID, 2, 2), (GRID, 4, 2, 1), (GRID, 2, 2, 2, True)],
             3: [(BLOCK, 2, 2), (CUBE, 4, 2, 1), (CUBE, 2, 2, 2, True)]},
    errors={1: [(ROW, 2, 9), ([1.0], 2, 1)], 2: [(GRID, 2, 9), ([1.0], 2, 1)], 3: [(BLOCK, 2, 9), ([1.0], 2, 1)]})


def max_unpool(F, rank, input, indices, kernel_size, stride, padding, output_size):
    """The result of max_unpool<rank>d."""
    name = f"max_unpool{rank}d"
    shape = input.shape
    if len(shape) not in (rank + 1, rank + 2):
        raise ShapeFault(f"{name}() Expected {rank + 1}D or {rank + 2}D input tensor, but got {sized(shape)}",
                         *([BATCH] if len(shape) == rank else ()))
    kernel, stride, padding, _ = pooling_options(name, rank, kernel_size, stride, padding)
    lengths = tuple((n - 1) * s - 2 * p + k for n, k, s, p in zip(
        input.shape[len(input.shape) - rank :], kernel, stride, padding, strict=True))
    if output_size is not None:
        lengths = tuple(output_size)[-rank:]
    if tuple(indices.shape) != tuple(input.shape):
        raise ShapeFault(f"Expected shape of indices to be same as that of the input tensor "
                         f"({list(input.shape)}) but got indices tensor with shape: {list(indices.shape)}")
    name = {1: "SqueezeBackward1", 2: "MaxUnpool2DBackward0", 3: "MaxUnpool3DBackward0"}[rank]
    return rename_node(F.put_in_places(input, indices, lengths), name)


class PutInPlaces(Kernel):
    """put_in_places(input, indices, lengths): zeros in planes of `lengths`, with each number of input at its place."""

    modern_names = "MaxUnpool2DBackward0"
    samples = [([[[1.0, 2.0, 3.0]]], np.array([[[0, 3, 4]]]), (5,))]
    errors = [([[[1.0, 2.0, 3.0]]], np.array([[[0, 3, 5]]]), (5,))]

    def forward(input: Array, indices: Array, lengths: Ints):
        lead, size = input.shape[: input.ndim - len(lengths)], int(np.prod(lengths))
        if indices.size and not 0 <= indices.min() <= indices.max() < size:
            raise ShapeFault(f"max_unpool(): found an invalid max index: {indices.max()} (output volumes are "
                             f"{lengths})")
        total = np.zeros((*lead, size), input.dtype)
        inner = lead + (-1,) if input.size else lead + (0,)
        np.put_along_axis(total, indices.reshape(inner), input.reshape(inner), -1)
        return total.reshape(lead + tuple(lengths))

    def grad_input(F, g, indices, lengths):
        return F.take_from_planes(g, indices, lengths)


def _max_unpool(rank):
    def compose(F, input, indices: Array, kernel_size: Ints, stride: Ints = None, padding: Ints = 0,
                output_size: Ints = None):
        return max_unpool(F, rank, input, indices, kernel_size, stride, padding, output_size)

    return compose


def _pair(rank, first, second):
    """Two numbers and their places, in the last of `rank` dimensions of one channel."""
    shape = (1,) * (rank + 1) + (2,)
    return np.reshape([1.0, 2.0], shape).tolist(), np.reshape([first, second], shape)


define_by_rank(
    Pooling, __name__, "max_unpool", "MaxUnpool",
    "(input, indices, kernel_size, stride, padding, output_size): max pooling of the {last} undone: numbers at the "
    "places that indices names, zeros elsewhere.", _max_unpool,
    samples={1: [(*_pair(1, 1, 2), 2), (*_pair(1, 1, 2), 2, 1), (*_pair(1, 1, 2), 3, 2, 1),
                 (*_pair(1, 1, 2), 2, 2, 0, (5,))],
             2: [(*_pair(2, 1, 6), 2), (*_pair(2, 1, 5), 2, 1), (*_pair(2, 0, 2), 3, 2, 1),
                 (*_pair(2, 1, 6), 2, 2, 0, (3, 5))],
             3: [(*_pair(3, 1, 6), 2), (*_pair(3, 1, 5), 2, 1), (*_pair(3, 0, 2), 3, 2, 1),
                 (*_pair(3, 1, 6), 2, 2, 0, (2, 3, 5))]},
    errors={1: [(*_pair(1, 1, 7), 2), ([[[1.0, 2.0]]], np.array([[[1]]]), 2)], 2: [(*_pair(2, 1, 70), 2)],
            3: [(*_pair(3, 1, 70), 2)]})
