"""`torch.nn.init`, and the initial values of layers in 0.1.12 and in later versions.

Every function writes into the memory of its tensor and returns the tensor. The names of 0.1.12 are the same without
the last underscore.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current, draw
from gradcli.engine.random.stream import write
from gradcli.engine.tensor.dtypes import INEXACT, OF, real_type_of
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, note_write
from gradcli.engine.tensor.write_gate import filling, writing
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tensors import SizeMismatch, UnimplementedType
from gradcli.faults.tree import ValueFault

GAINS: dict[str, Callable[[float], float]] = {
    **dict.fromkeys(("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
                     "conv_transpose3d", "sigmoid"), lambda slope: 1),
    "tanh": lambda slope: 5.0 / 3, "relu": lambda slope: math.sqrt(2.0), "selu": lambda slope: 3.0 / 4,
    "leaky_relu": lambda slope: math.sqrt(2.0 / (1 + slope**2))}


KERNELS = {"uniform_": "check_uniform_bounds", "normal_": "normal_kernel_cpu"}


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """The factor on the standard deviation of weights that makes up for the nonlinearity behind them."""
    if nonlinearity not in GAINS:
        raise ValueFault(f"Unsupported nonlinearity {brief(nonlinearity)}", *((name, "") for name in ("relu", "tanh")))
    if param is not None and type(param) not in NUMBERS:
        raise ValueFault(f"param is a number, not {described(param)}", "calculate_gain('leaky_relu', 0.2)").saying(
            f"negative_slope {brief(param)} not a valid number")
    return GAINS[nonlinearity](0.01 if param is None else param)


def _target(tensor: Any, name: str) -> np.ndarray[Any, Any]:
    """The array of a tensor, opened for writing. ArgumentFault for other values."""
    array = writing(_tensor(tensor, name).array, name)
    if array.dtype.kind not in INEXACT and name in KERNELS:
        raise UnimplementedType(f"{name}() draws floating numbers, and the tensor is of {OF[array.dtype].name}",
                                f"nn.init.{name}(x.float())").saying(
            f'"{KERNELS[name]}" not implemented for \'{OF[array.dtype].era}\'')
    return array


def _real_parts(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array itself; of complex numbers their real and imaginary parts, in the same memory."""
    return array if array.dtype.kind != "c" else array[..., None].view(real_type_of(array.dtype))


def _tensor(tensor: Any, name: str) -> Tensor:
    if not isinstance(tensor, Tensor):
        names = {"zeros_": "zero_", "ones_": "fill_", "constant_": "fill_", "trunc_normal_": "is_meta"}
        missing = names.get(name, name)
        raise NoTensor(f"{name}() fills a tensor, not {described(tensor)}", f"nn.init.{name}(net.weight)").saying(
            f"'{type_name(tensor)}' object has no attribute '{missing}'")
    return tensor


def _filled(tensor: Tensor, name: str) -> Tensor:
    note_write(tensor, name, here())
    return tensor


def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Uniform numbers between a and b."""
    array = _real_parts(_target(tensor, "uniform_"))
    write(array, lambda shape: draw().uniform(shape, array.dtype, a, b))
    return _filled(tensor, "uniform_")


def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Normal numbers."""
    target = _target(tensor, "normal_")
    draw().normal_into(_real_parts(target), mean, std if target.dtype.kind != "c" else std * math.sqrt(0.5))
    return _filled(tensor, "normal_")


def constant_(tensor: Any, val: float) -> Tensor:
    """The same number everywhere."""
    filling(_tensor(tensor, "constant_").array, "constant_")[...] = val
    return _filled(tensor, "constant_")


def ones_(tensor: Any) -> Tensor:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Any) -> Tensor:
    """Zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Any) -> Tensor:
    """The identity matrix."""
    array = _target(tensor, "eye_")
    if array.ndim != 2:
        raise ValueFault("Only tensors with 2 dimensions are supported")
    array[...] = np.eye(*array.shape)
    return _filled(tensor, "eye_")


def dirac_(tensor: Any, groups: int = 1) -> Tensor:
    """Kernels of a convolution that hands its channels through."""
    array = _target(tensor, "dirac_")
    if array.ndim not in (3, 4, 5):
        raise ValueFault("Only tensors with 3, 4, or 5 dimensions are supported")
    if array.shape[0] % groups:
        raise ValueFault("dim 0 must be divisible by groups")
    out = array.shape[0] // groups
    array[...] = 0
    middle = tuple(size // 2 for size in array.shape[2:])
    for group in range(groups):
        for channel in range(min(out, array.shape[1])):
            array[(group * out + channel, channel, *middle)] = 1
    return _filled(tensor, "dirac_")


def fans(tensor: Tensor) -> tuple[int, int]:
    """fan_in and fan_out of a weight (out, in, *kernel): in * prod(kernel) and out * prod(kernel)."""
    shape = tensor.array.shape
    if len(shape) < 2:
        raise SizeMismatch("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def xavier_uniform_(tensor: Any, gain: float = 1.0) -> Tensor:
    """Uniform numbers whose spread suits both directions (Glorot and Bengio, 2010)."""
    bound = math.sqrt(3.0) * _xavier(tensor, "xavier_uniform_", gain)
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Any, gain: float = 1.0) -> Tensor:
    """Normal numbers whose spread suits both directions (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, _xavier(tensor, "xavier_normal_", gain))


