"""New tensors: from sizes, from values, from ranges, and in the likeness of others."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Anything, Array, Int, Number, Plain, Scalar, Sizes, Type
from gradcli.engine.complex_gate import complex_fault
from gradcli.engine.messages.arguments import overload_message, type_name
from gradcli.engine.messages.warnings import warn
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import preserved_steps
from gradcli.engine.tensor.conversion import LARGEST_HALF, array_of, to_element, to_element_or_inf, unreversed
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, HALVES, Default, float32, of_number
from gradcli.engine.tensor.variable import Array as NumpyArray
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault

INT64 = np.dtype(np.int64)
WIDE = 1 << 62
FEW = 32            # numbers that are counted out faster one by one than as arrays


class Creation(Op, abstract=True):
    """A new tensor; every one takes `dtype` and `requires_grad`."""

    creates = True
    method = False


def checked_size(size):
    """A size without negative lengths."""
    if size and min(size) < 0:
        raise UnfitValue(f"Trying to create tensor with negative dimension {min(size)}: {list(size)}")
    return size


class Ones(Creation):
    """ones(*size, dtype): ones."""

    samples = [((2, 3),), ((),)]
    errors = [((-1,),), ("text",)]

    def forward(size: Sizes, *, dtype: Type = None):
        out = np.empty(checked_size(size), dtype or Default.floating)
        out.fill(1)
        return out


class Zeros(Creation):
    """zeros(*size, dtype): zeros."""

    samples = [((2, 3),), ((),)]
    errors = [((-1,),), ("text",)]

    def forward(size: Sizes, *, dtype: Type = None):
        for n in size:
            if n < 0:
                raise UnfitValue(f"zeros: Dimension size must be non-negative: {list(size)}").saying(
                    "zeros: Dimension size must be non-negative.")
        return np.zeros(size, dtype or Default.floating)


class Empty(Creation):
    """empty(*size, dtype): a tensor that PyTorch does not initialise; here it is zeros."""

    samples = [((2, 3),), ((),)]
    errors = [((-1,),), ("text",)]

    def forward(size: Sizes, *, dtype: Type = None):
        return np.zeros(checked_size(size), dtype or Default.floating)


class Full(Creation):
    """full(size, fill_value, dtype): the same number everywhere."""

    complex = True
    samples = [((2, 3), 1.5), ((2,), 7)]
    errors = [((-1,), 1), ((2,), "text")]

    def forward(size: Plain, fill_value: Scalar, *, dtype: Type = None):
        passed, size = size, Sizes.take(size)
        if type(size) is not tuple or type(passed) is int and not Current.legacy:
            raise ArgumentFault("full() needs a size", "torch.full((2, 2), 7.0)").saying(
                f"full(): argument 'size' (position 1) must be tuple of ints, not {type_name(passed)}")
        kind = dtype or of_number(fill_value)
        if type(fill_value) is not float or kind.kind != "f" or not -LARGEST_HALF < fill_value < LARGEST_HALF:
            return np.full(checked_size(size), to_element_or_inf(fill_value, kind, math.prod(size)), kind)
        out = np.empty(checked_size(size), kind)
        out.fill(fill_value)
        return out


class ScalarTensor(Creation):
    """scalar_tensor(s, dtype): a number as a tensor of no dimensions, floating unless a type is named."""

    complex = True
    samples = [(1.5,), (3,)]
    errors = [("text",)]

    def forward(s: Scalar, *, dtype: Type = None):
        kind = dtype or Default.floating
        return np.array(to_element(s, kind), kind)


def filled_in_order(model, fill):
    """The array of `fill(shape)` in the memory order of `model`: a transposed model gives a transposed result."""
    if model.flags.c_contiguous:
        return fill(model.shape)
    steps = preserved_steps(model)
    order = sorted(range(model.ndim), key=lambda d: -steps[d])
    return fill(tuple([model.shape[d] for d in order])).transpose(np.argsort(order))


class LikeCreation(Creation, abstract=True):
    """A new tensor of the shape and type of another."""

    complex = True
    samples = [([[1.0, 2.0]],), ([[1.0, 2.0]], np.dtype(np.float64))]


class OnesLike(LikeCreation):
    """ones_like(input, dtype): ones in the shape of input."""

    def forward(input: Array, *, dtype: Type = None):
        if input.flags.c_contiguous:
            out = np.empty(input.shape, dtype or input.dtype)
            out.fill(1)
            return out
        return filled_in_order(input, lambda shape: np.ones(shape, dtype or input.dtype))


class ZerosLike(LikeCreation):
    """zeros_like(input, dtype): zeros in the shape of input."""

    def forward(input: Array, *, dtype: Type = None):
        if input.flags.c_contiguous:
            return np.zeros(input.shape, dtype or input.dtype)
        return filled_in_order(input, lambda shape: np.zeros(shape, dtype or input.dtype))


class EmptyLike(LikeCreation):
    """empty_like(input, dtype): a tensor of the shape of input; here it is zeros."""

    def forward(input: Array, *, dtype: Type = None):
        return filled_in_order(input, lambda shape: np.zeros(shape, dtype or input.dtype))


class FullLike(Creation):
    """full_like(input, fill_value, dtype): the same number everywhere, in the shape of input."""

    complex = True
    samples = [([[1.0, 2.0]], 3)]
    errors = [([1.0], "text")]

    def forward(input: Array, fill_value: Scalar, *, dtype: Type = None):
        return filled_in_order(input, lambda shape: np.full(
            shape, to_element_or_inf(fill_value, dtype or input.dtype, input.size), dtype or input.dtype))


def range_length(start, end, step=1, *_):
    """The number of elements of a range; 10**18 where there are more."""
    start, end = (0, start or 0) if end is None else (start or 0, end)
    steps = (end - start) / step if step else 0
    return int(steps) if 0 < steps < 1e18 else 0 if not steps > 0 else 10**18


class Arange(Creation):
    """arange(start, end, step, dtype): start, start + step, ... below end; one argument is the end."""

    result_size = range_length
    samples = [(5,), (1, 6), (0.5, 3, 0.5), (5, 0, -2)]
    errors = [(0, 5, 0), (5, 0, 1), ("text",)]

    def forward(start: Number = None, end: Number = None, step: Number = 1, *, dtype: Type = None):
        if end is None:
            start, end = None, start
        if end is None:
            raise ArgumentFault("arange() is missing end, a number", "torch.arange(5)").saying(
                overload_message("arange", (), {}, ""))
        if start is None:
            start = 0
        return arange_array(start, end, step, dtype)


def refuse_complex(name, dtype):
    """The type, unless it is complex, of which `name` makes no numbers."""
    if dtype.kind == "c":
        raise complex_fault(name, (np.empty(0, dtype),))
    return dtype


def arange_array(start, end, step, dtype, name="arange"):
    """The numbers from start to below end."""
    if step == 1 and type(start) is type(end) is type(step) is int and -WIDE < start <= end < WIDE:
        counted = np.arange(start, end, 1, INT64)
        return counted if dtype is None else counted.astype(refuse_complex(name, dtype), copy=False)
    if step == 0 or step != step:
        raise UnfitValue("arange(): step must be nonzero", "torch.arange(0, 5, 1)").saying("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise UnfitValue(f"unsupported range: {start:g} -> {end:g}", "torch.arange(0, 5)")
    if (end - start) * step < 0:
        raise UnfitValue(f"arange(): from {start} to {end} by {step} goes the wrong way",
                         f"torch.arange({start}, {end}, {-step})").saying(
            "upper bound and lower bound inconsistent with step sign")
    integral = all(type(v) is not float for v in (start, end, step))
    count = max(0, math.ceil((end - start) / step)) if not integral else max(0, -((start - end) // step))
    kind = refuse_complex(name, dtype or (INT64 if integral else Default.floating))
    if integral:
        return (np.arange(count, dtype=np.int64) * step + start).astype(kind, copy=False)
    if count <= FEW and kind.kind in FLOAT_KINDS:
        return np.array([i * float(step) + float(start) for i in range(count)], kind)
    return (np.arange(count, dtype=np.float64) * step + start).astype(kind)


class Linspace(Creation):
    """linspace(start, end, steps, dtype): `steps` evenly spaced numbers from start to end, both included."""

    samples = [(0, 1, 5), (3, -1, 4), (2, 9, 1)]
    errors = [(0, 1, -3), (0, 1, "text")]

    def result_size(start, end, steps=None, *_):
        return steps or 0

    def forward(start: Number, end: Number, steps: Int = None, *, dtype: Type = None):
        if steps is None and not Current.legacy:
            raise ArgumentFault("linspace() needs the number of steps", "torch.linspace(0, 1, 100)").saying(
                overload_message("linspace", (start, end), {}, ""))
        steps = 100 if steps is None else steps
        if steps < 0:
            raise UnfitValue("number of steps must be non-negative")
        dtype = dtype or Default.floating
        return linspace_array(to_element(start, dtype), to_element(end, dtype), steps, dtype)


def linspace_array(start, end, steps, dtype):
    """Evenly spaced numbers, counted from the nearer end as PyTorch does."""
    if steps < 2:
        return np.full(steps, start, dtype)
    if dtype is not float32 and dtype in HALVES:     # every step is rounded
        first, last, counted = dtype.type(start), dtype.type(end), np.arange(steps).astype(dtype)
        step = dtype.type((last - first) / dtype.type(steps - 1))
        return np.where(np.arange(steps) < steps // 2, first + step * counted, last - step * counted[::-1])
    wide = np.dtype(np.float64) if dtype.kind not in FLOAT_KINDS else float32
    real = dtype if dtype.kind in FLOAT_KINDS and dtype.itemsize >= 4 else wide
    one = real.type
    step = (one(end) - one(start)) / one(steps - 1)
    if steps <= FEW:      # the same in plain numbers
        first, last, gap = float(one(start)), float(one(end)), float(step)
        numbers = [first + gap * i for i in range(steps // 2)]
        numbers += [last - gap * i for i in range(steps - 1 - steps // 2, -1, -1)]
        return np.array(numbers, real) if dtype is real else np.array(numbers, real).astype(dtype)
    up = np.arange(steps)
    low = up < steps // 2
    exact = np.float64
    forwards = exact(one(start)) + exact(step) * up
    backwards = exact(one(end)) - exact(step) * (steps - 1 - up)
    return np.where(low, forwards, backwards).astype(real).astype(dtype)


class Eye(Creation):
    """eye(n, m, dtype): ones on the diagonal of an n x m matrix, zeros elsewhere."""

    samples = [(3,), (2, 3)]
    errors = [(-1,), ("text",)]

    def result_size(n, m=None, *_):
        return abs(n * (n if m is None else m))

    def forward(n: Int, m: Int = None, *, dtype: Type = None):
        if n < 0 or (m or 0) < 0:
            raise UnfitValue(f"n must be greater or equal to 0, got {n}" if n < 0 else
                             f"m must be greater or equal to 0, got {m}")
        return np.eye(n, m, dtype=dtype or Default.floating)


class MakeTensor(Creation):
    """tensor(data, dtype): a new tensor with the numbers of nested lists, or of another tensor."""

    complex = True
    names = ("tensor",)
    complex_results = True
    copies = 0
    samples = [([1.0, 2.0],)]
    errors = [("text",), ({},)]

    def forward(data: Anything, *, dtype: Type = None):
        return array_of(unreversed(data) if isinstance(data, np.ndarray) else data, dtype, NumpyArray)


class AsTensor(Creation):
    """as_tensor(data, dtype): a tensor as it is, or a new one with the numbers of nested lists."""

    complex = True
    names = ("as_tensor", "asarray")
    complex_results = True
    samples = [([1.0, 2.0],)]
    errors = [("text",), ({},)]

    def forward(data: Anything, *, dtype: Type = None):
        if isinstance(data, np.ndarray) and dtype in (None, unreversed(data).dtype):
            return data
        return array_of(data, dtype, NumpyArray)


class Range(Creation):
    """range(start, end, step, dtype): start, start + step, ... up to end, which is included, as floating numbers."""

    result_size = range_length
    samples = [(1, 4), (0, 2, 0.5), (3, 1, -1)]
    errors = [(0, 5, 0), (5, 0, 1), ("text",)]

    def forward(start: Number, end: Number, step: Number = 1, *, dtype: Type = None):
        warn("torch.range is deprecated and will be removed in a future release because its behavior is inconsistent "
             "with Python's range builtin. Instead, use torch.arange, which produces values in [start, end).")
        if step == 0 or (end - start) * step < 0:
            return arange_array(start, end, step, dtype)     # which says what is wrong
        count = int((end - start) / step) + 1
        kind = refuse_complex("range", dtype or Default.floating)
        return (np.arange(count, dtype=np.float64) * step + start).astype(kind)


class Logspace(Creation):
    """logspace(start, end, steps, base, dtype): base to the power of each of `steps` evenly spaced numbers."""

    samples = [(0, 2, 3), (0, 3, 4, 2.0)]
    errors = [(0, 1, -3), (0, 1, "text")]

    def result_size(start, end, steps, *_):
        return steps

    def forward(start: Number, end: Number, steps: Int = 100, base: Number = 10.0, *, dtype: Type = None):
        if steps < 0:
            raise UnfitValue("number of steps must be non-negative")
        kind = dtype or Default.floating
        return np.power(np.float64(base), linspace_array(start, end, steps, np.dtype(np.float64))).astype(kind)
