"""`torch.nn.Buffer`: a tensor that a module registers as a buffer where it becomes an attribute."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.attributes import NoTensor, SetBeforeInit

MARK, PERSISTENT = "_is_buffer", "persistent"       # PyTorch's names of the attributes that such tensors have


def is_buffer(value: Any) -> bool:
    """Whether `value` was made by `Buffer()`."""
    return isinstance(value, Tensor) and bool(getattr(value, "own_attributes", {}).get(MARK, False))


def enlist_buffer(module: Any, name: str, value: Any) -> None:
    """Register `value` with the module whose attribute it becomes, if `Buffer()` made it.

    SetBeforeInit if the module has not begun.
    """
    if is_buffer(value):
        try:
            module._buffer_dict[name] = value
        except AttributeError:
            raise SetBeforeInit(name, "buffer") from None
        unlisted = module._non_persistent_buffers
        (unlisted.discard if value.own_attributes.get(PERSISTENT, True) else unlisted.add)(name)


class _BufferMeta(type):
    def __instancecheck__(cls, value: object) -> bool:
        return is_buffer(value)


class Buffer(metaclass=_BufferMeta):
    """The class `nn.Buffer` of isinstance checks; buffers themselves are plain tensors."""


def buffer(data: Any = None, *, persistent: Any = True) -> Tensor:
    """The values of a tensor, without history, to be registered by a module; `persistent` as in register_buffer."""
    if data is None:
        data = traced.zeros((0,))
    if not isinstance(data, Tensor):
        raise NoTensor(f"Buffer() wraps a tensor, not {described(data)}", "nn.Buffer(torch.zeros(2))").saying(
            f"'{type_name(data)}' object has no attribute 'detach'")
    source: Any = data
    values: Tensor = source.detach().requires_grad_(source.requires_grad)
    values.own_attributes = {PERSISTENT: persistent, MARK: True}
    return values
