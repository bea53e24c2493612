"""Images looked up at any coordinates, and the coordinates of affine maps."""

import itertools

import numpy as np

from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Plain, Sizes, Text, sized
from gradcli.engine.messages.warnings import warn
from gradcli.faults.arguments import RefusedValue
from gradcli.faults.tensors import SizeMismatch
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.nn.interpolate_tables import CUBIC

GRID_MODE = Text("bilinear", "nearest", "bicubic", fault=RefusedValue,
                 message="nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but "
                 "got: '{}'")
GRID_PADDING = Text("zeros", "border", "reflection", fault=RefusedValue,
                    message="nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
                            "'reflection', but got: '{}'")
IMAGE = [[[[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]]]
SPOTS = [[[[0.1, -0.3], [0.9, 0.75]], [[-1.3, 0.2], [0.4, 1.4]]]]
THETA = [[[1.0, 0.2, 0.1], [-0.3, 0.8, 0.5]]]


def warn_of_corners(align_corners):
    """Warn where a call does not say what the corners of images are."""
    if align_corners is None:
        warn("Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
             "specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for "
             "details.")


class GridSample(Functional):
    """grid_sample(input, grid, mode, padding_mode, align_corners): input looked up at the coordinates of grid, which
    go from -1 to 1 along each dimension, x first; in between it is interpolated, outside it is zeros, the border or a
    reflection."""

    one_call = "named"
    samples = [(IMAGE, SPOTS), (IMAGE, SPOTS, "nearest"), (IMAGE, SPOTS, "bicubic"),
               (IMAGE, SPOTS, "bilinear", "border"),
               (IMAGE, SPOTS, "bilinear", "reflection"), (IMAGE, SPOTS, "bilinear", "zeros", True),
               (IMAGE, SPOTS, "bicubic", "reflection", True)]
    errors = [(IMAGE, [[1.0, 2.0]]), (IMAGE, [[[[1.0, 2.0, 3.0]]]]), (IMAGE, SPOTS, "linear")]

    def compose(F, input, grid, mode: GRID_MODE = "bilinear",
                padding_mode: GRID_PADDING = "zeros", align_corners: Flag = None):
        warn_of_corners(align_corners)
        rank, same_batch = len(input.shape) - 2, grid.shape[:1] == input.shape[:1]
        if rank not in (2, 3) or len(grid.shape) != rank + 2 or grid.shape[-1] != rank or not same_batch:
            raise ShapeFault("grid_sampler(): expected an input of 4 or 5 dimensions, and a grid with 2 or 3 "
                             f"coordinates for each place of each result, but got input {sized(input.shape)} and grid "
                             f"{sized(grid.shape)}").saying("grid_sampler(): expected " + (
                f"4D or 5D input and grid with same number of dimensions, but got input with sizes {list(input.shape)} "
                f"and grid with sizes {list(grid.shape)}" if same_batch and (
                    rank not in (2, 3) or len(grid.shape) != rank + 2) else
                f"grid and input to have same batch size, but got input with sizes {list(input.shape)} and grid with "
                f"sizes {list(grid.shape)}" if not same_batch else
                f"grid to have size {rank} in last dimension, but got grid with sizes {list(grid.shape)}"))
        if mode == "bicubic" and rank == 3:
            raise ShapeFault("grid_sampler(): bicubic interpolation only supports 4D input")
        lengths = tuple(input.shape[2:])
        at = [_places(F, F.select(grid, -1, rank - 1 - k), n, bool(align_corners)) for k, n in enumerate(lengths)]
        if mode != "bicubic":
            at = [_returned(F, x, n, padding_mode, bool(align_corners)) for x, n in zip(at, lengths, strict=True)]
        terms = [TERMS[mode](F, x) for x in at]
        total = None
        for corner in itertools.product(*terms):
            share, spots = None, []
            for (place, weight), n in zip(corner, lengths, strict=True):
                if mode == "bicubic":
                    place = F.round(_returned(F, place, n, padding_mode, bool(align_corners)))
                spots.append(place)
                share = weight if share is None or weight is None else share * weight
            looked = F.grid_gather(input, *spots) if rank == 3 else F.grid_gather(input, *spots, None)
            if share is not None:
                looked = looked * F.unsqueeze(share, 1)
            total = looked if total is None else total + looked
        if mode == "nearest":
            total = F.nearest_looked(total, input, grid)
        return F.renamed_keeping(total, f"GridSampler{rank}DBackward0", (input, grid))


class NearestLooked(Kernel):
    """nearest_looked(input, image, grid): input, with a gradient of zeros for the grid, which moves nothing. PyTorch
    computes both gradients in one call: they depend on the image and on the grid, the image's with zeros for it."""

    samples = [([1.0, 2.0], IMAGE, SPOTS)]
    errors = [("text", IMAGE, SPOTS)]

    def forward(input: Array, image: Array, grid: Array):
        return input[...]

    def grad_input(F, g, image, grid):
        return F.link(F.link_with_zeros(g, (grid,)), (image,))

    def grad_grid(F, g, image, grid, grid_shape, grid_dtype):
        return F.link(F.zeros(grid_shape, dtype=grid_dtype), (image, grid))


def _places(F, x, n, align_corners):
    """Coordinates from -1 to 1 as places counted from 0."""
    return (x + 1) / 2 * (n - 1) if align_corners else ((x + 1) * n - 1) / 2


def _returned(F, x, n, padding_mode, align_corners):
    """Places outside brought to the border, or reflected inside."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        low, span = (0, n - 1) if align_corners else (-0.5, n)
        if not span:
            return x * 0
        away = F.abs(x - low)
        turns = F.floor(away / span)
        rest = away - turns * span
        odd = turns - 2 * F.floor(turns / 2)
        x = F.where(odd == 0, rest + low, span - rest + low)
    return F.where(F.logical_and(x > 0, x < n - 1), x, F.where(x >= n - 1, F.zeros_like(x) + (n - 1), F.zeros_like(x)))


def _one(F, x):
    return [(F.round(x), None)]


def _two(F, x):
    low = F.floor(x)
    part = x - low
    return [(low, 1 - part), (low + 1, part)]


def _four(F, x):
    low = F.floor(x)
    t, a = x - low, CUBIC

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [(low - 1, far(t + 1)), (low, near(t)), (low + 1, near(1 - t)), (low + 2, far(2 - t))]


TERMS = {"nearest": _one, "bilinear": _two, "bicubic": _four}


class GridGather(Kernel):
    """grid_gather(input, first, second, third): for each row of input, all channels at the whole-numbered places given
    for
    its dimensions; zeros outside."""

    samples = [(IMAGE, np.array([[[0.0, 1.0], [5.0, 1.0]]]), np.array([[[2.0, 1.0], [0.0, 1.0]]]), None)]
    errors = [("text", SPOTS, SPOTS, None)]

    def forward(input: Array, first: Array, second: Array, third: ArrayOrNone):
        at, inside = flat_spots(input.shape[2:], first, second, third)
        n, c = input.shape[:2]
        if not at.size:
            return np.zeros((n, c, *at.shape[1:]), input.dtype)
        flat = input.reshape(n, c, -1)
        values = np.take_along_axis(flat, np.broadcast_to(at.reshape(n, 1, -1), (n, c, at.size // n)), 2)
        return np.where(inside.reshape(n, 1, -1), values, input.dtype.type(0)).reshape(n, c, *at.shape[1:])

    def grad_input(F, g, first, second, third, input_shape):
        return F.grid_scatter(g, first, second, third, tuple(input_shape[2:]))


def flat_spots(lengths, *spots):
    """Places as one number each, counted row by row, and whether they are inside; those outside count as the first."""
    at = inside = None
    for n, x in zip(lengths, spots, strict=False):
        with np.errstate(invalid="ignore"):
            here = (x >= 0) & (x < n)
        column = np.where(here, x, 0).astype(np.int64)
        at = column if at is None else at * n + column
        inside = here if inside is None else inside & here
    return np.where(inside, at, 0), inside


class GridScatter(Kernel):
    """grid_scatter(input, first, second, third, lengths): looked_up undone by addition, onto dimensions of
    `lengths`."""

    samples = [([[[[1.0, 2.0]]]], np.array([[[0.0, 1.0]]]), np.array([[[2.0, 2.0]]]), None, (2, 3))]
    errors = [("text", SPOTS, SPOTS, None, (2, 2))]

    def forward(input: Array, first: Array, second: Array, third: ArrayOrNone, lengths: Plain):
        at, inside = flat_spots(lengths, first, second, third)
        n, c = input.shape[:2]
        size = int(np.prod(lengths))
        total = np.zeros(n * c * size, input.dtype)
        if not input.size:
            return total.reshape(n, c, *lengths)
        where = (at.reshape(n, 1, -1) + (np.arange(n * c) * size).reshape(n, c, 1)).reshape(-1)
        np.add.at(total, where, np.where(inside.reshape(n, 1, -1), input.reshape(n, c, -1), 0).reshape(-1))
        return total.reshape(n, c, *lengths)

    def grad_input(F, g, first, second, third):
        return F.grid_gather(g, first, second, third)


class AffineGrid(Functional):
    """affine_grid(theta, size, align_corners): the grid of an affine map for grid_sample: for each place of a result of
    `size`, theta times its coordinates and 1."""

    samples = [(THETA, (1, 1, 2, 3)), (THETA, (1, 1, 2, 3), True)]
    errors = [(THETA, (1, 1, 2)), ([[1.0]], (1, 1, 2, 3))]

    def compose(F, theta, size: Plain, align_corners: Flag = None):
        size = Sizes.take(size)
        rank = len(size) - 2 if type(size) is tuple else 0
        if rank not in (2, 3) or tuple(theta.shape) != (size[0], rank, rank + 1):
            raise SizeMismatch(f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size "
                               f"{size}. Got {theta.shape}.")
        warn_of_corners(align_corners)
        return F.mapped_grid(theta, tuple(size[2:]), bool(align_corners))


class MappedGrid(Kernel):
    """mapped_grid(theta, lengths, align_corners): affine maps of the coordinates of each place of dimensions that go
    from -1 to 1; no tensor is kept for the gradient."""

    opmath = True
    modern_names = "AffineGridGeneratorBackward0"
    samples = [(THETA, (2, 3), True), (THETA, (2, 3), False)]
    errors = [("text", (2, 3), True)]

    def forward(theta: Array, lengths: Plain, align_corners: Flag):
        corners = UnitGrid.forward(theta, lengths, align_corners).reshape(1, -1, theta.shape[-1])
        return (corners @ theta.swapaxes(1, 2)).reshape(theta.shape[0], *lengths, theta.shape[1])

    def grad_theta(F, g, theta_shape, lengths, align_corners):
        corners = F.reshape(F.unit_grid(g, lengths, align_corners), (1, -1, theta_shape[2]))
        return F.stacked_mm(F.transpose(F.reshape(g, (theta_shape[0], -1, theta_shape[1])), 1, 2), corners)


class UnitGrid(Kernel):
    """unit_grid(input, lengths, align_corners): the coordinates, x first, and 1, of each place of dimensions that go
    from -1 to 1; of input only the type matters."""

    samples = [(THETA, (2, 3), True), (THETA, (2, 3), False)]
    errors = [("text", (2, 3), True)]

    def forward(input: Array, lengths: Plain, align_corners: Flag):
        lines = []
        for n in lengths:
            line = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
            lines.append(line if align_corners else line * ((n - 1) / n))
        grids = np.meshgrid(*lines, indexing="ij")
        return np.stack([*reversed(grids), np.ones(lengths)], -1).astype(input.dtype)
