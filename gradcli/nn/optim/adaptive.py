"""Adam, AdamW, Adamax, RMSprop, Adagrad, Adadelta: steps scaled by running means of the gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.numerics.fma import multiply_add
from gradcli.faults.tree import ValueFault
from gradcli.nn.optim.optimizer import Array, Optimizer, scalar, scalar_pair
from gradcli.nn.optim.parameter_states import LIKE, STEPS


def lerp(average: Array, new: Array, weight: float) -> None:
    """average += weight * (new - average), in place; the formula of torch.lerp, which starts from the nearer end."""
    if weight < 0.5:
        average[...] = multiply_add(new - average, weight, average)
    else:
        average[...] = multiply_add(average - new, 1 - weight, new)


def add_squares(average: Array, new: Array, decay: float) -> None:
    """average = decay * average + (1 - decay) * new**2, in place."""
    average *= decay
    average[...] = multiply_add(new * new.dtype.type(1 - decay), new, average)


class _WithBetas(Optimizer):
    """An optimiser with the option betas: the decay of two running means."""

    __slots__ = ()

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        for i, beta in enumerate(scalar_pair(group, "betas")):
            if not 0 <= beta < 1:
                raise ValueFault(f"Invalid beta parameter at index {i}: {beta}")


def moments(param: Array, grad: Array, state: dict[str, Any], lr: float, beta1: float, beta2: float, decay: float,
            decoupled: bool) -> tuple[Array, Array]:
    """Update and return exp_avg and exp_avg_sq, after weight decay, which `decoupled` applies to the parameter."""
    state["step"] += 1
    if decay and decoupled:
        param *= 1 - lr * decay
    elif decay:
        grad = multiply_add(param, decay, grad)
    mean, square = state["exp_avg"], state["exp_avg_sq"]
    lerp(mean, grad, 1 - beta1)
    add_squares(square, grad, beta2)
    return mean, square


class Adam(_WithBetas):
    """Adam (Kingma and Ba, 2014)."""

    __slots__ = ()
    _module_path = "torch.optim.adam"
    _entry_kinds = {"step": STEPS, "exp_avg": LIKE, "exp_avg_sq": LIKE, "max_exp_avg_sq": LIKE}

    def __init__(self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, amsgrad: bool = False, *, foreach: Any = None, maximize: bool = False,
                 capturable: bool = False, differentiable: bool = False, fused: Any = None,
                 decoupled_weight_decay: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            "fused": fused, "decoupled_weight_decay": decoupled_weight_decay})

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), *scalar_pair(group, "betas"), scalar(group, "eps"), scalar(group, "weight_decay"),
                bool(group.get("amsgrad")), bool(group.get("decoupled_weight_decay")))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, beta1, beta2, eps, decay, amsgrad, decoupled = options
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(param), exp_avg_sq=np.zeros_like(param))
            if amsgrad:
                state["max_exp_avg_sq"] = np.zeros_like(param)
        mean, square = moments(param, grad, state, lr, beta1, beta2, decay, decoupled)
        if amsgrad:
            square = np.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        step: int = state["step"]
        scale = np.sqrt(square)
        scale /= (1 - beta2**step) ** 0.5
        scale += eps
        param += mean * -(lr / (1 - beta1**step)) / scale


class AdamW(Adam):
    """Adam with the weights' decay apart from the gradient (Loshchilov and Hutter, 2017)."""

    __slots__ = ()
    _module_path = "torch.optim.adamw"

    def __init__(self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 1e-2, amsgrad: bool = False, *, maximize: bool = False, foreach: Any = None,
                 capturable: bool = False, differentiable: bool = False, fused: Any = None) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
                         capturable=capturable, differentiable=differentiable, fused=fused,
                         decoupled_weight_decay=True)


