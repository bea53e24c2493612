"""Gamma, Dirichlet and binomial numbers, and how the first two move with their parameters.

A number that is drawn by rejection is no function of its parameters, but its distribution function at that number
is: holding it fixed gives the derivative (M. Figurnov, S. Mohamed, A. Mnih, Implicit reparameterization
gradients, 2018). The approximations are those that torch uses.
"""

import math

import numpy as np

from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.ops.base import Kernel
from gradcli.ops.dtype_checks import require_floating

SMALL = float(np.float32(0.8))
NEAR = float(np.float32(0.9)), float(np.float32(1.1))
GAMMA = (      # powers of log alpha down, of log(x / alpha) across; the first four rows over the others
    (0.16009398, 0.53487893, 0.040121004), (-0.094634809, 0.1298071, -0.0065914022),
    (0.025146376, 0.065735949, -0.0026286047), (-0.0030648343, -0.0015649758, -0.0013441777),
    (1, 0.16639465, 0.017050642), (0.32668115, 0.020070113, -0.0021309326),
    (0.10406089, -0.0035938915, 0.00085092367), (0.0014179084, -0.00058392623, -1.5247877e-07))
BETA = (
    (((1.003668233, -0.01061107488, -0.0657888334, 0.01201642863),
      (0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033),
      (-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013)),
     ((0.221950385, -0.3187676331, 0.01799915743, 0.01074823814),
      (-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057),
      (0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05)),
     ((-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565),
      (0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181),
      (0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05))),
    (((1, -0.02924021934, -0.04438342661, 0.007285809825),
      (0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521),
      (-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149)),
     ((0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273),
      (0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956),
      (-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05)),
     ((0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05),
      (0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05),
      (-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06))))


def by_case(cases, *arrays):
    """The values of each case's function where its condition is the first to hold."""
    out = np.zeros_like(arrays[0])
    remaining = np.ones(out.shape, bool)
    for condition, function in cases:
        at = remaining & condition
        if at.any():
            out[at] = function(*(array[at] for array in arrays))
        remaining &= ~condition
    return out


def gamma_slope(alpha, x):
    """The derivative dx/dalpha of a gamma number x, in float64."""
    everywhere = np.ones(x.shape, bool)
    large = alpha > 8
    close = (NEAR[0] * alpha <= x) & (x <= NEAR[1] * alpha)
    return by_case([(x < SMALL, _gamma_by_series), (large & close, _gamma_at_mean), (large, _gamma_by_saddle),
                    (everywhere, _gamma_by_fraction)], alpha, x)


def _gamma_by_series(alpha, x):
    term, below = np.ones_like(x), alpha.copy()
    first, second = term / below, term / (below * below)
    for i in range(1, 6):
        term = term * (-x / i)
        below = below + 1
        first = first + term / below
        second = second + term / (below * below)
    power = x**alpha
    density = x ** (alpha - 1) * np.exp(-x)
    by_alpha = (np.log(x) - raw.digamma(alpha)) * (power * first) - power * second
    slope = -by_alpha / density
    return np.where(np.isnan(slope), 0, slope)


def _gamma_at_mean(a, x):
    top = 1440 * (a * a) + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x)
    return (1 + 24 * a * (1 + 12 * a)) * top / (1244160 * (a * a) * (a * a))


def _gamma_by_saddle(a, x):
    root = np.sqrt(8 * a)
    second = root / (a - x)
    third = (x - a - a * np.log(x / a)) ** -1.5
    both = np.where(x < a, second - third, second + third)
    first = np.log(x / a) * both - np.sqrt(2 / a) * (a + x) / ((a - x) * (a - x))
    stirling = 1 + 1 / (12 * a) * (1 + 1 / (24 * a))
    return -stirling * (x * first) / root


def _gamma_by_fraction(alpha, x):
    u, v = np.log(x / alpha), np.log(alpha)
    rows = [c0 + u * (c1 + u * c2) for c0, c1, c2 in GAMMA]
    top, bottom = (r0 + v * (r1 + v * (r2 + v * r3)) for r0, r1, r2, r3 in (rows[:4], rows[4:]))
    return np.exp(top / bottom)


