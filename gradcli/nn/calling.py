"""`torch.func.functional_call`: a module as a function of its parameters as well."""

from __future__ import annotations

from typing import Any

from gradcli.engine.signature import brief, described
from gradcli.engine.tensor import Tensor
from gradcli.errors import ArgumentFault
from gradcli.nn.module import Module


def functional_call(module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: Any = None, *,
                    tie_weights: bool = True, strict: bool = False) -> Any:
    """What `module` makes of `args` with other tensors in place of the parameters and buffers that are named."""
    if not isinstance(module, Module):
        raise ArgumentFault(f"functional_call() needs a module, not {described(module)}")
    dicts = parameter_and_buffer_dicts
    values: dict[str, Any] = {}
    for named in dicts if isinstance(dicts, list | tuple) else [dicts]:
        if not isinstance(named, dict) or not all(type(name) is str for name in named):
            raise ArgumentFault(f"functional_call() needs a dict of tensors by name, not {described(named)}")
        values |= named
    places = dict(module.named_modules())
    before = []
    try:
        for name, value in values.items():
            path, _, leaf = name.rpartition(".")
            inner = places.get(path)
            if inner is None or not any(leaf in each for each in (inner._own, inner._kept)):
                raise ArgumentFault(f"the module has no parameter or buffer {brief(name)}")
            if not isinstance(value, Tensor):
                raise ArgumentFault(f"{name} can only be replaced by a tensor, not by {described(value)}")
            before.append((inner, leaf, inner.__dict__[leaf]))
            inner.__dict__[leaf] = value
        given = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*given, **(kwargs or {}))
    finally:
        for inner, leaf, value in reversed(before):
            inner.__dict__[leaf] = value
