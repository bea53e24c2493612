"""Piecewise expressions as people write them: no isolated points, conditions in one direction."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import (
    MIRRORED,
    NEGATIONS,
    ZERO,
    Add,
    Call,
    Cases,
    Condition,
    Expr,
    IndexValue,
    Number,
    Symbol,
    children,
    walk,
)
from gradcli.symbolic.fold import add, cases, rebuild, where
from gradcli.symbolic.index_arithmetic import value_of


def without_isolated_points(expr: Expr, constants: Collection[str] = ()) -> Expr:
    """The expression without branches that hold at isolated points only: equalities of numbers that vary.

    constants   the names of tensors that do not vary
    """
    expr = rebuild(expr, lambda part: without_isolated_points(part, constants))
    if isinstance(expr, Condition) and expr.name == "eq":
        return same_element(*expr.arguments) or expr if _is_isolated(expr, constants) else expr
    if isinstance(expr, Add) and sum(isinstance(term, Cases) for term in expr.terms) > 1:
        return add(*map(_strict, expr.terms))
    if not isinstance(expr, Cases):
        return expr
    branches = tuple(branch for branch in expr.branches if not _is_isolated(branch[0], constants))
    return _with_number_right(cases(branches, expr.otherwise))


def _with_number_right(expr: Expr) -> Expr:
    """A value of two cases with its condition written as a > b or a >= b, a number on the right."""
    if not (isinstance(expr, Cases) and len(expr.branches) == 1):
        return expr
    [(test, value)], otherwise = expr.branches, expr.otherwise
    if not (isinstance(test, Condition) and test.name in MIRRORED) or is_of_indices(test):
        return expr
    name, (a, b) = test.name, test.arguments
    if otherwise == ZERO and not any(isinstance(side, Number) for side in (a, b)):
        turned = Condition(MIRRORED[name], (b, a)) if name in ("lt", "le") else test
        return Cases(((turned, value),), ZERO)
    if isinstance(a, Number) or not isinstance(b, Number) and repr(a) > repr(b):
        name, a, b = MIRRORED[name], b, a
    if name in ("lt", "le"):
        name, value, otherwise = NEGATIONS[name], otherwise, value
    return where(Condition(name, (a, b)), value, otherwise)


def _strict(term: Expr) -> Expr:
    """A term of two cases with > in the place of >=, which differ at isolated points only."""
    if not (isinstance(term, Cases) and len(term.branches) == 1):
        return term
    [(test, value)] = term.branches
    if isinstance(test, Condition) and test.name == "ge" and not is_of_indices(test):
        return Cases(((Condition("gt", test.arguments), value),), term.otherwise)
    return term


def same_element(a: Expr, b: Expr) -> Expr | None:
    """Where two elements of one tensor, or the same function of such, are the same one; None for any other two.

    Elsewhere they are equal at isolated points only.
    """
    places: list[tuple[Expr, Expr]] = []
    if not _matched(a, b, places) or not places:
        return None
    return condition("and", *(condition("eq", p, q) for p, q in places if p != q))


def _matched(a: Expr, b: Expr, places: list[tuple[Expr, Expr]]) -> bool:
    """Whether two expressions differ in places of elements only, which are collected."""
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        if a.name != b.name or len(a.places) != len(b.places):
            return False
        places += [(value_of(p), value_of(q)) for p, q in zip(a.places, b.places, strict=True)]
        return True
    if type(a) is not type(b) or _head(a) != _head(b):
        return False
    a_parts, b_parts = children(a), children(b)
    return len(a_parts) == len(b_parts) and (bool(a_parts) or a == b) and all(
        _matched(p, q, places) for p, q in zip(a_parts, b_parts, strict=True))


def _head(expr: Expr) -> object:
    """What an expression is besides its parts."""
    return getattr(expr, "name", None), getattr(expr, "index", None)


def _is_isolated(test: Expr, constants: Collection[str]) -> bool:
    """Whether a condition is an equality of numbers that vary, or demands one."""
    if not isinstance(test, Condition):
        return False
    if test.name == "and":
        return any(_is_isolated(part, constants) for part in test.arguments)
    if test.name == "or":
        return all(_is_isolated(part, constants) for part in test.arguments)
    if test.name == "eq" and any(isinstance(side, Cases) for side in test.arguments):       # a number for each case
        return all(_is_isolated(one, constants) for one in _equalities(*test.arguments))
    return test.name == "eq" and not is_of_indices(test) and not any(map(_is_flat, test.arguments)) and any(
        isinstance(part, Symbol) and part.name not in constants for part in walk(test))


def _equalities(a: Expr, b: Expr) -> Iterator[Expr]:
    """The equalities of two numbers, one for each of their cases."""
    for one, other, turn in ((a, b, False), (b, a, True)):
        if isinstance(one, Cases):
            for value in (*(value for _, value in one.branches), one.otherwise):
                yield from _equalities(*((other, value) if turn else (value, other)))
            return
    yield condition("eq", a, b)


def _is_flat(expr: Expr) -> bool:
    """Whether an expression can be constant on whole intervals, as a sign can."""
    return any(isinstance(part, Cases | Condition) or isinstance(part, Call) and part.name not in SMOOTH
               for part in walk(expr))


SMOOTH = frozenset({"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh",
                    "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "sigmoid", "erf", "erfc", "lgamma",
                    "abs"})
"""Functions that are constant on no interval."""


def is_of_indices(test: Expr) -> bool:
    """Whether a condition compares values of indices, not only elements of tensors."""
    return isinstance(test, IndexValue) or not isinstance(test, Symbol) and any(map(is_of_indices, children(test)))
