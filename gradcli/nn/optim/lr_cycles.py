"""Cyclic schedulers, and schedulers of schedulers: `torch.optim.lr_scheduler`."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.optim.lr_scheduler import MOST_EPOCHS, LRScheduler, groups_of
from gradcli.nn.optim.optimizer import scalar
from gradcli.nn.plain import integer_list


def _rates(value: Any, count: int) -> list[Any]:
    rates = list(value) if isinstance(value, list | tuple) else [value] * count
    if len(rates) != count:
        raise ValueFault(f"expected {count} values, one for each group of parameters, but got {len(rates)}")
    return [scalar({"learning rate": rate}, "learning rate", None) for rate in rates]


class OneCycleLR(LRScheduler):
    """Anneals the rate up to max_lr and then far down, once in total_steps (Smith and Topin, 2017)."""

    def __init__(self, optimizer: Any, max_lr: Any, total_steps: int | None = None, epochs: int | None = None,
                 steps_per_epoch: int | None = None, pct_start: float = 0.3, anneal_strategy: str = "cos",
                 cycle_momentum: bool = True, base_momentum: float = 0.85, max_momentum: float = 0.95,
                 div_factor: float = 25.0, final_div_factor: float = 1e4, three_phase: bool = False,
                 last_epoch: int = -1) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueFault("You must define either total_steps OR (epochs AND steps_per_epoch)",
                                 ("OneCycleLR(optimizer, 0.1, total_steps=100)", "how many steps there will be"))
            for name, value in (("epochs", epochs), ("steps_per_epoch", steps_per_epoch)):
                if value <= 0:
                    raise ValueFault(f"Expected positive integer {name}, but got {value}")
            total_steps = epochs * steps_per_epoch
        if total_steps <= 0 or not 0 <= pct_start <= 1 or anneal_strategy not in ("cos", "linear"):
            raise ValueFault("OneCycleLR needs positive total_steps, pct_start between 0 and 1, and anneal_strategy "
                             "cos or linear").saying(
                f"Expected positive integer total_steps, but got {total_steps}" if total_steps <= 0 else
                f"Expected float between 0 and 1 pct_start, but got {pct_start}" if not 0 <= pct_start <= 1 else
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy:.60}")
        self.total_steps = total_steps
        up = float(pct_start * total_steps) - 1
        self._schedule_phases = [
            _phase(up, "initial_lr", "max_lr", "max_momentum", "base_momentum"),
            _phase(2 * up, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
            _phase(total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum")] if three_phase else [
            _phase(up, "initial_lr", "max_lr", "max_momentum", "base_momentum"),
            _phase(total_steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
        self._anneal_func_type = anneal_strategy
        groups = groups_of(optimizer)
        for group, most in zip(groups, _rates(max_lr, len(groups)), strict=True):
            if last_epoch == -1:
                group["initial_lr"], group["max_lr"] = most / div_factor, most
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _uses_beta1(groups)
            for group in groups if last_epoch == -1 else ():
                _set_momentum(group, max_momentum)
                group["max_momentum"], group["base_momentum"] = max_momentum, base_momentum
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueFault(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        group, begin = self.optimizer.param_groups[i], 0.0
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            begin = phase["end_step"]

        def annealed(option: str) -> float:
            start, end = (scalar(group, phase[f"{side}_{option}"], None) for side in ("start", "end"))
            return self._between(start, end, (step - begin) / (phase["end_step"] - begin))

        if self.cycle_momentum:
            _set_momentum(group, annealed("momentum"))
        return annealed("lr")

    _lr_at_start = _lr_after

    def _between(self, start: float, end: float, share: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _phase(end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str) -> dict[str, Any]:
    """A phase of OneCycleLR: the last step, and the names of options of a group between which it goes."""
    return {"end_step": end_step, "start_lr": start_lr, "end_lr": end_lr, "start_momentum": start_momentum,
            "end_momentum": end_momentum}


def _uses_beta1(groups: list[dict[str, Any]]) -> bool:
    """Whether the momentum of an optimiser is the first of its betas. ValueFault if it has neither."""
    if not all("momentum" in group or "betas" in group for group in groups):
        raise ValueFault("optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                         ("cycle_momentum=False", "leaves momentum alone"))
    return all("betas" in group for group in groups)


def _set_momentum(group: dict[str, Any], value: float) -> None:
    if "betas" in group:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


class CyclicLR(LRScheduler):
    """Cycles the rate between base_lr and max_lr (Smith, 2015)."""

    def __init__(self, optimizer: Any, base_lr: Any, max_lr: Any, step_size_up: int = 2000,
                 step_size_down: int | None = None, mode: str = "triangular", gamma: float = 1.0,
                 scale_fn: Any = None, scale_mode: str = "cycle", cycle_momentum: bool = True,
                 base_momentum: float = 0.8, max_momentum: float = 0.9, last_epoch: int = -1) -> None:
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueFault("mode is invalid and scale_fn is None")
        groups = groups_of(optimizer)
        base_lrs, self.max_lrs = _rates(base_lr, len(groups)), _rates(max_lr, len(groups))
        if last_epoch == -1:
            for group, low in zip(groups, base_lrs, strict=True):
                group["lr"] = low
        down = float(step_size_up if step_size_down is None else step_size_down)
        self.total_size = float(step_size_up) + down
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self.scale_mode, self._scale_fn_custom = mode, gamma, scale_mode, scale_fn
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _uses_beta1(groups)
            self.base_momentums = _rates(base_momentum, len(groups))
            self.max_momentums = _rates(max_momentum, len(groups))
            for i, group in enumerate(groups if last_epoch == -1 else ()):
                _set_momentum(group, self.max_momentums[i])
                group["max_momentum"], group["base_momentum"] = self.max_momentums[i], self.base_momentums[i]
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _lr_after(self, rate: float, i: int) -> float:
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self._scale(cycle)
        if self.cycle_momentum:
            base, most = self.base_momentums[i], self.max_momentums[i]
            _set_momentum(self.optimizer.param_groups[i], most - (most - base) * share * scale)
        return float(self.base_lrs[i] + (self.max_lrs[i] - self.base_lrs[i]) * share * scale)

    _lr_at_start = _lr_after

    def state_dict(self) -> dict[str, Any]:
        state = super().state_dict()
        state.pop("_scale_fn_custom", None)
        return state | {"_scale_fn_custom": None}       # a function is none of the values that a file can hold

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        if type(state_dict) is dict:
            state_dict = {name: value for name, value in state_dict.items() if name != "_scale_fn_custom"}
        super().load_state_dict(state_dict)

    def _scale(self, cycle: int) -> float:
        if self._scale_fn_custom is not None:
            scale = self._scale_fn_custom(cycle if self.scale_mode == "cycle" else self.last_epoch)
            return float(scalar({"what scale_fn returns": scale}, "what scale_fn returns", None))
        if self.mode == "triangular2":
            return float(1 / (2.0 ** (cycle - 1)))
        return float(self.gamma**self.last_epoch) if self.mode == "exp_range" else 1.0


class CosineAnnealingWarmRestarts(LRScheduler):
    """Cosine annealing to eta_min, restarted after T_0 epochs, then T_0 T_mult, ... (Loshchilov and Hutter, 2016)."""

    _counts_steps = False

    def __init__(self, optimizer: Any, T_0: int, T_mult: int = 1, eta_min: float = 0.0,
                 last_epoch: int = -1) -> None:
        if type(T_0) is not int or T_0 <= 0:
            raise ValueFault(f"Expected positive integer T_0, but got {brief(T_0)}")
        if type(T_mult) is not int or T_mult < 1:
            raise ValueFault(f"Expected integer T_mult >= 1, but got {brief(T_mult)}")
        self.T_0, self.T_i, self.T_mult, self.eta_min, self.T_cur = T_0, T_0, T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def step(self, epoch: Any = None) -> None:
        """Advance to the next epoch, or to `epoch`, which may lie between two of them."""
        if epoch is None:
            super().step()
            return
        if type(epoch) not in NUMBERS or not 0 <= epoch <= MOST_EPOCHS:
            raise ValueFault(f"Expected non-negative epoch, but got {brief(epoch)}")
        self.T_i, self.T_cur = self.T_0, epoch
        if epoch >= self.T_0 and self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        elif epoch >= self.T_0:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
        super()._advance(math.floor(epoch))

    def _advance(self, epoch: int, first: bool = False) -> None:
        if not first or self.T_cur < 0:     # a sequence of schedules starts this one a second time
            self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
        super()._advance(epoch, first)

    def _lr_after(self, rate: float, i: int) -> float:
        return self.eta_min + (self.base_lrs[i] - self.eta_min) * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2

    _lr_at_start = _lr_after


class _Composite(LRScheduler):
    """A scheduler of schedulers, whose state dict contains theirs."""

    _schedulers: list[Any]

    def state_dict(self) -> dict[str, Any]:
        return self._options() | {"_last_lr": list(self._last_lr)} | {
            "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        inner = state_dict.get("_schedulers") if type(state_dict) is dict else None
        if type(inner) is not list or len(inner) != len(self._schedulers):
            raise ArgumentFault("load_state_dict() needs what state_dict() of such a schedule returned")
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for scheduler, state in zip(self._schedulers, inner, strict=True):
            scheduler.load_state_dict(state)


class SequentialLR(_Composite):
    """Schedulers in sequence, each from its milestone on."""

    def __init__(self, optimizer: Any, schedulers: Any, milestones: Any, last_epoch: int = -1) -> None:
        groups_of(optimizer)
        _check(schedulers, optimizer)
        milestones = integer_list(milestones, "milestones")
        if len(milestones) != len(schedulers) - 1:
            raise ValueFault("Sequential Schedulers expects number of schedulers provided to be one more than the "
                             f"number of milestone points, but got number of schedulers {len(schedulers)} and the "
                             f"number of milestones to be equal to {len(milestones)}")
        self.optimizer, self._schedulers, self._milestones = optimizer, list(schedulers), milestones
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in self._schedulers:
            scheduler.last_epoch -= 1
        self._get_lr_called_within_step = False
        self._schedulers[0]._initial_step()
        self._last_lr = self._schedulers[0].get_last_lr()

    def step(self, epoch: Any = None) -> None:
        self.last_epoch += 1
        at = sum(milestone <= self.last_epoch for milestone in self._milestones)
        current = self._schedulers[at]
        if at and self._milestones[at - 1] == self.last_epoch:
            closed = current._closed_form and not current._by_program("get_lr")
            for group, base in zip(self.optimizer.param_groups, current.base_lrs, strict=False):
                group["lr"] = base if closed else group["lr"]       # else it goes on from the rate that there is
            current._advance(0, first=closed)
        else:
            current.step()
        self._last_lr = current.get_last_lr()


class ChainedScheduler(_Composite):
    """Schedulers that step together."""

    def __init__(self, schedulers: Any, optimizer: Any = None) -> None:
        _check(schedulers, optimizer)
        self.optimizer, self._schedulers = schedulers[0].optimizer, list(schedulers)
        self._get_lr_called_within_step = False
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def step(self, epoch: Any = None) -> None:
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]


def _check(schedulers: Any, optimizer: Any) -> None:
    if not isinstance(schedulers, list | tuple) or not schedulers or not all(
            isinstance(scheduler, LRScheduler) for scheduler in schedulers):
        empty = isinstance(schedulers, list | tuple) and not schedulers
        fault = (ValueFault if empty else ArgumentFault)(
            f"a list of schedules is needed, not {described(schedulers)}",
            "SequentialLR(optimizer, [first, second], milestones=[10])")
        raise fault.saying(
            "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler." if optimizer is None
            else "SequentialLR expects at least one scheduler, but got no scheduler.") if empty else fault
    if any(scheduler.optimizer is not (optimizer or schedulers[0].optimizer) for scheduler in schedulers):
        raise ValueFault("the schedules belong to different optimisers")
