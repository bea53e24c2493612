"""The von Mises distribution of angles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.variable import recording
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, lazy_property

MOST_ROUNDS = 10_000
BESSEL = {      # order: the polynomials of Abramowitz and Stegun, 9.8.1 to 9.8.4, for small and for large arguments
    0: ((1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
        (0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1,
         -0.1647633e-1, 0.392377e-2)),
    1: ((0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
        (0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1,
         0.1787654e-1, -0.420059e-2))}


def log_bessel(x: Any, order: int) -> Any:
    """The logarithm of the modified Bessel function of order 0 or 1."""
    small, large = (_polynomial(y, c) for y, c in zip(((x / 3.75) * (x / 3.75), 3.75 / x), BESSEL[order], strict=True))
    if order:
        small = x.abs() * small
    return F.where(x < 3.75, small.log(), x - 0.5 * x.log() + large.log())


def _polynomial(y: Any, coefficients: tuple[float, ...]) -> Any:
    result: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        result = c + y * result
    return result


class VonMises(Distribution):
    """Angles around loc, from -pi to pi."""

    _constraints: Any = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(loc=loc, concentration=concentration), (), validate_args)

    mean = mode = property(lambda self: self.loc)

    @lazy_property
    def variance(self) -> Any:
        return 1 - (log_bessel(self.concentration, 1) - log_bessel(self.concentration, 0)).exp()

    def log_prob(self, value: Any) -> Any:
        exponent = self.concentration * F.cos(self._checked(value) - self.loc)
        return exponent - math.log(2 * math.pi) - log_bessel(self.concentration, 0)

    def sample(self, sample_shape: Any = ()) -> Any:
        """By rejection (Best and Fisher, 1979), in double precision."""
        shape = tuple(self._extended_shape(sample_shape))
        with recording(False):
            double = np.dtype(np.float64)
            loc, kappa = self.loc.to(double), self.concentration.to(double)
            tau = 1 + (1 + 4 * kappa**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
            r = F.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            x = F.zeros(shape, dtype=double)
            accepted = F.zeros(shape, dtype=np.dtype(bool))
            for _ in range(MOST_ROUNDS):
                if accepted.array.all():
                    break
                u1, u2, u3 = F.rand((3, *shape), dtype=double).unbind()
                z = F.cos(math.pi * u1)
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accept_now = ((c * (2 - c) - u2) > 0) | (((c / u2).log() + 1 - c) >= 0)
                x = F.where(accept_now, (u3 - 0.5).sign() * f.acos(), x)
                accepted = accepted | accept_now
            else:
                raise ValueFault(f"no angle was accepted in {MOST_ROUNDS} rounds: concentration must be positive, and "
                                 "not so large that all angles are the same", "VonMises(0.0, 1.0)")
            return ((x + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype).detach()
