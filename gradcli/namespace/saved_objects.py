"""The objects of `torch.save` and `torch.load`: copies in memory, as long as the session lasts. No file is touched."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.device import here_only, names_device
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.faults.arguments import NothingSaved
from gradcli.faults.attributes import NoTensor
from gradcli.faults.tree import ArgumentFault
from gradcli.namespace.python.copy import persistent
from gradcli.namespace.python.io import BytesBuffer

MOST = 1000     # saved objects of one session


class Store:
    """What a session has saved, by name."""

    def __init__(self) -> None:
        self._saved: dict[str, Any] = {}

    def save(self, obj: Any, f: Any = None, pickle_module: Any = None, pickle_protocol: Any = None,
             _use_new_zipfile_serialization: Any = True) -> None:
        """Keep a copy of an object under a name, or in a BytesIO, until the run ends."""
        if isinstance(f, BytesBuffer):
            f.content = (persistent(obj),)
            return
        name = _name(f, "save")
        if name not in self._saved and len(self._saved) >= MOST:
            raise ArgumentFault(f"a session keeps {MOST} saved objects, and has them", "torch.save(obj, same_name)")
        self._saved[name] = persistent(obj)
        DisplayHooks.note("save",
                          f"torch.save keeps {name[:60]!r} in memory: programs write no files, and it is gone when "
                          "the run ends")

    def load(self, f: Any = None, map_location: Any = None, pickle_module: Any = None, *, weights_only: Any = None,
             mmap: Any = None, **options: Any) -> Any:
        """A copy of what was saved under a name in this session, or in a BytesIO."""
        if names_device(map_location):
            here_only(map_location)
        if isinstance(f, BytesBuffer):
            if f.content is None:
                raise ArgumentFault("nothing was saved in this BytesIO", "torch.save(net.state_dict(), buffer)")
            return persistent(f.content[0])
        name = _name(f, "load")
        if name not in self._saved:
            raise NothingSaved(f"there is no file {name[:60]!r} here: programs read no files, and nothing was saved "
                               "under that name in this run",
                               ("torch.save(net.state_dict(), path)", "keeps a state until the run ends"),
                               ("gradcli run --var x=@data.npy FILE", "gives a program data from a file")).saying(
                f"[Errno 2] No such file or directory: {name[:60]!r}")
        return persistent(self._saved[name])


def _name(f: Any, action: str) -> str:
    if type(f) is not str:
        from gradcli.namespace.python.system.pathlib import PosixPath

        if type(f) is PosixPath:
            return f.as_posix()
        kind = ArgumentFault if f is None or action == "save" else NoTensor
        raise kind(f"torch.{action} takes a path, or an io.BytesIO(), not {described(f)}",
                   f'torch.{action}({"net.state_dict(), " if action == "save" else ""}"net.pt")').saying(
            f"{action}() missing 1 required positional argument: 'f'" if f is None else
            f"'{type_name(f)}' object has no attribute 'seek'. You can only torch.load from a file that is seekable. "
            "Please pre-load the data into a buffer like io.BytesIO and try to load from it "
            "instead." if action == "load" else "expected 'f' to be string, path, or a file-like object with a 'write' "
            "attribute")
    return f