def _xavier(tensor: Any, name: str, gain: float) -> float:
    fan_in, fan_out = fans(_tensor(tensor, name))
    return gain * math.sqrt(2.0 / float(fan_in + fan_out))


def kaiming_uniform_(tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Uniform numbers whose spread suits rectifiers (He and others, 2015)."""
    if _without_elements(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming(tensor, "kaiming_uniform_", a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Normal numbers whose spread suits rectifiers (He and others, 2015)."""
    if _without_elements(tensor):
        return tensor
    return normal_(tensor, 0, _kaiming(tensor, "kaiming_normal_", a, mode, nonlinearity))


def _without_elements(tensor: Any) -> bool:
    """Whether a tensor has no elements, and nothing is to be drawn; a warning says so."""
    empty = isinstance(tensor, Tensor) and not tensor.array.size
    if empty:
        DisplayHooks.note("no elements", "Initializing zero-element tensors is a no-op")
    return empty


def _kaiming(tensor: Any, name: str, a: float, mode: str, nonlinearity: str) -> float:
    fan_in_and_out = fans(_tensor(tensor, name))
    if mode not in ("fan_in", "fan_out"):
        raise ValueFault(f"Mode {brief(mode)} not supported, please use one of ['fan_in', 'fan_out']")
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in_and_out[mode == "fan_out"])


def orthogonal_(tensor: Any, gain: float = 1) -> Tensor:
    """A matrix with orthonormal rows or columns, whichever are fewer (Saxe and others, 2013)."""
    array = _target(tensor, "orthogonal_")
    if array.ndim < 2:
        raise ValueFault("Only tensors with 2 or more dimensions are supported")
    rows, columns = array.shape[0], array.size // array.shape[0]
    normals = draw().normal((rows, columns), array.dtype)
    q, r = np.linalg.qr(normals.T if rows < columns else normals)
    q = q * np.sign(np.diag(r))
    array[...] = ((q.T if rows < columns else q) * array.dtype.type(gain)).reshape(array.shape)
    return _filled(tensor, "orthogonal_")


def sparse_(tensor: Any, sparsity: float, std: float = 0.01) -> Tensor:
    """Normal numbers, of which the given share in each column is zero (Martens, 2010)."""
    array = _target(tensor, "sparse_")
    if array.ndim != 2:
        raise ValueFault("Only tensors with 2 dimensions are supported")
    draw().normal_into(array, 0, std)
    for column in range(array.shape[1]):
        array[draw().randperm(array.shape[0])[: math.ceil(sparsity * array.shape[0])], column] = 0
    return _filled(tensor, "sparse_")


def trunc_normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    """Normal numbers between a and b: drawn again, all at once, until each is.

    Where few normal numbers fall between a and b, uniform ones are taken with the probability that is their due.
    """
    array = _target(tensor, "trunc_normal_")
    low, high = (0.5 + math.erf((x - mean) / std / math.sqrt(2.0)) / 2 for x in (a, b))
    values = np.empty(array.shape, array.dtype)
    missing: Any = np.ones(array.shape, bool)
    while missing.any():
        if high - low > 0.3:
            new = draw().normal(array.shape, array.dtype, mean, std)
            outside = (new < array.dtype.type(a)) | (new > array.dtype.type(b))
        else:
            new = draw().uniform(array.shape, array.dtype, a, b)
            outside = np.log(draw().uniform(array.shape, array.dtype)) > _rarity(new, mean, std, a, b)
        values = np.where(missing, new, values)
        missing = missing & outside
    array[...] = values
    return _filled(tensor, "trunc_normal_")


def _rarity(values: Any, mean: float, std: float, a: float, b: float) -> Any:
    """The logarithm of the normal density, compared with its peak between a and b."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    return ((values - mean) / std) ** 2 * -0.5 - peak


def legacy() -> bool:
    """Whether the program draws the random numbers of 0.1.12, and so starts layers as that did."""
    return Current.legacy


def init_weight_and_bias(weight: Tensor, bias: Tensor | None, legacy_fan_in: int) -> None:
    """Initialise the parameters of a linear or convolutional layer.

    0.1.12 draws both from uniform(-b, b) with b = 1 / sqrt(legacy_fan_in), which for transposed convolutions is not the
    fan-in; later versions draw the weight by kaiming_uniform_ and take b = 1 / sqrt(fan_in) for the bias.
    """
    if legacy() and weight.array.size:
        bound = 1.0 / math.sqrt(legacy_fan_in)
        uniform_(weight, -bound, bound)
    else:
        kaiming_uniform_(weight, math.sqrt(5))
        fan_in, _ = fans(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
    if bias is not None:
        uniform_(bias, -bound, bound)
