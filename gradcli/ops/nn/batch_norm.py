"""batch_norm and instance_norm: channels brought to mean 0 and variance 1, by their own or by running statistics."""

import math

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Number, Plain, sized
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import ONE
from gradcli.engine.tensor.dtypes import float32, float64
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import LayerInput
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.ops.base import Kernel
from gradcli.ops.dtype_checks import check_normalization_types, require_floating
from gradcli.ops.nn.half_inputs import beside_single, in_single
from gradcli.ops.nn.normalization import B2, B3, BATCH, GRID, KERNELS, MAPS, W2, W3, first, per_channel


class BatchNorm(Op):
    """batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps): each channel standardised:
    in training by its own mean and variance, which move the running ones by `momentum`, else by the running ones."""

    names = ("batch_norm", "nn.functional.batch_norm")
    method = False
    samples = [(GRID, None, None, None, None, True), (GRID, np.array(B3), np.array(W3)),
               (GRID, np.array(B3), np.array(W3), None, None, True, 0.3), (GRID, np.array(B3), np.array(W3), W3, B3),
               (MAPS, np.array(B2), np.array(W2), W2, B2, False, 0.1, 0.5), (MAPS, None, None, W2, None, True)]
    errors = [(GRID, None, None), ([1.0], None, None), (GRID, np.array(W2), np.array(W2))]

    def compose(F, input, running_mean: ArrayOrNone, running_var: ArrayOrNone, weight: Array = None, bias: Array = None,
                training: Flag = False, momentum: Number = 0.1, eps: Number = 1e-5):
        lengths = input.shape
        if 0 in lengths:
            return _of_nothing(F, input, weight, bias)
        if beside_single(input, running_mean, running_var, weight, bias):
            return in_single(F, F.batch_norm, "NativeBatchNormBackward0", input, running_mean, running_var, weight,
                             bias, training, momentum, eps)
        if len(lengths) < 2:
            raise ShapeFault(f"batch_norm() needs an input of (batch, channels, ...), not {sized(input.shape)}")
        shape = (1, c := lengths[1]) + (1,) * (len(lengths) - 2)
        check_normalization_types(input, running_mean, running_var, weight, bias)
        for name, p in (("running_mean", running_mean), ("running_var", running_var)):
            if p is not None and p.shape != (c,):
                raise LayerInput(f"{name} should contain {c} elements not {(size := math.prod(p.shape))}",
                                 layers=("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"), expected=size, features=c)
        weight = None if weight is None else per_channel(F, "batch_norm", weight, c, shape)
        bias = None if bias is None else per_channel(F, "batch_norm", bias, c, shape)
        if not training:
            if running_mean is None or running_var is None:
                which = "mean" if running_mean is None else "var"
                raise UnfitValue(f"running_{which} must be defined in evaluation mode",
                                 ("training=True", "uses the batch's own"))
            if len(shape) > 2:
                running_mean, running_var = F.reshape(running_mean, shape), F.reshape(running_var, shape)
            return F.rescaled(input, running_mean, running_var, weight, bias, eps)
        if math.prod(lengths) == c:
            raise ValueFault(f"Expected more than 1 value per channel when training, got input size "
                             f"{list(input.shape)}").saying(
                f"Expected more than 1 value per channel when training, got input size torch.Size({list(input.shape)})")
        axes = (0, *range(2, len(lengths)))
        out = first(F.standardised(input, weight, bias, tuple(lengths), axes, eps, BATCH))
        if running_mean is not None or running_var is not None:
            F.update_running_stats(detached_for(input, "batch_norm()"), running_mean, running_var, axes, momentum)
        return out


def _of_nothing(F, input, weight, bias):
    """PyTorch's result for an empty input: a copy, which depends on the first elements of weight and bias."""
    out = F.clone(input)
    out = out if weight is None else out * F.getitem(weight, (0,), ())
    return out if bias is None else out + F.getitem(bias, (0,), ())


class UpdateRunningStats(Kernel):
    """update_running_stats(input, running_mean, running_var, axes, momentum): move running statistics towards those
    of input, by `momentum`, in place; the variance is the unbiased one."""

    samples = [(np.array(GRID), np.array(B3), np.array(W3), (0,), 0.1)]
    errors = [("text", None, None, (0,), 0.1)]

    def forward(input: Array, running_mean: ArrayOrNone, running_var: ArrayOrNone, axes: Plain, momentum: Number):
        count = input.size // max(input.shape[1], 1)
        wide = float64 if input.dtype == float64 else float32
        mean = np.divide(np.add.reduce(input, axes, wide, None, True), constant(count, wide))
        if running_mean is not None:
            update_running(running_mean, mean.reshape(-1), momentum)
        if running_var is not None:
            off = np.subtract(input, mean)
            variance = np.divide(np.add.reduce(np.multiply(off, off, off), axes, wide), constant(count, mean.dtype))
            unbiased = np.multiply(variance, constant(count / max(count - 1, 1), mean.dtype))
            update_running(running_var, unbiased, momentum)
        return None if running_mean is None else running_mean.copy()