def share_slope(x, alpha, total):
    """The derivative dx/dalpha of a beta number x, divided by 1 - x: a component of a Dirichlet sample."""
    beta, edge = total - alpha, total * x * (1 - x)
    wide = [array.astype(np.float64) for array in (x, alpha, total)]
    kind = x.dtype.type
    middle = by_case([((alpha > 6) & (beta > 6), _beta_by_saddle), (np.ones(x.shape, bool), _beta_by_fraction)], *wide)
    return by_case([((x <= 0.5) & (edge < 2.5), lambda x, a, b, m: _beta_below(x, a, b, kind)),
                    ((x >= 0.5) & (edge < 0.75), lambda x, a, b, m: -_beta_above(1 - x, b, a, kind)),
                    (np.ones(x.shape, bool), lambda x, a, b, m: m)], x, alpha, beta, middle.astype(x.dtype))


PSI = (8.33333333333333333333E-2, -2.10927960927960927961E-2, 7.57575757575757575758E-3, -4.16666666666666666667E-3,
       3.96825396825396825397E-3, -8.33333333333333333333E-3, 8.33333333333333333333E-2)


def _psi(x):
    """The digamma function of positive numbers, for float32 with the roundings that torch has here."""
    if x.dtype == np.float64:
        return raw.digamma(x)
    total, x = np.zeros(x.shape), x.copy()
    while (small := x < 10).any():
        total[small] -= 1 / x[small]
        x[small] += 1
    z = 1 / (x * x).astype(np.float64)
    return (total + np.log(x) - 0.5 / x - z * np.polyval(PSI, z)).astype(x.dtype)


def _beta_below(x, alpha, beta, kind):
    factor = _psi(alpha) - _psi(alpha + beta) - np.log(x)
    term = np.ones_like(x)
    series = term / alpha * (factor + 1 / alpha)
    for i in map(kind, range(1, 11)):
        term = term * ((i - beta) * x / i)
        below = alpha + i
        series = series + term / below * (factor + 1 / below)
    slope = x * (1 - x) ** -beta * series
    return np.where(np.isnan(slope), 0, slope)


def _beta_above(x, alpha, beta, kind):
    factor = _psi(alpha + beta) - _psi(beta)
    term, betas, slopes, series = np.ones_like(x), np.ones_like(x), np.zeros_like(x), factor / alpha
    for i in map(kind, range(1, 9)):
        term = term * (-x / i)
        slopes = slopes * (beta - i) + betas
        betas = betas * (beta - i)
        series = series + term / (alpha + i) * (slopes + factor * betas)
    slope = -((1 - x) ** (1 - beta)) * series
    return np.where(np.isnan(slope), 0, slope)


def _beta_by_saddle(x, a, total):
    b = total - a
    mean = a / total
    deviation = np.sqrt(a * b / (total + 1)) / total
    close = (mean - 0.1 * deviation <= x) & (x <= mean + 0.1 * deviation)
    return by_case([(close, _beta_at_mean), (~close, _beta_off_mean)], x, a, b, total)


def _beta_at_mean(x, a, b, total):
    inner = 8 * (1 - x) * (135 * b - 11)
    inner = (453 + 1620 * b * (1 - x) - 455 * x) * b + a * inner
    inner = 3 * (59 + 180 * b - 90 * x) * (b * b) + a * inner
    inner = (43 + 20 * (16 + 27 * b) * x) * (b * b) * b + a * inner
    top = 47 * x * (b * b) * (b * b) + a * inner
    front = (1 + 12 * a) * (1 + 12 * b) / (total * total)
    return front / (1 - x) * top / (12960 * a * a * a * b * b * (1 + 12 * total))


