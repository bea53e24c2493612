"""Images and signals at another size: each new element a weighted sum of a few old ones, one dimension at a time."""

import math
from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.signature import Array, Flag, Ints, Numbers, Plain, Text
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.ops.arrays import FEW, all_hold
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.dtype_checks import numpy_dtype
from gradcli.ops.nn.activation import refuse_integers
from gradcli.ops.nn.interpolate_tables import (
    adaptive_table,
    antialiased_table,
    cubic_table,
    linear_table,
    nearest_table,
)
from gradcli.ops.windows.sliding import per_dimension

ROW = [[[1.0, -2.0, 3.0, 0.5]]]
GRID = [[[[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]]]
MODERN_NAMES = {name: i for i, name in enumerate((
    *(f"Upsample{kind}Backward0" for kind in (
        "Nearest1D", "Nearest2D", "Nearest3D", "NearestExact1D", "NearestExact2D", "NearestExact3D", "Linear1D",
        "Bilinear2D", "Trilinear3D", "Bicubic2D", "Bilinear2DAa", "Bicubic2DAa")),
    "AdaptiveAvgPool2DBackward0", "AdaptiveAvgPool3DBackward0"))}
MODES = {"nearest": ("Nearest1D", "Nearest2D", "Nearest3D"),
         "nearest-exact": ("NearestExact1D", "NearestExact2D", "NearestExact3D"),
         "linear": ("Linear1D",), "bilinear": (None, "Bilinear2D"), "bicubic": (None, "Bicubic2D"),
         "trilinear": (None, None, "Trilinear3D")}
ERAS = {"UpsampleNearest2DBackward0": "torch.nn._functions.thnn.upsampling.UpsamplingNearest2d",
        "UpsampleBilinear2DBackward0": "torch.nn._functions.thnn.upsampling.UpsamplingBilinear2d"}
UNSUPPORTED = ("Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest | linear | "
               "bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {})")
MODE = Text()
HALVED = ((np.array([[0, 1], [1, 2]]), np.array([[0.5, 0.5], [0.25, 0.75]])),)


class ResampleKernel(Kernel):
    """resample_kernel(input, tables, name): along each of the last dimensions, sums of the places that its table
    lists, with the table's weights; the call goes by `name`."""

    modern_names = tuple(MODERN_NAMES)
    legacy_names = tuple(ERAS.get(name, "torch.nn._functions.thnn.upsampling.Upsampling") for name in MODERN_NAMES)
    samples = [(GRID, HALVED, "UpsampleLinear1DBackward0"), (ROW, HALVED, "UpsampleBilinear2DBackward0")]
    errors = [("text", HALVED, "UpsampleLinear1DBackward0")]

    def variant(input, tables, name):
        return MODERN_NAMES[name]

    def forward(input: Array, tables: Plain, name: Plain):
        adds = summed if input.dtype.kind in FLOAT_KINDS or tables[0][1] is None else summed_bytes
        if adds is summed_bytes and (input.dtype != np.uint8 or name.startswith("Adaptive") or "linear1D" in name):
            refuse_integers("interpolate", input)
        out = input
        for k in reversed(range(len(tables))):
            out = adds(out, *tables[k], out.ndim - len(tables) + k, "Bicubic" in name)
        return out

    def grad_input(F, g, tables, name, input_shape):
        return F.unsampled(g, tables, tuple(input_shape[len(input_shape) - len(tables) :]), name)


class AveragedParts(ResampleKernel):
    """averaged_parts(input, tables, name): resampled, as adaptive pooling does it: PyTorch keeps its input."""

    linked = saves = True

    def forward(input: Array, tables: Plain, name: Plain):
        return ResampleKernel.forward(input, tables, name) + input.dtype.type(0)    # the sums begin at 0: never -0.

    def grad_input(F, g, input, tables, name):
        return ResampleKernel.grad_input(F, g, tables, name, tuple(input.shape))


def summed(array, places, weights, axis, exact):
    """Sums along an axis of the elements at `places` (new length x terms), weighted unless weights is None; what has
    weight 0 takes no part, unless the sums are `exact`."""
    shape = (-1,) + (1,) * (array.ndim - axis - 1)
    total = None
    for t in range(places.shape[1]):
        term = array.take(places[:, t], axis)
        if weights is not None:
            share = weights[:, t].astype(array.dtype, copy=False).reshape(shape)
            # a place that takes no part may hold an infinity
            term = term * share if exact or share.all() else np.where(share == 0, _signed_zeros(term), term * share)
        total = term if total is None else np.add(total, term, out=total)
    return total


def _signed_zeros(term):
    """Zeros with the signs of the elements, in whole numbers as well."""
    return np.copysign(term.dtype.type(0), term) if term.dtype.kind in FLOAT_KINDS else term.dtype.type(0)


def summed_bytes(array, places, weights, axis, exact):
    """Sums as of `summed` for bytes: in whole numbers, with weights of 15 bits, and rounded along every dimension."""
    bits = next(b for b in range(23) if b == 22 or int(0.5 + weights.max(initial=0) * 2 ** (b + 1)) >= 2**15)
    shares = np.trunc(weights * 2**bits + np.copysign(0.5, weights)).astype(np.int64)
    total = summed(array.astype(np.int64), places, shares, axis, exact)
    return np.clip((total + (1 << bits >> 1)) >> bits, 0, 255).astype(np.uint8)


class Unsampled(Kernel):
    """unsampled(input, tables, lengths, name): resampled undone by addition: each number of input added, weighted, at
    the places its table lists, in dimensions of `lengths`."""

    opmath = True
    samples = [([[[1.0, 2.0]]], HALVED, (3,), "UpsampleLinear1DBackward0")]
    errors = [("text", HALVED, (3,), "UpsampleLinear1DBackward0")]

    def forward(input: Array, tables: Plain, lengths: Plain, name: Plain):
        out = input
        whole = not (name.startswith("Adaptive") or "Aa" in name)     # their tables are filled up with weights of 0
        for k, (places, weights) in enumerate(tables):
            matrix = np.zeros((lengths[k], places.shape[0]), input.dtype)
            share = np.ones(places.shape, input.dtype) if weights is None else weights.astype(input.dtype, copy=False)
            np.add.at(matrix, (places, np.arange(places.shape[0])[:, None]), share)
            at = out.ndim - len(tables) + k
            lead, tail = out.shape[:at], out.shape[at + 1 :]
            flat = out.reshape(math.prod(lead), out.shape[at], math.prod(tail))
            if all_hold(np.isfinite(flat)):
                flat = np.matmul(matrix, flat)
            else:
                flat = scatter_weights(flat, places, share, lengths[k], whole)
            out = flat.reshape(*lead, lengths[k], *tail)
        return out

    def grad_input(F, g, tables, name):
        return F.resample_kernel(g, tables, name)


def scatter_weights(flat, places, weights, length, exact):
    """The numbers along the middle dimension, weighted and added at their places, one by one: what is not finite
    stays where it takes part, with a weight of 0 too if the sums are `whole`."""
    out = np.zeros((flat.shape[0], length, flat.shape[2]), flat.dtype)
    for t in range(places.shape[1]):
        share = weights[:, t, None]
        np.add.at(out, (slice(None), places[:, t]), flat * share if exact else np.where(share == 0, 0, flat * share))
    return out


class Interpolate(Functional):
    """interpolate(input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias): input with its
    dimensions from the third on at another size, or by a factor: mode "nearest", "nearest-exact", "linear",
    "bilinear", "trilinear", "bicubic" or "area"."""

    samples = [(GRID, (3, 5)), (GRID, None, 2), (ROW, 7, None, "linear"), (ROW, 7, None, "linear", True),
               (GRID, None, 1.6, "bilinear", False, True), (GRID, (2, 2), None, "bilinear", False, None, True),
               (GRID, (3, 4), None, "bicubic"), (GRID, (1, 2), None, "area"), (ROW, 7, None, "nearest-exact"),
               (GRID, (2, 2), None, "bicubic", False, None, True)]
    errors = [(GRID,), (GRID, (2, 2), 2), (GRID, 3, None, "linear"), ([1.0], 2), (GRID, 3, None, "nearest", True)]

    def compose(F, input, size: Ints = None, scale_factor: Numbers = None,
                mode: MODE = "nearest", align_corners: Flag = None,
                recompute_scale_factor: Flag = None, antialias: Flag = False):
        rank = len(input.shape) - 2
        check_one(size, scale_factor)
        if not 1 <= rank <= 3 or mode not in (*MODES, "area"):
            raise UnimplementedType("interpolate() needs a 3-D, 4-D or 5-D input, (batch, channels, ...), and was "
                                    f"given one of {rank + 2} dimensions" if mode in (*MODES, "area") else
                                    f"interpolate() has the modes {', '.join(MODES)} and "
                                    "area", ("x.unsqueeze(0).unsqueeze(0)", "adds both")
                                    ).saying(UNSUPPORTED.format(rank + 2, mode))
        if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
            raise ValueFault("align_corners option can only be set with the interpolating modes: linear | bilinear | "
                             "bicubic | trilinear")
        old = tuple(input.shape[2:])
        new, factors = output_sizes(old, size, scale_factor, rank)
        if recompute_scale_factor:
            if scale_factor is None:
                raise ValueFault("recompute_scale_factor is not meaningful with an explicit size.")
            factors = None
        if mode == "area":
            return adaptive(F, input, new)
        kinds = MODES[mode]
        if rank > len(kinds) or kinds[rank - 1] is None:
            dims = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}.get(mode)
            raise UnimplementedType(f"mode {mode!r} does not apply to an input of {rank + 2} dimensions").saying(
                UNSUPPORTED.format(rank + 2, mode) if dims is None or mode == "bicubic" else
                f"Got {rank + 2}D input, but {mode} mode needs {dims}D input")
        if antialias and mode not in ("bilinear", "bicubic"):
            raise ValueFault("Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor "
                             "as input")
        real = np.float64 if numpy_dtype(input) == np.float64 else np.float32
        tables_of = _cached_tables if sum(old) + sum(new) <= FEW else _tables
        tables = tables_of(mode, old, new, factors, bool(align_corners), antialias, real)
        return F.resample_kernel(input, tables, f"Upsample{kinds[rank - 1]}{'Aa' if antialias else ''}Backward0")


