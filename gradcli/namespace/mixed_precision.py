"""`torch.amp`: mixed precision, which PyTorch turns off where there is no CUDA device, and so it is here."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import NUMBERS
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.no_effect import Context
from gradcli.nn.optim.optimizer import Optimizer

DEVICES = ("cuda", "cpu", "mps", "xpu")


def _check(device: Any, enabled: Any) -> None:
    if type(device) is not str or device.partition(":")[0] not in DEVICES:
        raise ArgumentFault("the device of mixed precision is a text such as 'cuda'", 'torch.autocast("cuda")')
    if device.startswith("cpu") and enabled is not False:
        raise ArgumentFault("there is no mixed precision on the processor here: there is no bfloat16",
                            ('torch.autocast("cpu", enabled=False)', "computes in the types there are"))


@exposed()
class Autocast(Context):
    """`torch.autocast`: a context, or a decorator, in which everything is computed as outside it."""

    __slots__ = ()

    def __init__(self, device_type: Any, dtype: Any = None, enabled: Any = True, cache_enabled: Any = None) -> None:
        _check(device_type, enabled)

    def __call__(self, function: Any) -> Any:
        return function


@exposed("scale", "unscale_", "step", "update", "get_scale", "is_enabled", "state_dict", "load_state_dict",
         "get_growth_factor", "get_backoff_factor", "get_growth_interval")
class Scaler:
    """`torch.amp.GradScaler`, turned off: losses and gradients stay as they are."""

    __slots__ = ("_growth",)

    def __init__(self, device: Any = "cuda", init_scale: Any = 65536.0, growth_factor: Any = 2.0,
                 backoff_factor: Any = 0.5, growth_interval: Any = 2000, enabled: Any = True) -> None:
        _check(device, enabled)
        self._growth = tuple(number if type(number) in NUMBERS else 1 for number in (
            growth_factor, backoff_factor, growth_interval))

    def scale(self, outputs: Any) -> Any:
        """The losses themselves."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Nothing: gradients are not scaled."""

    def step(self, optimizer: Any, *args: Any, **options: Any) -> Any:
        """`optimizer.step()`."""
        if not isinstance(optimizer, Optimizer):
            raise ArgumentFault("GradScaler.step() takes an optimiser", "scaler.step(optimizer)")
        return optimizer.step(*args, **options)

    def update(self, new_scale: Any = None) -> None:
        """Nothing: there is no scale."""

    def get_scale(self) -> float:
        """1.0: nothing is scaled."""
        return 1.0

    def is_enabled(self) -> bool:
        """False."""
        return False

    def get_growth_factor(self) -> Any:
        """The factor by which a scale would grow."""
        return self._growth[0]

    def get_backoff_factor(self) -> Any:
        """The factor by which a scale would shrink."""
        return self._growth[1]

    def get_growth_interval(self) -> Any:
        """After how many steps a scale would grow."""
        return self._growth[2]

    def state_dict(self) -> dict[str, Any]:
        """Empty: nothing is scaled."""
        return {}

    def load_state_dict(self, state_dict: Any) -> None:
        """Nothing: nothing is scaled."""


Autocast.__name__, Scaler.__name__ = "autocast", "GradScaler"
autocast = TypeProxy("torch.amp.autocast_mode.autocast", (Autocast,), Autocast)
GradScaler = TypeProxy("torch.amp.grad_scaler.GradScaler", (Scaler,), Scaler)


def _on_cuda(enabled: Any = True, dtype: Any = None, cache_enabled: Any = True) -> Autocast:
    return Autocast("cuda", dtype, enabled, cache_enabled)


def _cuda_scaler(init_scale: Any = 65536.0, growth_factor: Any = 2.0, backoff_factor: Any = 0.5,
                 growth_interval: Any = 2000, enabled: Any = True) -> Scaler:
    return Scaler("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


cuda_autocast = TypeProxy("torch.cuda.amp.autocast_mode.autocast", (Autocast,), _on_cuda)
cuda_GradScaler = TypeProxy("torch.cuda.amp.grad_scaler.GradScaler", (Scaler,), _cuda_scaler)
