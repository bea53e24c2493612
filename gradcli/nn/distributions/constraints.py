"""`torch.distributions.constraints`: the sets in which parameters and samples lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.tensor import Tensor
from gradcli.nn.distributions.constraint import Boolean as Boolean
from gradcli.nn.distributions.constraint import Constraint as Constraint
from gradcli.nn.distributions.constraint import Dependent as Dependent
from gradcli.nn.distributions.constraint import GreaterThan as GreaterThan
from gradcli.nn.distributions.constraint import GreaterThanEq as GreaterThanEq
from gradcli.nn.distributions.constraint import HalfOpenInterval as HalfOpenInterval
from gradcli.nn.distributions.constraint import IndependentConstraint as IndependentConstraint
from gradcli.nn.distributions.constraint import IntegerGreaterThan as IntegerGreaterThan
from gradcli.nn.distributions.constraint import IntegerInterval as IntegerInterval
from gradcli.nn.distributions.constraint import Interval as Interval
from gradcli.nn.distributions.constraint import LessThan as LessThan
from gradcli.nn.distributions.constraint import MixtureSameFamilyConstraint as MixtureSameFamilyConstraint
from gradcli.nn.distributions.constraint import Multinomial as Multinomial
from gradcli.nn.distributions.constraint import OneHot as OneHot
from gradcli.nn.distributions.constraint import Real as Real
from gradcli.nn.distributions.constraint import Simplex as Simplex
from gradcli.nn.distributions.constraint import constraint_list as constraint_list
from gradcli.nn.distributions.constraint import constraint_of as constraint_of
from gradcli.nn.distributions.constraint import is_dependent as is_dependent


class _OfMatrices(Constraint):
    event_dim = 2


def _lower(value: Any) -> Any:
    return (value.tril() == value).reshape((*value.shape[:-2], -1)).all(-1)


class LowerTriangular(_OfMatrices):
    """A lower triangular matrix."""

    def check(self, value: Any) -> Any:
        return _lower(value)


class LowerCholesky(_OfMatrices):
    """A lower triangular matrix with a positive diagonal."""

    def check(self, value: Any) -> Any:
        return _lower(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class CorrCholesky(LowerCholesky):
    """The Cholesky factor of a correlation matrix: each row has norm 1."""

    def check(self, value: Any) -> Any:
        tolerance = finfo(value.dtype).eps * value.shape[-1] * 10
        length = F.linalg_norm(value.detach(), dim=-1)
        return super().check(value) & ((length - 1.0).abs() <= tolerance).all(-1)


class Square(_OfMatrices):
    """A square matrix."""

    def check(self, value: Any) -> Any:
        return F.full(tuple(value.shape[:-2]), value.shape[-2] == value.shape[-1], dtype=np.dtype(bool))


class Symmetric(Square):
    """A symmetric matrix."""

    def check(self, value: Any) -> Any:
        square = super().check(value)
        if not square.array.all():
            return square
        return F.isclose(value, value.mT, atol=1e-6).all(-2).all(-1)


class PositiveSemidefinite(Symmetric):
    """A symmetric matrix without negative eigenvalues."""

    def check(self, value: Any) -> Any:
        symmetric = super().check(value)
        return F.linalg_eigvalsh(value.detach()).ge(0).all(-1) if symmetric.array.all() else symmetric


class PositiveDefinite(Symmetric):
    """A symmetric matrix with a Cholesky factor."""

    def check(self, value: Any) -> Any:
        symmetric = super().check(value)
        if not symmetric.array.all():
            return symmetric
        matrices = value.array.reshape((-1, *value.shape[-2:]))
        return Tensor(np.array([_has_cholesky(matrix) for matrix in matrices], bool).reshape(value.shape[:-2]))


def _has_cholesky(matrix: Any) -> bool:
    try:
        return bool(np.isfinite(np.linalg.cholesky(matrix)).all())
    except np.linalg.LinAlgError:
        return False


class _Several(Constraint):
    """Constraints of consecutive slices along one dimension."""

    cseq: list[Any]
    dim: int

    is_discrete = property(lambda self: any(constraint.is_discrete for constraint in self.cseq))

    def _has_dim(self, value: Any) -> None:
        if not -value.ndim <= self.dim < value.ndim:
            raise AssertionError(f"dim {self.dim} out of range for value with {value.ndim} dimensions")


class Cat(_Several):
    """Constraints of slices of `lengths` along a dimension."""

    lengths: list[int]

    def __init__(self, cseq: Any, dim: int = 0, lengths: Any = None) -> None:
        self.cseq, self.dim = constraint_list(cseq), dim
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq) or not all(type(n) is int for n in self.lengths):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})")

    event_dim = property(lambda self: max(constraint.event_dim for constraint in self.cseq))

    def check(self, value: Any) -> Any:
        self._has_dim(value)
        checks, start = [], 0
        for constraint, length in zip(self.cseq, self.lengths, strict=True):
            checks.append(constraint.check(value.narrow(self.dim, start, length)))
            start += length
        return F.cat(checks, self.dim)


class Stack(_Several):
    """A constraint for each position along a dimension."""

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        self.cseq, self.dim = constraint_list(cseq), dim

    @property
    def event_dim(self) -> int:
        most: int = max(constraint.event_dim for constraint in self.cseq)
        return most + 1 if self.dim + most < 0 else most

    def check(self, value: Any) -> Any:
        self._has_dim(value)
        parts = [value.select(self.dim, i) for i in range(value.shape[self.dim])]
        return F.stack([c.check(part) for c, part in zip(self.cseq, parts, strict=False)], self.dim)


dependent = Dependent()
boolean, one_hot, real, simplex = Boolean(), OneHot(), Real(), Simplex()
real_vector = IndependentConstraint(real, 1)
nonnegative_integer, positive_integer = IntegerGreaterThan(0), IntegerGreaterThan(1)
positive, nonnegative = GreaterThan(0.0), GreaterThanEq(0.0)
unit_interval = Interval(0.0, 1.0)
lower_triangular, lower_cholesky, corr_cholesky = LowerTriangular(), LowerCholesky(), CorrCholesky()
square, symmetric = Square(), Symmetric()
positive_semidefinite, positive_definite = PositiveSemidefinite(), PositiveDefinite()
independent, integer_interval, interval, half_open_interval = (
    IndependentConstraint, IntegerInterval, Interval, HalfOpenInterval)
greater_than, greater_than_eq, less_than, multinomial, cat, stack = (
    GreaterThan, GreaterThanEq, LessThan, Multinomial, Cat, Stack)
