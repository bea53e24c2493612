"""LogNormal, LogisticNormal, HalfNormal, HalfCauchy and the relaxed distributions."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.categorical import SHARES, ExpRelaxedCategorical, LogitRelaxedBernoulli
from gradcli.nn.distributions.continuous import LOC_SCALE, Cauchy, Normal
from gradcli.nn.distributions.discrete import PROBABILITY
from gradcli.nn.distributions.transformed import TransformedDistribution
from gradcli.nn.distributions.transforms.elementwise import AbsTransform, ExpTransform, SigmoidTransform
from gradcli.nn.distributions.transforms.simplex import StickBreakingTransform


class LogNormal(TransformedDistribution):
    """The exponential of a normal variable."""

    _constraints: Any = LOC_SCALE
    support = constraints.positive

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(loc, scale, validate_args), ExpTransform(), validate_args)

    has_rsample = True
    loc = property(lambda self: self._base.loc)
    scale = property(lambda self: self._base.scale)
    mean = property(lambda self: (self.loc + self.scale.pow(2) / 2).exp())
    mode = property(lambda self: (self.loc - self.scale.square()).exp())
    variance = property(lambda self: self.scale.pow(2).expm1() * (2 * self.loc + self.scale.pow(2)).exp())

    def entropy(self) -> Any:
        return self._base.entropy() + self.loc


class LogisticNormal(TransformedDistribution):
    """The stick-breaking transform of a normal vector, on the simplex."""

    _constraints: Any = LOC_SCALE
    support = constraints.simplex
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args)
        super().__init__(base if base._batch_shape else base.expand((1,)), StickBreakingTransform(), validate_args)

    loc = property(lambda self: self._base.base_dist.loc)
    scale = property(lambda self: self._base.base_dist.scale)


class _Half(TransformedDistribution):
    """The absolute value of a distribution symmetric about 0."""

    _constraints: Any = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    scale = property(lambda self: self._base.scale)
    mode = property(lambda self: F.zeros_like(self.scale))

    def log_prob(self, value: Any) -> Any:
        value = F.as_tensor(self._checked(value), dtype=self.scale.dtype)
        return F.where(value >= 0, self._base.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value: Any) -> Any:
        return 2 * self._base.cdf(self._checked(value)) - 1

    def icdf(self, value: Any) -> Any:
        return self._base.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        return self._base.entropy() - math.log(2)


class HalfNormal(_Half):
    """The absolute value of a normal variable with mean 0."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, False), AbsTransform(), validate_args)

    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi))
    variance = property(lambda self: self.scale.pow(2) * (1 - 2 / math.pi))


class HalfCauchy(_Half):
    """The absolute value of a Cauchy variable with loc 0."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, False), AbsTransform(), validate_args)

    mean = property(lambda self: self._full(math.inf, self.scale))
    variance = property(lambda self: self._base.variance)


class _Relaxed(TransformedDistribution):
    """A continuous relaxation of a discrete distribution; temperature 0 is the limit."""

    has_rsample = True

    temperature = property(lambda self: self._base.temperature)
    probs = property(lambda self: self._base.probs)
    logits = property(lambda self: self._base.logits)


class RelaxedBernoulli(_Relaxed):
    """The relaxed Bernoulli distribution on (0, 1) (Maddison and others, 2016)."""

    _constraints: Any = PROBABILITY
    support = constraints.unit_interval

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args)


class RelaxedOneHotCategorical(_Relaxed):
    """The relaxed one-hot, or Gumbel-softmax, distribution on the simplex (Jang and others, 2016)."""

    _constraints: Any = SHARES
    support = constraints.simplex

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        super().__init__(ExpRelaxedCategorical(temperature, probs, logits, validate_args), ExpTransform(),
                         validate_args)
