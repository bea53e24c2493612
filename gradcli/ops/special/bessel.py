"""Oscillating special functions: the Bessel functions j0, j1, y0, y1, and Airy's.

Near 0 they are sums of Chebyshev polynomials; beyond, waves whose amplitudes are. PyTorch has
no derivatives of them.
"""

import math

import numpy as np

from gradcli.ops.special.bessel_modified import define_undifferentiated
from gradcli.ops.special.evaluate import chebyshev, in_doubles, piecewise

# the squares of the first two zeros of j0 and of j1, each as a sum
J0_ZEROS = ((5.783185962946784, 4.123247343506204e-16), (30.471262343662087, -2.366534485750659e-16))
J1_ZEROS = ((14.681970642123893, -9.858177825793294e-17), (49.2184563216946, 5.086354069436341e-16))
J0_NEAR = (     # j0(x) without its first zeros, over x^2 / 32 - 1, for x <= 8
    0.0019903555001601486, -0.002620939138497025, 0.0008687721472062577, -0.00017040584951557357,
    2.204908639454817e-05, -2.0248894980012834e-06, 1.3898025173428905e-07, -7.406701254344167e-09,
    3.1559927583611334e-10, -1.1003860827939697e-11, 3.1989232970233477e-13, -7.875041254709154e-15,
    1.6632588015211278e-16, -3.0475993756698376e-18, 4.8912290055811176e-20
)
J1_NEAR = (     # j1(x) / x without its first zeros, over x^2 / 32 - 1, for x <= 8
    0.00027895709887613106, -0.0003115684036643562, 8.553646588540538e-05, -1.4149356425623485e-05,
    1.576470099225889e-06, -1.269075502369425e-07, 7.747614077073057e-09, -3.716577146675772e-10,
    1.4395417669312554e-11, -4.60007822413452e-13, 1.2341465589619718e-14, -2.8205466239524856e-16,
    5.558821065951572e-18, -9.546930865755219e-20, 1.4418291781315051e-21
)
Y0_NEAR = (     # y0(x) - 2 / pi log(x) j0(x) over x^2 / 32 - 1, for x <= 8
    -0.03314611320328494, -0.2744743055297453, 0.17903431407718265, 0.26156734625504663, -0.17730201278114358,
    0.04719668959576339, -0.007287962479552079, 0.0007531135932577742, -5.632079141056987e-05, 3.206532537654801e-06,
    -1.44072332740187e-07, 5.248794787330516e-09, -1.5837552541812015e-10, 4.02633081830612e-12,
    -8.747341203310769e-14, 1.6434898714919468e-15, -2.6977881152566837e-17
)
Y1_NEAR = (     # (y1(x) - 2 / pi (log(x) j1(x) - 1 / x)) / x over x^2 / 32 - 1, for x <= 8
    0.0025380132357417816, -0.01608717304766875, -0.09591204536083074, 0.08445197259652346, -0.028328123944594365,
    0.005289897544167113, -0.0006414551451326356, 5.505982873338744e-05, -3.53808001868935e-06,
    1.7707804556154404e-07, -7.11055004989928e-09, 2.344337905911516e-10, -6.4651518414115946e-12,
    1.51429151205002e-13, -3.0511859694473254e-15, 5.34668038572867e-17, -8.224911372021585e-19
)
# amplitudes, over 128 / x^2 - 1: of the wave in phase, and x times that of the wave a quarter late
P0 = (     # order 0, in phase
    0.9994603493475187, -0.0005365220468132117, 3.0751847875194745e-06, -5.1705945376060975e-08,
    1.6306464635151382e-09, -7.86409137723707e-11, 5.168262387349193e-12, -4.3045788699253914e-13,
    4.3265957431549404e-14, -5.069034095935236e-15, 6.748072215733873e-16, -1.0011513723467786e-16,
    1.6305919233744186e-17
)
Q0 = (     # order 0, late
    -0.12444683684269607, 0.0005470815954089319, -5.9315987288485175e-06, 1.4377965798375193e-07,
    -5.817532749493056e-09, 3.376097523734991e-10, -2.565397936797308e-11, 2.404916100281365e-12,
    -2.6690625482579414e-13, 3.4041800321963686e-14, -4.87994410531204e-15, 7.729703176242605e-16,
    -1.3348852171502517e-16, 2.4865952389390515e-17, -4.952892629886516e-18, 1.0473158973776097e-18
)
P1 = (     # order 1, in phase
    1.0009030408600137, 0.0008989898330859408, -3.987284300488908e-06, 6.177633960644299e-08, -1.8718907491063067e-09,
    8.816898659582339e-11, -5.704863640395645e-12, 4.699195515230542e-13, -4.6842237839904895e-14,
    5.452674896044717e-15, -7.221180842274018e-16, 1.0667689114335412e-16, -1.7312313216116335e-17
)
Q1 = (     # order 1, late
    0.3742222965562826, -0.0007702178839325664, 7.3108922063643636e-06, -1.676782510726674e-07, 6.583354662120443e-09,
    -3.749090950541556e-10, 2.8121750359748866e-11, -2.61145253946232e-12, 2.8774212663332235e-13,
    -3.649001916061838e-14, 5.206626366226707e-15, -8.215318025458595e-16, 1.4141084390211833e-16,
    -2.626761589838529e-17, 5.2192649196714085e-18
)


