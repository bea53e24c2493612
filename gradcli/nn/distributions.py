"""Probability distributions: `torch.distributions`. What is drawn follows torch's streams."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from gradcli.engine.dtypes import OF, Default
from gradcli.engine.limits import broadcast_shapes, finfo
from gradcli.engine.op import traced as F
from gradcli.engine.signature import NUMBERS, Sizes, described
from gradcli.engine.tensor import Shown, Size, Tensor
from gradcli.engine.variable import recording
from gradcli.errors import ArgumentFault, ValueFault
from gradcli.exposure import exposed

ROOT_2PI = math.log(math.sqrt(2 * math.pi))


def together(*values: Any) -> list[Any]:
    """Numbers and tensors as tensors of one shape."""
    for value in values:
        if not isinstance(value, Tensor) and type(value) not in NUMBERS:
            raise ArgumentFault(f"the parameters of a distribution are numbers or tensors, not {described(value)}",
                                "Normal(0.0, 1.0)")
    like = next((value for value in values if isinstance(value, Tensor)), None)
    dtype = OF[Default.floating] if like is None else like.dtype
    made = [value if isinstance(value, Tensor) else F.tensor(value, dtype=dtype) for value in values]
    return list(F.broadcast_tensors(*made))


@exposed(*"sample rsample sample_n log_prob entropy cdf icdf mean mode variance stddev probs logits batch_shape "
         "event_shape param_shape perplexity expand".split(), open_attributes=True, copied=True)
class Distribution:
    """The base of all distributions: parameters of one shape, the batch, and the shape of one event."""

    __slots__ = ("__dict__", "_batch", "_event")

    _home = "torch.distributions"
    _names: ClassVar[tuple[str, ...]] = ()
    _positive: ClassVar[tuple[str, ...]] = ()

    batch_shape = property(lambda self: self._batch)
    event_shape = property(lambda self: self._event)
    stddev = property(lambda self: F.sqrt(self.variance))
    mean: Any
    variance: Any

    def _set(self, *values: Any) -> None:
        """Keep the parameters in `_names`, as tensors of one shape."""
        for name, value in zip(self._names, together(*values), strict=True):
            vars(self)[name] = value
        self._batch, self._event = Size(vars(self)[self._names[0]].shape), Size()
        for name in self._positive:
            value = vars(self)[name]
            if not bool(F.all(value > 0)):
                raise ValueFault(f"Expected parameter {name} (Tensor of shape {tuple(value.shape)}) of distribution "
                                 f"{self.__display__(None)} to satisfy the constraint GreaterThan(lower_bound=0.0), "
                                 f"but found invalid values:\n{Shown.text(value)}",
                                 (f"{name}.clamp(min=1e-6)", "keeps it positive"))

    def _extended(self, shape: Any) -> tuple[int, ...]:
        return (*(shape if isinstance(shape, tuple | list) else (shape,)), *self._batch, *self._event)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Values drawn from it, without history."""
        if type(self).rsample is Distribution.rsample:
            raise ArgumentFault(f"{type(self).__name__} has no sample() here: its density is all there is", (
                "d.log_prob(value)", "the logarithm of the density at a value"))
        with recording(False):
            return self.rsample(sample_shape).detach()

    def sample_n(self, n: int) -> Any:
        """So many values."""
        return self.sample((n,))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Values drawn such that gradients reach the parameters."""
        raise ArgumentFault(f"{type(self).__name__} cannot be drawn with gradients here", (
            "d.sample()", "draws without gradients, where that is offered"))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, at a value."""
        raise ArgumentFault(f"{type(self).__name__} has no log_prob() here")

    def entropy(self) -> Any:
        """The entropy."""
        raise ArgumentFault(f"{type(self).__name__} has no entropy() here")

    def cdf(self, value: Any) -> Any:
        """The probability to be at most a value."""
        raise ArgumentFault(f"{type(self).__name__} has no cdf() here")

    def icdf(self, value: Any) -> Any:
        """The value that a probability belongs to."""
        raise ArgumentFault(f"{type(self).__name__} has no icdf() here")

    def perplexity(self) -> Any:
        """The exponential of the entropy."""
        return F.exp(self.entropy())

    def expand(self, batch_shape: Any) -> Any:
        """The same distribution for a larger batch."""
        shape = Sizes.take(batch_shape)
        if type(shape) is not tuple:
            raise ArgumentFault(f"a batch_shape is whole numbers, not {described(batch_shape)}", "d.expand((2, 3))")
        made = object.__new__(type(self))
        for name, value in vars(self).items():
            vars(made)[name] = F.broadcast_to(value, shape) if isinstance(value, Tensor) else value
        made._batch, made._event = Size(shape), self._event
        return made

    def __repr__(self) -> str:
        return self.__display__(None)

    def __display__(self, style: Any) -> str:
        """Its text in a style."""
        parts = [(name, vars(self)[name]) for name in self._names if name in vars(self)]
        shown = (f"{name}: {_briefly(value)}"
                 for name, value in parts)
        return f"{type(self).__name__}({', '.join(shown)})"


