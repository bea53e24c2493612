"""The stand-ins for modules and for types: ModuleProxy holds only what programs may use."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from operator import index
from types import FunctionType, MappingProxyType
from typing import Any

from gradcli.engine.autograd.op import flat_name, traced
from gradcli.engine.plain_numbers import plain_arguments
from gradcli.engine.random.python_stream import DRAWING
from gradcli.engine.tensor.dtypes import DType, Typed
from gradcli.engine.tensor.tensor_types import TensorType
from gradcli.engine.tensor.variable import Parameter
from gradcli.exposure import admitting, expose_functions, exposed, named, renamed
from gradcli.faults.mistakes import SizeLimit
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import TypeProxy, methods_of


@exposed()
class ModuleProxy:
    """A stand-in for a module: its attributes are the names that programs may use, and nothing else.

    name        what `repr` calls the module
    operations  attributes that load on first access, each with the key by which `fetch` loads it
    fetch       the function that loads a key; `operation` unless another is passed
    names       attributes that are there from the start
    """

    def __init__(self, name: str, operations: dict[str, str] | None = None,
                 fetch: Callable[[str], Any] | None = None, /, **names: Any) -> None:
        expose_functions(names.values())
        self.__dict__.update({name: _gated(name, value) for name, value in names.items()})
        self.__dict__[".name"] = name
        self.__dict__[".operations"] = operations or {}
        self.__dict__[".fetch"] = fetch or operation

    def __getattr__(self, name: str) -> Any:
        full = self.__dict__[".operations"].get(name)
        if full is None:
            raise AttributeError(f"module {vars(self)['.name']!r} has no attribute {name!r}", name=name, obj=self)
        fetch = self.__dict__[".fetch"]
        value = fetch(full)
        value = self.__dict__[name] = value if fetch is operation else _gated(name, value)
        return value

    def __repr__(self) -> str:
        return f"<module '{self.__dict__['.name']}'>"


ModuleProxy.__name__ = "module"       # as messages call it


def _gated(name: str, value: Any) -> Any:
    """The attribute `name` as programs hold it: for a function, one whose results pass through `admit`."""
    if type(value) is not FunctionType:
        return value
    gated = admitting(value)
    if gated.__name__ == "<lambda>":
        gated.__name__ = gated.__qualname__ = name
    return gated


def operation(full: str) -> Any:
    """The operation with this full name, such as "nn.functional.relu"."""
    return getattr(traced, flat_name(full))


@named("type")
class LazyType(TypeProxy):
    """A Kind of one type, which is imported on first use."""

    __slots__ = ("_fetch",)

    def __init__(self, name: str, fetch: Callable[[], type]) -> None:
        self._name, self._fetch = name, fetch

    @property
    def _types(self) -> tuple[type, ...]:   # type: ignore[override]  # computed where the base stores it
        return (self._fetch(),)

    @property
    def _call(self) -> Callable[..., Any]:  # type: ignore[override]  # computed where the base stores it
        return self._fetch()

    def __call__(self, /, *args: Any, **options: Any) -> Any:
        return self._fetch()(*args, **options)


def public_names(module: ModuleProxy) -> Iterable[str]:
    """The names of the attributes of a module, those not yet loaded included."""
    return (name for name in {**vars(module).get(".operations", {}), **vars(module)} if not name.startswith("."))


def has_public_name(module: ModuleProxy, name: str) -> bool:
    """Whether `public_names(module)` has `name`."""
    return not name.startswith(".") and (name in vars(module) or name in vars(module)[".operations"])


class _TensorClassMeta(type):
    """The metaclass of a type whose instances are the tensors of one tensor class, such as FloatTensor."""

    holder: TensorType

    def __instancecheck__(cls, value: object) -> bool:
        return cls.holder.holds(value)

    def __subclasscheck__(cls, kind: type) -> bool:
        """Of the classes of tensors those of parameters alone are classes under `torch.Tensor` to programs."""
        return type.__subclasscheck__(cls, kind) or cls.holder.fixed is None and issubclass(kind, Parameter)


@named("type")
class TensorKind(TypeProxy, Typed):
    """`torch.FloatTensor`: calling it makes tensors, `isinstance` recognises them, and as a dtype it names theirs."""

    __slots__ = ("holder",)

    def __init__(self, name: str, holder: TensorType,
                 methods: Mapping[str, Callable[..., Any]] = MappingProxyType({})) -> None:
        super().__init__(name, (_TensorClassMeta(name, (), {"holder": holder}),), holder, methods)
        self.holder = holder

    @property
    def tensor_dtype(self) -> DType:
        """The element type it stands for."""
        return self.holder.tensor_dtype


class NumberType(TypeProxy, Typed):
    """`int`, `float`, `complex` and `bool`, which are accepted as dtypes too."""

    __slots__ = ("tensor_dtype",)

    def __init__(self, plain: TypeProxy, dtype: DType) -> None:
        super().__init__(plain._name, plain._types, plain._call, methods_of(plain))
        self.tensor_dtype = dtype


NumberType.__name__ = "type"      # as Python's messages call it

MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs "
    "floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt ldexp lgamma log log10 log1p "
    "log2 modf nan nextafter pi radians remainder sin sinh sqrt tan tanh tau trunc ulp").split()
FACTORIAL_LIMIT = 20_000


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of whole numbers up to FACTORIAL_LIMIT: its results grow fast."""

    def limited(*args: int) -> Any:
        numbers = [index(a) for a in args]
        if any(number > FACTORIAL_LIMIT for number in numbers):
            raise SizeLimit(f"{function.__name__}() takes numbers up to {FACTORIAL_LIMIT} here")
        return function(*numbers)

    return renamed(limited, function.__name__)


