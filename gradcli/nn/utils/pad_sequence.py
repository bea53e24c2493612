"""`pad_sequence` of `torch.nn.utils.rnn`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import UnknownDtype
from gradcli.faults.tree import ArgumentFault


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
    if not all(isinstance(row, Tensor) and row.array.ndim for row in rows):
        raise ArgumentFault("pad_sequence() needs at least one tensor, each with a dimension for time",
                            "nn.utils.rnn.pad_sequence([torch.ones(3), torch.ones(2)], batch_first=True)")
    longest = max(len(row.array) for row in rows)
    padded = []
    for row in rows:
        lacking = longest - len(row.array)
        ends = (0, lacking) if padding_side == "right" else (lacking, 0)
        padded.append(traced.pad(row, (0, 0) * (row.array.ndim - 1) + ends, "constant", padding_value))
    return traced.stack(padded, 0 if batch_first else 1)
