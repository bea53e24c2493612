"""What a program sees as modules and as types: namespaces that hold just what programs may use."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from operator import index
from types import FunctionType, MappingProxyType
from typing import Any

from gradcli.engine.autograd.op import short, traced
from gradcli.engine.random.python_stream import DRAWING
from gradcli.engine.tensor.dtypes import DType, Typed
from gradcli.engine.tensor.tensor_types import TensorType
from gradcli.exposure import admitting, exposed, register
from gradcli.faults.mistakes import SizeLimit
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import Kind, methods_of


@exposed()
class Namespace:
    """What a program sees as a module: some names, and nothing that reaches elsewhere.

    `operations` are names by which `fetch` finds something, by the name it has here; each arrives when first
    asked for.
    """

    def __init__(self, name: str, operations: dict[str, str] | None = None,
                 fetch: Callable[[str], Any] | None = None, /, **names: Any) -> None:
        register(names.values())
        self.__dict__.update({name: _held(value) for name, value in names.items()})
        self.__dict__[".name"] = name
        self.__dict__[".operations"] = operations or {}
        self.__dict__[".fetch"] = fetch or operation

    def __getattr__(self, name: str) -> Any:
        full = self.__dict__[".operations"].get(name)
        if full is None:
            raise AttributeError(f"{self!r} has no {name}", name=name, obj=self)
        fetch = self.__dict__[".fetch"]
        value = fetch(full)
        value = self.__dict__[name] = value if fetch is operation else _held(value)
        return value

    def __repr__(self) -> str:
        return f"<module '{self.__dict__['.name']}'>"


Namespace.__name__ = "module"       # as messages call it


def _held(value: Any) -> Any:
    """A member of a namespace as programs hold it: the results of functions pass the gate."""
    return admitting(value) if type(value) is FunctionType else value


def operation(full: str) -> Any:
    """The operation of the table with this full name."""
    return getattr(traced, short(full))


class Arriving(Kind):
    """A Kind whose one type arrives when it is first asked for."""

    __slots__ = ("_fetch",)

    def __init__(self, name: str, fetch: Callable[[], type]) -> None:
        self._name, self._fetch = name, fetch

    @property
    def _types(self) -> tuple[type, ...]:   # type: ignore[override]
        return (self._fetch(),)

    @property
    def _call(self) -> Callable[..., Any]:  # type: ignore[override]
        return self._fetch()


def names_in(space: Namespace) -> Iterable[str]:
    """The public names of a namespace."""
    return (name for name in {**vars(space)[".operations"], **vars(space)} if not name.startswith("."))


class _Holding(type):
    """A type whose instances are the tensors of one tensor class."""

    holder: TensorType

    def __instancecheck__(cls, value: object) -> bool:
        return cls.holder.holds(value)


class TensorKind(Kind, Typed):
    """`torch.FloatTensor`: makes tensors, names their element type, recognises them."""

    __slots__ = ("holder",)

    def __init__(self, name: str, holder: TensorType,
                 methods: Mapping[str, Callable[..., Any]] = MappingProxyType({})) -> None:
        super().__init__(name, (_Holding(name, (), {"holder": holder}),), holder, methods)
        self.holder = holder

    @property
    def tensor_dtype(self) -> DType:
        """The element type it stands for."""
        return self.holder.tensor_dtype


class NumberKind(Kind, Typed):
    """`int`, `float` and `bool`, which also name the element types that go with them."""

    __slots__ = ("tensor_dtype",)

    def __init__(self, plain: Kind, dtype: DType) -> None:
        super().__init__(plain._name, plain._types, plain._call, methods_of(plain))
        self.tensor_dtype = dtype


NumberKind.__name__ = "type"      # as Python's messages call it

MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs "
    "floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt ldexp lgamma log log10 log1p "
    "log2 modf nan nextafter pi radians remainder sin sinh sqrt tan tanh tau trunc ulp").split()
FACTORIAL_LIMIT = 20_000


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of whole numbers whose results grow fast, for numbers that are not too large."""

    def bounded(*args: int) -> Any:
        numbers = [index(a) for a in args]
        if any(number > FACTORIAL_LIMIT for number in numbers):
            raise SizeLimit(f"{function.__name__}() takes numbers up to {FACTORIAL_LIMIT} here")
        return function(*numbers)

    bounded.__name__ = bounded.__qualname__ = function.__name__
    return bounded


def _product(iterable: Iterable[Any], /, *, start: Any = 1) -> Any:
    """The product of all values."""
    product = _factor(start)
    for value in iterable:
        product = _judged(product * _factor(value), "prod")
    return product


def _factor(value: Any) -> Any:
    """`value`, unless multiplying would repeat it."""
    if isinstance(value, str | list | tuple):
        raise TypeError(f"prod() multiplies numbers and tensors, not a {type(value).__name__}")
    return value


def _multiple(*integers: int) -> int:
    """The least number that all of these divide."""
    multiple = math.lcm(*integers[:1])
    for number in integers[1:]:
        multiple = _judged(math.lcm(multiple, number), "lcm")
    return multiple


def _called(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    return function


def _judged(number: Any, name: str) -> Any:
    if type(number) is int and number.bit_length() > Budget.bits:
        raise SizeLimit(f"{name}() would have more than {Budget.bits} binary digits")
    return number


def math_space() -> Namespace:
    """Python's math, as far as it is harmless."""
    growing = {name: _bounded(getattr(math, name)) for name in ("comb", "factorial", "perm")}
    return Namespace("math", **{name: getattr(math, name) for name in MATH}, pow=math.pow, **growing,
                     prod=_called("prod", _product), lcm=_called("lcm", _multiple))


def random_space(generators: Any) -> Namespace:
    """Python's random, on the session's own seeded stream."""
    def drawing(name: str) -> Callable[..., Any]:
        def draw(*args: Any, **options: Any) -> Any:
            return getattr(generators.python, name)(*args, **options)

        draw.__name__ = draw.__qualname__ = name
        return draw

    def own() -> type:
        from gradcli.engine.random.python_stream import PythonRandom

        return PythonRandom

    return Namespace("random", Random=Arriving("random.Random", own), **{name: drawing(name) for name in DRAWING})
