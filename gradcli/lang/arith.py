"""The operators that can allocate without bound or format text: `*`, `**`, `<<`, `%` (rule R11).

Tensors and floats pass through each after one look at a type. Sizes are worked out before
anything is made; a product of whole numbers is judged afterwards, being at most twice as long
as its factors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.errors import LimitFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.lang.format import Formatter

SEQUENCES = frozenset({str, list, tuple})
WHOLE = frozenset({int, bool})
SMALL = 1 << 60


def operators(formatter: Formatter, budget: Budget) -> dict[str, Any]:
    """The guards of these operators, and of their in-place forms, by runtime name."""
    percent = formatter.percent

    def check_repeat(a: Any, b: Any) -> None:
        if type(b) in SEQUENCES:
            a, b = b, a
        if type(b) in WHOLE and b > 1:
            if type(a) is str:
                budget.check_characters(len(a) * b)
            else:
                budget.check_items(len(a) * b)

    def mul(a: Any, b: Any) -> Any:
        if type(a) in SEQUENCES or type(b) in SEQUENCES:
            check_repeat(a, b)
        product = a * b
        if type(product) is int and not -SMALL < product < SMALL:
            budget.check_bits(product.bit_length())
        return product

    def imul(a: Any, b: Any) -> Any:
        if type(a) in SEQUENCES or type(b) in SEQUENCES:
            check_repeat(a, b)
        a *= b
        if type(a) is int and not -SMALL < a < SMALL:
            budget.check_bits(a.bit_length())
        return a

    def check_power(a: Any, b: Any) -> None:
        if type(a) in WHOLE and type(b) in WHOLE and b > 1 and not -2 < a < 2:
            if b > budget.bits:
                raise LimitFault(f"the result would have more than {budget.bits} binary digits")
            budget.check_bits((a.bit_length() - 1) * b)     # at least so many, at most twice

    def judged(result: Any) -> Any:
        if type(result) is complex:
            raise ValueFault("a negative number has no real root of that kind")
        if type(result) is int and not -SMALL < result < SMALL:
            budget.check_bits(result.bit_length())
        return result

    def power(a: Any, b: Any) -> Any:
        if type(a) is int or type(a) is float or type(a) is bool:
            check_power(a, b)
            return judged(a ** b)
        return a ** b

    def ipower(a: Any, b: Any) -> Any:
        if type(a) is int or type(a) is float or type(a) is bool:
            check_power(a, b)
            return judged(a ** b)
        a **= b
        return a

    def check_shift(a: Any, b: Any) -> None:
        if type(a) in WHOLE and type(b) in WHOLE and a and b > 0:
            budget.check_bits(a.bit_length() + b)

    def shift_left(a: Any, b: Any) -> Any:
        check_shift(a, b)
        return a << b

    def ishift_left(a: Any, b: Any) -> Any:
        check_shift(a, b)
        a <<= b
        return a

    def mod(a: Any, b: Any) -> Any:
        if type(a) is str:
            return percent(a, b)
        return a % b

    def imod(a: Any, b: Any) -> Any:
        if type(a) is str:
            return percent(a, b)
        a %= b
        return a

    return {".mul": mul, ".imul": imul, ".pow": power, ".ipow": ipower, ".shl": shift_left,
            ".ishl": ishift_left, ".mod": mod, ".imod": imod,
            ".wary": lambda value: Wary(value, imul, ipower, ishift_left, imod)}


class Wary:
    """A container whose items are changed in place by the guards: the target of `a[i] *= 2`."""

    __slots__ = ("_guards", "_value")

    def __init__(self, value: Any, *guards: Callable[[Any, Any], Any]) -> None:
        self._value, self._guards = value, guards

    def __getitem__(self, key: Any) -> Item:
        return Item(self._value[key], self._guards)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._value[key] = value


class Item:
    """A value about to be changed in place."""

    __slots__ = ("_guards", "_value")

    def __init__(self, value: Any, guards: tuple[Callable[[Any, Any], Any], ...]) -> None:
        self._value, self._guards = value, guards

    def __imul__(self, other: Any) -> Any:
        return self._guards[0](self._value, other)

    def __ipow__(self, other: Any) -> Any:
        return self._guards[1](self._value, other)

    def __ilshift__(self, other: Any) -> Any:
        return self._guards[2](self._value, other)

    def __imod__(self, other: Any) -> Any:
        return self._guards[3](self._value, other)
