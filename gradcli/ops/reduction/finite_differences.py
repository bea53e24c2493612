"""Differences, slopes and integrals of sampled functions."""

import numpy as np

from gradcli.engine.autograd.signature import NUMBERS, Array, Dim, Dims, Int, Number, Plain, described
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault, ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.dtype_checks import numpy_dtype

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
CURVE = [1.0, 4.0, 9.0, 2.0]
TIMES = [0.0, 1.0, 3.0, 4.5]
COLUMN = [[7.0], [8.0]]


def slice_along(F, x, dim, start, stop):
    """The slice start:stop along one dimension, which is counted from the front."""
    return F.getitem(x, (slice(None),) * dim + (slice(start, stop),), ())


class Diff(ComplexOp):
    """diff(input, n, dim, prepend, append): the differences of neighbours along `dim`, taken n times."""

    samples = [(GRID,), (GRID, 2), (GRID, 1, 0), (GRID, 1, -1, COLUMN), (GRID, 1, -1, None, COLUMN)]
    errors = [(GRID, -1), (GRID, 1, 5), (np.ones(()),)]

    def compose(F, input, n: Int = 1, dim: Dim = -1, prepend: Array = None, append: Array = None):
        if not len(input.shape):
            raise ShapeFault("diff expects input to be at least one-dimensional")
        if n < 0:
            raise UnfitValue(f"order must be non-negative but got {n}", "x.diff()")
        at = axis(dim, len(input.shape))
        if not n:
            return F.clone(input)
        if prepend is not None or append is not None:
            input = F.cat([x for x in (prepend, input, append) if x is not None], at)
        for _ in range(min(n, input.shape[at])):
            later, earlier = slice_along(F, input, at, 1, None), slice_along(F, input, at, None, -1)
            whether = str(input.dtype) in ("bool", "torch.bool")
            input = F.logical_xor(later, earlier) if whether else later - earlier
        return input


def neighbour_sums(F, y, at):
    """The sums of neighbouring samples."""
    return slice_along(F, y, at, None, -1) + slice_along(F, y, at, 1, None)


def trapezoids(F, y, x, at, name):
    """Twice the areas of the trapezoids between neighbouring samples."""
    if "b" in (numpy_dtype(x).kind, numpy_dtype(y).kind):
        raise TypeFault(f"{name}: received a bool input for `x` or `y`, but bool is not supported",
                        ("x.int()", "truth values as 0 and 1"))
    if len(x.shape) == 1:
        if x.shape[0] != y.shape[at]:
            raise ShapeFault(f"{name}: There must be one `x` value for each sample point")
        widths = F.reshape(F.diff(x), tuple(-1 if i == at else 1 for i in range(len(y.shape))))
    else:
        lead = (1,) * (len(y.shape) - len(x.shape))
        widths = F.diff(F.reshape(x, (*lead, *x.shape)), 1, at)
    return widths * neighbour_sums(F, y, at)


def spacing_of(x, dx):
    """Where y was sampled: x, or dx apart; a plain number in the place of x stands for dx."""
    if type(x) in NUMBERS:
        return None, x
    if x is not None and not isinstance(x, Tensor | np.ndarray):
        raise ArgumentFault(f"the places where y was sampled are a tensor, not {described(x)}",
                            "torch.trapezoid(y, dx=0.1)")
    return x, dx


class TrapezoidalRule(ComplexOp, abstract=True):
    """An integral by the trapezoidal rule."""

    method = False
    samples = [(CURVE,), (CURVE, TIMES), (GRID, None, 0.5), (GRID, None, 1, 0)]
    errors = [(CURVE, [1.0, 2.0]), (GRID, None, 1, 5)]


class Trapezoid(TrapezoidalRule):
    """trapezoid(y, x, dx, dim): the integral of y along `dim` by the trapezoidal rule, sampled at x or dx apart."""

    names = ("trapezoid", "trapz")

    def compose(F, y, x: Plain = None, *, dx: Number = 1, dim: Dim = -1):
        x, dx = spacing_of(x, dx)
        if not len(y.shape):
            return F.zeros_like(y)
        at = axis(dim, len(y.shape))
        if not y.shape[at]:
            return F.zeros((*y.shape[:at], *y.shape[at + 1 :]), dtype=y.dtype)
        if x is not None:
            return F.divided(F.sum(trapezoids(F, y, x, at, "trapezoid"), at), 2.0)
        ends = F.scaled(F.select(y, at, 0) + F.select(y, at, -1), 0.5)
        return F.scaled(F.sum(y, at) - ends, dx)


