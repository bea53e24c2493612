"""The names of `torch` for devices and precision: the CPU is the only device, and the settings have no effect."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import CPU, Switches, here_only
from gradcli.engine.tensor.tensor_types import TYPES
from gradcli.exposure import renamed
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.modules import LazyType, ModuleProxy
from gradcli.namespace.no_effect import idle


def is_available() -> bool:
    """False: the CPU is the only device."""
    return False


def device_count() -> int:
    """0: the CPU is the only device."""
    return 0


def seed_elsewhere(seed: int) -> None:
    """Do nothing with the seed: there are no such devices. Raises ArgumentFault if it is no int."""
    if type(seed) is not int:
        raise ArgumentFault(f"a seed is a whole number, not {described(seed)}", "torch.manual_seed(0)")


@cache
def _refused(name: str) -> Callable[..., Any]:
    """A function of this name that raises GradFault: it needs a CUDA device."""
    def refused(*args: Any, **options: Any) -> Any:
        raise FailedAssertion("there is no CUDA device here: programs run on the processor",
                              ("if torch.cuda.is_available():", "before it, which is False here")).saying(
            "Torch not compiled with CUDA enabled")

    return renamed(refused, name)


def _cuda_type(name: str) -> TypeProxy:
    """A tensor type of a CUDA device: no tensor is of it, and a call raises ArgumentFault."""
    def make(*args: Any, **options: Any) -> Any:
        raise ArgumentFault("there is no CUDA device here: programs run on the processor",
                            (f"torch.{name}", "the same type on the processor"),
                            ("if torch.cuda.is_available():", "before it, which is False here")).saying(
            f"type torch.cuda.{name} not available. Torch not compiled with CUDA enabled.")

    return TypeProxy(f"torch.cuda.{name}", (), make)


@cache
def _zero(name: str) -> Callable[..., int]:
    def zero(*args: Any, **options: Any) -> int:
        """None of that memory is in use: there is no such device."""
        return 0

    return renamed(zero, name)


IDLE = "empty_cache synchronize reset_peak_memory_stats reset_max_memory_allocated ipc_collect init".split()
COUNTS = ("memory_allocated max_memory_allocated memory_reserved max_memory_reserved").split()
NEEDING = ("current_device get_device_name get_device_properties set_device get_device_capability Stream Event device "
           "stream current_stream default_stream get_rng_state set_rng_state").split()


def _device_functions(name: str, needing: list[str]) -> dict[str, Any]:
    """The functions of `torch.cuda`, `torch.mps` or `torch.xpu`; those in `needing` raise GradFault."""
    return ({"is_available": is_available, "device_count": device_count, "manual_seed": seed_elsewhere,
             "manual_seed_all": seed_elsewhere, "seed": idle("seed"), "seed_all": idle("seed_all")}
            | {function: idle(function) for function in IDLE} | {function: _zero(function) for function in COUNTS}
            | {function: _refused(function) for function in needing})


def current_accelerator(check_available: bool = False) -> None:
    """None: the CPU is the only device."""


def device_switches() -> tuple[Switches, Switches]:
    """The settings of `torch.backends.cudnn` and `torch.backends.cuda.matmul` for one session."""
    return (Switches("cudnn", "benchmark deterministic enabled allow_tf32"),
            Switches("cuda.matmul", "allow_tf32 allow_fp16_reduced_precision_reduction "
                     "allow_bf16_reduced_precision_reduction"))


def backends(cudnn: Switches, matmul: Switches) -> ModuleProxy:
    """`torch.backends` around the settings of a session."""
    def module(name: str, **names: Any) -> ModuleProxy:
        return ModuleProxy(f"torch.backends.{name}", is_available=is_available, **names)

    return ModuleProxy("torch.backends", mps=module("mps", is_built=is_available), cudnn=cudnn,
                       cuda=module("cuda", is_built=is_available, matmul=matmul), mkl=module("mkl"),
                       mkldnn=module("mkldnn"), openmp=module("openmp"))


def _mixed_precision(name: str, prefix: str) -> ModuleProxy:
    """`torch.amp` or `torch.cuda.amp`."""
    return ModuleProxy(name, {member: f"{prefix}{member}" for member in ("autocast", "GradScaler")}, mixed_precision)


def mixed_precision(name: str) -> Any:
    """A name of gradcli/namespace/mixed_precision.py, which is imported when it is first used."""
    return getattr(import_module("gradcli.namespace.mixed_precision"), name)


def is_autocast_enabled(device_type: Any = "cuda") -> Any:
    """Whether the program is in an autocast of a device."""
    return mixed_precision("is_enabled")(device_type)


def get_autocast_dtype(device_type: Any) -> Any:
    """The lower type of autocast on a device."""
    return mixed_precision("lower_type")(device_type)


def device_names() -> dict[str, Any]:
    """The names of `torch` that have to do with devices, with their values."""
    types = {name: name for name in TYPES}
    cuda = ModuleProxy("torch.cuda", types, _cuda_type, **_device_functions("cuda", NEEDING),
                       is_initialized=is_available, amp=_mixed_precision("torch.cuda.amp", "cuda_"))
    others = {name: ModuleProxy(f"torch.{name}", **_device_functions(name, [])) for name in ("mps", "xpu")}
    others["cpu"] = ModuleProxy("torch.cpu", is_available=lambda: True, device_count=lambda: 1,
                                synchronize=idle("synchronize"), amp=_mixed_precision("torch.cpu.amp", "cpu_"))
    accelerator = ModuleProxy("torch.accelerator", is_available=is_available, device_count=device_count,
                              current_accelerator=current_accelerator, synchronize=idle("synchronize"))
    amp = {name: LazyType(f"torch.amp.{file}.{name}", partial(mixed_precision, kind)) for name, file, kind in (
        ("autocast", "autocast_mode", "Autocast"), ("GradScaler", "grad_scaler", "Scaler"))}
    return {"cuda": cuda, **others, "amp": _mixed_precision("torch.amp", ""), **amp,
            "is_autocast_enabled": is_autocast_enabled, "get_autocast_dtype": get_autocast_dtype,
            "accelerator": accelerator, "set_default_device": here_only,
            "get_default_device": lambda: CPU}
