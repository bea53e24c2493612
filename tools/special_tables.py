"""The constants of gradcli/ops/special, computed from their definitions by mpmath (in the extra `dev`).

    python tools/special_tables.py [NAME ...]

prints them, all or those named, digit for digit as they stand in the source; `tests/ops/test_special_tables.py`
compares. Beside these there is one quotient of polynomials, SINGLE_OVER and SINGLE_UNDER, fitted by least squares.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import mp, mpf

mp.dps = 50
NODES = 96          # of the quadrature, far more than any table has terms; DEEPEST was made with 48
Number = Any        # of mpmath, which has no types


class Chebyshev(NamedTuple):
    """A table of coefficients of T_0(t), T_1(t), ..., and the function of t that they sum up to."""

    module: str
    name: str
    terms: int
    function: Callable[[Number], Number]


class Powers(NamedTuple):
    """A table of coefficients of 1, t, t^2, ... for t between `low` and `high`, and the function of t."""

    module: str
    name: str
    terms: int
    low: float
    high: float
    function: Callable[[Number], Number]
    nodes: int = NODES


def chebyshev(function: Callable[[Number], Number], terms: int, nodes: int = NODES) -> list[Number]:
    """The first coefficients of a function on [-1, 1] in Chebyshev polynomials, by the quadrature of Gauss."""
    angles = [mp.pi * (2 * j + 1) / (2 * nodes) for j in range(nodes)]
    values = [function(mp.cos(angle)) for angle in angles]
    sums = [mp.fsum(value * mp.cos(k * angle) for value, angle in zip(values, angles, strict=True))
            for k in range(terms)]
    return [sums[0] / nodes, *(2 * total / nodes for total in sums[1:])]


def powers(table: Powers) -> list[Number]:
    """The coefficients in powers of t, from those in Chebyshev polynomials of the interval brought to [-1, 1]."""
    middle, half = (mpf(table.high) + table.low) / 2, (mpf(table.high) - table.low) / 2
    series = chebyshev(lambda s: table.function(middle + half * s), table.terms, table.nodes)
    before, current = [mpf(1)], [-middle / half, 1 / half]       # T_0 and T_1, in powers of t
    out = [mpf(0)] * table.terms
    for coefficient in series:
        for n, value in enumerate(before):
            out[n] += coefficient * value
        twice = [2 * (low * -middle / half + high / half)
                 for low, high in zip([*current, mpf(0)], [mpf(0), *current], strict=True)]
        before, current = current, [a - b for a, b in zip(twice, [*before, mpf(0), mpf(0)], strict=True)]
    return out


def temme(rows: tuple[int, ...]) -> list[list[Number]]:
    """The coefficients of Temme's expansion (NIST Digital Library of Mathematical Functions, 8.12.9 to 8.12.12).

    c_0 is 1 / m - 1 / eta as a series in eta, and c_k is c_(k-1)' / eta + (-1)^k g_k / m, whose poles cancel.
    """
    terms = rows[0] + 2 * len(rows) + 2
    m = [mpf(0), mpf(1)]         # m in powers of eta, from m' m = eta (1 + m)
    for n in range(2, terms + 2):
        rest = mp.fsum(k * m[k] * m[n + 1 - k] for k in range(2, n))
        m.append((m[n - 1] - rest) / (n + 1))
    reciprocal = _reciprocal(m[1:])                 # eta / m
    series = reciprocal[1:]                         # 1 / m - 1 / eta
    table = [series[:rows[0]]]
    stirling = _stirling(len(rows))
    for k in range(1, len(rows)):
        derivative = [(n + 1) * value for n, value in enumerate(series[1:])]
        series = [a + (-1) ** k * stirling[k] * b
                  for a, b in zip(derivative[1:], reciprocal[1:], strict=False)]
        table.append(series[:rows[k]])
    return table


def _reciprocal(series: list[Number]) -> list[Number]:
    """1 / s of a power series s."""
    out = [1 / series[0]]
    for n in range(1, len(series)):
        out.append(-mp.fsum(series[k] * out[n - k] for k in range(1, n + 1)) / series[0])
    return out


def _stirling(count: int) -> list[Number]:
    """g_k of gamma(a) = sqrt(2 pi / a) (a / e)^a (g_0 + g_1 / a + ...), from the Bernoulli numbers."""
    logarithm = [mpf(0)] * (count + 1)
    for k in range(1, count + 1, 2):
        logarithm[k] = mp.bernoulli(k + 1) / (k * (k + 1))
    out = [mpf(1)]
    for n in range(1, count + 1):
        out.append(mp.fsum(k * logarithm[k] * out[n - k] for k in range(1, n + 1)) / n)
    return out


def _phase(x: Number, z: Number) -> tuple[Number, Number]:
    """The amplitudes of cos(z - pi/4) and of sin(z - pi/4) in sqrt(pi) x^(1/4) Ai(-x)."""
    c, s = mp.cos(z - mp.pi / 4), mp.sin(z - mp.pi / 4)
    ai, bi = (mp.sqrt(mp.pi) * mp.root(x, 4) * f(-x) for f in (mp.airyai, mp.airybi))
    return c * ai - s * bi, s * ai + c * bi


def _airy_wave(t: Number, late: bool) -> Number:
    z = 2 / mpf(3) * mpf(7) ** 1.5 / mp.sqrt((t + 1) / 2)
    amplitudes = _phase((1.5 * z) ** (mpf(2) / 3), z)
    return amplitudes[1] * z if late else amplitudes[0]


def _airy_decay(t: Number) -> Number:
    z = mpf(4) / 3 * mpf(2) ** 1.5 / (t + 1)
    x = (1.5 * z) ** (mpf(2) / 3)
    return mp.airyai(x) * mp.exp(z) * mp.root(x, 4)


def _without_zeros(order: int, t: Number) -> Number:
    u = 32 * (t + 1)
    x = mp.sqrt(u)
    value = mp.besselj(order, x) / (x if order else 1)
    return value / ((u - mp.besseljzero(order, 1) ** 2) * (u - mp.besseljzero(order, 2) ** 2))


def _bessel_wave(order: int, late: bool, t: Number) -> Number:
    x = mp.sqrt(128 / (t + 1))
    angle = x - mp.pi / 4 - order * mp.pi / 2
    j, y = (mp.sqrt(mp.pi * x / 2) * f(order, x) for f in (mp.besselj, mp.bessely))
    return x * (y * mp.cos(angle) - j * mp.sin(angle)) if late else j * mp.cos(angle) + y * mp.sin(angle)


def _y_near(order: int, t: Number) -> Number:
    x = mp.sqrt(32 * (t + 1))
    if not order:
        return mp.bessely(0, x) - 2 / mp.pi * mp.log(x) * mp.besselj(0, x)
    return (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x


def _i_near(order: int, t: Number) -> Number:
    x = 4 * (t + 1)
    return mp.exp(-x) * mp.besseli(order, x) / (x if order else 1)


def _i_far(order: int, t: Number) -> Number:
    x = 16 / (t + 1)
    return mp.exp(-x) * mp.sqrt(x) * mp.besseli(order, x)


def _k0_near(t: Number) -> Number:
    x = mp.sqrt(2 * (t + 1))
    return mp.besselk(0, x) + mp.log(x / 2) * mp.besseli(0, x)


def _k1_near(t: Number) -> Number:
    x = mp.sqrt(2 * (t + 1))
    return x * (mp.besselk(1, x) - mp.log(x / 2) * mp.besseli(1, x))


def _k_far(order: int, t: Number) -> Number:
    x = 4 / (t + 1)
    return mp.exp(x) * mp.sqrt(x) * mp.besselk(order, x)


def _scaled_erfc(t: Number) -> Number:
    x = mpf("3.75") * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def _inverse_erfc(low: str, high: str, t: Number) -> Number:
    """The y with erfc(y) = exp(-r^2), for r between `low` and `high` brought to -1 and 1."""
    r = ((1 - t) * mpf(low) + (1 + t) * mpf(high)) / 2
    return mp.findroot(lambda y: mp.log(mp.erfc(y)) + r * r, (r, r - mpf("0.1")))


def _over_square(function: Callable[[Number], Number], t: Number) -> Number:
    """function(x) / x for x^2 = t."""
    return function(mp.sqrt(t)) / mp.sqrt(t)


ROOT = mp.findroot(mp.digamma, 1.46)
TABLES: list[Chebyshev | Powers] = [
    Chebyshev("airy", "MIDDLE", 41, lambda t: mp.airyai(mpf("4.5") * t - mpf("2.5"))),
    Chebyshev("airy", "DECAY", 25, _airy_decay),
    Chebyshev("airy", "IN_PHASE", 10, lambda t: _airy_wave(t, False)),
    Chebyshev("airy", "LATE", 12, lambda t: _airy_wave(t, True)),
    Chebyshev("bessel", "J0_NEAR", 15, lambda t: _without_zeros(0, t)),
    Chebyshev("bessel", "J1_NEAR", 15, lambda t: _without_zeros(1, t)),
    Chebyshev("bessel", "Y0_NEAR", 17, lambda t: _y_near(0, t)),
    Chebyshev("bessel", "Y1_NEAR", 17, lambda t: _y_near(1, t)),
    Chebyshev("bessel", "P0", 13, lambda t: _bessel_wave(0, False, t)),
    Chebyshev("bessel", "Q0", 16, lambda t: _bessel_wave(0, True, t)),
    Chebyshev("bessel", "P1", 13, lambda t: _bessel_wave(1, False, t)),
    Chebyshev("bessel", "Q1", 15, lambda t: _bessel_wave(1, True, t)),
    Chebyshev("bessel_modified", "I0_NEAR", 30, lambda t: _i_near(0, t)),
    Chebyshev("bessel_modified", "I0_FAR", 25, lambda t: _i_far(0, t)),
    Chebyshev("bessel_modified", "I1_NEAR", 29, lambda t: _i_near(1, t)),
    Chebyshev("bessel_modified", "I1_FAR", 27, lambda t: _i_far(1, t)),
    Chebyshev("bessel_modified", "K0_NEAR", 10, _k0_near),
    Chebyshev("bessel_modified", "K0_FAR", 25, lambda t: _k_far(0, t)),
    Chebyshev("bessel_modified", "K1_NEAR", 11, _k1_near),
    Chebyshev("bessel_modified", "K1_FAR", 25, lambda t: _k_far(1, t)),
    Powers("gamma", "NEAR_2", 29, -0.75, 0.75, lambda t: mp.loggamma(t + 1.5) / ((t + 0.5) * (t - 0.5))),
    Powers("gamma", "NEAR_ROOT", 31, -0.75, 0.75, lambda t: mp.digamma(t + 1.5) / (t + 1.5 - ROOT)),
    Powers("erf", "NEAR_0", 13, 0.0, 1.0, lambda t: _over_square(mp.erf, t)),
    Powers("erf", "SCALED", 25, -1.0, 1.0, _scaled_erfc),
    Powers("erf", "INVERSE_NEAR_0", 15, 0.0, 0.25, lambda t: _over_square(mp.erfinv, t)),
    Powers("erf", "SHALLOW", 24, -1.0, 1.0, lambda t: _inverse_erfc("0.83", "2.25", t)),
    Powers("erf", "DEEP", 26, -1.0, 1.0, lambda t: _inverse_erfc("2.25", "6.25", t)),
    Powers("erf", "DEEPEST", 33, -1.0, 1.0, lambda t: _inverse_erfc("6.25", "27.5", t), 48),
]
TEMME_ROWS = (17, 15, 13, 11, 9, 7, 5, 5)


def coefficients(table: Chebyshev | Powers) -> list[float]:
    """A table, rounded to double precision."""
    exact = powers(table) if isinstance(table, Powers) else chebyshev(table.function, table.terms)
    return list(map(float, exact))


def main() -> None:
    names = set(sys.argv[1:])
    for table in TABLES:
        if not names or table.name in names:
            print(f"{table.module}.{table.name} = {coefficients(table)}")
    if not names or "TEMME" in names:
        print("incomplete_gamma.TEMME =", [list(map(float, row)) for row in temme(TEMME_ROWS)])


if __name__ == "__main__":
    main()
