"""`numpy` for programs that use a little of it beside torch: functions on numbers, lists and arrays.

An array is what `.numpy()` gives; nothing of numpy itself is ever handed out.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.plain_numbers import is_number, number_of
from gradcli.engine.tensor.conversion import array_for_numpy, array_of, in_listed_type
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_sizes import axes, check_broadcast, element_count, product
from gradcli.engine.tensor.numpy_view import OWN, as_numpy_result, element_type, numpy_operand
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array, grad_mode
from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.budget import Budget

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
MANY = 1 << 28


def array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = None, ndmin: int = 0) -> Array:
    """An array of what a number, a list of lists, or a tensor holds, of at least `ndmin` dimensions."""
    if type(ndmin) is not int or not 0 <= ndmin <= 16:
        raise ArgumentFault("ndmin of np.array() is a small whole number", "np.array([1, 2], ndmin=2)")
    if type(object) is list and object and type(object[0]) is float:
        values = array_of(object, np.float64)
    else:
        values = _values_of(object)
    values = values[(np.newaxis,) * max(0, ndmin - values.ndim)] if ndmin else values
    return Array(values if dtype is None else values.astype(element_type(dtype)))


def _values_of(object: Any) -> Any:
    """A number, lists of such, or a tensor as an array of numpy's: of whole numbers, or of double precision."""
    if isinstance(object, Tensor) and object.requires_grad:
        object = object.numpy()   # type: ignore[attr-defined]  # which refuses where calls are recorded
    if isinstance(object, list | tuple) and object and all(map(is_number, object)):
        object = [number_of(item) for item in object]
    if isinstance(object, Array | Tensor):
        MemoryLimit.check("array", object.array.nbytes)
        return array_for_numpy(object).copy()
    if isinstance(object, list | tuple) and object and all(isinstance(item, Tensor) for item in object):
        return np.stack([array_for_numpy(item) for item in object])
    natural = array_of(object)
    return natural if natural.dtype.kind in "iub" else array_of(object, np.float64)


def asarray(a: Any, dtype: Any = None, order: Any = None) -> Array:
    """`a` itself if it is an array of that type, else an array made of it."""
    return a if isinstance(a, Array) and dtype is None else array(a, dtype)


def operand(value: Any) -> Any:
    """A number, or a list, tensor or array, as numpy takes it."""
    return numpy_operand(value) if type(value) in NUMBERS or is_number(value) else asarray(value).array


def _sized(name: str, shape: Any) -> tuple[int, ...]:
    sizes = shape if type(shape) is tuple else tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    for size in sizes:
        if type(size) is not int or size < 0:
            raise ArgumentFault(f"{name}() needs whole numbers as sizes, not {described(shape)}", f"np.{name}((2, 3))")
    MemoryLimit.check(name, 8 * element_count(sizes))
    return sizes


def _filled(name: str) -> Callable[..., Array]:
    fill = np.ones if name == "ones" else np.zeros

    def make(shape: Any, dtype: Any = float, order: Any = "C") -> Array:
        return Array(fill(_sized(name, shape), element_type(dtype)))

    return renamed(make, name)


zeros, ones, empty = map(_filled, ("zeros", "ones", "empty"))


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Array:
    """An array of one value."""
    sizes, value = _sized("full", shape), np.asarray(operand(fill_value))
    return Array(np.full(sizes, value, value.dtype if dtype is None else element_type(dtype)))


def zeros_like(a: Any, dtype: Any = None) -> Array:
    """Zeros in the shape of `a`."""
    return asarray(F.zeros_like(asarray(a)), dtype)


def ones_like(a: Any, dtype: Any = None) -> Array:
    """Ones in the shape of `a`."""
    return asarray(F.ones_like(asarray(a)), dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float) -> Array:  # numpy's names
    """Ones on the diagonal, or on the one k places above it."""
    _sized("eye", (N, N if M is None else M))
    if type(k) is not int:
        raise ArgumentFault("k of np.eye() is a whole number", "np.eye(3, k=1)")
    return Array(np.eye(N, M, max(-N, min(k, N if M is None else M)), dtype=element_type(dtype)))


def identity(n: int, dtype: Any = float) -> Array:
    """Ones on the diagonal."""
    return eye(n, dtype=dtype)


def arange(*bounds: Any, dtype: Any = None, **named: Any) -> Array:
    """Numbers at equal steps; `start`, `stop` and `step` may be named."""
    if named:
        bounds = _named_bounds(bounds, **named)
    if not 1 <= len(bounds) <= 3 or not all(type(bound) in NUMBERS for bound in bounds):
        raise ArgumentFault("arange() takes one to three numbers", "np.arange(0, 10, 2)")
    bounds = tuple(map(numpy_operand, bounds))
    first, last, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    if not step or not math.isfinite((last - first) / step):
        raise ValueFault("arange() needs a step that gets to the end")
    _sized("arange", max(0, math.ceil((last - first) / step)))
    return Array(np.arange(*bounds, dtype=None if dtype is None else element_type(dtype)))