def _beta_off_mean(x, a, b, total):
    def stirling(z):
        return 1 + 1 / (12 * z) + 1 / (288 * z * z)

    front = -x / np.sqrt(2 * a * b / total)
    away = a * (x - 1) + b * x
    first = (2 * (a * a) * (x - 1) + a * b * (x - 1) - x * (b * b)) / (
        np.sqrt(2 * a / b) * total**1.5 * away * away)
    second = 0.5 * np.log(a / (total * x))
    third = np.sqrt(8 * a * b / total) / (b * x + a * (x - 1))
    fourth = (b * np.log(b / (total * (1 - x))) + a * np.log(a / (total * x))) ** -1.5
    slope = first + second * (third + np.where(x < a / total, fourth, -fourth))
    return stirling(a) * stirling(b) / stirling(total) * front * slope


def _beta_by_fraction(x, alpha, total):
    u = np.log(x)
    a = np.log(alpha) - u
    b = np.log(total) - a
    top, bottom = (sum(u**i * a**j * (c[0] + b * (c[1] + b * (c[2] + b * c[3])))
                       for i, rows in enumerate(table) for j, c in enumerate(rows)) for table in BETA)
    return top / bottom * (x * (_psi(total) - _psi(alpha)) / (total - alpha))


class Draws(Kernel, abstract=True):
    """Numbers drawn by rejection, for the distributions alone."""

    random = True
    first_order_only = True
    samples = [([[0.5, 1.0], [2.0, 9.0]],)]


class StandardGamma(Draws):
    """standard_gamma(input): gamma numbers of rate 1, of the concentrations in input."""

    def forward(input: Array):
        return draw().standard_gamma(require_floating("standard_gamma", input))

    def grad_input(F, g, input, out):
        return g * F.standard_gamma_grad(input, out)


class SampleDirichlet(Draws):
    """sample_dirichlet(input): shares that sum to one, of the concentrations in each row of input."""

    modern_names = "_DirichletBackward"

    def forward(input: Array):
        return draw().dirichlet(require_floating("dirichlet", input))

    def grad_input(F, g, input, out):
        slope = F.dirichlet_grad(out, input, F.expand_as(F.sum(input, -1, True), input))
        return slope * (g - F.sum(out * g, -1, True))


class StandardGammaGrad(Kernel):
    """standard_gamma_grad(input, output): how the gamma numbers output move with their concentrations input."""

    samples = [([0.5, 2.0, 9.0, 20.0], [0.25, 1.5, 9.5, 3.0])]
    errors = [("text", [1.0])]

    def forward(input: Array, output: Array):
        with np.errstate(all="ignore"):
            return gamma_slope(input.astype(np.float64), output.astype(np.float64)).astype(input.dtype)


class DirichletGrad(Kernel):
    """dirichlet_grad(input, alpha, total): how shares move with their concentration, over one less the share."""

    samples = [([0.25, 0.75, 0.5, 0.25], [0.5, 2.0, 9.0, 4.0], [1.5, 2.5, 19.0, 16.0])]
    errors = [("text", [1.0], [1.0])]

    def forward(input: Array, alpha: Array, total: Array):
        with np.errstate(all="ignore"):
            return share_slope(*np.broadcast_arrays(input, alpha, total))


class Binomial(Op):
    """binomial(count, prob): how many of count trials succeed, each with probability prob."""

    random = True
    method = False
    samples = [([5.0, 40.0], [0.25, 0.5])]
    errors = [("text", 1), ([1.0], "text")]

    def forward(count: Array, prob: Array):
        if count.dtype != prob.dtype or prob.dtype.kind not in FLOAT_KINDS:
            raise ArgumentFault("binomial() takes counts and probabilities of one floating type",
                                "torch.binomial(count.float(), prob)")
        if count.shape != prob.shape:
            count, prob = np.broadcast_arrays(count, prob)
        if (count < 0).any() or not (np.isfinite(count).all() and (count < math.ldexp(1, 53)).all()):
            raise ValueFault("binomial() needs counts of at least 0")
        return draw().binomial(count, prob)

    def grad_prob(F, g):
        return F.zeros_like(g)
