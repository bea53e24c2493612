"""Objects that do nothing here: SummaryWriter, and contexts that measure or choose kernels."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import exposed
from gradcli.lang.runtime.types import STAND_INS, TypeProxy
from gradcli.namespace.no_effect import Context, idle

RECORDING = ("add_audio add_custom_scalars add_embedding add_figure add_graph add_histogram add_hparams add_image "
             "add_image_with_boxes add_images add_mesh add_pr_curve add_scalar add_scalars add_text add_video close "
             "flush").split()


@exposed(*RECORDING)
class SummaryWriter(Context):
    """`torch.utils.tensorboard.SummaryWriter`: its methods return None and record nothing."""

    __slots__ = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        DisplayHooks.note("recorded", "SummaryWriter writes no files here: print(loss.item()) shows a number")

    def __getattr__(self, name: str) -> Any:
        if name not in RECORDING:
            raise AttributeError(f"'SummaryWriter' object has no attribute {name!r}", name=name, obj=self)
        return RECORDERS[name]


RECORDERS = {name: idle(name) for name in RECORDING}


@exposed("ERROR", "MATH", "FLASH_ATTENTION", "EFFICIENT_ATTENTION", "CUDNN_ATTENTION", "OVERRIDEABLE")
class Backends:
    """`torch.nn.attention.SDPBackend`: names of kernels, here whole numbers."""

    __slots__ = ()
    ERROR, MATH, FLASH_ATTENTION, EFFICIENT_ATTENTION, CUDNN_ATTENTION, OVERRIDEABLE = -1, 0, 1, 2, 3, 4


SDPBackend = Backends()
STAND_INS[SummaryWriter] = TypeProxy("torch.utils.tensorboard.writer.SummaryWriter", (SummaryWriter,))
