"""KL divergences of distributions of different classes."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.nn.distributions.base import EULER
from gradcli.nn.distributions.continuous import Exponential, Laplace, Normal, Uniform
from gradcli.nn.distributions.discrete import Bernoulli, Binomial, ContinuousBernoulli, Poisson
from gradcli.nn.distributions.extremes import Gumbel, Pareto
from gradcli.nn.distributions.gamma import Beta, Gamma
from gradcli.nn.distributions.kl.divergence import KNOWN, implements_kl


def _from_continuous_bernoulli(p: Any, q: Any) -> Any:
    return -p.entropy() - p.mean * q.logits - F.log1p(-q.probs) - q._log_norm()


KNOWN.update({
    (Bernoulli, Poisson): lambda p, q: -p.entropy() - (p.probs * q.rate.log() - q.rate),
    (Beta, ContinuousBernoulli): _from_continuous_bernoulli,
    (Beta, Exponential): lambda p, q: -p.entropy() - q.rate.log() + q.rate * (
        p.concentration1 / (p.concentration1 + p.concentration0)),
    (Beta, Uniform): lambda p, q: F.where((q.low > 0) | (q.high < 1), math.inf,
                                          -p.entropy() + (q.high - q.low).log()),
    (ContinuousBernoulli, Exponential): lambda p, q: -p.entropy() - F.log(q.rate) + q.rate * p.mean,
    (ContinuousBernoulli, Uniform): lambda p, q: F.where((q.low >= 0) | (q.high <= 1), math.inf,
                                                         -p.entropy() + (q.high - q.low).log()),
    (Gamma, Exponential): lambda p, q: -p.entropy() - q.rate.log() + q.rate * p.concentration / p.rate,
    (Uniform, ContinuousBernoulli): lambda p, q: F.where((p.high >= 1) | (p.low <= 0), math.inf,
                                                         _from_continuous_bernoulli(p, q)),
    (Uniform, Exponential): lambda p, q: F.where(p.low < 0, math.inf, q.rate * (p.high + p.low) / 2
                                                 - ((p.high - p.low) * q.rate).log()),
})

# What p gives and q cannot: the divergence is infinite.
WIDE = (Beta, ContinuousBernoulli, Pareto, Uniform)
POSITIVE = (Exponential, Gamma)


@implements_kl((Beta, Pareto), (ContinuousBernoulli, Pareto), *product((Exponential, Gamma), WIDE),
               *product((Gumbel, Laplace, Normal), (*WIDE, *POSITIVE)),
               *product((Pareto,), (Beta, ContinuousBernoulli, Uniform)), (Poisson, Bernoulli), (Poisson, Binomial))
def _infinite(p: Any, q: Any) -> Any:
    return F.full(tuple(p._batch_shape), math.inf, dtype=p.mean.dtype)


@implements_kl((Beta, Gamma))
def _beta_gamma(p: Any, q: Any) -> Any:
    a, total = p.concentration1, p.concentration1 + p.concentration0
    t2 = q.concentration.lgamma() - q.concentration * q.rate.log()
    t3 = (q.concentration - 1) * (a.digamma() - total.digamma())
    return -p.entropy() + t2 - t3 + q.rate * a / total


@implements_kl((Beta, Normal))
def _beta_normal(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    mean, variance = p.concentration1 / total, q.scale.pow(2)
    t2 = 0.5 * (variance * 2 * math.pi).log()
    t3 = (mean * (1 - mean) / (total + 1) + mean.pow(2)) * 0.5
    return -p.entropy() + t2 + (t3 - q.loc * mean + q.loc.pow(2) * 0.5) / variance


@implements_kl((ContinuousBernoulli, Normal))
def _continuous_bernoulli_normal(p: Any, q: Any) -> Any:
    t2 = 0.5 * (math.log(2.0 * math.pi) + F.square(q.loc / q.scale)) + F.log(q.scale)
    t3 = (p.variance + F.square(p.mean) - 2.0 * q.loc * p.mean) / (2.0 * F.square(q.scale))
    return -p.entropy() + t2 + t3


@implements_kl((Exponential, Gamma))
def _exponential_gamma(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return (-q.concentration * F.log(ratio) + ratio + q.concentration.lgamma() + q.concentration * EULER
            - (1 + EULER))


@implements_kl((Exponential, Gumbel))
def _exponential_gumbel(p: Any, q: Any) -> Any:
    together, ratio = p.rate * q.scale, q.loc / q.scale
    t2 = F.exp(ratio) * together / (together + 1)
    return together.log() - 1 - ratio + t2 + together.reciprocal()


@implements_kl((Exponential, Normal))
def _exponential_normal(p: Any, q: Any) -> Any:
    variance, square = q.scale.pow(2), p.rate.pow(2)
    t1 = 0.5 * F.log(square * variance * 2 * math.pi)
    return t1 - 1 + (square.reciprocal() - q.loc / p.rate + q.loc.pow(2) * 0.5) / variance


@implements_kl((Gamma, Gumbel))
def _gamma_gumbel(p: Any, q: Any) -> Any:
    together, ratio, a = p.rate * q.scale, q.loc / q.scale, p.concentration
    t1 = (a - 1) * a.digamma() - a.lgamma() - a
    t2 = together.log() + a / together
    return t1 + t2 + (F.exp(ratio) * (1 + together.reciprocal()).pow(-a) - ratio)


@implements_kl((Gamma, Normal))
def _gamma_normal(p: Any, q: Any) -> Any:
    variance, square, a = q.scale.pow(2), p.rate.pow(2), p.concentration
    t1 = 0.5 * F.log(square * variance * 2 * math.pi) - a - a.lgamma()
    t2 = 0.5 * (a.pow(2) + a) / square
    return t1 + (a - 1) * a.digamma() + (t2 - q.loc * a / p.rate + 0.5 * q.loc.pow(2)) / variance


@implements_kl((Gumbel, Normal))
def _gumbel_normal(p: Any, q: Any) -> Any:
    ratio = p.scale / q.scale
    t1 = (ratio / math.sqrt(2 * math.pi)).log()
    t2 = (math.pi * ratio * 0.5).pow(2) / 3
    t3 = ((p.loc + p.scale * EULER - q.loc) / q.scale).pow(2) * 0.5
    return -t1 + t2 + t3 - (EULER + 1)


@implements_kl((Laplace, Normal))
def _laplace_normal(p: Any, q: Any) -> Any:
    variance = q.scale.pow(2)
    ratio = p.scale.pow(2) / variance
    away = 0.5 * p.loc.pow(2) - p.loc * q.loc + 0.5 * q.loc.pow(2)
    return -(0.5 * F.log(2 * ratio / math.pi)) + ratio + away / variance - 1


@implements_kl((Normal, Gumbel))
def _normal_gumbel(p: Any, q: Any) -> Any:
    mean, ratio, loc = p.loc / q.scale, (p.scale / q.scale).pow(2), q.loc / q.scale
    t3 = F.exp(-mean + 0.5 * ratio + loc)
    return -(ratio.log() * 0.5) + (mean - loc) + t3 - 0.5 * (1 + math.log(2 * math.pi))


@implements_kl((Normal, Laplace))
def _normal_laplace(p: Any, q: Any) -> Any:
    away, ratio = p.loc - q.loc, p.scale / q.scale
    scaled = away / p.scale
    t2 = math.sqrt(2 / math.pi) * p.scale * F.exp(-0.5 * scaled.pow(2))
    t3 = away * F.erf(math.sqrt(0.5) * scaled)
    return -F.log(ratio) + (t2 + t3) / q.scale - 0.5 * (1 + math.log(0.5 * math.pi))


@implements_kl((Pareto, Exponential))
def _pareto_exponential(p: Any, q: Any) -> Any:
    together = p.scale * q.rate
    t1, t3 = (p.alpha / together).log(), p.alpha * together / (p.alpha - 1)
    return F.where(p.alpha <= 1, math.inf, t1 - p.alpha.reciprocal() + t3 - 1)


@implements_kl((Pareto, Gamma))
def _pareto_gamma(p: Any, q: Any) -> Any:
    common = p.scale.log() + p.alpha.reciprocal()
    t2 = q.concentration.lgamma() - q.concentration * q.rate.log()
    t4 = q.rate * p.alpha * p.scale / (p.alpha - 1)
    result = p.alpha.log() - common + t2 + (1 - q.concentration) * common + t4 - 1
    return F.where(p.alpha <= 1, math.inf, result)


@implements_kl((Pareto, Normal))
def _pareto_normal(p: Any, q: Any) -> Any:
    variance, common = 2 * q.scale.pow(2), p.scale / (p.alpha - 1)
    t1 = (math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale).log()
    t3 = p.alpha * common.pow(2) / (p.alpha - 2)
    t4 = (p.alpha * common - q.loc).pow(2)
    return F.where(p.alpha <= 2, math.inf, t1 - p.alpha.reciprocal() + (t3 + t4) / variance - 1)


def _entropies(p: Any) -> Any:
    """The difference of x log x at both ends."""
    return F.xlogy(p.high, p.high) - F.xlogy(p.low, p.low)


@implements_kl((Uniform, Beta))
def _uniform_beta(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t2 = (q.concentration1 - 1) * (_entropies(p) - width) / width
    above, below = 1 - p.high, 1 - p.low
    t3 = (q.concentration0 - 1) * (F.xlogy(above, above) - F.xlogy(below, below) + width) / width
    t4 = q.concentration1.lgamma() + q.concentration0.lgamma() - (q.concentration1 + q.concentration0).lgamma()
    return F.where((p.high > 1) | (p.low < 0), math.inf, t3 + t4 - F.log(width) - t2)


@implements_kl((Uniform, Gamma))
def _uniform_gamma(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t2 = q.concentration.lgamma() - q.concentration * q.rate.log()
    t3 = (1 - q.concentration) * (_entropies(p) - width) / width
    return F.where(p.low < 0, math.inf, -width.log() + t2 + t3 + q.rate * (p.high + p.low) / 2)


@implements_kl((Uniform, Gumbel))
def _uniform_gumbel(p: Any, q: Any) -> Any:
    common = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return common.log() + 0.5 * (high + low) - common * (F.exp(-high) - F.exp(-low))


@implements_kl((Uniform, Normal))
def _uniform_normal(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t1 = (math.sqrt(math.pi * 2) * q.scale / width).log()
    t3 = ((p.high + p.low - 2 * q.loc) / 2).pow(2)
    return t1 + 0.5 * (width.pow(2) / 12 + t3) / q.scale.pow(2)


@implements_kl((Uniform, Pareto))
def _uniform_pareto(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t1 = (q.alpha * q.scale.pow(q.alpha) * width).log()
    t2 = (_entropies(p) - width) / width
    return F.where(p.low < q.scale, math.inf, t2 * (q.alpha + 1) - t1)
