"""Growing tensors at their edges, and cutting edges off."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Plain, Scalar, Sizes, Text
from gradcli.engine.result_layout import dense_copy, in_format_of
from gradcli.engine.tensor.conversion import to_element
from gradcli.faults.arguments import RefusedMode
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.windows.sliding import pad_constant

PADDING_MODE = Text("constant", "reflect", "replicate", "circular", fault=RefusedMode,
                    message="Unrecognised padding mode {}")
ROW = [[[1.0, -2.0, 3.0, 0.5]]]
GRID = [[[[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]]]
MODERN_NAMES = ("ReflectionPad1DBackward0", "ReflectionPad2DBackward0", "ReflectionPad3DBackward0",
                "ReplicationPad1DBackward0", "ReplicationPad2DBackward0", "ReplicationPad3DBackward0")
MIRRORED = ("reflect", "replicate")


class Pad(ComplexOp):
    """pad(input, *pad, mode, value): input with its last dimensions grown: `pad` is left, right, top, bottom, ... and
    the new places hold a constant, a reflection, the edge ("replicate"), or the other side ("circular")."""

    home = "nn.functional"
    samples = [(ROW, (1, 2)), (GRID, (1, 0, -1, 2), "constant", 1.5), (ROW, (2, 1), "reflect"),
               (GRID, (1, 2, 0, 1), "replicate"), (ROW, (1, 3), "circular"), (GRID, (2, 1, 1, 0), "circular")]
    errors = [(ROW, (1,)), (ROW, (4, 0), "reflect"), (ROW, (1, 1, 1, 1, 1, 1, 1, 1)), (ROW, (5, 0), "circular"),
              (ROW, (1, 1), "mirror")]

    def compose(F, input, pad: Sizes, mode: PADDING_MODE = "constant", value: Scalar = None):
        rank = len(pad) // 2
        if len(pad) % 2 or rank > len(input.shape):
            raise UnfitValue(f"pad() needs two numbers for each dimension padded, at most {2 * len(input.shape)} here, "
                             f"and was given {len(pad)}", ("F.pad(x, (1, 1))", "one place on both sides of the last")
                             ).saying("Padding length must be divisible by 2" if len(pad) % 2 else
                                      "Padding length should be less than or equal to two times the input dimension "
                                      f"but got padding length {len(pad)} and input of dimension {len(input.shape)}")
        before, after = pad[0::2][::-1], pad[1::2][::-1]
        if mode == "constant":
            return F.constant_pad_nd(input, before, after, 0 if value is None else value)
        if value:
            raise ArgumentFault(f'Padding mode "{mode}" doesn\'t take in value argument', f"F.pad(x, {pad}, '{mode}')")
        lengths = input.shape[len(input.shape) - rank :]
        if not 1 <= rank <= 3 or len(input.shape) not in (rank + 1, rank + 2):
            message = "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now"
            raise UnimplementedType(message).saying(
                f"Padding size {len(pad)} is not supported for {len(input.shape)}D input tensor.")
        if mode == "reflect":
            check_reflection(input.shape, lengths, before, after)
        sources = tuple(tuple(SOURCES[mode](n, b, a)) for n, b, a in zip(lengths, before, after, strict=True))
        if mode not in MIRRORED:
            return F.wrapped_around(input, sources)
        return F.pad_gather(input, sources, MIRRORED.index(mode) * 3 + rank - 1)


def check_reflection(shape, lengths, before, after):
    """Refuse amounts that a reflection cannot fill; PyTorch looks at the last dimension first."""
    for k, (n, b, a) in enumerate(zip(lengths[::-1], before[::-1], after[::-1], strict=True)):
        if max(b, a) >= n:
            raise ShapeFault(f"Argument #{4 + 2 * k}: Padding size should be less than the corresponding input "
                             "dimension, "
                             f"but got: padding ({b}, {a}) at dimension {len(shape) - 1 - k} of input {list(shape)}")


def reflected(n, before, after):
    """For each new place the old one it shows, reflected at the edges."""
    _grows(n, before, after)
    return (abs(i) if i < n else 2 * (n - 1) - i for i in range(-before, n + after))


def replicated(n, before, after):
    """For each new place the old one it shows, the nearest."""
    _grows(n, before, after)
    if not n:
        raise ShapeFault("replicate padding needs a dimension that is not empty")
    return (min(max(i, 0), n - 1) for i in range(-before, n + after))


def wrapped(n, before, after):
    """For each new place the old one it shows, going around."""
    if max(before, after) > n:
        raise ShapeFault("Padding value causes wrapping around more than once.")
    if n + before + after < 0 or n + min(before, 0) + min(after, 0) < 0:
        raise ShapeFault("Negative padding value is resulting in an empty dimension")
    # what is cut off on one side is not shown on the other
    places = list(range(max(-before, 0), n - max(-after, 0)))
    return [*places[len(places) - max(before, 0) :], *places, *places[: max(after, 0)]]


SOURCES = {"reflect": reflected, "replicate": replicated, "circular": wrapped}


def _grows(n, before, after):
    if n + before + after < 1:
        raise ShapeFault(f"a dimension of length {n} padded by ({before}, {after}): output size is too small")


class ConstantPadNd(ComplexKernel):
    """constant_pad_nd(input, before, after, value): input with the last dimensions grown by a constant, or cut."""

    legacy_names = "torch.nn._functions.padding.ConstantPad2d"
    samples = [(ROW, (1,), (2,), 0), (GRID, (-1, 1), (1, 0), 2.5)]
    errors = [(ROW, (-3,), (-3,), 0)]

    def result_size(input, before, after, value):
        return math.prod([n + abs(int(b)) + abs(int(c)) for n, b, c in zip(input.shape, before, after, strict=False)])

    def forward(input: Array, before: Plain, after: Plain, value: Scalar):
        lengths = input.shape[input.ndim - len(before) :]
        if any(n + b + a < 0 for n, b, a in zip(lengths, before, after, strict=True)):
            raise ShapeFault(f"The input size {list(lengths)}, plus negative padding {list(before)} and {list(after)} "
                             "resulted in a negative output size").saying("narrow(): length must be non-negative.")
        grown = pad_constant(input, before, after, to_element(value, input.dtype))
        return dense_copy(input) if grown is input else in_format_of(grown, [input])

    def grad_input(F, g, before, after):
        return F.constant_pad_nd(g, tuple([-b for b in before]), tuple([-a for a in after]), 0)


class PadGather(ComplexKernel):
    """pad_gather(input, sources, which): input with each of the last dimensions made of the places that `sources`
    lists; `which` is the name of the padding that asked."""

    linked = True
    modern_names = (*MODERN_NAMES, "CopySlices")
    saves = True        # PyTorch keeps the input
    samples = [(ROW, ((1, 0, 1, 2, 3, 2),), 0), (GRID, ((0, 0, 1), (2, 0, 1, 2)), 4)]
    errors = [("text", ((0,),), 0)]

    def variant(input, sources, which):
        return which

    def forward(input: Array, sources: Plain, which: Plain):
        return np.ascontiguousarray(input[(..., *np.ix_(*[np.asarray(s, np.int64) for s in sources]))])

    def grad_input(F, g, input, sources, input_shape):
        return F.unmirrored(g, sources, tuple(input_shape))


class WrappedAround(ComplexKernel):
    """wrapped_around(input, sources): input with each of the last dimensions made of the places that `sources` lists,
    as copies, of which PyTorch keeps nothing but the change itself."""

    linked = False
    modern_names = "CopySlices"
    saves = True
    samples = [(ROW, ((1, 0, 1, 2, 3, 2),)), (GRID, ((0, 0, 1), (2, 0, 1, 2)))]
    errors = [("text", ((0,),))]

    def forward(input: Array, sources: Plain):
        return PadGather.forward(input, sources, 6)

    def grad_input(F, g, sources, input_shape):
        return F.unmirrored(g, sources, tuple(input_shape))


class Unmirrored(ComplexKernel):
    """unmirrored(input, sources, shape): zeros of `shape` to which each number of input is added at the place of the
    last dimensions that it was a reflection of."""

    samples = [([[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]], ((1, 0, 1, 2, 3, 2),), (1, 1, 4))]
    errors = [("text", ((0,),), (1,))]

    def forward(input: Array, sources: Plain, shape: Plain):
        total = input
        for k, places in enumerate(sources):
            at = input.ndim - len(sources) + k
            part = np.zeros(total.shape[:at] + (shape[at],) + total.shape[at + 1 :], input.dtype)
            np.add.at(part, (slice(None),) * at + (np.asarray(places, np.int64),), total)
            total = part
        return total

    def grad_input(F, g, sources):
        return F.pad_gather(g, sources, 6)