class CumulativeTrapezoid(TrapezoidalRule):
    """cumulative_trapezoid(y, x, dx, dim): running integrals of y along `dim` by the trapezoidal rule, sampled at x or
    dx apart."""

    def compose(F, y, x: Plain = None, *, dx: Number = 1, dim: Dim = -1):
        x, dx = spacing_of(x, dx)
        if not len(y.shape):
            raise ShapeFault("cumulative_trapezoid() cannot be applied to a 0-dim tensor.")
        at = axis(dim, len(y.shape))
        if x is None:
            return F.cumsum(F.scaled(neighbour_sums(F, y, at), dx / 2), at)
        return F.divided(F.cumsum(trapezoids(F, y, x, at, "cumulative_trapezoid"), at), 2.0)


class Gradient(ComplexOp):
    """gradient(input, spacing, dim, edge_order): for each dimension the slope of a sampled function, by differences of
    second order inside and of edge_order at the ends; spacing says how far apart, or where, the samples lie."""

    method = False
    samples = [(CURVE,), (GRID, 0.5), (GRID, 1, 1), (CURVE, 1, None, 2), (GRID, (2.0, 0.5)), (CURVE, (TIMES,)),
               (CURVE, (TIMES,), None, 2)]
    errors = [(CURVE, 1, 5), (CURVE, 1, None, 3), ([1.0],), (GRID, (1.0, 2.0, 3.0))]

    def compose(F, input, *, spacing: Plain = 1, dim: Dims = None, edge_order: Int = 1):
        ndim, spacing = len(input.shape), 1 if spacing is None else spacing
        where = range(ndim) if dim is None else tuple(axis(d, ndim) for d in (dim if type(dim) is tuple else (dim,)))
        if len(set(where)) != len(where):
            raise ArgumentFault(f"torch.gradient: dim {dim} names a dimension twice", "torch.gradient(y, dim=0)")
        if edge_order not in (1, 2):
            raise ArgumentFault("torch.gradient only supports edge_order=1 and edge_order=2.", "torch.gradient(y)")
        if any(input.shape[d] <= edge_order for d in where):
            raise ShapeFault("torch.gradient expected each dimension size to be at least edge_order+1")
        steps = spacing if isinstance(spacing, list | tuple) else [spacing] * len(where)
        if len(steps) != len(where):
            raise ShapeFault(f"torch.gradient expected spacing to be unspecified, a scalar or a list of {len(where)} "
                             f"for {len(where)} dimensions, but got {len(steps)}")
        return tuple(slope(F, input, step, d, edge_order) for d, step in zip(where, steps, strict=True))


def slope(F, y, step, at, edge_order):
    """The slope along one dimension, of samples `step` apart or standing at the elements of `step`."""
    n = y.shape[at]
    if not isinstance(step, Tensor | np.ndarray) and type(step) not in NUMBERS:
        raise ArgumentFault(f"torch.gradient expected spacing in numbers and tensors, not {described(step)}",
                            "torch.gradient(y, spacing=0.1)")
    if isinstance(step, Tensor | np.ndarray) and len(step.shape):
        if step.shape[0] != n:
            raise ShapeFault("torch.gradient expected each coordinate vector to have the length of its dimension")
        widths = F.reshape(F.diff(step), tuple(-1 if i == at else 1 for i in range(len(y.shape))))
    else:
        widths = step
    even = type(step) in NUMBERS
    rises = F.divided(F.diff(y, 1, at), step) if even else F.diff(y, 1, at) / widths     # slopes between neighbours
    if widths is step:      # without the sample between, which may be nan
        across = F.scaled(slice_along(F, y, at, 2, None) - slice_along(F, y, at, None, -2), 0.5)
        inside = F.divided(across, step) if even else across / widths
    else:
        early, late = slice_along(F, rises, at, None, -1), slice_along(F, rises, at, 1, None)
        a, b = slice_along(F, widths, at, None, -1), slice_along(F, widths, at, 1, None)
        inside = early * (b / (a + b)) + late * (a / (a + b))
    first, last = slice_along(F, rises, at, None, 1), slice_along(F, rises, at, -1, None)
    if edge_order == 2:
        first = F.scaled(first, 2) - slice_along(F, inside, at, None, 1)
        last = F.scaled(last, 2) - slice_along(F, inside, at, -1, None)
        if widths is not step:
            first, last = outward(F, rises, widths, at)
    return F.cat([first, inside, last], at)


def outward(F, rises, widths, at):
    """The slopes at both ends of unevenly spaced samples, continued from the two steps nearest each."""
    def piece(x, start, stop):
        return slice_along(F, x, at, start, stop)

    def end(near, far, width_near, width_far):
        return near + (near - far) * (width_near / (width_near + width_far))

    return (end(piece(rises, None, 1), piece(rises, 1, 2), piece(widths, None, 1), piece(widths, 1, 2)),
            end(piece(rises, -1, None), piece(rises, -2, -1), piece(widths, -1, None), piece(widths, -2, -1)))
