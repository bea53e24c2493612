"""`fractions.Fraction`: a wrapper of CPython's own, whose terms have at most BITS binary digits."""

from __future__ import annotations

import fractions
import numbers
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gradcli.engine.plain_numbers import plain_number
from gradcli.exposure import exposed, renamed
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.format import HASHED
from gradcli.lang.runtime.types import stand_in
from gradcli.namespace.python.numbers.decimals import DecimalNumber
from gradcli.namespace.python.numbers.exact_number import ExactNumber
from gradcli.namespace.python.wrapper import expose_own

BITS = 50_000
LONGEST = 10_000
EXPONENT = re.compile(r"[eE][+-]?[0_]*([\d_]*)\s*$")        # of a text, without its leading zeros
PLAIN = (int, float, complex, bool)


class LongTerms(SizeLimit):
    """The terms of a fraction are too long."""

    def __init__(self) -> None:
        super().__init__(f"the terms of a fraction have at most {BITS} binary digits here")


@exposed("numerator", "denominator", "limit_denominator", "as_integer_ratio", "real", "imag", "conjugate")
class Rational(ExactNumber):
    """`fractions.Fraction`."""

    __slots__ = ()

    def __init__(self, value: fractions.Fraction) -> None:
        if value.numerator.bit_length() > BITS or value.denominator.bit_length() > BITS:
            raise LongTerms
        self._own = value

    real = property(lambda self: self)
    imag = property(lambda self: 0)

    def conjugate(self) -> Rational:
        """The number itself."""
        return self

    def limit_denominator(self, max_denominator: Any = 1_000_000) -> Rational:
        """The closest fraction with a denominator of at most `max_denominator`."""
        if type(max_denominator) is not int:
            raise ArgumentFault("limit_denominator() takes a whole number", "x.limit_denominator(100)")
        return Rational(self._own.limit_denominator(max_denominator))

    def as_integer_ratio(self) -> tuple[int, int]:
        """Its numerator and denominator."""
        return self._own.as_integer_ratio()

    def __round__(self, digits: Any = None) -> Any:
        if digits is None:
            return round(self._own)
        if type(digits) is not int or abs(digits) > LONGEST:
            raise ArgumentFault("round() of a fraction takes a small number of digits", "round(x, 2)")
        return Rational(round(self._own, digits))

    def __pow__(self, exponent: Any) -> Any:
        operand = _operand(exponent)
        if operand is None:
            return float(self._own) ** exponent     # as CPython's own
        if type(operand) in (float, complex) or operand.denominator != 1:
            return _result(float(self._own) ** (operand if type(operand) is complex else float(operand)))
        largest = max(self._own.numerator.bit_length(), self._own.denominator.bit_length())
        if largest > 1 and largest * abs(operand.numerator) > 2 * BITS:
            raise LongTerms
        return _result(self._own ** operand.numerator)

    def __rpow__(self, base: Any) -> Any:
        operand = _operand(base)
        if operand is None:     # as CPython's own
            return base ** (self._own.numerator if self._own.denominator == 1 else float(self._own))
        if self._own.denominator == 1 and type(operand) not in (float, complex):
            power: Any = Rational(fractions.Fraction(operand)) ** self
            return int(power) if type(operand) in (int, bool) and self._own >= 0 else power
        return _result((operand if type(operand) is complex else float(operand)) ** float(self._own))


def _operand(value: Any) -> Any:
    """A number as CPython's Fraction computes with it; None for what is no number."""
    value = plain_number(value)
    return value._own if type(value) is Rational else value if type(value) in PLAIN else None


def _result(value: Any) -> Any:
    if type(value) is fractions.Fraction:
        return Rational(value)
    return tuple(map(_result, value)) if type(value) is tuple else value


def _operator(name: str) -> Callable[..., Any]:
    work = getattr(fractions.Fraction, name)

    def operate(self: Rational, *others: Any) -> Any:
        operands = [_operand(other) for other in others]
        if None in operands:
            return NotImplemented
        if type(operands[0] if operands else 0) is int and operands and operands[0].bit_length() > BITS:
            raise SizeLimit(f"a number beside a fraction has at most {BITS} binary digits here")
        return _result(work(self._own, *operands))

    return renamed(operate, name)


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod",
              "rmod", "divmod", "rdivmod", "neg", "pos", "abs", "eq", "lt", "le", "gt", "ge"):
    setattr(Rational, f"__{_name}__", _operator(f"__{_name}__"))
expose_own(Rational, "numerator", "denominator")
Rational.__name__ = "Fraction"      # as messages call it
HASHED.add(Rational)


def _is_long(term: Any) -> bool:
    """Whether a whole number, a decimal or a text makes a fraction with terms that are too long."""
    if type(term) is str:
        exponent = EXPONENT.search(term) if len(term) <= LONGEST else None
        digits = exponent[1].replace("_", "") if exponent is not None else ""
        return len(term) > LONGEST or len(digits) > len(str(LONGEST)) or int(digits or "0") > LONGEST
    if type(term) is Decimal:
        return term.is_finite() and abs(term.adjusted()) > LONGEST
    return type(term) is int and term.bit_length() > BITS


def _make(numerator: Any = 0, denominator: Any = None) -> Rational:
    """A fraction of whole numbers, of a float, of a decimal, or of a text such as "3/4"."""
    terms: list[Any] = []
    for term in (numerator, denominator):
        operand = term._own if type(term) in (Rational, DecimalNumber) else plain_number(term)
        if _is_long(operand):
            raise LongTerms
        if type(operand) not in (*PLAIN, str, type(None), Decimal, fractions.Fraction):
            raise TypeError("argument should be a string or a Rational instance")
        terms.append(operand)
    return Rational(fractions.Fraction(*terms))


Fraction = stand_in("fractions.Fraction", Rational, _make, {
    "from_float": _make, "from_decimal": _make})
numbers.Rational.register(Rational)
