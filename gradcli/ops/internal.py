"""What the engine itself needs: copies, casts, broadcasting and its undoing, pieces of memory."""

import math
from functools import lru_cache

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.signature import (
    REFUSED,
    Anything,
    Array,
    Arrays,
    Flag,
    Operand,
    Plain,
    Sizes,
    Type,
    VariadicAnything,
    described,
)
from gradcli.engine.kernels import LARGE, lone_sum, sums
from gradcli.engine.large import MANY
from gradcli.engine.messages.warnings import warn
from gradcli.engine.result_layout import dense_copy
from gradcli.engine.tensor.conversion import retyped
from gradcli.engine.tensor.device import here_only, names_device, unknown_device
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.memory_format import PRESERVE, Format, in_order
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import ExpandedSize, UnknownDevice
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp

ONE = (1,)


class Clone(ComplexOp):
    """clone(input, memory_format): the same numbers in memory of their own."""

    fresh_result = True
    legacy_names = "tensor.Clone"
    samples = [([1.0, 2.0],)]

    def forward(input: Array, *, memory_format: Format = None):
        if memory_format is None or memory_format is PRESERVE:
            return dense_copy(input)
        return in_order(np.array(input), memory_format)

    def grad_input(F, g):
        return g


class Alias(ComplexOp):
    """alias(input): the same tensor under another name."""

    method = False
    samples = [([1.0, 2.0],)]

    def forward(input: Array):
        return input[...]

    def grad_input(F, g):
        return g


class Copied(Clone):
    """copied(input, memory_format): the same numbers in memory of their own, as gradients that can be differentiated
    are stored."""

    method = False
    function = False
    legacy_names = ""
    modern_names = "CopyBackwards"


class LinkWithZeros(ComplexKernel):
    """link_with_zeros(input, sources): input, which nominally depends on sources as well, with gradients of zeros.

    Gradients of piecewise linear functions are such: differentiated once more by the inputs they give zeros.
    """

    saves = True
    samples = [([1.0, 2.0], ([3.0, 4.0], [1.0]))]
    errors = [("text", ())]

    def forward(input: Array, sources: Arrays):
        return input[...]

    def grad_input(F, g):
        return g

    def grad_sources(at, F, g, sources_shape, sources_dtype):
        return F.zeros(sources_shape[at], dtype=sources_dtype[at])


class Link(LinkWithZeros):
    """link(input, sources): input, which nominally depends on sources as well, with no gradients at all, as those of
    PyTorch's convolutions are in what they are linear in."""

    def grad_sources(at, F, g, sources_shape):
        return None


class Vanish(ComplexKernel):
    """vanish(input): zeros, with a gradient of zeros, that stay zero whatever they are multiplied by."""

    linked = False
    vanishes = True
    samples = [([1.0, 2.0],)]

    def forward(input: Array):
        return np.zeros_like(input)

    def grad_input(F, g):
        return F.zeros_like(g)


class Cast(ComplexKernel):
    """cast(input, dtype): the same numbers as elements of another type."""

    legacy_names = "tensor.Type"
    modern_names = "ToCopyBackward0"
    samples = [([1.0, 2.0], np.dtype(np.float64))]

    def forward(input: Array, dtype: Type):
        if input.dtype is dtype or input.dtype == dtype:
            return input
        if input.dtype.kind == "c" and dtype.kind not in "cb":
            warn("Casting complex values to real discards the imaginary part")
        return retyped(input, dtype)

    def grad_input(F, g, input_dtype):
        return F.cast(g, input_dtype)


class Expand(ComplexOp):
    """expand(input, *size): input repeated, without copying, along dimensions of length 1; -1 keeps a length."""

    function = False
    legacy_names = "tensor.Expand"
    result_size = False
    samples = [([[1.0], [2.0]], (2, 3)), ([1.0, 2.0], (3, -1)), ([1.0, 2.0], (2, 1, 2))]
    errors = [([1.0, 2.0], (3,)), ([[1.0]], (2,))]

    def forward(input: Array, size: Sizes):
        return expanded(input, size)

    def grad_input(F, g, input_shape):
        return F.sum_to(g, input_shape)


