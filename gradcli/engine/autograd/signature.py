"""What an operation may be given: kinds of argument, and how a call is fitted to them.

A forward's parameters state their kinds as annotations. Without one, a parameter with no default is an `Array`, one
whose default is True or False a `Flag`, any other a `Number`. Fitting turns a user's call into one value per parameter,
tensors still as tensors; what does not fit is refused with the signature, before any arithmetic starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.call_spellings import ALIASES, factors_last
from gradcli.engine.messages import arguments as messages
from gradcli.engine.messages.arguments import brief as brief
from gradcli.engine.messages.arguments import described as described
from gradcli.engine.messages.arguments import sized as sized
from gradcli.engine.numpy_operands import from_numpy
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import NAMED, OF, DType, Typed
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults import arguments

REFUSED = object()
NUMBERS = (int, float, bool)      # plain numbers, by exact type
SCALARS = (*NUMBERS, complex)
MISSING = object()
WIDEST = 1 << 63        # whole numbers are of 64 bits, as in C


class Kind:
    """A sort of argument: what it is called, and how a user's value becomes the forward's."""

    operand = False     # takes part in type promotion
    variadic = False    # may be given as several positional arguments
    listed = False      # and lists may be among these
    torch_type = ""     # what PyTorch's messages call the type; empty where it has several
    message = ""        # PyTorch's about a string that is none of those taken, {} in its place
    fault = arguments.RefusedArgument

    def __init__(self, called: str) -> None:
        self.called = called

    def take(self, value: Any) -> Any:
        """The value to use, or REFUSED."""
        return value


class ArrayKind(Kind):
    operand = True
    torch_type = "Tensor"

    def take(self, value: Any) -> Any:
        return value if isinstance(value, Tensor) else REFUSED


class ArrayOrNoneKind(ArrayKind):
    """A tensor that may be left out, where no later argument may."""

    def take(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Tensor) else REFUSED


class OperandKind(ArrayKind):
    def take(self, value: Any) -> Any:
        return value if isinstance(value, Tensor) or type(value) in SCALARS else from_numpy(value, REFUSED)


class IndexKind(ArrayKind):
    """A tensor of integers or truth values, which promotion leaves alone."""

    operand = False


class ArraysKind(Kind):
    """Several tensors, in a list or tuple."""

    torch_type = "tuple of Tensors"

    def take(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and all(isinstance(v, Tensor) for v in value):
            return tuple(value)
        return REFUSED


class VariadicArraysKind(ArraysKind):
    """Several tensors, one after the other or in a list or tuple."""

    variadic = True
    single = False      # whether one alone comes as itself

    def take(self, value: Any) -> Any:
        one = isinstance(value, Tensor)
        return value if one and self.single else (value,) if one else super().take(value)


class NumberKind(Kind):
    torch_type = "Number"

    def take(self, value: Any) -> Any:
        if type(value) in NUMBERS:
            return value
        if isinstance(value, Tensor) and value.array.ndim == 0 and not value.requires_grad:
            return self.take(value.array.item())
        return REFUSED


class ScalarKind(NumberKind):
    """A number, which may be complex where the operation takes such."""

    def take(self, value: Any) -> Any:
        return value if type(value) is complex else super().take(value)


class IntKind(Kind):
    torch_type = "int"

    def take(self, value: Any) -> Any:
        return _integer(value)


class FlagKind(Kind):
    torch_type = "bool"

    def take(self, value: Any) -> Any:
        return bool(value) if type(value) in (bool, int) else REFUSED


class IntsKind(Kind):
    """Whole numbers: one alone, or a list, tuple or size of them."""

    torch_type = "tuple of ints"

    def take(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            numbers = tuple(_integer(v) for v in value)
            return REFUSED if REFUSED in numbers else numbers
        return _integer(value)


class SizesKind(Kind):
    """A shape: several whole numbers, or one list, tuple or size of them."""

    variadic = True
    torch_type = "tuple of ints"

    def take(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            value = (value,)
        sizes = tuple([v if type(v) is int else _integer(v) for v in value])  # too many elements are told as that
        return REFUSED if REFUSED in sizes else sizes


class NumbersKind(Kind):
    torch_type = "tuple of floats"

    def take(self, value: Any) -> Any:
        items = value if isinstance(value, list | tuple) else (value,)
        numbers = tuple(NUMBER.take(v) for v in items)
        return REFUSED if REFUSED in numbers else numbers if isinstance(value, list | tuple) else numbers[0]


class TextKind(Kind):
    """A string, one of the `choices` if there are any; `message` is PyTorch's about another one, {} in its place."""

    def __init__(self, *choices: str, message: str = "",
                 fault: type[arguments.RefusedArgument] = arguments.RefusedArgument) -> None:
        super().__init__(" or ".join(map(repr, choices)) or "a string")
        self.choices, self.message, self.fault = choices, message, fault
        self.torch_type = "" if choices else "str"

    def take(self, value: Any) -> Any:
        return value if type(value) is str and (not self.choices or value in self.choices) else REFUSED


