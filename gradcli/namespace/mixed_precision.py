"""`torch.amp`: mixed precision. On the CPU it computes products in bfloat16 or float16; where it is meant for a CUDA
device PyTorch turns it off if there is none, and so it is here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import NUMBERS, REFUSED, Type, described
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics.autocast import AutocastMode
from gradcli.engine.tensor.conversion import can_hold, checked_int64, unrepresentable_fault
from gradcli.engine.tensor.device import Device
from gradcli.engine.tensor.dtypes import BFLOAT16, HALVES, OF, float32
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import in_context, recording
from gradcli.exposure import exposed, named
from gradcli.faults.mistakes import FailedAssertion, UnfitValue
from gradcli.faults.tensors import UnimplementedType, UnknownDevice
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault
from gradcli.lang.runtime.types import TypeProxy
from gradcli.nn.optim.optimizer import Optimizer

CPU = "cpu"


def _device(device: Any) -> str:
    """The name of a device that PyTorch has; a Fault for anything else."""
    if type(device) is not str:
        raise UnfitValue(f"the device of mixed precision is a text such as 'cuda', not {described(device)}",
                         'torch.autocast("cpu")').saying(
            f"Expected `device_type` of type `str`, got: `{type_text(device)}`")
    try:
        return str(Device(device)).partition(":")[0]
    except UnknownDevice as fault:
        fault.hints = [('torch.autocast("cpu")', "")]
        raise


@named("autocast")
@exposed("device", "fast_dtype")
class Autocast:
    """`torch.autocast`: a context, or a decorator, in which the CPU computes products in a type of 16 bits.

    device_type     "cpu"; with any other nothing changes, as there is no such device
    dtype           torch.bfloat16 or torch.float16; others turn it off, with a warning
    """

    __slots__ = ("_before", "_casts", "_on", "device", "fast_dtype")

    def __init__(self, device_type: Any, dtype: Any = None, enabled: Any = True, cache_enabled: Any = None) -> None:
        self.device = _device(device_type)
        lower = None if dtype is None else Type.take(dtype)
        if lower is REFUSED:
            raise ArgumentFault(f"the dtype of autocast is a type, not {described(dtype)}",
                                'torch.autocast("cpu", dtype=torch.bfloat16)')
        self._on, self._casts = self.device == CPU and bool(enabled), cache_enabled is None or bool(cache_enabled)
        if self._on and lower is not None and lower not in HALVES:
            warn("In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                 "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.")
            self._on = False
        self.fast_dtype = BFLOAT16 if lower is None else OF[lower]
        self._before: list[tuple[Any, Any]] = []

    def __enter__(self) -> Autocast:
        self._before.append((AutocastMode.dtype, AutocastMode.casts))
        if self.device == CPU:
            AutocastMode.dtype = self.fast_dtype.stored() if self._on else None
            AutocastMode.casts = (AutocastMode.casts or {}) if self._casts else None
        return self

    def __exit__(self, *what: Any) -> None:
        if self._before:
            AutocastMode.dtype, AutocastMode.casts = self._before.pop()

    def __call__(self, function: Any) -> Any:
        return in_context(self._again, function)

    @contextmanager
    def _again(self) -> Iterator[None]:
        with self:
            yield


def is_enabled(device_type: Any) -> bool:
    """Whether autocast computes in a lower type here."""
    return _device(device_type) == CPU and AutocastMode.dtype is not None


def lower_type(device_type: Any) -> Any:
    """The lower type of autocast on a device."""
    if _device(device_type) != CPU:
        return OF[np.dtype(np.float16)]
    return BFLOAT16 if AutocastMode.dtype is None else OF[AutocastMode.dtype]


def _number(name: str, value: Any) -> Any:
    """The value itself, unless it is no plain number, or a whole one beyond 64 bits."""
    if type(value) not in NUMBERS:
        raise ArgumentFault(f"GradScaler() takes a number as {name}, not {described(value)}")
    return checked_int64(value) if type(value) is int else value


@named("GradScaler")
@exposed("scale", "unscale_", "step", "update", "get_scale", "is_enabled", "state_dict", "load_state_dict",
         "get_growth_factor", "get_backoff_factor", "get_growth_interval", copied=True)
class Scaler:
    """`torch.amp.GradScaler`: losses times a scale, so that small gradients of 16 bits do not vanish; steps whose
    gradients are not finite are left out, and the scale then gets smaller. Turned off for devices other than the CPU.
    """

    __slots__ = ("_enabled", "_growth", "_scale", "_steps", "_stepped", "_unscaled", "_used")

    def __init__(self, device: Any = "cuda", init_scale: Any = 65536.0, growth_factor: Any = 2.0,
                 backoff_factor: Any = 0.5, growth_interval: Any = 2000, enabled: Any = True) -> None:
        self._enabled = _device(device) == CPU and bool(enabled)
        for name, number in (("init_scale", init_scale), ("growth_factor", growth_factor),
                             ("backoff_factor", backoff_factor), ("growth_interval", growth_interval)):
            _number(name, number)
        if self._enabled and not growth_factor > 1:
            raise FailedAssertion("The growth factor must be > 1.0.")
        if self._enabled and not backoff_factor < 1:
            raise FailedAssertion("The backoff factor must be < 1.0.")
        self._growth = growth_factor, backoff_factor, growth_interval
        self._scale, self._steps = float(init_scale), 0
        self._unscaled: dict[int, bool | None] = {}     # whether an optimizer's gradients were finite, by identity;
        self._stepped: set[int] = set()                 # None if it has none
        self._used = False      # whether anything has been scaled

    def scale(self, outputs: Any) -> Any:
        """The losses times the scale: a tensor, or a list or tuple of tensors."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if not self._used:
                self._set_scale(self._scale, True)
            return traced.mul(outputs, Tensor(np.array(self._scale, np.float32)))
        if type(outputs) in (list, tuple):
            return type(outputs)([self.scale(x) for x in outputs])
        raise ValueFault("outputs must be a Tensor or an iterable of Tensors")

    def _set_scale(self, scale: float, used: bool) -> None:
        """Set the scale, which is a number of 32 bits from its first use on."""
        if used:
            if not can_hold(float32, scale):
                raise unrepresentable_fault(scale, float32)
            scale = float(np.float32(scale))
        self._scale, self._used = scale, used

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of an optimizer's parameters by the scale."""
        self._check(optimizer, "unscale_")
        if not self._enabled:
            return
        self._check_used("unscale_")
        if id(optimizer) in self._stepped:
            raise GradFault("unscale_() is being called after step().")
        if id(optimizer) in self._unscaled:
            raise GradFault("unscale_() has already been called on this optimizer since the last update().")
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        inverse = float(np.float32(1 / self._scale)) if self._scale else math.inf
        finite = None if not gradients else True
        for gradient in gradients:
            if gradient.array.dtype == np.float16:
                raise UnfitValue("Attempting to unscale FP16 gradients.")
            if gradient.array.dtype.kind == "c":
                raise UnimplementedType('"_amp_foreach_non_finite_check_and_unscale_cpu" not implemented for '
                                        f"'{OF[gradient.array.dtype].era}'")
            finite = finite and bool(np.isfinite(gradient.array).all())
            with recording(False):
                gradient.mul_(inverse)
        self._unscaled[id(optimizer)] = finite

    def step(self, optimizer: Any, *args: Any, **options: Any) -> Any:
        """`optimizer.step()`, unless a gradient is not finite."""
        self._check(optimizer, "step")
        if not self._enabled:
            return optimizer.step(*args, **options)
        if "closure" in options:
            raise GradFault("Closure use is not currently supported if GradScaler is enabled.")
        if id(optimizer) in self._stepped:
            raise GradFault("step() has already been called since the last update().")
        if id(optimizer) not in self._unscaled:
            self.unscale_(optimizer)
        finite = self._unscaled[id(optimizer)]
        if finite is None:
            raise FailedAssertion("No inf checks were recorded for this optimizer.")
        self._stepped.add(id(optimizer))
        return optimizer.step(*args, **options) if finite else None

    def update(self, new_scale: Any = None) -> None:
        """A smaller scale after gradients that were not finite, a larger one after `growth_interval` steps."""
        if not self._enabled:
            return
        self._check_used("update")
        growth, backoff, interval = self._growth
        checks = [finite for finite in self._unscaled.values() if finite is not None]
        if new_scale is not None:
            self._set_scale(float(new_scale), True)
        elif not checks:
            raise FailedAssertion("No inf checks were recorded prior to update.")
        elif not all(checks):
            self._scale, self._steps = float(np.float32(self._scale * backoff)), 0
        else:
            self._steps += 1
            if self._steps == interval:
                grown = self._scale * growth
                if can_hold(float32, grown) and math.isfinite(grown):
                    self._scale = float(np.float32(grown))
                self._steps = 0
        self._unscaled, self._stepped = {}, set()

    def _check_used(self, name: str) -> None:
        if not self._used:
            raise FailedAssertion(f"Attempted {name} but _scale is None.  This may indicate your script did not use "
                                  "scaler.scale(loss or outputs) earlier in the iteration.")

    @staticmethod
    def _check(optimizer: Any, name: str) -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentFault(f"GradScaler.{name}() takes an optimiser", f"scaler.{name}(optimizer)")

    def get_scale(self) -> float:
        """The scale; 1.0 where nothing is scaled."""
        return self._scale if self._enabled else 1.0

    def is_enabled(self) -> bool:
        """Whether losses are scaled."""
        return self._enabled

    def get_growth_factor(self) -> Any:
        """The factor by which the scale grows."""
        return self._growth[0]

    def get_backoff_factor(self) -> Any:
        """The factor by which the scale shrinks."""
        return self._growth[1]

    def get_growth_interval(self) -> Any:
        """After how many steps the scale grows."""
        return self._growth[2]

    def state_dict(self) -> dict[str, Any]:
        """The scale and its factors; empty where nothing is scaled."""
        if not self._enabled:
            return {}
        return {"scale": self._scale, **dict(zip(FACTORS, self._growth, strict=True)), "_growth_tracker": self._steps}

    def load_state_dict(self, state_dict: Any) -> None:
        """Take over what `state_dict` has returned; ArgumentFault for what is no number in it."""
        if not self._enabled:
            return
        if not isinstance(state_dict, dict) or not state_dict:
            raise GradFault("The source state dict is empty, possibly because it was saved from a disabled instance "
                             "of GradScaler.")
        scale, *growth, steps = [_number(name, state_dict[name]) for name in ("scale", *FACTORS, "_growth_tracker")]
        self._set_scale(float(scale), self._used)
        self._growth, self._steps = tuple(growth), steps


