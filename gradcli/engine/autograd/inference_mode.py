"""Today's inference mode: its results take no part in differentiation, also after it has ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from numpy import ndarray

from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import DATA, ComplexTensor, Tensor, last_write_of
from gradcli.engine.tensor.variable import InferenceTensor, grad_mode
from gradcli.faults.tree import GradFault

CLONE = ("x.clone()", "a normal tensor with the same numbers")


def mark_inference(out: Tensor, source: Any) -> Tensor:
    """A result that inference mode, or an inference tensor it is a view of, has to do with, as what it is.

    What looks into a normal tensor's memory is a view of it, which may require gradients; all else that is
    computed in inference mode is an inference tensor, and so are the views of one, wherever they are taken.
    """
    view = out.root is not None
    if type(source) is InferenceTensor if view else grad_mode.inference:
        if not isinstance(out, ComplexTensor):
            out.__class__ = InferenceTensor
    elif view and grad_mode.inference and source.requires_grad and out.array.dtype.kind in INEXACT:
        out.requires_grad = True
    return out


def refuse_saved(args: Iterable[Any], inputs: Iterable[Any], saved: Iterable[Any]) -> None:
    """Refuse inference tensors among what a program's Function saves; `inputs` are what its forward has for `args`."""
    saved_ids = {id(x) for x in saved}
    for x, alias in zip(args, inputs, strict=True):
        if type(x) is InferenceTensor and id(alias) in saved_ids:
            raise _saved_inference()


def _saved_inference() -> GradFault:
    return GradFault(
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
        "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it "
        "in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.", CLONE)


def refuse_saving(values: Iterable[Any], edges: Sequence[Any]) -> None:
    """Refuse to keep an inference tensor for backward."""
    saved_ids = {id(array) for _, _, saved in edges for value in saved
            for array in (value if type(value) is tuple else (value,)) if type(array) is ndarray}
    for value in values:
        for x in value if type(value) is tuple else (value,):
            if type(x) is InferenceTensor and id(x.array) in saved_ids:
                raise _saved_inference()


def refuse_write(target: Tensor) -> None:
    """Refuse to change an inference tensor after the mode has ended."""
    if type(target) is InferenceTensor and not grad_mode.inference and target.root is not DATA:
        raise GradFault("Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone "
                        "to get a normal tensor before doing inplace update.", CLONE).saying(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.")


def refuse_leaf(tensor: Tensor) -> None:
    """Refuse to let an inference tensor require gradients after the mode has ended."""
    if type(tensor) is InferenceTensor and not grad_mode.inference:
        raise GradFault("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.", CLONE)


def is_inference(self: Tensor) -> bool:
    """Whether this was computed in inference mode, or is a view of what was."""
    return type(self) is InferenceTensor


def inference_like(tensor: Tensor, source: Tensor) -> Tensor:
    """`tensor`, which has the memory of `source` and no history, as an inference tensor if that is one."""
    if type(source) is InferenceTensor:
        tensor.__class__ = InferenceTensor
    return tensor


def version(self: Tensor) -> int:
    """The number of in-place changes of this tensor."""
    if type(self) is InferenceTensor:
        raise GradFault("Inference tensors do not track version counter.", CLONE)
    write = last_write_of(self)
    return 0 if write is None else write.changes
