"""The gamma function's logarithm and its derivatives, and the zeta function they lead to."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op, operand_variant
from gradcli.engine.autograd.signature import Array, Int, Operand, Plain
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue, UnimplementedDerivative
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.ops.base import Binary, Unary
from gradcli.ops.dtype_checks import refuse_half
from gradcli.ops.special.evaluate import in_doubles, piecewise, polynomial

NEAR_2 = (     # lgamma(x) / ((x - 1) (x - 2)) in powers of x - 1.5, for 0.75 <= x <= 2.25
    0.4831289505409809, -0.14595989591430605, 0.06291140107456478, -0.031308487501018445, 0.0167970986312081,
    -0.009425622447925377, 0.0054464578434513565, -0.0032120740957615303, 0.0019229161700496085,
    -0.0011644141163684747, 0.0007115217741827912, -0.0004379994381374907, 0.0002712822194743771,
    -0.000168859647813714, 0.00010558665015866158, -6.650572302820163e-05, 4.1964727286933084e-05,
    -2.5651172526137747e-05, 1.604920473909448e-05, -1.2682906410616063e-05, 8.51522709529561e-06,
    -3.7701477662846803e-07, -4.106705198819808e-07, -6.841184083497519e-06, 5.0166323555224644e-06,
    3.345659723583946e-06, -2.5098205867491913e-06, -1.976282912508364e-06, 1.3649773355292674e-06
)
NEAR_ROOT = (     # digamma(x) / (x - ROOT) in powers of x - 1.5, for 0.75 <= x <= 2.25
    0.9510558760318328, -0.4236274212814606, 0.24054248424078736, -0.14840492305389613, 0.09498872445284849,
    -0.06192213327348852, 0.040760833942238346, -0.02697579677061066, 0.017907248316440316, -0.011908216875865343,
    0.007927020877951791, -0.005279992612025972, 0.0035181301673251546, -0.002344904434966168, 0.001563074316303383,
    -0.001040450980809335, 0.0006930750348658762, -0.00046915789623186806, 0.0003146808652561859,
    -0.00018488996917103613, 0.00011809460224197711, -0.00014195285544703375, 0.00010457094745133497,
    4.5793430366212536e-05, -4.384085160828063e-05, -0.0001186221218392323, 9.087777218667478e-05,
    6.522017108752124e-05, -4.969383655237898e-05, -3.077190582320762e-05, 2.1987485878636578e-05
)
ROOT, ROOT_REST = 1.4616321449683622, 9.549995429965697e-17     # where digamma is 0
# Bernoulli numbers B2, B4, ...
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
STIRLING = tuple(b / ((2 * k + 1) * (2 * k + 2)) for k, b in enumerate(BERNOULLI[:9]))
DIGAMMA = tuple(b / (2 * k + 2) for k, b in enumerate(BERNOULLI[:9]))
HALF_LOG_2PI = math.log(2 * math.pi) / 2


def stirling_rest(x):
    """The error of Stirling's formula: log gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x from 8 on."""
    y = 1 / x
    return y * polynomial(STIRLING, y * y)


def log_gamma(x):
    """log |gamma(x)| of flat float64 numbers."""
    return piecewise(x, (np.isinf(x), np.abs),
                     (x >= 8, lambda x: ((x - 0.5) * (np.log(x) - 1) - 0.5) + (HALF_LOG_2PI + stirling_rest(x))),
                     (x > 0, _log_gamma_small), (x <= 0, _log_gamma_reflected))


def _log_gamma_small(x):
    """log gamma(x) for 0 < x < 8, brought to 0.75..2.25 by gamma(x + 1) = x gamma(x)."""
    z, product, divisor = x.copy(), np.ones_like(x), np.ones_like(x)
    while (high := z > 2.25).any():
        z[high] -= 1
        product[high] *= z[high]
    low = z < 0.75
    divisor[low] = z[low]
    z[low] += 1
    out = (z - 1) * (z - 2) * polynomial(NEAR_2, z - 1.5)
    return out + np.log(product) - np.log(divisor)


