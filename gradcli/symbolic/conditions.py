"""Builders of conditions: comparisons and logical operations, decided where their parts are numbers."""

from __future__ import annotations

import math

from gradcli.symbolic.expression import (
    COMPARE,
    FALSE,
    MIRRORED,
    TRUE,
    ZERO,
    Add,
    Call,
    Condition,
    Expr,
    Number,
    indices,
    number,
)
from gradcli.symbolic.index_arithmetic import bounds, solved
from gradcli.symbolic.special_values import approximate
from gradcli.symbolic.term_order import coefficient


def condition(name: str, *arguments: Expr) -> Expr:
    """A comparison or a logical operation; decided where its parts are numbers."""
    if name in COMPARE:
        a, b = arguments
        if isinstance(a, Call) and a.name == "relu" and b == ZERO and name == "gt":
            return condition("gt", a.arguments[0], ZERO)
        if isinstance(a, Number) and isinstance(b, Number):
            return TRUE if COMPARE[name](a.value, b.value) else FALSE
        left, right = approximate(a), approximate(b)
        if left is not None and right is not None and not math.isclose(left, right):
            return TRUE if COMPARE[name](left, right) else FALSE
        ends = bounds(a - b) if any(map(indices, (a, b))) else None
        if ends is not None:
            truths = {COMPARE[name](end, 0) for end in (*ends, *([0] if ends[0] <= 0 <= ends[1] else []))}
            if len(truths) == 1:
                return TRUE if truths.pop() else FALSE
            return solved(name, a - b) or Condition(name, arguments)
        if a == b:
            return TRUE if name in ("le", "ge", "eq") else FALSE
        return _with_number_on_the_right(name, a, b)
    elif name == "not":
        [inner] = arguments
        if inner in (TRUE, FALSE):
            return FALSE if inner == TRUE else TRUE
    else:
        neutral, absorbing = (TRUE, FALSE) if name == "and" else (FALSE, TRUE)
        parts = tuple(dict.fromkeys(part for part in arguments if part != neutral))
        if absorbing in parts:
            return absorbing
        return neutral if not parts else parts[0] if len(parts) == 1 else Condition(name, parts)
    return Condition(name, arguments)


def _with_number_on_the_right(name: str, a: Expr, b: Expr) -> Expr:
    """A comparison; x - 1 > 0 as x > 1, and x - y > 0 as x > y."""
    if isinstance(a, Number):
        name, a, b = MIRRORED.get(name, name), b, a
    factor, rest = coefficient(a)
    if isinstance(b, Number) and factor != 1:
        return condition(name if factor > 0 else MIRRORED.get(name, name), rest, number(b.value / factor))
    if not isinstance(b, Number) or not isinstance(a, Add) or len(a.terms) != 2:
        return Condition(name, (a, b))
    left, right = a.terms
    if isinstance(right, Number):
        right, b = ZERO, number(b.value - right.value)
    elif b != ZERO or coefficient(left)[0] * coefficient(right)[0] > 0:
        return Condition(name, (a, b))
    factor = coefficient(left)[0]
    if factor < 0:
        name, left, right, b = MIRRORED.get(name, name), -left, -right, number(-b.value)
    return Condition(name, (left, b if right == ZERO else -right))
