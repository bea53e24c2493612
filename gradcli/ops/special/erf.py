"""The error function and its family: erfc, erfcx, erfinv, and the normal distribution's ndtr, ndtri, log_ndtr.

The tables are expansions in Chebyshev polynomials, cut off below double precision and
written out in powers.
"""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array
from gradcli.engine.tensor.dtypes import float32
from gradcli.ops.base import Unary
from gradcli.ops.dtype_checks import refuse_half
from gradcli.ops.special.evaluate import in_doubles, piecewise, polynomial

ROOT_PI, ROOT_2 = math.sqrt(math.pi), math.sqrt(2)
NEAR_0 = (     # erf(x) / x in powers of x^2, for |x| <= 1
    1.1283791670955126, -0.3761263890318375, 0.11283791670954882, -0.026866170645077334, 0.005223977624823223,
    -0.0008548326981129666, 0.00012055331122299266, -1.4925595519506043e-05, 1.6461004480962034e-06,
    -1.6350354461959655e-07, 1.4660051998394848e-08, -1.1373902296430911e-09, 5.958930743134941e-11
)
SCALED = (     # (1 + 2x) erfcx(x) in powers of (x - 3.75) / (x + 3.75), for x >= 0
    1.2375126308378275, -0.14024059858554697, 0.0035854154854644293, 0.0822767384901452, -0.10880393014174886,
    0.09230432116037748, -0.05869339858963677, 0.028362277418956406, -0.009746579558029276, 0.0017556258528952954,
    0.0002937136655913448, -0.0002901540805408417, 5.164909889268241e-05, 2.238423915508223e-05,
    -1.1444146237700524e-05, -9.73559896736775e-07, 1.751637648849062e-06, -5.7218230603224086e-08,
    -2.5866850716155884e-07, 2.3263508708859124e-08, 3.8675334242222354e-08, -3.744210080962018e-09,
    -5.1739902140113095e-09, 3.1114333809799254e-10, 4.2514714447963895e-10
)
INVERSE_NEAR_0 = (     # erfinv(x) / x in powers of x^2, for |x| <= 1/2
    0.886226925452758, 0.23201366653465413, 0.1275561753057083, 0.08655212922868404, 0.06495961852901483,
    0.051731253306841384, 0.04283740347363704, 0.036454827486340644, 0.03181583295152348, 0.02694838724859272,
    0.031010927474211324, -0.0017967450327210375, 0.08796124048790732, -0.09736287546380862, 0.12057541715794934
)
# the y with erfc(y) = exp(-r^2), for three ranges of r brought to -1..1
SHALLOW = (     # 0.83 <= r <= 2.25
    1.186582493038044, 0.7393639888934659, 0.01067334447698624, -0.009358612823169807, 0.004645932150951004,
    -0.0018507741214770837, 0.0006241207689979143, -0.0001738406115780798, 3.433032199188274e-05,
    -3.054340472442042e-07, -4.132124384254741e-06, 2.6859684060001204e-06, -1.188621765131122e-06,
    4.11801552936563e-07, -1.0732177125841815e-07, 1.3491023129607308e-08, 6.5262491857763176e-09,
    -6.1436445877303865e-09, 2.7762355635652096e-09, -1.110976577534561e-09, 6.077874126206809e-10,
    -1.527245311627348e-10, -8.68054968492948e-11, 4.370645703970708e-11
)
DEEP = (     # 2.25 <= r <= 6.25
    4.0090624480917585, 2.0596021212461655, -0.01571962495899937, 0.003644702011862971, -0.00044835053084522723,
    -0.0002342926394672464, 0.00026786098350388193, -0.00018084589605301868, 0.00010331938052568058,
    -5.416502302151358e-05, 2.6878006371096243e-05, -1.2811419207829497e-05, 5.910027373064816e-06,
    -2.64958517053212e-06, 1.158562610166072e-06, -4.926711584085716e-07, 1.9901091112842388e-07,
    -7.857655801400446e-08, 3.598561581641458e-08, -1.4262606888666579e-08, -4.076654879240036e-10,
    1.2906076148741604e-09, 2.449479621796351e-09, -1.19968288197635e-09, -6.501455922170915e-10,
    3.6172982345256427e-10
)
DEEPEST = (     # 6.25 <= r <= 27.5
    16.774136421067265, 10.669994683732218, -0.022553682040668772, 0.011796293671956571, -0.006300541001301116,
    0.003403159720685544, -0.001848539883926747, 0.0010058933306098866, -0.0005466656528448535,
    0.00029588581768814155, -0.00015903041725467133, 8.453551618935736e-05, -4.426280694742426e-05,
    2.3000997651806765e-05, -1.1627528501221794e-05, 4.268320837121362e-06, -1.1532780307163234e-06,
    4.2568007195443985e-06, -3.6057052764377684e-06, -7.603224919828411e-06, 7.271776043962388e-06,
    1.209956739751938e-05, -1.07750684263026e-05, -1.4687177992099133e-05, 1.240427228831663e-05,
    1.2191760971289858e-05, -9.848459600101444e-06, -7.022545412530795e-06, 5.433526138239236e-06,
    2.4351059464276046e-06, -1.8148947412974884e-06, -4.1769307512023205e-07, 2.9938518781278507e-07
)
# erf(x) / x as a quotient of polynomials in x^2, for |x| <= 3.95 and single precision: fitted by least squares
SINGLE_OVER = (
    1.1283791692343486, 0.1851698603584686, 0.054274798143709065, 0.0038433935820691278, 0.0003779341388522423,
    4.640342506947161e-06, -1.2966640209655058e-08
)
SINGLE_UNDER = (
    1.0, 0.49743592520773283, 0.11391126526614774, 0.015443754635075326, 0.001304063644921116, 6.26916389010567e-05
)
BOUND = np.array(3.95)
FEW = 16        # single floats for which the C library's function is faster than arrays
TAILS = ((0.83, 2.25, SHALLOW), (2.25, 6.25, DEEP), (6.25, 27.5, DEEPEST))