def _log_gamma_reflected(x):
    """log |gamma(x)| for x <= 0, by gamma(x) gamma(1 - x) = pi / sin(pi x); inf at whole numbers."""
    distance = np.abs(x - np.rint(x))
    out = np.log(math.pi / np.abs(np.sin(math.pi * distance) * x))
    out -= log_gamma(np.where(x == 0, 1.0, -x))
    out[distance == 0] = math.inf
    return out


def digamma(x):
    """The derivative of log_gamma at flat float64 numbers; nan at negative whole ones."""
    return piecewise(x, (x >= 10, _digamma_large), (x > 0, _digamma_small),
                     (x == 0, lambda x: np.copysign(math.inf, -x)), (x < 0, _digamma_reflected))


def _digamma_large(x):
    y = 1 / x
    return np.log(x) - y * (0.5 + y * polynomial(DIGAMMA, y * y))


def _digamma_small(x):
    z, rest = x.copy(), np.zeros_like(x)
    low = z < 0.75
    rest[low] = -1 / z[low]
    z[low] += 1
    while (high := z > 2.25).any():
        z[high] -= 1
        rest[high] += 1 / z[high]
    return ((z - ROOT) - ROOT_REST) * polynomial(NEAR_ROOT, z - 1.5) + rest


def _digamma_reflected(x):
    distance = x - np.rint(x)
    out = digamma(1 - x) - math.pi / np.tan(math.pi * distance)
    out[distance == 0] = math.nan
    return out


def zeta(s, q):
    """Hurwitz's zeta, the sum of (q + k)^-s over k = 0, 1, ..., of flat float64 numbers s and q."""
    out = np.full_like(s, math.nan)
    integral = q == np.floor(q)
    out[(s == 1) | ((q <= 0) & integral & (s > 1))] = math.inf
    plain = (s > 1) & (q > 0)
    out[plain] = _zeta(s[plain], q[plain])
    mirrored = (s > 1) & (q < 0) & ~integral & (s == np.floor(s))
    if mirrored.any():
        s, q = s[mirrored], q[mirrored]
        part = q - np.floor(q)
        sign = np.where(s % 2 == 0, 1.0, -1.0)
        out[mirrored] = _zeta(s, part) + sign * (_zeta(s, 1 - part) - _zeta(s, 1 - q))
    return out


def _zeta(s, q):
    """Ten terms as they are, the rest by the formula of Euler and Maclaurin; s > 1, q > 0."""
    w = q + 10
    power = w ** -s
    out = power * (w / (s - 1) + 0.5)
    factor = power * s / (2 * w)      # s (s + 1) ... (s + 2k) w^(-s - 2k - 1) / (2k + 2)!
    for k, b in enumerate(BERNOULLI):
        out += b * factor
        factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / ((2 * k + 3) * (2 * k + 4))
        factor /= w * w
    for k in range(9, -1, -1):
        out += (q + k) ** -s
    return np.where(np.isinf(w), 0.0, out)


_lgamma, _digamma, _zeta_of = map(in_doubles, (log_gamma, digamma, zeta))


def polygamma(n, x):
    """The derivative of order n of digamma, for n from 1 on, at an array of any floating type."""
    scale = math.factorial(n) * (1.0 if n % 2 else -1.0)
    least = math.nan if n == 1 else scale * math.inf      # the end of trigamma is that of a sine, as in PyTorch
    return in_doubles(lambda x: np.where(x == -math.inf, least, scale * zeta(np.full_like(x, n + 1.0), x)))(x)


class LGamma(Unary):
    """lgamma(input): the logarithm of the magnitude of the gamma function of each element."""

    names = ("lgamma", "special.gammaln")
    modern_names = "LgammaBackward0"
    samples = [([0.25, 1.5, 3.0, -2.5],), ([[12.0], [7.5]],)]

    def forward(input: Array):
        return _lgamma(input)

    def grad_input(F, g, input):
        return g * F.digamma(input)


