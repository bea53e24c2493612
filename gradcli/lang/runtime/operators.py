"""The operators that can allocate without bound or format text: `+`, `*`, `**`, `<<`, `%` (rule R11).

Tensors and floats pass through after one check of a type. The size of a result is computed and checked before the
result is made; a product of ints is checked afterwards, since it has at most twice as many digits as its factors.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.mistakes import SizeLimit
from gradcli.lang.budget import COUNTED, Budget
from gradcli.lang.runtime.format import Formatter

SEQUENCES = frozenset({str, list, tuple})
INTEGERS = frozenset({int, bool})


def operators(formatter: Formatter, budget: Budget) -> dict[str, Any]:
    """The guards of these operators, and of their in-place forms, by runtime name."""
    from gradcli.lang.runtime.templates import percent


    def check_joined(a: Any, b: Any) -> None:
        if type(b) is type(a) or (type(a) is list and type(b) in SEQUENCES) or isinstance(b, tuple):
            (budget.check_characters if type(a) is str else budget.check_items)(len(a) + len(b))

    quick: set[type] = {int, float, bool}       # types that are not sequences

    def add(a: Any, b: Any) -> Any:
        kind = type(a)
        if kind in quick:
            return a + b
        if kind is list and type(b) is list and len(a) + len(b) <= budget.items:
            return a + b
        if kind is str and type(b) is str and len(a) + len(b) <= budget.characters:
            return a + b
        if isinstance(a, str | list | tuple):
            check_joined(a, b)
        else:
            quick.add(type(a))
        return a + b

    def iadd(a: Any, b: Any) -> Any:
        kind = type(a)
        if kind in quick or kind is list and type(b) is list and len(a) + len(b) <= budget.items:
            a += b
            return a
        if kind is str and type(b) is str and len(a) + len(b) <= budget.characters:
            return a + b
        if not isinstance(a, str | list | tuple):
            quick.add(kind)
        else:
            check_joined(a, b)
            if type(a) is list and type(b) not in SEQUENCES:
                b = [*itertools.islice(b, budget.items + 1)]
                budget.check_items(len(a) + len(b))
        a += b
        return a

    simple: set[type] = {float}     # types that are neither sequences nor whole numbers

    def with_whole_count(a: Any, b: Any) -> tuple[Any, Any]:
        """Both operands, where an object that repeats a sequence is replaced by its `__index__`, called once."""
        for sequence, times in ((a, b), (b, a)):
            kind = type(times)
            if isinstance(sequence, str | list | tuple) and kind not in INTEGERS and (
                    hasattr(kind, "__index__")) and not hasattr(kind, "__rmul__" if sequence is a else "__mul__"):
                count = operator.index(times)
                return (a, count) if sequence is a else (count, b)
        return a, b

    def special_product(a: Any, b: Any, multiply: Callable[[Any, Any], Any]) -> Any:
        """sequence * object, or object * sequence, by __rmul__ or __mul__ of a program's class that has __index__."""
        for sequence, times, name in ((a, b, "__rmul__"), (b, a, "__mul__")):
            kind = type(times)
            if PROGRAM_MADE in kind.__dict__ and hasattr(kind, "__index__") and hasattr(kind, name) and (
                            type(sequence) in SEQUENCES or getattr(type(sequence), "__mul__", None) is tuple.__mul__):
                product = getattr(kind, name)(times, sequence)
                return product if product is not NotImplemented else multiply(sequence, operator.index(times))
        return NotImplemented

    def check_repeat(a: Any, b: Any) -> None:
        if type(b) not in INTEGERS:
            a, b = b, a
        if type(b) in INTEGERS and b > 1:
            if type(a) is str:
                budget.check_characters(len(a) * b)
            elif type(a) is list or isinstance(a, tuple):
                budget.check_items(len(a) * b)

    def count_of(sequence: Any, times: Any) -> int | None:
        """How often an object says that a sequence is repeated: one that is a whole number but multiplies no sequence,
        as a tensor of one is. None for other operands."""
        kind = type(times)
        if type(sequence) in SEQUENCES and kind not in INTEGERS and hasattr(kind, "__index__") and (
                PROGRAM_MADE not in kind.__dict__):
            try:
                return operator.index(times)
            except TypeError:
                pass
        return None

    def repeated(a: Any, b: Any) -> Any:
        """A sequence as often as the other operand says; NotImplemented for other operands."""
        for sequence, times in ((a, b), (b, a)):
            if (count := count_of(sequence, times)) is not None:
                check_repeat(sequence, count)
                return sequence * count
        return NotImplemented

    def mul(a: Any, b: Any) -> Any:
        left = type(a)
        if left is int and type(b) is int:
            product = a * b
            if -0x3fffffff < product < 0x3fffffff:
                return product
            return judged(product)
        if left in simple:
            return a * b
        if left not in INTEGERS and not isinstance(a, str | list | tuple):
            simple.add(left)
        if type(b) is not float:
            if type(b) not in INTEGERS:
                if (product := special_product(a, b, mul)) is not NotImplemented:
                    return product
                a, b = with_whole_count(a, b)
            check_repeat(a, b)
        try:
            return a * b
        except TypeError:
            if (product := repeated(a, b)) is NotImplemented:
                raise
            return product

    def imul(a: Any, b: Any) -> Any:
        left = type(a)
        if left is int and type(b) is int:
            return mul(a, b)
        if left in simple:
            a *= b
            return a
        if left not in INTEGERS and not isinstance(a, str | list | tuple):
            simple.add(left)
        if (product := special_product(a, b, imul)) is not NotImplemented:
            return product
        if (count := count_of(a, b)) is not None:
            b = count
        a, b = with_whole_count(a, b)
        if type(a) in INTEGERS or type(b) in INTEGERS:
            check_repeat(a, b)
        a *= b
        return a

    def check_power(a: Any, b: Any) -> None:
        if type(a) in INTEGERS and type(b) in INTEGERS and b > 1 and not -2 < a < 2:
            budget.check_bits((a.bit_length() - 1) * b)     # at least so many, at most twice

    def judged(result: Any) -> Any:
        if type(result) is int and not -0x3fffffff < result < 0x3fffffff:
            budget.check_bits(result.bit_length())
        return result

    def power(a: Any, b: Any) -> Any:
        left = type(a)
        if left is float:
            result = a ** b
            return result if type(result) is float else judged(result)
        if left is int and type(b) is int and 0 <= b <= 64 and -0x3fffffff < a < 0x3fffffff:
            result = a ** b
            return result if -0x3fffffff < result < 0x3fffffff else judged(result)
        if left is int or left is bool:
            check_power(a, b)
            return judged(a ** b)
        return a ** b

    def ipower(a: Any, b: Any) -> Any:
        if type(a) in (int, float, bool):
            return power(a, b)
        a **= b
        return a

    def check_shift(a: Any, b: Any) -> None:
        if type(a) in INTEGERS and type(b) in INTEGERS and a and b > 0:
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
            return percent(formatter, a, b)
        return a % b

    def imod(a: Any, b: Any) -> Any:
        if type(a) is str:
            return percent(formatter, a, b)
        a %= b
        return a

    return {".add": add, ".iadd": iadd, ".mul": mul, ".imul": imul, ".pow": power, ".ipow": ipower, ".shl": shift_left,
            ".ishl": ishift_left, ".mod": mod, ".imod": imod,
            ".item_update": lambda value: ItemUpdate(value, imul, ipower, ishift_left, imod, iadd)}