def update_running(running, new, momentum):
    """Move a running statistic in place."""
    memory = writing(running)
    moved = np.multiply(new, constant(momentum, new.dtype))
    np.multiply(memory, constant(1 - momentum, memory.dtype), memory)
    np.add(memory, moved, memory)


class Rescaled(Kernel):
    """rescaled(input, mean, variance, weight, bias, eps): input less a known mean, divided by the root of a known
    variance plus eps, times weight plus bias."""

    linked = True
    legacy_names = "BatchNorm"
    modern_names = "NativeBatchNormBackward0"
    fixed = ("mean", "variance")
    samples = [(GRID, np.array(B3), np.array(W3), W3, B3, 1e-5), (GRID, np.array(B3), np.array(W3), None, None, 0.5)]
    errors = [("text", None, None, None, None, 1e-5)]

    def forward(input: Array, mean: Array, variance: Array, weight: ArrayOrNone, bias: ArrayOrNone, eps: Number):
        require_floating(KERNELS[BATCH], input)
        scale = np.divide(ONE[variance.dtype], np.sqrt(variance + constant(eps, variance.dtype)))
        out = (input - mean) * (scale if weight is None else scale * weight)
        return (out if bias is None else out + bias).astype(input.dtype, copy=False)

    def grad_input(F, g, input, mean, variance, weight, eps):       # PyTorch keeps them all, for each gradient
        scale = 1 / F.sqrt(variance + eps)
        return g * (scale if weight is None else scale * weight)

    def grad_weight(F, g, input, mean, variance, weight, eps):
        return g * ((input - mean) / F.sqrt(variance + eps))

    def grad_bias(F, g, input, mean, variance, weight):
        return g


class InstanceNorm(Op):
    """instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps): each channel of
    each row standardised by itself; weight and bias are for each channel."""

    names = ("instance_norm", "nn.functional.instance_norm")
    method = False
    samples = [(MAPS,), (MAPS, None, None, W2), (MAPS, None, None, W2, B2),
               (MAPS, np.array(B2), np.array(W2), None, None, True, 0.3),
               (MAPS, np.array(B2), np.array(W2), W2, B2, False), (MAPS, None, None, None, None, True, 0.1, 0.5)]
    errors = [([1.0],), (MAPS, None, None, None, None, False)]

    def compose(F, input, running_mean: Array = None, running_var: Array = None, weight: Array = None,
                bias: Array = None, use_input_stats: Flag = True, momentum: Number = 0.1, eps: Number = 1e-5):
        if beside_single(input, running_mean, running_var, weight, bias):
            return in_single(F, F.instance_norm, "ViewBackward0", input, running_mean, running_var, weight, bias,
                             use_input_stats, momentum, eps)
        if len(input.shape) < 2:
            raise ShapeFault(f"instance_norm() needs an input of (batch, channels, ...), not {sized(input.shape)}")
        n, c = input.shape[:2]
        if use_input_stats and math.prod(input.shape[2:]) == 1:
            raise ValueFault(f"Expected more than 1 spatial element when training, got input size {input.shape}")
        if not use_input_stats and running_mean is None:
            raise ArgumentFault("Expected running_mean and running_var to be defined when use_input_stats is false")
        shape = (1, c) + (1,) * (len(input.shape) - 2)
        weight, bias = (p if p is None else F.reshape(      # copies, as in PyTorch, which has one for each row
            F.repeat(per_channel(F, "instance_norm", p, c, (c,)), (1,)), shape) for p in (weight, bias))
        if use_input_stats:
            axes = tuple(range(2, len(input.shape)))
            out = first(F.standardised(input, weight, bias, tuple(input.shape), axes, eps, BATCH))
            if running_mean is not None or running_var is not None:
                F.update_running_stats_per_sample(detached_for(input, "instance_norm()"), running_mean, running_var,
                                                  momentum)
        else:
            out = F.rescaled(input, F.reshape(running_mean, shape), F.reshape(running_var, shape), weight, bias, eps)
        return F.renamed(out, "ViewBackward0")


class UpdateRunningStatsPerSample(Kernel):
    """update_running_stats_per_sample(input, running_mean, running_var, momentum): move running statistics towards
    the means over rows of the statistics of each row, in place."""

    samples = [(np.array(MAPS), np.array(B2), np.array(W2), 0.1)]
    errors = [("text", None, None, 0.1)]

    def forward(input: Array, running_mean: ArrayOrNone, running_var: ArrayOrNone, momentum: Number):
        flat = input.reshape(*input.shape[:2], math.prod(input.shape[2:]))
        if not flat.size:
            momentum, flat = np.nan, np.ones((1, flat.shape[1], 2))     # nothing has no mean
        if running_mean is not None:
            writing(running_mean)[...] = running_mean * (1 - momentum) + flat.mean(axis=2).mean(axis=0) * momentum
        if running_var is not None:
            spread = flat.var(axis=2, ddof=1).mean(axis=0)
            writing(running_var)[...] = running_var * (1 - momentum) + spread * momentum
        return None if running_mean is None else running_mean.copy()
