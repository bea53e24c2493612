"""Which file each operation stands in, so that a program loads only the families it uses.

The directory is worked out by loading them all, once: when the package is built, or when a
checkout's files have changed. It maps names to files and knows nothing else; what an
operation is, its class says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from gradcli import artifacts
from gradcli.engine.autograd.op import TABLE, flat_name, raw, traced
from gradcli.engine.tensor.tensor import Tensor

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
PACKED = os.path.join(HERE, "directory.bin")
NOT_FAMILIES = {"index", "base"}


def families() -> list[str]:
    """The files that hold operations."""
    paths = (os.path.relpath(entry.path, HERE)[:-3].replace(os.sep, ".") for entry in _entries(HERE))
    return sorted(name for name in paths if name not in NOT_FAMILIES and not name.endswith("__init__"))


def _entries(top: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _entries(entry.path)


def load_all() -> None:
    """Load every family."""
    for family in families():
        import_module(f"gradcli.ops.{family}")


def make() -> dict[str, Any]:
    """The directory, by loading everything.

    files: name in F, full name or method -> family; functions: full names of what programs call;
    methods: what tensors have; symbols: special methods -> family.
    """
    before = set(vars(Tensor))
    load_all()
    files = {}
    for name, op in TABLE.items():
        family = _family(op)
        files |= dict.fromkeys((name, flat_name(name), *op.inplace_names()), family)
    for name, op in TABLE.items():      # leaky_relu_ is an operation of its own, in another family than leaky_relu
        files.setdefault(flat_name(name) + "_", _family(op))
    return {
        "files": files,
        "functions": sorted(
            form for name, op in TABLE.items() if op.function or "." in name
            for form in (name, name + "_")[: 1 + (op.inplace and not op.inplace_name)]),
        "methods": sorted(name for name in set(vars(Tensor)) - before | _methods() if not name.startswith("_")),
        "symbols": {special: _family(op) for op in TABLE.values() for special in op.special_methods()},
    }


def _family(op: Any) -> str:
    """The module of the class below this package: math.pointwise."""
    return str(op.__module__).removeprefix("gradcli.ops.")


def _methods() -> set[str]:
    """The methods that operations have given to tensors."""
    return {name for op in TABLE.values() for name in (*op.names, *op.inplace_names())
            if "." not in name and name in vars(Tensor) and name not in Tensor.__slots__}


def key(exact: bool) -> bytes:
    """The families' files as they stand: by their sizes, and when `exact` by when they were written."""
    parts = []
    for entry in (*_entries(HERE), *_entries(os.path.join(TOP, "engine"))):
        status = entry.stat()
        parts.append(f"{entry.path[len(TOP):]} {status.st_size} {status.st_mtime_ns if exact else ''}")
    return "\n".join(["gradcli directory", *sorted(parts), "\n"]).encode()


def find() -> dict[str, Any]:
    """The directory, from where it is kept."""
    packed = os.path.exists(PACKED) and artifacts.read_artifact(PACKED, key(exact=False))
    return packed or artifacts.load_or_make("directory", key(exact=True), make)


DIRECTORY: dict[str, Any] = find()


def load(name: str) -> bool:
    """Load the family that has `name`; False if none has, or it is loaded already and has it no more."""
    family = DIRECTORY["files"].get(name)
    if family is None:
        return False
    import_module(f"gradcli.ops.{family}")
    return True


def _arriving(space: Any) -> Any:
    """A function that loads the file of a name that a namespace of rules lacks, and returns its value there."""
    def missing(name: str) -> Any:
        if load(name) and name in vars(space):
            return vars(space)[name]
        raise AttributeError(name)

    return missing


def _attribute(self: Tensor, name: str) -> Any:
    if name in _known_methods and load(name) and name in vars(Tensor):
        return getattr(self, name)
    raise AttributeError(f"{name} is no attribute of a tensor", name=name, obj=self)


def _stub(special: str, family: str) -> Any:
    def arrive(self: Tensor, *others: Any) -> Any:
        import_module(f"gradcli.ops.{family}")
        return getattr(self, special)(*others)

    return arrive


_known_methods = frozenset(DIRECTORY["methods"])
raw.missing, traced.missing = _arriving(raw), _arriving(traced)
Tensor.__getattr__ = _attribute     # type: ignore[attr-defined]  # only for methods whose family is not loaded yet
for _special, _holder in DIRECTORY["symbols"].items():
    if _special not in vars(Tensor):
        setattr(Tensor, _special, _stub(_special, _holder))