def checked_sum(a: Any, b: Any) -> Any:
    """a + b for values of a program, called from library code; SizeLimit beyond the default budget."""
    if isinstance(a, str | list | tuple) and isinstance(b, str | list | tuple):
        most = Budget.characters if isinstance(a, str) else Budget.items
        if len(a) + len(b) > most:
            raise SizeLimit(f"that would make more than {most} {'characters' if isinstance(a, str) else 'items'}")
    return a + b


class SizedSlice:
    """The target of `values[a:b] = new` where `values` is a list: counts `new` before the list takes it in."""

    __slots__ = ("_budget", "_value")

    def __init__(self, budget: Budget, value: Any) -> None:
        self._budget, self._value = budget, value

    def __getitem__(self, key: Any) -> Any:
        return self._value[key]

    def __delitem__(self, key: Any) -> None:
        del self._value[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is slice:
            value = self._budget.bounded_if_iterable(value)
            if isinstance(value, Iterator):
                value = list(value)
            if type(value) in COUNTED:
                self._budget.check_items(len(self._value) + len(value) - len(self._value[key]))
        self._value[key] = value


def slice_assignment(budget: Budget) -> dict[str, Any]:
    """The runtime helpers `.slice_target` and `.setitem`: a slice of a list is assigned a list, and nothing else.

    An iterator of the program that runs during the assignment could shorten the list, and Python 3.11 would write
    behind its end.
    """
    def holder(value: Any) -> Any:
        return SizedSlice(budget, value) if type(value) is list else value

    def put(new: Any, value: Any, key: Any) -> None:
        if type(key) is slice and type(value) is list:
            SizedSlice(budget, value)[key] = new
        else:
            value[key] = new

    return {".slice_target": holder, ".setitem": put}


class ItemUpdate:
    """A container whose items are changed in place by the guards: the target of `a[i] *= 2`."""

    __slots__ = ("_guards", "_value")

    def __init__(self, value: Any, *guards: Callable[[Any, Any], Any]) -> None:
        self._value, self._guards = value, guards

    def __getitem__(self, key: Any) -> ItemValue:
        return ItemValue(self._value[key], self._guards)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._value[key] = value


class ItemValue:
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

    def __iadd__(self, other: Any) -> Any:
        return self._guards[4](self._value, other)
