"""What PyTorch says of an option of a module or an optimiser that is of a wrong type.

PyTorch keeps options as they come. What complains is what uses them first: the comparison with a bound, the tensor
that is to have such a size, or the operation that the module calls.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import TABLE
from gradcli.engine.messages.arguments import sizes_message, type_name

METHODS = ("flatten", "log_softmax", "softmax", "softmin")     # what PyTorch's modules call as a method of the input
BY_NAME = ("gelu",)


def refused_option(kind: Any, function: Any, name: str, value: Any, args: tuple[Any, ...],
                   options: dict[str, Any]) -> str:
    """PyTorch's words for `value` as the argument `name` of the constructor of `kind`, a class of this package.

    "" for other functions and other names.
    """
    if function.__name__ != "__init__":
        return ""
    compared: dict[str, str] = getattr(kind, "_first_use", {})
    if name in compared and not isinstance(value, list | tuple):
        return compared[name].format(type=type_name(value))
    sizes: tuple[str, ...] = getattr(kind, "_first_shape", ())
    if name in sizes:
        code = function.__code__
        passed = dict(zip(code.co_varnames[: code.co_argcount], args, strict=False)) | options
        values = [passed.get(size, 1) for size in sizes]
        return sizes_message("empty", "size", " (position 1)", values if len(values) > 1 else values[0])
    return _of_operation(getattr(kind, "_operation", ""), name, value)


def _of_operation(operation: str, name: str, value: Any) -> str:
    """The words of the operation that takes the option, whose place is that among its parameters."""
    op = TABLE.get(f"nn.functional.{operation}", TABLE.get(operation))
    if op is None or name not in op.signature.names:
        return ""
    at = op.signature.names.index(name)
    position = "" if operation in BY_NAME else f" (position {at + (operation not in METHODS)})"
    return (f"{operation}(): argument '{name}'{position} must be {op.signature.kinds[at].torch_type or 'str'}, "
            f"not {type_name(value)}")
