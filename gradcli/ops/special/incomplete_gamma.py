"""The incomplete gamma functions: how much of gamma(a) = integral of t^(a-1) exp(-t) lies below x, and above.

A power series where x is below a, a continued fraction above it, and for large a near x
Temme's uniform expansion (NIST Digital Library of Mathematical Functions, section 8.12).
"""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.ops.base import Binary
from gradcli.ops.dtype_checks import require_floating
from gradcli.ops.special.erf import complement
from gradcli.ops.special.evaluate import in_doubles, polynomial
from gradcli.ops.special.gamma import log_gamma, stirling_rest

LARGE, NEAR = 100.0, 0.3    # Temme's expansion serves where a > LARGE and |x - a| < NEAR a
STEPS = 2000                # more than any series here needs
# row k: the coefficient of a^-k, in powers of eta, where eta^2 / 2 = m - log(1 + m) and m = (x - a) / a
TEMME = (
    (-0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
     -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06, -1.85406221071516e-06,
     8.296711340953087e-07, -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08,
     -4.382036018453353e-09, 9.14769958223679e-10, -2.5514193994946248e-11, -5.830772132550426e-11),
    (-0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596,
     0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06,
     -1.6120900894563446e-06, 4.647127802807434e-09, 1.378633446915721e-07, -5.752545603517705e-08,
     1.1951628599778148e-08, -1.7543241719747647e-11, -1.0091543710600413e-09),
    (0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06,
     -0.0001073665322636516, 5.2923448829120125e-05, -1.2760635188618728e-05, 3.423578734096138e-08,
     1.3721957309062934e-06, -6.298992138380055e-07, 1.4280614206064242e-07, -2.0477098421990866e-10,
     -1.409252991086752e-08),
    (0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
     -7.561801671883977e-05, -2.396505113867297e-07, 1.1082654115347302e-05, -5.6749528269915965e-06,
     1.4230900732435883e-06, -2.7861080291528143e-11, -1.6958404091930278e-07),
    (-0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902, -1.4638452578843418e-06,
     6.641498215465122e-05, -3.968365047179435e-05, 1.1375726970678419e-05, 2.507497226237533e-10,
     -1.6954149536558305e-06),
    (-0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392, -0.00019932570516188847,
     6.797780477937208e-05, 1.419062920643967e-07, -1.3594048189768693e-05),
    (0.0005313079364639922, -0.0005921664373536939, 0.0002708782096718045, 7.902353232660328e-07,
     -8.153969367561969e-05),
    (0.00034436760689237765, 5.171790908260592e-05, -0.00033493161081142234, 0.0002812695154763237,
     -0.00010976582244684731),
)

def excess(a, x):
    """m - log(1 + m) for m = x / a - 1, without cancellation near 0."""
    m = (x - a) / a
    small = np.abs(m) < 0.5
    s = np.where(small, m / (2 + m), 0.0)
    # log(1 + m) = 2 artanh(s), and m - 2 s = m s
    series = polynomial([2 / (2 * k + 3) for k in range(17)], s * s)
    return np.where(small, s * m - s * s * s * series, m - np.log(x / a))


def leading_factor(a, x):
    """x^a exp(-x) / gamma(a + 1), also where the powers alone would overflow."""
    out = np.exp(a * np.log(x) - x - log_gamma(a + 1))
    large = a >= 8
    if large.any():
        a, x = a[large], x[large]
        out[large] = np.exp(-a * excess(a, x) - stirling_rest(a)) / np.sqrt(2 * math.pi * a)
    return out


def below_by_series(a, x):
    """The part below x, as front(a, x) (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...)."""
    total, term = np.ones_like(x), np.ones_like(x)
    for n in range(1, STEPS):
        term *= x / (a + n)
        total += term
        if not (term > total * 1e-17).any():
            break
    return total * leading_factor(a, x)


