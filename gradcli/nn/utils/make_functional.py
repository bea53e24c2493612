"""The functions of functorch, before it was torch.func: modules as functions of a tuple of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import TypeFault
from gradcli.nn.module.cloning import clone_module
from gradcli.nn.module.module import Module
from gradcli.nn.utils.functional_call import functional_call, stacked_state


def make_functional(model: Any, disable_autograd_tracking: bool = False) -> tuple[Any, Any]:
    """A function of (params, *inputs) that computes as `model`, and its parameters."""
    copy, parameters, buffers = _state_of_copy(model, disable_autograd_tracking)
    if buffers:
        raise TypeFault("make_functional(model): `model` has buffers. Please use make_functional_with_buffers(model) "
                        "instead.")

    def function(params: Any, *args: Any, **kwargs: Any) -> Any:
        return functional_call(copy, _by_name(parameters, params), args, kwargs)

    return function, tuple(parameters.values())


def make_functional_with_buffers(model: Any, disable_autograd_tracking: bool = False) -> tuple[Any, Any, Any]:
    """A function of (params, buffers, *inputs) that computes as `model`, its parameters, and its buffers."""
    copy, parameters, buffers = _state_of_copy(model, disable_autograd_tracking)
    return _with_buffers(copy, parameters, buffers), tuple(parameters.values()), tuple(buffers.values())


def combine_state_for_ensemble(models: Any) -> tuple[Any, Any, Any]:
    """The function of one of the models, and the parameters and buffers of all, stacked along a first dimension."""
    parameters, buffers = stacked_state(models, "combine_state_for_ensemble")
    function = _with_buffers(clone_module(models[0]), parameters, buffers)
    params, rest = (tuple(tensor.detach() for tensor in state.values()) for state in (parameters, buffers))
    return function, params, rest


def _state_of_copy(model: Any, disable_autograd_tracking: bool) -> tuple[Module, dict[str, Any], dict[str, Any]]:
    """A copy of `model`, and the parameters and buffers of the copy by name."""
    if not isinstance(model, Module):
        raise NoTensor(f"a module is made a function, not {described(model)}", "make_functional(net)").saying(
            f"'{type_name(model)}' object has no attribute 'named_parameters'")
    copy = clone_module(model)
    if disable_autograd_tracking:
        copy.requires_grad_(False)
    return copy, dict(copy.named_parameters()), dict(copy.named_buffers())


def _with_buffers(module: Module, parameters: dict[str, Any], buffers: dict[str, Any]) -> Callable[..., Any]:
    def function(params: Any, buffer_values: Any, *args: Any, **kwargs: Any) -> Any:
        values = _by_name(parameters, params) | _by_name(buffers, buffer_values)
        return functional_call(module, values, args, kwargs)

    return function


def _by_name(names: dict[str, Any], values: Any) -> dict[str, Any]:
    """`values`, in the order of the names."""
    return dict(zip(names, values, strict=False))
