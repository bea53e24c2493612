"""`decimal`: Decimal as a wrapper of CPython's own, and a context of bounded precision."""

from __future__ import annotations

import decimal
import numbers
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from gradcli.engine.plain_numbers import plain_number
from gradcli.engine.settings import SwitchedSettings
from gradcli.exposure import expose_named_tuple, exposed, renamed, seal
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.runtime.format import HASHED
from gradcli.lang.runtime.types import STAND_INS, TypeProxy, stand_in
from gradcli.namespace.python.numbers.exact_number import ExactNumber

DIGITS = 5_000          # of a number and of a context's precision
EXPONENT = 20_000
ROUNDINGS = ("ROUND_CEILING", "ROUND_DOWN", "ROUND_FLOOR", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_HALF_UP",
             "ROUND_UP", "ROUND_05UP")
ALONE = ("is_nan", "is_infinite", "is_finite", "is_zero", "is_signed", "adjusted", "as_integer_ratio", "copy_abs",
         "copy_negate", "conjugate")
METHODS = ("sqrt", "exp", "ln", "log10", "normalize", "quantize", "to_integral_value", "to_integral", "compare", "max",
           "min", "fma", "remainder_near", "copy_sign", "same_quantum", "to_integral_exact", "scaleb")
PLAIN = (int, bool)


class DecimalFault(ValueFault, ArithmeticError):
    """decimal.InvalidOperation and the like: an operation has no result."""


class InvalidOperationFault(DecimalFault):
    """decimal.InvalidOperation."""


class DivisionByZeroFault(DecimalFault, ZeroDivisionError):
    """decimal.DivisionByZero."""


class OverflowFault(DecimalFault):
    """decimal.Overflow."""


KINDS: tuple[tuple[type, Any], ...] = (
    (decimal.DivisionByZero, DivisionByZeroFault), (decimal.Overflow, OverflowFault),
    (decimal.DecimalException, InvalidOperationFault))
DecimalTuple = namedtuple("DecimalTuple", "sign digits exponent")
expose_named_tuple(DecimalTuple)


@exposed("prec", "rounding", write=("prec", "rounding"))
class DecimalContext:
    """A context: how many digits results have, and how they are rounded."""

    __slots__ = ("_own",)

    def __init__(self, prec: Any = None, rounding: Any = None) -> None:
        self._own = decimal.Context(prec=28, rounding=decimal.ROUND_HALF_EVEN, Emin=-EXPONENT, Emax=EXPONENT)
        if prec is not None:
            self.prec = prec
        if rounding is not None:
            self.rounding = rounding

    @property
    def prec(self) -> int:
        """The number of digits of results."""
        return self._own.prec

    @prec.setter
    def prec(self, digits: Any) -> None:
        if type(digits) is not int or digits < 1:
            raise ValueError("valid range for prec is [1, MAX_PREC]")
        if digits > DIGITS:
            raise SizeLimit(f"decimals have at most {DIGITS} digits here")
        self._own = self._own.copy()        # a prompt that takes statements back puts the former one in its place
        self._own.prec = digits

    @property
    def rounding(self) -> str:
        """How results are rounded."""
        return self._own.rounding

    @rounding.setter
    def rounding(self, name: Any) -> None:
        if type(name) is not str or name not in ROUNDINGS:
            raise TypeError("valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   "
                            "ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]")
        self._own = self._own.copy()
        self._own.rounding = name


@exposed()
class LocalContext:
    """`decimal.localcontext()`: a context for the statements of a `with`."""

    __slots__ = ("_former", "_precision")

    def __init__(self, precision: DecimalContext) -> None:
        self._precision = precision

    def __enter__(self) -> DecimalContext:
        self._former = getcontext()
        SwitchedSettings.decimals = self._precision
        return self._precision

    def __exit__(self, *what: Any) -> None:
        SwitchedSettings.decimals = self._former


@exposed(*ALONE, *METHODS, "as_tuple", "real", "imag")
class DecimalNumber(ExactNumber):
    """`decimal.Decimal`."""

    __slots__ = ()

    def __init__(self, value: decimal.Decimal) -> None:
        if value.is_finite() and abs(value.adjusted()) > EXPONENT:
            raise SizeLimit(f"the exponents of decimals go to {EXPONENT} here")
        self._own = value

    real = property(lambda self: self)
    imag = property(lambda self: DecimalNumber(decimal.Decimal(0)))

    def as_tuple(self) -> Any:
        """Its sign, digits and exponent."""
        return DecimalTuple(*self._own.as_tuple())

    def __round__(self, digits: Any = None) -> Any:
        if digits is None:
            return round(self._own)
        if type(digits) is not int or abs(digits) > DIGITS:
            raise ArgumentFault("round() of a decimal takes a small number of digits", "round(x, 2)")
        return DecimalNumber(computed(self._own.quantize, decimal.Decimal((0, (1,), -digits)), decimal.ROUND_HALF_EVEN))

    def __formatted__(self, specification: str) -> str:
        text: str = computed(format, self._own, specification)
        return text


