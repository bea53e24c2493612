"""`state_dict`, `load_state_dict` and `zero_grad`: all parameters and buffers of a module at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name, type_text
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.methods import detach_
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Parameter, Variable
from gradcli.engine.tensor.write_gate import filling, writing
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.lang.runtime.ordered import OrderedDict

DEEPEST = 500       # modules within each other


@exposed("missing_keys", "unexpected_keys")
class IncompatibleKeys(NamedTuple):
    """The result of `load_state_dict`: keys that the dict lacks, and keys that the module does not have."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __parts__(self) -> tuple[str, list[Any], str]:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>", [], ""
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys}", [], ")"


def innermost_first(module: Any) -> list[Any]:
    """A module and all within it in post-order: children before parents. DepthLimit if one stands within itself."""
    modules: list[Any] = []
    stack = [(module, 0, False)]
    while stack:
        current, depth, expanded = stack.pop()
        if expanded:
            modules.append(current)
        else:
            stack.append((current, depth, True))
            stack += [(inner, _deeper(depth), False) for inner in reversed(current._module_dict.values())
                      if inner is not None]
    return modules


def _deeper(depth: int) -> int:
    """depth + 1; DepthLimit beyond DEEPEST."""
    if depth >= DEEPEST:
        raise DepthLimit(f"a module stands within itself, or more than {DEEPEST} modules within each other")
    return depth + 1


def all_within(module: Any) -> list[Any]:
    """A module and all within it, each once, parents before children."""
    modules, visited, waiting = [], set(), [module]
    while waiting:
        current = waiting.pop()
        if id(current) not in visited:
            visited.add(id(current))
            modules.append(current)
            if current._module_dict:
                waiting += [inner for inner in reversed(current._module_dict.values()) if inner is not None]
    return modules


def members(module: Any, registry: str, recurse: bool) -> list[Any]:
    """The values in a registry of a module and, with `recurse`, of all within it, each once."""
    modules = all_within(module) if recurse else [module]
    values = {id(value): value for current in modules for value in getattr(current, registry).values()}
    values.pop(id(None), None)
    return list(values.values())


def zero_grad(parameters: Iterable[Any], set_to_none: bool) -> None:
    """Set the gradients of `parameters` to None, or to zeros."""
    for parameter in parameters:
        gradient = parameter.gradient
        if gradient is None:
            continue
        if set_to_none:
            parameter.gradient = None
        elif Current.legacy:
            parameter.grad = Variable(np.zeros(gradient.array.shape, gradient.array.dtype))
        else:
            if gradient.requires_grad:
                detach_(gradient)
            filling(gradient.array, "zero_")[...] = 0
            note_write(gradient, "zero_", here())


class ExtraState:
    """The extra state of a module whose class defines get_extra_state and set_extra_state."""

    __slots__ = ("module",)

    def __init__(self, module: Any) -> None:
        self.module = module


def entries(module: Any, prefix: str = "") -> dict[str, Any]:
    """Parameters, persistent buffers and ExtraState by dotted name, in the order of the modules."""
    tensors = {}
    stack = [(prefix, module, 0)]
    while stack:
        path, current, depth = stack.pop()
        members = current._parameter_dict
        if buffers := current._buffer_dict:
            members = members | {name: value for name, value in buffers.items()
                                 if name not in current._non_persistent_buffers}
        for name, value in members.items():
            if value is not None:
                tensors[path + name] = value
        kind = type(current)
        if PROGRAM_MADE in kind.__dict__ and hasattr(kind, "get_extra_state"):      # no class of the package has it
            tensors[path + "_extra_state"] = ExtraState(current)
        if modules := current._module_dict:
            stack += [(f"{path}{name}.", inner, _deeper(depth)) for name, inner in reversed(modules.items())
                      if inner is not None]
    return tensors


def state_dict(module: Any, prefix: str, keep_vars: bool) -> dict[str, Tensor]:
    """The entries of a module; detached tensors that share their memory, or with `keep_vars` the tensors themselves."""
    states = entries(module, prefix)
    for name, value in states.items():
        states[name] = Tensor(value.array) if type(value) is Parameter and not keep_vars else _state(value, keep_vars)
    return OrderedDict(states)


