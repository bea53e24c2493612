"""`torch.optim.swa_utils`: averages of the parameters of a model over its training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import described
from gradcli.engine.deep_copy import Copies
from gradcli.engine.tensor.device import here_only
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.inplace import rewriting
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import recording
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.module.state_dict import copy_into
from gradcli.nn.modules.batchnorm import _BatchNorm
from gradcli.nn.optim.adaptive import lerp
from gradcli.nn.optim.lr_scheduler import LRScheduler, groups_of
from gradcli.nn.optim.optimizer import scalar


def _decay(decay: float) -> float:
    if not 0.0 <= decay <= 1.0:
        raise ValueFault(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")
    return decay


def _floating(values: Any, subject: str) -> list[Any]:
    """A list of tensors. ArgumentFault for other values; `subject` names the parameter."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, Tensor) for value in values):
        raise ArgumentFault(f"{subject} are a list of tensors, not {described(values)}")
    return list(values)


def _towards(averages: Any, currents: Any, weight: float) -> None:
    """average += weight * (current - average) for each pair, in place."""
    pairs = zip(_floating(averages, "the averages"), _floating(currents, "the current values"), strict=True)
    for average, current in pairs:
        memory = rewriting(average, "swa_utils")
        if memory.dtype.kind in FLOAT_KINDS:
            lerp(memory, current.array.astype(memory.dtype, copy=False), weight)
        else:
            memory[...] = (memory * (1 - weight) + current.array * weight).astype(memory.dtype)


def _count(num_averaged: Any) -> float:
    return float(scalar({"num_averaged": num_averaged}, "num_averaged"))


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[..., None]:
    """An update of lists of tensors to exponential moving averages, in place."""
    _decay(decay)

    def ema_update(ema_param_list: Any, current_param_list: Any, num_averaged: Any = None) -> None:
        _towards(ema_param_list, current_param_list, 1 - decay)

    return ema_update


def get_swa_multi_avg_fn() -> Callable[..., None]:
    """An update of lists of tensors to equal averages, in place."""
    def swa_update(averaged_param_list: Any, current_param_list: Any, num_averaged: Any) -> None:
        _towards(averaged_param_list, current_param_list, float(np.float32(1 / (_count(num_averaged) + 1))))

    return swa_update


def _tensor(value: Any) -> Any:
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"averages are of tensors, not of {described(value)}")
    return value


def get_ema_avg_fn(decay: float = 0.999) -> Callable[..., Any]:
    """A function that returns the next exponential moving average."""
    _decay(decay)

    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any = None) -> Any:
        with recording(False):
            return decay * _tensor(ema_param) + (1 - decay) * _tensor(current_param)

    return ema_update


def get_swa_avg_fn() -> Callable[..., Any]:
    """A function that returns the next equal average."""
    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        with recording(False):
            away = _tensor(current_param) - _tensor(averaged_param)
            return averaged_param + away / (_count(num_averaged) + 1)

    return swa_update


@exposed("update_parameters")
class AveragedModel(Module):
    """A copy of a model whose parameters are averages over the calls of update_parameters."""

    _module_path = "torch.optim.swa_utils"

    module: Any
    n_averaged: Any

    def __init__(self, model: Any, device: Any = None, avg_fn: Any = None, multi_avg_fn: Any = None,
                 use_buffers: bool = False) -> None:
        super().__init__()
        if not isinstance(model, Module):
            raise ArgumentFault(f"AveragedModel() needs a module, not {described(model)}", "AveragedModel(net)")
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        for name, function in (("avg_fn", avg_fn), ("multi_avg_fn", multi_avg_fn)):
            if function is not None and not callable(function):
                raise ArgumentFault(f"{name} must be a function, not {described(function)}")
        here_only(device)
        self.module = Copies.deep(model)
        self.register_buffer("n_averaged", Tensor(np.array(0)))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **options: Any) -> Any:
        return self.module(*args, **options)

    def update_parameters(self, model: Any) -> None:
        """Update the averages by the present parameters of the model."""
        if not isinstance(model, Module):
            raise ArgumentFault(f"update_parameters() needs a module, not {described(model)}")
        averages, currents = (self._averaged(member) for member in (self.module, model))
        if [p.array.shape for p in averages] != [p.array.shape for p in currents]:
            raise ValueFault("the parameters of the model are not of the shapes of those that are averaged")
        count = _tensor(self.n_averaged)
        if not count.array.any():
            for average, current in zip(averages, currents, strict=True):
                copy_into(average, current.array, "update_parameters")
        elif self.avg_fn is None:
            function = get_swa_multi_avg_fn() if self.multi_avg_fn is None else self.multi_avg_fn
            function([Tensor(p.array) for p in averages], [Tensor(p.array) for p in currents], count)
        else:
            for average, current in zip(averages, currents, strict=True):
                result = _tensor(self.avg_fn(Tensor(average.array), Tensor(current.array), count))
                copy_into(average, result.array, "update_parameters")
        if not self.use_buffers:
            for buffer, current in zip(self.module.buffers(), model.buffers(), strict=False):
                copy_into(buffer, current.array, "update_parameters")
        rewriting(count, "update_parameters")[...] += 1

    def _averaged(self, model: Any) -> list[Any]:
        return [*model.parameters(), *(model.buffers() if self.use_buffers else ())]


def update_bn(loader: Any, model: Any, device: Any = None) -> None:
    """Recompute the running statistics of all batch norm layers of a model, as equal averages over the batches."""
    here_only(device)
    if not isinstance(model, Module):
        raise ArgumentFault(f"update_bn() needs a module, not {described(model)}", "update_bn(loader, net)")
    with recording(False):
        layers = [layer for layer in model.modules() if isinstance(layer, _BatchNorm)]
        if not layers:
            return
        momenta = [layer.momentum for layer in layers]
        was_training = model.training
        model.train()
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None
        for batch in loader:
            model(batch[0] if isinstance(batch, list | tuple) else batch)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.train(was_training)


class SWALR(LRScheduler):
    """Anneals the rate to swa_lr in anneal_epochs epochs and keeps it there."""

    _module_path = "torch.optim.swa_utils"
    _closed_form = False

    def __init__(self, optimizer: Any, swa_lr: Any, anneal_epochs: int = 10, anneal_strategy: str = "cos",
                 last_epoch: int = -1) -> None:
        groups = groups_of(optimizer)
        rates = list(swa_lr) if isinstance(swa_lr, list | tuple) else [swa_lr] * len(groups)
        if len(rates) != len(groups):
            raise ValueFault("swa_lr must have the same length as optimizer.param_groups. swa_lr has "
                             f"{len(rates)} values, param_groups has {len(groups)}.")
        for group, rate in zip(groups, rates, strict=True):
            group["swa_lr"] = scalar({"swa_lr": rate}, "swa_lr")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueFault(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        if anneal_epochs < 0:
            raise ValueFault(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs, self.anneal_strategy = anneal_epochs, anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _lr_after(self, rate: float, i: int) -> float:
        step = self.last_epoch if self.anneal_epochs else max(1, self.last_epoch)
        end = scalar(self.optimizer.param_groups[i], "swa_lr")
        before, now = self._share(step - 1), self._share(step)
        start = end if before == 1 else (rate - before * end) / (1 - before)
        return end * now + start * (1 - now)

    _lr_at_start = _lr_after

    def _share(self, step: int) -> float:
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self.anneal_strategy == "cos" else t
