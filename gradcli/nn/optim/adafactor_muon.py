"""Adafactor, Muon and SparseAdam."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.dtypes import float_limits
from gradcli.engine.tensor.tensor import Size
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault
from gradcli.nn.optim.adaptive import _WithBetas, lerp
from gradcli.nn.optim.optimizer import Array, Optimizer, scalar, scalar_pair
from gradcli.nn.optim.parameter_states import COLUMNS, LIKE, ROWS, STEPS


def _norm(values: Array) -> float:
    return float(raw.norm(values, 2))


def _mean_square(values: Array, dim: int) -> Array:
    lengths: Array = raw.norm(values, 2, dim, True)
    means: Array = lengths * lengths / values.shape[dim]
    return means


class Adafactor(Optimizer):
    """Steps scaled by the means of rows and columns of squared gradients (Shazeer and Stern, 2018)."""

    __slots__ = ()
    _module_path = "torch.optim._adafactor"
    _entry_kinds = {"step": STEPS, "row_var": ROWS, "col_var": COLUMNS, "variance": LIKE}

    def __init__(self, params: Any, lr: float = 1e-2, beta2_decay: float = -0.8, eps: Any = (None, 1e-3),
                 d: float = 1.0, weight_decay: float = 0.0, *, foreach: Any = None, maximize: bool = False) -> None:
        super().__init__(params, {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize})

    def _plain_options(self, group: dict[str, Any]) -> None:
        super()._plain_options(group | {"eps": None})
        self._eps(group)

    def _eps(self, group: dict[str, Any]) -> tuple[Any, float]:
        eps: Any = group.get("eps")
        if type(eps) not in (tuple, list) or len(eps) != 2 or not (eps[0] is None or type(eps[0]) in NUMBERS):
            raise ArgumentFault(f"the option eps of Adafactor must be None or a number, and a number, not "
                                f"{described(eps)}", "eps=(None, 1e-3)")
        return eps[0], scalar({"eps": eps[1]}, "eps", None)

    def _check(self, group: dict[str, Any]) -> None:
        first, second = self._eps(group)
        least = {"Learning rate": scalar(group, "lr", None), "weight_decay": scalar(group, "weight_decay", None),
                 "epsilon1": 0 if first is None else first, "epsilon2": second}
        for name in ("Learning rate", "epsilon1", "epsilon2", "weight_decay"):
            if not least[name] >= 0:
                raise ValueFault(f"{name} should be >= 0 but is: {least[name]}")
        if not scalar(group, "beta2_decay", None) <= 0:
            raise ValueFault(f"beta2_decay should be <= 0 but is: {group['beta2_decay']}")
        if not scalar(group, "d", None) >= 1:
            raise ValueFault(f"Clipping threshold d should be >= 1 but is: {group['d']}")

    def _options(self, group: dict[str, Any]) -> Any:
        return (scalar(group, "lr"), scalar(group, "beta2_decay", None), *self._eps(group), scalar(group, "d"),
                scalar(group, "weight_decay"))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, beta2_decay, eps1, eps2, clip, decay = options
        if not state:
            state["step"] = 0
            if grad.ndim > 1:
                state["row_var"] = np.zeros((*grad.shape[:-1], 1), grad.dtype)
                state["col_var"] = np.zeros((*grad.shape[:-2], 1, grad.shape[-1]), grad.dtype)
            else:
                state["variance"] = np.zeros_like(grad)
        state["step"] += 1
        step = float(state["step"])
        eps1 = float(float_limits(param.dtype).eps) if eps1 is None else eps1
        weight = step**beta2_decay
        size = max(eps2, _norm(param) / param.size**0.5) * min(lr, 1 / step**0.5) if param.size else 0.0
        if decay:
            param *= 1 - lr * decay
        variance = self._variance(grad, state, weight, eps1)
        update = grad / np.sqrt(np.maximum(variance, eps1 * eps1))
        param -= update * (size / max(1.0, _norm(update) / (update.size**0.5 * clip)) if update.size else 0.0)

    @staticmethod
    def _variance(grad: Array, state: dict[str, Any], weight: float, eps1: float) -> Array:
        if "variance" in state:
            lerp(state["variance"], grad * grad, weight)
            variance: Array = state["variance"]
            return variance
        rows, columns = state["row_var"], state["col_var"]
        lerp(rows, _mean_square(grad, -1), weight)
        lerp(columns, _mean_square(grad, -2), weight)
        estimate: Array = rows @ columns / np.maximum(rows.mean(-2, keepdims=True), eps1)
        return estimate


def _to_bfloat16(values: Array) -> Array:
    """Values rounded to bfloat16, as float32."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded: Array = ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return rounded