@lru_cache(512)
def _no_steps(size):
    """The strides of a single number seen with `size`; None where another way is to be taken: where a length is not
    positive."""
    return (0,) * len(size) if size and min(size) > 0 else None


@lru_cache(512)
def _repeating(shape, steps, size):
    """The shape and the strides of a contiguous array seen with `size`; None where another way is to be taken: where
    lengths do not fit or are 0, or where no dimension is repeated."""
    lead = len(size) - len(shape)
    if lead < 0 or lead and min(size[:lead]) < 1 or 0 in shape:
        return None
    full = size[:lead] + tuple([n if m == -1 else m for n, m in zip(shape, size[lead:], strict=True)])
    if any(n != m and (n != 1 or m < 1) for n, m in zip(shape, full[lead:], strict=True)):
        return None
    strides = (0,) * lead + tuple([0 if n == 1 else step for n, step in zip(shape, steps, strict=True)])
    return (full, strides) if math.prod(full) > math.prod(shape) else None


def expanded(array, size):
    """`array` seen with `size`, in which -1 keeps the length that is there."""
    if not array.ndim and (strides := _no_steps(size)) is not None:     # np.broadcast_to takes its time
        view = np.ndarray(size, array.dtype, array, 0, strides)
        view.setflags(False)
        return view
    shape, lead = array.shape, len(size) - array.ndim
    memory = array if array.flags.c_contiguous else None
    if memory is None and array.size and not any(array.strides):       # one number, repeated already
        memory = array[(slice(1),) * array.ndim]
    if shape and memory is not None and (repeating := _repeating(shape, array.strides, size)) is not None:
        view = np.ndarray(repeating[0], array.dtype, memory, 0, repeating[1])
        view.setflags(False)
        return view
    full = tuple(array.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(size))
    if lead >= 0 and full == (1,) * lead + array.shape:
        return array[(None,) * lead + (...,)]       # nothing repeated: it can be written to
    if lead < 0:
        raise ShapeFault(f"a tensor of shape {list(array.shape)} has more dimensions than {list(size)} has").saying(
            f"expand(torch.{OF[array.dtype].era}Tensor{{{list(array.shape)}}}, size={list(size)}): the number of sizes "
            f"provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor ({array.ndim})")
    for at, n in reversed([*enumerate(array.shape, lead)]):
        if at < 0 or n not in (1, full[at]):
            raise ExpandedSize(full, array.shape, full[at] if at >= 0 else len(full), n, max(at, 0))
    return np.broadcast_to(array, full)


class SumTo(ComplexKernel):
    """sum_to(input, shape): input added up along whatever broadcasting to its shape had repeated."""

    modern_names = ("SumBackward0", "SumBackward1", "ViewBackward0")
    samples = [([[1.0, 2.0], [3.0, 4.0]], (2, 1)), ([[1.0, 2.0], [3.0, 4.0]], (2,)), ([[1.0, 2.0]], ())]
    errors = [("text", (2,))]

    def variant(input, shape):
        return int(bool(shape)) + bool(shape and input.ndim > len(shape))

    def forward(input: Array, shape: Plain):
        if not shape:
            return lone_sum(input)
        if shape == ONE and input.ndim == 1 and input.size < LARGE:
            return lone_sum(input).reshape(ONE)
        lead = input.ndim - len(shape)
        if input.size >= MANY and lead and input.shape[lead:] == tuple(shape):
            return large.sums.leading_sums(input, lead)
        if lead == 1 and input.shape[1:] == shape:
            return sums(input, (0,), False)
        if not lead and len(shape) > 1:
            axes = tuple([i for i, n in enumerate(shape) if n == 1 and input.shape[i] != 1])
            return sums(input, axes, True) if axes else input
        axes = (*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1 and input.shape[i + lead] != 1))
        summed = sums(input, axes, True) if axes else input
        return np.asarray(summed).reshape(shape)

    def grad_input(F, g, input_shape):
        lead = len(input_shape) - len(g.shape)
        return F.expand(F.reshape(g, (1,) * lead + tuple(g.shape)), input_shape)


