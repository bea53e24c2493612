"""Operations that formulas write as calls, by the names that programs know them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.op import TABLE, Op, flat_name
from gradcli.ops.base import Binary, Comparison, Kernel, Slope, Unary
from gradcli.symbolic.fold import call
from gradcli.symbolic.formulas.table import FORMULAS, symbolic
from gradcli.symbolic.tensor import SymbolicTensor, elementwise

ELEMENTWISE = (Unary, Binary, Comparison, Slope)


class Unknown(Exception):
    """The formula of a value is not known; `reason` says which operation has none."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def formula_of(cls: type[Op]) -> Callable[..., Any]:
    """The formula of an operation: its entry in the table, or a call of it; Unknown where there is none."""
    name = flat_name(cls.names[0])
    return FORMULAS.get(name) or FORMULAS.get(cls.names[0].replace(".", "_")) or call_of(cls, name)


def call_of(cls: type[Op], name: str) -> Callable[..., SymbolicTensor]:
    """The formula of an operation on elements without an entry: a call of the function by its name."""
    if not issubclass(cls, ELEMENTWISE):
        raise Unknown(base_name(name) if base_name(name) != name else _public(cls, name))
    function_name = program_name(cls)
    defaults = [cls.defaults.get(p) for p in cls.params]

    def apply(*values: Any) -> SymbolicTensor:
        count = max((at + 1 for at, (value, default) in enumerate(zip(values, defaults, strict=True))
                     if isinstance(value, SymbolicTensor) or value != default), default=0)
        if any(not isinstance(value, SymbolicTensor | int | float) for value in values[:count]):
            raise Unknown(base_name(name))
        return elementwise(lambda *bodies: call(function_name, *bodies), *map(symbolic, values[:count]))

    return apply


def base_name(name: str) -> str:
    """The name by which programs know an operation or the one that it is a part of: max_all is a part of max."""
    return name.removesuffix("_kernel").removesuffix("_back").removesuffix("_all").removesuffix("_dim")


def _public(cls: type[Op], name: str) -> str:
    """The operation that a kernel is a part of, where its file has the name of one; else its own name."""
    file = cls.__module__.rpartition(".")[2]
    return file if issubclass(cls, Kernel) and file in TABLE else name


def program_name(cls: type[Op]) -> str:
    """The name by which programs call an operation: sin, F.softplus, torch.special.i0e."""
    bare = next((name for name in cls.names if "." not in name), None)
    if bare is not None and cls.function:
        return bare
    return f"F.{flat_name(cls.names[0])}" if cls.names[0].startswith("nn.functional.") else f"torch.{cls.names[0]}"
