"""SGD and Rprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.numerics.fma import multiply_add
from gradcli.faults.tree import ValueFault
from gradcli.nn.optim.optimizer import Array, Optimizer, scalar, scalar_pair
from gradcli.nn.optim.parameter_states import LIKE, STEPS


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum."""

    __slots__ = ()
    _module_path = "torch.optim.sgd"
    _entry_kinds = {"momentum_buffer": LIKE}
    _first_use = dict.fromkeys(("lr", "momentum", "weight_decay"),
                               "'<' not supported between instances of '{type}' and 'float'")

    def __init__(self, params: Any, lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
                 weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False, foreach: Any = None,
                 differentiable: bool = False, fused: Any = None) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueFault("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
            "fused": fused})

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr", None), scalar(group, "momentum"), scalar(group, "dampening", None),
                scalar(group, "weight_decay"), bool(group.get("nesterov")))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, momentum, dampening, decay, nesterov = options
        if decay:
            grad = multiply_add(param, decay, grad)
        if momentum:
            buffer = state.get("momentum_buffer")
            if buffer is None:
                buffer = state["momentum_buffer"] = np.array(grad)
            else:
                buffer *= momentum
                buffer[...] = multiply_add(grad, 1 - dampening, buffer)
            grad = multiply_add(buffer, momentum, grad) if nesterov else buffer
        param[...] = multiply_add(grad, -lr, param)


class Rprop(Optimizer):
    """Resilient backpropagation (Riedmiller and Braun, 1993): a step size for each number, by its gradient's sign."""

    __slots__ = ()
    _module_path = "torch.optim.rprop"
    _entry_kinds = {"step": STEPS, "prev": LIKE, "step_size": LIKE}

    def __init__(self, params: Any, lr: float = 1e-2, etas: tuple[float, float] = (0.5, 1.2),
                 step_sizes: tuple[float, float] = (1e-6, 50), *, capturable: bool = False, foreach: Any = None,
                 maximize: bool = False, differentiable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "capturable": capturable})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        less, more = scalar_pair(group, "etas")
        if not 0 < less < 1 < more:
            raise ValueFault(f"Invalid eta values: {less}, {more}")

    def _options(self, group: dict[str, Any]) -> Any:
        return scalar(group, "lr"), *scalar_pair(group, "etas"), *scalar_pair(group, "step_sizes")

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, less, more, least, most = options
        if not state:
            state.update(step=0, prev=np.zeros_like(param), step_size=np.full_like(param, lr))
        state["step"] += 1
        turned = grad * state["prev"]
        factor = np.where(turned > 0, param.dtype.type(more), np.where(turned < 0, param.dtype.type(less), 1))
        size = state["step_size"]
        np.clip((size * factor).astype(size.dtype, copy=False), least, most, out=size)
        grad = np.where(turned < 0, 0, grad)
        param -= np.sign(grad) * size
        state["prev"][...] = grad
