"""Modified Bessel functions: i0, i1 and their scaled forms, k0, k1 and theirs.

Each is a sum of Chebyshev polynomials near 0, and another, of 1 / x, beyond.
"""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array
from gradcli.engine.tensor.dtypes import float_limits
from gradcli.ops.base import Unary, define
from gradcli.ops.dtype_checks import refuse_half
from gradcli.ops.special.evaluate import chebyshev, in_doubles, piecewise

I0_NEAR = (     # exp(-x) i0(x) over x / 4 - 1, for 0 <= x <= 8
    0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
    -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357, -0.0005763755745385824,
    0.00018850288509584165, -5.754195010082104e-05, 1.6448448070728896e-05, -4.4167383584587505e-06,
    1.1173875391201037e-06, -2.670793853940612e-07, 6.046995022541919e-08, -1.300025009986248e-08,
    2.6598237246823866e-09, -5.189795601635263e-10, 9.675809035373237e-11, -1.726826291441556e-11,
    2.95505266312964e-12, -4.856446783111929e-13, 7.676185498604936e-14, -1.1685332877993451e-14,
    1.715391285555133e-15, -2.431279846547955e-16, 3.3307945188222384e-17, -4.4153416464793395e-18
)
I0_FAR = (     # exp(-x) sqrt(x) i0(x) over 16 / x - 1, for x >= 8
    0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-05, 2.8913705208347567e-06, 2.0489185894690638e-07,
    2.266668990498178e-08, 3.3962320257083865e-09, 4.94060238822497e-10, 1.1889147107846439e-11,
    -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12, 7.180124451383666e-13,
    3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14, -9.554846698828307e-15,
    3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16, -2.8276239805165836e-16,
    3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18, -7.233180487874754e-18
)
I1_NEAR = (     # exp(-x) i1(x) / x over x / 4 - 1, for 0 <= x <= 8
    0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
    -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758,
    -0.00016176081582589674, 4.781565107550054e-05, -1.3273163656039436e-05, 3.4702513081376785e-06,
    -8.568720264695455e-07, 2.0032947535521353e-07, -4.445059128796328e-08, 9.381537386495773e-09,
    -1.8872497517228294e-09, 3.625590281552117e-10, -6.663489723502027e-11, 1.1736186298890901e-11,
    -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15,
    -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18
)
I1_FAR = (     # exp(-x) sqrt(x) i1(x) over 16 / x - 1, for x >= 8
    0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-06,
    -2.512236237870209e-07, -2.6314688468895196e-08, -3.835380385964237e-09, -5.589743462196584e-10,
    -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
    -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
    1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
    2.96262899764595e-16, -3.209525921993424e-17, -4.6503053684893586e-17, 4.414348323071708e-18,
    7.517296310842105e-18, -9.314178867326884e-19, -1.242193275194891e-18
)
K0_NEAR = (     # k0(x) + log(x / 2) i0(x) over x^2 / 2 - 1, for 0 < x <= 2
    -0.2676636966169514, 0.3442898999246285, 0.0359799365153615, 0.001264615411446926, 2.286212103119452e-05,
    2.5347910790261494e-07, 1.904516377220209e-09, 1.0349695257633625e-11, 4.2598161427910826e-14,
    1.3744654358807508e-16
)
K0_FAR = (     # exp(x) sqrt(x) k0(x) over 4 / x - 1, for x >= 2
    1.2201515410329777, -0.0314481013119645, 0.0015698838857300533, -0.00012849549581627802, 1.39498137188765e-05,
    -1.8317555227191195e-06, 2.766813639445015e-07, -4.660489897687948e-08, 8.574034017414225e-09,
    -1.6975345093890614e-09, 3.5773972814003283e-10, -7.957489244477396e-11, 1.8559491149549264e-11,
    -4.514597883374519e-12, 1.1403405882073441e-12, -2.9800969231481784e-13, 8.032890775068375e-14,
    -2.2275133267462965e-14, 6.340076476276646e-15, -1.848593377920907e-15, 5.5120559994043335e-16,
    -1.6782311257549006e-16, 5.2103917776435543e-17, -1.6475805939842632e-17, 5.3004337711773354e-18
)
K1_NEAR = (     # x (k1(x) - log(x / 2) i1(x)) over x^2 / 2 - 1, for 0 < x <= 2
    0.7626501136694739, -0.3531559607765449, -0.12261118082265715, -0.006975723859639864, -0.0001730288957513052,
    -2.4334061415659684e-06, -2.213387630734726e-08, -1.4114883926335278e-10, -6.666901694199329e-13,
    -2.427449850519366e-15, -7.023863479386288e-18
)
K1_FAR = (     # exp(x) sqrt(x) k1(x) over 4 / x - 1, for x >= 2
    1.3603130952422213, 0.10392373657681724, -0.002857816859622779, 0.00019521551847135162, -1.936197974166083e-05,
    2.406484947837217e-06, -3.5019606030878126e-07, 5.7410841254500495e-08, -1.0345762465678097e-08,
    2.0150497551970347e-09, -4.1903547593419254e-10, 9.218315187605315e-11, -2.129967838427791e-11,
    5.139639673482343e-12, -1.2891739609498229e-12, 3.348419666052243e-13, -8.976705182010146e-14,
    2.4771544242195988e-14, -7.0198370892147685e-15, 2.038703166239861e-15, -6.057047270643018e-16,
    1.8380935752430455e-16, -5.689462849193648e-17, 1.7940510478863572e-17, -5.7567444820733025e-18
)


def scaled_i0(x):
    """exp(-|x|) i0(x) of flat float64 numbers."""
    x = np.abs(x)
    return piecewise(x, (x <= 8, lambda x: chebyshev(I0_NEAR, x / 4 - 1)),
                     (x > 8, lambda x: chebyshev(I0_FAR, 16 / x - 1) / np.sqrt(x)))


