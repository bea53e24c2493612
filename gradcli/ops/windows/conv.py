"""The convolutions that programs call: 1, 2 and 3 dimensions, forward and transposed."""

from functools import lru_cache

from gradcli.engine.autograd.signature import Array, Int, Ints, Kind, sized
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import LayerInput
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.ops.base import ComplexOp, define_by_rank
from gradcli.ops.windows.convolution import FILTER, GRID, KERNEL, SIGNAL, transposed_lengths
from gradcli.ops.windows.sliding import BATCH, check_positive, per_dimension

CONVOLUTIONS = ("Conv1d", "Conv2d", "Conv3d")
BLOCK = [[[[[1.0, -2.0], [3.0, 0.5]], [[1.0, 4.0], [-1.0, 0.2]]]]]


class PaddingKind(Kind):
    """Whole numbers, or one of the words for paddings that follow from the kernel."""

    message = "Invalid padding string: '{}'"
    fault = RefusedAtRunTime

    def take(self, value):
        return value if type(value) is str and value in ("same", "valid") else Ints.take(value)


Padding = PaddingKind("a whole number, a tuple of them, 'same' or 'valid'")


class Convolution(ComplexOp, abstract=True):
    """A convolution along the last dimensions of (batch, channels, ...), or of (channels, ...)."""

    method = False


def batched(F, name, input, weight, rank):
    """The input with a batch dimension, and whether it had one."""
    if len(weight.shape) != rank + 2:
        raise ShapeFault(f"{name}() expects a {rank + 2}-d weight, and was given {sized(weight.shape)}").saying(
            "weight should have at least three dimensions" if len(weight.shape) < 3 else
            f"expected stride to be a single integer value or a list of {len(weight.shape) - 2} values to match the "
            f"convolution dimensions, but got stride={[1] * rank}")
    ndim = len(input.shape)
    if ndim not in (rank + 1, rank + 2):
        raise ShapeFault(f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of "
                         f"size: {list(input.shape)}", *([BATCH] if ndim == rank else ()))
    many = ndim == rank + 2
    return (input if many else F.unsqueeze(input, 0)), many


def convolution(F, rank, input, weight, bias, stride, padding, dilation, groups):
    """The result of conv<rank>d."""
    name = f"conv{rank}d"
    input, many = batched(F, name, input, weight, rank)
    stride, dilation = _steps(name, rank, stride, dilation, groups)
    shape = tuple(weight.shape)
    _check_channels(tuple(input.shape), shape, bias, groups)
    padding, extra = _margins(name, shape[2:], stride, padding, dilation)
    if extra:
        input = F.pad(input, extra)
    out = F.conv_output(input, weight, bias, stride, padding, dilation, groups)
    return out if many else F.squeeze(out, 0)


@lru_cache(256)
def _steps(name, rank, stride, dilation, groups):
    """Stride and dilation, each as a tuple of `rank` numbers."""
    stride, dilation = per_dimension(stride, rank, name, "stride"), per_dimension(dilation, rank, name, "dilation")
    check_positive(name, stride=stride, dilation=dilation, groups=(groups,))
    return stride, dilation