class TypeKind(Kind):
    """An element type: `torch.float64` or `torch.DoubleTensor`; its name, too, if `named` or in the style of 0.1.12."""

    torch_type = "torch.dtype"

    def __init__(self, called: str, named: bool = False) -> None:
        super().__init__(called)
        self.by_name, self.message, self.fault = named, "invalid type: '{}'" * named, arguments.RefusedTypeName

    def take(self, value: Any) -> Any:
        return self.element_type(value) if self.by_name or type(value) is not str or Current.legacy else REFUSED

    def element_type(self, value: Any) -> Any:
        """The element type that `value` is or names; REFUSED for other values."""
        if type(value) is str:
            name = value.removeprefix("torch.")
            value = NAMED.get(name) or next((d for d in NAMED.values() if d.era + "Tensor" == name), None)
        if type(value) is DType:
            return value.stored()
        if isinstance(value, np.dtype):
            return value if value in OF else REFUSED
        return value.tensor_dtype.stored() if isinstance(value, Typed) else REFUSED


class DimOrTensorKind(Kind):
    """A dimension; or, in its place, another tensor, as in `max(a, b)`."""

    def take(self, value: Any) -> Any:
        return value if isinstance(value, Tensor) else IntsKind.take(Ints, value)


class DimsOrFlagKind(IntsKind):
    """Dimensions; or, in their place, True or False, as in `x.var(False)`."""

    def take(self, value: Any) -> Any:
        return value if type(value) is bool else super().take(value)


class OrderKind(Kind):
    """Which norm: a number, or one of the names that matrix norms have."""

    message = "linalg.matrix_norm: Order {} not supported."
    fault = arguments.RefusedAtRunTime

    def take(self, value: Any) -> Any:
        return value if type(value) is str and value in ("fro", "nuc") else NUMBER.take(value)


class PlainKind(Kind):
    """A tensor or a plain value of any sort, for operations that look closer themselves; no object of a program."""

    TYPES = frozenset({int, float, complex, bool, str, list, range, slice, type(None), type(...), DType})
    BASES = (Tensor, tuple, Sequence, np.ndarray, np.generic, np.dtype, Typed)

    def take(self, value: Any) -> Any:
        return value if type(value) in self.TYPES or isinstance(value, self.BASES) else REFUSED


class VariadicKind(Kind):
    """Any number of values of any sort; one alone comes as itself."""

    variadic = True


class FunctionKind(Kind):
    """A function, or None in its place."""

    def take(self, value: Any) -> Any:
        return value if value is None or callable(value) else REFUSED


def _integer(value: Any) -> Any:
    if type(value) is int:
        return value if -WIDEST <= value < WIDEST else REFUSED
    if isinstance(value, Tensor) and value.array.ndim == 0 and value.array.dtype.kind in "iu":
        return int(value.array)
    if isinstance(value, np.integer) or (isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "iu"):
        return int(value)
    return REFUSED


Array = ArrayKind("a tensor")
ArrayOrNone = ArrayOrNoneKind("a tensor or None")
Operand = OperandKind("a tensor or a number")
Index = IndexKind("a tensor of integers or truth values")
Arrays = ArraysKind("a list or tuple of tensors")
VariadicArrays = VariadicArraysKind("tensors")
NUMBER = Number = NumberKind("a number")
Scalar = ScalarKind("a number")
Int = IntKind("a whole number")
Flag = FlagKind("True or False")
Ints = IntsKind("a whole number or a tuple of them")
Dim = Int
Dims = Ints
Sizes = SizesKind("whole numbers")
Numbers = NumbersKind("a number or a list of them")
Text = TextKind
Type = TypeKind("an element type such as torch.float64")
NamedType = TypeKind("an element type such as torch.float64", named=True)
DimOrTensor = DimOrTensorKind("a dimension or another tensor")
DimsOrFlag = DimsOrFlagKind("a whole number, a tuple of them, or True or False")
NormOrder = OrderKind("a number, 'fro' or 'nuc'")
Plain = PlainKind("a tensor or a plain value")
Anything = Kind("anything")
VariadicAnything = VariadicKind("anything")
Function = FunctionKind("a function or None")


