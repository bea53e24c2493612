"""What numpy refuses, as faults that name the operation and the shapes and dtypes of its operands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import broadcast_shapes, ndarray

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import BroadcastShapes
from gradcli.faults.tree import Fault, IndexFault, MemoryFault, ShapeFault, TypeFault

UNFIT = (ValueError, TypeError, IndexError, OverflowError, np.linalg.LinAlgError, MemoryError,
         np.exceptions.ComplexWarning)


def numpy_fault(cls: type[Op], values: Sequence[Any], error: BaseException) -> Fault:
    """The fault for an error of numpy: it names the operation, and the shapes and dtypes of the operands."""
    if isinstance(error, Fault):
        return error
    name = cls.names[0].rsplit(".", 1)[-1]
    arrays = [x.array if isinstance(x, Tensor) else x for x in values]
    shapes = [x.shape for x in arrays if isinstance(x, ndarray) and x.ndim]
    operands = " and ".join(described(x) for x in values if isinstance(x, Tensor)) or "these arguments"
    if isinstance(error, MemoryError):
        subject = f"{name}() of" if cls.function else "what is computed from"     # a part of another operation
        return MemoryFault(f"{subject} {operands} needs more memory than there is")
    text = str(error)
    if "indexing arrays could not be broadcast" in text:
        listed = re.sub(r"\((\d+(?:,\d+)*),?\) ?", lambda shape: f"[{shape[1].replace(',', ', ')}], ", text)
        return IndexFault(listed.replace("arrays", "tensors").rstrip(", "))
    if (cls.type_promotion or "could not be broadcast together" in text) and len(shapes) > 1:
        clash = broadcast_clash(shapes)
        if clash:
            return BroadcastShapes(clash, f"{name}() was given {operands}", shapes)
    kind = TypeFault if isinstance(error, TypeError) else ShapeFault
    return kind(f"{name}() cannot be applied to {operands}: {error}", (cls.signature.text(name), "how it is called"))


def broadcast_clash(shapes: Sequence[tuple[int, ...]]) -> str:
    """PyTorch's message for shapes that cannot be broadcast together; empty if they can."""
    a = shapes[0]
    for b in shapes[1:]:
        for i in range(1, min(len(a), len(b)) + 1):
            if a[-i] != b[-i] and 1 not in (a[-i], b[-i]):
                at = max(len(a), len(b)) - i
                return (f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) "
                        f"at non-singleton dimension {at}")
        a = broadcast_shapes(a, b)
    return ""