def _named_bounds(bounds: tuple[Any, ...], start: Any = 0, stop: Any = None, step: Any = 1) -> tuple[Any, ...]:
    """The first, the last and the step, where those after `bounds` are named; one without a stop is the last."""
    first, last, by = (*bounds, *(start, stop, step)[len(bounds):])
    return (0, first, by) if last is None else (first, last, by)


def _counted(name: str, num: Any) -> None:
    if type(num) is not int:
        raise ArgumentFault(f"{name}() needs a whole number of values, not {described(num)}", f"np.{name}(0, 1, 5)")
    _sized(name, num)


def linspace(start: float, stop: float, num: int = 50, endpoint: bool = True, retstep: bool = False,
             dtype: Any = None) -> Any:
    """So many numbers from start to stop; with `retstep` also their distance."""
    _counted("linspace", num)
    spaced: Any = np.linspace
    values, step = spaced(numpy_operand(start), numpy_operand(stop), num, bool(endpoint), True,
                          dtype=None if dtype is None else element_type(dtype))
    return (Array(values), as_numpy_result(np.asarray(step)[()])) if retstep else Array(values)


def logspace(start: float, stop: float, num: int = 50, endpoint: bool = True, base: float = 10.0) -> Array:
    """Powers of the base."""
    _counted("logspace", num)
    if type(base) not in NUMBERS:
        raise ArgumentFault("the base of np.logspace() is a number", "np.logspace(0, 3, 4, base=2)")
    return Array(np.logspace(numpy_operand(start), numpy_operand(stop), num, bool(endpoint), numpy_operand(base)))


ELEMENTWISE = ("sqrt exp expm1 log log2 log10 log1p sin cos tan tanh sinh cosh arcsin arccos arctan abs absolute sign "
               "square floor ceil isnan isinf isfinite radians degrees reciprocal negative logical_not").split()
BINARY = ("power maximum minimum add subtract multiply divide mod arctan2 hypot equal greater less logical_and "
          "logical_or").split()


def _on(name: str, arguments: int) -> Callable[..., Any]:
    apply = getattr(np, name)

    def applied(*args: Any, out: Any = None) -> Any:
        if arguments == len(args) == 1 and out is None and type(args[0]) is Array and not args[0].requires_grad:
            return as_numpy_result(apply(args[0].array))
        if len(args) != arguments:
            raise ArgumentFault(f"{name}() takes {arguments} value{'s' * (arguments > 1)} here", f"np.{name}(x)")
        if any(isinstance(arg, Tensor) and arg.requires_grad for arg in args) and grad_mode.enabled:
            raise ArgumentFault(f"np.{name}() keeps no history", f"torch.{name}(x)", "x.detach().numpy()")
        values = [operand(arg) for arg in args]
        if arguments == 2:
            check_broadcast(name, *values)
        result = apply(*values)
        return ufunc_result(result, args) if out is None else _store_result(name, result, out)

    return renamed(applied, name)


def ufunc_result(result: Any, args: tuple[Any, ...]) -> Any:
    """What a ufunc returns: a tensor where one of its operands is one, which has bytes for truth values, as PyTorch has
    it; else an array or a number."""
    if not any(isinstance(arg, Tensor) and not isinstance(arg, Array) for arg in args):
        return as_numpy_result(result)
    array = np.asarray(result)
    return Tensor(in_listed_type(array.astype(np.uint8) if array.dtype.kind == "b" else array))


