"""Tracing of matrix terms, beside that of formulas in index notation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np

from gradcli.engine.autograd.op import Op, flat_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.symbolic.expression import (
    COMPARE,
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Expr,
    Mul,
    Number,
    Power,
    Symbol,
)
from gradcli.symbolic.expression import walk as expression_parts
from gradcli.symbolic.formulas.calls import ELEMENTWISE, Unknown, formula_of, program_name
from gradcli.symbolic.formulas.table import ELEMENTS, NoFormula
from gradcli.symbolic.matrices import decompositions as decompositions  # their rules are in the table
from gradcli.symbolic.matrices import losses as losses
from gradcli.symbolic.matrices.arithmetic import apply, common_shape, expanded, filled, multiply, plain, power
from gradcli.symbolic.matrices.products import added, are_singular_values, unit
from gradcli.symbolic.matrices.rules import RULES
from gradcli.symbolic.matrices.terms import (
    Compared,
    Diagonal,
    Filled,
    Function,
    Name,
    NoMatrixForm,
    Term,
    names_of,
    walk,
)
from gradcli.symbolic.simplification.piecewise import SMOOTH
from gradcli.symbolic.tensor import SymbolicTensor

MOST_PARTS = 200    # of a term


class TracedFormulas(Protocol):
    """What a tracer knows of arrays."""

    @property
    def constants(self) -> Mapping[str, Any]:
        """The tensors that do not vary, by name."""

    @property
    def unnamed(self) -> Collection[str]:
        """Those of them that the program has no name for."""

    def term_of(self, tensor: Tensor) -> Term | None:
        """The matrix term of a tensor that was computed from leaves."""

    def has_formula(self, tensor: Tensor) -> bool:
        """Whether a tensor was computed from leaves."""

    def formula(self, tensor: Tensor) -> SymbolicTensor:
        """The formula of a tensor's elements."""


