"""Checks of the arguments of nn's functions and methods, by exact type, generated from their annotations.

Every name that programs get from nn passes `checking_arguments` once, so no function checks its numbers by hand.
`lr: float` takes plain numbers and tensors of one element, `bool` and `int` no other numbers, `str` no object that only
prints like one; `Any` and annotations not listed in `TAKERS` are left to the function. A method checks `self` too:
`Net.half(x)` with an `x` that is no module is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container
from functools import wraps
from types import FunctionType
from typing import Any

from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.signature import NUMBERS, REFUSED, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.device import here_only
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposure_of
from gradcli.faults.tree import ArgumentFault
from gradcli.nn.refused_options import refused_option

Take = Callable[[Any], Any]
PYTORCH_BASES = ("Module", "Optimizer", "LRScheduler")    # classes whose methods are PyTorch's of the same class
VARIADIC = 4     # in the flags of a code object: the function takes any number of arguments
TAKEN = "an argument taken as a number"      # what leaves the history of a tensor behind that is one
CHECKED: set[type] = set()      # the classes whose methods are guarded already


def _number(value: Any) -> Any:
    if isinstance(value, Tensor) and value.array.size == 1:
        return report_detached(value, TAKEN, value.array.item())
    return value if type(value) in NUMBERS else REFUSED


def _integer(value: Any) -> Any:
    if isinstance(value, Tensor) and value.array.size == 1 and value.array.dtype.kind in "iu":
        return report_detached(value, TAKEN, value.array.item())
    return value if type(value) in (int, bool) else REFUSED


def _flag(value: Any) -> Any:
    return value if type(value) in (bool, int) or value is None else REFUSED


def _text(value: Any) -> Any:
    return value if type(value) is str else REFUSED


def _function(value: Any) -> Any:
    return value if callable(value) else REFUSED


def _pair(value: Any) -> Any:
    fits = isinstance(value, tuple | list) and len(value) == 2 and all(type(number) in NUMBERS for number in value)
    return tuple(value) if fits else REFUSED


def _device(value: Any) -> Any:
    here_only(value)
    return value


TAKERS: dict[str, tuple[Take, str]] = {
    "float": (_number, "a number"), "int": (_integer, "a whole number"), "bool": (_flag, "True or False"),
    "str": (_text, "a string"), "tuple[float, float]": (_pair, "two numbers"), "DeviceLike": (_device, "a device"),
    **dict.fromkeys(("Callable[..., Any]", "Callable[[Any], Any]", "Callable[[Module], Any]", "Callable[[], Any]",
                     "Callable[[list[Any]], Any]"), (_function, "a function"))}


def checking_arguments(target: Any) -> Any:
    """A wrapper of a function that checks its arguments; for a class, the class, whose methods it wraps."""
    if isinstance(target, type):
        exposure = exposure_of(target)
        for kind in target.__mro__[:-1]:
            if kind not in CHECKED:
                CHECKED.add(kind)
                _check_methods(kind, exposure.read if exposure else ())
        return target
    return _checking(target, None) if type(target) is FunctionType else target


def _check_methods(kind: type, read: Container[str]) -> None:
    """Let public methods, and those with an underscore among the names `read`, look at what they are called on."""
    for name, method in tuple(vars(kind).items()):
        if type(method) is FunctionType and (name == "__init__" or not name.startswith("_") or name in read):
            setattr(kind, name, _checking(method, kind))


def _checking(function: Callable[..., Any], owner: type | None) -> Callable[..., Any]:
    """A wrapper that converts and checks arguments by the annotations; a method of `owner` checks `self` too."""
    plain: Any = function
    while "__wrapped__" in vars(plain):     # the gate for its results
        plain = plain.__wrapped__
    code = plain.__code__
    takers = _takers(plain)
    by_place = [(at, name, takers[name]) for at, name in enumerate(code.co_varnames[: code.co_argcount])
                if name in takers]

    first = by_place[0][0] if by_place else sys.maxsize
    most = sys.maxsize if code.co_flags & VARIADIC else code.co_argcount

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if owner is not None and args and not isinstance(args[0], owner):
            raise ArgumentFault(f"{owner.__name__}.{function.__name__}() is a method of such an object, not of "
                                f"{described(args[0])}")
        if first < len(args) <= most:
            args = _checked_positional(plain, by_place, args, options)
        if options:
            for name, value in options.items():
                if name in takers:
                    options[name] = _checked(plain, name, takers[name], value, args, options)
        try:
            return function(*args, **options)
        except TypeError as error:
            if owner is not None and args:
                _name_class(error, plain, args[0])
            raise

    return call


def _name_class(error: TypeError, function: Any, module: Any) -> None:
    """Call a method by the class of its object, as PyTorch's has it, where several classes share one of ours."""
    if function.__qualname__.partition(".")[0] in PYTORCH_BASES and function.__qualname__ != "Optimizer.step":
        return
    name = f"{function.__qualname__}()"
    if len(error.args) == 1 and type(error.args[0]) is str and error.args[0].startswith(name):
        error.args = (f"{type(module).__name__}.{function.__name__}()" + error.args[0].removeprefix(name),)


def _takers(function: Any) -> dict[str, tuple[Take, str, Any]]:
    """For each annotated parameter: its converter, the words for what it takes, and the default, which passes."""
    code = function.__code__
    positional, defaults = code.co_varnames[: code.co_argcount], function.__defaults__ or ()
    defaults_by_name = dict(zip(positional[len(positional) - len(defaults):], defaults, strict=True))
    defaults_by_name |= function.__kwdefaults__ or {}
    takers = {}
    for name, annotation in function.__annotations__.items():
        plain = annotation.removesuffix(" | None")
        if name != "return" and plain in TAKERS:
            takers[name] = (*TAKERS[plain], None if plain != annotation else defaults_by_name.get(name, REFUSED))
    return takers


def _checked_positional(function: Any, by_place: list[Any], args: tuple[Any, ...],
                        options: dict[str, Any]) -> tuple[Any, ...]:
    values = list(args)
    for at, name, taker in by_place:
        if at >= len(values):
            break
        values[at] = _checked(function, name, taker, values[at], args, options)
    return tuple(values)


def _checked(function: Any, name: str, taker: tuple[Take, str, Any], value: Any, args: tuple[Any, ...],
             options: dict[str, Any]) -> Any:
    """`value` as the argument `name` of a call of `function`; ArgumentFault, in PyTorch's words, if it does not fit."""
    take, kind, default = taker
    if value is default:
        return value
    result = take(value)
    if result is REFUSED:
        fault = ArgumentFault(f"{name} must be {kind}, not {described(value)}")
        message = f"'{type_name(value)}' object is not callable" if kind == "a function" else (
            refused_option(_own_class(args), function, name, value, args, options))
        raise fault.saying(message) if message else fault
    return result


def _own_class(args: tuple[Any, ...]) -> type | None:
    """The class of this package that the first argument is of, or that its own class derives from."""
    return next((kind for kind in type(args[0]).__mro__ if kind in CHECKED), None) if args else None
