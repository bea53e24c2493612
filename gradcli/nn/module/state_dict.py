"""What is done to a module's parameters and buffers as a whole: kept, loaded, cleared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.lang.runtime.ordered import OrderedDict


@exposed("missing_keys", "unexpected_keys")
class IncompatibleKeys(NamedTuple):
    """What load_state_dict did not find, and what it had no place for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __parts__(self) -> tuple[str, list[Any], str]:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>", [], ""
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys}", [], ")"


def innermost_first(module: Any) -> list[Any]:
    """A module and all within it, each after what it contains."""
    found: list[Any] = []
    waiting = [(module, False)]
    while waiting:
        each, opened = waiting.pop()
        if opened:
            found.append(each)
        else:
            waiting.append((each, True))
            waiting += [(inner, False) for inner in reversed([m for m in each._module_dict.values() if m is not None])]
    return found


def zero_grad(parameters: Iterable[Any], set_to_none: bool) -> None:
    """Forget gradients, or make them zero."""
    for parameter in parameters:
        if parameter.grad is None:
            continue
        if set_to_none:
            parameter.grad = None
        else:
            parameter.grad = Variable(np.zeros_like(parameter.grad.array))


def entries(module: Any, prefix: str = "") -> dict[str, Any]:
    """Parameters and persistent buffers by dotted name, in the order of the modules."""
    found = {}
    waiting = [(prefix, module)]
    while waiting:
        path, each = waiting.pop()
        kept = {name: value for name, value in each._buffer_dict.items() if name not in each._non_persistent}
        found.update({path + name: value for name, value in (each._parameter_dict | kept).items() if value is not None})
        waiting += [(f"{path}{name}.", inner) for name,
                    inner in reversed(each._module_dict.items()) if inner is not None]
    return found


def state_dict(module: Any, prefix: str, keep_vars: bool) -> dict[str, Tensor]:
    """The entries of a module, without history unless `keep_vars`."""
    found = entries(module, prefix)
    return OrderedDict(found if keep_vars else {
        name: value if isinstance(value, Uninitialized) else Tensor(value.array) for name, value in found.items()})


def load(module: Any, given: Any, strict: bool) -> IncompatibleKeys:
    """Copy tensors into a module's entries."""
    if not isinstance(given, dict) or not all(type(name) is str for name in given):
        raise ArgumentFault(f"load_state_dict() needs a dict of tensors by name, not {described(given)}",
                            ("net.load_state_dict(other.state_dict())", "copies what another net has learnt")).saying(
            f"Expected state_dict to be dict-like, got <class '{type_name(given)}'>.")
    wanted = entries(module)
    missing = [name for name in wanted if name not in given]
    needed = [name for name in missing if not name.endswith("num_batches_tracked")]     # older nets did not count
    unknown = [name for name in given if name not in wanted]
    wrong = []
    if strict and needed:
        wrong.append("Missing key(s) in state_dict: " + ", ".join(f'"{name}"' for name in needed) + ". ")
    if strict and unknown:
        wrong.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{name}"' for name in unknown) + ". ")
    fitting = []
    for name, target in wanted.items():
        if name in missing:
            continue
        value = given[name]
        if isinstance(value, Uninitialized):
            if not isinstance(target, Uninitialized):
                wrong.append(f'"{name}" has no size yet: call the module it comes from once.')
            continue
        if isinstance(target, Uninitialized) and isinstance(value, Tensor):
            target.materialize(value.array.shape)
        if not isinstance(value, Tensor):
            wrong.append(f'"{name}" must be a tensor, not {described(value)}.')
        elif value.array.shape != target.array.shape:
            wrong.append(f"size mismatch for {name}: copying a param with shape {value.shape} from checkpoint, the "
                         f"shape in current model is {target.shape}.")
        else:
            fitting.append((target, value))
    if wrong:
        what = f"Error(s) in loading state_dict for {type(module).__name__}:"
        raise ShapeFault(" ".join([what, *(word.strip() for word in wrong)])).saying("\n\t".join([what, *wrong]))
    for target, value in fitting:
        copied(target, value.array, "load_state_dict")
    return IncompatibleKeys(needed, unknown)


def copied(target: Tensor, values: Any, writer: str) -> Tensor:
    """`target`, with `values` written into its memory behind history's back."""
    np.copyto(writing(target.array, writer), values, casting="unsafe")
    note_write(target, writer, here())
    return target