def _briefly(value: Any) -> str:
    if not value.ndim:
        return str(value.array.item())
    return Shown.text(value if value.array.size == 1 else value.shape)


class Normal(Distribution):
    """The normal distribution with mean loc and standard deviation scale."""

    __slots__ = ()
    _names = ("loc", "scale")
    _positive = ("scale",)

    loc: Any
    scale: Any

    def __init__(self, loc: Any, scale: Any, validate_args: Any = None) -> None:
        self._set(loc, scale)

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: self.scale.pow(2))
    stddev = property(lambda self: self.scale)

    def sample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended(sample_shape)
        with recording(False):
            return F.normal(self.loc.expand(shape), self.scale.expand(shape)).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.loc + F.randn(self._extended(sample_shape), dtype=self.loc.dtype) * self.scale

    def log_prob(self, value: Any) -> Any:
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - ROOT_2PI

    def entropy(self) -> Any:
        return 0.5 + 0.5 * math.log(2 * math.pi) + F.log(self.scale)

    def cdf(self, value: Any) -> Any:
        return 0.5 * (1 + F.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Any) -> Any:
        return self.loc + self.scale * F.erfinv(2 * value - 1) * math.sqrt(2)


class LogNormal(Normal):
    """What a normal value is the logarithm of."""

    __slots__ = ()

    mean = property(lambda self: (self.loc + self.scale.pow(2) / 2).exp())
    variance = property(lambda self: F.expm1(self.scale.pow(2)) * (
        2 * self.loc + self.scale.pow(2)).exp())
    stddev = property(lambda self: F.sqrt(self.variance))

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            return F.exp(Normal.rsample(self, sample_shape)).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        return F.exp(Normal.rsample(self, sample_shape))

    def log_prob(self, value: Any) -> Any:
        return Normal.log_prob(self, F.log(value)) - F.log(value)

    def entropy(self) -> Any:
        return Normal.entropy(self) + self.loc


