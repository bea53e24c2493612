"""`TransformedDistribution`."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.tensor.tensor import Size
from gradcli.engine.tensor.variable import recording
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, shape_tuple, sum_rightmost
from gradcli.nn.distributions.composite import Independent
from gradcli.nn.distributions.transforms.composed import ComposeTransform
from gradcli.nn.distributions.transforms.elementwise import Transform


class TransformedDistribution(Distribution):
    """The distribution of transforms, applied in order, of a sample of `base_distribution`."""

    _constraints: Any = {}

    def __init__(self, base_distribution: Any, transforms: Any, validate_args: bool | None = None) -> None:
        if isinstance(transforms, Transform):
            transforms = [transforms]
        if not isinstance(transforms, list | tuple) or not all(isinstance(part, Transform) for part in transforms):
            raise ValueFault("transforms must be a Transform or a list of Transforms", "[ExpTransform()]").saying(
                f"transforms must be a Transform or list, but was {brief(transforms)}" if not isinstance(
                    transforms, list) else "transforms must be a Transform or a list of Transforms")
        if not isinstance(base_distribution, Distribution):
            raise ArgumentFault(f"a distribution is transformed, not {described(base_distribution)}",
                                "TransformedDistribution(Normal(0.0, 1.0), [ExpTransform()])")
        self._transforms = list(transforms)
        Distribution.__init__(self, *self._set_base(base_distribution), validate_args)

    def _set_base(self, base: Distribution) -> tuple[Any, Any]:
        """Set the base distribution, expanded as the transforms need; return batch shape and event shape."""
        shape, dims = (*base._batch_shape, *base._event_shape), len(base._event_shape)
        composed = ComposeTransform(self._transforms)
        domain, codomain = composed.domain.event_dim, composed.codomain.event_dim
        if len(shape) < domain:
            raise ValueFault(f"base_distribution needs to have shape with size at least {domain}, but got "
                             f"{Size(shape)}.")
        forward = tuple(composed.forward_shape(Size(shape)))
        needed = tuple(composed.inverse_shape(Size(forward)))
        if shape != needed:
            base = base.expand(needed[:len(needed) - dims])
        if domain > dims:
            base = Independent(base, domain - dims)
        self._base = base
        cut = len(forward) - max(codomain, dims + codomain - domain)
        return forward[:cut], forward[cut:]

    transforms = property(lambda self: list(self._transforms))
    base_dist = property(lambda self: self._base)
    has_rsample = property(lambda self: self._base.has_rsample)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        batch = shape_tuple(batch_shape)
        shape: Any = Size((*batch, *self._event_shape))
        for transform in reversed(self._transforms):
            shape = transform.inverse_shape(shape)
        expanded = object.__new__(type(self))
        for name, value in vars(self).items():
            vars(expanded)[name] = value if name in ("_base", "_transforms") else self._expanded(value, batch)
        expanded._base = self._base.expand(tuple(shape)[:len(shape) - len(self._base._event_shape)])
        expanded._batch_shape, expanded._event_shape = Size(batch), self._event_shape
        expanded._validate_args = self._validate_args
        return expanded

    @property
    def support(self) -> Any:
        if not self._transforms:
            return self._base.support
        support = self._transforms[-1].codomain
        more = len(self._event_shape) - support.event_dim
        return constraints.IndependentConstraint(support, more) if more > 0 else support

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return self._transformed(self._base.sample(sample_shape)).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._transformed(self._base.rsample(sample_shape))

    def _transformed(self, x: Any) -> Any:
        for transform in self._transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Any) -> Any:
        y = self._checked(value)
        dims: int = len(self._event_shape)
        result: Any = 0.0
        for transform in reversed(self._transforms):
            x = transform.inv(y)
            dims += transform.domain.event_dim - transform.codomain.event_dim
            stretch = transform.log_abs_det_jacobian(x, y)
            result = result - sum_rightmost(stretch, dims - transform.domain.event_dim)
            y = x
        return result + sum_rightmost(self._base.log_prob(y), dims - len(self._base._event_shape))

    def _rising(self, value: Any) -> Any:
        """A probability p, or 1 - p where the composed transform decreases."""
        sign: Any = 1
        for transform in self._transforms:
            sign = sign * transform.sign
        return value if type(sign) is int and sign == 1 else sign * (value - 0.5) + 0.5

    def cdf(self, value: Any) -> Any:
        for transform in reversed(self._transforms):
            value = transform.inv(value)
        if self._validate_args:
            self._base._validate_sample(value)
        return self._rising(self._base.cdf(value))

    def icdf(self, value: Any) -> Any:
        return self._transformed(self._base.icdf(self._rising(value)))
