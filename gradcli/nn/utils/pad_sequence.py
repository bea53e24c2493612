"""`pad_sequence` of `torch.nn.utils.rnn`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import UnknownDtype
from gradcli.faults.tree import ArgumentFault, ShapeFault, TypeFault


def pad_sequence(sequences: Any, batch_first: bool = False, padding_value: float = 0.0,
                 padding_side: str = "right") -> Tensor:
    """Sequences (length, *) stacked, padded with padding_value: (longest, batch, *), or (batch, longest, *)."""
    if not isinstance(sequences, Iterable):
        raise UnknownDtype(f"pad_sequence() takes a list of tensors, not {described(sequences)}").saying(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"<class '{type_name(sequences)}'>")
    rows = list(sequences)
    if not rows:
        raise UnfitValue("received an empty list of sequences")
    not_row = next((row for row in rows if not isinstance(row, Tensor) or not row.array.ndim), None)
    if not_row is not None:
        at = next(i for i, row in enumerate(rows) if row is not_row)
        raise ArgumentFault("pad_sequence() needs at least one tensor, each with a dimension for time",
                            "nn.utils.rnn.pad_sequence([torch.ones(3), torch.ones(2)], batch_first=True)").saying(
            "" if isinstance(not_row, Tensor) else
            f"expected Tensor as element {at} in argument 0, but got {type_name(not_row)}")
    if padding_side not in ("left", "right"):
        raise TypeFault(f"Expected padding_side to be one of left or right, but got {brief(padding_side)}.",
                        ("'left'", "or 'right'"))
    for row in rows:
        clash = next((i for i, (n, m) in enumerate(zip(rows[0].array.shape, row.array.shape, strict=False))
                      if i and n != m), None)
        if clash is not None or row.array.ndim != rows[0].array.ndim:
            raise ShapeFault("pad_sequence() takes sequences that differ in their length alone").saying(
                f"The size of tensor a ({rows[0].array.shape[clash]}) must match the size of tensor b "
                f"({row.array.shape[clash]}) at non-singleton dimension {clash}" if clash is not None else "")
    longest = max(len(row.array) for row in rows)
    padded = []
    for row in rows:
        missing = longest - len(row.array)
        ends = (0, missing) if padding_side == "right" else (missing, 0)
        padded.append(traced.pad(row, (0, 0) * (row.array.ndim - 1) + ends, "constant", padding_value))
    return traced.stack(padded, 0 if batch_first else 1)
