"""What of numpy gives no array: `np.c_[...]`, `np.r_[...]`, `np.mgrid[...]`, `np.poly1d(...)`, `np.ndindex(2)`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import index
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.messages.numpy_messages import with_numpy_faults
from gradcli.engine.tensor.conversion import in_listed_type
from gradcli.engine.tensor.dtypes import OF, ArrayType
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_sizes import axes, element_count
from gradcli.engine.tensor.numpy_view import as_numpy_result, astype, element_type, numpy_operand
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, note_write
from gradcli.engine.tensor.variable import Array
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.no_effect import Idle
from gradcli.namespace.third_party import numpy as numpy_functions
from gradcli.namespace.third_party.numpy import asarray, operand
from gradcli.namespace.third_party.numpy_scalars import PYTHON_TYPES
from gradcli.namespace.third_party.numpy_table import result_of


def _ranged(part: slice) -> slice:
    """A slice of plain numbers that is not too long."""
    bounds = [0 if part.start is None else part.start, part.stop, 1 if part.step is None else part.step]
    if not all(type(bound) in NUMBERS for bound in bounds) or not bounds[2]:
        raise ArgumentFault("a range here has plain numbers as its bounds", "np.r_[0:10:2]")
    first, last, step = map(numpy_operand, bounds)
    MemoryLimit.check("r_", 8 * max(0, math.ceil((last - first) / step)))
    return slice(first, last, step)


@named("RClass")
@exposed()
class Joiner:
    """`np.r_` and `np.c_`: ranges, numbers and arrays put together by an index."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, at: Any) -> Array:
        parts = at if type(at) is tuple else (at,)
        values = tuple(_ranged(part) if type(part) is slice else operand(part) for part in parts)
        return Array(getattr(np, self._name)[values])

    def __display__(self, style: Any) -> str:
        return f"<numpy.lib.index_tricks.{'CClass' if self._name == 'c_' else 'RClass'} object>"


