"""The versions of PyTorch that a session can have (`age`): the random stream of a seed, and what calls mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from gradcli.engine.autograd.op import flat_name
from gradcli.engine.random.generators import OLDEST, Current
from gradcli.engine.tensor.write_gate import StepWrites
from gradcli.faults.tree import ValueFault
from gradcli.namespace.modules import ModuleProxy, operation

AGES = (OLDEST, "0.3", "0.4", "today")
STREAMS = {"tutorial": "legacy", "modern": "modern"}
VERSIONS = {"tutorial": "0.1.12", "modern": "2.13.0+cpu",       # torch.__version__, by style or age
            "0.1.12": "0.1.12", "0.3": "0.3.0.post4", "0.4": "0.4.1", "today": "2.13.0+cpu"}


def stream_of(age: str | None) -> str | None:
    """The style whose random stream an age has; None for no age. Raises ValueFault for an unknown age."""
    if age is not None and age not in AGES:
        raise ValueFault(f"age is one of {', '.join(AGES)}, not {age!r}", *(f"age={choice!r}" for choice in AGES))
    return None if age is None else "tutorial" if age == OLDEST else "modern"


@contextmanager
def semantics_of(age: str | None) -> Iterator[None]:
    """A context in which methods and operators of tensors mean what they did in that version, and modules print so."""
    before, Current.age = Current.age, age or OLDEST
    try:
        with nullcontext() if age is None or age == "today" else _meaning_of(age):
            yield
    finally:
        Current.age = before


@contextmanager
def _meaning_of(age: str) -> Iterator[None]:
    """A context in which optimisers write as they did before 1.5, and calls mean what they did in that version."""
    from gradcli.engine.tensor.legacy_semantics import legacy_methods

    before, StepWrites.counted = StepWrites.counted, False
    try:
        with legacy_methods(age):
            yield
    finally:
        StepWrites.counted = before


def legacy_operation(age: str, name: str) -> Callable[..., Any]:
    """The operation with this full name, with the meaning it had in a version."""
    from gradcli.engine.tensor.legacy_semantics import legacy_function

    return legacy_function(flat_name(name), operation(name), age)


def set_age(torch: ModuleProxy, age: str | None) -> None:
    """Give the functions of a session's `torch` the meaning of today, or that of an earlier version."""
    vars(torch)[".fetch"] = operation if age in (None, "today") else partial(legacy_operation, age)
    for name in vars(torch)[".operations"]:
        vars(torch).pop(name, None)
