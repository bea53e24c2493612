"""`torch.device`: where tensors live. Programs may name any device; tensors can be on the processor only."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed, named
from gradcli.faults.mistakes import FailedAssertion, UnfitValue
from gradcli.faults.tensors import UnknownDevice
from gradcli.faults.tree import ArgumentFault, Fault, TypeFault

KINDS = ("cpu", "cuda", "mps", "xpu", "meta")


@named("torch.device")
@exposed("index", "type")
class Device:
    """The name of a device: its type, and its number where one was given."""

    __module__, __qualname__ = "torch", "device"
    __slots__ = ("index", "type")

    type: Any
    index: Any

    def __init__(self, type: Any = None, index: Any = None) -> None:
        text, passed = "", type
        if isinstance(type, Device):
            type, index = type.type, type.index
        elif _is_text(type):
            text = type
            type, colon, number = type.partition(":")
            index = int(number) if number.isdecimal() and len(number) < 4 else index if not colon else "?"
        if isinstance(type, int) and type < 0:
            raise _negative(type)
        if not _is_text(type) or type not in KINDS or not (index is None or isinstance(index, int)):
            kind = UnknownDevice if text else ArgumentFault
            fault = kind(f"Expected one of {', '.join(KINDS)} at the start of a device's name, and a number after a "
                         "colon if any", 'torch.device("cpu")')
            passed_type = "" if passed is None else type_name(passed)
            raise fault.saying(unknown_device(text) if text else
                               f"device() received an invalid combination of arguments - got ({passed_type}), but "
                               "expected one of:")
        if index is not None and index < 0:
            raise _negative(index)
        self.type, self.index = type, index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")


def _negative(index: int) -> UnfitValue:
    return UnfitValue(f"the number of a device is not negative, as {index} is", 'torch.device("cpu")').saying(
        "Device index must not be negative")


def _is_text(value: Any) -> bool:
    return type(value) is str


Device.__name__ = "torch.device"     # as CPython's messages call it
CPU = Device("cpu")


WORDS = ("cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, "
         "mtia, privateuseone")


def unknown_device(text: str) -> str:
    """PyTorch's message for a text that names no device."""
    kind = text.partition(":")[0]
    if kind in KINDS:
        return f"Invalid device string: '{text}'"
    return f"Expected one of {WORDS} device type at start of device string: {kind}"


def names_device(value: Any) -> bool:
    """Whether `value` names a device."""
    return isinstance(value, Device) or (type(value) is str and value.partition(":")[0] in KINDS)


DeviceLike = Any
"""A device, its name or None, as an annotation of parameters."""


def here_only(value: Any) -> None:
    """Refuse every device but the processor."""
    if value is None or type(value) is str and value == "cpu" or type(value) is Device and value.type == "cpu":
        return
    if not names_device(value):
        kind = UnknownDevice if type(value) is str else ArgumentFault
        raise kind(f"a device is needed, not {described(value)}", 'device="cpu"').saying(
            unknown_device(value) if type(value) is str else
            f"'device' must be torch.device, not {type_name(value)}")
    if Device(value).type != "cpu":
        missing: type[Fault] = FailedAssertion if Device(value).type == "cuda" else TypeFault
        raise missing(f"there is no device {value} here: programs run on the processor",
                      ('device = "cuda" if torch.cuda.is_available() else "cpu"', "a device that is there")
                      ).saying("Torch not compiled with CUDA enabled" if Device(value).type == "cuda" else
                               f"there is no device {value} here")


def device_of(self: Tensor) -> Device:
    """The device of a tensor: always the CPU."""
    return CPU


SWITCHES = ("benchmark", "deterministic", "enabled", "allow_tf32", "allow_fp16_reduced_precision_reduction",
            "allow_bf16_reduced_precision_reduction")


@named("module")
@exposed("is_available", "version", *SWITCHES, write=SWITCHES)
class Switches:
    """Settings of a device that is not there: they can be set and read, and nothing follows from them."""

    def __init__(self, name: str, names: str) -> None:
        object.__setattr__(self, "_name", name)
        for switch in names.split():
            setattr(self, switch, switch == "allow_tf32" and name == "cudnn" or switch in ("enabled", *SWITCHES[4:]))

    def __setattr__(self, name: str, value: Any) -> None:
        if type(value) is not bool:
            raise ArgumentFault(f"{name} is True or False, not {described(value)}")
        object.__setattr__(self, name, value)

    def is_available(self) -> bool:
        """Whether there is such a library: there is none."""
        return False

    def version(self) -> None:
        """The version of the library, which is not there."""

    def __repr__(self) -> str:
        return f"<module 'torch.backends.{vars(self)['_name']}'>"

    def __display__(self, style: Any) -> str:
        return repr(self)


def cuda(self: Tensor, *device: Any) -> Tensor:
    """Refused: there is no such device here."""
    raise FailedAssertion("there is no CUDA device here: programs run on the processor",
                          ("if torch.cuda.is_available():", "before it, which is False here")).saying(
        "Torch not compiled with CUDA enabled")