class Adamax(_WithBetas):
    """Adam with the largest gradient in place of the mean square (Kingma and Ba, 2014)."""

    __slots__ = ()
    _module_path = "torch.optim.adamax"
    _entry_kinds = {"step": STEPS, "exp_avg": LIKE, "exp_inf": LIKE}

    def __init__(self, params: Any, lr: float = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, foreach: Any = None, *, maximize: bool = False,
                 differentiable: bool = False, capturable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable})

    def _options(self, group: dict[str, Any]) -> Any:
        return scalar(group, "lr"), *scalar_pair(group, "betas"), scalar(group, "eps"), scalar(group, "weight_decay")

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, beta1, beta2, eps, decay = options
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(param), exp_inf=np.zeros_like(param))
        state["step"] += 1
        if decay:
            grad = multiply_add(param, decay, grad)
        lerp(state["exp_avg"], grad, 1 - beta1)
        largest = state["exp_inf"]
        largest *= beta2
        np.maximum(largest, np.abs(grad) + eps, out=largest)
        param += state["exp_avg"] * -(lr / (1 - beta1 ** state["step"])) / largest


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients (Hinton, 2012)."""

    __slots__ = ()
    _module_path = "torch.optim.rmsprop"
    _entry_kinds = {"step": STEPS, "square_avg": LIKE, "momentum_buffer": LIKE, "grad_avg": LIKE}

    def __init__(self, params: Any, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
                 momentum: float = 0, centered: bool = False, capturable: bool = False, foreach: Any = None,
                 maximize: bool = False, differentiable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        scalar(group, "alpha")

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), scalar(group, "alpha"), scalar(group, "eps"), scalar(group, "weight_decay"),
                scalar(group, "momentum"), bool(group.get("centered")))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, alpha, eps, decay, momentum, centered = options
        if not state:
            state.update(step=0, square_avg=np.zeros_like(param))
            if momentum:
                state["momentum_buffer"] = np.zeros_like(param)
            if centered:
                state["grad_avg"] = np.zeros_like(param)
        state["step"] += 1
        if decay:
            grad = multiply_add(param, decay, grad)
        square = state["square_avg"]
        add_squares(square, grad, alpha)
        if centered:
            mean = state["grad_avg"]
            lerp(mean, grad, 1 - alpha)
            square = multiply_add(-mean, mean, square)
        scale = np.sqrt(square)
        scale += eps
        if momentum:
            buffer = state["momentum_buffer"]
            buffer *= momentum
            buffer += grad / scale
            param[...] = multiply_add(buffer, -lr, param)
        else:
            param += grad * -lr / scale


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of squared gradients (Duchi and others, 2011)."""

    __slots__ = ()
    _module_path = "torch.optim.adagrad"
    _entry_kinds = {"step": STEPS, "sum": LIKE}

    def __init__(self, params: Any, lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
                 initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: Any = None, *,
                 maximize: bool = False, differentiable: bool = False, fused: Any = None) -> None:
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "fused": fused})
        for group in self.param_groups:
            start = scalar(group, "initial_accumulator_value", None)
            for p in group["params"]:
                parts = raw.pairs(p.array) if p.array.dtype.kind == "c" else p.array
                self._arrays[p] = {"step": 0, "sum": np.full_like(parts, start)}

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        scalar(group, "lr_decay")
        scalar(group, "initial_accumulator_value")

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), scalar(group, "lr_decay"), scalar(group, "weight_decay"), scalar(group, "eps"),
                scalar(group, "initial_accumulator_value"))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, lr_decay, decay, eps, start = options
        if not state:
            state.update(step=0, sum=np.full_like(param, start))
        state["step"] += 1
        if decay:
            grad = multiply_add(param, decay, grad)
        total = state["sum"]
        total[...] = multiply_add(grad, grad, total)
        param += grad * -(lr / (1 + (state["step"] - 1) * lr_decay)) / (np.sqrt(total) + eps)


class Adadelta(Optimizer):
    """Steps scaled to the size that earlier steps had (Zeiler, 2012)."""

    __slots__ = ()
    _module_path = "torch.optim.adadelta"
    _entry_kinds = {"step": STEPS, "square_avg": LIKE, "acc_delta": LIKE}

    def __init__(self, params: Any, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0,
                 foreach: Any = None, *, capturable: bool = False, maximize: bool = False,
                 differentiable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not 0 <= scalar(group, "rho", None) <= 1:
            raise ValueFault(f"Invalid rho value: {group['rho']}")

    def _options(self, group: dict[str, Any]) -> Any:
        return scalar(group, "lr"), scalar(group, "rho"), scalar(group, "eps"), scalar(group, "weight_decay")

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, rho, eps, decay = options
        if not state:
            state.update(step=0, square_avg=np.zeros_like(param), acc_delta=np.zeros_like(param))
        state["step"] += 1
        if decay:
            grad = multiply_add(param, decay, grad)
        square, steps = state["square_avg"], state["acc_delta"]
        add_squares(square, grad, rho)
        delta = np.sqrt(steps + eps) / np.sqrt(square + eps) * grad
        add_squares(steps, delta, rho)
        param[...] = multiply_add(delta, -lr, param)
