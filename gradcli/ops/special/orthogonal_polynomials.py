"""Orthogonal polynomials of degree n at each element, by their recurrences in three terms.

PyTorch has no derivatives of them.
"""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Operand
from gradcli.faults.tree import ValueFault
from gradcli.ops.special.evaluate import in_doubles

HIGHEST = 100_000       # degrees beyond would take for ever


def recurrence(first, step, limit=math.inf):
    """The polynomials p0 = 1, p1 = first(x), p(k+1) = step(k, x, p(k), p(k-1)), as a function of (x, n).

    Degrees below 0 give 0, degrees from `limit` on nan.
    """

    def kernel(x, n):
        n = np.trunc(n)
        highest = n.max(initial=0)
        if highest > HIGHEST and limit > highest:
            raise ValueFault(f"a polynomial of degree {int(highest)} is beyond the limit of {HIGHEST}")
        out = np.where(n == 0, 1.0, np.where(n >= limit, math.nan, 0.0))
        out[np.isnan(x) | np.isnan(n)] = math.nan
        before, now = np.ones_like(x), first(x)
        for k in range(1, int(min(highest, limit)) + 1):
            np.copyto(out, now, where=n == k)
            before, now = now, step(k, x, now, before)
        return out

    return in_doubles(kernel)


def _doubling(k, x, now, before):
    return 2 * x * now - before


_t = recurrence(lambda x: x.copy(), _doubling)
_u = recurrence(lambda x: 2 * x, _doubling)
_v = recurrence(lambda x: 2 * x - 1, _doubling)
_w = recurrence(lambda x: 2 * x + 1, _doubling)
_he = recurrence(lambda x: x.copy(), lambda k, x, now, before: x * now - k * before, limit=512)
_h = recurrence(lambda x: 2 * x, lambda k, x, now, before: 2 * (x * now - k * before), limit=512)
_l = recurrence(lambda x: 1 - x, lambda k, x, now, before: ((2 * k + 1 - x) * now - k * before) / (k + 1))
_p = recurrence(lambda x: x.copy(), lambda k, x, now, before: ((2 * k + 1) * x * now - k * before) / (k + 1))


class Polynomial(Op, abstract=True):
    """A polynomial of degree n; either argument may be a number."""

    type_promotion = "floating"
    samples = [([0.25, -0.5, 1.5], np.array([0, 1, 7])), ([0.25, -0.5, 1.5], 3)]
    errors = [("text", 1), ([1.0, 2.0], np.array([1, 2, 3]))]


class ChebyshevT(Polynomial):
    """special.chebyshev_polynomial_t(input, n): Chebyshev's polynomial of the first kind of degree n."""

    names = ("special.chebyshev_polynomial_t",)

    def forward(input: Operand, n: Operand):
        return _t(input, n)


class ChebyshevU(Polynomial):
    """special.chebyshev_polynomial_u(input, n): Chebyshev's polynomial of the second kind of degree n."""

    names = ("special.chebyshev_polynomial_u",)

    def forward(input: Operand, n: Operand):
        return _u(input, n)


class ChebyshevV(Polynomial):
    """special.chebyshev_polynomial_v(input, n): Chebyshev's polynomial of the third kind of degree n."""

    names = ("special.chebyshev_polynomial_v",)

    def forward(input: Operand, n: Operand):
        return _v(input, n)


class ChebyshevW(Polynomial):
    """special.chebyshev_polynomial_w(input, n): Chebyshev's polynomial of the fourth kind of degree n."""

    names = ("special.chebyshev_polynomial_w",)

    def forward(input: Operand, n: Operand):
        return _w(input, n)


class ShiftedChebyshevT(Polynomial):
    """special.shifted_chebyshev_polynomial_t(input, n): Chebyshev's polynomial of the first kind at 2x - 1."""

    names = ("special.shifted_chebyshev_polynomial_t",)

    def forward(input: Operand, n: Operand):
        return _t(input * 2 - 1, n)


class ShiftedChebyshevU(Polynomial):
    """special.shifted_chebyshev_polynomial_u(input, n): Chebyshev's polynomial of the second kind at 2x - 1."""

    names = ("special.shifted_chebyshev_polynomial_u",)

    def forward(input: Operand, n: Operand):
        return _u(input * 2 - 1, n)


class ShiftedChebyshevV(Polynomial):
    """special.shifted_chebyshev_polynomial_v(input, n): Chebyshev's polynomial of the third kind at 2x - 1."""

    names = ("special.shifted_chebyshev_polynomial_v",)

    def forward(input: Operand, n: Operand):
        return _v(input * 2 - 1, n)


class ShiftedChebyshevW(Polynomial):
    """special.shifted_chebyshev_polynomial_w(input, n): Chebyshev's polynomial of the fourth kind at 2x - 1."""

    names = ("special.shifted_chebyshev_polynomial_w",)

    def forward(input: Operand, n: Operand):
        return _w(input * 2 - 1, n)


class HermiteH(Polynomial):
    """special.hermite_polynomial_h(input, n): the physicist's Hermite polynomial of degree n."""

    names = ("special.hermite_polynomial_h",)

    def forward(input: Operand, n: Operand):
        return _h(input, n)


class HermiteHe(Polynomial):
    """special.hermite_polynomial_he(input, n): the probabilist's Hermite polynomial of degree n."""

    names = ("special.hermite_polynomial_he",)

    def forward(input: Operand, n: Operand):
        return _he(input, n)


class Laguerre(Polynomial):
    """special.laguerre_polynomial_l(input, n): Laguerre's polynomial of degree n."""

    names = ("special.laguerre_polynomial_l",)

    def forward(input: Operand, n: Operand):
        return _l(input, n)


class Legendre(Polynomial):
    """special.legendre_polynomial_p(input, n): Legendre's polynomial of degree n."""

    names = ("special.legendre_polynomial_p",)

    def forward(input: Operand, n: Operand):
        return _p(input, n)
