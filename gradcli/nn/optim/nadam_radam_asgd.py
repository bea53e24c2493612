"""Adam with Nesterov's momentum, Adam with a rectified variance, and averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.numerics.fma import multiply_add
from gradcli.nn.optim.adaptive import _WithBetas, add_squares, lerp, moments
from gradcli.nn.optim.optimizer import Array, Optimizer, scalar, scalar_pair
from gradcli.nn.optim.parameter_states import LIKE, NUMBER, STEPS, number_type


class NAdam(_WithBetas):
    """Adam with Nesterov's momentum (Dozat, 2016)."""

    __slots__ = ()
    _module_path = "torch.optim.nadam"
    _entry_kinds = {"step": STEPS, "mu_product": NUMBER, "exp_avg": LIKE, "exp_avg_sq": LIKE}

    def __init__(self, params: Any, lr: float = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, momentum_decay: float = 4e-3, decoupled_weight_decay: bool = False, *,
                 foreach: Any = None, maximize: bool = False, capturable: bool = False,
                 differentiable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable})

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        scalar(group, "momentum_decay")

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), *scalar_pair(group, "betas"), scalar(group, "eps"), scalar(group, "weight_decay"),
                scalar(group, "momentum_decay"), bool(group.get("decoupled_weight_decay")))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, beta1, beta2, eps, decay, momentum_decay, decoupled = options
        if not state:
            state.update(step=0, mu_product=np.ones((), number_type()), exp_avg=np.zeros_like(param),
                         exp_avg_sq=np.zeros_like(param))
        state["step"] += 1
        step = state["step"]
        if decay and decoupled:
            param *= 1 - lr * decay
        elif decay:
            grad = multiply_add(param, decay, grad)
        mu, following = (beta1 * (1.0 - 0.5 * 0.96 ** (at * momentum_decay)) for at in (step, step + 1))
        state["mu_product"] *= state["mu_product"].dtype.type(mu)
        product = float(state["mu_product"])
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        lerp(mean, grad, 1 - beta1)
        add_squares(square, grad, beta2)
        scale = np.sqrt(square / (1 - beta2**step))
        scale += eps
        param += grad * (-lr * (1.0 - mu) / (1.0 - product)) / scale
        param += mean * (-lr * following / (1.0 - product * following)) / scale


class RAdam(_WithBetas):
    """Adam with a rectified variance: no adaptive scale in the first steps (Liu and others, 2019)."""

    __slots__ = ()
    _module_path = "torch.optim.radam"
    _entry_kinds = {"step": STEPS, "exp_avg": LIKE, "exp_avg_sq": LIKE}

    def __init__(self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, decoupled_weight_decay: bool = False, *, foreach: Any = None,
                 maximize: bool = False, capturable: bool = False, differentiable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "foreach": foreach, "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable})

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), *scalar_pair(group, "betas"), scalar(group, "eps"), scalar(group, "weight_decay"),
                bool(group.get("decoupled_weight_decay")))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, beta1, beta2, eps, decay, decoupled = options
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(param), exp_avg_sq=np.zeros_like(param))
        mean, square = moments(param, grad, state, lr, beta1, beta2, decay, decoupled)
        step = state["step"]
        bias_correction2 = 1 - beta2**step
        rho_inf = 2 / (1 - beta2) - 1
        rho_t = rho_inf - 2 * step * beta2**step / bias_correction2
        move = mean / (1 - beta1**step) * lr
        if rho_t > 5.0:
            scale = np.sqrt(square)
            scale += eps
            rectification = ((rho_t - 4) * (rho_t - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho_t)) ** 0.5
            move = move * (bias_correction2**0.5 / scale) * rectification
        param -= move


class ASGD(Optimizer):
    """Averaged stochastic gradient descent: state `ax` is the average of the iterates (Polyak and Juditsky, 1992)."""

    __slots__ = ()
    _module_path = "torch.optim.asgd"
    _entry_kinds = {"step": STEPS, "eta": NUMBER, "mu": NUMBER, "ax": LIKE}

    def __init__(self, params: Any, lr: float = 1e-2, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6,
                 weight_decay: float = 0, foreach: Any = None, maximize: bool = False, differentiable: bool = False,
                 capturable: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable})

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), scalar(group, "lambd", None), scalar(group, "alpha", None),
                scalar(group, "t0", None), scalar(group, "weight_decay"))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, lambd, alpha, begin, decay = options
        if not state:
            state.update(step=0, eta=np.array(lr, number_type()), mu=np.ones((), number_type()),
                         ax=np.zeros_like(param))
        state["step"] += 1
        if decay:
            grad = multiply_add(param, decay, grad)
        eta, mu, average = float(state["eta"]), float(state["mu"]), state["ax"]
        param *= 1 - lambd * eta
        param[...] = multiply_add(grad, -eta, param)
        if mu == 1:
            average[...] = param
        else:
            average += (param - average) * mu
        state["eta"][...] = lr / (1 + lambd * lr * state["step"]) ** alpha
        state["mu"][...] = 1 / max(1, state["step"] - begin)