def computed(work: Callable[..., Any], *args: Any) -> Any:
    """`work(*args)` in the current context."""
    try:
        with decimal.localcontext(getcontext()._own):
            return work(*args)
    except decimal.DecimalException as error:
        fault = next(fault for kind, fault in KINDS if isinstance(error, kind))
        raise fault(str(error)) from None


def _operand(value: Any) -> Any:
    """A number as CPython's Decimal computes with it; None for what it does not compute with."""
    value = plain_number(value)
    if type(value) in PLAIN and value.bit_length() > 3 * DIGITS:
        raise SizeLimit(f"a number beside a decimal has at most {DIGITS} digits here")
    return value._own if type(value) is DecimalNumber else value if type(value) in PLAIN else None


def _result(value: Any) -> Any:
    if type(value) is decimal.Decimal:
        return DecimalNumber(value)
    return tuple(map(_result, value)) if type(value) is tuple else value


def _operator(name: str, floats: bool) -> Callable[..., Any]:
    work = getattr(decimal.Decimal, name)

    def operate(self: DecimalNumber, *others: Any) -> Any:
        values = map(plain_number, others)
        operands = [other if floats and type(other) is float else _operand(other) for other in values]
        return NotImplemented if None in operands else _result(computed(work, self._own, *operands))

    return renamed(operate, name)


def _method(name: str) -> Callable[..., Any]:
    work = getattr(decimal.Decimal, name)

    def method(self: DecimalNumber, *others: Any, rounding: Any = None) -> Any:
        operands = [other if type(other) is str and other in ROUNDINGS else _operand(other) for other in others]
        if None in operands or not (rounding is None or (type(rounding) is str and rounding in ROUNDINGS)):
            raise TypeError("conversion from that value to Decimal is not supported")
        options = {} if rounding is None else {"rounding": rounding}
        return _result(computed(lambda: work(self._own, *operands, **options)))

    method.__name__, method.__qualname__ = name, f"Decimal.{name}"
    return method


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod",
              "rmod", "divmod", "rdivmod", "pow", "rpow", "neg", "pos", "abs", "eq", "lt", "le", "gt", "ge"):
    setattr(DecimalNumber, f"__{_name}__", _operator(f"__{_name}__", _name in ("eq", "lt", "le", "gt", "ge")))
for _name in (*ALONE, *METHODS):
    setattr(DecimalNumber, _name, _method(_name))
seal(DecimalNumber)
DecimalNumber.__name__ = "decimal.Decimal"     # as messages call it
HASHED.add(DecimalNumber)


def _make(value: Any = "0", context: Any = None) -> DecimalNumber:
    """A decimal of a whole number, of a float, exactly, or of a text such as "1.10"."""
    value = plain_number(value)
    if type(value) is str and len(value) > DIGITS:
        raise SizeLimit(f"decimals have at most {DIGITS} digits here")
    if type(value) is float:
        return DecimalNumber(decimal.Decimal(value))
    operand = value if type(value) is str else _operand(value)
    if operand is None:
        raise TypeError(f"conversion from {type(value).__name__} to Decimal is not supported")
    return DecimalNumber(computed(decimal.Decimal, operand))


def getcontext() -> DecimalContext:
    """The context in force."""
    if SwitchedSettings.decimals is None:
        SwitchedSettings.decimals = DecimalContext()
    context: DecimalContext = SwitchedSettings.decimals
    return context


def setcontext(context: Any, /) -> None:
    """Put a context in force."""
    SwitchedSettings.decimals = _context(context)


def localcontext(ctx: Any = None, *, prec: Any = None, rounding: Any = None) -> LocalContext:
    """A copy of a context for the statements of a `with`."""
    former = getcontext() if ctx is None else _context(ctx)
    return LocalContext(DecimalContext(former.prec if prec is None else prec,
                                  former.rounding if rounding is None else rounding))


def _context(value: Any) -> DecimalContext:
    if type(value) is not DecimalContext:
        raise TypeError("optional argument must be a context")
    return value


Decimal = stand_in("decimal.Decimal", DecimalNumber, _make, {"from_float": _make})
STAND_INS[InvalidOperationFault] = InvalidOperation = TypeProxy("decimal.InvalidOperation", (InvalidOperationFault,))
STAND_INS[DivisionByZeroFault] = DivisionByZero = TypeProxy("decimal.DivisionByZero", (DivisionByZeroFault,))
STAND_INS[OverflowFault] = Overflow = TypeProxy("decimal.Overflow", (OverflowFault,))
DecimalException = TypeProxy("decimal.DecimalException", (DecimalFault,))
DecimalContext.__name__ = "decimal.Context"
Context = TypeProxy("decimal.Context", (DecimalContext,), DecimalContext)


def __getattr__(name: str) -> Any:
    if name in ROUNDINGS:
        return name
    raise AttributeError(name)
numbers.Number.register(DecimalNumber)
