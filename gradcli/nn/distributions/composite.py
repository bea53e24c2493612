"""Independent and MixtureSameFamily."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Size
from gradcli.engine.tensor.variable import recording
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, shape_tuple, sum_rightmost
from gradcli.nn.distributions.categorical import Categorical


class Independent(Distribution):
    """A distribution that reinterprets the last batch dimensions as event dimensions."""

    _constraints: Any = {}

    reinterpreted_batch_ndims: int

    def __init__(self, base_distribution: Any, reinterpreted_batch_ndims: int,
                 validate_args: bool | None = None) -> None:
        if not isinstance(base_distribution, Distribution):
            raise NoTensor(f"Independent() takes a distribution, not {described(base_distribution)}",
                           "Independent(Normal(loc, scale), 1)").saying(
                f"'{type_name(base_distribution)}' object has no attribute 'batch_shape'")
        batch, event = base_distribution._batch_shape, base_distribution._event_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ValueFault("Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                             f"{reinterpreted_batch_ndims} vs {len(batch)}")
        cut = len(batch) - reinterpreted_batch_ndims
        self._base = base_distribution
        self.reinterpreted_batch_ndims = self._dims = reinterpreted_batch_ndims
        super().__init__(batch[:cut], (*batch[cut:], *event), validate_args)

    base_dist = property(lambda self: self._base)
    mean = property(lambda self: self._base.mean)
    mode = property(lambda self: self._base.mode)
    variance = property(lambda self: self._base.variance)
    has_rsample = property(lambda self: self._base.has_rsample)
    has_enumerate_support = property(lambda self: not self._dims and self._base.has_enumerate_support)

    @property
    def support(self) -> Any:
        inner = self._base.support
        return constraints.IndependentConstraint(inner, self._dims) if self._dims else inner

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        expanded = object.__new__(type(self))
        vars(expanded).update(vars(self))
        expanded._base = self._base.expand((*shape_tuple(batch_shape), *self._event_shape[:self._dims]))
        expanded._batch_shape, expanded._event_shape = Size(shape_tuple(batch_shape)), self._event_shape
        expanded._validate_args = self._validate_args
        return expanded

    def sample(self, sample_shape: Any = ()) -> Any:
        return self._base.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._base.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return sum_rightmost(self._base.log_prob(value), self._dims)

    def entropy(self) -> Any:
        return sum_rightmost(self._base.entropy(), self._dims)

    def enumerate_support(self, expand: bool = True) -> Any:
        if self._dims > 0:
            raise Unimplemented("Enumeration over cartesian product is not implemented")
        return self._base.enumerate_support(expand)

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}({self._base._text(style)}, {self._dims})"


class MixtureSameFamily(Distribution):
    """A mixture of the components of one batched distribution, weighted by a Categorical."""

    _constraints: Any = {}

    def __init__(self, mixture_distribution: Any, component_distribution: Any,
                 validate_args: bool | None = None) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueFault(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical",
                             "Categorical(torch.ones(3))")
        if not isinstance(component_distribution, Distribution):
            raise ValueFault("The Component distribution needs to be an instance of torch.distributions.Distribution")
        self._mixture, self._component = mixture_distribution, component_distribution
        chosen, batch = mixture_distribution._batch_shape, component_distribution._batch_shape
        if any(1 not in (i, j) and i != j for i, j in zip(reversed(chosen), reversed(batch[:-1]), strict=False)):
            raise ValueFault(f"`mixture_distribution.batch_shape` ({chosen}) is not compatible with "
                             f"`component_distribution.batch_shape`({Size(batch[:-1])})")
        count = mixture_distribution.logits.shape[-1]
        if not batch or count != batch[-1]:
            raise ValueFault(f"`mixture_distribution component` ({count}) does not equal "
                             f"`component_distribution.batch_shape[-1]` ({batch[-1] if batch else 'none'})")
        self._count, self._dims = count, len(component_distribution._event_shape)
        super().__init__(batch[:-1], component_distribution._event_shape, validate_args)

    mixture_distribution = property(lambda self: self._mixture)
    component_distribution = property(lambda self: self._component)
    support = property(lambda self: constraints.MixtureSameFamilyConstraint(self._component.support))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        shape = shape_tuple(batch_shape)
        return type(self)(self._mixture.expand(shape), self._component.expand((*shape, self._count)),
                          self._validate_args)

    def _weights(self) -> Any:
        """The probabilities of the components, broadcastable with their mean."""
        probs = self._mixture.probs
        chosen = len(self._mixture._batch_shape)
        missing = 0 if chosen == 1 else len(self._batch_shape) - chosen
        return probs.reshape((*probs.shape[:-1], *[1] * missing, probs.shape[-1], *[1] * self._dims))

    def _apart(self, value: Any) -> Any:
        return value.unsqueeze(-1 - self._dims)

    @property
    def mean(self) -> Any:
        return (self._weights() * self._component.mean).sum(-1 - self._dims)

    @property
    def variance(self) -> Any:
        weights, at = self._weights(), -1 - self._dims
        mean_of_variances = (weights * self._component.variance).sum(at)
        return mean_of_variances + (weights * (self._component.mean - self._apart(self.mean)).pow(2.0)).sum(at)

    def cdf(self, value: Any) -> Any:
        return (self._component.cdf(self._apart(value)) * self._mixture.probs).sum(-1)

    def log_prob(self, value: Any) -> Any:
        inner = self._component.log_prob(self._apart(self._checked(value)))
        return F.logsumexp(inner + F.log_softmax(self._mixture.logits, -1), -1)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = shape_tuple(sample_shape)
        with recording(False):
            chosen = self._mixture.sample(shape)
            samples = self._component.sample(shape)
            at, event = len(shape) + len(self._batch_shape), tuple(self._event_shape)
            places = chosen.reshape((*chosen.shape, *[1] * (len(event) + 1)))
            places = places.repeat((*[1] * chosen.ndim, 1, *event))
            return F.gather(samples, at, places).squeeze(at).detach()

    def _text(self, style: Any) -> str:
        return (f"MixtureSameFamily(\n  {self._mixture._text(style)},\n  "
                f"{self._component._text(style)})")
