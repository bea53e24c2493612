"""MultivariateNormal and LowRankMultivariateNormal."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import broadcast_shapes
from gradcli.engine.tensor.tensor import Size
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, lazy_property, standard_normal, tensor_of


def batch_mv(matrix: Any, vector: Any) -> Any:
    """matrix @ vector, for (*batch, m, n) and (*batch, n)."""
    return F.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def mahalanobis(lower: Any, x: Any) -> Any:
    """The squared Mahalanobis distance |L^-1 x|^2, for `lower` = L, (*batch, n, n), and x, (*batch, n)."""
    batch = broadcast_shapes(tuple(lower.shape[:-2]), tuple(x.shape[:-1]))
    lower = lower.expand((*batch, *lower.shape[-2:]))
    away = F.linalg_solve_triangular(lower, x.expand((*batch, x.shape[-1])).unsqueeze(-1), upper=False)
    return away.pow(2).sum(-2).squeeze(-1)


def log_diagonal(matrix: Any) -> Any:
    """The sum of the logarithms of the diagonal of (*batch, n, n)."""
    return matrix.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def precision_to_scale_tril(precision: Any) -> Any:
    """The Cholesky factor of the inverse of `precision`."""
    flipped = F.linalg_cholesky(F.flip(precision, (-2, -1)))
    inverse = F.flip(flipped, (-2, -1)).mT
    return F.linalg_solve_triangular(inverse, F.eye(precision.shape[-1], dtype=precision.dtype), upper=False)


def only_matrix(name: str, matrices: dict[str, Any], error: type[Exception]) -> tuple[str, Any]:
    """Name and value of the one matrix that is set. `error` unless exactly one is."""
    present = {key: value for key, value in matrices.items() if value is not None}
    if len(present) != 1:
        raise error("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
    (key, value), = present.items()
    if tensor_of(value, key).array.ndim < 2:
        called = "scale_tril" if name == "Wishart" else "scale_tril matrix" if key == "scale_tril" else key
        raise ValueFault(f"{called} must be at least two-dimensional, with optional leading batch dimensions")
    return key, value


def lower_of(name: str, matrix: Any) -> Any:
    """The Cholesky factor of the covariance that the matrix `name` describes."""
    if name == "scale_tril":
        return matrix
    return F.linalg_cholesky(matrix) if name == "covariance_matrix" else precision_to_scale_tril(matrix)


class MultivariateNormal(Distribution):
    """The normal distribution of vectors, by covariance_matrix, precision_matrix or scale_tril."""

    _constraints: Any = {
        "loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True
    _unexpanded = frozenset({"_lower"})

    def __init__(self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None, scale_tril: Any = None,
                 validate_args: bool | None = None) -> None:
        if not tensor_of(loc, "loc").array.ndim:
            raise ValueFault("loc must be at least one-dimensional.", "torch.zeros(2)")
        name, matrix = only_matrix("MultivariateNormal", {
            "covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix,
            "scale_tril": scale_tril}, ValueFault)
        batch = broadcast_shapes(tuple(matrix.shape[:-2]), tuple(loc.shape[:-1]))
        vars(self)[name] = matrix.expand((*batch, *matrix.shape[-2:]))
        self.loc = loc.expand((*batch, loc.shape[-1]))
        super().__init__(batch, loc.shape[-1:], validate_args)
        self._lower = lower_of(name, matrix)

    def _wide(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *self._event_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        return self._wide(self._lower)

    @lazy_property
    def covariance_matrix(self) -> Any:
        return self._wide(F.matmul(self._lower, self._lower.mT))

    @lazy_property
    def precision_matrix(self) -> Any:
        return self._wide(F.cholesky_inverse(self._lower))

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: self._lower.pow(2).sum(-1).expand((*self._batch_shape, *self._event_shape)))

    def rsample(self, sample_shape: Any = ()) -> Any:
        eps = standard_normal(tuple(self._extended_shape(sample_shape)), self.loc)
        return self.loc + batch_mv(self._lower, eps)

    def log_prob(self, value: Any) -> Any:
        far = mahalanobis(self._lower, self._checked(value) - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + far) - log_diagonal(self._lower)

    def entropy(self) -> Any:
        entropy = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + log_diagonal(self._lower)
        return entropy.expand(tuple(self._batch_shape)) if self._batch_shape else entropy


def capacitance(w: Any, d: Any) -> Any:
    """The Cholesky factor of I + W^T D^-1 W, the capacitance matrix, for W = w and D = diag(d)."""
    inner = F.matmul(w.mT / d.unsqueeze(-2), w)
    return F.linalg_cholesky(inner + F.eye(w.shape[-1], dtype=w.dtype))


class LowRankMultivariateNormal(Distribution):
    """The normal distribution of vectors with covariance cov_factor cov_factor^T + diag(cov_diag)."""

    _constraints: Any = {
        "loc": constraints.real_vector, "cov_factor": constraints.IndependentConstraint(constraints.real, 2),
        "cov_diag": constraints.IndependentConstraint(constraints.positive, 1)}
    support = constraints.real_vector
    has_rsample = True
    _unexpanded = frozenset({"_factor", "_diagonal", "_capacitance"})

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if not tensor_of(loc, "loc").array.ndim:
            raise ValueFault("loc must be at least one-dimensional.")
        event = Size(loc.shape[-1:])
        if tensor_of(cov_factor, "cov_factor").array.ndim < 2:
            raise ValueFault("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if tuple(cov_factor.shape[-2:-1]) != tuple(event):
            raise ValueFault(f"cov_factor must be a batch of matrices with shape {event[0]} x m")
        if tuple(tensor_of(cov_diag, "cov_diag").array.shape[-1:]) != tuple(event):
            raise ValueFault(f"cov_diag must be a batch of vectors with shape {event}")
        try:
            batch = broadcast_shapes(tuple(loc.shape[:-1]), tuple(cov_factor.shape[:-2]), tuple(cov_diag.shape[:-1]))
        except ShapeFault:
            raise ValueFault(f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag "
                             f"{cov_diag.shape}") from None
        self.loc, self.cov_diag = loc.expand((*batch, *event)), cov_diag.expand((*batch, *event))
        self.cov_factor = cov_factor.expand((*batch, *cov_factor.shape[-2:]))
        self._factor, self._diagonal = cov_factor, cov_diag
        self._capacitance = capacitance(cov_factor, cov_diag)
        super().__init__(batch, event, validate_args)

    mean = mode = property(lambda self: self.loc)

    def _wide(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *self._event_shape, *self._event_shape))

    @lazy_property
    def variance(self) -> Any:
        return (self._factor.pow(2).sum(-1) + self._diagonal).expand((*self._batch_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        root = self._diagonal.sqrt().unsqueeze(-1)
        scaled = self._factor / root
        inner = F.matmul(scaled, scaled.mT) + F.eye(self._event_shape[0], dtype=self.loc.dtype)
        return self._wide(root * F.linalg_cholesky(inner))

    @lazy_property
    def covariance_matrix(self) -> Any:
        return self._wide(F.matmul(self._factor, self._factor.mT) + F.diag_embed(self._diagonal))

    @lazy_property
    def precision_matrix(self) -> Any:
        a = F.linalg_solve_triangular(self._capacitance, self._factor.mT / self._diagonal.unsqueeze(-2), upper=False)
        return self._wide(F.diag_embed(self._diagonal.reciprocal()) - a.mT @ a)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = tuple(self._extended_shape(sample_shape))
        shared = standard_normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc)
        diagonal_noise = standard_normal(shape, self.loc)
        return self.loc + batch_mv(self._factor, shared) + self._diagonal.sqrt() * diagonal_noise

    def _log_det(self) -> Any:
        return 2 * log_diagonal(self._capacitance) + self._diagonal.log().sum(-1)

    def _distance(self, x: Any) -> Any:
        inner = batch_mv(self._factor.mT / self._diagonal.unsqueeze(-2), x)
        return (x.pow(2) / self._diagonal).sum(-1) - mahalanobis(self._capacitance, inner)

    def log_prob(self, value: Any) -> Any:
        far = self._distance(self._checked(value) - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + far)

    def entropy(self) -> Any:
        entropy = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())
        return entropy.expand(tuple(self._batch_shape)) if self._batch_shape else entropy
