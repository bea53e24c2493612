"""Gamma, chi-squared, beta and Dirichlet distributions."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import ExponentialFamily, broadcast_all, tensor_of


class Gamma(ExponentialFamily):
    """The gamma distribution."""

    _constraints: Any = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(concentration=concentration, rate=rate), (), validate_args)

    mean = property(lambda self: self.concentration / self.rate)
    mode = property(lambda self: ((self.concentration - 1) / self.rate).clamp(min=0))
    variance = property(lambda self: self.concentration / self.rate.pow(2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        value = F.standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        np.maximum(value.array, finfo(value.dtype).tiny, out=value.array)     # a new array: history stays as it is
        return value

    def log_prob(self, value: Any) -> Any:
        value = self._checked(F.as_tensor(value, dtype=self.rate.dtype))
        return (F.xlogy(self.concentration, self.rate) + F.xlogy(self.concentration - 1, value) - self.rate * value
                - F.lgamma(self.concentration))

    def cdf(self, value: Any) -> Any:
        return F.special_gammainc(self.concentration, self.rate * self._checked(value))

    def entropy(self) -> Any:
        return (self.concentration - F.log(self.rate) + F.lgamma(self.concentration)
                + (1.0 - self.concentration) * F.digamma(self.concentration))

    def _natural(self) -> tuple[Any, ...]:
        return self.concentration - 1, -self.rate

    def _normalizer(self, *natural: Any) -> Any:
        x, y = natural
        return F.lgamma(x + 1) + (x + 1) * F.log(-y.reciprocal())


class Chi2(Gamma):
    """The chi-squared distribution with df degrees of freedom."""

    _constraints: Any = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        df, = broadcast_all(df)
        super().__init__(0.5 * df, 0.5, validate_args)

    df = property(lambda self: self.concentration * 2)


class Dirichlet(ExponentialFamily):
    """Nonnegative numbers that sum to 1."""

    _constraints: Any = {"concentration": constraints.IndependentConstraint(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        shape = tuple(tensor_of(concentration, "concentration").shape)
        if not shape:
            raise ValueFault("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(shape[:-1], shape[-1:], validate_args)

    mean = property(lambda self: self.concentration / self.concentration.sum(-1, True))

    @property
    def mode(self) -> Any:
        less = (self.concentration - 1).clamp(min=0.0)
        mode = less / less.sum(-1, True)
        corner = F.one_hot(mode.argmax(-1), less.shape[-1]).type_as(mode)
        return F.where((self.concentration < 1).all(-1).unsqueeze(-1), corner, mode)

    @property
    def variance(self) -> Any:
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return F.sample_dirichlet(self.concentration.expand(tuple(self._extended_shape(sample_shape))))

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        return (F.xlogy(self.concentration - 1.0, value).sum(-1) + F.lgamma(self.concentration.sum(-1))
                - F.lgamma(self.concentration).sum(-1))

    def entropy(self) -> Any:
        count, total = self.concentration.shape[-1], self.concentration.sum(-1)
        return (F.lgamma(self.concentration).sum(-1) - F.lgamma(total) - (count - total) * F.digamma(total)
                - ((self.concentration - 1.0) * F.digamma(self.concentration)).sum(-1))

    def _natural(self) -> tuple[Any, ...]:
        return (self.concentration,)

    def _normalizer(self, *natural: Any) -> Any:
        return natural[0].lgamma().sum(-1) - F.lgamma(natural[0].sum(-1))


class Beta(ExponentialFamily):
    """The beta distribution on [0, 1]."""

    _constraints: Any = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        if type(concentration1) in NUMBERS and type(concentration0) in NUMBERS:
            both = F.tensor([float(concentration1), float(concentration0)])
        else:
            both = F.stack(broadcast_all(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args)
        super().__init__(self._dirichlet._batch_shape, (), validate_args)

    concentration1 = property(lambda self: self._dirichlet.concentration[..., 0])
    concentration0 = property(lambda self: self._dirichlet.concentration[..., 1])
    mean = property(lambda self: self.concentration1 / (self.concentration1 + self.concentration0))
    mode = property(lambda self: self._dirichlet.mode[..., 0])

    @property
    def variance(self) -> Any:
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._dirichlet.rsample(sample_shape).select(-1, 0)

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        return self._dirichlet.log_prob(F.stack([value, 1.0 - value], -1))

    def entropy(self) -> Any:
        return self._dirichlet.entropy()

    def _natural(self) -> tuple[Any, ...]:
        return self.concentration1, self.concentration0

    def _normalizer(self, *natural: Any) -> Any:
        x, y = natural
        return F.lgamma(x) + F.lgamma(y) - F.lgamma(x + y)