class Uniform(Distribution):
    """Every value from low to high alike."""

    __slots__ = ()
    _names = ("low", "high")

    low: Any
    high: Any

    def __init__(self, low: Any, high: Any, validate_args: Any = None) -> None:
        self._set(low, high)
        if not bool(F.all(self.low < self.high)):
            raise ValueFault("Uniform is not defined when low>= high")

    mean = property(lambda self: (self.high + self.low) / 2)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.low + F.rand(self._extended(sample_shape), dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        within = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return F.log(within) - F.log(self.high - self.low)

    def entropy(self) -> Any:
        return F.log(self.high - self.low)

    def cdf(self, value: Any) -> Any:
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Any:
        return value * (self.high - self.low) + self.low


class Exponential(Distribution):
    """Waiting times at a rate."""

    __slots__ = ()
    _names = _positive = ("rate",)

    rate: Any

    def __init__(self, rate: Any, validate_args: Any = None) -> None:
        self._set(rate)

    mean = stddev = property(lambda self: self.rate.reciprocal())
    variance = property(lambda self: self.rate.pow(-2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return F.exponential_(F.empty(self._extended(sample_shape), dtype=self.rate.dtype)) / self.rate

    def log_prob(self, value: Any) -> Any:
        return self.rate.log() - self.rate * value

    def entropy(self) -> Any:
        return 1.0 - F.log(self.rate)

    def cdf(self, value: Any) -> Any:
        return 1 - F.exp(-self.rate * value)

    def icdf(self, value: Any) -> Any:
        return -F.log1p(-value) / self.rate


class Laplace(Distribution):
    """Two waiting times, one to each side of loc."""

    __slots__ = ()
    _names = ("loc", "scale")
    _positive = ("scale",)

    loc: Any
    scale: Any

    def __init__(self, loc: Any, scale: Any, validate_args: Any = None) -> None:
        self._set(loc, scale)

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 2 * self.scale.pow(2))
    stddev = property(lambda self: 2**0.5 * self.scale)

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = F.uniform_(F.empty(self._extended(sample_shape), dtype=self.loc.dtype), finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * F.log1p(-u.abs())

    def log_prob(self, value: Any) -> Any:
        return -F.log(2 * self.scale) - F.abs(value - self.loc) / self.scale

    def entropy(self) -> Any:
        return 1 + F.log(2 * self.scale)

    def cdf(self, value: Any) -> Any:
        return 0.5 - 0.5 * (value - self.loc).sign() * F.expm1(-(value - self.loc).abs() / self.scale)


class MultivariateNormal(Distribution):
    """The normal distribution of vectors, by its covariance or the lower triangle that squares to it."""

    __slots__ = ()
    _names = ("loc", "covariance_matrix", "scale_tril")

    loc: Any
    scale_tril: Any

    def __init__(self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
                 validate_args: Any = None) -> None:
        given = [covariance_matrix, precision_matrix, scale_tril]
        if sum(each is not None for each in given) != 1 or not isinstance(loc, Tensor) or not loc.ndim:
            raise ArgumentFault("MultivariateNormal() takes a vector and exactly one of covariance_matrix, "
                                "precision_matrix and scale_tril", "MultivariateNormal(torch.zeros(2), torch.eye(2))")
        if precision_matrix is not None:
            covariance_matrix = F.inverse(precision_matrix)
        batch = broadcast_shapes(tuple(next(each for each in given if each is not None).shape)[:-2],
                                 tuple(loc.shape)[:-1])
        self._batch, self._event = Size(batch), Size(tuple(loc.shape)[-1:])
        vars(self)["loc"] = F.broadcast_to(loc, (*self._batch, *self._event))
        if covariance_matrix is not None:
            vars(self)["covariance_matrix"] = covariance_matrix
        vars(self)["scale_tril"] = F.cholesky(covariance_matrix) if scale_tril is None else scale_tril

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: self.scale_tril.pow(2).sum(-1).expand(
        (*self._batch, *self._event)))

    def rsample(self, sample_shape: Any = ()) -> Any:
        eps = F.randn(self._extended(sample_shape), dtype=self.loc.dtype)
        return self.loc + F.matmul(self.scale_tril, eps.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Any:
        away = F.linalg_solve_triangular(self.scale_tril, (value - self.loc).unsqueeze(-1), upper=False)
        far = away.pow(2).sum(-2).squeeze(-1)
        return -0.5 * (self._event[0] * math.log(2 * math.pi) + far) - self._half_log_det()

    def entropy(self) -> Any:
        return 0.5 * self._event[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()

    def _half_log_det(self) -> Any:
        return self.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)


class Independent(Distribution):
    """A distribution whose last dimensions of the batch belong to one event."""

    __slots__ = ()

    base_dist: Any

    def __init__(self, base_distribution: Any, reinterpreted_batch_ndims: int, validate_args: Any = None) -> None:
        if not isinstance(base_distribution, Distribution):
            raise ArgumentFault(f"Independent() takes a distribution, not {described(base_distribution)}",
                                "Independent(Normal(loc, scale), 1)")
        shape = (*base_distribution._batch, *base_distribution._event)
        inner = reinterpreted_batch_ndims + len(base_distribution._event)
        vars(self)["base_dist"], vars(self)["reinterpreted_batch_ndims"] = base_distribution, reinterpreted_batch_ndims
        self._batch, self._event = Size(shape[:len(shape) - inner]), Size(shape[len(shape) - inner:])

    mean = property(lambda self: self.base_dist.mean)
    variance = property(lambda self: self.base_dist.variance)

    def sample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return self._summed(self.base_dist.log_prob(value))

    def entropy(self) -> Any:
        return self._summed(self.base_dist.entropy())

    def _summed(self, value: Any) -> Any:
        last = vars(self)["reinterpreted_batch_ndims"]
        return value.sum(tuple(range(-last, 0))) if last else value

    def __display__(self, style: Any) -> str:
        return f"Independent({self.base_dist.__display__(style)}, {vars(self)['reinterpreted_batch_ndims']})"
