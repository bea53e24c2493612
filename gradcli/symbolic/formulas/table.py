"""What operations do to symbolic tensors: the table, and how functions enter it.

`FORMULAS` holds a function for each operation that is more than a function of elements: arithmetic, comparisons,
reductions, products of matrices, and what moves elements. Functions of elements need no entry: they stay calls.
Each function takes the arguments of the operation's `forward`, symbolic tensors in the place of arrays, and raises
NoFormula where index notation does not reach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.symbolic.exact import exact
from gradcli.symbolic.expression import Expr
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

Formula = Callable[..., Any]
FORMULAS: dict[str, Formula] = {}
ELEMENTS: set[str] = set()      # the operations among them that are functions of elements


class NoFormula(Exception):
    """An operation, or a use of it, has no formula here; the text says which."""


def formula(*names: str, elements: bool = False) -> Callable[[Formula], Formula]:
    """Enter a function into FORMULAS under these names of operations; `elements` says that it is one of elements."""
    def enter(function: Formula) -> Formula:
        FORMULAS.update(dict.fromkeys(names, function))
        ELEMENTS.update(names if elements else ())
        return function

    return enter


def symbolic(value: Any) -> SymbolicTensor:
    """A symbolic tensor, or a plain number as one."""
    return value if isinstance(value, SymbolicTensor) else SymbolicTensor.filled(exact(value))


def of_elements(*names: str) -> Callable[[Callable[..., Expr]], Callable[..., Expr]]:
    """Enter a function of expressions, which is applied element by element."""
    def enter(function: Callable[..., Expr]) -> Callable[..., Expr]:
        def apply(*values: Any) -> SymbolicTensor:
            return elementwise(function, *(symbolic(value) for value in values if value is not None))

        FORMULAS.update(dict.fromkeys(names, apply))
        ELEMENTS.update(names)
        return function

    return enter
