"""Numbers rounded as quantization would, without leaving floating point."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Int, Operand
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.tree import ArgumentFault, ShapeFault

X = [0.44, 1.61, -3.03, 30.07, 0.26]
ROWS = [[0.44, 1.61], [-3.03, 0.26]]


def check_range(name, zero_point, quant_min, quant_max):
    """Refuse ranges that hold nothing, or not the zero point."""
    if quant_min > quant_max:
        raise ArgumentFault(f"{name}: `quant_min` should be less than or equal to `quant_max`.")
    if np.any(zero_point < quant_min) or np.any(zero_point > quant_max):
        raise ArgumentFault(f"{name}: `zero_point` must be between `quant_min` and `quant_max`.")


def steps(input, scale, zero_point):
    """How many steps of `scale`, a number in single precision, an element is from `zero_point` steps below 0."""
    return zero_point + np.rint(input * (1 / np.asarray(scale, np.float32)))


def quantized(input, scale, zero_point, quant_min, quant_max):
    """`input` in whole steps of `scale`, within the range."""
    levels = np.clip(steps(input, scale, zero_point), quant_min, quant_max)
    return ((levels - zero_point).astype(np.float32) * np.asarray(scale, np.float32)).astype(input.dtype)


class FakeQuantizePerTensorAffine(Op):
    """fake_quantize_per_tensor_affine(input, scale, zero_point, quant_min, quant_max): input in whole steps of scale,
    from quant_min to quant_max steps, where zero_point stands for 0. Gradients pass where nothing is cut off."""

    method = False
    modern_names = "FakeQuantizePerTensorAffineCachemaskBackward0"
    samples = [([1000.0, -1000.0], 0.1, 0, 0, 255), (np.array(X), 0.1, 3, 0, 255)]
    gradient_only_samples = [(X, 0.1, 3, 0, 255)]
    errors = [(X, 0.1, 300, 0, 255), (X, 0.1, 0, 5, 3), ("text", 0.1, 0, 0, 255)]

    def forward(input: Array, scale: Operand, zero_point: Operand, quant_min: Int, quant_max: Int):
        check_range("fake_quantize_per_tensor_affine", zero_point, quant_min, quant_max)
        return quantized(input, scale, zero_point, quant_min, quant_max)

    def grad_input(F, g, input, scale, zero_point, quant_min, quant_max):
        at = zero_point + F.round(input / scale)
        return F.where((at >= quant_min) & (at <= quant_max), g, 0)


class FakeQuantizePerChannelAffine(Op):
    """fake_quantize_per_channel_affine(input, scale, zero_point, axis, quant_min, quant_max): as
    fake_quantize_per_tensor_affine, with a scale and a zero point for each place along `axis`."""

    method = False
    modern_names = "FakeQuantizePerChannelAffineCachemaskBackward0"
    samples = [([[1000.0, -1000.0]], np.array([0.1, 0.2]), np.array([0, 3], np.int32), 1, 0, 255),
               (np.array(ROWS), np.array([0.1, 0.2]), np.array([0, 3], np.int32), 0, 0, 255)]
    gradient_only_samples = [(ROWS, np.array([0.1, 0.2]), np.array([0, 3], np.int32), 0, 0, 255)]
    errors = [(ROWS, np.array([0.1]), np.array([0], np.int32), 0, 0, 255), (ROWS, 0.1, 0, 0, 0, 255),
              (ROWS, np.array([0.1, 0.2]), np.array([0, 3]), 0, 0, 255)]

    def forward(input: Array, scale: Array, zero_point: Array, axis: Int, quant_min: Int, quant_max: Int):
        if zero_point.dtype != np.int32 and zero_point.dtype.kind not in FLOAT_KINDS:
            raise ArgumentFault(f"Zero-point must be Int32, Float or Half, found {zero_point.dtype.name}",
                                "torch.zeros(2, dtype=torch.int32)")
        check_range("fake_quantize_per_channel_affine", zero_point, quant_min, quant_max)
        return quantized(input, *aligned_with_axis(input, axis, scale, zero_point), quant_min, quant_max)

    def grad_input(F, g, input, scale, zero_point, axis, quant_min, quant_max):
        scale, zero_point = aligned_with_axis(input, axis, scale, zero_point)
        at = zero_point + F.round(input / scale)
        return F.where((at >= quant_min) & (at <= quant_max), g, 0)


def aligned_with_axis(input, axis, scale, zero_point):
    """Scales and zero points with the dimensions of input, along one of them."""
    ndim = len(input.shape)
    if not -ndim <= axis < ndim:
        raise ArgumentFault("`axis` must be between 0 and number of dimensions of input")
    if len(scale.shape) != 1 or scale.shape != zero_point.shape or scale.shape[0] != input.shape[axis]:
        raise ShapeFault("fake_quantize_per_channel_affine: scale and zero_point are vectors with a number for each "
                         f"of the {input.shape[axis]} places along axis {axis}")
    shape = tuple(-1 if d == axis % ndim else 1 for d in range(ndim))
    return scale.reshape(shape), zero_point.reshape(shape)
