"""`torch.optim.lr_scheduler`: learning rates as functions of the epoch.

A scheduler defines `_lr_after`, the rate of a group at `last_epoch` as a function of the rate before, so that several
schedulers can act on one optimiser, and rates that a program sets itself persist.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from gradcli.engine.autograd.signature import NUMBERS, brief, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.printing import object_text
from gradcli.nn.optim.optimizer import Optimizer, has_stepped, scalar
from gradcli.nn.plain import integer_list, plain_copy

MOST_EPOCHS = 10_000_000


def groups_of(optimizer: Any) -> list[dict[str, Any]]:
    """The parameter groups of an optimiser, checked. ArgumentFault for other values."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentFault(f"a schedule needs an optimiser, not {described(optimizer)}", "StepLR(optimizer, 30)"
                            ).saying(f"{type_name(optimizer)} is not an Optimizer")
    for group in optimizer.param_groups:
        optimizer._params(group)
    return optimizer.param_groups


@exposed(*"step get_last_lr get_lr state_dict load_state_dict optimizer _last_lr _step_count "
         "_get_lr_called_within_step _initial_step".split(), open_attributes=True, base=True, copied=True)
class LRScheduler:
    """The base of all schedulers, and of those that programs define by `get_lr`, the rates at last_epoch."""

    __slots__ = ("__dict__", "__weakref__", "_get_lr_called_within_step", "_is_initial", "_last_lr", "_step_count",
                 "optimizer")

    _module_path = "torch.optim.lr_scheduler"
    _counts_steps = True
    _closed_form = True         # the rate follows from the epoch alone

    last_epoch: int
    base_lrs: list[float]

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for i, group in enumerate(groups_of(optimizer)):
            if last_epoch == -1:
                group.setdefault("initial_lr", scalar(group, "lr"))
            elif "initial_lr" not in group:
                raise KeyError(f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                               "last_epoch >= 0: load the state of the optimizer first")
        self.base_lrs = [scalar(group, "initial_lr") for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._get_lr_called_within_step = self._is_initial = False
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._last_lr = [scalar(group, "lr") for group in self.optimizer.param_groups]
        if self._by_program("step"):
            self.step()
        else:
            self._advance(self.last_epoch + 1, first=True)
        self._step_count = int(self._counts_steps)

    def __setattr__(self, name: str, value: Any) -> None:
        if type(value) not in NUMBERS and type(self.__dict__.get(name)) in NUMBERS:
            raise ArgumentFault(f"{name} of a schedule is a number, not {described(value)}")
        object.__setattr__(self, name, value)

    def step(self, epoch: Any = None) -> None:
        """Advance to the next epoch, or to `epoch`."""
        for base in self.base_lrs:
            if type(base) not in NUMBERS:
                raise ArgumentFault(f"base_lrs of a schedule are numbers, not {described(base)}")
        if epoch is not None:
            warn("The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
                 "possible. Please use `scheduler.step()` to step the scheduler.")
        if epoch is not None and type(epoch) is not int:
            raise ArgumentFault(f"an epoch is a whole number, not {described(epoch)}", "scheduler.step()")
        if epoch is not None and epoch > MOST_EPOCHS:
            raise ValueFault(f"a schedule goes to an epoch by all before it, of which there may be {MOST_EPOCHS}")
        if self._step_count == 1 and not has_stepped(self.optimizer):
            DisplayHooks.note("scheduler",
                              "Detected call of `lr_scheduler.step()` before `optimizer.step()`: call them in "
                              "the opposite order, or the first value of the learning rate schedule is skipped")
        self._step_count += self._counts_steps
        if epoch is None or epoch == self.last_epoch + 1:
            self._advance(self.last_epoch + 1, first=self._step_count == 1)
            return
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=False):
            group["lr"] = base
        self.last_epoch = -1
        for earlier in range(epoch + 1):
            self._advance(earlier, first=earlier == 0)

    def _by_program(self, name: str) -> bool:
        for kind in type(self).__mro__:
            if name in kind.__dict__:
                return PROGRAM_MADE in kind.__dict__
        raise AttributeError(name)

    def _advance(self, epoch: int, first: bool = False) -> None:
        self.last_epoch = epoch
        groups = self.optimizer.param_groups
        if self._by_program("get_lr"):
            self._get_lr_called_within_step = True
            rates = self.get_lr()
            self._get_lr_called_within_step = False
            if not isinstance(rates, list | tuple) or len(rates) != len(groups):
                raise ArgumentFault(f"get_lr() returns a list of {len(groups)} rates, one for each group, not "
                                    f"{described(rates)}", "[base_lr * 0.9 for base_lr in self.base_lrs]")
            rates = [scalar({"learning rate": rate}, "learning rate", None) for rate in rates]
        else:
            self._is_initial = first
            rates = LRScheduler.get_lr(self)
            self._is_initial = False
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = [group["lr"] for group in groups]

    def get_lr(self) -> Any:
        """The rates at last_epoch, one for each group, as functions of the present rates."""
        rate_of = self._lr_at_start if self._is_initial else self._lr_after
        return [rate_of(scalar(group, "lr"), i) for i, group in enumerate(self.optimizer.param_groups)]

    def _lr_at_start(self, rate: float, i: int) -> float:
        """The rate of group `i` where the schedule begins, at last_epoch, and the optimiser has `rate`."""
        return rate

    def _lr_after(self, rate: float, i: int) -> float:
        """The rate of group `i` at last_epoch, after `rate`."""
        raise Unimplemented("a schedule of the program defines get_lr()")

    def get_last_lr(self) -> list[float]:
        """The rates that were set last, one for each group."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """The epoch, the last rates and the options, as plain values."""
        return self._options() | {"_step_count": self._step_count, "_is_initial": False,
                                  "_get_lr_called_within_step": False, "_last_lr": list(self._last_lr)}

    def _options(self) -> dict[str, Any]:
        """The attributes that are plain values."""
        return {name: plain_copy(value, name) for name, value in vars(self).items() if _is_plain(value)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore what state_dict() returned. ArgumentFault if it belongs to another sort of scheduler."""
        own_state = vars(self) | self.state_dict()
        state_dict = {name: value for name, value in state_dict.items() if name != "_is_initial"} if (
            type(state_dict) is dict) else state_dict
        fits = type(state_dict) is dict and all(type(name) is str and name in own_state for name in state_dict)
        if not fits or not all(_is_same_sort(own_state[name], value) for name, value in state_dict.items()):
            raise ArgumentFault("load_state_dict() needs what state_dict() of such a schedule returned")
        for name, value in plain_copy(state_dict, "the state of a schedule").items():
            object.__setattr__(self, name, value)

    __repr__ = __display__ = object_text