def _tables(mode, old, new, factors, align_corners, antialias, real):
    """The tables of all dimensions for a mode."""
    return tuple([_table(mode, n, m, None if factors is None else factors[i], align_corners, antialias, real)
                  for i, (n, m) in enumerate(zip(old, new, strict=True))])


@lru_cache(64)
def _cached_tables(*options):
    """The tables of `_tables`, cached: nothing may write to them, as many calls share them."""
    tables = _tables(*options)
    for places, weights in tables:
        places.flags.writeable = False
        if weights is not None:
            weights.flags.writeable = False
    return tables


def _table(mode, old, new, factor, align_corners, antialias, real):
    """The table of one dimension for a mode."""
    if mode.startswith("nearest"):
        return nearest_table(old, new, factor, 0.5 if mode == "nearest-exact" else 0)
    if antialias:
        return antialiased_table(old, new, factor, align_corners, mode == "bicubic", real)
    return (cubic_table if mode == "bicubic" else linear_table)(old, new, factor, align_corners, real)


def check_one(size, scale_factor):
    """Refuse calls without a new size or a factor, and those with both."""
    if (size is None) == (scale_factor is None):
        raise ValueFault("either size or scale_factor should be defined" if size is None else
                         "only one of size or scale_factor should be defined", "F.interpolate(x, scale_factor=2)")


