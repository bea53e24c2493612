"""KL divergences of distributions of the same class."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import broadcast_shapes
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions.base import EULER, ExponentialFamily, sum_rightmost
from gradcli.nn.distributions.categorical import Categorical, OneHotCategorical
from gradcli.nn.distributions.composite import Independent
from gradcli.nn.distributions.continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from gradcli.nn.distributions.discrete import Bernoulli, Binomial, ContinuousBernoulli, Geometric, Poisson
from gradcli.nn.distributions.extremes import Gumbel, Pareto
from gradcli.nn.distributions.gamma import Beta, Dirichlet, Gamma
from gradcli.nn.distributions.kl.divergence import KNOWN, implements_kl, kl_divergence
from gradcli.nn.distributions.multivariate import (
    LowRankMultivariateNormal,
    MultivariateNormal,
    log_diagonal,
    mahalanobis,
)
from gradcli.nn.distributions.normals import HalfNormal
from gradcli.nn.distributions.transformed import TransformedDistribution


@implements_kl((Bernoulli, Bernoulli))
def _bernoulli(p: Any, q: Any) -> Any:
    one = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    one = F.where(p.probs == 0, 0.0, F.where(q.probs == 0, math.inf, one))
    none = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    return one + F.where(p.probs == 1, 0.0, F.where(q.probs == 1, math.inf, none))


@implements_kl((Beta, Beta))
def _beta(p: Any, q: Any) -> Any:
    p1, p0, q1, q0 = p.concentration1, p.concentration0, q.concentration1, q.concentration0
    whole_p, whole_q = p1 + p0, q1 + q0
    t1 = q1.lgamma() + q0.lgamma() + whole_p.lgamma()
    t2 = p1.lgamma() + p0.lgamma() + whole_q.lgamma()
    return (t1 - t2 + (p1 - q1) * F.digamma(p1) + (p0 - q0) * F.digamma(p0)
            + (whole_q - whole_p) * F.digamma(whole_p))


@implements_kl((Binomial, Binomial))
def _binomial(p: Any, q: Any) -> Any:
    if bool((p.total_count < q.total_count).array.any()):
        raise Unimplemented("KL between Binomials where q.total_count > p.total_count is not implemented")
    kl = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return F.where(p.total_count > q.total_count, math.inf, kl)


@implements_kl((Categorical, Categorical))
def _categorical(p: Any, q: Any) -> Any:
    t = p.probs * (p.logits - q.logits)
    return F.where(p.probs == 0, 0.0, F.where(q.probs == 0, math.inf, t)).sum(-1)


@implements_kl((Dirichlet, Dirichlet))
def _dirichlet(p: Any, q: Any) -> Any:
    whole_p, whole_q = p.concentration.sum(-1), q.concentration.sum(-1)
    t1 = whole_p.lgamma() - whole_q.lgamma()
    t2 = (p.concentration.lgamma() - q.concentration.lgamma()).sum(-1)
    t4 = p.concentration.digamma() - whole_p.digamma().unsqueeze(-1)
    return t1 - t2 + ((p.concentration - q.concentration) * t4).sum(-1)


@implements_kl((Exponential, Exponential))
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@implements_kl((ExponentialFamily, ExponentialFamily))
def _bregman(p: Any, q: Any) -> Any:
    if type(p) is not type(q):
        raise Unimplemented("The cross KL-divergence between different exponential families cannot be computed "
                            "using Bregman divergences").saying(
            f"The cross KL-divergence between different exponential families cannot {' ' * 28}be computed using "
            "Bregman divergences")
    natural, value, slopes = p._with_gradients()
    others = q._natural()
    result = q._normalizer(*others) - value
    for of_p, other, slope in zip(natural, others, slopes, strict=True):
        result = result - sum_rightmost((other - of_p) * slope, len(q._event_shape))
    return result


@implements_kl((Gamma, Gamma))
def _gamma(p: Any, q: Any) -> Any:
    t1 = q.concentration * (p.rate / q.rate).log()
    t2 = F.lgamma(q.concentration) - F.lgamma(p.concentration)
    t3 = (p.concentration - q.concentration) * F.digamma(p.concentration)
    return t1 + t2 + t3 + (q.rate - p.rate) * (p.concentration / p.rate)


@implements_kl((Gumbel, Gumbel))
def _gumbel(p: Any, q: Any) -> Any:
    ratio, at_q, at_p = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    t1 = -ratio.log() - at_q + at_p
    t3 = F.exp(at_q + (1 + ratio).lgamma() - at_p)
    return t1 + ratio * EULER + t3 - (1 + EULER)


@implements_kl((Normal, Normal))
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    away = ((p.loc - q.loc) / q.scale).pow(2)
    return 0.5 * (ratio + away - 1 - ratio.log())


@implements_kl((Laplace, Laplace))
def _laplace(p: Any, q: Any) -> Any:
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * F.exp(-away / p.scale) - 1


@implements_kl((Pareto, Pareto))
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() + -ratio.log() + ratio - 1
    return F.where(p.scale < q.scale, math.inf, result)


@implements_kl((TransformedDistribution, TransformedDistribution))
def _transformed(p: Any, q: Any) -> Any:
    if p._transforms != q._transforms or tuple(p._event_shape) != tuple(q._event_shape):
        raise Unimplemented("KL(p || q) of transformed distributions is implemented for equal transforms alone")
    return kl_divergence(p._base, q._base)


@implements_kl((Independent, Independent))
def _independent(p: Any, q: Any) -> Any:
    if p._dims != q._dims:
        raise Unimplemented("KL(p || q) of Independent is implemented for equal reinterpreted_batch_ndims alone")
    return sum_rightmost(kl_divergence(p._base, q._base), p._dims)


def _same_events(p: Any, q: Any, family: str) -> int:
    if tuple(p._event_shape) != tuple(q._event_shape):
        raise ValueFault(f"KL-divergence between two {family} with different event shapes cannot be computed")
    return int(p._event_shape[0])


def _square(matrix: Any) -> Any:
    """The sum of the squares of all elements."""
    return matrix.pow(2).sum((-2, -1))


@implements_kl((MultivariateNormal, MultivariateNormal))
def _vectors(p: Any, q: Any) -> Any:
    n = _same_events(p, q, "Multivariate Normals")
    batch = broadcast_shapes(tuple(q._lower.shape[:-2]), tuple(p._lower.shape[:-2]))
    lower_q, lower_p = (d._lower.expand((*batch, n, n)) for d in (q, p))
    spread = _square(F.linalg_solve_triangular(lower_q, lower_p, upper=False))
    return (log_diagonal(q._lower) - log_diagonal(p._lower)) + 0.5 * (
        spread + mahalanobis(q._lower, q.loc - p.loc) - n)


def _solved(q: Any) -> Any:
    inner = q._factor.mT / q._diagonal.unsqueeze(-2)
    return F.linalg_solve_triangular(q._capacitance, inner, upper=False)


@implements_kl((LowRankMultivariateNormal, LowRankMultivariateNormal))
def _low_ranks(p: Any, q: Any) -> Any:
    n = _same_events(p, q, "Low Rank Multivariate Normals")
    a = _solved(q)
    first = (p._diagonal / q._diagonal).sum(-1)
    second = _square(p._factor * q._diagonal.rsqrt().unsqueeze(-1))
    third = _square(a * p._diagonal.sqrt().unsqueeze(-2))
    trace = first + second - third - _square(a.matmul(p._factor))
    return 0.5 * (q._log_det() - p._log_det() + trace + q._distance(q.loc - p.loc) - n)


@implements_kl((MultivariateNormal, LowRankMultivariateNormal))
def _vector_to_low_rank(p: Any, q: Any) -> Any:
    n = _same_events(p, q, "(Low Rank) Multivariate Normals")
    trace = _square(p._lower * q._diagonal.rsqrt().unsqueeze(-1)) - _square(_solved(q).matmul(p._lower))
    return 0.5 * (q._log_det() - 2 * log_diagonal(p._lower) + trace + q._distance(q.loc - p.loc) - n)


@implements_kl((LowRankMultivariateNormal, MultivariateNormal))
def _low_rank_to_vector(p: Any, q: Any) -> Any:
    n = _same_events(p, q, "(Low Rank) Multivariate Normals")
    batch = broadcast_shapes(tuple(q._lower.shape[:-2]), tuple(p._factor.shape[:-2]))
    lower = q._lower.expand((*batch, n, n))
    factor = p._factor.expand((*batch, n, p._factor.shape[-1]))
    diagonal = F.diag_embed(p._diagonal.sqrt()).expand((*batch, n, n))
    trace = (_square(F.linalg_solve_triangular(lower, factor, upper=False))
             + _square(F.linalg_solve_triangular(lower, diagonal, upper=False)))
    far = mahalanobis(q._lower, q.loc - p.loc)
    return 0.5 * (2 * log_diagonal(q._lower) - p._log_det() + trace + far - n)


KNOWN.update({
    (OneHotCategorical, OneHotCategorical): lambda p, q: _categorical(p._categorical, q._categorical),
    (ContinuousBernoulli, ContinuousBernoulli): lambda p, q: (
        p.mean * (p.logits - q.logits) + (p._log_norm() + F.log1p(-p.probs)) + (-q._log_norm() - F.log1p(-q.probs))),
    (Geometric, Geometric): lambda p, q: -p.entropy() - F.log1p(-q.probs) / p.probs - q.logits,
    (HalfNormal, HalfNormal): lambda p, q: _normal(p._base, q._base),
    (Cauchy, Cauchy): lambda p, q: (((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log()
                                    - (4 * p.scale * q.scale).log()),
    (Poisson, Poisson): lambda p, q: p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate),
    (Uniform, Uniform): lambda p, q: F.where((q.low > p.low) | (q.high < p.high), math.inf,
                                             ((q.high - q.low) / (p.high - p.low)).log()),
})