@lru_cache(256)
def _margins(name, kernel, stride, padding, dilation):
    """The padding of each dimension, and what F.pad has to add before, since the odd number of "same" goes after."""
    extra = ()
    if padding == "same":
        if any(s != 1 for s in stride):
            raise ValueFault("padding='same' is not supported for strided convolutions", "padding=1")
        total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        padding = tuple(t // 2 for t in total)
        if any(t % 2 for t in total):
            extra = tuple([n for t in reversed(total) for n in (0, t % 2)])
    elif padding == "valid":
        padding = (0,) * len(kernel)
    padding = per_dimension(padding, len(kernel), name, "padding")
    if min(padding) < 0:
        raise UnfitValue("negative padding is not supported", "padding=0")
    return padding, extra


def _check_channels(shape, weight, bias, groups):
    if weight[0] % groups:
        raise ShapeFault(f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got "
                         f"weight of size {list(weight)} instead")
    if shape[1] != weight[1] * groups:
        raise LayerInput(f"Given groups={groups}, weight of size {list(weight)}, expected input{list(shape)} to have "
                         f"{weight[1] * groups} channels, but got {shape[1]} channels instead", layers=CONVOLUTIONS,
                         expected=weight[1] * groups, features=shape[1], what="channels")
    if bias is not None and bias.shape != (weight[0],):
        raise ShapeFault(f"Given weight of size {list(weight)}, expected bias to be 1-dimensional with "
                         f"{weight[0]} elements, but got bias of size {list(bias.shape)} instead")


def conv_transpose(F, rank, input, weight, bias, stride, padding, output_padding, groups, dilation):
    """The result of conv_transpose<rank>d."""
    name = f"conv_transpose{rank}d"
    input, many = batched(F, name, input, weight, rank)
    stride, padding, output_padding, dilation = (per_dimension(v, rank, name, w) for v, w in (
        (stride, "stride"), (padding, "padding"), (output_padding, "output_padding"), (dilation, "dilation")))
    check_positive(name, stride=stride, dilation=dilation, groups=(groups,))
    if input.shape[1] != weight.shape[0] or weight.shape[0] % groups:
        raise ShapeFault(f"Given transposed=1, weight of size {list(weight.shape)}, expected input{list(input.shape)} "
                         f"to have {weight.shape[0]} channels, but got {input.shape[1]} channels instead")
    if bias is not None and tuple(bias.shape) != (weight.shape[1] * groups,):
        raise ShapeFault(f"Given transposed=1, weight of size {list(weight.shape)}, expected bias to be 1-dimensional "
                         f"with {weight.shape[1] * groups} elements, but got bias of size {list(bias.shape)} instead")
    if any(o >= max(s, d) or o < 0 for o, s, d in zip(output_padding, stride, dilation, strict=True)):
        axes = ("depth", "height", "width")[3 - max(len(stride), 2):]
        listed = [f"{option}_{axis}: {n}" for option, numbers in (
            ("output_padding", output_padding), ("stride", stride), ("dilation", dilation))
                  for axis, n in zip(axes, (*((0,) if option == "output_padding" else (1,)) * (len(axes) - len(stride)),
                                            *numbers), strict=True)]
        raise UnfitValue("output padding must be smaller than either stride or dilation, but got " + " ".join(listed))
    lengths = transposed_lengths(input.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation)
    if any(n < 1 for n in lengths):
        raise ShapeFault(f"{name}(): given input size per channel {list(input.shape[2:])}, calculated output size "
                         f"{list(lengths)}: output size is too small")
    out = F.conv_transposed(input, weight, bias, lengths, stride, padding, dilation, groups)
    return out if many else F.squeeze(out, 0)


def _conv(rank):
    def compose(F, input, weight: Array, bias: Array = None, stride: Ints = 1, padding: Padding = 0, dilation: Ints = 1,
                groups: Int = 1):
        return convolution(F, rank, input, weight, bias, stride, padding, dilation, groups)

    return compose


def _conv_transpose(rank):
    def compose(F, input, weight: Array, bias: Array = None, stride: Ints = 1, padding: Ints = 0,
                output_padding: Ints = 0, groups: Int = 1, dilation: Ints = 1):
        return conv_transpose(F, rank, input, weight, bias, stride, padding, output_padding, groups, dilation)

    return compose


def _names(name):
    """By rank, the names that torch and torch.nn.functional have for a convolution."""
    return {rank: (f"{name}{rank}d", f"nn.functional.{name}{rank}d") for rank in (1, 2, 3)}


TWO_CHANNELS = [BLOCK[0][0], BLOCK[0][0]]

define_by_rank(
    Convolution, __name__, "conv", "Conv",
    "(input, weight, bias, stride, padding, dilation, groups): weight slid along the {last} of input.", _conv,
    names=_names("conv"),
    samples={1: [(SIGNAL, FILTER), (SIGNAL, FILTER, [0.5, 1.0]), (SIGNAL, FILTER, None, 2),
                 (SIGNAL, FILTER, None, 1, 2), (SIGNAL, FILTER, None, 1, "same"), (SIGNAL, FILTER, None, 1, 0, 3),
                 ([[[1.0, 2.0, 3.0], [0.5, 1.0, -1.0]]], FILTER, None, 1, 0, 1, 2),
                 (SIGNAL[0], FILTER, None, 1, "valid")],
             2: [(GRID, [[[[1.0, 2.0], [0.5, -1.0]], [[0.3, 1.0], [-2.0, 1.5]]]]), (GRID, KERNEL, None, 1, 0, 1, 2),
                 (GRID, KERNEL, [1.0, 2.0], (2, 1), (1, 2), (2, 1), 2), (GRID, KERNEL, None, 1, "same", 1, 2)],
             3: [(BLOCK, BLOCK, [0.5], 1, 1, 2, 1), (BLOCK, BLOCK, None, 2, 1),
                 ([TWO_CHANNELS], [BLOCK[0], BLOCK[0]], None, 1, 1, 1, 2)]},
    errors={1: [(SIGNAL, [[1.0]]), (SIGNAL, FILTER, [1.0]), (SIGNAL, FILTER, None, 0), ([[[1.0]]], FILTER)],
            2: [(GRID, KERNEL), (GRID, [[1.0]]), (GRID, KERNEL, None, 1, 0, 1, 3)],
            3: [(BLOCK, [[1.0]]), (BLOCK, BLOCK, [1.0, 2.0])]})
define_by_rank(
    Convolution, __name__, "conv_transpose", "ConvTranspose",
    "(input, weight, bias, stride, padding, output_padding, groups, dilation): the gradient of a convolution along the "
    "{last} by its input, as a function of its own.", _conv_transpose, names=_names("conv_transpose"),
    samples={1: [(SIGNAL, [[[0.5, -1.0]]]), (SIGNAL, [[[0.5, -1.0]]], [0.5], 2, 1, 1, 1, 2),
                 ([[[1.0, 2.0], [0.5, 1.0]]], FILTER, None, 1, 0, 0, 2)],
             2: [(GRID, KERNEL), (GRID, KERNEL, [0.5], 2, 1, 1, 1, 2), (GRID, KERNEL, None, 1, 0, 0, 2)],
             3: [(BLOCK, BLOCK), (BLOCK, BLOCK, [0.5], 2, 1, 1, 1, 2),
                 ([TWO_CHANNELS], [BLOCK[0], BLOCK[0]], None, 1, 0, 0, 2)]},
    errors={1: [(SIGNAL, [[1.0]]), (SIGNAL, [[[0.5]]], None, 1, 0, 1)],
            2: [(GRID, [[1.0]]), (GRID, KERNEL, None, 1, 0, 1)],
            3: [(BLOCK, [[1.0]]), (BLOCK, BLOCK, None, 1, 0, 1)]})