class Muon(Optimizer):
    """The momentum of a matrix, made orthogonal by five steps of Newton and Schulz (Jordan and others, 2024)."""

    __slots__ = ()
    _module_path = "torch.optim._muon"
    _entry_kinds = {"momentum_buffer": LIKE}

    def __init__(self, params: Any, lr: float = 1e-3, weight_decay: float = 0.1, momentum: float = 0.95,
                 nesterov: bool = True, ns_coefficients: Any = (3.4445, -4.775, 2.0315), eps: float = 1e-7,
                 ns_steps: int = 5, adjust_lr_fn: Any = None) -> None:
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueFault(f"Adjust learning rate function {adjust_lr_fn if type(adjust_lr_fn) is str else '...'} is "
                             "not supported", '"original"', '"match_rms_adamw"')
        super().__init__(params, {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn})
        for group in self.param_groups:
            for p in group["params"]:
                if p.array.ndim != 2:
                    raise ValueFault("Muon only supports 2D parameters whereas we found a parameter with size: "
                                     f"{Size(p.array.shape)}")

    def _check(self, group: dict[str, Any]) -> None:
        for name, word in (("lr", "Learning rate"), ("momentum", "momentum"), ("weight_decay", "weight decay")):
            if not scalar(group, name, None) >= 0:
                raise ValueFault(f"{word} should be >= 0 but is: {group[name]}")

    def _options(self, group: dict[str, Any]) -> Any:
        coefficients: Any = group.get("ns_coefficients")
        if type(coefficients) not in (tuple, list) or len(coefficients) != 3:
            raise ValueFault("Coefficients must be a tuple of exactly 3 values")
        if scalar(group, "ns_steps") >= 100:
            raise ValueFault("Number of steps must be less than 100 for computational efficiency")
        return (scalar(group, "lr"), scalar(group, "weight_decay"), scalar(group, "momentum"),
                bool(group.get("nesterov")), tuple(scalar({"c": c}, "c", None) for c in coefficients),
                scalar(group, "eps"), int(scalar(group, "ns_steps")), group.get("adjust_lr_fn"))

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        lr, decay, momentum, nesterov, coefficients, eps, steps, adjusted = options
        if grad.ndim != 2:
            raise ValueFault("Param gradient must be a 2D matrix")
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = np.zeros_like(grad)
        buffer = state["momentum_buffer"]
        lerp(buffer, grad, 1 - momentum)
        update = buffer
        if nesterov:
            update = np.array(grad)
            lerp(update, buffer, momentum)
        update = self._orthogonal(update, coefficients, eps, steps)
        rows, columns = param.shape
        ratio = (0.2 * math.sqrt(max(rows, columns)) if adjusted == "match_rms_adamw"
                 else math.sqrt(max(1, rows / columns)))
        param *= 1 - lr * decay
        param -= update.astype(param.dtype, copy=False) * (lr * ratio)

    @staticmethod
    def _orthogonal(values: Array, coefficients: tuple[float, ...], eps: float, steps: int) -> Array:
        """The orthogonal factor of `values`, approximated by `steps` Newton-Schulz iterations in bfloat16."""
        a, b, c = coefficients
        tall = values.shape[0] > values.shape[1]
        x = _to_bfloat16(values.T if tall else values)
        length = _to_bfloat16(np.sqrt(np.sum(x * x, dtype=np.float32)).reshape(1))
        x = _to_bfloat16(x / np.maximum(length, np.float32(eps)))
        for _ in range(steps):
            gram = _to_bfloat16(x @ x.T)
            change = _to_bfloat16(np.float32(b) * gram + np.float32(c) * (gram @ gram))
            x = _to_bfloat16(np.float32(a) * x + change @ x)
        return x.T if tall else x


class SparseAdam(_WithBetas):
    """Adam for sparse gradients. Gradients here are dense, so that steps raise GradFault, as in torch."""

    __slots__ = ()
    _module_path = "torch.optim.sparse_adam"
    _entry_kinds = {"step": STEPS, "exp_avg": LIKE, "exp_avg_sq": LIKE}

    def __init__(self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 maximize: bool = False) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def _options(self, group: dict[str, Any]) -> Any:
        return scalar(group, "lr"), *scalar_pair(group, "betas"), scalar(group, "eps")

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        raise GradFault("SparseAdam does not support dense gradients, please consider Adam instead",
                        ("torch.optim.Adam(params)", "for dense gradients"))