class Window(ComplexKernel):
    """window(input, at): the elements at places `at` of input, counted row by row, in the shape of `at`."""

    modern_names = "AsStridedBackward0"
    saves = False       # PyTorch keeps sizes and steps
    legacy_names = "tensor.Index"
    samples = [([[1.0, 2.0], [3.0, 4.0]], np.array([[2, 0], [1, 1]]))]
    errors = [("text", np.array([0]))]

    def forward(input: Array, at: Plain):
        return input.reshape(-1)[at]

    def grad_input(F, g, at, input_shape):
        return F.spread(g, at, input_shape)


class Spread(ComplexKernel):
    """spread(input, at, shape): zeros of `shape` with each element of input added at its place in `at`."""

    modern_names = "AsStridedBackward0"
    samples = [([[1.0, 2.0], [3.0, 4.0]], np.array([[2, 0], [1, 1]]), (3, 2))]
    errors = [("text", np.array([0]), (1,))]

    def forward(input: Array, at: Plain, shape: Plain):
        flat = np.zeros(math.prod(shape), input.dtype)
        np.add.at(flat, at, input)
        return flat.reshape(shape)

    def grad_input(F, g, at):
        return F.window(g, at)


class CopySlices(ComplexKernel):
    """copy_slices(input, piece, at): input with the elements at places `at` replaced by piece."""

    legacy_names = "tensor.SetItem"
    modern_names = "CopySlices"
    saves = True        # what PyTorch frees is the change itself
    samples = [([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0], np.array([3, 1]))]
    errors = [("text", [1.0], np.array([0]))]

    def forward(input: Array, piece: Operand, at: Plain):
        flat = np.array(input).reshape(-1)
        flat[at] = piece
        return flat.reshape(input.shape)

    def grad_input(F, g, at):
        return F.copy_slices(g, 0, at)

    def grad_piece(F, g, at):
        return F.window(g, at)


class To(ComplexOp):
    """to(input, *target, dtype, device, non_blocking, copy, memory_format): input as elements of another type: a type,
    a tensor of that type, or a device, of which there is one."""

    function = False
    legacy_names = "tensor.Type"
    modern_names = "ToCopyBackward0"
    samples = [(np.array([1, 2]), np.dtype(np.float64)), ([1.0, 2.0], (), np.dtype(np.float64)), ([1.0, 2.0], "cpu"),
               ([1.0, 2.0], ("cpu", np.dtype(np.float64)), None, "cpu", True, True, PRESERVE)]
    errors = [([1.0], "nonsense"), ([1.0], "cuda")]

    def compose(F, input, target: VariadicAnything = (), *, dtype: Type = None, device: Anything = None,
                non_blocking: Flag = False, copy: Flag = False, memory_format: Format = None):
        flags = []
        for argument in (*(target if type(target) is tuple else (target,)), *((device,) if device is not None else ())):
            if type(argument) is bool:
                flags.append(argument)
            elif names_device(argument):
                here_only(argument)
            elif isinstance(argument, Tensor):
                dtype = argument.array.dtype
            elif argument is not None:
                dtype = Type.take(argument)
                if dtype is REFUSED:
                    kind = UnknownDevice if type(argument) is str else ArgumentFault
                    fault = kind(f"to() needs a type, a tensor or a device, not {described(argument)}",
                                 'x.to("cpu")' if type(argument) is str else "x.to(torch.float64)")
                    raise fault.saying(unknown_device(argument)) if type(argument) is str else fault
        result = F.cast(input, dtype) if dtype is not None else input
        result = F.clone(result) if (copy or flags[1:] == [True]) and result is input else result
        return result if memory_format in (None, PRESERVE) else F.contiguous(result, memory_format)
