"""LKJCholesky and Wishart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS
from gradcli.engine.tensor.dtype_info import broadcast_shapes, finfo
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.engine.tensor.variable import recording
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, ExponentialFamily, lazy_property, shape_tuple, tensor_of
from gradcli.nn.distributions.gamma import Beta, Chi2
from gradcli.nn.distributions.multivariate import log_diagonal, lower_of, only_matrix

LOG_2 = math.log(2)
MOST_DRAWS = 10


class LKJCholesky(Distribution):
    """Cholesky factors of random correlation matrices, (*batch, dim, dim) (Lewandowski, Kurowicka and Joe, 2009)."""

    _constraints: Any = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    dim: int

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueFault(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = self._size = dim
        batch = self._set(concentration=concentration)
        offset = F.arange(dim - 1, dtype=self.concentration.dtype)
        offset = F.cat([F.zeros((1,), dtype=offset.dtype), offset], 0)
        self._beta = Beta(offset + 0.5, (self.concentration + 0.5 * (dim - 2)).unsqueeze(-1) - 0.5 * offset)
        super().__init__(batch, (dim, dim), validate_args)

    def sample(self, sample_shape: Any = ()) -> Any:
        with recording(False):
            y = self._beta.sample(sample_shape).unsqueeze(-1)
            sphere = F.randn(tuple(self._extended_shape(sample_shape)), dtype=y.dtype).tril(-1)
            sphere = sphere / F.norm(sphere, dim=-1, keepdim=True)
            first = (F.arange(self._size) == 0).unsqueeze(-1)
            w = F.sqrt(y) * sphere.masked_fill(first, 0.0)
            diagonal = F.clamp(1 - (w**2).sum(-1), min=finfo(w.dtype).tiny).sqrt()
            return (w + F.diag_embed(diagonal)).detach()

    def log_prob(self, value: Any) -> Any:
        diagonal = self._checked(value).diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self._size - F.arange(2, self._size + 1)
        raw = (order * diagonal.log()).sum(-1)
        less = self._size - 1
        alpha = self.concentration + 0.5 * less
        normalizer = 0.5 * less * math.log(math.pi) + F.mvlgamma(alpha - 0.5, less) - F.lgamma(alpha) * less
        return raw - normalizer


class Wishart(ExponentialFamily):
    """The Wishart distribution of positive definite matrices, with df degrees of freedom."""

    support = constraints.positive_definite
    has_rsample = True
    _unexpanded = frozenset({"_chi2", "_lower"})

    def __init__(self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
                 validate_args: bool | None = None) -> None:
        name, matrix = only_matrix("Wishart", {
            "covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix,
            "scale_tril": scale_tril}, AssertionError)
        if type(df) in NUMBERS:
            batch = tuple(matrix.shape[:-2])
            self.df = F.tensor(df, dtype=matrix.dtype)
        else:
            batch = broadcast_shapes(tuple(matrix.shape[:-2]), tuple(tensor_of(df, "df").array.shape))
            self.df = df.expand(batch)
        size = matrix.shape[-1]
        if bool((self.df.array <= size - 1).any()):
            raise ValueFault(f"Value of df={DisplayHooks.format(self.df, '')} expected to be greater than ndim - 1 = "
                             f"{size - 1}.")
        vars(self)[name] = matrix.expand((*batch, *matrix.shape[-2:]))
        if bool((self.df.array < size).any()):
            DisplayHooks.note("wishart", "Low df values detected. Singular samples are highly likely to occur for "
                              "ndim - 1 < df < ndim.")
        super().__init__(batch, matrix.shape[-2:], validate_args)
        self._lower = lower_of(name, matrix)
        self._chi2 = self._squares()

    def _squares(self) -> Chi2:
        """The chi-squared distributions of the squared diagonal in Bartlett's decomposition."""
        places = F.arange(self._event_shape[-1], dtype=self._lower.dtype).expand((*self._batch_shape, -1))
        return Chi2(self.df.unsqueeze(-1) - places)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        expanded = super().expand(batch_shape)
        expanded._lower = self._lower.expand((*shape_tuple(batch_shape), *self._event_shape))
        expanded._chi2 = expanded._squares()
        return expanded

    arg_constraints: Any = property(lambda self: {
        "covariance_matrix": constraints.positive_definite, "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky, "df": constraints.GreaterThan(self._event_shape[-1] - 1)})

    def _wide(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        return self._wide(self._lower)

    @lazy_property
    def covariance_matrix(self) -> Any:
        return self._wide(self._lower @ self._lower.mT)

    @lazy_property
    def precision_matrix(self) -> Any:
        return self._wide(F.cholesky_solve(F.eye(self._event_shape[-1], dtype=self._lower.dtype), self._lower))

    def _times(self, factor: Any, matrix: Any) -> Any:
        return factor.reshape((*self._batch_shape, 1, 1)) * matrix

    mean = property(lambda self: self._times(self.df, self.covariance_matrix))

    @property
    def mode(self) -> Any:
        factor = self.df - self._event_shape[-1] - 1
        return self._times(F.where(factor <= 0, math.nan, factor), self.covariance_matrix)

    @property
    def variance(self) -> Any:
        v = self.covariance_matrix
        diagonal = v.diagonal(dim1=-2, dim2=-1)
        return self._times(self.df, v.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _bartlett(self, sample_shape: tuple[int, ...]) -> Any:
        size, batch = self._event_shape[-1], (*sample_shape, *self._batch_shape)
        root = self._chi2.rsample(sample_shape).sqrt()
        diagonal = root.clamp(min=finfo(root.dtype).eps).diag_embed()
        rows, columns = F.tril_indices(size, size, -1)
        below = F.randn((*batch, size * (size - 1) // 2), dtype=root.dtype)
        flat = F.zeros((*batch, size * size), dtype=root.dtype)
        flat = flat.scatter(-1, (rows * size + columns).expand(tuple(below.shape)), below)
        triangle = self._lower @ (diagonal + flat.reshape((*batch, size, size)))
        return triangle @ triangle.mT

    def _valid(self, samples: Any) -> Any:
        """For each sample whether any matrix of its batch lies in the support."""
        valid = self.support.check(samples).array
        return valid.reshape(len(samples.array), -1).any(-1)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """By Bartlett's decomposition; like torch, which draws once more in place of every sample that is valid."""
        shape = shape_tuple(sample_shape)
        rest = (*self._batch_shape, *self._event_shape)
        samples = self._bartlett(shape).reshape((-1, *rest))
        singular = self._valid(samples)
        if singular.any():
            DisplayHooks.note("wishart", "Singular sample detected.")
        for _ in range(MOST_DRAWS):
            places = np.flatnonzero(singular)
            if not places.size:
                break
            redrawn = self._bartlett((places.size,))
            samples = samples.index_copy(0, Tensor(places), redrawn)
            singular[places] = (~self.support.check(redrawn).array).reshape(places.size, -1).any(-1)
        return samples.reshape((*shape, *rest))

    def log_prob(self, value: Any) -> Any:
        value, nu, p = self._checked(value), self.df, self._event_shape[-1]
        return (-nu * (p * LOG_2 / 2 + log_diagonal(self._lower)) - F.mvlgamma(nu / 2, p)
                + (nu - p - 1) / 2 * F.linalg_slogdet(value)[1] - self._trace(value) / 2)

    def _trace(self, value: Any) -> Any:
        return F.cholesky_solve(value, self._lower).diagonal(dim1=-2, dim2=-1).sum(-1)

    def entropy(self) -> Any:
        nu, p = self.df, self._event_shape[-1]
        halves = F.arange(p, dtype=nu.dtype) / 2
        slopes = F.digamma((nu / 2).unsqueeze(-1) - halves).sum(-1)
        return ((p + 1) * (p * LOG_2 / 2 + log_diagonal(self._lower)) + F.mvlgamma(nu / 2, p)
                - (nu - p - 1) / 2 * slopes + nu * p / 2)

    def _natural(self) -> tuple[Any, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _normalizer(self, *natural: Any) -> Any:
        x, y = natural
        p = self._event_shape[-1]
        return ((y + (p + 1) / 2) * (-F.linalg_slogdet(-2 * x)[1] + LOG_2 * p) + F.mvlgamma(y + (p + 1) / 2, p))