def scaled_complement(x):
    """exp(x^2) erfc(x) for x from 0 on."""
    t = np.minimum(x, 1e300)
    out = polynomial(SCALED, (t - 3.75) / (t + 3.75))
    out /= 1 + 2 * x
    return out


def gaussian(x):
    """exp(-x^2), with the square in two parts, so that its rounding is not magnified."""
    coarse = x.astype(np.float32).astype(np.float64)
    out = np.exp(-coarse * coarse)
    out *= np.exp((coarse - x) * (coarse + x))
    return out


def complement(x):
    """erfc(x) of flat float64 numbers."""
    size = np.abs(x)
    out = _complement_above(size)
    np.subtract(2, out, out=out, where=x < 0)
    small = size < 0.5
    if small.any():
        x = x[small]
        out[small] = 1 - x * polynomial(NEAR_0, x * x)
    return out


def _complement_above(x):
    x = np.minimum(x, 30.0)
    out = scaled_complement(x)
    out *= gaussian(x)
    return out


def error(x):
    """erf(x) of flat float64 numbers."""
    return piecewise(x, (np.abs(x) <= 1, lambda x: x * polynomial(NEAR_0, x * x)),
                     (x == x, lambda x: np.copysign(1 - _complement_above(np.abs(x)), x)))


def scaled(x):
    """exp(x^2) erfc(x) of flat float64 numbers."""
    return piecewise(x, (x == 0, np.ones_like), (x > 0, scaled_complement),
                     (x < -26.7, lambda x: np.full_like(x, math.inf)),
                     (x < 0, lambda x: 2 / gaussian(x) - scaled_complement(-x)))


def inverse_complement(depth):
    """The y from 0 on with erfc(y) = exp(-depth), for depth from log 2 on."""
    r = np.sqrt(depth)
    return piecewise(r, *((r <= high, lambda r, low=low, high=high, table=table: polynomial(
        table, (r - (low + high) / 2) * (2 / (high - low)))) for low, high, table in TAILS),
        (r > 27.5, lambda r: np.full_like(r, math.inf)))


def inverse(x):
    """erfinv(x) of flat float64 numbers."""
    size = np.abs(x)
    return piecewise(x, (size <= 0.5, lambda x: x * polynomial(INVERSE_NEAR_0, x * x)),
                     (size <= 1, lambda x: np.copysign(inverse_complement(-np.log(1 - np.abs(x))), x)))


def normal_tail(x):
    """The probability that a normal variable is above x, for x from 0 on."""
    coarse = x.astype(np.float32).astype(np.float64)
    out = scaled_complement(x / ROOT_2)
    out *= np.exp(coarse * coarse / -2)
    out *= np.exp((coarse - x) * (coarse + x) / 2)
    out *= 0.5
    return out


def normal_below(x):
    """The probability that a normal variable is below x."""
    out = normal_tail(np.minimum(np.abs(x), 40.0))
    np.subtract(1, out, out=out, where=x > 0)
    small = np.abs(x) < 0.5
    if small.any():
        x = x[small] / ROOT_2
        out[small] = 0.5 + 0.5 * x * polynomial(NEAR_0, x * x)
    return out


def log_normal_below(x):
    """The logarithm of the probability that a normal variable is below x."""
    return piecewise(x, (x < -1, lambda x: np.log(scaled_complement(x / -ROOT_2) / 2) - x * x / 2),
                     (x > 1, lambda x: np.log1p(-normal_tail(np.minimum(x, 40.0)))),
                     (x == x, lambda x: np.log(0.5 * complement(x / -ROOT_2))))


