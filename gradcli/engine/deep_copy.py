"""Deep copies of leaves; and where modules find the `copy.deepcopy` of programs, which stands on a higher floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import recording
from gradcli.faults.tree import GradFault


class Copies:
    """The deep copy of any value of a program, as a function; the namespace `torch` sets it."""

    deep: Callable[[Any], Any]


def copy_leaf(x: Tensor) -> Tensor:
    """A leaf of the same type with a copy of the array, without gradient. Raises GradFault for a computed tensor."""
    if isinstance(x, Uninitialized):
        return x.copied()
    if x.node is not None:
        raise GradFault("Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
                        "the moment", ("x.detach().clone()", "a copy without history")).saying(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001")
    with recording(False):
        clone: Tensor = type(x)(report_detached(x, "copy.deepcopy()", traced.clone(Tensor(x.array)).array))
    clone.requires_grad = x.requires_grad
    return clone
