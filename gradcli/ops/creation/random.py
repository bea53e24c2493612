"""Random tensors, drawn from the stream of the style in force (bit for bit PyTorch's own)."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Flag, Int, Operand, Plain, Sizes, Type, described
from gradcli.engine.messages.arguments import overload_message
from gradcli.engine.random.generators import Current, draw
from gradcli.engine.tensor.dtypes import CTYPES, FLOAT_KINDS, INEXACT, OF, Default, integer_limits, real_type_of
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ArgumentFault
from gradcli.ops.base import define
from gradcli.ops.creation.create import INT64, Creation, checked_size, filled_in_order, refuse_complex

FAR = 1 << 62       # bounds nearer to zero than this fit int64


def random_array(method, shape, dtype):
    """Random numbers by a `method` of the stream; of a complex type pairs, normal ones of variance 1/2."""
    if dtype.kind in FLOAT_KINDS:
        return getattr(draw(), method)(shape, dtype)
    if dtype.kind != "c" and not Current.legacy:
        kernel = "check_uniform_bounds" if method == "rand" else "normal_kernel_cpu"
        raise UnimplementedType(f"random numbers with fractions are no {OF[dtype].name}",
                                ("torch.randint(0, 10, (2, 3))", "random whole numbers")).saying(
            f'"{kernel}" not implemented for \'{OF[dtype].era}\'')
    if dtype.kind != "c":
        return getattr(draw(), method)(shape, dtype)
    scale = math.sqrt(0.5) if method == "randn" else 1.0
    return as_pairs(shape, dtype, lambda size, kind: getattr(draw(), method)(size, kind) * kind.type(scale))


def as_pairs(shape, dtype, draw_real):
    """Complex numbers of the real ones that `draw_real` draws for a shape and type."""
    return draw_real((*shape, 2), real_type_of(dtype)).view(dtype)[..., 0]


def _drawn(method):
    def forward(size: Sizes, *, dtype: Type = None):
        kind = dtype or Default.floating
        if kind.kind == "f":
            return getattr(Current.generators.tensors, method)(checked_size(size), kind)
        return random_array(method, checked_size(size), kind)

    return forward


for _name, _text in (("rand", "evenly from [0, 1)"),
                     ("randn", "from the normal distribution of mean 0 and deviation 1")):
    define(Creation, __name__, _name, _name.title(), f"(*size, dtype): numbers drawn {_text}.", forward=_drawn(_name),
           random=True, samples=[((2, 3),)], errors=[((-1,),), ("text",)])


class RandLike(Creation):
    """rand_like(input, dtype): numbers drawn evenly from [0, 1), in the shape of input."""

    complex = True
    random = True
    samples = [([[1.0, 2.0]],)]

    def forward(input: Array, *, dtype: Type = None):
        return filled_in_order(input, lambda shape: random_array("rand", shape, dtype or input.dtype))


class RandnLike(Creation):
    """randn_like(input, dtype): normally distributed numbers, in the shape of input."""

    complex = True
    random = True
    samples = [([[1.0, 2.0]],)]

    def forward(input: Array, *, dtype: Type = None):
        def fill(shape):
            if input.flags.c_contiguous or (dtype or input.dtype).kind == "c":
                return random_array("randn", shape, dtype or input.dtype)
            count = int(np.prod(shape))     # as PyTorch, which draws one by one where memory is in another order
            pieces = [draw().randn((min(8, count - at),), dtype or input.dtype) for at in range(0, count, 8)]
            return np.concatenate(pieces).reshape(shape) if pieces else np.zeros(shape, dtype or input.dtype)

        return filled_in_order(input, fill)


class Randint(Creation):
    """randint(low, high, size, dtype): whole numbers from low to below high; low may be left out."""

    random = True
    samples = [(0, 10, (2, 3)), (5, (2, 3))]
    errors = [(5, 5, (2,)), (10,)]

    def forward(low: Int = 0, high: Plain = None, size: Plain = None, *, dtype: Type = None):
        passed = low, high, size
        if size is None:
            low, high, size = 0, low, high
        size = size if size is None or type(size) is int and not Current.legacy else Sizes.take(size)
        high = high if type(high) is int else Int.take(high)
        if type(size) is not tuple or type(high) is not int:
            raise ArgumentFault("randint() needs a size", "torch.randint(0, 10, (2, 3))").saying(
                overload_message("randint", tuple([x for x in passed if x is not None]), {}, ""))
        return random_integers(low, high, checked_size(size), dtype or INT64)


class RandintLike(Creation):
    """randint_like(input, low, high, dtype): whole numbers from low to below high, in the shape of input; low may be
    left out."""

    random = True
    samples = [([[1.0, 2.0]], 3, 9), ([[1.0, 2.0]], 5)]
    errors = [([1.0], 5, 5), ("text", 5)]

    def forward(input: Array, low: Plain = None, high: Plain = None, *, dtype: Type = None):
        bounds = [integer_bound(bound, "torch.randint_like(x, 10)") for bound in (low, high) if bound is not None]
        if not bounds:
            raise ArgumentFault("randint_like() needs an upper bound", "torch.randint_like(x, 10)").saying(
                "randint_like() received an invalid combination of arguments")
        low, high = (0, *bounds)[-2:]
        return filled_in_order(input, lambda shape: random_integers(low, high, shape, dtype or input.dtype))


def integer_bound(value, repair="torch.randint(0, 10, (2, 3))"):
    """A bound of whole numbers, which may be a tensor of one element."""
    bound = Int.take(value)
    if type(bound) is not int:
        value = Tensor(value) if isinstance(value, np.ndarray) else value
        raise ArgumentFault(f"a bound is a whole number, not {described(value)}", repair)
    return bound


def random_integers(low, high, shape, dtype):
    """Whole numbers from low to below high, of a real type."""
    if high <= low:
        raise UnfitValue(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if dtype is INT64 and -FAR < low and high < FAR:
        return draw().randint(low, high, shape, dtype)
    kind = refuse_complex("random_from_to", dtype)
    if kind.kind in "iu":
        least, greatest = integer_limits(kind)
        if low < least or high > greatest + 1:
            refuse_bounds(kind, np.iinfo(kind), ("from", low), ("to - 1", high - 1))
    return draw().randint(low, high, shape, kind)


def refuse_bounds(kind, info, *bounds):
    """Raise UnfitValue, in PyTorch's words, if a named bound of random numbers is no element of their type."""
    for name, bound in bounds:
        if not info.min <= bound <= info.max:
            raise UnfitValue(f"{name} is out of bounds for {CTYPES[OF[kind].era]}")