def _is_plain(value: Any) -> bool:
    """Whether state_dict() has this value: a number, a string, None, or a list of such, or of dicts of them."""
    if type(value) is list:
        return all(_is_plain(inner) or type(inner) is dict and all(map(_is_plain, inner.values())) for inner in value)
    return value is None or type(value) is str or type(value) in NUMBERS


def _is_same_sort(present: Any, loaded: Any) -> bool:
    """Whether `loaded`, from a state dict, can replace `present`: a number a number, a list one of that length."""
    if not _is_plain(present) or not _is_plain(loaded):
        return False
    if type(present) is list or type(loaded) is list:
        return type(present) is type(loaded) and len(present) == len(loaded)
    numbers = type(present) in NUMBERS and type(loaded) in NUMBERS
    return numbers or type(present) is type(loaded) or None in (present, loaded)


class _LambdaScheduler(LRScheduler):
    """A scheduler with a function of the epoch, or one for each group."""

    def __init__(self, optimizer: Any, lr_lambda: Any, last_epoch: int = -1) -> None:
        groups = len(groups_of(optimizer))
        functions = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        if len(functions) != groups:
            raise ValueFault(f"Expected {groups} lr_lambdas, but got {len(functions)}")
        self.lr_lambdas: list[Callable[[int], float]] = functions
        super().__init__(optimizer, last_epoch)

    def _factor(self, i: int) -> float:
        return scalar({"what lr_lambda returns": self.lr_lambdas[i](self.last_epoch)}, "what lr_lambda returns", None)

    def state_dict(self) -> dict[str, Any]:
        state = {name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}
        return state | {"lr_lambdas": [None] * len(self.lr_lambdas)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        if type(state_dict) is dict:
            state_dict = {name: value for name, value in state_dict.items() if name != "lr_lambdas"}
        super().load_state_dict(state_dict)


class LambdaLR(_LambdaScheduler):
    """The initial rate times a function of the epoch."""

    def _lr_after(self, rate: float, i: int) -> float:
        return self.base_lrs[i] * self._factor(i)

    _lr_at_start = _lr_after


class MultiplicativeLR(_LambdaScheduler):
    """The last rate times a function of the epoch."""

    _closed_form = False

    def _lr_at_start(self, rate: float, i: int) -> float:
        if not callable(function := self.lr_lambdas[i]):
            raise ArgumentFault(f"lr_lambda should be a function, but got {type_name(function)}", "lambda epoch: 0.9")
        return rate

    def _lr_after(self, rate: float, i: int) -> float:
        return rate * self._factor(i)


class StepLR(LRScheduler):
    """Multiplies the rate by gamma every step_size epochs."""

    def __init__(self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        if type(step_size) is not int or step_size < 1:
            raise ValueFault(f"step_size must be a whole number of at least 1, not {brief(step_size)}")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        return rate * self.gamma if self.last_epoch and self.last_epoch % self.step_size == 0 else rate

    _lr_at_start = _lr_after


class MultiStepLR(LRScheduler):
    """Multiplies the rate by gamma at each milestone."""

    def __init__(self, optimizer: Any, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones, self.gamma = sorted(integer_list(milestones, "milestones")), gamma
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        passed = self.milestones.count(self.last_epoch)
        return rate * self.gamma**passed if passed else rate

    _lr_at_start = _lr_after


class ConstantLR(LRScheduler):
    """Multiplies the rate by factor for the first total_iters epochs."""

    def __init__(self, optimizer: Any, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueFault("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        if self.last_epoch == 0:
            return rate * self.factor
        return rate * (1.0 / self.factor) if self.last_epoch == self.total_iters else rate

    _lr_at_start = _lr_after


class LinearLR(LRScheduler):
    """Multiplies the rate by a factor that goes linearly from start_factor to end_factor in total_iters epochs."""

    def __init__(self, optimizer: Any, start_factor: float = 1.0 / 3, end_factor: float = 1.0, total_iters: int = 5,
                 last_epoch: int = -1) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueFault("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueFault("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _lr_at_start(self, rate: float, i: int) -> float:
        return rate if self.last_epoch else self._lr_after(rate, i)

    def _lr_after(self, rate: float, i: int) -> float:
        if self.last_epoch == 0:
            return rate * self.start_factor
        if self.last_epoch > self.total_iters:
            return rate
        rise = self.end_factor - self.start_factor
        return rate * (1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))


class ExponentialLR(LRScheduler):
    """Multiplies the rate by gamma every epoch."""

    def __init__(self, optimizer: Any, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        return rate * self.gamma


class PolynomialLR(LRScheduler):
    """The initial rate times (1 - epoch / total_iters) ** power."""

    def __init__(self, optimizer: Any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        if self.last_epoch > self.total_iters:
            return rate
        decay, previous = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return float(rate * (decay / previous) ** self.power)


class CosineAnnealingLR(LRScheduler):
    """Cosine annealing to eta_min in T_max epochs, and back (Loshchilov and Hutter, 2016)."""

    def __init__(self, optimizer: Any, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if type(T_max) is not int or T_max < 1:
            raise ValueFault(f"T_max must be a whole number of at least 1, not {brief(T_max)}")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        base, low, length = self.base_lrs[i], self.eta_min, self.T_max
        if self._step_count == 1 and self.last_epoch > 0:       # resumed, and asked before the first step
            return low + (base - low) * (1 + math.cos(math.pi * self.last_epoch / length)) / 2
        if (self.last_epoch - 1 - length) % (2 * length) == 0:
            return rate + (base - low) * (1 - math.cos(math.pi / length)) / 2
        now, previous = (1 + math.cos(math.pi * epoch / length) for epoch in (self.last_epoch, self.last_epoch - 1))
        return now / previous * (rate - low) + low
