"""Categorical, one-hot, multinomial, and the relaxed Bernoulli and categorical distributions."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.variable import recording
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import (
    Distribution,
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
    shape_tuple,
    tensor_of,
)
from gradcli.nn.distributions.discrete import Binomial, ByProbability, probs_or_logits

SHARES = {"probs": constraints.simplex, "logits": constraints.real_vector}


class Categorical(Distribution):
    """An index 0 to K - 1 with probabilities `probs`, (*batch, K)."""

    _constraints: Any = SHARES
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        name = probs_or_logits(type(self).__name__, probs, logits)
        value = tensor_of(probs if logits is None else logits, name)
        if not value.array.ndim:
            raise ValueFault(f"`{name}` parameter must be at least one-dimensional.",
                             ("Categorical(torch.tensor([0.5, 0.5]))", "a probability for each class"))
        scaled: Any = value
        scaled = (scaled / scaled.sum(-1, keepdim=True) if name == "probs"
                  else scaled - F.logsumexp(scaled, -1, True))
        vars(self)[name] = scaled
        self._count = scaled.shape[-1]
        super().__init__(scaled.shape[:-1], (), validate_args)

    @lazy_property
    def logits(self) -> Any:
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Any:
        return logits_to_probs(self.logits)

    support = property(lambda self: constraints.IntegerInterval(0, self._count - 1))
    param_shape = property(lambda self: (vars(self).get("probs", vars(self).get("logits"))).shape)
    mean = variance = property(lambda self: self._full(math.nan, self.probs))
    mode = property(lambda self: self.probs.argmax(-1))

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = shape_tuple(sample_shape)
        with recording(False):
            flat = self.probs.detach().reshape(-1, self._count)
            return F.multinomial(flat, math.prod(shape), True).t().reshape(tuple(self._extended_shape(shape)))

    def log_prob(self, value: Any) -> Any:
        value = F.as_tensor(self._checked(value))
        value, scores = F.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return scores.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        return -(F.clamp(self.logits, min=finfo(self.logits.dtype).min) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        values = F.arange(self._count).view((-1, *[1] * len(self._batch_shape)))
        return values.expand((-1, *self._batch_shape)) if expand else values


class OnCategorical(Distribution):
    """A distribution of vectors (*batch, K) that wraps a Categorical."""

    _constraints: Any = SHARES

    _categorical: Categorical

    def _set_categorical(self, probs: Any, logits: Any, validate_args: bool | None) -> None:
        self._categorical = Categorical(probs, logits)
        Distribution.__init__(self, self._categorical._batch_shape, self._categorical.param_shape[-1:], validate_args)

    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    param_shape = property(lambda self: self._categorical.param_shape)


class OneHotCategorical(OnCategorical):
    """A one-hot vector of K classes."""

    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._set_categorical(probs, logits, validate_args)

    mean = property(lambda self: self.probs)
    mode = property(lambda self: F.one_hot(self.probs.argmax(-1), self.probs.shape[-1]).type_as(self.probs))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        samples = self._categorical.sample(sample_shape)
        return F.one_hot(samples, self._event_shape[0]).to(self.probs.dtype)

    def log_prob(self, value: Any) -> Any:
        return self._categorical.log_prob(self._checked(value).max(-1)[1])

    def entropy(self) -> Any:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Any:
        n = self._event_shape[0]
        values = F.eye(n, dtype=self.probs.dtype).view((n, *[1] * len(self._batch_shape), n))
        return values.expand((n, *self._batch_shape, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """One-hot samples with the straight-through gradient: that of the probabilities (Bengio and others, 2013)."""

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Multinomial(OnCategorical):
    """The counts of K classes in total_count draws."""

    _unexpanded = frozenset({"_binomial"})

    total_count: int

    def __init__(self, total_count: Any = 1, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        if type(total_count) is not int:
            raise Unimplemented("inhomogeneous total_count is not supported: it is one whole number, not "
                                f"{described(total_count)}").saying("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._set_categorical(probs, logits, validate_args)
        self._binomial = Binomial(total_count, self.probs)

    support = property(lambda self: constraints.Multinomial(self.total_count))
    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = shape_tuple(sample_shape)
        samples = self._categorical.sample((self.total_count, *shape))
        samples = samples.permute([*range(1, samples.ndim), 0])
        counts = F.zeros(tuple(self._extended_shape(shape)), dtype=samples.dtype)
        return counts.scatter_add(-1, samples, F.ones_like(samples)).type_as(self.probs)

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        of_total, of_counts = F.lgamma(value.sum(-1) + 1), F.lgamma(value + 1).sum(-1)
        logits = F.where((value == 0) & (logits == -math.inf), 0.0, logits)
        return of_total - of_counts + (logits * value).sum(-1)

    def entropy(self) -> Any:
        n = F.tensor(self.total_count)
        first = n * self._categorical.entropy() - F.lgamma(n + 1)
        support = self._binomial.enumerate_support(False)[1:]
        shares = F.exp(self._binomial.log_prob(support))
        return first + (shares * F.lgamma(support + 1)).sum([0, -1])


def _temperature(value: Any) -> Any:
    """A temperature as a tensor."""
    return broadcast_all(value)[0]


class LogitRelaxedBernoulli(ByProbability):
    """The logit of a RelaxedBernoulli sample."""

    _module_path = "torch.distributions.relaxed_bernoulli"
    _unexpanded = frozenset({"temperature"})
    support = constraints.real

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        self.temperature = _temperature(temperature)
        super().__init__(self._set_probability(probs, logits), (), validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(F.rand(shape, dtype=probs.dtype))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        away = logits - value * self.temperature
        return self.temperature.log() + away - 2 * away.exp().log1p()


class ExpRelaxedCategorical(OnCategorical):
    """The logarithm of a RelaxedOneHotCategorical sample."""

    _module_path = "torch.distributions.relaxed_categorical"
    _unexpanded = frozenset({"temperature"})
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature: Any, probs: Any = None, logits: Any = None,
                 validate_args: bool | None = None) -> None:
        self.temperature = _temperature(temperature)
        self._set_categorical(probs, logits, validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = clamp_probs(F.rand(tuple(self._extended_shape(sample_shape)), dtype=self.logits.dtype))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - F.logsumexp(scores, -1, True)

    def log_prob(self, value: Any) -> Any:
        count = self._event_shape[0]
        value = self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        scale = (F.full_like(self.temperature, float(count)).lgamma() - self.temperature.log() * -(count - 1))
        score = logits - value * self.temperature
        return (score - F.logsumexp(score, -1, True)).sum(-1) + scale