def _product(iterable: Iterable[Any], /, *, start: Any = 1) -> Any:
    """The product of all values, as math.prod."""
    product = _factor(start)
    for value in iterable:
        product = _checked_size(product * _factor(value), "prod")
    return product


def _factor(value: Any) -> Any:
    """`value`, unless it is a sequence, which multiplication would repeat."""
    if isinstance(value, str | list | tuple):
        raise TypeError(f"prod() multiplies numbers and tensors, not a {type(value).__name__}")
    return value


def _multiple(*integers: int) -> int:
    """The least common multiple, as math.lcm."""
    multiple = math.lcm(*integers[:1])
    for number in integers[1:]:
        multiple = _checked_size(math.lcm(multiple, number), "lcm")
    return multiple


def _checked_size(number: Any, name: str) -> Any:
    if type(number) is int and number.bit_length() > Budget.bits:
        raise SizeLimit(f"{name}() would have more than {Budget.bits} binary digits")
    return number


def math_module() -> ModuleProxy:
    """Python's `math`, without what reaches outside or grows without a limit."""
    growing = {name: _limited(getattr(math, name)) for name in ("comb", "factorial", "perm")}
    return ModuleProxy("math", **{name: getattr(math, name) for name in MATH}, pow=math.pow, **growing,
                       prod=renamed(_product, "prod"), lcm=renamed(_multiple, "lcm"))


def random_module(generators: Any) -> ModuleProxy:
    """Python's `random`, on the session's own seeded stream."""
    def drawing(name: str) -> Callable[..., Any]:
        method: Callable[..., Any] | None = None

        def draw(*args: Any, **options: Any) -> Any:
            nonlocal method
            stream = generators.python
            if method is None:
                method = vars(type(stream))[name].__wrapped__       # what this draws is admitted below
            if not args and not options:
                return method(stream)
            if options:
                options = dict(zip(options, plain_arguments((*options.values(),)), strict=True))
            return method(stream, *plain_arguments(args), **options)

        return renamed(draw, name)

    def random_class() -> type:
        from gradcli.engine.random.python_stream import PythonRandom

        return PythonRandom

    return ModuleProxy("random", Random=LazyType("random.Random", random_class),
                       **{name: drawing(name) for name in DRAWING})
