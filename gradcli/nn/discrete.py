"""Distributions over whole numbers, and the divergence of one distribution from another."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.limits import finfo
from gradcli.engine.op import traced as F
from gradcli.engine.tensor import Size, Tensor
from gradcli.engine.variable import recording
from gradcli.errors import ArgumentFault, ValueFault
from gradcli.nn.distributions import (
    Distribution,
    Exponential,
    Independent,
    Laplace,
    MultivariateNormal,
    Normal,
    Uniform,
)


def _inside(probs: Any) -> Any:
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


class _ByProbability(Distribution):
    """A distribution given by probabilities, or by the scores they come from."""

    __slots__ = ()
    _names = ("probs", "logits")

    def _given(self, probs: Any, logits: Any) -> None:
        if (probs is None) == (logits is None):
            raise ValueFault("Either `probs` or `logits` must be specified, but not both.",
                             (f"{type(self).__name__}(logits=scores)", "scores, as a last layer gives them"))
        name, value = ("probs", probs) if logits is None else ("logits", logits)
        if not isinstance(value, Tensor):
            value = F.tensor(float(value))
        vars(self)[name] = value
        self._batch, self._event = Size(value.shape), Size()
        if name == "probs" and not bool(F.all((value >= 0) & (value <= (1 if self._bounded else math.inf)))):
            raise ValueFault(f"Expected parameter probs of distribution {self.__display__(None)} to be probabilities",
                             ("torch.softmax(scores, -1)", "makes probabilities of scores"))

    _bounded = True

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return vars(self)["probs"] if "probs" in vars(self) else self._likely(vars(self)["logits"])

    @property
    def logits(self) -> Any:
        """The scores."""
        return vars(self)["logits"] if "logits" in vars(self) else self._scores(vars(self)["probs"])

    def _likely(self, logits: Any) -> Any:
        return F.sigmoid(logits)

    def _scores(self, probs: Any) -> Any:
        inside = _inside(probs)
        return F.log(inside) - F.log1p(-inside)

    def rsample(self, sample_shape: Any = ()) -> Any:
        raise ArgumentFault(f"what {type(self).__name__} draws has no gradient",
                            ("d.sample()", "and d.log_prob(sample), which has one"))


class Bernoulli(_ByProbability):
    """One or zero."""

    __slots__ = ()

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: Any = None) -> None:
        self._given(probs, logits)

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return F.bernoulli(self.probs.expand(self._extended(sample_shape))).detach()

    def log_prob(self, value: Any) -> Any:
        logits, value = F.broadcast_tensors(self.logits, F.as_tensor(value, dtype=self.logits.dtype))
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Categorical(_ByProbability):
    """The number of one of several classes."""

    __slots__ = ()
    _bounded = False

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: Any = None) -> None:
        self._given(probs, logits)
        if not self._batch:
            raise ValueFault("`probs` parameter must be at least one-dimensional.",
                             ("Categorical(torch.tensor([0.5, 0.5]))", "a probability for each class"))
        kept = vars(self)
        if "probs" in kept:
            kept["probs"] = kept["probs"] / kept["probs"].sum(-1, keepdim=True)
        else:
            kept["logits"] = kept["logits"] - F.logsumexp(kept["logits"], -1, True)
        self._batch = Size(self._batch[:-1])

    def _likely(self, logits: Any) -> Any:
        return F.softmax(logits, -1)

    def _scores(self, probs: Any) -> Any:
        return F.log(_inside(probs))

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            probs = self.probs.detach()
            flat = probs.reshape(-1, probs.shape[-1])
            count = math.prod(sample_shape) if isinstance(sample_shape, tuple | list) else sample_shape
            return F.multinomial(flat, count, True).t().reshape(self._extended(sample_shape))

    def log_prob(self, value: Any) -> Any:
        value, scores = F.broadcast_tensors(F.as_tensor(value).long().unsqueeze(-1), self.logits)
        return scores.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        return -(F.clamp(self.logits, min=finfo(self.logits.dtype).min) * self.probs).sum(-1)


class OneHotCategorical(Categorical):
    """The same, as a vector with a one at the class."""

    __slots__ = ()

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: Any = None) -> None:
        super().__init__(probs, logits)
        self._event = Size(self.probs.shape[-1:])

    def sample(self, sample_shape: Any = ()) -> Any:
        drawn = Categorical(self.probs).sample(sample_shape)
        return F.one_hot(drawn, self._event[0]).to(self.probs.dtype)

    def log_prob(self, value: Any) -> Any:
        return Categorical.log_prob(self, value.argmax(-1))


class Poisson(Distribution):
    """How often something happens at a rate."""

    __slots__ = ()
    _names = ("rate",)

    rate: Any

    def __init__(self, rate: Any, validate_args: Any = None) -> None:
        self._set(rate)

    mean = variance = property(lambda self: self.rate)

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return F.poisson(self.rate.expand(self._extended(sample_shape))).detach()

    def log_prob(self, value: Any) -> Any:
        value = F.as_tensor(value, dtype=self.rate.dtype)
        return F.xlogy(value, self.rate) - self.rate - F.lgamma(value + 1)


def kl_divergence(p: Any, q: Any) -> Any:
    """How much is lost where `q` is taken for `p`."""
    if isinstance(p, Independent) and isinstance(q, Independent):
        return p._summed(kl_divergence(p.base_dist, q.base_dist))
    for kind, divergence in DIVERGENCES.items():
        if isinstance(p, kind) and isinstance(q, kind):
            return divergence(p, q)
    raise ArgumentFault("No KL(p || q) is implemented for p type "
                        f"{type(p).__name__} and q type {type(q).__name__}", (
                            "(p.log_prob(x) - q.log_prob(x)).mean()", "measures it, with x = p.rsample((1000,))"))


def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    away = ((p.loc - q.loc) / q.scale).pow(2)
    return 0.5 * (ratio + away - 1 - ratio.log())


def _bernoulli(p: Any, q: Any) -> Any:
    one = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    one = F.where(p.probs == 0, F.zeros_like(one), F.where(q.probs == 0, F.full_like(one, math.inf), one))
    none = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    none = F.where(p.probs == 1, F.zeros_like(none), F.where(q.probs == 1, F.full_like(none, math.inf), none))
    return one + none


def _categorical(p: Any, q: Any) -> Any:
    each = p.probs * (p.logits - q.logits)
    impossible = (q.probs == 0).expand_as(each)
    each = F.where(impossible, F.full_like(each, math.inf), each)
    return F.where((p.probs == 0).expand_as(each), F.zeros_like(each), each).sum(-1)


def _uniform(p: Any, q: Any) -> Any:
    result = F.log((q.high - q.low) / (p.high - p.low))
    return F.where((q.low > p.low) | (q.high < p.high), F.full_like(result, math.inf), result)


def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


def _laplace(p: Any, q: Any) -> Any:
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * F.exp(-away / p.scale) - 1


def _vectors(p: Any, q: Any) -> Any:
    spread = F.linalg_solve_triangular(q.scale_tril, p.scale_tril, upper=False).pow(2).sum((-2, -1))
    away = F.linalg_solve_triangular(q.scale_tril, (q.loc - p.loc).unsqueeze(-1), upper=False)
    return (q._half_log_det() - p._half_log_det()) + 0.5 * (spread + away.pow(2).sum(-2).squeeze(-1) - p._event[0])


DIVERGENCES: dict[type, Any] = {
    Normal: _normal, Bernoulli: _bernoulli, Categorical: _categorical, Uniform: _uniform, Exponential: _exponential,
    Laplace: _laplace, MultivariateNormal: _vectors}