def _state(entry: Any, keep_vars: bool) -> Any:
    """The value of an entry in `state_dict`."""
    if isinstance(entry, ExtraState):
        return entry.module.get_extra_state()
    return entry if keep_vars or isinstance(entry, Uninitialized) else Tensor(entry.array)


def load_state_dict(module: Any, state_dict: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy the tensors of `state_dict` into the entries of a module, or with `assign` put them in their places.

    ShapeFault lists all missing and unexpected keys (if `strict`) and all sizes that differ; nothing is loaded then.
    """
    if not isinstance(state_dict, dict) or not all(type(name) is str for name in state_dict):
        raise ArgumentFault(f"load_state_dict() needs a dict of tensors by name, not {described(state_dict)}",
                            ("net.load_state_dict(other.state_dict())", "copies what another net has learnt")).saying(
            f"Expected state_dict to be dict-like, got <class '{type_name(state_dict)}'>.")
    targets = entries(module)
    missing = [name for name in targets if name not in state_dict]
    missing_keys = [name for name in missing if not name.endswith("num_batches_tracked")]     # older nets did not count
    unexpected = [name for name in state_dict if name not in targets]
    errors = []
    if strict and missing_keys:
        errors.append("Missing key(s) in state_dict: " + ", ".join(f'"{name}"' for name in missing_keys) + ". ")
    if strict and unexpected:
        errors.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{name}"' for name in unexpected) + ". ")
    pairs = [(name, target, state_dict[name]) for name, target in targets.items() if name in state_dict]
    errors += [error for pair in pairs if (error := _mismatch(*pair, assign))]
    if errors:
        head = f"Error(s) in loading state_dict for {type(module).__name__}:"
        raise ShapeFault(" ".join([head, *(word.strip() for word in errors)])).saying("\n\t".join([head, *errors]))
    for name, target, value in pairs:
        if isinstance(target, ExtraState):
            target.module.set_extra_state(value)
        elif assign:
            _assign(module, name, target, value)
        elif not isinstance(value, Uninitialized):
            copy_into(target, detached_for(value, "load_state_dict()").array, "load_state_dict")
    return IncompatibleKeys(missing_keys, unexpected)


def _assign(module: Any, name: str, target: Tensor, value: Tensor) -> None:
    """Put `value` in the place of an entry; a Parameter around its memory if a parameter stands there."""
    *path, leaf = name.split(".")
    for part in path:
        module = module._module_dict[part]
    if isinstance(target, Parameter):
        value = value if isinstance(value, Parameter) else Parameter(detached_for(value, "load_state_dict()").array)
        value.requires_grad = target.requires_grad
    setattr(module, leaf, value)


def _mismatch(name: str, target: Any, value: Any, assign: bool) -> str:
    """Why `value` cannot be loaded as an entry, or empty; an entry without a size takes that of `value`."""
    if isinstance(target, ExtraState):
        return ""
    if isinstance(value, Uninitialized):
        unsized = isinstance(target, Uninitialized)
        return "" if unsized else f'"{name}" has no size yet: call the module it comes from once.'
    if not isinstance(value, Tensor):
        return (f'While copying the parameter named "{name}", expected torch.Tensor or Tensor-like object from '
                f"checkpoint but received {type_text(value)}")
    if isinstance(target, Uninitialized):
        target.materialize(value.array.shape)
    if value.array.shape != target.array.shape:
        return (f"size mismatch for {name}: copying a param with shape {value.shape} from checkpoint, the "
                f"shape in current model is {target.shape}.")
    if assign and target.requires_grad and value.array.dtype.kind not in INEXACT:
        return (f'While copying the parameter named "{name}", whose dimensions in the model are {target.shape} and '
                f"whose dimensions in the checkpoint are {value.shape}, an exception occurred : ('Only Tensors of "
                "floating point and complex dtype can require gradients',).")
    return ""


def copy_into(target: Tensor, values: Any, writer: str) -> Tensor:
    """Write `values` into the memory of `target` without recording it; return `target`. `writer` names the cause.

    Real numbers get the real parts of complex ones.
    """
    if values.dtype.kind == "c" != target.array.dtype.kind:
        values = values.real
    np.copyto(writing(target.array, writer), values, casting="unsafe")
    note_write(target, writer, here())
    return target