class Digamma(Unary):
    """digamma(input): the derivative of lgamma at each element."""

    names = ("digamma", "special.digamma", "special.psi")
    samples = [([0.25, 1.5, 3.0, -2.5],), ([[12.0], [7.5]],)]

    def forward(input: Array):
        return _digamma(input)

    def grad_input(F, g, input):
        return g * F.polygamma_at(input, 1)


class PolygammaAt(Unary):
    """polygamma_at(input, n): the derivative of digamma of order n at each element."""

    method = False
    function = False
    inplace = False
    modern_names = "PolygammaBackward0"
    samples = [([0.25, 1.5, 13.0, -2.5], 1), ([0.25, 1.5, 3.0], 2), ([1.5, 3.0], 0)]
    errors = [([1.0], -1), ("text", 1)]

    def forward(input: Array, n: Int):
        if n < 0:
            raise UnfitValue("polygamma(n, x) does not support negative n.", ("torch.polygamma(1, x)", "for example"))
        return polygamma(n, input) if n else _digamma(input)

    def grad_input(F, g, input, n):
        return g * F.polygamma_at(input, n + 1)


class Polygamma(Op):
    """polygamma(n, input): the derivative of digamma of order n at each element; also x.polygamma(n)."""

    names = ("polygamma", "special.polygamma")
    inplace = True
    elementwise = True
    samples = [(1, [0.25, 1.5]), (2, [0.25, 1.5])]
    errors = [(-1, [1.0]), (1, "text")]

    def compose(F, n: Plain, input: Plain):
        if not isinstance(input, Tensor | np.ndarray):
            n, input = input, n
        if type(n) is not int or not isinstance(input, Tensor | np.ndarray):
            raise ArgumentFault("polygamma() needs a whole number and a tensor",
                                ("torch.polygamma(1, x)", "for example"))
        return F.polygamma_at(input, n)


class MvLGamma(Unary):
    """mvlgamma(input, p): the logarithm of the gamma function of dimension p at each element."""

    names = ("mvlgamma", "special.multigammaln")
    memory_order = "rows"
    modern_names = "MvlgammaBackward0"
    samples = [([2.5, 3.0], 1), ([2.5, 3.0], 3)]
    errors = [([1.0], 0), ("text", 1)]

    def forward(input: Array, p: Int):
        if p < 1:
            raise ValueFault("p has to be greater than or equal to 1", ("x.mvlgamma(2)", "for example"))
        constant = p * (p - 1) / 4 * math.log(math.pi)
        return in_doubles(lambda x: sum((log_gamma(x - k / 2) for k in range(p)), constant))(input)

    def grad_input(F, g, input, p):
        slope = F.digamma(input)
        for k in range(1, p):
            slope = slope + F.digamma(input - k / 2)
        return g * slope


class Zeta(Binary):
    """special.zeta(input, other): Hurwitz's zeta function, the sum of (other + k)^-input over k = 0, 1, ..."""

    opmath = False
    names = ("special.zeta",)
    variant = operand_variant
    modern_names = ("SpecialZetaBackward0", "SpecialZetaBackward2", "SpecialZetaBackward1")
    fresh_result = False
    inplace = False
    type_promotion = "floating"
    samples = [(np.array([2.0, 3.5]), [1.0, 0.5]), (3, [2.5, 0.75]), (np.array([2.0, 3.5]), 2)]

    def forward(input: Operand, other: Operand):
        return _zeta_of(refuse_half("zeta", input, other), other)

    def grad_input(F, g):
        raise UnimplementedDerivative("the derivative for 'zeta' is not implemented",
                                      ("torch.special.zeta(x.detach(), q)", "by q alone")).saying(
            "the derivative for 'zeta' is not implemented.")

    def grad_other(F, g, input, other):
        return g * -input * F.special_zeta(input + 1, other)