@named("MGridClass")
@exposed()
class Grid:
    """`np.mgrid` and `np.ogrid`: the coordinates of a grid, by slices."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, at: Any) -> Any:
        parts = at if type(at) is tuple else (at,)
        if not all(type(part) is slice for part in parts) or len(parts) > 16:
            raise ArgumentFault(f"np.{self._name} takes ranges", f"np.{self._name}[0:2, 0:3]")
        ranges = [_ranged(part) for part in parts]
        counts = [max(0, math.ceil((range_.stop - range_.start) / range_.step)) for range_ in ranges]
        MemoryLimit.check(self._name, 8 * len(counts) * math.prod(counts))
        return result_of(getattr(np, self._name)[tuple(ranges) if type(at) is tuple else ranges[0]])

    def __display__(self, style: Any) -> str:
        return "<numpy.lib.index_tricks.nd_grid object>"


@named("poly1d")
@exposed("c", "coef", "coeffs", "coefficients", "order", "o", "r", "roots", "deriv", "integ")
class Polynomial:
    """`np.poly1d`: a polynomial in one variable, the highest power first."""

    __slots__ = ("_own",)

    def __init__(self, coefficients: Any, r: bool = False) -> None:
        values = coefficients._own.c if type(coefficients) is Polynomial else asarray(coefficients).array
        if values.size > 1000:
            raise ArgumentFault("poly1d() takes at most 1000 coefficients", "np.poly1d([2, 1])")
        self._own: Any = np.poly1d(values, r is True)

    c = property(lambda self: Array(self._own.c.copy()))
    coef = coeffs = coefficients = c
    order = o = property(lambda self: int(self._own.order))
    r = roots = property(lambda self: result_of(self._own.r))

    def deriv(self, m: int = 1) -> Polynomial:
        """The m-th derivative."""
        return Polynomial(Array(self._own.deriv(m).c))

    def integ(self, m: int = 1) -> Polynomial:
        """The m-th integral."""
        if type(m) is not int or not 0 <= m <= 100:
            raise ArgumentFault("integ() takes a small whole number", "p.integ()")
        return Polynomial(Array(self._own.integ(m).c))

    def __call__(self, val: Any) -> Any:
        return as_numpy_result(np.asarray(self._own(operand(val)))[()])

    def _with(self, other: Any, name: str) -> Any:
        if type(other) not in (Polynomial, *NUMBERS):
            raise ArgumentFault(f"a polynomial does not go together with {described(other)}", "p * np.poly1d([1, 0])")
        operand = other._own if type(other) is Polynomial else numpy_operand(other)
        result = getattr(self._own, name)(operand)
        return Polynomial(Array(np.atleast_1d(result.c)))

    def __add__(self, other: Any) -> Any:
        return self._with(other, "__add__")

    def __sub__(self, other: Any) -> Any:
        return self._with(other, "__sub__")

    def __mul__(self, other: Any) -> Any:
        return self._with(other, "__mul__")

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Any:
        return self._with(-1, "__mul__")

    def __len__(self) -> int:
        return int(self._own.order)

    def __eq__(self, other: object) -> bool:
        return type(other) is Polynomial and bool(self._own == other._own)

    __hash__ = None     # type: ignore[assignment]  # as numpy's own

    def __display__(self, style: Any) -> str:
        return repr(self._own)


def ndindex(*shape: Any) -> Iterator[tuple[int, ...]]:
    """The indices of an array of that shape, one after the other."""
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    sizes = tuple(map(index, lengths))
    if any(size < 0 for size in sizes):
        raise ValueError("negative dimensions are not allowed")
    if len(sizes) > 16:
        raise ArgumentFault("ndindex() counts at most 16 dimensions here", "np.ndindex(2, 3)")
    Budget().check_items(math.prod(sizes))
    return iter([*np.ndindex(*sizes)])


def ndenumerate(arr: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """The pairs of an index and the number there."""
    values = asarray(arr).array
    Budget().check_items(values.size)
    return iter([*zip(np.ndindex(*values.shape), values.ravel().tolist(), strict=True)])


def resize(a: Any, new_shape: Any) -> Array:
    """An array of that shape, filled with the values again and again."""
    sizes = tuple(map(index, new_shape)) if isinstance(new_shape, list | tuple) else (index(new_shape),)
    if any(size < 0 for size in sizes):
        raise ValueError("all elements of `new_shape` must be non-negative")
    MemoryLimit.check("resize", 8 * element_count(sizes))
    return Array(np.resize(asarray(a).array, sizes))


def repmat(a: Any, m: Any, n: Any) -> Array:
    """A matrix repeated m times downwards and n times sidewards."""
    values = np.atleast_2d(asarray(a).array)
    MemoryLimit.check("repmat", 8 * values.size * max(0, index(m)) * max(0, index(n)))
    return Array(np.tile(values, (index(m), index(n))))


c_, r_, mgrid, ogrid = Joiner("c_"), Joiner("r_"), Grid("mgrid"), Grid("ogrid")
poly1d = TypeProxy("numpy.poly1d", (Polynomial,), Polynomial)


def _element_type(dtype: Any) -> ArrayType:
    """`numpy.dtype(float)`: the element type of arrays."""
    return dtype if type(dtype) is ArrayType else ArrayType(OF[element_type(dtype)])


dtype = TypeProxy("numpy.dtype", (ArrayType,), _element_type)


@named("type")
@exposed()
class AbstractType(TypeProxy):
    """`numpy.floating` and other families of element types."""

    __slots__ = ("kinds",)

    def __init__(self, name: str, kinds: str) -> None:
        super().__init__(f"numpy.{name}", tuple({PYTHON_TYPES[kind]: None for kind in kinds}))
        self.kinds = kinds


generic, number = AbstractType("generic", "biufc"), AbstractType("number", "iufc")
integer, signedinteger, unsignedinteger = (AbstractType("integer", "iu"), AbstractType("signedinteger", "i"),
                                           AbstractType("unsignedinteger", "u"))
inexact, floating, complexfloating = (AbstractType("inexact", "fc"), AbstractType("floating", "f"),
                                      AbstractType("complexfloating", "c"))


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether an element type is another one, or of a family of types such as np.floating."""
    if type(arg1) is AbstractType:
        return type(arg2) is AbstractType and set(arg1.kinds) <= set(arg2.kinds)
    dtype = np.dtype(element_type(arg1))
    return dtype.kind in arg2.kinds if type(arg2) is AbstractType else dtype == np.dtype(element_type(arg2))


