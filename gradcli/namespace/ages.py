"""The times a program may come from, beside its style: whose numbers a seed gives, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gradcli.engine.autograd.op import short
from gradcli.faults.tree import ValueFault
from gradcli.namespace.modules import Namespace, operation

OLDEST = "0.1.12"
AGES = (OLDEST, "0.3", "0.4", "today")
STREAMS = {"tutorial": "legacy", "modern": "modern"}
VERSIONS = {"tutorial": "0.1.12", "modern": "2.13.0+cpu",       # what torch.__version__ tells, by style or age
            "0.1.12": "0.1.12", "0.3": "0.3.1", "0.4": "0.4.1", "today": "2.13.0+cpu"}


def stream_of(age: str | None) -> str | None:
    """The style whose random numbers an age has; None if no age is asked for."""
    if age is not None and age not in AGES:
        raise ValueFault(f"age is one of {', '.join(AGES)}, not {age!r}")
    return None if age is None else "tutorial" if age == OLDEST else "modern"


def meaning(age: str | None) -> AbstractContextManager[None]:
    """A context within which the methods and operators of tensors mean what they did then."""
    if age != OLDEST:
        return nullcontext()
    from gradcli.engine.tensor.legacy_semantics import legacy_methods as in_force

    return in_force()


def then(name: str) -> Callable[..., Any]:
    """The operation of this full name as it was in 0.1.12."""
    from gradcli.engine.tensor.legacy_semantics import legacy_function as meant

    return meant(short(name), operation(name))


def set_age(torch: Namespace, oldest: bool) -> None:
    """Let the functions of `torch` that a session sees mean what they do today, or did in 0.1.12."""
    vars(torch)[".fetch"] = then if oldest else operation
    for name in vars(torch)[".operations"]:
        vars(torch).pop(name, None)
