"""Methods of tensors as functions of the namespace: `torch.detach(x)` beside `x.detach()`.

A method is bound to a tensor by Python itself; a function is handed whatever a program has. So each method becomes
a function in one way, which looks at what it is given first, and no method need look.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import IN_C
from gradcli.faults.tree import ArgumentFault

Method = Callable[..., Any]
STARRED = 0x4 | 0x8     # CO_VARARGS and CO_VARKEYWORDS of inspect, whose import takes time


def attach(methods: dict[str, Method]) -> dict[str, Method]:
    """Make `methods` methods of every tensor; the functions of the same names."""
    for name, method in methods.items():
        setattr(Tensor, name, _named(name, method))
    return {name: method_as_function(name, method) for name, method in methods.items()}


def _named(name: str, method: Method) -> Method:
    """`method`; one without arguments under the name that messages about its calls begin with (IN_C)."""
    code = method.__code__
    if code.co_argcount != 1 or code.co_kwonlyargcount or code.co_flags & STARRED:
        return method
    copy = FunctionType(code, method.__globals__, name, method.__defaults__, method.__closure__)
    copy.__qualname__, copy.__doc__, copy.__annotations__ = f"{IN_C}.{name}", method.__doc__, method.__annotations__
    copy.__module__ = method.__module__
    return copy


def method_as_function(name: str, method: Method) -> Method:
    """`method` as a function of `input`, which must be a tensor."""
    @wraps(method)
    def function(input: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(input, Tensor):
            raise ArgumentFault(f"{name}() needs a tensor as input, not {described(input)}").saying(
                f"{name}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
        return method(input, *args, **options)

    function.__name__ = function.__qualname__ = name
    return function
