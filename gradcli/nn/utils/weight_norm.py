"""`torch.nn.utils.weight_norm` and `spectral_norm`: weights that a forward_pre hook recomputes."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Parameter, recording
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.init import normal_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.conv import _ConvTransposeNd


def norm_except_dim(weight: Any, dim: int) -> Any:
    """The norm over all dimensions but `dim`, which stay with size 1; with -1 the norm of the whole."""
    if dim == -1:
        return traced.norm(weight, 2)
    dims = weight.array.ndim
    other_dims = tuple(axis for axis in range(dims) if axis != dim % dims)
    return traced.norm(weight, 2, other_dims, True) if other_dims else traced.abs(weight)


def scaled_weight(v: Any, g: Any, dim: int) -> Any:
    """g * v / |v|, with a norm for each index of `dim` (-1: one norm)."""
    return traced.renamed(v * (g / norm_except_dim(v, dim)), "WeightNormInterfaceBackward0")


def rows_of(weight: Any, dim: int) -> Any:
    """A weight as a matrix, with a row for each index of `dim`."""
    if dim:
        weight = traced.permute(weight, (dim, *(axis for axis in range(weight.array.ndim) if axis != dim)))
    return traced.reshape(weight, (weight.array.shape[0], -1))


def random_unit_vector(like: Any, size: int, eps: float) -> Tensor:
    """A random vector of norm 1, (size,), of the dtype of `like`."""
    with recording(False):
        normals = normal_(Tensor(np.empty(size, like.array.dtype)))
        return Tensor(traced.normalize(normals, 2.0, 0, eps).array)


def power_iteration(matrix: Any, u: Any, v: Any, count: int, eps: float, v_first: bool = False) -> None:
    """`count` steps of power iteration for the largest singular value, in place: u (rows,), v (columns,)."""
    across = traced.transpose(matrix, 0, 1)
    for _ in range(count):
        for target, other, by in ((v, u, across), (u, v, matrix)) if v_first else ((u, v, matrix), (v, u, across)):
            writing(target.array)[...] = traced.normalize(traced.mv(by, other), 2.0, 0, eps).array


@exposed(copied=True)
class _Hook:
    """A forward_pre hook that sets an attribute of the module to a computed weight."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Any, inputs: Any) -> None:
        module.__dict__[self.name] = self.weight(module)

    def weight(self, module: Any) -> Any:
        """Compute the weight from the parameters."""
        raise NotImplementedError


@exposed(copied=True)
class WeightNorm(_Hook):
    """A weight g v / |v|."""

    def __init__(self, name: str, dim: int) -> None:
        super().__init__(name)
        self.dim = dim

    def weight(self, module: Any) -> Any:
        """g * v / |v|, from the parameters name_g and name_v."""
        parameters = module._parameter_dict
        return scaled_weight(parameters[self.name + "_v"], parameters[self.name + "_g"], self.dim)


@exposed(copied=True)
class SpectralNorm(_Hook):
    """A weight divided by its largest singular value."""

    def __init__(self, name: str, steps: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.steps, self.dim, self.eps = steps, dim, eps

    def weight(self, module: Any, step: bool | None = None) -> Any:
        """W / (u^T W v), after power iteration if `step` (None: while training)."""
        weight = module._parameter_dict[self.name + "_orig"]
        u, v = module._buffer_dict[self.name + "_u"], module._buffer_dict[self.name + "_v"]
        matrix = rows_of(weight, self.dim)
        if module.training if step is None else step:
            with recording(False):
                power_iteration(Tensor(matrix.array), u, v, self.steps, self.eps, True)
            u, v = (Tensor(vector.array.copy()) for vector in (u, v))
        return weight / traced.dot(u, traced.mv(matrix, v))


def _parameter(module: Any, name: str, kind: type[_Hook], subject: str) -> Any:
    """The parameter `name`, checked: registered, initialised, and without a hook of this kind."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"{subject}() needs a module, not {described(module)}", f"{subject}(nn.Linear(2, 2))")
    if any(type(hook) is kind and hook.name == name for hook in hooks_of(module).values()):
        raise ShapeFault(f"Cannot register two {subject} hooks on the same parameter {name}")
    weight = module._parameter_dict.get(name)
    if weight is None:
        raise NoTensor(f"{type(module).__name__} has no parameter {brief(name)}",
                       *((other, "") for other in list(module._parameter_dict)[:3])).saying(
            f"'{type(module).__name__}' object has no attribute '{brief(name)}'")
    if isinstance(weight, Uninitialized):
        raise ValueFault(f"The module passed to `{kind.__name__}` can't have uninitialized parameters. Make sure to "
                         "run the dummy forward before applying it")
    return weight


def hooks_of(module: Any) -> dict[int, Any]:
    """The forward_pre hooks of a module."""
    return module._hooks[0] if module._hooks is not None else {}


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Compute a weight as g v / |v| from parameters name_g and name_v; return the module."""
    weight = _parameter(module, name, WeightNorm, "weight_norm")
    hook = WeightNorm(name, -1 if dim is None else dim)
    del module._parameter_dict[name]
    with recording(False):
        lengths = norm_except_dim(Tensor(weight.array), hook.dim)
    module.register_parameter(name + "_g", Parameter(lengths.array, True))
    module.register_parameter(name + "_v", Parameter(weight.array, True))
    module.register_forward_pre_hook(hook)
    hook(module, ())
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Make the computed weight a parameter again; return the module."""
    hook = remove_hook(module, name, WeightNorm, "weight_norm")
    with recording(False):
        return _with_parameter(module, name, hook.weight(module), ("_g", "_v"))


def _with_parameter(module: Any, name: str, weight: Any, suffixes: tuple[str, ...]) -> Any:
    """The module with `weight` as its parameter, and without those from which it was computed."""
    for suffix in suffixes:
        delattr(module, name + suffix)
    module.__dict__.pop(name, None)
    module.register_parameter(name, Parameter(weight.array, True))
    return module


def spectral_norm(module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Any:
    """Divide a weight by its largest singular value; return the module."""
    weight = _parameter(module, name, SpectralNorm, "spectral_norm")
    if n_power_iterations <= 0:
        raise ValueFault(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
    if dim is None:
        dim = int(isinstance(module, _ConvTransposeNd))
    hook = SpectralNorm(name, n_power_iterations, dim, eps)
    matrix = rows_of(Tensor(weight.array), hook.dim)
    u, v = (random_unit_vector(matrix, size, eps) for size in matrix.array.shape)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    module.__dict__[name] = Tensor(weight.array)
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Make the computed weight a parameter again; return the module."""
    hook = remove_hook(module, name, SpectralNorm, "spectral_norm")
    with recording(False):
        return _with_parameter(module, name, hook.weight(module, False), ("_u", "_v", "_orig"))


def remove_hook(module: Any, name: str, kind: type[_Hook], subject: str) -> Any:
    """Remove the hook that computes the weight `name`, and return it. ValueFault if there is none."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"remove_{subject}() needs a module, not {described(module)}")
    for key, hook in hooks_of(module).items():
        if type(hook) is kind and hook.name == name:
            del hooks_of(module)[key]
            return hook
    raise ValueFault(f"{subject} of '{name}' not found in {type(module).__name__}")