def like_its_method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numpy that is the method of the same name: of a tensor it returns a tensor, as that does."""
    def applied(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        plain = not args or not isinstance(args[0], Tensor) or isinstance(args[0], Array)
        return result if plain else ufunc_result(numpy_operand(result), args[:1])

    return renamed(applied, function.__name__)


def _reducing(name: str) -> Callable[..., Any]:
    def reduced(a: Any, axis: Any = None, **options: Any) -> Any:
        return OWN[name](asarray(a), axis, **options)

    return renamed(reduced, name)


def concatenate(arrays: Any, axis: int = 0) -> Array:
    """Arrays one after another."""
    return Array(F.cat([asarray(array_like) for array_like in Budget().bounded(arrays)], axis).array)


def stack(arrays: Any, axis: int = 0) -> Array:
    """Arrays along a new axis."""
    return Array(F.stack([asarray(array_like) for array_like in Budget().bounded(arrays)], axis).array)


def vstack(tup: Any) -> Array:
    """Arrays as rows."""
    return Array(F.vstack([asarray(array_like) for array_like in Budget().bounded(tup)]).array)


def hstack(tup: Any) -> Array:
    """Arrays side by side."""
    return Array(F.hstack([asarray(array_like) for array_like in Budget().bounded(tup)]).array)


def where(condition: Any, *values: Any) -> Any:
    """`x` where the condition holds and `y` elsewhere; without them, where it holds."""
    if not values:
        return OWN["nonzero"](asarray(condition))
    x, y = values
    values = asarray(condition).array, operand(x), operand(y)
    check_broadcast("where", *values)
    return as_numpy_result(np.where(*values))


def dot(a: Any, b: Any) -> Any:
    """The product of matrices or vectors."""
    return as_numpy_result(np.asarray(product(asarray(a).array, asarray(b).array))[()])


def matmul(x1: Any, x2: Any) -> Any:
    """The product of matrices or vectors, as a ufunc gives it: that of the operator @."""
    result = operator.matmul(asarray(x1), asarray(x2))
    return ufunc_result(result.array if isinstance(result, Array) else result, (x1, x2))


def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None) -> Any:
    """Values brought between two bounds."""
    low, high = (None if bound is None else operand(bound) for bound in (a_min, a_max))
    values = asarray(a).array
    check_broadcast("clip", values, *(bound for bound in (low, high) if bound is not None))
    return _store_result("clip", np.clip(values, low, high), out)


def _store_result(name: str, result: Any, out: Any) -> Any:
    """A result, put into the array `out` if there is one."""
    if out is None:
        return as_numpy_result(result)
    if not isinstance(out, Array):
        raise ArgumentFault(f"out is an array, not {described(out)}", f"np.{name}(x, out=y)")
    out.copy_(Array(np.asarray(result)))    # type: ignore[attr-defined]  # an operation of the table
    return out


def _require_integer(name: str, number: Any) -> int:
    if type(number) is not int:
        raise ArgumentFault(f"{name}() needs a whole number, not {described(number)}")
    return number


def rounded(a: Any, decimals: int = 0) -> Any:
    """Values rounded."""
    return as_numpy_result(np.round(asarray(a).array, _require_integer("round", decimals))[()])


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all values are nearly the same."""
    return bool(np.allclose(asarray(a).array, asarray(b).array, numpy_operand(rtol), numpy_operand(atol),
                            bool(equal_nan)))


def array_equal(a: Any, b: Any) -> bool:
    """Whether two arrays have the same shape and values."""
    return bool(np.array_equal(asarray(a).array, asarray(b).array))


def sort(a: Any, axis: int = -1, kind: Any = None) -> Array:
    """The values in order, the same whatever the `kind` of algorithm."""
    return Array(np.sort(asarray(a).array, axis=axes(axis)))


def argsort(a: Any, axis: int = -1, kind: Any = None) -> Array:
    """The places of the values in order; those of equal values in order too if `kind` is "stable"."""
    algorithm: Any = "stable" if kind in ("stable", "mergesort") else None
    return Array(np.argsort(asarray(a).array, axis=axes(axis), kind=algorithm))


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
           axis: Any = None) -> Any:
    """The different values, in order; also where they stand first, which value stands where, and how often each."""
    different: Any = np.unique
    result = different(asarray(ar).array, bool(return_index), bool(return_inverse), bool(return_counts),
                       axis=axes(axis))
    return tuple(map(Array, result)) if isinstance(result, tuple) else Array(result)


def reshape(a: Any, shape: Any = None, newshape: Any = None) -> Any:
    """The same values in another shape."""
    shape = newshape if shape is None else shape
    return asarray(a).reshape(shape)    # type: ignore[attr-defined]  # an operation, attached later


def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in reverse order, or in the order given."""
    return OWN["transpose"](asarray(a), *(() if axes is None else (axes,)))


def expand_dims(a: Any, axis: int) -> Any:
    """A new axis of length one."""
    return Array(np.expand_dims(asarray(a).array, axes(axis)))


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of length one."""
    return as_numpy_result(np.squeeze(asarray(a).array, axis=axes(axis)))


def outer(a: Any, b: Any) -> Any:
    """Every product of a value of each."""
    a, b = asarray(a), asarray(b)
    MemoryLimit.check("outer", 8 * a.array.size * b.array.size)
    return Array(np.outer(a.array, b.array))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The length of a vector, or of each along an axis; of a matrix also with the orders 'fro' and 'nuc'."""
    if ord is not None and ord not in ("fro", "nuc") and type(ord) not in NUMBERS:
        raise ArgumentFault(f"the order of a norm is a number, 'fro' or 'nuc', not {described(ord)}",
                            "np.linalg.norm(x)")
    order = numpy_operand(ord) if type(ord) in NUMBERS else ord
    return as_numpy_result(np.linalg.norm(asarray(x).array, order, axes(axis), bool(keepdims)))


def copy(a: Any) -> Array:
    """The same values in memory of their own."""
    return array(a)


REDUCING = {name: _reducing(name) for name in "sum mean std var max min prod any all argmax argmin cumsum".split()}
DERIVED: dict[str, Any] = REDUCING | {name: _on(name, 1) for name in ELEMENTWISE} | {
    name: _on(name, 2) for name in BINARY} | {
    "amax": REDUCING["max"], "amin": REDUCING["min"], "round": rounded,
    "nonzero": where}
"""The functions that are not written out above, among them those with the names of Python's own."""


def __getattr__(name: str) -> Any:
    try:
        return DERIVED[name]
    except KeyError:
        raise AttributeError(name) from None
