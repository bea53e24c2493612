"""Powers and exponentials of square matrices."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Int
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.linalg.checks import transposed

A = [[2.0, 0.5], [0.25, 1.0]]
PAIR = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -3.0], [2.0, 0.5]]]
WIDE = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]
# numerator of the Pade approximant of order 13 of exp (Higham 2005, "The scaling and squaring method ..."), from x^0 on
PADE = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
        670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)
PADE_REACH = 5.371920351148152      # the 1-norm up to which that is exact in double precision


class MatrixPower(ComplexOp):
    """matrix_power(input, n): square matrices multiplied by themselves n times; for negative n their inverses."""

    names = ("matrix_power", "linalg.matrix_power")
    samples = [(A, 2), (A, 3), (PAIR, 5), (A, -2), (A, 0), (A, 1)]
    errors = [(WIDE, 2), ([1.0], 2), (A, 0.5)]

    def compose(F, input: Array, n: Int):
        if len(input.shape) < 2 or input.shape[-1] != input.shape[-2]:
            raise ShapeFault("linalg.matrix_power: A must be batches of square matrices, but they are "
                             f"{' by '.join(map(str, tuple(input.shape)[-2:]))} matrices" if len(input.shape) > 1 else
                             "linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
        if n == 0:
            return F.no_power(input)
        base, n = (F.linalg_inv(input), -n) if n < 0 else (input, n)
        power = None
        while n:
            if n & 1:
                power = base if power is None else power @ base
            n >>= 1
            if n:
                base = base @ base
        return F.clone(power) if power is input else power


class NoPower(ComplexKernel):
    """no_power(input): the identity, in the place of each matrix; gradients are zeros."""

    modern_names = "CopyBackwards"
    samples = [(A,), (PAIR,)]

    def forward(input: Array):
        return np.broadcast_to(np.eye(input.shape[-1], dtype=input.dtype), input.shape).copy()

    def grad_input(F, g):
        return F.zeros_like(g)


class MatrixExp(ComplexOp):
    """matrix_exp(input): the exponentials of square matrices, 1 + A + A A / 2 + ..."""

    names = ("matrix_exp", "linalg.matrix_exp")
    modern_names = "LinalgMatrixExpBackward0"
    samples = [(A,), (PAIR,), ([[9.0, 1.0], [-3.0, 2.0]],)]
    errors = [(WIDE,), ([1.0],), (np.array([[1, 2], [3, 4]]),)]

    def forward(input: Array):
        if input.dtype.kind not in INEXACT:
            raise TypeFault("linalg.matrix_exp: expected a floating tensor", ("x.float()", "a floating copy"))
        if input.ndim < 2 or input.shape[-1] != input.shape[-2]:
            raise ShapeFault(f"linalg.matrix_exp: A must be batches of square matrices, and the shape is {input.shape}")
        wide = np.complex128 if input.dtype.kind == "c" else np.float64
        return exponential(input.astype(wide)).astype(input.dtype) if input.size else input.copy()

    def grad_input(F, g, input):
        # exp of the matrix [[A, G], [0, A]] has in its corner the slope of exp at A in direction G (Mathias 1996)
        n = input.shape[-1]
        back, size = transposed(F, input), F.magnitudes(g)
        upper, lower = F.cat((back, g / size), -1), F.cat((F.zeros_like(g), back), -1)
        return F.narrow(F.narrow(F.matrix_exp(F.cat((upper, lower), -2)), -2, 0, n), -1, n, n) * size


class Magnitudes(ComplexKernel):
    """magnitudes(input): a power of 2 near the largest element of each matrix, by which it can be divided without
    rounding; a constant."""

    samples = [(np.array([[1.0, -2.5], [0.25, 0.0]]),)]

    def forward(input: Array):
        largest = np.abs(input).max((-2, -1), keepdims=True, initial=0)
        fit = np.isfinite(largest) & (largest > 0)
        return np.where(fit, np.exp2(np.floor(np.log2(np.where(fit, largest, 1)))), 1).astype(input.dtype)


def exponential(a):
    """exp of matrices by scaling to a norm where a rational function is exact, and squaring back."""
    norm = np.abs(a).sum(-2).max(-1)
    finite = np.where(np.isfinite(norm), norm, 0)
    halvings = np.ceil(np.log2(np.maximum(finite / PADE_REACH, 1))).astype(int)
    result = rational(a / (2.0**halvings)[..., None, None])
    for k in range(halvings.max(initial=0)):
        result = np.where((k < halvings)[..., None, None], result @ result, result)
    return np.where(np.isfinite(norm)[..., None, None], result, np.nan)


def rational(a):
    """The Pade approximant of order 13, in six products and one solution of equations."""
    a = np.where(np.isfinite(a), a, 0)
    c, one = [float(x) for x in PADE], np.eye(a.shape[-1])
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a @ (a6 @ (c[13] * a6 + c[11] * a4 + c[9] * a2) + c[7] * a6 + c[5] * a4 + c[3] * a2 + c[1] * one)
    even = a6 @ (c[12] * a6 + c[10] * a4 + c[8] * a2) + c[6] * a6 + c[4] * a4 + c[2] * a2 + c[0] * one
    return np.linalg.solve(even - odd, even + odd)
