"""Tracing: while a program runs in a session, its tensors get formulas.

Each operation is computed on numbers as always, and on symbolic tensors beside that. What it gives is entered under
the array of the result, so that values saved for the backward sweep keep their formulas; a sweep that is recorded is
traced like any other computation. The formula of a gradient therefore comes from the rules that compute it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import Op, flat_name
from gradcli.engine.autograd.saved_tensors_hooks import PackedValue, Saver
from gradcli.engine.tensor.tensor import Tensor, owner
from gradcli.engine.tensor.variable import Dual, grad_mode
from gradcli.engine.transforms.forward_ad import nested_tensors, tangents_ignored
from gradcli.symbolic.control_flow.path_condition import PathCondition
from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import FALSE, TRUE, walk
from gradcli.symbolic.fold import call
from gradcli.symbolic.formulas.calls import ELEMENTWISE, base_name, formula_of
from gradcli.symbolic.formulas.calls import Unknown as Unknown
from gradcli.symbolic.formulas.choices import CHOICES, WITH_PLACES, chosen
from gradcli.symbolic.formulas.table import NoFormula
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

if TYPE_CHECKING:
    from gradcli.session.session import Session
    from gradcli.symbolic.matrices.terms import Term
    from gradcli.symbolic.matrices.trace import MatrixTrace

PLACING = frozenset({"unindex", "nll_back", "diagonal_scatter", "index_add", "scatter_add", "scatter", "rows_back",
                     "tril", "triu", "cumsum", "cat", "stack"})
"""What they give depends on the position: a formula says more than a constant tensor does."""
COARSE = (np.dtype(np.float32), np.dtype(np.float16))
PICKING = frozenset({"index_select", "index_add", "gather", "scatter_add", "scatter", "take", "put",
                     "index_fill", "index_copy", "embedding_rows", "rows_back"})
CASTS = frozenset({"cast", "to", "long", "int", "short", "char", "byte", "bool", "type", "type_as"})
OPERATIONS = ("gradcli.engine.", "gradcli.ops.", "gradcli.nn.")     # modules whose own decisions are no program's
MOST_PARTS = 1000   # of a formula; nobody reads longer ones
LITERAL = 64        # elements of a constant tensor up to which it gets a name


MemoryKey = tuple[int, tuple[int, ...], tuple[int, ...]]


def memory_key(array: Any) -> MemoryKey:
    """Where an array lies in memory, and how: the same for two arrays with the same elements at the same addresses.

    A number of numpy's has no place of its own, so that it is the object that counts.
    """
    if not isinstance(array, np.ndarray):
        return id(array), (), ()
    return array.__array_interface__["data"][0], array.shape, array.strides


class Recorder(Saver):
    """Saves what nodes save as they are. While one is there, calls take the general way through `dispatch`.

    Copies that an operation makes of its inputs, of another element type, get the inputs' formulas.
    """

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def slot(self, array: Any, source: Any) -> PackedValue:
        """A value that a Function of the program saves."""
        return PackedValue(lambda: array)

    def save(self, node: Any, values: Sequence[Any], edges: Any) -> Any:
        """The edges of a node."""
        for _, rule, saved in edges:
            for need, array in zip(rule.needs, saved, strict=True):
                if need < len(values):
                    self.tracer.enter_copy(need, array)
        return edges


class Tracer:
    """The formulas of arrays, by where they lie in memory. It stands in the place of a level of forward-mode tangents.

    constants   tensors that are no leaves, by name
    unnamed     those of them that the program has no name for: c1, c2, ...
    coarse      whether an operation has rounded to single precision or less
    path        the conditions by which the program has taken its branches
    """

    def __init__(self, names: Mapping[str, Any], leaves: Sequence[str] = (), in_matrices: bool = False,
                 forced: Sequence[bool] = ()) -> None:
        """Begin with the tensors of `names`; with `in_matrices`, tensors get terms of whole matrices as well.

        forced  the outcomes of the program's first decisions, whatever the values are
        """
        self.path = PathCondition(forced)
        self._reserved = {*names, *leaves}
        self.coarse = False
        self._arguments: Sequence[Any] = ()     # of the operation that is computed now
        self._formulas: dict[MemoryKey, tuple[Any, SymbolicTensor | str, Term | None]] = {}
        self.matrices: MatrixTrace | None = None
        if in_matrices:
            from gradcli.symbolic.matrices.trace import MatrixTrace

            self.matrices = MatrixTrace(self)
        self.constants: dict[str, np.ndarray] = {}
        self.unnamed: list[str] = []
        for name, value in names.items():
            if name not in leaves and isinstance(value, Tensor) and value.array.dtype.kind in "fiu":
                self.enter_constant(name, value.array)

    def enter(self, array: Any, formula: SymbolicTensor | str, term: Term | None = None) -> None:
        """Enter the formula of an array, or the reason why it has none, and its matrix term."""
        self._formulas[memory_key(array)] = array, formula, term

    def enter_constant(self, name: str, array: Any) -> None:
        """Enter an array that does not vary under the name that it has in formulas."""
        self.constants[name] = array.copy()     # the program can write into its own
        self.enter_name(name, array)

    def enter_name(self, name: str, array: Any) -> None:
        """Enter an array under the name that it has in formulas."""
        formula = SymbolicTensor.of(name, array.shape)
        self.enter(array, formula, self.matrices.constant(formula) if self.matrices else None)

    def term_of(self, tensor: Tensor) -> Term | None:
        """The matrix term of a tensor that was computed from leaves."""
        entry = self._formulas.get(memory_key(tensor.array))
        return None if entry is None else entry[2]

    def formula(self, tensor: Tensor) -> SymbolicTensor:
        """The formula of a tensor's elements; raises Unknown where there is none."""
        entry = self._formulas.get(memory_key(tensor.array))
        if entry is None:
            return self._constant(tensor.array)
        if isinstance(entry[1], str):
            raise Unknown(entry[1])
        return entry[1]

    def has_formula(self, tensor: Tensor) -> bool:
        """Whether a tensor was computed from leaves."""
        return memory_key(tensor.array) in self._formulas

    def _constant(self, array: np.ndarray) -> SymbolicTensor:
        if array.size and bool((array == array.flat[0]).all()):
            value = array.flat[0].item()
            return SymbolicTensor.filled((TRUE if value else FALSE) if array.dtype.kind == "b" else exact(value),
                                         array.shape)
        cast = next((name for name, other in self.constants.items() if other.dtype.kind in "iu" and (
            name not in self.unnamed or other.dtype == array.dtype) and np.array_equal(other, array)), None)
        if cast is not None:        # whole numbers of the program, which an operation has made floats of
            return SymbolicTensor.of(cast, array.shape)
        if array.size > LITERAL:
            raise Unknown(f"a constant of {array.size} different numbers")
        name = next(name for at in count(1) if (name := f"c{at}") not in self._reserved and name not in self.constants)
        self.constants[name] = array.copy()
        self.unnamed.append(name)
        self.enter_name(name, array)
        return SymbolicTensor.of(name, array.shape)

    # what dispatch asks of a level

    def takes(self, values: Sequence[Any]) -> bool:
        """Whether calls with these values come here: all do."""
        return True

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """Compute an operation, and the formulas of its results."""
        self._arguments = values
        with tangents_ignored():
            result = dispatch(cls, values)
        self._arguments = ()
        tensors = [*nested_tensors(values)]
        constant = issubclass(cls, ELEMENTWISE) and all(map(_is_uniform, tensors))      # stays exact: 2*pi
        if constant or cls.names[0] in PLACING or any(map(self.has_formula, tensors)):
            self._enter_results(cls, values, result)
        return result

    def enter_copy(self, at: int, array: Any) -> None:
        """Enter the formula of a copy of an argument of the operation that is computed now."""
        value = self._arguments[at] if at < len(self._arguments) else None
        for source, copy in zip(value, array, strict=True) if type(value) is tuple and type(array) is tuple else (
                (value, array),):
            if isinstance(source, Tensor) and isinstance(copy, np.ndarray) and source.array.shape == copy.shape and (
                    self.has_formula(source) and memory_key(copy) not in self._formulas):
                self.enter(copy, *self._formulas[memory_key(source.array)][1:])

    def tangent(self, tensor: Tensor) -> None:
        """No tensor has a tangent here."""

    def truth(self, tensor: Tensor) -> bool:
        """The truth of a tensor of one element, by which the program takes a branch."""
        actual = bool(tensor.array)
        asks = sys._getframe(2).f_globals.get("__name__", "")      # who evaluates bool(tensor)
        if not self.has_formula(tensor) or type(asks) is str and asks.startswith(OPERATIONS):
            return actual
        try:
            return self.path.decide(self.formula(tensor).body, actual)
        except Unknown:
            return self.path.decide(None, actual)

    def record_write(self, target: Tensor, source: Any, put: Any = None) -> None:
        """Enter the formula of what has been written to a tensor."""
        for array, *_ in list(self._formulas.values()):
            if owner(array) is owner(target.array):     # the tensor itself, its base and other views of that
                self.enter(array, "a write into a part of a tensor")
        if put is None and isinstance(source, Tensor):
            try:
                self.enter(target.array, self.formula(source))
            except Unknown as unknown:
                self.enter(target.array, unknown.reason)

    def _enter_results(self, cls: type[Op], values: Sequence[Any], result: Any) -> None:
        outputs = [r for r in (result if isinstance(result, tuple) else (result,)) if isinstance(r, Tensor)]
        covered = False
        try:
            self._require_covered(flat_name(cls.names[0]), values)
            covered = True
            formulas = self._formulas_of(cls, values, outputs)
            if any(f.body in (TRUE, FALSE) and bool((o.array != (f.body == TRUE)).any())
                   for f, o in zip(formulas, outputs, strict=False)):
                raise Unknown("a test of numbers that are not finite")
            if len(formulas) != len(outputs) or any(
                    f.shape != o.array.shape for f, o in zip(formulas, outputs, strict=True)):
                raise Unknown(base_name(cls.names[0]))
        except Unknown as unknown:
            formulas = [unknown.reason] * len(outputs)
        self.coarse |= any(output.array.dtype in COARSE for output in outputs)
        if cls.names[0] in CASTS:
            formulas = [self._cast_formula(values[0], *both) for both in zip(outputs, formulas, strict=True)]
        terms = self.matrices.results(cls, values, outputs) if self.matrices and covered else [None] * len(outputs)
        for output, formula, term in zip(outputs, formulas, terms, strict=True):
            self.enter(output.array, formula, term)

    def _cast_formula(self, before: Any, after: Tensor, formula: Any) -> Any:
        """The formula of a cast: whole numbers are what is left of floats when their fractions are cut off."""
        if isinstance(formula, str) or before.array.dtype.kind != "f" or after.array.dtype.kind == "f":
            return formula
        if after.array.dtype.kind != "i":
            return f"a cast to {after.array.dtype}"
        return elementwise(lambda value: call("trunc", value), formula)

    @staticmethod
    def _require_covered(name: str, values: Sequence[Any]) -> None:
        """Raise Unknown for values for which an operation does something else than formulas say."""
        if any(tensor.array.size == 0 for tensor in nested_tensors(values)):
            raise Unknown("an empty tensor")
        if name in ("nll_kernel", "nll_back") and bool((values[1].array == values[3]).any()):
            raise Unknown("nll_loss with classes that are ignored")
        if name in ("scatter", "index_copy") and _repeats(values[2].array, values[1] if name == "scatter" else 0):
            raise Unknown("scatter with a place that comes twice")
        if name in PICKING and any(tensor.array.dtype.kind in "iu" and (tensor.array < 0).any()
                                   for tensor in nested_tensors(values)):
            raise Unknown(f"{name} with negative numbers in a tensor")
        if name == "nan_to_num" and not np.isfinite(values[0].array).all():
            raise Unknown("nan_to_num of numbers that are not finite")

    def _formulas_of(self, cls: type[Op], values: Sequence[Any], outputs: Sequence[Tensor]) -> list[Any]:
        name = flat_name(cls.names[0])
        arguments = [self._argument(value) for value in values]
        if name in CHOICES:
            return self._chosen(cls, arguments, values, outputs)
        function = formula_of(cls)
        try:
            result = function(*arguments)
        except NoFormula as missing:
            raise Unknown(str(missing) or base_name(name)) from None
        except RecursionError:
            raise Unknown("what is nested so deeply") from None
        results = list(result) if isinstance(result, tuple) else [result]
        if any(map(is_too_long, results)):
            raise Unknown(f"a value whose formula has more than {MOST_PARTS} parts")
        return results

    def _chosen(self, cls: type[Op], arguments: Sequence[Any], values: Sequence[Any], outputs: Sequence[Tensor]
                ) -> list[Any]:
        """The formulas of elements that are chosen by their values."""
        by_name = dict(zip(cls.params, arguments, strict=True))
        if type(by_name.get("dim")) is tuple and len(by_name["dim"]) == 1:
            by_name["dim"] = by_name["dim"][0]
        if flat_name(cls.names[0]) in WITH_PLACES and type(by_name["dim"]) is not int:
            raise Unknown(base_name(cls.names[0]))
        try:
            arrays = {name: value.array for name, value in zip(cls.params, values, strict=True)
                      if isinstance(value, Tensor)}
            return chosen(flat_name(cls.names[0]), by_name, arrays, outputs, lambda array: self.formula(Tensor(array)))
        except NoFormula as missing:
            raise Unknown(str(missing) or base_name(cls.names[0])) from None

    def _argument(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.formula(value)
        if type(value) is tuple and value and isinstance(value[0], Tensor):
            return tuple(map(self.formula, value))
        if type(value) is tuple and any(type(part) is tuple and part and isinstance(part[0], np.ndarray)
                                        for part in value):
            return tuple(tuple(self.formula(Tensor(array)) if array is not None else None for array in part)
                         for part in value)
        if type(value) is tuple and any(isinstance(part, np.ndarray) for part in value):
            return tuple(self._pick(part) if isinstance(part, np.ndarray) else part for part in value)
        return value

    def _pick(self, places: np.ndarray) -> SymbolicTensor:
        """The formula of an array of whole numbers that picks elements."""
        if places.dtype.kind == "b" and places.ndim == 1:
            places = np.flatnonzero(places)
        if places.dtype.kind != "i" or (places < 0).any() or not places.size:
            raise Unknown("indexing with a mask of several dimensions or with negative numbers in a tensor")
        return self.formula(Tensor(places))


def _repeats(places: np.ndarray, dim: int) -> bool:
    """Whether a place comes twice along a dimension."""
    return bool(places.ndim and (np.diff(np.sort(places, dim), axis=dim) == 0).any())


def is_too_long(formula: SymbolicTensor) -> bool:
    """Whether a formula has more parts than anybody reads."""
    return next(islice(walk(formula.body), MOST_PARTS, None), None) is not None


def _is_uniform(tensor: Tensor) -> bool:
    """Whether all elements are the same number."""
    return tensor.array.size > 0 and bool((tensor.array == tensor.array.flat[0]).all())


@contextmanager
def tracing(session: Session, tracer: Tracer) -> Iterator[Tracer]:
    """Within, all operations of a session are traced."""
    with session.in_force():
        before = Dual.level, Dual.watched, grad_mode.state
        Dual.level, Dual.watched = tracer, True
        enabled, inference, savers, unseen = before[2]
        grad_mode.state = enabled, inference, (*savers, Recorder(tracer)), unseen
    try:
        yield tracer
    finally:
        with session.in_force():
            Dual.level, Dual.watched, grad_mode.state = before
