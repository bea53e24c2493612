"""Filling a tensor with random numbers in place: `x.normal_()` and the like.

The numbers go straight into the memory of the tensor, in the order PyTorch fills it, so
these have no form that returns a new tensor: only the name with the underscore exists.
"""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Int, Number, Operand, Plain
from gradcli.engine.random.generators import Current, draw
from gradcli.engine.tensor.conversion import LARGEST_HALF
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF, float_limits
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ArgumentFault
from gradcli.ops.base import Kernel
from gradcli.ops.creation.random import as_pairs, integer_bound, refuse_bounds


class Refill(Kernel, abstract=True):
    """New random content for the memory of input."""

    inplace = True
    random = True
    samples = [([1.0, 2.0],)]
    errors = [([1.0], "text")]


def refilled(input, numbers):
    """`input`, holding `numbers` from now on."""
    np.copyto(writing(input), numbers, casting="unsafe")
    return input


def refuse_integers(input, name):
    """Refuse tensors of whole numbers where the numbers drawn have fractions."""
    if input.dtype.kind not in FLOAT_KINDS:
        kernel = "check_uniform_bounds" if name == "uniform" else f"{name}_kernel_cpu"
        raise UnimplementedType(f"{name}_() fills floating tensors, not {input.dtype.name}", f"x.float().{name}_()"
                                ).saying(f'"{kernel}" not implemented for \'{OF[input.dtype].era}\'')


class Uniform(Refill):
    """uniform(input, low, high): input filled with numbers drawn evenly from low to high."""

    complex = True
    samples = [([1.0, 2.0],), ([1.0, 2.0], -1.0, 3.0)]

    def forward(input: Array, low: Number = 0.0, high: Number = 1.0):
        if input.dtype.kind == "c":
            return refilled(input, as_pairs(
                input.shape, input.dtype, lambda shape, dtype: draw().uniform(shape, dtype, low, high)))
        refuse_integers(input, "uniform")
        if not (-LARGEST_HALF < low < LARGEST_HALF and -LARGEST_HALF < high < LARGEST_HALF):
            refuse_bounds(input.dtype, float_limits(input.dtype), ("from", low), ("to", high))
        return refilled(input, draw().uniform(input.shape, input.dtype, low, high))


class NormalFill(Refill):
    """normal_fill(input, mean, std): input filled with normally distributed numbers."""

    complex = True
    modern_names = "NormalBackward0"
    inplace_name = "normal_"
    samples = [([1.0, 2.0],), ([1.0, 2.0], 1.0, 0.5)]

    def forward(input: Array, mean: Number = 0.0, std: Number = 1.0):
        if input.dtype.kind == "c":
            return refilled(input, as_pairs(
                input.shape, input.dtype, lambda shape, dtype: draw().normal(shape, dtype, mean, std * math.sqrt(0.5))))
        refuse_integers(input, "normal")
        draw().normal_into(writing(input), mean, std)
        return input


class Exponential(Refill):
    """exponential(input, lambd): input filled with exponentially distributed numbers of rate lambd."""

    samples = [([1.0, 2.0],), ([1.0, 2.0], 3.0)]

    def forward(input: Array, lambd: Number = 1.0):
        refuse_integers(input, "exponential")
        return refilled(input, draw().exponential(input.shape, input.dtype, lambd))


class Cauchy(Refill):
    """cauchy(input, median, sigma): input filled with numbers of the Cauchy distribution."""

    samples = [([1.0, 2.0],), ([1.0, 2.0], 3.0, 2.0)]

    def forward(input: Array, median: Number = 0.0, sigma: Number = 1.0):
        refuse_integers(input, "cauchy")
        return refilled(input, draw().cauchy(input.shape, input.dtype, median, sigma))


class LogNormal(Refill):
    """log_normal(input, mean, std): input filled with numbers whose logarithms are normally distributed."""

    samples = [([1.0, 2.0],), ([1.0, 2.0], 0.0, 0.5)]

    def forward(input: Array, mean: Number = 1.0, std: Number = 2.0):
        refuse_integers(input, "log_normal")
        return refilled(input, draw().log_normal(input.shape, input.dtype, mean, std))


class Geometric(Refill):
    """geometric(input, p): input filled with the numbers of trials up to the first success of probability p."""

    samples = [([1.0, 2.0], 0.5)]

    def forward(input: Array, p: Number):
        return refilled(input, draw().geometric(input.shape, input.dtype, p))


class BernoulliFill(Refill):
    """bernoulli_fill(input, p): input filled with ones of probability p, else zeros."""

    modern_names = "BernoulliBackward2"
    inplace_name = "bernoulli_"
    samples = [([1.0, 2.0],), ([1.0, 2.0], 0.25), ([1.0, 2.0], [0.5, 1.0])]

    def forward(input: Array, p: Operand = 0.5):
        if isinstance(p, np.ndarray):
            return refilled(input, draw().bernoulli_tensor(np.broadcast_to(p, input.shape), input.dtype))
        return refilled(input, draw().bernoulli_number(p, input.shape, input.dtype))


class RandomFill(Refill):
    """random(input, low, high): input filled with whole numbers from low to below high, or of all its type holds."""

    names = ("random",)
    modern_names = "RandomBackward1"
    samples = [([1.0, 2.0],), ([1.0, 2.0], 5), ([1.0, 2.0], 5, 10)]

    def forward(input: Array, low: Int = None, high: Plain = ...):
        if low is None:
            return refilled(input, draw().random(input.shape, input.dtype))
        if high is None:        # which is not the same as none
            if Current.legacy:
                raise ArgumentFault("random_() takes two bounds here", f"x.random_({low}, 1000)")
            return refilled(input, draw().random_from(low, input.shape, input.dtype))
        low, high = (0, low) if high is ... else (low, integer_bound(high))
        return refilled(input, draw().randint(low, high, input.shape, input.dtype))