def scaled_i1(x):
    """exp(-|x|) i1(x) of flat float64 numbers."""
    size = np.abs(x)
    out = piecewise(size, (size <= 8, lambda x: chebyshev(I1_NEAR, x / 4 - 1) * x),
                    (size > 8, lambda x: chebyshev(I1_FAR, 16 / x - 1) / np.sqrt(x)))
    return np.copysign(out, x)


def i0(x):
    """i0(x) of flat float64 numbers; the exponential in two factors, which overflow only together."""
    half = np.exp(np.abs(x) / 2)
    return scaled_i0(np.minimum(np.abs(x), 1e300)) * half * half


def i1(x):
    """i1(x) of flat float64 numbers."""
    half = np.exp(np.abs(x) / 2)
    return scaled_i1(np.clip(x, -1e300, 1e300)) * half * half


def scaled_k0(x):
    """exp(x) k0(x) of flat float64 numbers; inf at 0, nan below."""
    return piecewise(x, (x == 0, lambda x: np.full_like(x, math.inf)),
                     ((x > 0) & (x <= 2), lambda x: np.exp(x) * (
                         chebyshev(K0_NEAR, x * x / 2 - 1) - np.log(x / 2) * i0(x))),
                     (x > 2, lambda x: chebyshev(K0_FAR, 4 / x - 1) / np.sqrt(x)))


def scaled_k1(x):
    """exp(x) k1(x) of flat float64 numbers; inf at 0, nan below."""
    return piecewise(x, (x == 0, lambda x: np.full_like(x, math.inf)),
                     ((x > 0) & (x <= 2), lambda x: np.exp(x) * (
                         chebyshev(K1_NEAR, x * x / 2 - 1) / x + np.log(x / 2) * i1(x))),
                     (x > 2, lambda x: chebyshev(K1_FAR, 4 / x - 1) / np.sqrt(x)))


_i0, _i1, _i0e, _i1e = map(in_doubles, (i0, i1, scaled_i0, scaled_i1))
_scaled_k0, _scaled_k1 = map(in_doubles, (scaled_k0, scaled_k1))
_k0, _k1 = map(in_doubles, (lambda x: scaled_k0(x) * np.exp(-x), lambda x: scaled_k1(x) * np.exp(-x)))


class Bessel(Unary, abstract=True):
    """A modified Bessel function with a slope."""

    samples = [([-1.5, 0.25, 3.0, 9.5],), ([[0.5], [-12.0]],)]


class I0(Bessel):
    """i0(input): the modified Bessel function of the first kind, of order 0."""

    names = ("i0", "special.i0")

    def forward(input: Array):
        return _i0(input)

    def grad_input(F, g, input):
        return g * F.special_i1(input)


class I0e(Bessel):
    """special.i0e(input): exp(-|x|) i0(x) of each element x."""

    names = ("special.i0e",)
    modern_names = "SpecialI0EBackward0"
    inplace = False

    def forward(input: Array):
        return _i0e(input)

    def grad_input(F, g, input, out):
        return g * (F.special_i1e(input) - F.sgn(input) * out)


def _slope_of_first_order(F, input, dtype, slope):
    """The slope at each element; where rounding does not tell it from 0, and of nan too, 1/2 as in PyTorch."""
    large = F.abs(input) > float(float_limits(dtype).eps)
    return F.where(large, slope(F.where(large, input, 1)), 0.5)


class I1(Bessel):
    """special.i1(input): the modified Bessel function of the first kind, of order 1."""

    names = ("special.i1",)
    modern_names = "SpecialI1Backward0"
    inplace = False

    def forward(input: Array):
        return _i1(input)

    def grad_input(F, g, input, out, input_dtype):
        return g * _slope_of_first_order(F, input, input_dtype, lambda x: F.i0(x) - out / x)


class I1e(Bessel):
    """special.i1e(input): exp(-|x|) i1(x) of each element x."""

    names = ("special.i1e",)
    modern_names = "SpecialI1EBackward0"
    inplace = False

    def forward(input: Array):
        return _i1e(input)

    def grad_input(F, g, input, out, input_dtype):
        return g * _slope_of_first_order(F, input, input_dtype, lambda x: F.special_i0e(x) - out * (
            F.sgn(x) + F.reciprocal(x)))


class Undifferentiated(Op, abstract=True):
    """A special function for which PyTorch has no derivative."""

    memory_order = "operands"
    type_promotion = "floating"
    samples = [([0.25, 1.5, 3.0, 9.5],)]


def define_undifferentiated(module, class_name, name, kernel, text):
    """An operation special.`name` that `kernel` computes."""
    def forward(input: Array):
        return kernel(refuse_half(name, input))

    return define(Undifferentiated, module, f"special.{name}", class_name, f"(input): {text}.", forward=forward)


for _row in (
        ("ModifiedI0", "modified_bessel_i0", _i0, "the modified Bessel function of the first kind, of order 0"),
        ("ModifiedI1", "modified_bessel_i1", _i1, "the modified Bessel function of the first kind, of order 1"),
        ("ModifiedK0", "modified_bessel_k0", _k0, "the modified Bessel function of the second kind, of order 0"),
        ("ModifiedK1", "modified_bessel_k1", _k1, "the modified Bessel function of the second kind, of order 1"),
        ("ScaledK0", "scaled_modified_bessel_k0", _scaled_k0, "exp(x) k0(x) of each element x"),
        ("ScaledK1", "scaled_modified_bessel_k1", _scaled_k1, "exp(x) k1(x) of each element x")):
    define_undifferentiated(__name__, *_row)
