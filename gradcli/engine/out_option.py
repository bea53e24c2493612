"""The option `out`: the result of a function goes into tensors that the program has.

PyTorch's functions differ in which element types `out` may have, and in their messages about others
(messages/out_tensors.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.inplace import store, writable
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.engine.tensor.variable import grad_mode
from gradcli.engine.tensor.write_gate import refuse_shared
from gradcli.faults.tree import ArgumentFault, GradFault, ShapeFault


def with_out(cls: type[Op], name: str, call: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call `call`, the function `name` of an operation, and store its results in the tensors of the option `out`."""
    from gradcli.engine.messages.out_tensors import WITHOUT  # late: few programs need them

    if name in WITHOUT or cls.names[0] in WITHOUT:
        cls.signature.fit(name, args, options)      # which says that there is no such option
    out = options.pop("out")
    targets = _tensors((out,))
    if cls.no_overlap or cls.elementwise:
        read = [x.array for x in _tensors((*args, *options.values()))]
        for target in targets:
            refuse_shared(target.array, read, name, cls.no_overlap)
    if targets and (cls.out_decides_type or cls.creates):
        options.setdefault("dtype", targets[0].array.dtype)
    result = call(*args, **options)
    if cls.elementwise and cls.type_promotion != "same" and isinstance(result, Tensor):
        shape, operand = targets[0].array.shape if targets else (), any(out is x for x in (*args, *options.values()))
        if operand and shape != result.array.shape:
            raise ShapeFault(f"output with shape {list(shape)} doesn't match the broadcast shape "
                             f"{list(result.array.shape)}", (f"torch.{name}(...)", "the result in a tensor of its own"))
    return _into(cls, name, out, result)


def _tensors(values: tuple[Any, ...]) -> list[Tensor]:
    """The tensors among values, those in lists and tuples included."""
    return [x for value in values for x in (value if isinstance(value, list | tuple) else (value,))
            if isinstance(x, Tensor)]


def _into(cls: type[Op], name: str, out: Any, result: Any) -> Any:
    """`out` with the result in it; several results go into a tuple of tensors."""
    if out is None:
        return result
    several = isinstance(result, tuple)
    if not several:
        pairs = [(out, result)]
    elif isinstance(out, list | tuple):
        if len(out) != len(result):
            raise ArgumentFault(f"{name}() has {len(result)} results, and was given {len(out)} tensors as out").saying(
                f"expected tuple of {len(result)} elements but got {len(out)}")
        pairs = list(zip(out, result, strict=True))
    else:
        pairs = [(out, None)]
    for target, value in pairs:
        if not isinstance(target, Tensor) or not isinstance(value, Tensor):
            needed = f"a tuple of {len(result)} tensors" if several else "a tensor"
            raise ArgumentFault(f"{name}() needs {needed} as out, not {described(target)}").saying(
                f"{name}(): argument 'out' must be {needed[2:].replace('tensor', 'Tensor')}, not {type_name(target)}")
    fields = getattr(result, "_fields", ("result",) * len(pairs))
    for field, (target, value) in zip(fields, pairs, strict=True):
        if grad_mode.on and (target.requires_grad or value.requires_grad):
            raise GradFault(f"{name}(): functions with out=... arguments don't support automatic differentiation, "
                            "but one of the arguments requires grad.",
                            (f"y = torch.{name}(...)", "the result as a new value, with its history"))
        if target.array.dtype is not value.array.dtype:
            from gradcli.engine.messages.out_tensors import refuse_type

            refuse_type(cls, field, value.array.dtype, target.array.dtype)
    stored = [_store(target, value, name) for target, value in pairs]
    return (type(result)(*stored) if hasattr(result, "_fields") else tuple(stored)) if several else stored[0]


def _store(target: Tensor, value: Tensor, name: str) -> Tensor:
    """`target`, resized if need be, with `value` in it."""
    writable(target, name)
    if target.array.shape != value.array.shape:
        if target.array.size:
            DisplayHooks.note("resized out", "An output with one or more elements was resized since it had shape "
                              f"{list(target.array.shape)}, which does not match the required output shape "
                              f"{list(value.array.shape)}")
        target.resize_(value.array.shape)
    return store(target, value, name)
