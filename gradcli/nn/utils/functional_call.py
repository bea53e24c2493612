"""`functional_call` and `stack_module_state`: modules as functions of their parameters."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.messages.arguments import type_name, type_text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import ArgumentFault, TypeFault, ValueFault
from gradcli.nn.module.container import ModuleList
from gradcli.nn.module.module import Module


def functional_call(module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: Any = None, *,
                    tie_weights: bool = True, strict: bool = False) -> Any:
    """`module(*args, **kwargs)` with these tensors in place of its parameters and buffers.

    A tensor that the module holds under several names is replaced under all of them if one is among the names, unless
    `tie_weights` is False. With `strict` the names are all that there are, and no others.
    """
    values = _merged(parameter_and_buffer_dicts)
    if not isinstance(module, Module):
        raise NoTensor(f"functional_call() needs a module, not {described(module)}").saying(
            f"'{type_name(module)}' object has no attribute 'named_parameters'")
    tensors = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    values = _tied(values, tensors) if tie_weights else values
    if strict:
        _check_names(type(module).__name__, values, tensors)
    replaced = []
    try:
        for name, value in values.items():
            path, _, leaf = name.rpartition(".")
            inner = module.get_submodule(path)
            if not isinstance(value, Tensor):
                raise ArgumentFault(f"{name} can only be replaced by a tensor, not by {described(value)}").saying(
                    f"{brief(value)} is not an instance of torch.Tensor")
            if any(leaf in registry for registry in (inner._parameter_dict, inner._buffer_dict)):
                replaced.append((inner, leaf, inner.__dict__[leaf]))
                inner.__dict__[leaf] = value
        arguments = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*arguments, **(kwargs or {}))
    finally:
        for inner, leaf, value in reversed(replaced):
            inner.__dict__[leaf] = value


def _merged(dicts: Any) -> dict[str, Any]:
    """The entries of a dict of tensors by name, or of several, which have no name in common."""
    if not isinstance(dicts, dict | list | tuple):
        raise ValueFault("Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
                         f"{type_text(dicts)}")
    listed: Any = [dicts] if isinstance(dicts, dict) else dicts
    if not all(isinstance(mapping, dict) for mapping in listed):
        raise ValueFault("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    wrong_key = next((name for mapping in listed for name in mapping if type(name) is not str), None)
    if wrong_key is not None:
        raise NoTensor(f"functional_call() needs a dict of tensors by name, not by {described(wrong_key)}").saying(
            f"'{type_name(wrong_key)}' object has no attribute 'rpartition'")
    names = Counter(name for mapping in listed for name in mapping)
    repeated = [name for name, count in names.items() if count > 1]
    if repeated:
        raise ValueFault(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: value for mapping in listed for name, value in mapping.items()}


def _tied(values: dict[str, Any], tensors: dict[str, Any]) -> dict[str, Any]:
    """`values`, also under the other names that the module has for a tensor."""
    names: dict[int, list[str]] = {}
    for name, tensor in tensors.items():
        names.setdefault(id(tensor), []).append(name)
    complete = dict(values)
    for name in values.keys() & tensors.keys():
        shared = names[id(tensors[name])]
        for other in shared:
            if values.get(other, values[name]) is not values[name]:
                raise ValueFault(f"functional_call got multiple values for keys {sorted(shared)}, which are tied. "
                                 "Consider using tie_weights=False")
            complete[other] = values[name]
    return complete


def _check_names(name: str, values: dict[str, Any], tensors: dict[str, Any]) -> None:
    """Refuse names that the module has not, and to leave out names that it has."""
    kinds = ("Unexpected", [*(key for key in values if key not in tensors)]), (
        "Missing", [*(key for key in tensors if key not in values)])
    complaints = [f"{kind} key(s): {', '.join(map(repr, sorted(keys)))}." for kind, keys in kinds if keys]
    if complaints:
        raise TypeFault(f"Error(s) in reparametrizing for {name}:\n\t" + "\n\t".join(complaints))


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and buffers of modules of one class by name, stacked along a new first dimension."""
    return stacked_state(models, "stack_module_state")


def stacked_state(models: Any, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """`stack_module_state`, for the function of this name."""
    if not isinstance(models, list | tuple | ModuleList) or not all(isinstance(model, Module) for model in models):
        raise ArgumentFault(f"{name}() needs a list of modules, not {described(models)}")
    modules: list[Any] = list(models)
    if not modules:
        raise TypeFault(f"{name}: Expected at least one model, got 0.")
    if len({model.training for model in modules}) > 1:
        raise TypeFault(f"{name}: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(modules[0]) for model in modules):
        raise TypeFault(f"{name}: Expected all models to be of the same class.")
    return tuple(_stacked([dict(getattr(model, method)()) for model in modules])      # type: ignore[return-value]  # two of them
                 for method in ("named_parameters", "named_buffers"))


def _stacked(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Leaves that hold the tensors of every name along a first dimension."""
    stacked: dict[str, Any] = {}
    for name in states[0]:
        if any(name not in state for state in states):
            raise TypeFault(f"stack_module_state: one of the models has no {name}")
        tensors = [state[name] for state in states]
        learning = {tensor.requires_grad for tensor in tensors}
        if len(learning) > 1:
            raise TypeFault(f"Expected {name} from each model to have the same .requires_grad")
        stacked[name] = traced.stack(tensors).detach().requires_grad_(learning.pop())
    return stacked
