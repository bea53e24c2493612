"""What numpy's arrays do otherwise than tensors: for what `.numpy()` and the module `numpy` of programs give.

Reductions to one value give a plain number, spread is that of the values themselves (not of a population they
were drawn from), and whole numbers divide into double precision.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import ARRAY_WRITE, report_detached
from gradcli.engine.autograd.dispatch import here, note_view
from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS, REFUSED, Int, Type, described
from gradcli.engine.autograd.views import base_of
from gradcli.engine.messages.numpy_messages import with_numpy_faults
from gradcli.engine.plain_numbers import plain_number
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import array_for_numpy, array_of, checked_int64, in_listed_type
from gradcli.engine.tensor.dtypes import OF, OF_REAL, ArrayType, float64
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.memory_format import ArrayFlags
from gradcli.engine.tensor.methods import SPECIAL
from gradcli.engine.tensor.numpy_sizes import axes, check_core_dimensions, of_one_type, place_in, product, taken_size
from gradcli.engine.tensor.reshape_inplace import resize
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.variable import Array
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.tree import ArgumentFault

SCALARS = frozenset({np.float64, np.float32, np.int64, np.bool_})       # numpy's commonest numbers, of listed types
WARNING = frozenset({"mean", "std", "var"})       # reductions of numpy that warn where nothing is reduced
UFUNCS: dict[str, Any] = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}   # what reduces
CODES = {code: np.dtype(code) for code in "f2 f4 f8 i1 i2 i4 i8 u1 ? f d e b B h i l q".split()}     # numpy's, of types


def as_numpy_result(result: Any) -> Any:
    """A result of numpy as programs hold it: an Array of a listed type, or the plain number it is."""
    if type(result) in SCALARS:
        return result.item()
    if isinstance(result, np.ndarray):
        return Array(result if result.dtype is float64 and result.ndim and type(result) is np.ndarray else
                     in_listed_type(result if result.ndim else result.copy()))
    if type(result) in NUMBERS:
        return result
    if isinstance(result, np.generic) and result.dtype in OF_REAL:
        return result.item()
    return in_listed_type(result).item()


def numpy_operand(value: Any) -> Any:
    """A value of a program as numpy takes it: the array of a tensor, or a number of at most 64 bits."""
    value = plain_number(value)
    if isinstance(value, Tensor):
        return array_for_numpy(value)
    if type(value) not in NUMBERS:
        raise ArgumentFault(f"an array or a number is needed, not {described(value)}", "np.array([1.0, 2.0])")
    return checked_int64(value) if type(value) is int else value


def array_like(value: Any, imaginary: bool = False) -> Any:
    """A number, a tensor, or lists of them as numpy takes them; complex ones only where `imaginary` says so.

    numpy itself never goes through what a program holds: it would call the program's own objects, without a limit.
    """
    if isinstance(value, Tensor) or type(value) in NUMBERS:
        return numpy_operand(value)
    natural = array_of(value)
    if natural.dtype.kind in "iub" and natural.size:
        return natural
    return array_of(value, np.complex128 if imaginary and natural.dtype.kind == "c" else np.float64)


def _reducing(name: str) -> Callable[..., Any]:
    reduce = getattr(np.ndarray, name)
    ufunc = UFUNCS.get(name)

    def reduced(self: Tensor, axis: Any = None, keepdims: bool = False, **options: Any) -> Any:
        if ufunc is not None and not options:
            return as_numpy_result(ufunc.reduce(self.array, axes(axis), None, None, bool(keepdims)))
        if unknown := options.keys() - {"ddof", "dtype"}:
            raise ArgumentFault(f"{name}() of an array has no option {min(unknown)}", f"a.{name}(axis=0)")
        extra = {"ddof": Int.take(options["ddof"])} if "ddof" in options and name in ("std", "var") else {}
        if REFUSED in extra.values():
            raise ArgumentFault(f"ddof is a whole number, not {described(options['ddof'])}", f"a.{name}(ddof=1)")
        if name not in ("argmax", "argmin"):
            extra["keepdims"] = bool(keepdims)
        if options.get("dtype") is not None and name in ("sum", "prod", "mean", "std", "var"):
            extra["dtype"] = element_type(options["dtype"])
        if name not in WARNING or self.array.size and "ddof" not in extra:
            return as_numpy_result(reduce(self.array, axis=axes(axis), **extra))
        with warnings.catch_warnings():     # of nothing the mean is nan, and that is all there is to say
            warnings.simplefilter("ignore", RuntimeWarning)
            return as_numpy_result(reduce(self.array, axis=axes(axis), **extra))

    reduced.__name__ = reduced.__qualname__ = name
    reduced.__doc__ = f"The {name} of all values, or along an axis."
    return reduced


def copy(self: Tensor) -> Array:
    """The same values in memory of its own."""
    MemoryLimit.check("copy", self.array.nbytes)
    return Array(self.array.copy())


def element_type(value: Any) -> Any:
    """An element type, as programs name it, for numpy; ArgumentFault for what names none, and for bfloat16."""
    if value is float or value is int or value is bool:
        return value
    dtype = CODES[value] if type(value) is str and value in CODES else Type.element_type(value)
    if dtype is REFUSED or dtype is None or dtype.kind == "V":
        raise ArgumentFault(f"an element type is needed, not {described(value)}", "a.astype(np.float32)")
    return dtype


def astype(self: Tensor, dtype: Any) -> Array:
    """The values in another type."""
    MemoryLimit.check("astype", self.array.size * 8)
    return Array(self.array.astype(element_type(dtype)))


def dot(self: Tensor, other: Any) -> Any:
    """The product of matrices or vectors, in the larger of the two types."""
    return as_numpy_result(product(self.array, numpy_operand(_operand(other))))


def _matmul(self: Tensor, other: Any) -> Any:
    other = _operand(other)
    if isinstance(other, Array):
        check_core_dimensions(self.array, other.array)
    return dot(self, other) if isinstance(other, Array) and other.array.ndim < 3 else F.matmul(self, other)


def _rmatmul(self: Tensor, other: Any) -> Any:
    left = _operand(other)
    return _matmul(left, self) if isinstance(left, Array) else F.matmul(*pair) if (
        pair := of_one_type(left, self)) else NotImplemented


def _operand(value: Any) -> Any:
    """A list or tuple as an array; any other operand as it is."""
    return Array(array_like(value)) if type(value) in (list, tuple) else value


def transpose(self: Tensor, *order: Any) -> Any:
    """The axes in reverse order, or in the order given."""
    places = tuple(order[0]) if len(order) == 1 and isinstance(order[0], tuple | list) else order
    result = Array(self.array.transpose(axes(places)) if places else self.array.T)
    note_view(result, self, result.array)
    return result


def sort(self: Tensor, axis: int = -1) -> None:
    """Sort the values where they are."""
    note_write(self, "sort", here())
    writing(self.array, "sort").sort(axis=axes(axis))


def cumsum(self: Tensor, axis: Any = None) -> Any:
    """Running sums of all values, or along an axis."""
    return as_numpy_result(np.cumsum(self.array, axis=axes(axis)))


def nonzero(self: Tensor) -> Any:
    """The indices of the values that are not zero, an array for each axis."""
    return tuple(Array(places) for places in np.nonzero(self.array))


def round(self: Tensor, decimals: int = 0) -> Any:      # numpy's name
    """The values rounded."""
    if type(decimals) is not int:
        raise ArgumentFault(f"round() takes a whole number of digits, not {described(decimals)}", "a.round(2)")
    return as_numpy_result(np.round(self.array, decimals))


def argsort(self: Tensor, axis: int = -1) -> Any:
    """The places of the values in order."""
    return as_numpy_result(np.argsort(self.array, axis=axes(axis)))


def cumprod(self: Tensor, axis: Any = None) -> Any:
    """Running products of all values, or along an axis."""
    return as_numpy_result(np.cumprod(self.array, axis=axes(axis)))


def repeat(self: Tensor, repeats: Any, axis: Any = None) -> Any:
    """Each value, or each row along an axis, so many times."""
    counts = array_like(repeats)
    MemoryLimit.check("repeat", self.array.nbytes * max(0, int(np.max(counts, initial=0))))
    return as_numpy_result(np.repeat(self.array, counts, axis=axes(axis)))


def take(self: Tensor, indices: Any, axis: Any = None) -> Any:
    """The values, or the rows along an axis, at these places."""
    places = _whole_numbers(indices)
    MemoryLimit.check("take", self.array.itemsize * taken_size(self.array, places, axis))
    return as_numpy_result(np.take(self.array, places, axis=axes(axis)))


def _whole_numbers(values: Any) -> Any:
    array = np.asarray(array_like(values))
    if array.dtype.kind not in "iu" and array.size:
        raise ArgumentFault("places are whole numbers", "a.take([0, 2])")
    return array.astype(np.int64)


def trace(self: Tensor, offset: int = 0) -> Any:
    """The sum of a diagonal."""
    return as_numpy_result(np.trace(self.array, axes(offset)))


def item(self: Tensor, *at: Any) -> Any:
    """The only value, or the one at a place."""
    places = at[0] if len(at) == 1 and type(at[0]) is tuple else at
    if not all(type(place) is int for place in places):
        raise ArgumentFault("a place is a whole number", "a.item(0)")
    return self.array.item(*places)


def fill(self: Tensor, value: Any) -> None:
    """Set all values."""
    number = numpy_operand(value)
    note_write(self, "fill", here())
    writing(self.array, "fill").fill(number)


def put(self: Tensor, indices: Any, values: Any) -> None:
    """Set the values at these places of the flat array."""
    places, new = _whole_numbers(indices), array_like(values)
    note_write(self, "put", here())
    np.put(writing(self.array, "put"), places, new)


def partition(self: Tensor, kth: int, axis: int = -1) -> None:
    """Sort the values where they are so far that the one at `kth` is in its place."""
    note_write(self, "partition", here())
    writing(self.array, "partition").partition(axes(kth), axis=axes(axis))


def searchsorted(self: Tensor, v: Any, side: str = "left") -> Any:
    """The indices at which `v` would be inserted into these sorted values."""
    if type(side) is not str or side not in ("left", "right"):
        raise ArgumentFault("the side is left or right", "a.searchsorted(3, side='right')")
    return as_numpy_result(np.searchsorted(self.array, array_like(v), "right" if side == "right" else "left"))


def compress(self: Tensor, condition: Any, axis: Any = None) -> Any:
    """The values, or rows along an axis, where a condition holds."""
    places = np.asarray(array_like(condition))
    return as_numpy_result(np.compress(places.astype(bool), self.array, axis=axes(axis)))


def flatten(self: Tensor, order: str = "C") -> Array:
    """The values in one row, in memory of their own."""
    MemoryLimit.check("flatten", self.array.nbytes)
    return Array(self.array.flatten(_order(order)))


def ravel(self: Tensor, order: str = "C") -> Any:
    """The values in one row."""
    return F.reshape(self, -1) if _order(order) == "C" else flatten(self, order)


def reshape(self: Tensor, *shape: Any, order: str = "C", **options: Any) -> Any:
    """The values in another shape, row by row, or column by column for order "F"."""
    sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    MemoryLimit.check("reshape", self.array.nbytes)
    if _order(order) == "F":
        return Array(self.array.reshape(axes(tuple(sizes)), order="F").copy())
    if type(sizes) is tuple and not options and {*map(type, sizes)} == {int} and min(sizes) >= 0 and (
            math.prod(sizes) == self.array.size):
        return Array(self.array.reshape(sizes))
    return F.reshape(self, *shape, **options)


def _flat(self: Array) -> Any:
    """The values in one row: a view, or where they do not lie so, a copy that refuses to be changed."""
    if self.array.flags.c_contiguous:
        return F.reshape(self, -1)
    MemoryLimit.check("flat", self.array.nbytes)
    row = self.array.flatten()
    row.flags.writeable = False
    return Array(row)


def _order(order: Any) -> Any:
    if type(order) is not str or order not in ("C", "F"):
        raise ArgumentFault("the order is C or F", "a.flatten('F')")
    return order


PLAIN_INDICES = frozenset({int, slice, type(None), type(...)})


def _item(self: Array, at: Any) -> Any:
    """`a[at]`: a plain number where one is left, and steps may go backwards."""
    if type(at) in PLAIN_INDICES or type(at) is tuple and PLAIN_INDICES.issuperset(map(type, at)):
        result = as_numpy_result(self.array[place_in(self.array, at) if Current.legacy else at])
        if type(result) is Array:
            note_view(result, self, result.array)
        return result
    return getattr(Tensor, "__getitem__")(self, _places(at))     # noqa: B009  # an operation of the table


def _set_item(self: Array, at: Any, value: Any) -> None:
    """`a[at] = value`."""
    if isinstance(value, Tensor):
        value = report_detached(value, ARRAY_WRITE, value)
    getattr(Tensor, "__setitem__")(self, _places(at), value)     # noqa: B009  # an operation of the table


def _places(at: Any) -> Any:
    """An index with arrays of bytes as whole numbers: to numpy they are no masks."""
    if type(at) is tuple:
        return tuple(map(_places, at))
    return Array(at.array.astype(np.int64)) if type(at) is Array and at.array.dtype == np.uint8 else at


METHODS: tuple[Callable[..., Any], ...] = (
    *map(_reducing, "sum mean std var max min prod any all argmax argmin".split()),
    copy, astype, dot, transpose, sort, cumsum, nonzero, round, argsort, cumprod, repeat, take, trace, item, fill, put,
    partition, searchsorted, compress, flatten, ravel, reshape, resize)
OWN: dict[str, Any] = {method.__name__: with_numpy_faults(method) for method in METHODS}
NAMES = frozenset(OWN) | {"size", "flat", "strides", "base", "flags"}


def _wide(name: str) -> Callable[[Any, Any], Any]:
    """An operator that goes on in double precision where tensors of whole numbers would not."""
    def widened(self: Array, other: Any) -> Any:
        kind, dtype = type(other), self.array.dtype
        if dtype.kind == "f" and (kind is float or kind is int or kind is Array and other.array.dtype is dtype):
            return _as_tensors(name, self, other)
        if kind is list:
            other = Array(array_like(other, True))
        if isinstance(other, Array) and other.array.dtype.kind == "b" != self.array.dtype.kind:
            other = Array(other.array.astype(self.array.dtype))
        if self.array.dtype.kind in "iub" and (type(other) is float or "truediv" in name or (
                isinstance(other, Tensor) and other.array.dtype.kind == "f")):
            self = Array(self.array.astype(np.float64))
        elif isinstance(other, Array) and other.array.dtype is not self.array.dtype:
            self = Array(self.array.astype(np.result_type(self.array.dtype, other.array.dtype)))
        return _as_tensors(name, self, other)

    return widened


def _as_tensors(name: str, array: Array, other: Any) -> Any:
    """An operator on an array, which runs on a tensor of the same memory: for those it is specialised."""
    if type(other) is Array:
        other = Tensor(other.array)
    elif type(other) not in NUMBERS:
        return getattr(Tensor, name)(array, other)
    result = getattr(Tensor, name)(Tensor(array.array), other)
    return Array(result.array) if type(result) is Tensor else result


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    """An operator in place, which is that of tensors."""
    def changed(self: Array, other: Any) -> Any:
        return getattr(Tensor, name)(self, other)

    return changed


def _compared(name: str) -> Callable[[Any, Any], Any]:
    """A comparison that takes lists as arrays."""
    def compare(self: Array, other: Any) -> Any:
        return _as_tensors(name, self, _operand(other))

    return compare


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Array, _name, with_numpy_faults(_compared(_name)))
for _name, _function in OWN.items():
    setattr(Array, _name, _function)
for _sign in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    for _name in (f"__{_sign}__", f"__r{_sign}__"):
        setattr(Array, _name, with_numpy_faults(_wide(_name)))
    setattr(Array, f"__i{_sign}__", with_numpy_faults(_in_place(f"__i{_sign}__")))
setattr(Array, "__getitem__", with_numpy_faults(_item))    # noqa: B010  # a name that the type does not declare
setattr(Array, "__setitem__", with_numpy_faults(_set_item))    # noqa: B010  # attached as operations are
for _name in ("__bool__", "__float__", "__int__"):
    setattr(Array, _name, with_numpy_faults(SPECIAL[_name]))
setattr(Array, "__matmul__", _matmul)   # noqa: B010  # attached as operations are
setattr(Array, "__rmatmul__", _rmatmul)     # noqa: B010
Array.dtype = property(lambda self: ArrayType(OF[self.array.dtype]))  # type: ignore[assignment]  # numpy's type
Array.size = property(lambda self: self.array.size)     # a number for arrays, a method of tensors
Array.T = property(transpose)   # type: ignore[attr-defined]  # of tensors a view that keeps history
Array.flat = property(_flat)
Array.base = property(base_of)      # for arrays that are views: the array they look into
Array.flags = property(ArrayFlags)
Array.strides = property(lambda self: self.array.strides)   # in bytes
Array.shape = property(lambda self: self.array.shape)  # type: ignore[assignment]  # a plain tuple for arrays