def result_type(*arrays_and_dtypes: Any) -> ArrayType:
    """The element type of what these arrays, numbers and element types make together."""
    parts = [part.array if isinstance(part, Tensor) else part if type(part) in NUMBERS else np.dtype(element_type(part))
             for part in arrays_and_dtypes]
    return ArrayType(OF[in_listed_type(np.empty(0, np.result_type(*parts))).dtype])


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """An array of the type of `x`: where a condition holds, a number or what a function makes of the elements there."""
    values = asarray(x).array
    single = isinstance(condlist, Tensor) and condlist.array.ndim == values.ndim or type(condlist) is bool
    conditions = [np.broadcast_to(asarray(condition).array != 0, values.shape)
                  for condition in ([condlist] if single else Budget().bounded(condlist))]
    pieces = list(Budget().bounded(funclist))
    if len(pieces) == len(conditions) + 1:
        conditions.append(~np.logical_or.reduce(conditions))
    if len(pieces) != len(conditions):
        raise ValueError(f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} "
                         "functions are expected")
    MemoryLimit.check("piecewise", values.nbytes)
    result = np.zeros_like(values)
    for condition, piece in zip(conditions, pieces, strict=True):
        if not callable(piece):
            result[condition] = numpy_operand(piece)
        elif condition.any():
            result[condition] = numpy_operand(piece(Array(values[condition]), *args, **kw))
    return as_numpy_result(result)


def isscalar(element: Any) -> bool:
    """Whether `element` is a number or a text."""
    return type(element) in NUMBERS or type(element) in (str, complex)


def ix_(*args: Any) -> tuple[Array, ...]:
    """Arrays of indices of the rows and columns of a part of a matrix."""
    return tuple(Array(part) for part in np.ix_(*(asarray(part).array for part in args)))


@named("IndexExpression")
@exposed()
class Indexer:
    """`np.s_[1:3, 0]`: the index in the brackets."""

    __slots__ = ()

    def __getitem__(self, at: Any) -> Any:
        return at


s_ = index_exp = Indexer()


def vectorize(pyfunc: Any, otypes: Any = None, doc: Any = None, excluded: Any = None, cache: Any = False) -> Any:
    """A function of arrays that calls a function of the program with each element; results are of the type of the
    first, unless `otypes` names one."""
    if not callable(pyfunc):
        raise ArgumentFault(f"vectorize() takes a function, not {described(pyfunc)}", "np.vectorize(lambda x: x + 1)")
    if excluded:
        raise ArgumentFault("vectorize() excludes no arguments here", "np.vectorize(lambda x: f(x, y))")

    def vectorized(*args: Any, **options: Any) -> Any:
        arrays = [asarray(arg).array for arg in (*args, *options.values())]
        MemoryLimit.check("vectorize", 8 * math.prod(np.broadcast_shapes(*(array.shape for array in arrays))))
        arrays = list(np.broadcast_arrays(*arrays))
        shape = arrays[0].shape if arrays else ()
        Budget().check_items(math.prod(shape))
        results = []
        for values in zip(*(array.ravel().tolist() for array in arrays), strict=True):
            keywords = dict(zip(options, values[len(args):], strict=True))
            results.append(pyfunc(*values[: len(args)], **keywords))
        if not shape:
            return results[0] if arrays else pyfunc()
        if not results and not otypes:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        if any(type(result) is tuple for result in results):
            raise ArgumentFault("a vectorized function returns one number here, not a tuple",
                                "np.vectorize(lambda x: f(x)[0])")
        numbers = asarray(results).array.reshape(shape)
        return astype(Array(numbers), otypes[0]) if otypes else Array(
            numbers.astype(asarray(results[0]).array.dtype))

    return vectorized


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """The results of a function of the program for each row of an array along an axis."""
    values = asarray(arr).array
    rows = np.moveaxis(values, index(axis), -1)
    at_axis = index(axis) % values.ndim
    Budget().check_items(math.prod(rows.shape[:-1]))
    results = [asarray(func1d(Array(rows[at].copy()), *args, **kwargs)).array for at in np.ndindex(*rows.shape[:-1])]
    MemoryLimit.check("apply_along_axis", 8 * sum(result.size for result in results))
    of_first = [result.astype(results[0].dtype) for result in results]
    stacked = np.stack(of_first).reshape((*rows.shape[:-1], *results[0].shape))
    added = range(results[0].ndim)
    return as_numpy_result(np.moveaxis(stacked, [at - len(added) for at in added], [at + at_axis for at in added]))


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """What a function of the program returns for the indices of a grid."""
    sizes = tuple(map(index, Budget().bounded(shape)))
    MemoryLimit.check("fromfunction", 8 * len(sizes) * element_count(sizes))
    return function(*(Array(part) for part in np.indices(sizes, dtype=element_type(dtype))), **kwargs)