def above_by_fraction(a, x):
    """The part above x, by Legendre's continued fraction, evaluated forwards (Lentz)."""
    b = x + 1 - a
    c = np.full_like(x, 1e300)
    d = 1 / b
    h = d.copy()
    for n in range(1, STEPS):
        step = n * (a - n)
        b += 2
        d = 1 / (step * d + b)
        c = b + step / c
        change = c * d
        h *= change
        if not (np.abs(change - 1) > 2e-16).any():
            break
    return h * leading_factor(a, x) * a


def above_by_powers(a, x):
    """The part above x for small a and x, where 1 minus the rest would cancel."""
    total, term = np.zeros_like(x), np.ones_like(x)
    for n in range(1, 40):
        term *= -x / n
        total += term / (a + n)
    power = a * np.log(x) - log_gamma(1 + a)
    return -np.expm1(power) - np.exp(power) * a * total


def by_temme(a, x, sign):
    """The part below x with `sign` -1, above with 1, for large a near x."""
    half_square = excess(a, x)
    eta = np.copysign(np.sqrt(2 * half_square), x - a)
    rest = polynomial(TEMME[-1], eta)
    for row in TEMME[-2::-1]:
        rest /= a
        rest += polynomial(row, eta)
    rest *= np.exp(-a * half_square) / np.sqrt(2 * math.pi * a)
    return complement(sign * eta * np.sqrt(a / 2)) / 2 + sign * rest


def regularized(a, x, upper):
    """The part below x, or above it if `upper`, of flat float64 numbers."""
    out = np.full_like(x, math.nan)
    inside = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    # at the ends of the ranges everything lies on one side
    all_below = (a >= 0) & np.isfinite(a) & (x > 0) & ((a == 0) | np.isposinf(x))
    all_above = (a > 0) & (x >= 0) & np.isfinite(x) & ((x == 0) | np.isposinf(a))
    out[all_below], out[all_above] = (0.0, 1.0) if upper else (1.0, 0.0)
    temme = inside & (a > LARGE) & (np.abs(x - a) < NEAR * a)
    out[temme] = by_temme(a[temme], x[temme], 1.0 if upper else -1.0)
    small = inside & ~temme & (x <= 1.1) & (a < np.where(x <= 0.5, -0.4 / np.log(np.minimum(x, 0.5)), x * 1.1))
    fraction = inside & ~temme & ~small & (x > 1.1) & (x > a)
    series = inside & ~temme & ~small & ~fraction
    for where, kernel, is_upper in ((small, above_by_powers if upper else below_by_series, upper),
                                    (fraction, above_by_fraction, True), (series, below_by_series, False)):
        if where.any():
            results = kernel(a[where], x[where])
            out[where] = results if is_upper == upper else 1 - results
    return out


_lower = in_doubles(lambda a, x: regularized(a, x, False))
_upper = in_doubles(lambda a, x: regularized(a, x, True))


class IncompleteGamma(Binary, abstract=True):
    """A function of two arguments that can be differentiated by the second only."""

    samples = [(np.array([0.5, 2.0, 30.0]), [1.5, 0.25, 33.0]), (np.array([0.125, 200.0]), [0.25, 180.0])]

    def grad_input(F, g):
        raise NotDifferentiable("the incomplete gamma functions have no derivative by their first argument here",
                                ("torch.igamma(a.detach(), x)", "the gradient by x only"))


class IGamma(IncompleteGamma):
    """igamma(input, other): the part below other of the integral that is the gamma function of input."""

    names = ("igamma", "special.gammainc")
    modern_names = "IgammaBackward0"

    def forward(input: Array, other: Array):
        return _lower(require_floating("igamma", input), other)

    def grad_other(F, g, input, other):
        return g * F.exp((input - 1) * F.log(other) - other - F.lgamma(input))


class IGammaC(IncompleteGamma):
    """igammac(input, other): the part above other of the integral that is the gamma function of input."""

    names = ("igammac", "special.gammaincc")
    modern_names = "IgammacBackward0"

    def forward(input: Array, other: Array):
        return _upper(require_floating("igammac", input), other)

    def grad_other(F, g, input, other):
        return -g * F.exp((input - 1) * F.log(other) - other - F.lgamma(input))