def _near(table, zeros, u):
    """A function of u = x^2 from what is left of it without its zeros."""
    (a, a_rest), (b, b_rest) = zeros
    return chebyshev(table, u / 32 - 1) * ((u - a) - a_rest) * ((u - b) - b_rest)


def _wave(in_phase, late, quarters, x):
    """in_phase cos(x - shift) - late / x sin(x - shift), with a shift of pi / 4 and so many quarters of a turn back."""
    t = 128 / (x * x) - 1
    sine, cosine = np.sin(x), np.cos(x)
    # cos and sin of x - pi/4, then turned by quarters
    c, s = cosine + sine, sine - cosine
    for _ in range(quarters):
        c, s = s, -c
    return (chebyshev(in_phase, t) * c - chebyshev(late, t) / x * s) / np.sqrt(math.pi * x)


def bessel_j0(x):
    """j0(x) of flat float64 numbers."""
    x = np.abs(x)
    return piecewise(x, (x == 0, np.ones_like), (x <= 8, lambda x: _near(J0_NEAR, J0_ZEROS, x * x)),
                     (np.isinf(x), np.zeros_like),
                     (x > 8, lambda x: _wave(P0, Q0, 0, x)))


def bessel_j1(x):
    """j1(x) of flat float64 numbers."""
    size = np.abs(x)
    out = piecewise(size, (size <= 8, lambda x: x * _near(J1_NEAR, J1_ZEROS, x * x)), (np.isinf(size), np.zeros_like),
                    (size > 8, lambda x: _wave(P1, Q1, 1, x)))
    return np.where(np.signbit(x), -out, out)


def bessel_y0(x):
    """y0(x) of flat float64 numbers; -inf at 0, nan below."""
    return piecewise(x, (x == 0, lambda x: np.full_like(x, -math.inf)), (np.isposinf(x), np.zeros_like),
                     (x > 8, lambda x: _wave(P0, Q0, 1, x)),
                     (x > 0, lambda x: chebyshev(Y0_NEAR, x * x / 32 - 1) + 2 / math.pi * np.log(x) * bessel_j0(x)))


def bessel_y1(x):
    """y1(x) of flat float64 numbers; -inf at 0, nan below."""
    return piecewise(x, (x == 0, lambda x: np.full_like(x, -math.inf)), (np.isposinf(x), np.zeros_like),
                     (x > 8, lambda x: _wave(P1, Q1, 2, x)),
                     (x > 0, lambda x: x * chebyshev(Y1_NEAR, x * x / 32 - 1) + 2 / math.pi * (
                         np.log(x) * bessel_j1(x) - 1 / x)))


def spherical_j0(x):
    """sin(x) / x of flat float64 numbers, 1 at 0."""
    return piecewise(x, (x == 0, np.ones_like), (np.isinf(x), np.zeros_like), (x == x, lambda x: np.sin(x) / x))


for _row in (
        ("BesselJ0", "bessel_j0", bessel_j0, "the Bessel function of the first kind, of order 0"),
        ("BesselJ1", "bessel_j1", bessel_j1, "the Bessel function of the first kind, of order 1"),
        ("BesselY0", "bessel_y0", bessel_y0, "the Bessel function of the second kind, of order 0"),
        ("BesselY1", "bessel_y1", bessel_y1, "the Bessel function of the second kind, of order 1"),
        ("SphericalBesselJ0", "spherical_bessel_j0", spherical_j0, "sin(x) / x of each element x, and 1 at 0")):
    _class_name, _name, _function, _text = _row
    define_undifferentiated(__name__, _class_name, _name, in_doubles(_function), _text)
