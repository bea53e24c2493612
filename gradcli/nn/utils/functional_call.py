"""`functional_call` and `stack_module_state`: modules as functions of their parameters."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, TypeFault, ValueFault
from gradcli.nn.module.container import ModuleList
from gradcli.nn.module.module import Module


def functional_call(module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: Any = None, *,
                    tie_weights: bool = True, strict: bool = False) -> Any:
    """`module(*args, **kwargs)` with these tensors in place of its parameters and buffers."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"functional_call() needs a module, not {described(module)}")
    dicts = parameter_and_buffer_dicts
    values: dict[str, Any] = {}
    for named in dicts if isinstance(dicts, list | tuple) else [dicts]:
        if not isinstance(named, dict) or not all(type(name) is str for name in named):
            raise ArgumentFault(f"functional_call() needs a dict of tensors by name, not {described(named)}")
        if twice := [name for name in named if name in values]:
            raise ValueFault(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        values |= named
    places = dict(module.named_modules())
    if strict:
        _check_names(module, values)
    replaced = []
    try:
        for name, value in values.items():
            path, _, leaf = name.rpartition(".")
            inner = places.get(path)
            if inner is None or not any(leaf in registry for registry in (inner._parameter_dict, inner._buffer_dict)):
                raise ArgumentFault(f"the module has no parameter or buffer {brief(name)}")
            if not isinstance(value, Tensor):
                raise ArgumentFault(f"{name} can only be replaced by a tensor, not by {described(value)}")
            replaced.append((inner, leaf, inner.__dict__[leaf]))
            inner.__dict__[leaf] = value
        arguments = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*arguments, **(kwargs or {}))
    finally:
        for inner, leaf, value in reversed(replaced):
            inner.__dict__[leaf] = value


def _check_names(module: Any, values: dict[str, Any]) -> None:
    """Refuse names that the module does not have, and names of it that have no value."""
    names = [name for kind in (module.named_parameters, module.named_buffers) for name, _ in kind()]
    words = [f"\n\t{what} key(s): {', '.join(map(repr, sorted(keys)))}." for what, keys in (
        ("Unexpected", [name for name in values if name not in names]),
        ("Missing", [name for name in names if name not in values])) if keys]
    if words:
        raise TypeFault(f"Error(s) in reparametrizing for {type(module).__name__}:{''.join(words)}")


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and buffers of modules of one class by name, stacked along a new first dimension."""
    if not isinstance(models, list | tuple | ModuleList) or not all(isinstance(model, Module) for model in models):
        raise ArgumentFault(f"stack_module_state() needs a list of modules, not {described(models)}")
    modules: list[Any] = list(models)
    if not modules:
        raise TypeFault("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in modules}) > 1:
        raise TypeFault("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(modules[0]) for model in modules):
        raise TypeFault("stack_module_state: Expected all models to be of the same class.")
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
