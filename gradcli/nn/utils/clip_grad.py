"""Gradient clipping, and parameters as one vector: `torch.nn.utils`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import detached_for, report_detached
from gradcli.engine.autograd.op import raw, traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.complex_tensor import check_same_kind
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.inplace import rewriting
from gradcli.engine.tensor.tensor import Tensor, rebind
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import ArgumentFault, GradFault, ShapeFault


def _tensor_list(parameters: Any, name: str) -> list[Any]:
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise NoTensor(f"{name}() needs tensors, not {described(tensor)}", f"{name}(net.parameters(), 1.0)").saying(
                f"'{type_name(tensor)}' object has no attribute 'grad'")
    return tensors


def get_total_norm(tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False) -> Tensor:
    """The norm of the norms of several tensors."""
    arrays = [t.array for t in _tensor_list(tensors, "get_total_norm")]
    if not arrays:
        return Tensor(np.array(0.0, Default.floating))
    power = float(norm_type)
    norms = np.array([_norm(a, power) for a in arrays], arrays[0].dtype)
    total = np.asarray(norms.max() if power == math.inf else _norm(norms, power))
    if error_if_nonfinite and not np.isfinite(total):
        raise GradFault(f"The total norm of order {power} for gradients is non-finite, so it cannot be clipped").saying(
            f"The total norm of order {power} for gradients from `parameters` is non-finite, so it cannot be clipped. "
            "To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`")
    return Tensor(total)


def _norm(array: Any, power: float) -> Any:
    if power == math.inf:
        return np.abs(array).max(initial=0)
    return raw.linalg_vector_norm(array, power)


def clip_grad_norm_(parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
                    foreach: Any = None) -> Tensor:
    """Scale all gradients by one factor so that their total norm is at most max_norm; return the norm before."""
    several = _tensor_list(parameters, "clip_grad_norm_")
    gradients = [gradient for p in several if (gradient := p.grad) is not None]
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    clip_grads_with_norm_(several, max_norm, total)
    return total


def clip_grads_with_norm_(parameters: Any, max_norm: float, total_norm: Any, foreach: Any = None) -> None:
    """Scale all gradients by min(1, max_norm / total_norm)."""
    if not isinstance(total_norm, Tensor) or total_norm.array.size != 1:
        raise ArgumentFault(f"total_norm must be a tensor of one number, not {described(total_norm)}",
                            ("nn.utils.get_total_norm(grads)", "is one"))
    total = total_norm.array
    factor = np.minimum(np.asarray(max_norm, total.dtype) / (total + total.dtype.type(1e-6)), 1.0)
    factors: dict[Any, Any] = {}        # by type
    for p in _tensor_list(parameters, "clip_grads_with_norm_"):
        gradient = p.grad
        if gradient is None:
            continue
        g = gradient.array
        if g.dtype not in factors:
            factors[g.dtype] = np.asarray(factor, g.dtype)
        scaled = np.multiply(g, factors[g.dtype])
        if factor < 1:
            scaled = report_detached(gradient, "clip_grad_norm_()", scaled)
        np.copyto(rewriting(gradient, "clip_grad_norm_"), scaled)


clip_grad_norm = clip_grad_norm_


def clip_grad_value_(parameters: Any, clip_value: float, foreach: Any = None) -> None:
    """Clamp every gradient to -clip_value .. clip_value."""
    for p in _tensor_list(parameters, "clip_grad_value_"):
        if p.grad is not None:
            clipped = np.clip(p.grad.array, -float(clip_value), float(clip_value))
            if not np.array_equal(clipped, p.grad.array, equal_nan=True):
                clipped = report_detached(p.grad, "clip_grad_value_()", clipped)
            np.copyto(rewriting(p.grad, "clip_grad_value_"), clipped, casting="unsafe")


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """All parameters, flattened and concatenated."""
    return traced.cat([traced.reshape(p, (-1,)) for p in _tensor_list(parameters, "parameters_to_vector")], 0)


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Set the parameters to the parts of `vec`, in order. ShapeFault if it is too short."""
    if not isinstance(vec, Tensor):
        raise ArgumentFault(f"expected torch.Tensor, but got {described(vec)}").saying(
            f"expected torch.Tensor, but got: {type_name(vec)}")
    tensors = _tensor_list(parameters, "vector_to_parameters")
    needed = sum(p.array.size for p in tensors)
    if vec.array.size < needed:
        remaining = vec.array.size
        short = next(p for p in tensors if (remaining := remaining - p.array.size) < 0)
        raise ShapeFault(f"{needed} numbers are needed, and the vector has {vec.array.size}").saying(
            f"shape '{list(short.array.shape)}' is invalid for input of size {remaining + short.array.size}")
    at, vec = 0, detached_for(vec, "vector_to_parameters()")
    for p in tensors:
        check_same_kind(p, vec)
        rebind(p, vec.array[at : at + p.array.size].reshape(p.array.shape))
        at += p.array.size
