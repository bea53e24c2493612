"""Discrete distributions: Bernoulli, binomial, geometric, negative binomial, Poisson; and the continuous Bernoulli."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.engine.tensor.variable import recording
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import (
    Distribution,
    ExponentialFamily,
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
)
from gradcli.nn.distributions.gamma import Gamma

PROBABILITY = {"probs": constraints.unit_interval, "logits": constraints.real}


def probs_or_logits(name: str, probs: Any, logits: Any) -> str:
    """"probs" or "logits", whichever is set. ValueFault unless exactly one is."""
    if (probs is None) == (logits is None):
        raise ValueFault("Either `probs` or `logits` must be specified, but not both.",
                         (f"{name}(logits=scores)", "scores, as a last layer gives them"))
    return "logits" if probs is None else "probs"


class ByProbability(Distribution):
    """A distribution parametrized by `probs` or `logits`."""

    _constraints: Any = PROBABILITY

    def _set_probability(self, probs: Any, logits: Any, **counts_by_name: Any) -> tuple[int, ...]:
        """Set `probs` or `logits`, broadcast with `counts_by_name` and of one dtype; return the batch shape."""
        name = probs_or_logits(type(self).__name__, probs, logits)
        value = probs if logits is None else logits
        *counts, value = broadcast_all(*counts_by_name.values(), value)
        for other, count in zip(counts_by_name, counts, strict=True):
            vars(self)[other] = count.type_as(value)
        vars(self)[name] = value
        return tuple(value.shape)

    @lazy_property
    def logits(self) -> Any:
        return probs_to_logits(self.probs, True)

    @lazy_property
    def probs(self) -> Any:
        return logits_to_probs(self.logits, True)

    param_shape = property(lambda self: (vars(self).get("probs", vars(self).get("logits"))).shape)

    def _enumerate_from_zero(self, count: int, dtype: Any, expand: bool) -> Any:
        """0 to count - 1 along a first dimension, (count, *batch) if `expand`, else (count, 1, ...)."""
        values = F.arange(count, dtype=dtype).view((-1, *[1] * len(self._batch_shape)))
        return values.expand((-1, *self._batch_shape)) if expand else values

    def _entropy_of_one(self) -> Any:
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Bernoulli(ByProbability, ExponentialFamily):
    """1 with probability `probs`, else 0."""

    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._set_probability(probs, logits), (), validate_args)

    mean = property(lambda self: self.probs)
    mode = property(lambda self: F.where(self.probs == 0.5, math.nan, (self.probs >= 0.5).type_as(self.probs)))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return F.bernoulli(self.probs.expand(tuple(self._extended_shape(sample_shape)))).detach()

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        return self._entropy_of_one()

    def enumerate_support(self, expand: bool = True) -> Any:
        return self._enumerate_from_zero(2, self.probs.dtype, expand)

    def _natural(self) -> tuple[Any, ...]:
        return (F.logit(self.probs),)

    def _normalizer(self, *natural: Any) -> Any:
        return F.log1p(F.exp(natural[0]))


class Binomial(ByProbability):
    """The number of successes in total_count trials."""

    _constraints: Any = {"total_count": constraints.nonnegative_integer, **PROBABILITY}
    has_enumerate_support = True

    def __init__(self, total_count: Any = 1, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        super().__init__(self._set_probability(probs, logits, total_count=total_count), (), validate_args)

    support = property(lambda self: constraints.IntegerInterval(0, self.total_count))
    mean = property(lambda self: self.total_count * self.probs)
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count))
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        with recording(False):
            return F.binomial(self.total_count.expand(shape), self.probs.expand(shape)).detach()

    def log_prob(self, value: Any) -> Any:
        value, logits = self._checked(value), self.logits
        successes = F.lgamma(value + 1)
        failures = F.lgamma(self.total_count - value + 1)
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2
        normalizer = (self.total_count * above + self.total_count * F.log1p(F.exp(-F.abs(logits)))
                      - F.lgamma(self.total_count + 1))
        return value * logits - successes - failures - normalizer

    def entropy(self) -> Any:
        self._single_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(F.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        return self._enumerate_from_zero(1 + self._single_count("enumerate_support"), self.total_count.dtype, expand)

    def _single_count(self, name: str) -> int:
        counts = self.total_count.array
        if counts.min() != int(counts.max()):
            raise Unimplemented(f"Inhomogeneous total count not supported by `{name}`.")
        return int(counts.max())


class Geometric(ByProbability):
    """The number of failures before the first success."""

    support = constraints.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._set_probability(probs, logits), (), validate_args)
        if self._validate_args and probs is not None and not (self.probs.array > 0).all():
            value = self.probs
            raise ValueFault(f"Expected parameter probs (Tensor of shape {tuple(value.shape)}) of distribution "
                             f"{self._text(None)} to be positive but found invalid values:\n"
                             f"{DisplayHooks.format(value.detach()[~(value > 0)], '')}")

    mean = property(lambda self: 1.0 / self.probs - 1.0)
    mode = property(lambda self: F.zeros_like(self.probs))
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape, dtype = tuple(self._extended_shape(sample_shape)), self.probs.dtype
        with recording(False):
            u = F.uniform_(F.empty(shape, dtype=dtype), finfo(dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor().detach()

    def log_prob(self, value: Any) -> Any:
        value, probs = broadcast_all(self._checked(value), self.probs)
        probs = F.where((probs == 1) & (value == 0), 0.0, probs)
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self) -> Any:
        return self._entropy_of_one() / self.probs


class NegativeBinomial(ByProbability):
    """The number of successes before total_count failures."""

    _constraints: Any = {
        "total_count": constraints.GreaterThanEq(0), "probs": constraints.HalfOpenInterval(0.0, 1.0),
        "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, total_count: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        super().__init__(self._set_probability(probs, logits, total_count=total_count), (), validate_args)

    mean = property(lambda self: self.total_count * F.exp(self.logits))
    mode = property(lambda self: ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0))
    variance = property(lambda self: self.mean / F.sigmoid(-self.logits))

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            rate = Gamma(self.total_count, F.exp(-self.logits), validate_args=False).sample(sample_shape)
            return F.poisson(rate).detach()

    def log_prob(self, value: Any) -> Any:
        value, count = self._checked(value), self.total_count
        raw = count * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits)
        normalizer = -F.lgamma(count + value) + F.lgamma(1.0 + value) + F.lgamma(count)
        return raw - normalizer.masked_fill(count + value == 0.0, 0.0)


class Poisson(ExponentialFamily):
    """The Poisson distribution of counts with this rate."""

    _constraints: Any = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(rate=rate), (), validate_args)

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return F.poisson(self.rate.expand(tuple(self._extended_shape(sample_shape)))).detach()

    def log_prob(self, value: Any) -> Any:
        rate, value = broadcast_all(self.rate, self._checked(value))
        return F.xlogy(value, rate) - rate - (value + 1).lgamma()

    def entropy(self) -> Any:
        raise Unimplemented("Poisson does not implement entropy: there is no closed form")

    def _natural(self) -> tuple[Any, ...]:
        return (F.log(self.rate),)

    def _normalizer(self, *natural: Any) -> Any:
        return F.exp(natural[0])


class ContinuousBernoulli(ByProbability, ExponentialFamily):
    """The continuous Bernoulli distribution on [0, 1] (Loaiza-Ganem and Cunningham, 2019)."""

    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501),
                 validate_args: bool | None = None) -> None:
        shape = self._set_probability(probs, logits)
        if probs is not None:
            if validate_args is not None and not constraints.unit_interval.check(self.probs).array.all():
                raise ValueFault("The parameter probs has invalid values")
            vars(self)["probs"] = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(shape, (), validate_args)

    @lazy_property
    def probs(self) -> Any:
        return clamp_probs(logits_to_probs(self.logits, True))

    def _away(self) -> Any:
        """A mask of the `probs` outside `lims`; inside, near 1/2, Taylor series replace the formulas."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut(self) -> Any:
        return F.where(self._away(), self.probs, self._lims[0] * F.ones_like(self.probs))

    def _log_norm(self) -> Any:
        cut = self._cut()
        below = F.where(cut <= 0.5, cut, F.zeros_like(cut))
        above = F.where(cut >= 0.5, cut, F.ones_like(cut))
        norm = F.log(F.abs(F.log1p(-cut) - F.log(cut))) - F.where(
            cut <= 0.5, F.log1p(-2.0 * below), F.log(2.0 * above - 1.0))
        x = (self.probs - 0.5) ** 2
        return F.where(self._away(), norm, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Any:
        cut = self._cut()
        mean = cut / (2.0 * cut - 1.0) + 1.0 / (F.log1p(-cut) - F.log(cut))
        x = self.probs - 0.5
        return F.where(self._away(), mean, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x**2) * x)

    @property
    def variance(self) -> Any:
        cut = self._cut()
        variance = cut * (cut - 1.0) / (1.0 - 2.0 * cut) ** 2 + 1.0 / (F.log1p(-cut) - F.log(cut)) ** 2
        x = (self.probs - 0.5) ** 2
        return F.where(self._away(), variance, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(F.rand(tuple(self._extended_shape(sample_shape)), dtype=self.probs.dtype))

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none") + self._log_norm()

    def cdf(self, value: Any) -> Any:
        value, cut = self._checked(value), self._cut()
        inside = (cut**value * (1.0 - cut) ** (1.0 - value) + cut - 1.0) / (2.0 * cut - 1.0)
        inside = F.where(self._away(), inside, value)
        return F.where(value <= 0.0, F.zeros_like(value), F.where(value >= 1.0, F.ones_like(value), inside))

    def icdf(self, value: Any) -> Any:
        cut = self._cut()
        away = (F.log1p(-cut + value * (2.0 * cut - 1.0)) - F.log1p(-cut)) / (F.log(cut) - F.log1p(-cut))
        return F.where(self._away(), away, value)

    def entropy(self) -> Any:
        none, one = F.log1p(-self.probs), F.log(self.probs)
        return self.mean * (none - one) - self._log_norm() - none

    def _natural(self) -> tuple[Any, ...]:
        return (self.logits,)

    def _normalizer(self, *natural: Any) -> Any:
        x = natural[0]
        low, high = (limit - 0.5 for limit in self._lims)
        away = (x <= low) | (x > high)
        cut = F.where(away, x, low * F.ones_like(x))
        series = 0.5 * x + x**2 / 24.0 - x**4 / 2880.0
        return F.where(away, F.log(F.abs(F.expm1(cut))) - F.log(F.abs(cut)), series)
