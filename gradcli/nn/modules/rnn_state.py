"""Hidden states that are none, in PyTorch's words."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import ArgumentFault, Fault, IndexFault, ShapeFault


def checked_state(hx: Any) -> Tensor:
    """`hx`; a fault unless it is a tensor."""
    if not isinstance(hx, Tensor):
        raise NoTensor(f"the hidden state is a tensor, not {described(hx)}").saying(
            f"'{type_name(hx)}' object has no attribute 'dim'")
    return hx


def state_pair_fault(hx: Any) -> Fault:
    """The fault of a state that is no pair (h, c), by what the LSTM of PyTorch comes to with it."""
    message = f"the state of an LSTM is a pair (h, c), not {described(hx)}", "lstm(x, (h, c))"
    if isinstance(hx, tuple | list):
        return IndexFault(*message).saying(f"{type_name(hx)} index out of range")
    if not isinstance(hx, Tensor):
        return ArgumentFault(*message).saying(f"'{type_name(hx)}' object is not subscriptable")
    size = hx.array.shape[0] if hx.array.ndim else 0
    if size < 2:
        return IndexFault(*message).saying(f"index {size} is out of bounds for dimension 0 with size {size}")
    dims = f"{hx.array.ndim - 1}-D"
    return ShapeFault(*message).saying(
        f"For batched 3-D input, hx and cx should also be 3-D but got ({dims}, {dims}) tensors")