class Randperm(Creation):
    """randperm(n, dtype): the whole numbers from 0 to n - 1 in random order."""

    random = True
    samples = [(5,)]
    errors = [(-1,), ("text",)]

    def result_size(n, *_):
        return 2 * n

    def forward(n: Int, *, dtype: Type = None):
        return draw().randperm(checked_size((n,))[0], refuse_complex("randperm", dtype or INT64))


class Normal(Op):
    """normal(mean, std, size, dtype): normally distributed numbers; mean and std are tensors, or numbers with a size,
    which take a dtype."""

    random = True
    creates = True
    method = False
    modern_names = ("NormalBackward1", "NormalBackward2", "NormalBackward3")
    samples = [([0.0, 1.0], [1.0, 2.0]), ([0.0, 1.0], 2.0), (2.0, [0.0, 1.0]), (0.0, 1.0, (2,)),
               (0.0, 1.0, (2,), np.dtype(np.float64))]
    errors = [("text",), (0.0, 1.0), ([1.0], 1.0, None, np.dtype(np.float64)), ([1.0], 1.0, (2,)), (0.0, 1.0, "text")]

    def variant(mean, std, *options):
        return 0 if not isinstance(std, Tensor) else 2 if isinstance(mean, Tensor) else 1

    def forward(mean: Operand, std: Operand = 1.0, size: Plain = None, *, dtype: Type = None):
        if getattr(mean, "ndim", 0) or getattr(std, "ndim", 0):
            if size is not None or dtype is not None:
                raise ArgumentFault("normal() of tensors takes their size and type, and no size or dtype",
                                    "torch.normal(mean, std)")
        elif type(shape := Sizes.take(size) if size is not None else None) is tuple:
            return draw().normal(checked_size(shape), dtype or Default.floating, float(mean), float(std))
        if not isinstance(mean, np.ndarray) and not isinstance(std, np.ndarray):
            raise ArgumentFault("normal() of two numbers needs a size", "torch.normal(0.0, 1.0, size=(2, 2))").saying(
                "normal(): argument 'mean' (position 1) must be Tensor, not float")
        for value in (mean, std):
            if isinstance(value, np.ndarray) and value.dtype.kind not in INEXACT:
                raise UnimplementedType("normal() draws floating numbers, and the tensor is of "
                                        f"{OF[value.dtype].name}", "torch.normal(mean.float(), std)").saying(
                    f'"normal_kernel_cpu" not implemented for \'{OF[value.dtype].era}\'')
        return draw().normal_around(mean, std, mean.dtype if isinstance(mean, np.ndarray) else std.dtype)

    def grad_mean(F, g):
        return F.zeros_like(g)

    def grad_std(F, g):
        return F.zeros_like(g)


class Bernoulli(Op):
    """bernoulli(input, p): ones with the probability that each element names, or with probability p, else zeros."""

    random = True
    samples = [([0.0, 1.0, 0.5],), ([0.0, 1.0, 0.5], 0.25)]
    errors = [([2.0],), ("text",)]

    def forward(input: Array, p: Operand = None):
        if p is None:
            return draw().bernoulli_tensor(input, input.dtype)
        return draw().bernoulli_number(float(p), input.shape, input.dtype)

    def grad_input(F, g):
        return F.zeros_like(g)


class Multinomial(Op):
    """multinomial(input, num_samples, replacement): places drawn with the probabilities in each row of input."""

    random = True
    samples = [([0.2, 0.3, 0.5], 2), ([[0.2, 0.8], [0.5, 0.5]], 3, True)]
    errors = [([0.2, 0.8], 3), ("text", 1)]

    def forward(input: Array, num_samples: Int = 1, replacement: Flag = False):
        return draw().multinomial(input, num_samples, replacement)


class Poisson(Op):
    """poisson(input): counts drawn with the mean that each element names."""

    random = True
    method = False
    samples = [([1.0, 5.0],)]

    def forward(input: Array):
        if input.dtype.kind not in FLOAT_KINDS and not Current.legacy:
            raise UnimplementedType("poisson() draws floating numbers", ("torch.poisson(rates.float())", "does so")
                                    ).saying(f'"poisson_cpu" not implemented for \'{OF[input.dtype].era}\'')
        return draw().poisson(input)

    def grad_input(F, g):
        return F.zeros_like(g)
