"""Transforms onto the simplex and onto Cholesky factors."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.tensor import Size
from gradcli.faults.tree import ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.transforms.elementwise import ParameterFree, Transform, clipped_sigmoid


def _deep_enough(shape: Any, dims: int) -> Any:
    if len(shape) < dims:
        raise ValueFault("Too few dimensions on input")
    return shape


class SoftmaxTransform(ParameterFree):
    """softmax onto the simplex; not a bijection, and the inverse is log."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        shares = (x - x.max(-1, True)[0]).exp()
        return shares / shares.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        return _deep_enough(shape, 1)

    inverse_shape = forward_shape


class StickBreakingTransform(ParameterFree):
    """The stick-breaking bijection from K real numbers to the simplex of K + 1."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    @staticmethod
    def _offset(like: Any, count: int, most: int) -> Any:
        return most - F.ones((count,), dtype=like.dtype).cumsum(-1)

    def _call(self, x: Any) -> Any:
        count = x.shape[-1]
        z = clipped_sigmoid(x - self._offset(x, count, count + 1).log())
        return F.pad(z, [0, 1], value=1) * F.pad((1 - z).cumprod(-1), [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        cut = y[..., :-1]
        offset = self._offset(y, cut.shape[-1], y.shape[-1])
        remainder = F.clamp(1 - cut.cumsum(-1), min=finfo(y.dtype).tiny)
        return cut.log() - remainder.log() + offset.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        count = x.shape[-1]
        x = x - self._offset(x, count, count + 1).log()
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        return Size((*_deep_enough(shape, 1)[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        return Size((*_deep_enough(shape, 1)[:-1], shape[-1] - 1))


class LowerCholeskyTransform(ParameterFree):
    """The lower triangle of a matrix, with exp on its diagonal."""

    domain = constraints.IndependentConstraint(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(ParameterFree):
    """L L^T for the L of LowerCholeskyTransform."""

    domain = constraints.IndependentConstraint(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        lower = LowerCholeskyTransform()(x)
        return lower @ lower.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(F.linalg_cholesky(y))


def _below(size: int, diagonal: int) -> Any:
    """A (size, size) mask of the elements on or below a diagonal."""
    places = F.arange(size)
    return places < places.view((-1, 1)) + (diagonal + 1)


def triangle_to_vector(matrix: Any, diagonal: int) -> Any:
    """The elements of a matrix on or below a diagonal, row by row."""
    return matrix[..., _below(matrix.shape[-1], diagonal)]


def vector_to_triangle(vector: Any) -> Any:
    """A matrix with the elements of `vector` below its diagonal, row by row. ValueFault for another size."""
    count = vector.shape[-1]
    size = (1 + (1 + 8 * count) ** 0.5) / 2
    if round(size) * (round(size) - 1) // 2 != count:
        raise ValueFault(f"The size of last dimension is {count} which cannot be expressed as the lower triangular "
                         "part of a square D x D matrix.")
    rows, columns = F.tril_indices(round(size), round(size), -1)
    places = (rows * round(size) + columns).expand(tuple(vector.shape))
    flat = F.zeros((*vector.shape[:-1], round(size) ** 2), dtype=vector.dtype).scatter(-1, places, vector)
    return flat.reshape((*vector.shape[:-1], round(size), round(size)))


class CorrCholeskyTransform(Transform):
    """From real vectors to Cholesky factors of correlation matrices."""

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        x = F.tanh(x)
        eps = finfo(x.dtype).eps
        r = vector_to_triangle(x.clamp(min=-1 + eps, max=1 - eps))
        remainder = (1 - r**2).sqrt().cumprod(-1)
        r = r + F.eye(r.shape[-1], dtype=r.dtype)
        return r * F.pad(remainder[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        remainder = F.pad((1 - F.cumsum(y * y, -1))[..., :-1], [1, 0], value=1)
        t = triangle_to_vector(y, -1) / triangle_to_vector(remainder, -1).sqrt()
        return (t.log1p() - t.neg().log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        remainder = triangle_to_vector(1 - (y * y).cumsum(-1), -2)
        return 0.5 * remainder.log().sum(-1) - 2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        count = _deep_enough(shape, 1)[-1]
        size = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != count:
            raise ValueFault("Input is not a flattened lower-diagonal number")
        return Size((*shape[:-1], size, size))

    def inverse_shape(self, shape: Any) -> Any:
        if _deep_enough(shape, 2)[-2] != shape[-1]:
            raise ValueFault("Input is not square")
        return Size((*shape[:-2], shape[-1] * (shape[-1] - 1) // 2))
