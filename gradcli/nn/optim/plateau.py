"""The schedule that looks at a measure: `torch.optim.lr_scheduler.ReduceLROnPlateau`."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.optim.lr_scheduler import LRScheduler, groups_of
from gradcli.nn.optim.optimizer import scalar


@exposed("in_cooldown", open_attributes=True, base=True, copied=True)
class ReduceLROnPlateau(LRScheduler):
    """Multiplies the rate by factor when a metric has not improved for more than `patience` epochs."""

    def __init__(self, optimizer: Any, mode: str = "min", factor: float = 0.1, patience: int = 10,
                 threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0, min_lr: Any = 0,
                 eps: float = 1e-8) -> None:
        if factor >= 1.0:
            raise ValueFault("Factor should be < 1.0.")
        if mode not in ("min", "max"):
            raise ValueFault(f"mode {brief(mode)} is unknown!", '"min"', '"max"')
        if threshold_mode not in ("rel", "abs"):
            raise ValueFault(f"threshold mode {brief(threshold_mode)} is unknown!", '"rel"', '"abs"')
        self.factor, self.optimizer, self._get_lr_called_within_step = factor, optimizer, False
        groups = groups_of(optimizer)
        self._last_lr, count = [scalar(group, "lr") for group in groups], len(groups)
        several = isinstance(min_lr, list | tuple)
        self.default_min_lr = None if several else scalar({"min_lr": min_lr}, "min_lr", None)
        self.min_lrs = [scalar({"min_lr": rate}, "min_lr", None) for rate in (min_lr if several else [min_lr] * count)]
        if len(self.min_lrs) != count:
            raise ValueFault(f"expected {count} min_lrs, got {len(self.min_lrs)}")
        self.patience, self.cooldown, self.eps, self.last_epoch = patience, cooldown, eps, 0
        self.mode_worse, self.mode = math.inf if mode == "min" else -math.inf, mode
        self.threshold, self.threshold_mode, self.best = threshold, threshold_mode, self.mode_worse
        self.cooldown_counter = self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether the rate was reduced within the last `cooldown` epochs."""
        return self.cooldown_counter > 0

    def state_dict(self) -> dict[str, Any]:
        options = self._options()
        at = [*options].index("last_epoch") + 1
        return dict([*options.items()][:at]) | {"_last_lr": list(self._last_lr)} | options

    def step(self, metrics: Any = None, epoch: Any = None) -> None:     # type: ignore[override]  # as torch has it
        """Record the metric, and reduce the rate if it has not improved for more than `patience` epochs."""
        if isinstance(metrics, Tensor) and metrics.array.size == 1:
            metrics = detached_for(metrics, "scheduler.step()").array.item()
        if type(metrics) not in NUMBERS:
            message = "ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'"
            raise ArgumentFault(f"a number is needed, not {described(metrics)}", "scheduler.step(loss)").saying(message)
        self.last_epoch += 1
        if self._better(metrics):
            self.best, self.num_bad_epochs = float(metrics), 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            groups = self.optimizer.param_groups
            if len(groups) != len(self.min_lrs):        # one was added
                if self.default_min_lr is None:
                    raise ShapeFault(f"The number of param groups in the `optimizer` ({len(groups)}) differs from when "
                                     f"`ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due to a new "
                                     "param group being added to the optimizer. Please modify the `min_lrs` field to "
                                     "match the length of the `optimizer` param groups.")
                self.min_lrs = [self.default_min_lr] * len(groups)
            for group, least in zip(groups, self.min_lrs, strict=True):
                rate = scalar(group, "lr")
                new = max(rate * self.factor, least)
                group["lr"] = new if rate - new > self.eps else rate
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _better(self, value: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        margin = self.threshold if self.threshold_mode == "abs" else self.threshold * self.best * sign
        if not math.isfinite(self.best):
            return sign * value > sign * self.best
        bound = self.best * (1 + sign * self.threshold) if self.threshold_mode == "rel" else self.best + sign * margin
        return sign * value > sign * bound
