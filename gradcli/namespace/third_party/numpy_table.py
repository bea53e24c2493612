"""More functions of numpy for programs: which there are, and what each takes.

A line states a function and its arguments, each with its kind before it: `A` an array, `O` an array or None, `L` a
list of arrays, `i` a whole number, `n` a number, `x` axes, `s` a size, `b` True or False, `t` an element type,
`w` one of the words behind the line. An argument with a star before its name has to be named. What a program gives is
taken by kind; what comes back is made of arrays, plain numbers, tuples and lists.
"""

from __future__ import annotations

import math
import warnings
from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.messages.numpy_messages import with_numpy_faults
from gradcli.engine.tensor.conversion import DEEPEST
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_sizes import axes, element_count, taken_size
from gradcli.engine.tensor.numpy_view import as_numpy_result, element_type, numpy_operand
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.variable import Array
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import expose_named_tuple, renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.namespace.third_party.numpy import asarray, operand, ufunc_result
from gradcli.namespace.third_party.numpy_signatures import SIGNATURES

LARGEST_POWER = 10_000
MOST_ROUNDS = 1_000_000     # how often one call may go through its argument
MOST_BLOCKS = 8         # lists within each other
OPERATIONS = 10**11     # multiplications that one call may ask for


class NumpySignature:
    """The signature of one function of numpy: its parameters, each with its kind and default."""

    def __init__(self, line: str) -> None:
        head, _, choices = line.partition(" : ")
        self.name, _, rest = head.partition(" ")
        self.choices = choices.split()
        self.kinds: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.named_only: set[str] = set()
        for part in rest.split(", "):
            sort, _, name = part.partition(" ")
            name, _, default = name.partition("=")
            if name.startswith("*"):
                self.named_only.add(name := name[1:])
            self.kinds[name] = sort
            if default:
                self.defaults[name] = default

    def bind(self, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
        """The converted arguments by parameter name. Raises ArgumentFault for any that do not fit."""
        names = list(self.kinds)
        short = f"np.{self.name}()"
        most = len(names) - len(self.named_only)
        if len(args) > most:
            raise ArgumentFault(f"{short} takes at most {most} values here", f"np.{self.name}({', '.join(names)})")
        for name in options:
            if name not in self.kinds or name in names[: len(args)]:
                raise ArgumentFault(f"{short} has no option {name} here", f"np.{self.name}({', '.join(names)})")
        values = dict(zip(names, args, strict=False)) | options
        missing = [name for name in names if name not in values and name not in self.defaults]
        if missing:
            raise ArgumentFault(f"{short} is missing {missing[0]}", f"np.{self.name}({', '.join(names)})")
        return {name: self.converted(name, value) for name, value in values.items()}

    def converted(self, name: str, value: Any) -> Any:
        """An argument converted for numpy by the kind of its parameter."""
        sort = self.kinds[name]
        if value is None and (sort in "Oxt" or self.defaults.get(name) == "None" or name == "range"):
            return None
        if sort in "AO":
            return operand(value)
        if sort == "L":
            return [asarray(item).array for item in Budget().bounded(value)]
        if sort == "x":
            return tuple(value) if isinstance(value, list) else axes(value)
        if sort == "t":
            return element_type(value)
        if sort == "b" and type(value) is bool:
            return value
        if sort == "w" and type(value) is str and value in self.choices:
            return value
        if sort == "n" and type(value) in NUMBERS:
            return numpy_operand(value)
        if sort == "i" and type(value) is int and abs(value) < 2**62:
            return value
        sizes = value if isinstance(value, tuple | list) else [value]
        if sort == "s" and len(sizes) <= DEEPEST and all(type(item) is int and abs(item) < 2**62 for item in sizes):
            return tuple(value) if isinstance(value, tuple | list) else value
        raise ArgumentFault(f"np.{self.name}() does not take {described(value)} as {name}",
                            *((f"{name}={word!r}", "") for word in self.choices))


def _size(value: Any) -> int:
    return int(np.size(value))


def _reach(value: Any) -> int:
    return int(np.prod(np.maximum(np.abs(np.asarray(value, dtype=np.float64)), 1.0)))


def _rows(*arrays: Any) -> int:
    """The size of a matrix of all rows by all rows."""
    return sum(max(np.shape(array)) if np.ndim(array) == 2 else 1 for array in arrays if array is not None) ** 2


def _pairs(values: dict[str, Any]) -> int:
    """The number of elements of two arrays side by side."""
    return _broadcast(*[*values.values()][:2])


def _broadcast(*arrays: Any) -> int:
    try:
        return math.prod(np.broadcast_shapes(*map(np.shape, arrays)))
    except ValueError:
        return 0        # they do not fit, which the function itself says


def _sections_size(values: dict[str, Any]) -> int:
    """The number of elements of so many arrays."""
    sections = values["indices_or_sections"]
    return 16 * (_reach(sections) if _size(sections) == 1 else _size(sections))


PAIRS = ["a", "b"], ["x1", "x2"], ["a1", "a2"]     # the first parameters of functions that broadcast


def _steps(first: str, second: str, values: dict[str, Any]) -> float:
    """What a result of two arrays of coefficients takes, without an end where that would be too many steps."""
    return math.inf if _size(values[first]) * _size(values[second]) > OPERATIONS else 0


def _square(values: Any) -> int:
    return _size(values) ** 2


def _bins(values: dict[str, Any]) -> int:
    """The number of bins of a histogram of two arrays: for both, of each, or by the edges of each."""
    bins = np.asarray(values.get("bins", 10))
    if bins.ndim > 1:
        return math.prod(np.shape(row)[0] for row in bins)
    return _reach(bins) ** (2 if bins.size == 1 else 1) if bins.size < 3 else int(bins.size) ** 2


# How many elements a result has, where that is not about as many as the arguments have.
GROWS: dict[str, Callable[[dict[str, Any]], float]] = {
    "bincount": lambda v: max(int(np.max(v["x"], initial=0)) + 1, v.get("minlength", 0)),
    "broadcast_to": lambda v: math.prod(np.atleast_1d(v["shape"]).tolist()),
    "convolve": lambda v: math.inf if _size(v["a"]) * _size(v["v"]) > OPERATIONS else _size(v["a"]) + _size(v["v"]),
    "diag": lambda v: (_size(v["v"]) + abs(v.get("k", 0))) ** 2 if np.ndim(v["v"]) < 2 else 0,
    "cov": lambda v: _rows(v["m"], v.get("y")), "corrcoef": lambda v: _rows(v["x"], v.get("y")),
    "diff": lambda v: math.inf if v.get("n", 1) > MOST_ROUNDS else 0,
    **dict.fromkeys(("bartlett", "blackman", "hamming", "hanning", "kaiser"), lambda v: v["M"]),
    "broadcast_shapes": lambda v: 0, "diag_indices": lambda v: abs(v["n"]) * abs(v.get("ndim", 2)),
    "diagflat": lambda v: (_size(v["v"]) + abs(v.get("k", 0))) ** 2,
    "histogram2d": _bins, "roots": lambda v: _square(v["p"]),
    "poly": lambda v: _steps("seq_of_zeros", "seq_of_zeros", v), "polydiv": lambda v: _steps("u", "v", v),
    "histogram_bin_edges": lambda v: _reach(v["bins"]) if "bins" in v and _size(v["bins"]) == 1 else 0,
    "choose": lambda v: _broadcast(v["a"], *v["choices"]),
    "correlate": lambda v: math.inf if _size(v["a"]) * _size(v["v"]) > OPERATIONS else _size(v["a"]) + _size(v["v"]),
    "select": lambda v: _broadcast(*v["condlist"], *v["choicelist"], v.get("default", 0)),
    "ravel_multi_index": lambda v: _broadcast(*v["multi_index"]),
    "tril_indices_from": lambda v: _size(v["arr"]), "triu_indices_from": lambda v: _size(v["arr"]),
    "geomspace": lambda v: v.get("num", 50), "kron": lambda v: _size(v["a"]) * _size(v["b"]),
    "histogram": lambda v: _reach(v["bins"]) if "bins" in v and _size(v["bins"]) == 1 else 0,
    "linalg.svd": lambda v: math.prod(np.shape(v["a"])[:-2]) * sum(n * n for n in np.shape(v["a"])[-2:]),
    "pad": lambda v: math.prod(n + 2 * int(np.max(np.abs(v["pad_width"]), initial=0)) for n in np.shape(v["array"])),
    "array_split": _sections_size, "split": _sections_size, "hsplit": _sections_size, "vsplit": _sections_size,
    "repeat": lambda v: _size(v["a"]) * max(1, int(np.max(np.abs(v["repeats"]), initial=0))),
    "tensordot": lambda v: _size(v["a"]) * _size(v["b"]), "inner": lambda v: _size(v["a"]) * _size(v["b"]),
    "tile": lambda v: _size(v["A"]) * _reach(v["reps"]),
    "tri": lambda v: abs(v["N"]) * abs(v.get("M") or v["N"]),
    "tril_indices": lambda v: v["n"] ** 2, "triu_indices": lambda v: v["n"] ** 2,
    "vander": lambda v: _size(v["x"]) * (v.get("N") or _size(v["x"])),
    "polymul": lambda v: _size(v["a"]) * _size(v["b"]), "polyfit": lambda v: _size(v["x"]) * (abs(v["deg"]) + 1),
    **dict.fromkeys(("percentile", "quantile", "nanpercentile", "nanquantile"),
                    lambda v: _size(v["q"]) * _size(v["a"])),
    "insert": lambda v: _size(v["arr"]) + _size(v["values"]) * max(1, np.ndim(v["arr"]) * _size(v["arr"])),
    "take": lambda v: taken_size(v["a"], v["indices"], v.get("axis")),
}


def result_of(value: Any) -> Any:
    """A result of numpy as programs hold it: arrays, plain numbers, tuples and lists. Raises for complex ones."""
    if isinstance(value, tuple | list):
        inner = [result_of(item) for item in value]
        if fields := getattr(value, "_fields", ()):
            return _named_result(type(value).__name__, fields)(*inner)
        return inner if isinstance(value, list) else tuple(inner)
    if getattr(value, "dtype", np.dtype(float)).kind == "c":
        raise ArgumentFault("the result has complex numbers, which are not part of the language")
    return value if value is None or type(value) is bool else as_numpy_result(value)


@cache
def _named_result(name: str, fields: tuple[str, ...]) -> Any:
    """The class of a result with names, such as `EighResult(eigenvalues, eigenvectors)`."""
    kind = namedtuple(name, fields)     # type: ignore[misc]  # numpy's own names
    expose_named_tuple(kind)
    return kind


def _function(signature: NumpySignature) -> Callable[..., Any]:
    work: Any = np
    for part in signature.name.split("."):
        work = getattr(work, part)
    grows = GROWS.get(signature.name) or (_pairs if list(signature.kinds)[:2] in PAIRS else None)

    def applied(*args: Any, **options: Any) -> Any:
        for value in (*args, *options.values()):
            if isinstance(value, Tensor) and value.requires_grad:
                raise ArgumentFault(f"np.{signature.name}() keeps no history", "x.detach().numpy()")
        values = signature.bind(args, options)
        if grows is not None:
            size = grows(values)
            MemoryLimit.check(signature.name, 8 * int(min(size, 2**62)))
        if signature.name == "linalg.matrix_power" and abs(values["n"]) > LARGEST_POWER:
            raise ArgumentFault(f"matrix_power() takes powers up to {LARGEST_POWER}")
        names = list(signature.kinds)
        places = names[: next((at for at, name in enumerate(names) if name not in values or (
            name in signature.named_only)), len(names))]
        rest = {name: value for name, value in values.items() if name not in places}
        with warnings.catch_warnings():     # where numpy warns the answer is nan, and that says it
            warnings.simplefilter("ignore")
            result = work(*(values[name] for name in places), **rest)
        return ufunc_result(result, args) if type(work) is np.ufunc and type(result) is not tuple else result_of(result)

    return with_numpy_faults(renamed(applied, signature.name.rpartition(".")[2]))


def einsum(subscripts: Any, *operands: Any) -> Any:
    """The sum over the indices of a text such as 'ij,jk->ik'."""
    if type(subscripts) is not str or not operands:
        raise ArgumentFault("np.einsum() takes a text and arrays", "np.einsum('ij,jk->ik', a, b)")
    values = [asarray(operand).array for operand in operands]
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow:
        output = "".join(letter for letter in inputs if letter == "." or inputs.count(letter) == 1)
    lengths: dict[str, int] = {}
    for letters, value in zip(inputs.split(","), values, strict=False):
        head, _, tail = letters.partition("...")
        middle = value.shape[len(head) : value.ndim - len(tail)]
        sizes = [*zip(head, value.shape, strict=False), *zip(tail[::-1], value.shape[::-1], strict=False),
                 *((f".{at}", n) for at, n in enumerate(reversed(middle)))]
        for letter, length in sizes:
            lengths[letter] = max(length, lengths.get(letter, 1))
    output_indices = [letter for letter in lengths if letter in output or letter[0] == "." in output]
    MemoryLimit.check("einsum", 8 * math.prod(lengths[letter] for letter in output_indices))
    if math.prod(lengths.values()) > OPERATIONS:
        raise ArgumentFault("np.einsum() would multiply too many values")
    return result_of(np.einsum(subscripts, *values))


def meshgrid(*xi: Any, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid."""
    values = [asarray(array_like).array for array_like in xi]
    if indexing not in ("xy", "ij") or len(values) > 16:
        raise ArgumentFault("meshgrid() counts columns first, or rows", "indexing='xy'", "indexing='ij'")
    MemoryLimit.check("meshgrid", 8 * len(values) * math.prod(value.size for value in values))
    return tuple(Array(grid) for grid in np.meshgrid(*values, indexing=indexing))    # type: ignore[call-overload]  # indexing is checked by numpy


def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    """Copies of arrays in the shape that they have in common."""
    values = [asarray(array_like).array for array_like in args]
    MemoryLimit.check("broadcast_arrays", 8 * len(values) * _broadcast(*values))
    return tuple(Array(value.copy()) for value in np.broadcast_arrays(*values))


def block(arrays: Any) -> Any:
    """A matrix put together of blocks: a list of rows, each a list of blocks."""
    def parts(value: Any, depth: int) -> Any:
        if not isinstance(value, list):
            return operand(value)
        if depth > MOST_BLOCKS:
            raise ArgumentFault("np.block() takes rows of blocks", "np.block([[a, b], [c, d]])")
        return [parts(item, depth + 1) for item in Budget().bounded(value)]

    return result_of(np.block(parts(arrays, 0)))


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write a value, or one after another, on the diagonal of an array."""
    if not isinstance(a, Array):
        raise ArgumentFault(f"fill_diagonal() changes an array, not {described(a)}", "np.fill_diagonal(a, 0)")
    value = operand(val)
    note_write(a, "fill_diagonal", here())
    np.fill_diagonal(writing(a.array, "fill_diagonal"), value, bool(wrap))


def fromiter(iter: Any, dtype: Any = float, count: int = -1) -> Array:
    """An array of the values of an iterable."""
    return asarray([*Budget().bounded(iter)], dtype)


def indices(dimensions: Any) -> Array:
    """The indices of a grid of that size."""
    sizes = tuple(dimensions) if isinstance(dimensions, tuple | list) else ("",)
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise ArgumentFault("indices() takes whole numbers as sizes", "np.indices((2, 3))")
    MemoryLimit.check("indices", 8 * len(sizes) * element_count(sizes))
    return Array(np.indices(sizes))


FUNCTIONS: dict[str, Any] = {}
for _line in SIGNATURES.strip().split("\n"):
    _signature = NumpySignature(_line)
    if _signature.name not in ("einsum", "meshgrid"):
        FUNCTIONS[_signature.name] = _function(_signature)
FUNCTIONS |= {function.__name__: with_numpy_faults(function) for function in (
    einsum, meshgrid, fromiter, indices, broadcast_arrays, block, fill_diagonal)}


def __getattr__(name: str) -> Any:
    if (function := FUNCTIONS.get(name.replace("_of_", ".", 1))) is None:
        raise AttributeError(name)
    return function
