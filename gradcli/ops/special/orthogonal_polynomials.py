"""Orthogonal polynomials of degree n at each element, by their recurrences in three terms.

PyTorch has no derivatives of them.
"""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Operand
from gradcli.faults.tree import ValueFault
from gradcli.ops.base import define
from gradcli.ops.dtype_checks import refuse_half
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

    memory_order = "operands"
    type_promotion = "floating"
    samples = [([0.25, -0.5, 1.5], np.array([0, 1, 7])), ([0.25, -0.5, 1.5], 3)]
    errors = [("text", 1), ([1.0, 2.0], np.array([1, 2, 3]))]


POLYNOMIALS = {
    "chebyshev_polynomial_t": ("ChebyshevT", _t, "Chebyshev's polynomial of the first kind of degree n"),
    "chebyshev_polynomial_u": ("ChebyshevU", _u, "Chebyshev's polynomial of the second kind of degree n"),
    "chebyshev_polynomial_v": ("ChebyshevV", _v, "Chebyshev's polynomial of the third kind of degree n"),
    "chebyshev_polynomial_w": ("ChebyshevW", _w, "Chebyshev's polynomial of the fourth kind of degree n"),
    "shifted_chebyshev_polynomial_t": ("ShiftedChebyshevT", _t, "Chebyshev's polynomial of the first kind at 2x - 1"),
    "shifted_chebyshev_polynomial_u": ("ShiftedChebyshevU", _u, "Chebyshev's polynomial of the second kind at 2x - 1"),
    "shifted_chebyshev_polynomial_v": ("ShiftedChebyshevV", _v, "Chebyshev's polynomial of the third kind at 2x - 1"),
    "shifted_chebyshev_polynomial_w": ("ShiftedChebyshevW", _w, "Chebyshev's polynomial of the fourth kind at 2x - 1"),
    "hermite_polynomial_h": ("HermiteH", _h, "the physicist's Hermite polynomial of degree n"),
    "hermite_polynomial_he": ("HermiteHe", _he, "the probabilist's Hermite polynomial of degree n"),
    "laguerre_polynomial_l": ("Laguerre", _l, "Laguerre's polynomial of degree n"),
    "legendre_polynomial_p": ("Legendre", _p, "Legendre's polynomial of degree n")}
"""By name the class of the operation, the polynomial, and what it is."""


def _forward(name, kernel, shifted):
    def forward(input: Operand, n: Operand):
        refuse_half(name, input, n)
        return kernel(input * 2 - 1 if shifted else input, n)

    return forward


for _name, (_class_name, _kernel, _text) in POLYNOMIALS.items():
    define(Polynomial, __name__, f"special.{_name}", _class_name, f"(input, n): {_text}.",
           forward=_forward(_name, _kernel, _name.startswith("shifted")))
