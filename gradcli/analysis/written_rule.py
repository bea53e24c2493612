"""Gradient rules as text: a rule that runs on a `Formula` computes the value and the formula for it.

A rule uses operators, functions of `F`, shapes and plain numbers, and works on arrays and on Variables. A Formula is
an array with its text, so the same rule yields both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.analysis.short_text import short_text
from gradcli.engine.autograd.op import TABLE, raw
from gradcli.engine.tensor.tensor import Tensor

ATOM, POWER, SIGN, PRODUCT, SUM, COMPARED, ALONE = range(7)     # precedences, the tightest first


class Formula:
    """An array and its text; `bound` is the precedence of the outermost operator in the text."""

    __slots__ = ("bound", "text", "value")

    def __init__(self, text: str, value: Any, bound: int = ATOM) -> None:
        self.text, self.value, self.bound = text, value, bound

    def operand(self, bound: int) -> str:
        """The text as an operand of an operator with this precedence: in parentheses where it needs them."""
        return self.text if self.bound <= bound else f"({self.text})"

    def __getattr__(self, name: str) -> Any:
        """An attribute of the array, such as its shape and dtype."""
        return getattr(self.value, name)

    def __neg__(self) -> Formula:
        return Formula(f"-{self.operand(SIGN)}", -self.value, SIGN)

    def __getitem__(self, index: Any) -> Formula:
        return Formula(f"{self.operand(ATOM)}[{_indexed(index)}]", self.value[unwrapped(index)])

    def __pow__(self, other: Any) -> Formula:
        return Formula(f"{self.operand(ATOM)}**{term_of(other).operand(SIGN)}", self.value ** unwrapped(other), POWER)

    def __rpow__(self, other: Any) -> Formula:
        return term_of(other) ** self

    def __bool__(self) -> bool:
        return bool(self.value)


def _binary(sign: str, bound: int, right: int, compute: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    def forth(self: Formula, other: Any) -> Formula:
        return _joined(self, term_of(other))

    def back(self: Formula, other: Any) -> Formula:
        return _joined(term_of(other), self)

    def _joined(a: Formula, b: Formula) -> Formula:
        return _simple(sign, a, b) or Formula(f"{a.operand(bound)}{sign}{b.operand(right)}", compute(a.value, b.value),
                                             bound)

    return forth, back


def _simple(sign: str, a: Formula, b: Formula) -> Formula | None:
    """The other factor of a product, where one is the number 1; else None."""
    if sign == " * ":
        for one, other in ((a, b), (b, a)):
            if one.text in ("1", "1.0") and np.ndim(one.value) == 0:
                return other
    return None


for _name, _sign, _bound, _right, _compute in (
        ("add", " + ", SUM, SUM, np.add), ("sub", " - ", SUM, PRODUCT, np.subtract),
        ("mul", " * ", PRODUCT, PRODUCT, np.multiply), ("truediv", " / ", PRODUCT, SIGN, np.divide),
        ("lt", " < ", COMPARED, SUM, np.less), ("le", " <= ", COMPARED, SUM, np.less_equal),
        ("gt", " > ", COMPARED, SUM, np.greater), ("ge", " >= ", COMPARED, SUM, np.greater_equal),
        ("eq", " == ", COMPARED, SUM, np.equal), ("ne", " != ", COMPARED, SUM, np.not_equal)):
    _forth, _back = _binary(_sign, _bound, _right, _compute)
    setattr(Formula, f"__{_name}__", _forth)
    if _bound != COMPARED:
        setattr(Formula, f"__r{_name}__", _back)


class FormulaOps:
    """The `F` with which rules yield formulas; `unusual` describes the internal operations that they call."""

    def __init__(self) -> None:
        self.unusual: dict[str, str] = {}   # by name, what they compute

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(raw, name)

        def call(*args: Any, **options: Any) -> Any:
            if name == "cast" and args[0].dtype == args[1]:
                return args[0]
            result = function(*map(unwrapped, args), **{key: unwrapped(value) for key, value in options.items()})
            arguments = [*map(_render, args), *(f"{key}={_render(value)}" for key, value in options.items())]
            text = f"{name}({', '.join(arguments)})"
            if name in TABLE and not TABLE[name].function and name not in vars(Tensor) and name != "cast":
                self.unusual[name] = " ".join((TABLE[name].__doc__ or "").split("\n\n")[0].split())
            if type(result) is tuple:
                return tuple(Formula(f"{text}[{n}]", item) for n, item in enumerate(result))
            return Formula(text, result) if isinstance(result, np.ndarray | np.generic) else result

        return call


def unwrapped(value: Any) -> Any:
    """`value` with the array in place of every Formula."""
    if isinstance(value, Formula):
        return value.value
    if type(value) in (tuple, list):
        return type(value)(map(unwrapped, value))
    return value


def term_of(value: Any) -> Formula:
    """A value as a formula: a number or an array by its digits."""
    if isinstance(value, Formula):
        return value
    text = short_text(value)
    return Formula(text, value, SIGN if text.startswith("-") else ATOM)


def _render(value: Any) -> str:
    if isinstance(value, Formula):
        return value.text
    if type(value) is tuple:
        return f"({', '.join(map(_render, value))}{',' * (len(value) == 1)})"
    if type(value) is list:
        return f"[{', '.join(map(_render, value))}]"
    return short_text(value)


def _indexed(index: Any) -> str:
    def one(item: Any) -> str:
        if isinstance(item, slice):
            start, stop, step = ("" if end is None else str(end) for end in (item.start, item.stop, item.step))
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return "..." if item is Ellipsis else _render(item)

    return ", ".join(map(one, index)) if isinstance(index, tuple) else one(index)