def output_sizes(old, size, scale_factor, rank):
    """The new lengths, and the factors they came from if they were given."""
    scales = type(scale_factor) in (tuple, list)
    if (scales or type(size) in (tuple, list)) and len(scale_factor if scales else size) != rank:
        option, short, text = ("scale_factor", "s", f"scale_factor of shape {tuple(scale_factor)}") if scales else (
            "output", "o", f"output size of {tuple(size)}")
        raise ValueFault(f"Input and {option} must have the same number of spatial dimensions, but got input with "
                         f"spatial dimensions of {list(old)} and {text}. Please provide input tensor in (N, C, d1, "
                         f"d2, ...,dK) format and {option if scales else 'output size'} in ({short}1, {short}2, "
                         f"...,{short}K) format.")
    if size is not None:
        new, factors = per_dimension(size, rank, "interpolate", "size"), None
    else:
        factors = per_dimension(scale_factor, rank, "interpolate", "scale_factor")
        new = tuple([math.floor(n * float(f)) for n, f in zip(old, factors, strict=True)])
    if min(new) < 1 or min(old) < 1:
        raise ShapeFault(f"Input and output sizes should be greater than 0, but got input {list(old)} output "
                         f"{list(new)}").saying(
            f"Input and output sizes should be greater than 0, but got input ({_by_letter(old)}) output "
            f"({_by_letter(new)})")
    return new, factors


class Upsample(Functional):
    """upsample(input, size, scale_factor, mode, align_corners): interpolate, as it was called earlier."""

    samples = [(GRID, (3, 5)), (GRID, None, 2), (GRID, (3, 5), None, "bilinear"),
               (GRID, (3, 5), None, "bilinear", True)]
    errors = [(GRID,), ([1.0], 2)]

    def compose(F, input, size: Ints = None, scale_factor: Numbers = None, mode: Text() = "nearest",
                align_corners: Flag = None):
        return F.interpolate(input, size, scale_factor, mode, align_corners)


class UpsampleNearest(Functional):
    """upsample_nearest(input, size, scale_factor): input at another size, each element the nearest old one."""

    samples = [(GRID, (3, 5)), (GRID, None, 2)]
    errors = [(GRID,), ([1.0], 2)]

    def compose(F, input, size: Ints = None, scale_factor: Numbers = None):
        return F.interpolate(input, size, scale_factor)


class UpsampleBilinear(Functional):
    """upsample_bilinear(input, size, scale_factor): input at another size, interpolated between corners that stay."""

    samples = [(GRID, (3, 5)), (GRID, None, 2)]
    errors = [(GRID,), ([1.0], 2)]

    def compose(F, input, size: Ints = None, scale_factor: Numbers = None):
        return F.interpolate(input, size, scale_factor, "bilinear", True)


def _by_letter(lengths):
    """Lengths as PyTorch writes those of images: H: 8, W: 8."""
    return ", ".join(f"{letter}: {n}" for letter, n in zip("DHW"[-len(lengths):], lengths, strict=True))


def adaptive(F, input, lengths):
    """Means over windows that divide each dimension into a given number of nearly equal parts."""
    rank = len(lengths)
    lead = len(input.shape) - rank
    if rank == 1:
        return F.squeeze(adaptive(F, F.unsqueeze(input, -2), (1, *lengths)) if input.shape[-1] else input, -2)
    if all(m == 1 for m in lengths) and lead:
        return F.mean(input, tuple(range(-rank, 0)), True)
    tables = tuple(adaptive_table(n, m) for n, m in zip(input.shape[lead:], lengths, strict=True))
    return F.averaged_parts(input, tables, f"AdaptiveAvgPool{rank}DBackward0")
