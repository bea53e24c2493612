"""Univariate distributions: normal, uniform, exponential, Laplace, Cauchy, Student's t, F, generalized Pareto."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.variable import recording
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import HALF_LOG_2PI, Distribution, ExponentialFamily, standard_normal
from gradcli.nn.distributions.gamma import Chi2, Gamma

LOC_SCALE = {"loc": constraints.real, "scale": constraints.positive}


class LocScale(Distribution):
    """The base of distributions on all numbers that a location and a scale describe."""

    _constraints: Any = LOC_SCALE
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(loc=loc, scale=scale), (), validate_args)


class Normal(LocScale, ExponentialFamily):
    """The normal distribution with mean loc and standard deviation scale."""

    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale.pow(2))

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        with recording(False):
            return F.normal(self.loc.expand(shape), self.scale.expand(shape)).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.loc + standard_normal(tuple(self._extended_shape(sample_shape)), self.loc) * self.scale

    def log_prob(self, value: Any) -> Any:
        away = self._checked(value) - self.loc
        return -(away**2) / (2 * self.scale**2) - self.scale.log() - HALF_LOG_2PI

    def cdf(self, value: Any) -> Any:
        return 0.5 * (1 + F.erf((self._checked(value) - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Any) -> Any:
        return self.loc + self.scale * F.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Any:
        return 0.5 + 0.5 * math.log(2 * math.pi) + F.log(self.scale)

    def _natural(self) -> tuple[Any, ...]:
        return self.loc / self.scale.pow(2), -0.5 * self.scale.pow(2).reciprocal()

    def _normalizer(self, *natural: Any) -> Any:
        x, y = natural
        return -0.25 * x.pow(2) / y + 0.5 * F.log(-math.pi / y)


class Uniform(Distribution):
    """The uniform distribution on [low, high)."""

    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(low=low, high=high), (), validate_args)

    arg_constraints: Any = property(lambda self: {
        "low": constraints.LessThan(self.high), "high": constraints.GreaterThan(self.low)})
    support = property(lambda self: constraints.Interval(self.low, self.high))
    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: math.nan * self.high)
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = F.rand(tuple(self._extended_shape(sample_shape)), dtype=self.low.dtype)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        inside = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return F.log(inside) - F.log(self.high - self.low)

    def cdf(self, value: Any) -> Any:
        return ((self._checked(value) - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Any:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        return F.log(self.high - self.low)


class Exponential(ExponentialFamily):
    """The exponential distribution with this rate."""

    _constraints: Any = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(rate=rate), (), validate_args)

    mean = stddev = property(lambda self: self.rate.reciprocal())
    mode = property(lambda self: F.zeros_like(self.rate))
    variance = property(lambda self: self.rate.pow(-2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        return F.exponential_(F.empty(shape, dtype=self.rate.dtype)) / self.rate

    def log_prob(self, value: Any) -> Any:
        return self.rate.log() - self.rate * self._checked(value)

    def cdf(self, value: Any) -> Any:
        return 1 - F.exp(-self.rate * self._checked(value))

    def icdf(self, value: Any) -> Any:
        return -F.log1p(-value) / self.rate

    def entropy(self) -> Any:
        return 1.0 - F.log(self.rate)

    def _natural(self) -> tuple[Any, ...]:
        return (-self.rate,)

    def _normalizer(self, *natural: Any) -> Any:
        return -F.log(-natural[0])


class Laplace(LocScale):
    """The Laplace distribution: exponential tails on both sides of loc."""

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 2 * self.scale.pow(2))
    stddev = property(lambda self: 2**0.5 * self.scale)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        u = F.uniform_(F.empty(shape, dtype=self.loc.dtype), finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * F.log1p(-u.abs())

    def log_prob(self, value: Any) -> Any:
        return -F.log(2 * self.scale) - F.abs(self._checked(value) - self.loc) / self.scale

    def cdf(self, value: Any) -> Any:
        away = self._checked(value) - self.loc
        return 0.5 - 0.5 * away.sign() * F.expm1(-away.abs() / self.scale)

    def icdf(self, value: Any) -> Any:
        term = value - 0.5
        return self.loc - self.scale * term.sign() * F.log1p(-2 * term.abs())

    def entropy(self) -> Any:
        return 1 + F.log(2 * self.scale)


class Cauchy(LocScale):
    """The Cauchy distribution, which has no mean."""

    mean = property(lambda self: self._full(math.nan, self.loc))
    mode = property(lambda self: self.loc)
    variance = property(lambda self: self._full(math.inf, self.loc))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        return self.loc + F.cauchy_(F.empty(shape, dtype=self.loc.dtype)) * self.scale

    def log_prob(self, value: Any) -> Any:
        away = (self._checked(value) - self.loc) / self.scale
        return -math.log(math.pi) - self.scale.log() - (away**2).log1p()

    def cdf(self, value: Any) -> Any:
        return F.atan((self._checked(value) - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        return F.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self) -> Any:
        return math.log(4 * math.pi) + self.scale.log()


class StudentT(Distribution):
    """Student's t distribution with df degrees of freedom."""

    _constraints: Any = {"df": constraints.positive, **LOC_SCALE}
    support = constraints.real
    has_rsample = True

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        shape = self._set(df=df, loc=loc, scale=scale)
        self._chi2 = Chi2(self.df)
        super().__init__(shape, (), validate_args)

    mean = property(lambda self: F.where(self.df <= 1, math.nan, self.loc))
    mode = property(lambda self: self.loc)

    @property
    def variance(self) -> Any:
        spread = self.scale.pow(2) * self.df / (self.df - 2)
        return F.where(self.df > 2, spread, F.where(self.df > 1, math.inf, F.full_like(self.df, math.nan)))

    def rsample(self, sample_shape: Any = ()) -> Any:
        x = standard_normal(tuple(self._extended_shape(sample_shape)), self.df)
        return self.loc + self.scale * (x * F.rsqrt(self._chi2.rsample(sample_shape) / self.df))

    def log_prob(self, value: Any) -> Any:
        y = (self._checked(value) - self.loc) / self.scale
        normalizer = (self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + F.lgamma(0.5 * self.df)
                      - F.lgamma(0.5 * (self.df + 1.0)))
        return -0.5 * (self.df + 1.0) * F.log1p(y**2.0 / self.df) - normalizer

    def entropy(self) -> Any:
        beta = F.lgamma(0.5 * self.df) + math.lgamma(0.5) - F.lgamma(0.5 * (self.df + 1))
        slope = F.digamma(0.5 * (self.df + 1)) - F.digamma(0.5 * self.df)
        return self.scale.log() + 0.5 * (self.df + 1) * slope + 0.5 * self.df.log() + beta