FACTORS = ("growth_factor", "backoff_factor", "growth_interval")


autocast = TypeProxy("torch.amp.autocast_mode.autocast", (Autocast,), Autocast)
GradScaler = TypeProxy("torch.amp.grad_scaler.GradScaler", (Scaler,), Scaler)


def _autocast_on(device: str) -> Callable[..., Autocast]:
    """`torch.cuda.amp.autocast` or `torch.cpu.amp.autocast`."""
    def make(enabled: Any = True, dtype: Any = None, cache_enabled: Any = True) -> Autocast:
        return Autocast(device, dtype, enabled, cache_enabled)

    return make


def _scaler_on(device: str) -> Callable[..., Scaler]:
    """`torch.cuda.amp.GradScaler` or `torch.cpu.amp.GradScaler`."""
    def make(init_scale: Any = 65536.0, growth_factor: Any = 2.0, backoff_factor: Any = 0.5,
             growth_interval: Any = 2000, enabled: Any = True) -> Scaler:
        return Scaler(device, init_scale, growth_factor, backoff_factor, growth_interval, enabled)

    return make


cuda_autocast = TypeProxy("torch.cuda.amp.autocast_mode.autocast", (Autocast,), _autocast_on("cuda"))
cpu_autocast = TypeProxy("torch.cpu.amp.autocast_mode.autocast", (Autocast,), _autocast_on(CPU))
cuda_GradScaler = TypeProxy("torch.cuda.amp.grad_scaler.GradScaler", (Scaler,), _scaler_on("cuda"))
cpu_GradScaler = TypeProxy("torch.cpu.amp.grad_scaler.GradScaler", (Scaler,), _scaler_on(CPU))
