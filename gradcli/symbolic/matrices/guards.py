"""Matrix terms without what keeps divisors away from 0."""

from __future__ import annotations

from functools import reduce
from typing import Any

from gradcli.symbolic.expression import Number
from gradcli.symbolic.matrices.arithmetic import add, expanded, filled, multiply, power
from gradcli.symbolic.matrices.products import matmul
from gradcli.symbolic.matrices.terms import (
    Compared,
    Filled,
    Function,
    MatMul,
    Product,
    Sum,
    Term,
    with_parts,
)
from gradcli.symbolic.simplification.branches import TINY


def without_guards(term: Term) -> Term:
    """A term where each number that is kept away from 0 is far from it: the number alone, for max(number, 1e-8)."""
    match term:
        case Sum(shape, terms):
            return expanded(add(*map(without_guards, terms)), shape)
        case Product(shape, ratio, factors):
            rest = [power(without_guards(factor), e) for factor, e in factors if not _is_guard(factor)]
            return expanded(multiply(filled(ratio), *rest), shape)
        case MatMul(_, factors):
            return reduce(matmul, map(without_guards, factors))
        case Function(_, "where", (test, then, _)) if _is_guard(test):
            return without_guards(then)
        case Compared():
            return term
    return with_parts(term, without_guards)


def _is_guard(test: Any) -> bool:
    """Whether a term is a comparison that fails near 0 only."""
    return isinstance(test, Compared) and test.name in ("ge", "gt") and isinstance(test.right, Filled) and isinstance(
        test.right.value, Number) and 0 < test.right.value.value <= TINY