class Signature:
    """The parameters of one operation, and the fitting of calls to them."""

    __slots__ = ("defaults", "kinds", "names", "positional", "required", "variadic")

    def __init__(self, forward: Any, skip: int = 0) -> None:
        # the code object says all that inspect would, and inspect costs start-up time
        code = forward.__code__
        after = code.co_argcount
        defaults = forward.__defaults__ or ()
        by_name = dict(zip(code.co_varnames[after - len(defaults) : after], defaults, strict=True))
        by_name |= forward.__kwdefaults__ or {}
        self.names = code.co_varnames[skip : after + code.co_kwonlyargcount]
        self.defaults = tuple(by_name.get(name, MISSING) for name in self.names)
        self.kinds = tuple(_kind(forward.__annotations__.get(name), default)
                           for name, default in zip(self.names, self.defaults, strict=True))
        self.positional = after - skip
        self.required = sum(d is MISSING for d in self.defaults)
        self.variadic = next((i for i, k in enumerate(self.kinds) if k.variadic), -1)

    def text(self, name: str) -> str:
        """The signature as a person writes it."""
        defaults = [None if default is MISSING else OF[default].name if isinstance(default, np.dtype) else repr(default)
                    for default in self.defaults]
        return messages.usage(name, self.names, defaults, self.positional, self.variadic)

    def fit(self, name: str, args: Sequence[Any], options: dict[str, Any]) -> list[Any]:
        """One value per parameter, converted; ArgumentMismatch if the call does not fit."""
        passed = args
        unknown = [option for option in options if self.place(option) < 0] if options else ()
        if unknown and messages.options_first(name, len(self.names), args, options):
            raise self._unknown(name, unknown[0], passed, options)
        if self.variadic >= 0:
            args = self._gather(args)
        if len(args) > self.positional and self.variadic < 0:
            kinds, first = self.kinds, self.positional
            free = [self.names[i] for i in range(first, len(kinds)) if isinstance(kinds[i], NumberKind)]
            args, options = factors_last(args, options, self.positional, free)
        if len(args) > self.positional:
            least = sum(default is MISSING for default in self.defaults[: self.positional])
            message = messages.too_many(name, least, self.positional, args, options)
            phrase = f"takes {messages.most(self.positional)}, and was given {len(args)}"
            raise self.fault(arguments.TooManyArguments, name, phrase, message, count=len(args))
        values = list(self.defaults)
        values[: len(args)] = args
        for option, value in options.items():
            if 0 <= (at := self.place(option)) < len(args):
                raise self.fault(arguments.RepeatedArgument, name, f"was given {self.names[at]} twice")
            if at >= 0:
                values[at] = value
        for i, value in enumerate(values):
            if value is MISSING:
                missed = [p for p, argument in zip(self.names, values, strict=True) if argument is MISSING]
                raise self.fault(arguments.MissingArgument, name, f"is missing {self.names[i]}, {self.kinds[i].called}",
                                 messages.missing(name, missed, passed, options))
            if value is not self.defaults[i]:
                values[i] = converted = self.kinds[i].take(value)
                if converted is REFUSED:
                    raise self._refused(name, i, value, passed, options)
        if unknown:
            raise self._unknown(name, unknown[0], passed, options)
        return values

    def _refused(self, name: str, at: int, value: Any, args: Sequence[Any],
                 options: dict[str, Any]) -> arguments.ArgumentMismatch:
        """The fault for a value that the kind of its parameter does not take."""
        kind, parameter = self.kinds[at], self.names[at]
        one = value[0] if self.variadic == at and type(value) is tuple and len(value) == 1 else value
        one = (one,) if type(kind) is VariadicArraysKind and not isinstance(one, list | tuple) else one
        message = messages.wrong_type(name, parameter, at, kind.torch_type, one, args, options)
        phrase = f"needs {kind.called} as {parameter}, not {described(value)}"
        cls = arguments.RefusedArgument
        if kind.message and (type(value) is str or kind.fault is arguments.RefusedValue):
            cls, message = kind.fault, kind.message.format(brief(value))
        elif kind is Array and parameter in ("input", "target") and name.rpartition(".")[2] in messages.COMPARED:
            cls = arguments.RefusedReceiver
            message = f"'{messages.type_name(value)}' object has no attribute 'size'"
        return self.fault(cls, name, phrase, message, at=at, parameter=parameter, value=value,
                          several=isinstance(kind, ArraysKind))

    def _gather(self, args: Sequence[Any]) -> Sequence[Any]:
        """Several trailing positional values for a variadic parameter as one tuple."""
        at = self.variadic
        rest = args[at:]
        if len(rest) > 1 and (self.kinds[at].listed or not isinstance(rest[0], list | tuple)):
            return (*args[:at], tuple(rest))
        return args

    def place(self, option: str) -> int:
        """Which parameter an option names, in PyTorch's words or in others; -1 for none."""
        name = option if option in self.names else ALIASES.get(option)
        return int(self.names.index(name)) if name in self.names else -1

    def _unknown(self, name: str, option: str, args: Sequence[Any], options: dict[str, Any]) -> Exception:
        from gradcli.faults.suggestions import nearest

        suggestion = next(iter(nearest(option, self.names)), "")
        message = messages.unknown_option(name, option, args, options, len(self.names))
        phrase = f"has no option {option}" + (suggestion and f"; did you mean {suggestion}?")
        return self.fault(arguments.UnknownOption, name, phrase, message, option=option, suggestion=suggestion)

    def fault(self, cls: type[arguments.ArgumentMismatch], name: str, phrase: str, message: str = "",
              **fields: Any) -> arguments.ArgumentMismatch:
        """The fault of class `cls` for a call that does not fit, with the signature; `message`: PyTorch's, or empty."""
        short = name.rsplit(".", 1)[-1]
        fault = cls(short, phrase, f"it is called {self.text(short)}", **fields)
        return fault.saying(message) if message else fault


def _kind(annotation: Any, default: Any) -> Kind:
    if isinstance(annotation, Kind):
        return annotation
    if default is MISSING:
        return Array
    return Flag if type(default) is bool else Number