class FisherSnedecor(Distribution):
    """The F distribution: the ratio of two chi-squared variables over their degrees of freedom."""

    _constraints: Any = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        shape = self._set(df1=df1, df2=df2)
        self._gamma1, self._gamma2 = Gamma(self.df1 * 0.5, self.df1), Gamma(self.df2 * 0.5, self.df2)
        super().__init__(shape, (), validate_args)

    def _df2_above(self, bound: int) -> Any:
        return F.where(self.df2 <= bound, math.nan, self.df2)

    @property
    def mean(self) -> Any:
        df2 = self._df2_above(2)
        return df2 / (df2 - 2)

    @property
    def mode(self) -> Any:
        return F.where(self.df1 <= 2, math.nan, (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2))

    @property
    def variance(self) -> Any:
        df2 = self._df2_above(4)
        return 2 * df2.pow(2) * (self.df1 + df2 - 2) / (self.df1 * (df2 - 2).pow(2) * (df2 - 4))

    def rsample(self, sample_shape: Any = ()) -> Any:
        first, second = self._gamma1.rsample(sample_shape), self._gamma2.rsample(sample_shape)
        tiny = finfo(second.dtype).tiny
        return (first / second.clamp(min=tiny)).clamp(min=tiny)

    def log_prob(self, value: Any) -> Any:
        value = self._checked(value)
        half1, half2, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        first = (half1 + half2).lgamma() - half1.lgamma() - half2.lgamma()
        second = half1 * ratio.log() + (half1 - 1) * F.log(value)
        return first + second - (half1 + half2) * F.log1p(ratio * value)


class GeneralizedPareto(Distribution):
    """The generalized Pareto distribution above loc; concentration 0 is the exponential distribution."""

    _constraints: Any = {**LOC_SCALE, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        super().__init__(self._set(loc=loc, scale=scale, concentration=concentration), (), validate_args)

    mode = property(lambda self: self.loc)

    @property
    def support(self) -> Any:
        upper = F.where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.Interval(self.loc, upper)

    @property
    def mean(self) -> Any:
        valid = self.concentration < 1
        return F.where(valid, self.loc + self.scale / (1 - F.where(valid, self.concentration, 0.5)), math.nan)

    @property
    def variance(self) -> Any:
        valid = self.concentration < 0.5
        c = F.where(valid, self.concentration, 0.25)
        return F.where(valid, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)

    def _flat(self) -> tuple[Any, Any]:
        """A mask of concentrations close to 0, and the concentration with 1 in their place."""
        flat = F.isclose(self.concentration, F.zeros_like(self.concentration))
        return flat, F.where(flat, F.ones_like(self.concentration), self.concentration)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(F.rand(tuple(self._extended_shape(sample_shape)), dtype=self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        z = (self._checked(value) - self.loc) / self.scale
        flat, c = self._flat()
        y = 1 / c + F.ones_like(z)
        return -self.scale.log() - F.where(flat, z, F.where(y == 0, y, y * F.log1p(c * z)))

    def log_survival_function(self, value: Any) -> Any:
        """log(1 - cdf(value))."""
        z = (self._checked(value) - self.loc) / self.scale
        flat, c = self._flat()
        return F.where(flat, -z, -F.log1p(c * z) / c)

    def log_cdf(self, value: Any) -> Any:
        """log(cdf(value))."""
        return F.log1p(-F.exp(self.log_survival_function(value)))

    def cdf(self, value: Any) -> Any:
        return F.exp(self.log_cdf(value))

    def icdf(self, value: Any) -> Any:
        flat, c = self._flat()
        u = F.log1p(-value)
        return F.where(flat, self.loc - self.scale * u, self.loc + self.scale / c * F.expm1(-c * u))

    def entropy(self) -> Any:
        return F.broadcast_to(F.log(self.scale) + self.concentration + 1, tuple(self._batch_shape))