errstate = TypeProxy("numpy.errstate", (Idle,), Idle)      # numpy warns of nothing here


def seterr(**settings: Any) -> dict[str, str]:
    """Change nothing, and return the settings: numpy warns of nothing here."""
    return {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def array_str(a: Any) -> str:
    """The text of an array."""
    return DisplayHooks.format(asarray(a), "")


def array_repr(arr: Any) -> str:
    """The text of an array within containers."""
    return DisplayHooks.text(asarray(arr))


@named("numpy.ufunc")
@exposed("reduce", "accumulate", "outer", "at")
class Ufunc:
    """`numpy.add` and other operators: called, and with the ways in which they go through an array."""

    __slots__ = ("_apply", "_own")

    def __init__(self, name: str) -> None:
        self._own: Any = getattr(np, name)
        self._apply: Any = with_numpy_faults(getattr(numpy_functions, name))

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._apply(*args, **options)

    def reduce(self, array: Any, axis: Any = 0, keepdims: bool = False) -> Any:
        """The operator between all values along an axis."""
        return self._on_array(self._own.reduce, array, axis=axes(axis), keepdims=bool(keepdims))

    def accumulate(self, array: Any, axis: int = 0) -> Any:
        """The values of `reduce` for the first one, two and more values along an axis."""
        return self._on_array(self._own.accumulate, array, axis=index(axis))

    def outer(self, A: Any, B: Any) -> Any:      # numpy's names
        """The operator between each value of one array and each of another."""
        left, right = asarray(A).array, asarray(B).array
        MemoryLimit.check("outer", 8 * left.size * right.size)
        return as_numpy_result(self._own.outer(left, right))

    def at(self, a: Any, indices: Any, b: Any) -> None:
        """Change the values at these places of an array, each as often as its place is named."""
        if not isinstance(a, Array):
            raise ArgumentFault(f"at() changes an array, not {described(a)}", "np.add.at(a, [0, 0, 2], 1)")
        places = tuple(map(_place, indices)) if type(indices) is tuple else _place(indices)
        new = operand(b)
        note_write(a, "at", here())
        with_numpy_faults(self._own.at)(writing(a.array, "at"), places, new)

    def _on_array(self, work: Any, array: Any, **options: Any) -> Any:
        return as_numpy_result(with_numpy_faults(work)(asarray(array).array, **options))

    def __display__(self, style: Any) -> str:
        return f"<ufunc '{self._own.__name__}'>"


def _place(value: Any) -> Any:
    """An index as numpy takes it."""
    return value if type(value) in (int, slice, type(...), type(None)) else asarray(value).array
