"""Gumbel, Pareto, Weibull, Kumaraswamy and inverse gamma distributions, as transformed distributions."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import EULER
from gradcli.nn.distributions.continuous import LOC_SCALE, Exponential, Uniform
from gradcli.nn.distributions.gamma import Gamma
from gradcli.nn.distributions.transformed import TransformedDistribution
from gradcli.nn.distributions.transforms.elementwise import AffineTransform, ExpTransform, PowerTransform


class Gumbel(TransformedDistribution):
    """The Gumbel distribution of maxima."""

    _constraints: Any = LOC_SCALE
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._set(loc=loc, scale=scale)
        limits = finfo(self.loc.dtype)
        low, high = limits.tiny, 1 - limits.eps
        if type(loc) in NUMBERS and type(scale) in NUMBERS:
            base = Uniform(low, high, validate_args)
        else:
            base = Uniform(F.full_like(self.loc, low), F.full_like(self.loc, high), validate_args)
        super().__init__(base, [ExpTransform().inv, AffineTransform(0, -F.ones_like(self.scale)), ExpTransform().inv,
                                AffineTransform(loc, -self.scale)], validate_args)

    mean = property(lambda self: self.loc + self.scale * EULER)
    mode = property(lambda self: self.loc)
    stddev = property(lambda self: math.pi / math.sqrt(6) * self.scale)
    variance = property(lambda self: self.stddev.pow(2))

    def log_prob(self, value: Any) -> Any:
        y = (self.loc - self._checked(value)) / self.scale
        return (y - y.exp()) - self.scale.log()

    def entropy(self) -> Any:
        return self.scale.log() + (1 + EULER)


class Pareto(TransformedDistribution):
    """The Pareto distribution: density proportional to x^-(alpha + 1) above scale."""

    _constraints: Any = {"alpha": constraints.positive, "scale": constraints.positive}

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self._set(scale=scale, alpha=alpha)
        super().__init__(Exponential(self.alpha, validate_args),
                         [ExpTransform(), AffineTransform(0, self.scale)], validate_args)

    support = property(lambda self: constraints.GreaterThanEq(self.scale))
    mode = property(lambda self: self.scale)

    @property
    def mean(self) -> Any:
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def variance(self) -> Any:
        a = self.alpha.clamp(min=2)
        return self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))

    def entropy(self) -> Any:
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())


class Weibull(TransformedDistribution):
    """The Weibull distribution: scale times a power of an exponential variable."""

    _constraints: Any = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self._set(scale=scale, concentration=concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        super().__init__(Exponential(F.ones_like(self.scale), validate_args),
                         [PowerTransform(self.concentration_reciprocal), AffineTransform(0, self.scale)],
                         validate_args)

    mean = property(lambda self: self.scale * F.exp(F.lgamma(1 + self.concentration_reciprocal)))
    mode = property(lambda self: self.scale * (
        (self.concentration - 1) / self.concentration) ** self.concentration.reciprocal())

    @property
    def variance(self) -> Any:
        c = self.concentration_reciprocal
        return self.scale.pow(2) * (F.exp(F.lgamma(1 + 2 * c)) - F.exp(2 * F.lgamma(1 + c)))

    def entropy(self) -> Any:
        c = self.concentration_reciprocal
        return EULER * (1 - c) + F.log(self.scale * c) + 1


class Kumaraswamy(TransformedDistribution):
    """The Kumaraswamy distribution on (0, 1), whose cdf has a closed form."""

    _constraints: Any = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self._set(concentration1=concentration1, concentration0=concentration0)
        base = Uniform(F.full_like(self.concentration0, 0), F.full_like(self.concentration0, 1), validate_args)
        super().__init__(base, [PowerTransform(self.concentration0.reciprocal()), AffineTransform(1.0, -1.0),
                                PowerTransform(self.concentration1.reciprocal())], validate_args)

    def _moment(self, n: int) -> Any:
        a, b = 1 + n / self.concentration1, self.concentration0
        return b * F.exp(F.lgamma(a) + F.lgamma(b) - F.lgamma(a + b))

    mean = property(lambda self: self._moment(1))
    variance = property(lambda self: self._moment(2) - self.mean**2)

    @property
    def mode(self) -> Any:
        a, b = self.concentration1, self.concentration0
        log = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        return F.where((b < 1) | (a < 1), math.nan, log).exp()

    def entropy(self) -> Any:
        t1, t0 = 1 - self.concentration1.reciprocal(), 1 - self.concentration0.reciprocal()
        harmonic = F.digamma(self.concentration0 + 1) + EULER
        return t0 + t1 * harmonic - F.log(self.concentration1) - F.log(self.concentration0)


class InverseGamma(TransformedDistribution):
    """The reciprocal of a gamma variable."""

    _constraints: Any = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args)
        super().__init__(base, PowerTransform(-F.ones((), dtype=base.rate.dtype)), validate_args)

    concentration = property(lambda self: self._base.concentration)
    rate = property(lambda self: self._base.rate)
    mean = property(lambda self: F.where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf))
    mode = property(lambda self: self.rate / (self.concentration + 1))
    variance = property(lambda self: F.where(self.concentration > 2, self.rate.square() / (
        (self.concentration - 1).square() * (self.concentration - 2)), math.inf))

    def entropy(self) -> Any:
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()
