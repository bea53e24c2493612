"""`torch.nn.utils`: layers fused with the batch norm behind them, and skip_init."""

from __future__ import annotations

from typing import Any, NamedTuple

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.runtime.types import TypeProxy, types_of
from gradcli.nn.module.cloning import clone_module
from gradcli.nn.module.module import Module
from gradcli.nn.modules.batchnorm import _NormBase
from gradcli.nn.modules.conv import _ConvNd
from gradcli.nn.modules.linear import Linear


def _fused(layer: Any, bn: Any, kind: type[Module], subject: str, axis: int) -> Any:
    """A copy of `layer` with the batch norm `bn` behind it folded into weight and bias."""
    if not isinstance(layer, kind) or not isinstance(bn, _NormBase):
        raise ArgumentFault(f"{subject}() needs a layer and a batch normalisation, not {described(layer)} and "
                            f"{described(bn)}")
    if layer.training or bn.training:
        raise ValueFault("Fusion only for eval!", "net.eval()")
    if bn.running_mean is None or bn.running_var is None:
        raise ValueFault("bn.running_mean and bn.running_var must not be None", "track_running_stats=True")
    result: Any = clone_module(layer)
    result.weight, result.bias = _weights(result.weight, result.bias, bn, axis)
    return result


def _weights(weight: Any, bias: Any, bn: Any, axis: int) -> tuple[Parameter, Parameter]:
    """Weight and bias with the batch norm `bn` folded in; `axis` is the dimension of output channels."""
    for value in (weight, bn.running_mean, bn.running_var):
        if not isinstance(value, Tensor):
            raise ArgumentFault(f"weights and statistics must be tensors, not {described(value)}")
    learns = bias is not None and bias.requires_grad
    mean, variance = _plain(bn.running_mean), _plain(bn.running_var)
    before, scale, shift = (value if value is None else _plain(value) for value in (bias, bn.weight, bn.bias))
    by = traced.rsqrt(variance + bn.eps)
    shape = [1] * weight.array.ndim
    shape[axis] = -1
    scaled = _plain(weight) * traced.reshape(by if scale is None else scale * by, tuple(shape))
    shifted = (-mean if before is None else before - mean) * by
    shifted = shifted if scale is None else shifted * scale
    shifted = shifted if shift is None else shifted + shift
    return (Parameter(scaled.array.astype(weight.array.dtype), weight.requires_grad),
            Parameter(shifted.array.astype((weight if bias is None else bias).array.dtype), learns))


def _plain(value: Any) -> Any:
    return Tensor(value.array)


class _Statistics(NamedTuple):
    running_mean: Any
    running_var: Any
    eps: float
    weight: Any
    bias: Any


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution with the batch norm behind it folded in; both must be in evaluation mode."""
    return _fused(conv, bn, _ConvNd, "fuse_conv_bn_eval", int(bool(transpose)))


def fuse_conv_bn_weights(conv_w: Any, conv_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any,
                         transpose: bool = False) -> Any:
    """Weight and bias of a convolution with a batch norm folded in."""
    return _weights(conv_w, conv_b, _Statistics(bn_rm, bn_rv, bn_eps, bn_w, bn_b), int(bool(transpose)))


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer with the batch norm behind it folded in; both must be in evaluation mode."""
    return _fused(linear, bn, Linear, "fuse_linear_bn_eval", 0)


def fuse_linear_bn_weights(linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any,
                           bn_b: Any) -> Any:
    """Weight and bias of a linear layer with a batch norm folded in."""
    return _weights(linear_w, linear_b, _Statistics(bn_rm, bn_rv, bn_eps, bn_w, bn_b), 0)


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A module; the state of the random generator is as before, as if nothing had been initialised."""
    kind = types_of(module_cls)[0] if isinstance(module_cls, TypeProxy) else module_cls
    if not isinstance(kind, type) or not issubclass(kind, Module):
        raise ArgumentFault(f"Expected a Module; got {described(module_cls)}", "nn.utils.skip_init(nn.Linear, 2, 3)")
    source = draw()
    before = source.state()
    try:
        module = module_cls(*args, **{name: value for name, value in kwargs.items() if name != "device"})
    finally:
        source.set_state(before)
    return module


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any = None) -> Any:
    """The module as it is: memory has one format here."""
    return module


convert_conv3d_weight_memory_format = convert_conv2d_weight_memory_format
