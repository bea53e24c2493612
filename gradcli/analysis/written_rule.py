"""Gradient rules written out: run on a `Formula`, a rule computes its number and says how.

A rule uses operators, functions of `F`, shapes and plain numbers, and is told neither whether these are arrays
nor Variables. Given formulas, each an array with the words for it, the same rule yields both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import TABLE, raw
from gradcli.engine.tensor.tensor import Tensor

ATOM, POWER, SIGN, PRODUCT, SUM, COMPARED, ALONE = range(7)     # how tightly words are bound, the tightest first


class Formula:
    """An array and the words for it; `bound` says which operators may stand beside them without brackets."""

    __slots__ = ("bound", "value", "words")

    def __init__(self, words: str, value: Any, bound: int = ATOM) -> None:
        self.words, self.value, self.bound = words, value, bound

    def within(self, bound: int) -> str:
        """The words, in brackets where operators of this tightness stand beside them."""
        return self.words if self.bound <= bound else f"({self.words})"

    def __getattr__(self, name: str) -> Any:
        """What rules ask of an array: its shape, its type."""
        return getattr(self.value, name)

    def __neg__(self) -> Formula:
        return Formula(f"-{self.within(SIGN)}", -self.value, SIGN)

    def __getitem__(self, index: Any) -> Formula:
        return Formula(f"{self.within(ATOM)}[{_indexed(index)}]", self.value[bare(index)])

    def __pow__(self, other: Any) -> Formula:
        return Formula(f"{self.within(ATOM)}**{_term(other).within(SIGN)}", self.value ** bare(other), POWER)

    def __rpow__(self, other: Any) -> Formula:
        return _term(other) ** self

    def __bool__(self) -> bool:
        return bool(self.value)


def _binary(sign: str, bound: int, right: int, compute: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    def forth(self: Formula, other: Any) -> Formula:
        return _joined(self, _term(other))

    def back(self: Formula, other: Any) -> Formula:
        return _joined(_term(other), self)

    def _joined(a: Formula, b: Formula) -> Formula:
        return _simple(sign, a, b) or Formula(f"{a.within(bound)}{sign}{b.within(right)}", compute(a.value, b.value),
                                             bound)

    return forth, back


def _simple(sign: str, a: Formula, b: Formula) -> Formula | None:
    """The other factor, where one is the number 1."""
    if sign == " * ":
        for one, other in ((a, b), (b, a)):
            if one.words in ("1", "1.0") and np.ndim(one.value) == 0:
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


class Words:
    """`F` for rules that are written out; `unusual` are the operations called that programs do not have."""

    def __init__(self) -> None:
        self.unusual: dict[str, str] = {}   # by name, what they compute

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(raw, name)

        def call(*args: Any, **options: Any) -> Any:
            if name == "cast" and args[0].dtype == args[1]:
                return args[0]
            result = function(*map(bare, args), **{key: bare(value) for key, value in options.items()})
            told = [*(_said(arg) for arg in args), *(f"{key}={_said(value)}" for key, value in options.items())]
            words = f"{name}({', '.join(told)})"
            if name in TABLE and not TABLE[name].function and name not in vars(Tensor) and name != "cast":
                self.unusual[name] = " ".join((TABLE[name].__doc__ or "").split("\n\n")[0].split())
            if type(result) is tuple:
                return tuple(Formula(f"{words}[{n}]", each) for n, each in enumerate(result))
            return Formula(words, result) if isinstance(result, np.ndarray | np.generic) else result

        return call


def bare(value: Any) -> Any:
    """What rules would hold in place of a formula."""
    if isinstance(value, Formula):
        return value.value
    if type(value) in (tuple, list):
        return type(value)(map(bare, value))
    return value


def _term(value: Any) -> Formula:
    if isinstance(value, Formula):
        return value
    words = brief(value)
    return Formula(words, value, SIGN if words.startswith("-") else ATOM)


def _said(value: Any) -> str:
    if isinstance(value, Formula):
        return value.words
    if type(value) is tuple:
        return f"({', '.join(map(_said, value))}{',' * (len(value) == 1)})"
    if type(value) is list:
        return f"[{', '.join(map(_said, value))}]"
    return brief(value)


def _indexed(index: Any) -> str:
    def one(each: Any) -> str:
        if isinstance(each, slice):
            start, stop, step = ("" if end is None else str(end) for end in (each.start, each.stop, each.step))
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return "..." if each is Ellipsis else _said(each)

    return ", ".join(map(one, index)) if isinstance(index, tuple) else one(index)


MANY = 8    # elements: of more, only the size is told


def brief(value: Any, precision: int | None = None) -> str:
    """A value in few words: numbers with six digits or `precision` after the point, larger arrays by their size."""
    if isinstance(value, np.ndarray | np.generic):
        if value.size > MANY:
            return f"<{'x'.join(map(str, value.shape))} values>"
        return _listed(value.tolist(), precision)
    if isinstance(value, float):
        return f"{value:.6g}" if precision is None else f"{value:.{precision}f}"
    if isinstance(value, np.dtype):
        return value.name
    return str(value)


def _listed(value: Any, precision: int | None) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_listed(each, precision) for each in value)}]"
    return brief(value, precision)