def normal_quantile(p):
    """The x that a normal variable is below with probability p."""
    return piecewise(p, (np.abs(p - 0.5) <= 0.25, lambda p: ROOT_2 * inverse(2 * p - 1)),
                     (p == 0, lambda p: np.full_like(p, -math.inf)),
                     ((p > 0) & (p < 0.5), lambda p: -ROOT_2 * inverse_complement(-np.log(2 * p))),
                     ((p > 0.5) & (p < 1), lambda p: ROOT_2 * inverse_complement(-np.log(2 * (1 - p)))),
                     (p == 1, lambda p: np.full_like(p, math.inf)))


@in_doubles
def _erf_of_singles(x):
    """erf(x), right to half a unit of single precision and a little more."""
    x = np.minimum(np.maximum(x, -BOUND), BOUND)
    square = x * x
    out = polynomial(SINGLE_OVER, square)
    out *= x
    out /= polynomial(SINGLE_UNDER, square)
    return out


_erf, _erfc, _erfcx, _erfinv = map(in_doubles, (error, complement, scaled, inverse))
_ndtr, _log_ndtr, _ndtri = map(in_doubles, (normal_below, log_normal_below, normal_quantile))


class Gaussian(Unary, abstract=True):
    """A function from the family of the error function."""

    samples = [([-1.5, 0.25, 0.75, 3.0],), ([[0.3], [-0.7]],)]


class Erf(Gaussian):
    """erf(input): the error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to each element."""

    names = ("erf", "special.erf")

    def forward(input: Array):
        if input.dtype is not float32:
            return _erf(input)
        if input.size > FEW:
            return _erf_of_singles(input)
        return np.array([math.erf(x) for x in input.ravel().tolist()], float32).reshape(input.shape)

    def grad_input(F, g, input):
        return g * (F.exp(-(input * input)) * (2 / ROOT_PI))


class Erfc(Gaussian):
    """erfc(input): 1 - erf(input), without cancellation."""

    names = ("erfc", "special.erfc")

    def forward(input: Array):
        return _erfc(input)

    def grad_input(F, g, input):
        return g * (F.exp(-(input * input)) * (-2 / ROOT_PI))


class Erfcx(Gaussian):
    """special.erfcx(input): exp(x^2) erfc(x) of each element x."""

    names = ("special.erfcx",)
    modern_names = "SpecialErfcxBackward0"
    inplace = False
    opmath = False

    def forward(input: Array):
        return _erfcx(refuse_half("erfcx", input))

    def grad_input(F, g, input, out):
        return g * (2 * input * out - 2 / ROOT_PI)


class Erfinv(Gaussian):
    """erfinv(input): the number whose error function is each element; nan beyond -1..1."""

    names = ("erfinv", "special.erfinv")
    samples = [([-0.75, 0.25, 0.875],), ([[0.3], [-0.999]],)]

    def forward(input: Array):
        return _erfinv(input)

    def grad_input(F, g, input):
        out = F.erfinv(input)
        return g * (F.exp(out * out) * (ROOT_PI / 2))


class Ndtr(Gaussian):
    """special.ndtr(input): the probability that a standard normal variable is below each element."""

    names = ("special.ndtr",)
    inplace = False

    def compose(F, input):
        return F.ndtr_kernel(F.clone(input))      # of which PyTorch keeps a multiple, and not itself


class NdtrKernel(Gaussian):
    """ndtr_kernel(input): special.ndtr."""

    method = False
    function = False
    modern_names = "MulBackward1"
    inplace = False

    def forward(input: Array):
        return _ndtr(input)

    def grad_input(F, g, input):
        return g * (F.exp(input * input * -0.5) * (1 / (ROOT_2 * ROOT_PI)))


class LogNdtr(Gaussian):
    """special.log_ndtr(input): the logarithm of ndtr(x) of each element x, without underflow."""

    vanished = ""
    names = ("special.log_ndtr",)
    modern_names = "SpecialLogNdtrBackward0"
    inplace = False
    opmath = False

    def forward(input: Array):
        return _log_ndtr(refuse_half("log_ndtr", input))

    def grad_input(F, g, input, out):
        # below 0 without cancellation, above without overflow
        below = F.where(input < 0, input, 0)
        slope_below = ROOT_2 / ROOT_PI / F.special_erfcx(below * (-1 / ROOT_2))
        slope_above = F.exp(input * input * -0.5 - out) * (1 / (ROOT_2 * ROOT_PI))
        return g * F.where(input < 0, slope_below, slope_above)


class Ndtri(Gaussian):
    """special.ndtri(input): what a standard normal variable is below with the probability that each element is."""

    names = ("special.ndtri",)
    modern_names = "SpecialNdtriBackward0"
    inplace = False
    samples = [([0.125, 0.5, 0.875, 0.01],)]
    opmath = False

    def forward(input: Array):
        return _ndtri(refuse_half("ndtri", input))

    def grad_input(F, g, out):
        return g * (F.exp(out * out * 0.5) * (ROOT_2 * ROOT_PI))
