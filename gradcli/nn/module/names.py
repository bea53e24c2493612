"""The names under which modules register parameters, buffers and other modules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.faults.mistakes import MissingKey
from gradcli.faults.tree import ArgumentFault

KINDS = ("parameter", "buffer", "module")


def check_free_name(module: Any, name: Any, noun: str, registries: Sequence[Collection[str]]) -> None:
    """Refuse a name for a `noun` of KINDS that nothing can be registered under, or that another attribute has.

    `registries` hold what the module has of each of KINDS.
    """
    explanation = (f"a module lists things under a name without dots that begins with a letter, not "
                   f"{described(name)}"[:120])
    if not isinstance(name, str):
        raise ArgumentFault(explanation).saying(f"{noun} name should be a string. Got {type_name(name)}")
    if not name:
        raise MissingKey(f'{noun} name can\'t be empty string ""', explanation)
    if "." in name:
        raise MissingKey(f'{noun} name can\'t contain "."' + f", got: {name}" * (noun == "module"), explanation)
    if name.startswith("_"):
        raise ArgumentFault(explanation)
    if name not in registries[KINDS.index(noun)] and (
            hasattr(module, name) or any(name in registry for registry in registries)):
        raise MissingKey(f"attribute '{name}' already exists", f"the attribute {name} exists already")
