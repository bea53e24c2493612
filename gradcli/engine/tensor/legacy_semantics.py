"""What operations meant in earlier versions, for programs that ask for one with `--age`.

In 0.1.12 `arange` gave floating numbers, reductions along a dimension kept it at length one, whole numbers were divided
as C divides, halves were rounded away from zero, and tensors of equally many elements met element by element
whatever their shapes, in `dot` as vectors. Whole numbers were divided as in C until after 0.4. Before 0.4 `arange` gave
floating numbers, elements of tensors and full reductions were Python's numbers, which nothing written to the tensor
changed later, and sums were added in double precision. Only calls that programs write mean this; the package's own
layers and rules do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from sys import _getframe
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.plain_numbers import BEFORE_04, is_number, number_of, plain_number
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.tensor import Size, Tensor
from gradcli.engine.tensor.variable import Array, Variable

Call = Callable[..., Any]

REDUCING = {"sum": 1, "mean": 1, "prod": 1, "std": 1, "var": 1, "max": 1, "min": 1, "median": 1, "mode": 1,
            "kthvalue": 2, "norm": 2}
"""Where the dimension stands among their arguments."""
ALONG_THE_LAST = ("median", "mode", "kthvalue")     # without a dimension
ELEMENTWISE = ("add sub mul div pow fmod remainder eq ne lt le gt ge addcmul addcdiv lerp atan2 add_ sub_ mul_ div_ "
               "pow_ fmod_ remainder_ eq_ ne_ lt_ le_ gt_ ge_ addcmul_ addcdiv_ lerp_ copy_ dist").split()
OPERATORS = {f"__{letter}{name}__": operation for letter in ("", "i") for name, operation in (
    ("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow"), ("mod", "remainder"))} | {
    f"__{name}__": name for name in ("eq", "ne", "lt", "le", "gt", "ge")}


IN_DOUBLE: dict[str, Callable[[np.ndarray], Any]] = {
    "sum": lambda x: np.cumsum(x)[-1], "prod": lambda x: np.cumprod(x)[-1], "mean": lambda x: np.cumsum(x)[-1] / x.size,
    "var": lambda x: _variance(x), "std": lambda x: np.sqrt(_variance(x)),
    "norm": lambda x: np.sqrt(np.cumsum(x * x)[-1])}
"""Full reductions of floating numbers, which were added one by one in double precision."""
SINCE = {"0.3": ("arange", "div", "div_", *IN_DOUBLE), "0.4": ("div", "div_")}
"""The operations that meant something else in versions after 0.1.12: without what broadcasting has changed."""

ACTIVE: list[bool] = []       # one entry for each session of that time that runs, within one another


def legacy_function(name: str, call: Call, age: str) -> Call:
    """The function of this short name as it was in a version; `call` itself where nothing has changed."""
    legacy = _legacy_function(name, call, age)
    return call if legacy is None else wraps(call, updated=())(legacy)     # what is kept of `call` is not of this


def _legacy_function(name: str, call: Call, age: str) -> Call | None:
    if age in SINCE:
        if name not in SINCE[age]:
            return None
        return _in_double(name, call) if name in IN_DOUBLE else _floating_arange(call) if name == "arange" else (
            _integer_division(call, getattr(traced, name)))
    if name in REDUCING:
        return _keepdim_by_default(name, _in_double(name, call))
    if name in ("div", "div_"):
        return _integer_division(_with_equal_shapes(call), _with_equal_shapes(getattr(traced, name)))
    if name in ELEMENTWISE:
        return _with_equal_shapes(call)
    others = {"arange": _floating_arange, "round": _round_half_away, "dot": _dot_of_all}
    return others.get(name, lambda call: None)(call)


def _keepdim_by_default(name: str, call: Call) -> Call:
    at, elementwise = REDUCING[name], _with_equal_shapes(call)

    def reduce(*args: Any, **options: Any) -> Any:
        if not args or not isinstance(args[0], Tensor):
            return call(*args, **options)
        dim = args[at] if len(args) > at else options.get("dim")
        if dim is None and name in ALONG_THE_LAST and args[0].array.ndim:
            options["dim"] = dim = -1
        if isinstance(dim, Tensor):
            return elementwise(*args, **options)
        if type(dim) in (int, tuple, list) and len(args) < at + 2 + (name in ("std", "var")):
            options.setdefault("keepdim", True)
        result = call(*args, **options)
        return _bytes(args[0], result) if name in ("sum", "prod") else result

    return reduce


def _in_double(name: str, call: Call) -> Call:
    """A reduction whose result for all elements of a tensor is a number of double precision."""
    def reduce(*args: Any, **options: Any) -> Any:
        result = call(*args, **options)
        if len(args) == 1 and not options and is_number(result) and isinstance(args[0], Tensor) and (
                args[0].array.dtype == np.float32 and args[0].array.size):
            result.number = float(IN_DOUBLE[name](args[0].array.astype(np.float64).reshape(-1))), result.array.item()
        return result

    return reduce if name in IN_DOUBLE else call


def _variance(numbers: np.ndarray) -> Any:
    deviations = numbers - np.cumsum(numbers)[-1] / numbers.size
    return np.cumsum(deviations * deviations)[-1] / (numbers.size - 1)


def _as_number(part: Any) -> Any:
    """An element of a tensor as a number of its own, in which nothing written to the tensor shows."""
    if not is_number(part):
        return part
    number, array = number_of(part), part.array.copy()
    part = Tensor(array)
    part.number = number, array.item()
    return part


def _numbers_of(get: Call) -> Call:
    """`__getitem__`, which gives numbers for elements."""
    return lambda *args: _as_number(get(*args))


def _set_to_numbers(put: Call) -> Call:
    """`__setitem__`, which rounds numbers of double precision once, to the type of the element."""
    return lambda self, key, value: put(self, key, plain_number(value))


def _iterator_of_numbers(rows: Call) -> Call:
    """`__iter__`, which gives numbers for the elements of a vector."""
    return lambda *args: iter([_as_number(row) for row in rows(*args)])


ONE = Size((1,))


def _has_size_one(tensor: Tensor) -> bool:
    """Whether a tensor of no dimensions was one of size 1 before 0.4: a Variable, or what one holds."""
    return not tensor.array.ndim and Current.legacy and not is_number(tensor)


def _size_of_one(size: Call) -> Call:
    """`size`, which tells the length 1 of what was no single number."""
    def measure(self: Tensor, *dim: Any, **options: Any) -> Any:
        if not _has_size_one(self):
            return size(self, *dim, **options)
        return ONE[dim[0] if dim else options["dim"]] if dim or options else ONE

    return measure


def _one_dimension(count: Call) -> Call:
    return lambda self: 1 if _has_size_one(self) else count(self)


def _array_of_one(numpy: Call) -> Call:
    """`numpy`, which gives an array of one number for what was no single number."""
    def array(self: Tensor, *args: Any, **options: Any) -> Any:
        result = numpy(self, *args, **options)
        return Array(result.array.reshape(1)) if _has_size_one(self) else result

    return array


def _bytes(source: Tensor, result: Any) -> Any:
    """A sum of bytes that stays one, as it did for Variables and along a dimension."""
    counted = source.array.dtype.kind == "b" or source.array.dtype == np.uint8
    if not counted or not isinstance(result, Tensor) or not (result.array.ndim or isinstance(source, Variable)):
        return result
    return type(result)(result.array.astype(np.uint8))


def _with_equal_shapes(call: Call) -> Call:
    def meet(*args: Any, **options: Any) -> Any:
        first = next((value for value in args if isinstance(value, Tensor)), None)
        if first is None or not first.array.ndim:
            return call(*args, **options)
        return call(*(_in_shape_of(value, first) for value in args),
                    **{name: _in_shape_of(value, first) for name, value in options.items()})

    return meet


def _in_shape_of(value: Any, first: Tensor) -> Any:
    """A tensor in the shape of `first`, where it has as many elements and another shape."""
    if not isinstance(value, Tensor) or value.array.shape == first.array.shape or not value.array.ndim:
        return value
    return traced.reshape(value, first.array.shape) if value.array.size == first.array.size else value


def _integer_division(call: Call, general: Call) -> Call:
    def divide(*args: Any, **options: Any) -> Any:
        if len(args) != 2 or options or not _is_integral(args[0]) or (
                Current.age in BEFORE_04 and is_number(args[0]) and not getattr(args[1], "ndim", 0)):
            return call(*args, **options)
        if type(args[1]) is float and args[1] == args[1] and abs(args[1]) < 2**63:
            args = (args[0], int(args[1]))
        if not (type(args[1]) is int or _is_integral(args[1])):
            return call(*args)
        return general(*args, rounding_mode="trunc")

    return divide


def _is_integral(value: Any) -> bool:
    return isinstance(value, Tensor) and value.array.dtype.kind in "iu"


def _floating_arange(call: Call) -> Call:
    def arange(*args: Any, **options: Any) -> Any:
        return call(*args, **({} if options.get("dtype") else {"dtype": Default.floating}) | options)

    return arange


def _dot_of_all(call: Call) -> Call:
    """The product of all elements of two tensors, which are vectors to it whatever their shapes."""
    def dot(*args: Any, **options: Any) -> Any:
        if len(args) != 2 or options or not all(isinstance(value, Tensor) and value.array.ndim for value in args) or (
                args[0].array.size != args[1].array.size):
            return call(*args, **options)
        return call(*(value if value.array.ndim == 1 else traced.reshape(value, (-1,)) for value in args))

    return dot


def _round_half_away(call: Call) -> Call:
    def round_half_away(*args: Any, **options: Any) -> Any:
        if len(args) != 1 or options or not isinstance(args[0], Tensor) or args[0].array.dtype.kind != "f":
            return call(*args, **options)
        return traced.sign(args[0]) * traced.floor(traced.abs(args[0]) + 0.5)

    return round_half_away


def _for_programs(call: Any, legacy: Any) -> Any:
    """A method, or property, that means what it did then where a program calls it, and what it does today elsewhere."""
    if isinstance(call, property):
        return property(_for_programs(call.fget, legacy))

    def method(*args: Any, **options: Any) -> Any:
        caller = _getframe(1).f_globals.get("__name__")
        from_program = caller in (None, "__main__") or caller.startswith("gradcli.lang.")
        return (legacy if from_program else call)(*args, **options)

    return wraps(call)(method)


def _methods(age: str) -> Iterator[tuple[str, Call]]:
    """The methods of tensors that meant something else, by name."""
    for name in SINCE.get(age, (*REDUCING, *ELEMENTWISE, "round", "dot")):
        getattr(traced, name, None)     # an operation arrives when it is first asked for
        if name in vars(Tensor):
            yield name, legacy_function(name, vars(Tensor)[name], age)
    for special, name in OPERATORS.items():
        if special in vars(Tensor) and name in SINCE.get(age, (name,)):
            short_name = f"{name}_" if special.startswith("__i") and name != "pow" else name
            yield special, _legacy_function(short_name, vars(Tensor)[special], age) or vars(Tensor)[special]
    if age != "0.4":
        yield "__getitem__", _numbers_of(vars(Tensor)["__getitem__"])
        yield "__setitem__", _set_to_numbers(vars(Tensor)["__setitem__"])
        yield "__iter__", _iterator_of_numbers(vars(Tensor)["__iter__"])
        yield "size", _size_of_one(vars(Tensor)["size"])
        yield "shape", _size_of_one(vars(Tensor)["shape"].fget)
        yield "numpy", _array_of_one(vars(Tensor)["numpy"])
        for name in ("dim", "ndimension"):
            yield name, _one_dimension(vars(Tensor)[name])


@contextmanager
def legacy_methods(age: str) -> Iterator[None]:
    """Within, the methods and operators of tensors mean what they did then, where programs call them."""
    meanings = {} if ACTIVE else dict(_methods(age))
    before = {name: vars(Tensor)[name] for name in meanings}
    for name, legacy in meanings.items():
        setattr(Tensor, name, _for_programs(before[name], legacy))
    ACTIVE.append(True)
    try:
        yield
    finally:
        ACTIVE.pop()
        for name, call in before.items():
            setattr(Tensor, name, call)
