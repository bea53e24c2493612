"""What `torch` has for devices, threads and precision: one processor, and settings from which nothing follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import CPU, Switches, here_only
from gradcli.engine.tensor.tensor_types import TYPES
from gradcli.faults.tree import ArgumentFault, AttributeFault, GradFault
from gradcli.namespace.modules import Namespace


def is_available() -> bool:
    """Whether there is such a device: there is none here."""
    return False


def device_count() -> int:
    """How many such devices there are."""
    return 0


def seed_elsewhere(seed: int) -> None:
    """Seed the generators of devices, of which there are none."""
    if type(seed) is not int:
        raise ArgumentFault(f"a seed is a whole number, not {described(seed)}", "torch.manual_seed(0)")


def _nothing(name: str) -> Callable[..., None]:
    """A function that has nothing to do where there is no such device."""
    def nothing(*args: Any, **options: Any) -> None:
        """Nothing: there is no such device here."""

    nothing.__name__ = nothing.__qualname__ = name
    return nothing


def _refused(name: str) -> Callable[..., Any]:
    """A function that needs a device."""
    def refused(*args: Any, **options: Any) -> Any:
        raise GradFault("there is no CUDA device here: programs run on the processor; Torch not compiled with CUDA "
                        "enabled, PyTorch would say",
                        ("if torch.cuda.is_available():", "before it, which is False here"))

    refused.__name__ = refused.__qualname__ = name
    return refused


def _cuda_type(name: str) -> Any:
    """A tensor type of a device that is not there."""
    raise AttributeFault("there is no CUDA device here: programs run on the processor",
                         (f"torch.{name}", "the same type on the processor"),
                         ("if torch.cuda.is_available():", "before it, which is False here"))


def _zero(name: str) -> Callable[..., int]:
    def zero(*args: Any, **options: Any) -> int:
        """None of that memory is in use: there is no such device."""
        return 0

    zero.__name__ = zero.__qualname__ = name
    return zero


IDLE = "empty_cache synchronize reset_peak_memory_stats reset_max_memory_allocated ipc_collect init".split()
COUNTS = ("memory_allocated max_memory_allocated memory_reserved max_memory_reserved").split()
NEEDING = "current_device get_device_name get_device_properties set_device get_device_capability Stream Event".split()


def _elsewhere(name: str, needing: list[str]) -> dict[str, Any]:
    """What the namespace of a device has."""
    return ({"is_available": is_available, "device_count": device_count, "manual_seed": seed_elsewhere,
             "manual_seed_all": seed_elsewhere, "seed": _nothing("seed"), "seed_all": _nothing("seed_all")}
            | {function: _nothing(function) for function in IDLE} | {function: _zero(function) for function in COUNTS}
            | {function: _refused(function) for function in needing})


def current_accelerator(check_available: bool = False) -> None:
    """The device faster than the processor: none."""


def device_switches() -> tuple[Switches, Switches]:
    """The settings of devices that a session has."""
    return (Switches("cudnn", "benchmark deterministic enabled allow_tf32"),
            Switches("cuda.matmul", "allow_tf32 allow_fp16_reduced_precision_reduction "
                     "allow_bf16_reduced_precision_reduction"))


def backends(cudnn: Switches, matmul: Switches) -> Namespace:
    """`torch.backends` around the settings of a session."""
    def space(name: str, **names: Any) -> Namespace:
        return Namespace(f"torch.backends.{name}", is_available=is_available, **names)

    return Namespace("torch.backends", mps=space("mps", is_built=is_available), cudnn=cudnn,
                     cuda=space("cuda", is_built=is_available, matmul=matmul), mkl=space("mkl"),
                     mkldnn=space("mkldnn"), openmp=space("openmp"))


def device_names() -> dict[str, Any]:
    """The names in `torch` that have to do with devices, threads and precision."""
    types = {name: name for name in TYPES}
    cuda = Namespace("torch.cuda", types, _cuda_type, **_elsewhere("cuda", NEEDING), is_initialized=is_available)
    others = {name: Namespace(f"torch.{name}", **_elsewhere(name, [])) for name in ("mps", "xpu")}
    accelerator = Namespace("torch.accelerator", is_available=is_available, device_count=device_count,
                            current_accelerator=current_accelerator, synchronize=_nothing("synchronize"))
    return {"cuda": cuda, **others, "accelerator": accelerator, "set_default_device": here_only,
            "get_default_device": lambda: CPU}
