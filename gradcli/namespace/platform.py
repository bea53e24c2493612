"""`platform` and `importlib.metadata`: constant answers about the machine and the versions, the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.exposure import exposed, named, renamed
from gradcli.faults.tree import ValueFault
from gradcli.lang.runtime.types import STAND_INS, TypeProxy

ANSWERS = {"system": "Linux", "machine": "x86_64", "processor": "", "node": "localhost", "release": "",
           "python_version": "3.11.7", "python_implementation": "CPython", "platform": "Linux-x86_64"}
VERSIONS = {"numpy": "2.3.0", "matplotlib": "3.10.0", "tqdm": "4.67.0"}


def _constant(name: str) -> Callable[..., str]:
    def answer() -> str:
        return ANSWERS[name]

    return renamed(answer, name)


globals().update({name: _constant(name) for name in ANSWERS})


@named("PackageNotFoundError")
@exposed("name")
class NoSuchPackage(ValueFault, ModuleNotFoundError):
    """importlib.metadata.PackageNotFoundError: no version is known of a package."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No package metadata was found for {name}")
        self.name = name


def versions(torch_version: Callable[[], str]) -> Callable[[Any], str]:
    """`importlib.metadata.version`; `torch_version` gives that of torch, which depends on the program's age."""
    def version(distribution_name: Any) -> str:
        if type(distribution_name) is not str:
            raise TypeError("the name of a package is a text")
        if distribution_name in ("torch", "pytorch"):
            return torch_version()
        if distribution_name not in VERSIONS:
            raise NoSuchPackage(distribution_name[:100])
        return VERSIONS[distribution_name]

    return version


STAND_INS[NoSuchPackage] = PackageNotFoundError = TypeProxy("importlib.metadata.PackageNotFoundError", (NoSuchPackage,))
