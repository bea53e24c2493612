"""Gamma, beta and Dirichlet distributions: densities and moments; they are not drawn from here."""

from __future__ import annotations

from typing import Any

from gradcli.engine.op import traced as F
from gradcli.engine.tensor import Size
from gradcli.nn.distributions import Distribution


class Gamma(Distribution):
    """The gamma distribution."""

    __slots__ = ()
    _names = _positive = ("concentration", "rate")

    concentration: Any
    rate: Any

    def __init__(self, concentration: Any, rate: Any, validate_args: Any = None) -> None:
        self._set(concentration, rate)

    mean = property(lambda self: self.concentration / self.rate)
    variance = property(lambda self: self.concentration / self.rate.pow(2))

    def log_prob(self, value: Any) -> Any:
        value = F.as_tensor(value, dtype=self.rate.dtype)
        return (F.xlogy(self.concentration, self.rate) + F.xlogy(self.concentration - 1, value) - self.rate * value
                - F.lgamma(self.concentration))

    def entropy(self) -> Any:
        return (self.concentration - F.log(self.rate) + F.lgamma(self.concentration)
                + (1.0 - self.concentration) * F.digamma(self.concentration))


class Dirichlet(Distribution):
    """Shares that sum to one."""

    __slots__ = ()
    _names = _positive = ("concentration",)

    concentration: Any

    def __init__(self, concentration: Any, validate_args: Any = None) -> None:
        self._set(concentration)
        self._batch, self._event = Size(self._batch[:-1]), Size(self._batch[-1:])

    mean = property(lambda self: self.concentration / self.concentration.sum(-1, True))

    def log_prob(self, value: Any) -> Any:
        return (F.xlogy(self.concentration - 1.0, value).sum(-1) + F.lgamma(self.concentration.sum(-1))
                - F.lgamma(self.concentration).sum(-1))


class Beta(Distribution):
    """A share between nothing and all."""

    __slots__ = ()
    _names = _positive = ("concentration1", "concentration0")

    concentration1: Any
    concentration0: Any

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: Any = None) -> None:
        self._set(concentration1, concentration0)

    mean = property(lambda self: self.concentration1 / (
        self.concentration1 + self.concentration0))

    def log_prob(self, value: Any) -> Any:
        shares = F.stack([value, 1.0 - value], -1)
        return Dirichlet(F.stack([self.concentration1, self.concentration0], -1)).log_prob(shares)
