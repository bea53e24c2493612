"""`torch.nn.utils.parametrizations`: weight_norm, spectral_norm, orthogonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.tensor.dtypes import float_limits
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import recording
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, IndexFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.conv import _ConvTransposeNd
from gradcli.nn.utils.parametrize import register_parametrization
from gradcli.nn.utils.weight_norm import norm_except_dim, power_iteration, random_unit_vector, rows_of, scaled_weight

HOME = "torch.nn.utils.parametrizations"
MAPS = ("matrix_exp", "cayley", "householder")


def weight_of(module: Any, name: str) -> Tensor:
    """The parameter or buffer of a module with that name."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"the first argument must be a module, not {described(module)}")
    value = getattr(module, name, None)
    if not isinstance(value, Tensor):
        raise ValueFault(f"Module '{module!r}' has no parameter or buffer with name '{brief(name)}'",
                         *((other, "") for other in list(module._parameter_dict)[:3]))
    return value


def output_channel_dim(module: Any, dim: Any) -> int:
    """`dim`, or for None the dimension of output channels: 1 for transposed convolutions, else 0."""
    return int(isinstance(module, _ConvTransposeNd)) if dim is None else dim


@exposed("right_inverse")
class _WeightNorm(Module):
    _module_path = HOME

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return scaled_weight(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Any) -> Any:
        """g and v of a weight: its norms and the weight itself."""
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Parametrize a weight as g v / |v| (Salimans and Kingma, 2016); return the module."""
    weight_of(module, name)
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


@exposed("right_inverse")
class _SpectralNorm(Module):
    _module_path = HOME

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        dims = weight.array.ndim
        if not -dims <= dim < dims:
            raise IndexFault(f"Dimension out of range (expected to be in range of [-{dims}, {dims - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueFault("Expected n_power_iterations to be positive, but got n_power_iterations="
                             f"{n_power_iterations}")
        self.dim, self.eps = dim % dims, eps
        if dims > 1:
            self.n_power_iterations = n_power_iterations
            matrix = rows_of(Tensor(weight.array), self.dim)
            for name, size in zip(("_u", "_v"), matrix.array.shape, strict=True):
                self._buffer_dict[name] = random_unit_vector(matrix, size, eps)
            with recording(False):
                power_iteration(matrix, self._buffer_dict["_u"], self._buffer_dict["_v"], 15, eps)

    def forward(self, weight: Any) -> Any:
        if weight.array.ndim == 1:
            return traced.normalize(weight, 2.0, 0, self.eps)
        matrix, u, v = rows_of(weight, self.dim), self._buffer_dict["_u"], self._buffer_dict["_v"]
        if self.training:
            with recording(False):
                power_iteration(Tensor(matrix.array), u, v, self.n_power_iterations, self.eps)
        u, v = (Tensor(vector.array.copy()) for vector in (u, v))
        return weight / traced.dot(u, traced.mv(matrix, v))

    def right_inverse(self, value: Any) -> Any:
        """The value itself."""
        return value


def spectral_norm(module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Any:
    """Parametrize a weight as W / sigma_max(W) (Miyato and others, 2018); return the module."""
    weight = weight_of(module, name)
    return register_parametrization(
        module, name, _SpectralNorm(weight, n_power_iterations, output_channel_dim(module, dim), eps))


@exposed("right_inverse", "base")
class _Orthogonal(Module):
    _module_path = HOME

    def __init__(self, weight: Any, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        self.trivialized = bool(use_trivialization)
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, input: Any) -> Any:
        wide = input.array.shape[-2] < input.array.shape[-1]
        matrix = traced.transpose(input, -2, -1) if wide else input
        n, k = matrix.array.shape[-2:]
        result = self._reflected(matrix) if self.orthogonal_map == "householder" else self._orthogonal(matrix, n, k)
        if self.trivialized:
            result = traced.matmul(self._buffer_dict["base"], result)
        return traced.transpose(result, -2, -1) if wide else result

    def _orthogonal(self, matrix: Any, n: int, k: int) -> Any:
        """The matrix exponential or Cayley transform of the skew-symmetric part, its first k columns."""
        matrix = traced.tril(matrix)
        if n != k:
            zeros = traced.zeros((*matrix.array.shape[:-1], n - k), dtype=matrix.dtype)
            matrix = traced.cat((matrix, zeros), -1)
        skew = matrix - traced.transpose(matrix, -2, -1)
        if self.orthogonal_map == "matrix_exp":
            orthogonal = traced.matrix_exp(skew)
        else:
            one = Tensor(np.eye(n, dtype=skew.array.dtype))
            orthogonal = traced.linalg_solve(one - skew * 0.5, one + skew * 0.5)
        return traced.narrow(orthogonal, -1, 0, k) if n != k else orthogonal

    def _reflected(self, matrix: Any) -> Any:
        """The product of Householder reflections, with signs from the diagonal, which has no gradient."""
        below = traced.tril(matrix, -1)
        tau = 2.0 / (1.0 + traced.sum(below * below, -2))
        signs = np.diagonal(matrix.array, axis1=-2, axis2=-1).astype(np.int32)
        return traced.linalg_householder_product(below, tau) * Tensor(signs[..., None, :])

    def right_inverse(self, matrix: Any) -> Any:
        """A parameter whose image is `matrix`, orthogonalised. ValueFault for another shape."""
        if not isinstance(matrix, Tensor) or matrix.shape != self.shape:
            raise ValueFault(f"Expected a matrix or batch of matrices of shape {self.shape}. Got {described(matrix)}.")
        wide = matrix.array.shape[-2] < matrix.array.shape[-1]
        tall = Tensor(np.swapaxes(matrix.array, -2, -1) if wide else matrix.array)
        if not self.trivialized:
            return self._reflections(tall, wide)
        n, k = tall.array.shape[-2:]
        if n != k:
            more = traced.randn((*tall.array.shape[:-2], n, n - k), dtype=tall.dtype)
            tall = traced.cat((tall, more), -1)
        eps = 10.0 * n * float_limits(tall.array.dtype).eps
        product = np.swapaxes(tall.array, -2, -1) @ tall.array
        base = tall.array.copy() if n == k and np.allclose(product, np.eye(n), atol=eps) else _orthogonal(tall)
        self._buffer_dict["base"] = self.__dict__["base"] = Tensor(base)
        minus = np.zeros_like(matrix.array)
        at = np.arange(min(minus.shape[-2:]))
        minus[..., at, at] = -1
        return Tensor(minus)

    def _reflections(self, tall: Tensor, wide: bool) -> Tensor:
        if self.orthogonal_map != "householder":
            raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley "
                                      "parametrizations when use_trivialization=False.")
        factors, tau = (part.array.copy() for part in traced.geqrf(tall))
        at = np.arange(factors.shape[-1])
        factors[..., at, at] = np.where(tau == 0, -1, 1) * np.sign(factors[..., at, at])
        return Tensor(np.swapaxes(factors, -2, -1) if wide else factors)


def _orthogonal(matrix: Tensor) -> Any:
    """The Q of the QR decomposition whose R has a positive diagonal."""
    upper, tau = traced.geqrf(matrix)
    product = traced.linalg_householder_product(upper, tau).array
    return product * np.sign(np.diagonal(upper.array, axis1=-2, axis2=-1))[..., None, :]


def orthogonal(module: Any, name: str = "weight", orthogonal_map: str | None = None, *,
               use_trivialization: bool = True) -> Any:
    """Parametrize a weight as orthogonal; return the module."""
    weight = weight_of(module, name)
    if weight.array.ndim < 2:
        raise ValueFault(f"Expected a matrix or batch of matrices. Got a tensor of {weight.array.ndim} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.array.shape[-2] == weight.array.shape[-1] else "householder"
    if orthogonal_map not in MAPS:
        raise ValueFault('orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: '
                         f"{orthogonal_map}", *((name, "") for name in MAPS))
    return register_parametrization(module, name, _Orthogonal(weight, orthogonal_map, use_trivialization), unsafe=True)