class MatrixTrace:
    """The terms of arrays, entered in a tracer beside their formulas."""

    def __init__(self, tracer: TracedFormulas) -> None:
        self.tracer = tracer

    def results(self, cls: type[Op], values: Sequence[Any], outputs: Sequence[Tensor]) -> list[Term | None]:
        """The terms of what an operation gives."""
        try:
            computed = self._computed(cls, values, outputs)
        except (NoMatrixForm, NoFormula, RecursionError, TypeError, ValueError):      # or arguments of unusual kinds
            return [None] * len(outputs)
        if len(computed) != len(outputs):
            return [None] * len(outputs)
        return [term if term.shape == output.array.shape and next(islice(walk(term), MOST_PARTS, None), None) is None
                else None for term, output in zip(computed, outputs, strict=True)]

    def _computed(self, cls: type[Op], values: Sequence[Any], outputs: Sequence[Tensor]) -> list[Term]:
        name = flat_name(cls.names[0])
        rule = name if name in RULES else cls.names[0].replace(".", "_")
        if rule in RULES:
            result = RULES[rule](*map(self._argument, values))
            return list(result) if isinstance(result, tuple) else [result]
        if name in ELEMENTS or issubclass(cls, ELEMENTWISE):
            return self._of_elements(cls, values)
        return self._called(cls, values, outputs)

    def _argument(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.term(value)
        if type(value) is tuple and value and isinstance(value[0], Tensor):
            return tuple(map(self.term, value))
        return value

    def term(self, tensor: Tensor) -> Term:
        """The term of a tensor; raises NoMatrixForm where it has none."""
        entered = self.tracer.term_of(tensor)
        if entered is not None and not (isinstance(entered, Name) and entered.name in self.tracer.unnamed):
            return entered
        if entered is None and self.tracer.has_formula(tensor):
            raise NoMatrixForm
        return self._constant(tensor)

    @staticmethod
    def constant(formula: SymbolicTensor) -> Term | None:
        """The term of a tensor that has a name."""
        return term_of_constant(formula)

    def _constant(self, tensor: Tensor) -> Term:
        array = tensor.array
        if array.ndim == 2 and array.shape[0] > 1 and np.array_equal(array, np.eye(array.shape[0])):
            return Diagonal(array.shape, Filled(array.shape[:1], ONE))
        try:
            formula = self.tracer.formula(tensor)
        except Unknown:
            raise NoMatrixForm from None
        term = term_of_constant(formula)
        if term is None:
            raise NoMatrixForm
        return term

    def _of_elements(self, cls: type[Op], values: Sequence[Any]) -> list[Term]:
        """A function of elements: its formula for numbers, with terms in their place."""
        terms = [self._argument(value) for value in values]
        stand_ins = [SymbolicTensor.filled(Symbol(str(at))) if isinstance(term, Term) else term
                     for at, term in enumerate(terms)]
        result = formula_of(cls)(*stand_ins)
        shape = common_shape(*(term for term in terms if isinstance(term, Term)))
        return [expanded(substituted(part.body, dict(enumerate(terms)), self.tracer.constants), shape)
                for part in (result if isinstance(result, tuple) else (result,))]

    def _called(self, cls: type[Op], values: Sequence[Any], outputs: Sequence[Tensor]) -> list[Term]:
        """A call by the name that programs know the operation by."""
        if not cls.function or "compose" in vars(cls):
            raise NoMatrixForm
        arguments: list[Any] = []
        options: list[tuple[str, Any]] = []
        for at, (parameter, value) in enumerate(zip(cls.params, values, strict=False)):
            if cls.signature.defaults[at] is value:
                continue
            if isinstance(value, Tensor) or type(value) is tuple and value and isinstance(value[0], Tensor):
                value = self._argument(value)
            elif not _is_plain(value):
                raise NoMatrixForm
            if at == len(arguments) and at < cls.signature.positional:
                arguments.append(value)
            elif isinstance(value, Term):
                raise NoMatrixForm
            else:
                options.append((parameter, value))
        many = len(outputs) > 1
        return [Function(output.array.shape, program_name(cls), tuple(arguments), tuple(options),
                         result=at if many else None) for at, output in enumerate(outputs)]


def _is_plain(value: Any) -> bool:
    return type(value) in (int, float, bool, str, type(None)) or type(value) is tuple and all(map(_is_plain, value))


def term_of_constant(formula: SymbolicTensor) -> Term | None:
    """The term of a tensor with a name, or with equal elements; None for any other."""
    if isinstance(formula.body, Symbol) and len(formula.body.places) == sum(axis is not None for axis in formula.axes):
        return Name(formula.shape, formula.body.name)
    if not any(isinstance(part, Symbol) for part in expression_parts(formula.body)) and not any(formula.axes):
        return Filled(formula.shape, formula.body)
    return None


def substituted(body: Expr, terms: dict[int, Any], constants: Collection[str]) -> Term:
    """A formula of numbers with terms in the place of symbols, which are called by the keys of these.

    constants   the names of tensors that do not vary
    """
    def of(expr: Expr) -> Term:
        return substituted(expr, terms, constants)

    match body:
        case Number() | Constant():
            return filled(body)
        case Symbol(name):
            term: Term = terms[int(name)]
            return term
        case Add(parts):
            return added(*map(of, parts))
        case Mul(parts):
            return multiply(*map(of, parts))
        case Power(base, exponent):
            base_term, exponent_term = of(base), plain(of(exponent))
            if isinstance(exponent_term, Filled):
                return power(base_term, exponent_term.value)
            return apply("pow", base_term, exponent_term)
        case Call(name, arguments):
            return apply(name, *map(of, arguments))
        case Condition(name, (left, right)) if name in COMPARE:
            return compared(name, of(left), of(right))
        case Cases(branches, otherwise):
            return _chosen([(of(test), value) for test, value in branches], otherwise, of, constants)
    raise NoMatrixForm


def compared(name: str, left: Term, right: Term) -> Term:
    """A comparison of terms; relu(x) > 0 where x > 0."""
    left, right = plain(left), plain(right)
    if isinstance(left, Function) and left.name == "relu" and right == filled(ZERO) and name == "gt":
        left = left.arguments[0]
    if name == "eq" and are_singular_values(left) and isinstance(right, Function) and right.name == "[]" and (
            right.arguments[0] == left):        # which are equal at isolated points only
        return unit(int(right.arguments[1]), left.shape[0])
    return Compared(common_shape(left, right), name, left, right)


def _is_flat(part: Term) -> bool:
    """Whether a part of a term can make it constant on whole intervals."""
    return isinstance(part, Compared) or isinstance(part, Function) and part.elements and part.name not in SMOOTH


def _chosen(branches: list[tuple[Term, Expr]], otherwise: Expr, of: Any, constants: Collection[str]) -> Term:
    """A value of several cases; what holds at isolated points only is left out."""
    result: Term = of(otherwise)
    for test, value in reversed(branches):
        chosen = plain(test)
        if isinstance(chosen, Filled):
            raise NoMatrixForm
        if isinstance(chosen, Compared) and chosen.name == "eq" and not names_of(chosen) <= set(constants) and not any(
                map(_is_flat, walk(chosen.left))) and not any(map(_is_flat, walk(chosen.right))):
            continue
        then = of(value)
        if isinstance(result, Filled) and result.value == ZERO:
            result = multiply(then, chosen)
        else:
            parts = chosen, plain(then), plain(result)
            result = Function(common_shape(*parts), "where", parts, elements=True)
    return result
